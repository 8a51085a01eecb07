"""What an export shows: the blended picture, and the answers that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import STATE_TEXT, DisplayMap, MapState
from cxrviewer.explain.request import ExplainResult
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.annotated import Annotation
from cxrviewer.export.column import ColorBar
from cxrviewer.export.lungs import SceneLungs
from cxrviewer.export.marks import SceneMarks
from cxrviewer.export.scale_bar import scale_bar
from cxrviewer.export.words import (
    capitalised,
    method_name,
    output_rows,
    percent,
    question_rows,
    whole_percent,
)
from cxrviewer.imaging import compose
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.contour import contour_levels
from cxrviewer.imaging.geometry import Geometry
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.models.card import ModelCard


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that an exported overlay shows.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    viewport : Viewport
        `viewport.full_resolution` for the image's own resolution, or the one on screen.
    table : uint8 array
        From `grayscale.presentation_table`.
    display : DisplayMap
        The heatmap's values, its scale, and whether there is anything to draw.
    heatmap : Heatmap, optional
        The same values with their place on the image; None where there is nothing to draw.
    style : OverlayStyle
        How the heatmap is laid over the image, as drawn.
    card : ModelCard
        The model's.
    result : ExplainResult
        Its output, and the attribution that `display` was made from.
    geometry : Geometry
        How the model's input lies on the image.
    moment : datetime
        When the analysis was made, with a time zone.
    top_share : float, optional
        Share of the map's area that the style's threshold leaves, where it was chosen so.
    faded : bool
        Whether the style's opacity is lowered because the finding is under its operating threshold.
    voi : Window or LookupTable, optional
        What `table` was made with; None for the file's own.
    inverted : bool
        Whether the user has swapped black and white in it.
    marks : SceneMarks, optional
        The user's marks on the image.
    lungs : SceneLungs, optional
        The lungs, where they are outlined or there are none.
    """

    radiograph: Radiograph
    viewport: Viewport
    table: NDArray[np.uint8]
    display: DisplayMap
    heatmap: Heatmap | None
    style: OverlayStyle
    card: ModelCard
    result: ExplainResult
    geometry: Geometry
    moment: datetime
    top_share: float | None = None
    faded: bool = False
    voi: Voi | None = None
    inverted: bool = False
    marks: SceneMarks | None = None
    lungs: SceneLungs | None = None

    @property
    def spacing(self) -> Spacing | None:
        """The size of a pixel: calibrated by the user, or as the file says."""
        calibration = self.marks.calibration if self.marks is not None else None
        return calibration or self.radiograph.spacing

    @cached_property
    def overlay(self) -> NDArray[np.uint8]:
        """The picture without annotation, (H, W, 3) uint8, read-only: as on screen in the same viewport."""
        picture = compose.to_rgb(
            Renderer(self.radiograph).picture(self.viewport, self.table, self.heatmap, self.style)
        )
        picture.flags.writeable = False
        return picture


def describe(scene: Scene) -> Annotation:
    """Return what is written with the picture."""
    card, prediction, attribution = scene.card, scene.result.prediction, scene.result.attribution
    target = attribution.target
    probability = target_probability(target, card, prediction)
    rows = output_rows(card, prediction, target) + question_rows(attribution)
    if _is_drawn(scene):
        rows += _drawing_rows(scene)
    rows += [("Model", f"{card.name} {card.version}".strip()), ("Analysed", _moment(scene.moment))]
    return Annotation(
        title=capitalised(target_name(target, card)),
        headline="Difference of logits" if probability is None else f"Probability {percent(probability)}",
        rows=tuple(rows),
        message=STATE_TEXT[scene.display.state] or ("" if _is_drawn(scene) else "Heatmap switched off."),
    )


def color_bar(scene: Scene) -> ColorBar | None:
    """Return the scale of the heatmap, or None where none is drawn."""
    if not _is_drawn(scene):
        return None
    return scale_bar(scene.display, scene.style, method_name(scene.result.attribution.method))


def _is_drawn(scene: Scene) -> bool:
    return scene.style.visible and scene.display.state is MapState.SHOWN


def _drawing_rows(scene: Scene) -> list[tuple[str, str]]:
    """Return how the heatmap is drawn."""
    style, rows = scene.style, []
    if style.signed:
        rows.append(("Shows", "evidence for and against"))
    if style.view is HeatmapView.CELLS:
        rows.append(("View", "cells as computed, not interpolated"))
    elif style.view is HeatmapView.CONTOURS:
        levels = ", ".join(whole_percent(level) for level in contour_levels(style.threshold))
        rows.append(("View", f"contours at {levels} of the scale"))
    rows.append(("Colours", _colors(scene)))
    if scene.faded:
        rows.append(("Faded", "the finding is under its operating threshold"))
    return rows


def _colors(scene: Scene) -> str:
    style = scene.style
    name = next(spec.name for spec in COLORMAPS if spec.id == compose.effective_colormap(style))
    parts = [name, f"opacity {whole_percent(style.alpha)}"]
    if scene.top_share is not None:
        parts.append(f"the strongest {whole_percent(scene.top_share)} of the area")
    elif style.threshold > 0:
        parts.append(f"from {whole_percent(style.threshold)} of the scale")
    return ", ".join(parts)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M %z}"
