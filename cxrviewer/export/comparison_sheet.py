"""A comparison sheet: maps of one image side by side, how far they agree, and how they differ from one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from cxrviewer.errors import ExportError
from cxrviewer.explain.agreement import Agreement, agreement
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.display import MapState
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import capitalised, method_name, number, percent
from cxrviewer.imaging.common_grid import PlacedMap
from cxrviewer.imaging.measure import spacing_in_force
from cxrviewer.imaging.spacing import Spacing

if TYPE_CHECKING:
    from collections.abc import Sequence

AXES = ("models", "targets", "layers", "methods")
"""In what maps may differ, from the rows to the columns."""


@dataclass(frozen=True, eq=False)
class SheetMap:
    """One map.

    Parameters
    ----------
    scene : Scene
        What is drawn.
    row, column : int
        Its place.
    evidence : PlacedMap
        The map as it was computed, without what is not drawn: negative values, where it is not signed.
    drawn : PlacedMap
        The map in shares of full scale.
    """

    scene: Scene
    row: int
    column: int
    evidence: PlacedMap
    drawn: PlacedMap

    @property
    def attribution(self) -> Attribution:
        """The map as it was computed, and what was asked."""
        return self.scene.result.attribution


@dataclass(frozen=True, eq=False)
class Sheet:
    """A comparison.

    Parameters
    ----------
    varied : tuple of str
        In what the maps differ, of `AXES`.
    maps : tuple of SheetMap
        Two at least, row by row.
    agreements : tuple of tuples of Agreement
        Of each map with each.
    spacing : Spacing
        Of the image.
    """

    varied: tuple[str, ...]
    maps: tuple[SheetMap, ...]
    agreements: tuple[tuple[Agreement, ...], ...]
    spacing: Spacing

    @property
    def columns(self) -> int:
        """Maps in a row."""
        return max(each.column for each in self.maps) + 1

    @property
    def shown(self) -> tuple[Scene, ...]:
        """What is drawn of the maps that have anything to draw."""
        scenes = (each.scene for each in self.maps)
        return tuple(scene for scene in scenes if scene.display.state is MapState.SHOWN)

    @property
    def one_scale(self) -> bool:
        """Whether all maps that are drawn are drawn on one scale in logits."""
        return len({scene.display.maximum for scene in self.shown if scene.display.locked}) == 1 and all(
            scene.display.locked for scene in self.shown
        )

    @property
    def row_axes(self) -> tuple[str, ...]:
        """Those of `varied` that name the rows: in which the maps of each row are alike."""
        if len(self.varied) < 2:
            return ()
        rows: dict[int, list[Scene]] = {}
        for each in self.maps:
            rows.setdefault(each.row, []).append(each.scene)
        return tuple(
            axis
            for axis in self.varied
            if len(rows) > 1
            and all(len({name_of(axis, scene) for scene in scenes}) == 1 for scenes in rows.values())
        )


def compare_scenes(scenes: Sequence[Scene], columns: int) -> Sheet:
    """Return the comparison of several scenes of one image.

    Parameters
    ----------
    scenes : sequence of Scene
        From left to right and from the top down.
    columns : int
        Maps in a row.

    Raises
    ------
    ExportError
        There is one scene only, or they are of several images.
    """
    if len(scenes) < 2:
        raise ExportError("There is nothing to compare.", "Show several heatmaps of the image.")
    image = scenes[0].radiograph
    if any(scene.radiograph.key != image.key for scene in scenes):
        raise ExportError("Only heatmaps of one image can be compared.", "Show the same image in all panes.")
    maps = tuple(_placed(scene, number, columns) for number, scene in enumerate(scenes))
    spacing = spacing_in_force(image, scenes[0].spacing)
    found = {
        (one, other): agreement(maps[one].evidence, maps[other].evidence, image.shape, spacing)
        for one, other in combinations_with_replacement(range(len(maps)), 2)
    }
    places = range(len(maps))
    table = tuple(tuple(found[min(one, other), max(one, other)] for other in places) for one in places)
    return Sheet(_varied(scenes), maps, table, spacing)


def _placed(scene: Scene, number: int, columns: int) -> SheetMap:
    values = scene.result.attribution.values
    rows, cells = values.shape
    place = scene.geometry.grid_to_stored((rows, cells))
    kept = values if scene.display.signed else np.maximum(values, 0)
    return SheetMap(
        scene,
        number // columns,
        number % columns,
        PlacedMap(np.asarray(kept, np.float32), place),
        PlacedMap(scene.display.values, place),
    )


def _varied(scenes: Sequence[Scene]) -> tuple[str, ...]:
    """Return in what scenes differ, without what follows from that: methods have layers of their own."""
    depends: dict[str, tuple[str, ...]] = {
        "models": (),
        "targets": ("models",),
        "layers": ("models", "methods"),
        "methods": (),
    }

    def differs(axis: str) -> bool:
        seen: dict[tuple[str, ...], set[str]] = {}
        for scene in scenes:
            alike = tuple(name_of(other, scene) for other in depends[axis])
            seen.setdefault(alike, set()).add(name_of(axis, scene))
        return any(len(names) > 1 for names in seen.values())

    return tuple(axis for axis in AXES if differs(axis))


def name_of(axis: str, scene: Scene) -> str:
    """Return what a map is, by one of the axes."""
    attribution = scene.result.attribution
    if axis == "models":
        return f"{scene.card.name} {scene.card.version}".strip()
    if axis == "targets":
        return capitalised(target_name(attribution.target, scene.card))
    if axis == "layers":
        layers = " + ".join(path.rpartition("/")[2] for path in attribution.question.layers)
        rows, columns = attribution.values.shape
        return f"{layers or 'Input'} ({rows}×{columns})"
    return method_name(attribution.method)


def names(sheet: Sheet, place: int, axes: Sequence[str] | None = None) -> str:
    """Return what tells a map from the others of the sheet."""
    scene = sheet.maps[place].scene
    told = ", ".join(name_of(axis, scene) for axis in (sheet.varied if axes is None else axes))
    return told or name_of("methods", scene)


def output_text(scene: Scene) -> str:
    """Return the model's output for what is explained."""
    target = scene.result.attribution.target
    probability = target_probability(target, scene.card, scene.result.prediction)
    return "difference of logits" if probability is None else percent(probability)


