"""What an enhanced multi-frame object says about one of its frames (PS3.3 C.7.6.16)."""

from __future__ import annotations

from pydicom.dataset import Dataset

from cxrviewer.imaging.dicom.tags import Tags

_MACROS = (
    "PixelMeasuresSequence",
    "FrameVOILUTSequence",
    "PixelValueTransformationSequence",
    "FrameAnatomySequence",
    "PlaneOrientationSequence",
    "PatientOrientationInFrameSequence",
    "FrameDisplayShutterSequence",
    "FramePixelDataPropertiesSequence",
    "XRayExposureControlSequence",
)
"""The functional groups that matter to the display; each has one item."""


def frame_tags(tags: Tags, frame: int) -> Tags:
    """Return the attributes of one frame: its own, then those shared by all frames, then the image's.

    Parameters
    ----------
    tags : Tags
        The image's; takes the notes.
    frame : int
        Counted from 0.
    """
    own = tags.items("PerFrameFunctionalGroupsSequence")[frame : frame + 1]
    groups = [*own, *tags.items("SharedFunctionalGroupsSequence")[:1]]
    macros = [_macro(group, name) for group in groups for name in _MACROS]
    return Tags(tags.dataset, tags.notes, [macro for macro in macros if macro is not None])


def _macro(group: Tags, name: str) -> Dataset | None:
    return next((item.dataset for item in group.items(name)), None)
