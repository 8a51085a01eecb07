"""The contours of the heatmap and the window in force as a Grayscale Softcopy Presentation State."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset
from pydicom.valuerep import DS

from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.dicom.codes import map_concept
from cxrviewer.export.dicom.contours import MOST_LINES, Contour, contours
from cxrviewer.export.dicom.equipment import equipment, limited
from cxrviewer.export.dicom.segmentation import heatmap_of
from cxrviewer.export.dicom.shutter import cover
from cxrviewer.export.dicom.subject import Subject
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import capitalised, method_name, percent, whole_percent
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.grayscale import default_voi, index_offset
from cxrviewer.imaging.radiograph import Rescale, VoiFunction, Window
from cxrviewer.imaging.spacing import LengthUnit

if TYPE_CHECKING:
    import highdicom as hd

SERIES = 9004

_TO_CORNER = 0.5
"""From stored points, 0 at the centre of the first pixel, to DICOM's, 0 at its corner (PS3.3 C.10.5.1.2)."""

_IN_PATIENT = (LengthUnit.PATIENT, LengthUnit.CALIBRATED, LengthUnit.ESTIMATED)

_FOR, _AGAINST = (255, 140, 0), (70, 130, 255)
_WORDS = "WORDS"
_LONGEST_LINE = 200
"""Letters; all lines are one Short Text (PS3.5 6.2), of 1024 at most."""


def presentation_state(scene: Scene, subject: Subject, disclaimer: bool) -> Dataset:
    """Return a presentation state (PS3.3 A.33.1): contours, what is written, window, area and orientation.

    Lines are drawn at the levels of `imaging.contour.contour_levels`, one graphic layer a level, so that a
    viewer can show them one by one.

    Raises
    ------
    ExportError
        There is no heatmap.
    """
    import highdicom as hd

    heatmap = heatmap_of(scene)
    attribution = scene.result.attribution
    lines = contours(heatmap, scene.radiograph.shape, scene.style.threshold)
    found = Counter(line.level for line in lines)
    levels = sorted(found)
    layers = [_layer(level, number + 1, found[level]) for number, level in enumerate(levels)]
    words = hd.pr.GraphicLayer(_WORDS, len(layers) + 1, "What is shown")
    annotations = [
        _annotation(subject, layer, [line for line in lines if line.level == level])
        for level, layer in zip(levels, layers, strict=True)
    ]
    name = target_name(attribution.target, scene.card)
    dataset = hd.pr.GrayscaleSoftcopyPresentationState(
        referenced_images=[subject.image],
        content_label="HEATMAP",
        content_description=limited(f"{method_name(attribution.method)}: {name}"),
        graphic_annotations=[*annotations, _words(scene, subject, words, disclaimer)],
        graphic_layers=[*layers, words],
        concept_name=map_concept(attribution.method),
        modality_lut_transformation=_modality(scene),
        voi_lut_transformations=[_voi(scene)],
        presentation_lut_transformation=hd.PresentationLUTTransformation(
            presentation_lut_shape="INVERSE" if _inverse(scene) else "IDENTITY"
        ),
        **subject.new_series(SERIES, f"Contours: {name}", disclaimer),
        **equipment(),
    )
    _set_area(dataset, scene)
    _set_orientation(dataset, scene)
    cover(dataset, scene.radiograph)
    return dataset


def _layer(level: float, order: int, lines: int) -> hd.pr.GraphicLayer:
    import highdicom as hd

    side = "AGAINST" if level < 0 else "LEVEL"
    color = hd.color.CIELabColor.from_rgb(*(_AGAINST if level < 0 else _FOR))
    few = f", {MOST_LINES} longest lines" if lines == MOST_LINES else ""
    description = f"{whole_percent(abs(level))} of the scale{', against' if level < 0 else ''}{few}"
    return hd.pr.GraphicLayer(f"{side}_{round(abs(level) * 100)}", order, limited(description), color)


def _annotation(subject: Subject, layer: hd.pr.GraphicLayer, lines: list[Contour]) -> hd.pr.GraphicAnnotation:
    import highdicom as hd

    return hd.pr.GraphicAnnotation(
        [subject.image],
        layer,
        graphic_objects=[
            hd.pr.GraphicObject("POLYLINE", line.points + _TO_CORNER, units="PIXEL") for line in lines
        ],
    )


def _words(
    scene: Scene, subject: Subject, layer: hd.pr.GraphicLayer, disclaimer: bool
) -> hd.pr.GraphicAnnotation:
    """Return what is written in the upper left corner of what is displayed."""
    import highdicom as hd

    attribution = scene.result.attribution
    probability = target_probability(attribution.target, scene.card, scene.result.prediction)
    title = capitalised(target_name(attribution.target, scene.card))
    lines = [
        title if probability is None else f"{title} {percent(probability)}",
        f"{method_name(attribution.method)}, {scene.card.name} {scene.card.version}".strip(),
        *([DISCLAIMER] if disclaimer else []),
    ]
    words = "\r\n".join(limited(line, _LONGEST_LINE) for line in lines)
    text = hd.pr.TextObject(
        words, units="DISPLAY", bounding_box=(0.01, 0.01, 0.6, 0.12), text_justification="LEFT"
    )
    return hd.pr.GraphicAnnotation([subject.image], layer, text_objects=[text])


