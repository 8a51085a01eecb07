"""Exporting what is seen: the blended picture with the answers that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STATE_TEXT, DisplayMap, MapState
from cxrviewer.explain.request import ExplainResult
from cxrviewer.explain.target import Target, target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER, AnnotatedPicture, Annotation, annotate
from cxrviewer.export.column import BACKGROUND, ColorBar
from cxrviewer.export.save import save_picture
from cxrviewer.imaging import compose
from cxrviewer.imaging.colormap import COLORMAPS, colormap_table
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.reading import group_probability

_NO_BREAK = "\N{NO-BREAK SPACE}"


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
    moment : datetime
        When the analysis was made, with a time zone.
    top_share : float, optional
        Share of the map's area that the style's threshold leaves, where it was chosen so.
    faded : bool
        Whether the style's opacity is lowered because the finding is under its operating threshold.
    """

    radiograph: Radiograph
    viewport: Viewport
    table: NDArray[np.uint8]
    display: DisplayMap
    heatmap: Heatmap | None
    style: OverlayStyle
    card: ModelCard
    result: ExplainResult
    moment: datetime
    top_share: float | None = None
    faded: bool = False


def export_overlay(scene: Scene, path: Path) -> AnnotatedPicture:
    """Write the annotated overlay to a file, atomically, and return it.

    Neither the patient's identity nor the path of the image is in its pixels or its metadata.

    Raises
    ------
    ExportError
        As `save.save_picture`; the image itself is never written over.
    """
    annotated = annotate(render(scene), describe(scene), color_bar(scene))
    card, attribution = scene.card, scene.result.attribution
    metadata = {
        "Software": f"CXR Viewer {__version__}",
        "Model": f"{card.id} {card.version}".strip(),
        "Method": attribution.method,
        "Comment": DISCLAIMER,
    }
    save_picture(annotated.pixels, path, metadata, scene.radiograph.path)
    return annotated


def render(scene: Scene) -> NDArray[np.uint8]:
    """Return the picture without annotation, (H, W, 3) uint8: as on screen in the same viewport."""
    picture = Renderer(scene.radiograph).picture(scene.viewport, scene.table, scene.heatmap, scene.style)
    return compose.to_rgb(picture)


def describe(scene: Scene) -> Annotation:
    """Return what is written with the picture."""
    card, prediction, attribution = scene.card, scene.result.prediction, scene.result.attribution
    target = attribution.target
    probability = target_probability(target, card, prediction)
    rows = _output_rows(card, prediction, target)
    rows += [("Method", method_name(attribution.method)), ("Layer", _layer(scene))]
    if not attribution.explains_logit:
        rows.append(("Explains", "the probability: the model's logit could not be reached"))
    if _is_drawn(scene):
        rows.append(("Colours", _colors(scene.style)))
    rows += [("Model", f"{card.name} {card.version}".strip()), ("Analysed", _moment(scene.moment))]
    return Annotation(
        title=capitalised(target_name(target, card)),
        headline="Difference of logits" if probability is None else f"Probability {percent(probability)}",
        rows=tuple(rows),
        message=STATE_TEXT[scene.display.state] or ("" if _is_drawn(scene) else "Heatmap switched off."),
    )


def _output_rows(card: ModelCard, prediction: Prediction, target: Target) -> list[tuple[str, str]]:
    """Return how the target stands to its threshold, its groups and the top class."""
    rows, index = [], target.label
    if index is not None:
        threshold = card.thresholds[index]
        side = "above" if float(prediction.probabilities[index]) >= threshold else "below"
        rows.append(("Threshold", f"{percent(threshold)} (output {side})"))
        for group in card.label_groups:
            if card.labels[index] in group.labels:
                rows.append((group.name, f"{percent(group_probability(card, group, prediction))} as a group"))
    if index != prediction.top:
        top = prediction.top
        rows.append(("Top class", f"{card.labels[top]} {percent(float(prediction.probabilities[top]))}"))
    return rows


def color_bar(scene: Scene) -> ColorBar | None:
    """Return the scale of the heatmap, or None where none is drawn.

    The bar fades out as the heatmap does, and is empty below the threshold.
    """
    if not _is_drawn(scene):
        return None
    share = compose.opacity(replace(scene.style, alpha=1.0))[:, None]
    background = np.asarray(BACKGROUND, np.float32)
    colors = background + share * (colormap_table(scene.style.colormap) - background)
    greatest = scene.display.maximum
    ticks = ((0.0, "0"), (0.5, f"{greatest / 2:.3g}"), (1.0, f"{greatest:.3g}"))
    name = method_name(scene.result.attribution.method)
    return ColorBar(np.round(colors).astype(np.uint8), ticks, f"{name}, scaled to the maximum of this image")


def method_name(method: str) -> str:
    """Return the name of a method for people."""
    return method_spec(method).name


def capitalised(text: str) -> str:
    """Return a text with its first letter large; the others as they are."""
    return text[:1].upper() + text[1:]


def percent(probability: float) -> str:
    """Return a probability or threshold for people; never 0 % or 100 % where it is not."""
    if 0 < probability < 0.001:
        return f"< 0.1{_NO_BREAK}%"
    if 0.999 < probability < 1:
        return f"> 99.9{_NO_BREAK}%"
    return f"{probability * 100:.1f}{_NO_BREAK}%"


def _is_drawn(scene: Scene) -> bool:
    return scene.style.visible and scene.display.state is MapState.SHOWN


def _layer(scene: Scene) -> str:
    rows, columns = scene.result.attribution.values.shape
    return f"{scene.result.attribution.layer or 'input'} ({rows}×{columns})"


def _colors(style: OverlayStyle) -> str:
    name = next(spec.name for spec in COLORMAPS if spec.id == style.colormap)
    lowest = f", from {style.threshold:.0%} of the scale" if style.threshold > 0 else ""
    return f"{name}, opacity {style.alpha:.0%}{lowest}".replace("%", f"{_NO_BREAK}%")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M %z}"
