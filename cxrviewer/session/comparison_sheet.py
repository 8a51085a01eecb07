"""What a comparison sheet asks, and what it shows of the answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from math import prod

from cxrviewer.errors import ExplainError, UsageError
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STRETCHED, MapState, Scale, display_map
from cxrviewer.explain.question import Question, settle
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import full_resolution
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.scene import make_scene
from cxrviewer.session.state import ViewState, styled
from cxrviewer.session.still import still
from cxrviewer.session.tasks import resolve_layers, resolve_method, resolve_target

MOST_MAPS = 20
"""Maps of a sheet whose numbers can still be read."""

_IN_A_ROW = 5

_FAINT = 8.0
"""How much greater the scale may be than the maximum of a map whose colours are still to be told apart."""


class Axis(StrEnum):
    """In what the maps of a sheet may differ, from the rows to the columns."""

    MODELS = "models"
    TARGETS = "targets"
    LAYERS = "layers"
    METHODS = "methods"


Axes = Mapping[Axis, tuple[str, ...]]
"""Names as on the command line; what is left out, or has one name, is the same in all maps."""


@dataclass(frozen=True)
class Entry:
    """One map of a sheet: a model, as it was chosen, and what is asked of it."""

    model: str
    key: ExplainKey


@dataclass(frozen=True)
class SheetPlan:
    """What is asked for a sheet: its maps row by row, and how many are in a row."""

    entries: tuple[Entry, ...]
    columns: int


def check_axes(axes: Axes) -> None:
    """Find what is wrong with the names of a comparison as far as that needs no model.

    Raises
    ------
    UsageError
        There is no such method, nothing is to be compared, or too much.
    """
    count = map_count(axes)
    if count == 1:
        raise UsageError("There is nothing to compare.", "Name two methods, layers, targets or models.")
    if count > MOST_MAPS:
        hint = f"Choose fewer: {MOST_MAPS} maps can be read side by side."
        raise UsageError(f"{count} maps are too many for one sheet.", hint)
    _check_layers(axes, [resolve_method(name) for name in axes.get(Axis.METHODS, ())])


def map_count(axes: Axes) -> int:
    """Return how many maps a comparison has."""
    return prod(len(set(axes.get(axis, ()))) or 1 for axis in Axis)


def plan_sheet(
    radiograph: Radiograph, asked: Question, axes: Axes, loaded: Mapping[str, LoadedChoice]
) -> SheetPlan:
    """Return what must be asked for a sheet.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    asked : Question
        What all maps have in common, but for the axes.
    axes : mapping of Axis to names
        What they differ in; `Axis.MODELS` names at least one.
    loaded : mapping of str to LoadedChoice
        The models, by these names.

    Raises
    ------
    UsageError, ExplainError
        A model has no such class or layer, or the method cannot explain it.
    """
    check_axes(axes)
    _check_layers(axes, [asked.method] if not axes.get(Axis.METHODS) else [])
    names = {axis: tuple(dict.fromkeys(axes.get(axis, ()))) for axis in Axis}
    varied = tuple(axis for axis in Axis if len(names[axis]) > 1)
    entries = []
    for model, target, layers, method in product(*(names[axis] or (None,) for axis in Axis)):
        assert model is not None
        choice = loaded[model]
        question = _question(asked, choice, target, layers, method)
        key = ExplainKey(radiograph.key, choice.info.card, question)
        entries.append(Entry(model, key))
    return SheetPlan(tuple(entries), _columns([len(names[axis]) for axis in varied]))


def sheet_scenes(
    radiograph: Radiograph,
    plan: SheetPlan,
    loaded: Mapping[str, LoadedChoice],
    analyses: Sequence[Analysis],
    look: ViewState,
    *,
    lock: bool = True,
) -> tuple[Scene, ...]:
    """Return what a sheet shows of the answers to a plan.

    Parameters
    ----------
    radiograph, plan, loaded
        As for `plan_sheet`.
    analyses : sequence of Analysis
        One an entry.
    look : ViewState
        How image and heatmaps are drawn; its scale, where it is locked, is the one of all maps.
    lock : bool
        Whether maps in logits share a scale where `look` has none, as `shared_scales`.
    """
    scales = [look.scale] * len(analyses)
    if lock and look.scale == STRETCHED:
        scales = shared_scales([each.result.attribution for each in analyses], signed=look.style.signed)
    look = replace(styled(look, visible=True), fade=False)
    view = full_resolution(radiograph.shape, radiograph.aspect, look.orientation)
    scenes = []
    for entry, analysis, scale in zip(plan.entries, analyses, scales, strict=True):
        state = replace(look, model=entry.model, scale=scale)
        scene = make_scene(still(state, radiograph, loaded[entry.model], analysis), view)
        assert scene is not None
        scenes.append(scene)
    return tuple(scenes)


def shared_scales(attributions: Sequence[Attribution], *, signed: bool = False) -> list[Scale]:
    """Return the scale of each map, so that as many as can be share one; stretched where none can.

    Those in logits share the greatest where none of them would be too faint on it; else those by the same
    method at the same layers share theirs. A density over pixels has peaks a hundred times as high as one
    over the cells of a late layer, with the same mean.
    """
    drawn = [display_map(each, STRETCHED, signed) for each in attributions]
    sizes = [
        each.maximum if attribution.logit_factor is not None else 0.0
        for each, attribution in zip(drawn, attributions, strict=True)
    ]
    shown = [
        size for size, each in zip(sizes, drawn, strict=True) if size > 0 and each.state is MapState.SHOWN
    ]
    if len(shown) > 1 and max(shown) <= _FAINT * min(shown):
        common = Scale(max(shown))
        return [STRETCHED if each.logit_factor is None else common for each in attributions]
    greatest: dict[tuple[str, str], float] = {}
    ways = [(each.method, each.layer) for each in attributions]
    for size, way in zip(sizes, ways, strict=True):
        greatest[way] = max(size, greatest.get(way, 0.0))
    return [Scale(greatest[way]) if greatest[way] > 0 and ways.count(way) > 1 else STRETCHED for way in ways]


def _check_layers(axes: Axes, chosen: Sequence[str]) -> None:
    unlayered = [method for method in chosen if not method_spec(method).uses_layer]
    if unlayered and len(axes.get(Axis.LAYERS, ())) > 1:
        name = method_spec(unlayered[0]).name
        hint = "Choose other methods, or one layer."
        raise UsageError(f"{name} explains the input, not a layer.", hint)


def _columns(lengths: list[int]) -> int:
    """Return the columns of the sheet: the last axes, as many as are read in a row, never all of several.

    One axis alone is broken so that its rows are even.
    """
    if len(lengths) == 1:
        rows = -(-lengths[0] // _IN_A_ROW)
        return -(-lengths[0] // rows)
    columns = lengths[-1]
    for length in lengths[-2:0:-1]:
        if columns * length > _IN_A_ROW:
            break
        columns *= length
    return columns


def _question(
    asked: Question, choice: LoadedChoice, target: str | None, layers: str | None, method: str | None
) -> Question:
    info, card = choice.info, choice.info.card
    if target is not None:
        asked = replace(asked, target=resolve_target(card, target))
    if layers is not None:
        asked = replace(asked, layers=resolve_layers(info, layers))
    if method is not None and resolve_method(method) != asked.method:
        asked = replace(asked, method=resolve_method(method), parameters=())
    try:
        return settle(asked, info, None)
    except ExplainError as error:
        raise ExplainError(f"{card.name}: {error.message}", error.hint) from error
