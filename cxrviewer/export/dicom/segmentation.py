"""The heatmap as a DICOM Segmentation with fractional values, on the pixels of the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from cxrviewer.errors import ExportError
from cxrviewer.explain.display import STATE_TEXT
from cxrviewer.explain.target import target_name
from cxrviewer.export.dicom.codes import SPATIAL, coding_schemes, map_concept
from cxrviewer.export.dicom.equipment import equipment, limited
from cxrviewer.export.dicom.model_identity import algorithm
from cxrviewer.export.dicom.sampling import interpolated
from cxrviewer.export.dicom.subject import Subject
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import method_name
from cxrviewer.imaging.heatmap import Heatmap

SERIES = 9002
STEPS = 255
"""Maximum Fractional Value: a stored value over this is the fraction."""

_COLORS = ((220, 60, 40), (50, 90, 220))


def segmentation(scene: Scene, subject: Subject, disclaimer: bool) -> Dataset:
    """Return the heatmap of a scene as Segmentation (PS3.3 A.51), one segment, or two of a signed map.

    The fractions are the display map's values, all of them, whatever threshold the style has. Their type is
    PROBABILITY: of the two that there are (PS3.3 C.8.20.2.3), OCCUPANCY would claim that the segment fills a
    part of each pixel, from which programs compute areas; PROBABILITY, that the pixel belongs to the segment
    more or less surely, and is drawn as shades. The segments' descriptions say that a value is neither: it is
    the influence of the region, relative to full scale.

    Raises
    ------
    ExportError
        There is no heatmap to write.
    """
    import highdicom as hd

    heatmap = heatmap_of(scene)
    attribution = scene.result.attribution
    name = target_name(attribution.target, scene.card)
    fractions = stored_fractions(heatmap, scene.radiograph.shape)
    labels = (name, f"Against {name}")
    return hd.seg.Segmentation(
        source_images=[subject.image],
        pixel_array=fractions[np.newaxis].astype(np.float32) / STEPS,
        segmentation_type="FRACTIONAL",
        fractional_type="PROBABILITY",
        max_fractional_value=STEPS,
        segment_descriptions=[
            hd.seg.SegmentDescription(
                segment_number=number + 1,
                segment_label=limited(labels[number]),
                segmented_property_category=SPATIAL,
                segmented_property_type=map_concept(attribution.method),
                algorithm_type="AUTOMATIC",
                algorithm_identification=algorithm(scene),
                tracking_id=limited(f"Heatmap {labels[number]}"),
                tracking_uid=subject.new_uid(f"segment {number}"),
                display_color=hd.color.CIELabColor.from_rgb(*_COLORS[number]),
            )
            for number in range(fractions.shape[-1])
        ],
        omit_empty_frames=False,
        content_label="HEATMAP",
        content_description=limited(f"{method_name(attribution.method)}: influence, not probability"),
        coding_schemes=coding_schemes(),
        **subject.new_series(SERIES, f"Heatmap: {name}", disclaimer),
        **equipment(),
    )


def heatmap_of(scene: Scene) -> Heatmap:
    """Return the heatmap of a scene.

    Raises
    ------
    ExportError
        There is none.
    """
    if scene.heatmap is None:
        why = STATE_TEXT[scene.display.state] or "There is no heatmap."
        raise ExportError(why, "Choose another target or method, or export the structured report alone.")
    return scene.heatmap


def stored_fractions(heatmap: Heatmap, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a heatmap on the stored pixels, (H, W, segments) uint8 with 255 as full scale.

    Two segments of a signed map: evidence for, and evidence against.
    """
    rows, columns = shape
    values = interpolated(heatmap, np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64))
    sides = (values, -values) if heatmap.signed else (values,)
    return np.stack([np.round(np.clip(side, 0, 1) * STEPS).astype(np.uint8) for side in sides], axis=-1)
