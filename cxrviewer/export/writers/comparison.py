"""A comparison sheet as PNG: several heatmaps of one image, how far they agree, and how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.comparison_sheet import Sheet, compare_scenes
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.sheet_picture import draw_sheet
from cxrviewer.export.writer_spec import Takes, WriterSpec
from cxrviewer.export.writers import png

SPEC = WriterSpec(
    "comparison", "Comparison sheet (PNG)", (".png",), Takes.SCENES, order=20, least=2, shows=("disclaimer",)
)


def write(scenes: Sequence[Scene], path: Path, options: ExportOptions) -> None:
    """Write the sheet, atomically.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full; `path` is then as it was.
    ExportError
        There is nothing to compare.
    """
    from cxrviewer.export.export import picture_metadata

    metadata = picture_metadata(scenes[0], options)
    metadata["Method"] = ", ".join(dict.fromkeys(scene.result.attribution.method for scene in scenes))
    models = dict.fromkeys(f"{scene.card.id} {scene.card.version}".strip() for scene in scenes)
    metadata["Model"] = ", ".join(models)
    png.write(preview(scenes, options), path, metadata)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return the picture of the sheet."""
    sheet = compare_scenes(scenes, options.columns)
    reference = options.reference if options.reference < len(scenes) else 0
    return draw_sheet(sheet, reference, disclaimer=options.disclaimer)


def record(scenes: Sequence[Scene], options: ExportOptions) -> Mapping[str, object]:
    """Return the numbers of the sheet, for the sidecar."""
    return {"agreement": pairs(compare_scenes(scenes, options.columns))}


def pairs(sheet: Sheet) -> list[dict[str, object]]:
    """Return how far each pair of maps agrees, as JSON has it; what is not defined is None."""
    return [
        {
            "maps": [one, other],
            "rank_correlation": sheet.agreements[one][other].rank_correlation,
            "overlap_top_tenth": sheet.agreements[one][other].overlap,
            "peak_distance": sheet.agreements[one][other].peak_distance,
            "peak_distance_unit": sheet.spacing.unit,
            "peak_distance_of_diagonal": sheet.agreements[one][other].peak_share,
        }
        for one, other in combinations(range(len(sheet.maps)), 2)
    ]
