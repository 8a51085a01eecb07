"""Which block a layer belongs to, read from the names of the layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

_BLOCK = re.compile(
    r"""^(?:convnext_[a-z]+_)?(?:
        (?P<name> conv\d+_block\d+              # ResNet, DenseNet
        | stage[_-]?\d+[_-]block[_-]?\d+        # ConvNeXt, our own
        | downsampling_block_\d+                # ConvNeXt
        | block\d+_\d+                          # InceptionResNet
        | block[_-]?\d+[a-z]?                   # VGG, Xception, MobileNetV2, EfficientNet
        | expanded_conv(?:_\d+)?                # MobileNetV2, MobileNetV3
        | (?P<end>mixed_?\d+[a-z]?)             # Inception
        | pool\d+ | conv\d+ | top )             # first layers, transitions, last layers
      | (?P<stem> (?:pre)?stem )                # EfficientNet, ConvNeXt
      | conv_(?:pad|dw|pw)_(?P<number>\d+)      # MobileNet
    )(?=_|$)""",
    re.VERBOSE,
)
_STEM, _TOP = "stem", "top"


@dataclass
class _Place:
    """A layer, the model that it is in, and its block; "" where its name tells none.

    `plain`: the name is the one that Keras gives by itself. `ends`: the block begins before its name appears.
    """

    model: str
    grid: tuple[int, int]
    plain: bool
    block: str
    ends: bool


def block_names(
    paths: Sequence[str], kinds: Sequence[str], grids: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    """Return the name of the block that each layer belongs to.

    What names do not tell is told by the neighbours: a layer belongs to the block that it comes after, and to
    the one that it is joined in where that is named at its end. What comes before the first block is the
    stem, and what comes after the last one on the same grid the top, unless Keras named it. Where no name
    tells anything, the layers of one grid are a block.

    Parameters
    ----------
    paths : sequence of str
        Layer paths in execution order.
    kinds : sequence of str
        Their class names.
    grids : sequence of (rows, columns)
        Their grids.

    Returns
    -------
    tuple of str
        One a layer; in a nested model after its path.
    """
    places = [_place(*layer) for layer in zip(paths, kinds, grids, strict=True)]
    for model in dict.fromkeys(place.model for place in places):
        _settle([place for place in places if place.model == model])
    return tuple(_full_name(place) for place in places)


def _place(path: str, kind: str, grid: tuple[int, int]) -> _Place:
    """Return what the name of a layer, or of a model that it is in, tells."""
    parts = path.split("/")
    plain = _is_plain(parts[-1], kind)
    for count, part in enumerate(parts):
        found = _BLOCK.match(part)
        if found is not None and not (plain and part is parts[-1]):
            number = found["number"]
            block = _STEM if found["stem"] else f"conv_{number}" if number else found["name"]
            return _Place("/".join(parts[:count]), grid, plain, block, bool(found["end"]))
    return _Place("/".join(parts[:-1]), grid, plain, "", ends=False)


def _settle(places: Sequence[_Place]) -> None:
    """Give the layers of one model whose names tell nothing the blocks of their neighbours."""
    runs = [list(run) for _, run in groupby(places, lambda place: bool(place.block))]
    if len(runs) == 1:
        return
    for index, run in enumerate(runs):
        if run[0].block:
            continue
        if index == 0:
            _settle_first(run, runs[1][0])
        elif index + 1 < len(runs):
            after = runs[index + 1][0]
            _name(run, after.block if after.ends else runs[index - 1][-1].block)
        else:
            _settle_last(run, runs[index - 1][-1])


def _settle_first(run: Sequence[_Place], after: _Place) -> None:
    begun = [place for place in run if after.ends and place.grid == after.grid]
    if not after.ends and all(place.plain for place in run):
        begun = list(run)
    _name(run, _STEM)
    _name(begun, after.block)


def _settle_last(run: Sequence[_Place], before: _Place) -> None:
    belonging = list(takewhile(lambda place: place.plain, run))
    _name(belonging, before.block)
    rest = run[len(belonging) :]
    # What goes on over several grids is more than a top: its names tell nothing.
    if len({place.grid for place in rest}) == 1:
        _name(rest, _TOP)


def _name(places: Sequence[_Place], block: str) -> None:
    for place in places:
        place.block = block


def _full_name(place: _Place) -> str:
    if not place.block:
        return f"{place.grid[0]}×{place.grid[1]}"
    return f"{place.model}/{place.block}" if place.model else place.block


def _is_plain(name: str, kind: str) -> bool:
    """Return whether a name is one that Keras gives by itself, "conv2d_3", which tells nothing."""
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()
    return bool(re.fullmatch(rf"{re.escape(snake)}(_\d+)?", name))