def scale_words(sheet: Sheet) -> str:
    """Return in a sentence on what scale the maps are drawn."""
    if not sheet.shown:
        return "No map has anything to show."
    first = sheet.shown[0].display
    if sheet.one_scale:
        return f"All maps are on one scale: full colour is {number(first.maximum)} logits."
    locked = [scene.display.maximum for scene in sheet.shown if scene.display.locked]
    if len(locked) < 2:
        return "Each map is scaled to its own maximum: compare where they lie, not how strong they are."
    if len(set(locked)) > 1:
        return "Maps by one method at one layer share a scale; the others have no scale in common."
    others = [
        str(place + 1)
        for place, each in enumerate(sheet.maps)
        if each.scene.display.state is MapState.SHOWN and not each.scene.display.locked
    ]
    which = f"map {others[0]} is" if len(others) == 1 else f"maps {', '.join(others)} are each"
    return (
        f"Full colour is {number(locked[0])} logits; {which} scaled to the own maximum, without a unit or "
        "of another size: compare where it lies, not how strong it is."
    )


def cautions(sheet: Sheet) -> tuple[str, ...]:
    """Return in sentences what a reader must know of single models and maps."""
    guessed = {each.scene.card.name: None for each in sheet.maps if not each.scene.card.complete}
    told = [
        f"{name} has no card: its labels, activation and scaling of the input are guesses."
        for name in guessed
    ]
    deaf = [str(place + 1) for place, each in enumerate(sheet.maps) if not each.attribution.explains_logit]
    if deaf:
        told.append(f"The logit could not be reached: map {', '.join(deaf)} explains the probability.")
    return tuple(told)
