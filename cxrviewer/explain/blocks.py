"""Which block a layer belongs to, read from the names of the layers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BLOCK = re.compile(
    r"""^(
        conv\d+_block\d+                # ResNet, DenseNet
      | stage[_-]?\d+[_-]block[_-]?\d+  # ConvNeXt, our own
      | block[_-]?\d+[a-z]?             # VGG, Xception, MobileNetV2, EfficientNet
      | (?:convnext_\w+_)?stage_\d+_block_\d+
      | expanded_conv(?:_\d+)?          # MobileNetV2, MobileNetV3
      | pool\d+ | conv\d+               # transitions
    )(?=_|$)""",
    re.VERBOSE,
)


def block_names(paths: Sequence[str], grids: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Return the name of the block that each layer belongs to.

    Parameters
    ----------
    paths : sequence of str
        Layer paths in execution order.
    grids : sequence of (rows, columns)
        Their grids; where names tell nothing, layers in a row with one grid are a block.

    Returns
    -------
    tuple of str
        One a layer. What begins anew after another block has its own name.
    """
    names: list[str] = []
    for path, (rows, columns) in zip(paths, grids, strict=True):
        folder, _, layer = path.rpartition("/")
        found = _BLOCK.match(layer) if not _is_plain(layer) else None
        name = found.group(1) if found else f"{rows}×{columns}"
        names.append(f"{folder}/{name}" if folder and found else name)
    return tuple(names)


def _is_plain(layer: str) -> bool:
    """Return whether a name is one that Keras gives by itself, "conv2d_3", which tells nothing."""
    return bool(re.fullmatch(r"(conv2d|depthwise_conv2d|separable_conv2d)(_\d+)?", layer))