def _in_window(scene: Scene) -> bool:
    """Return whether a window says all of how the image is shown, so that viewers can go on from it.

    A sigmoid does not: few viewers know of one in a presentation state, DCMTK among those that do not.
    """
    info, voi = scene.radiograph.grayscale, scene.voi or default_voi(scene.radiograph)
    straight = isinstance(voi, Window) and voi.function is not VoiFunction.SIGMOID
    return straight and info.padding is None and isinstance(info.modality, Rescale)


def _inverse(scene: Scene) -> bool:
    return _in_window(scene) and scene.inverted != scene.radiograph.grayscale.inverted


def _modality(scene: Scene) -> hd.ModalityLUTTransformation:
    """Return the modality transformation that the VOI is told for."""
    import highdicom as hd

    modality = scene.radiograph.grayscale.modality
    rescale = modality if _in_window(scene) and isinstance(modality, Rescale) else Rescale()
    return hd.ModalityLUTTransformation(
        rescale_intercept=rescale.intercept, rescale_slope=rescale.slope, rescale_type="US"
    )


def _voi(scene: Scene) -> hd.pr.SoftcopyVOILUTTransformation:
    """Return the window; where that is not all, the whole presentation table, from stored values."""
    import highdicom as hd

    voi = scene.voi or default_voi(scene.radiograph)
    if _in_window(scene) and isinstance(voi, Window):
        # The same ramp as LINEAR, which every viewer knows (PS3.3 C.11.2.1.2.1, C.11.2.1.3.2).
        exact = voi.function is VoiFunction.LINEAR_EXACT
        center, width = (voi.center + 0.5, voi.width + 1) if exact else (voi.center, voi.width)
        return hd.pr.SoftcopyVOILUTTransformation(window_center=center, window_width=width)
    bits = scene.radiograph.grayscale.bits_stored
    first = -(1 << (bits - 1)) if scene.radiograph.grayscale.signed else 0
    start = first - index_offset(scene.radiograph)
    table = hd.VOILUT(0, scene.table[start : start + (1 << bits)].astype(np.uint16) * np.uint16(257))
    if first < 0:
        # Not known to highdicom: the first value is signed where modality values are (PS3.3 C.11.2.1.1).
        table.add_new("LUTDescriptor", "SS", [table.LUTDescriptor[0], first, table.LUTDescriptor[2]])
    return hd.pr.SoftcopyVOILUTTransformation(voi_luts=[table])


def _set_area(dataset: Dataset, scene: Scene) -> None:
    """Write which part of the image is displayed (PS3.3 C.10.4): corners of the view, pixels from 1.

    Where the view goes beyond the image, as far as the image goes: not all viewers know what lies outside.
    """
    rows, columns = scene.viewport.shape
    to_stored = scene.viewport.view_to_stored
    item = dataset.DisplayedAreaSelectionSequence[0]
    corners = [apply_affine(to_stored, *point) for point in ((0, 0), (columns - 1, rows - 1))]
    most = scene.radiograph.shape[::-1]
    first, last = np.clip(np.round(corners).astype(int) + 1, 1, most).tolist()
    item.DisplayedAreaTopLeftHandCorner, item.DisplayedAreaBottomRightHandCorner = first, last
    spacing, aspect = scene.radiograph.spacing, scene.radiograph.aspect
    del item.PresentationPixelAspectRatio
    # Viewers measure by this spacing, and it has no attribute that says where it holds.
    if spacing is None or spacing.unit not in _IN_PATIENT:
        ratio = round(aspect * 10_000)
        item.PresentationPixelAspectRatio = ["1", "1"] if aspect == 1 else [str(ratio), "10000"]
    else:
        item.PresentationPixelSpacing = [
            DS(value, auto_format=True) for value in (spacing.row, spacing.column)
        ]


def _set_orientation(dataset: Dataset, scene: Scene) -> None:
    """Write how the view is turned (PS3.3 C.10.6): clockwise quarter turns, then a flip."""
    linear = np.sign(scene.viewport.stored_to_view[:2, :2].round(9)).astype(int)
    flipped = round(np.linalg.det(linear)) < 0
    turned = np.diag([-1, 1]) @ linear if flipped else linear
    turns = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}
    dataset.ImageHorizontalFlip = "Y" if flipped else "N"
    dataset.ImageRotation = turns[int(turned[0, 0]), int(turned[1, 0])]
