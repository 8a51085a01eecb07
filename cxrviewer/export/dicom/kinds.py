"""Which DICOM objects there are, and what their files are called. Nothing heavy is imported here."""

from __future__ import annotations

from enum import StrEnum

from cxrviewer.explain.display import MapState
from cxrviewer.export.overlay import Scene


class Kind(StrEnum):
    """What an object is; the writer of its own is called "dicom-" and this."""

    CAPTURE = "sc"
    SEGMENTATION = "seg"
    REPORT = "sr"
    PRESENTATION = "gsps"


FILE_NAMES = {
    Kind.CAPTURE: "overlay-sc.dcm",
    Kind.SEGMENTATION: "heatmap-seg.dcm",
    Kind.REPORT: "outputs-sr.dcm",
    Kind.PRESENTATION: "contours-gsps.dcm",
}
IMAGE_NAME = "image.dcm"


def kinds_of(scene: Scene) -> tuple[Kind, ...]:
    """Return which objects a scene has: without a heatmap there are neither segmentation nor contours."""
    return tuple(Kind) if scene.display.state is MapState.SHOWN else (Kind.CAPTURE, Kind.REPORT)
