"""The annotated overlay as a DICOM Secondary Capture, which every archive and viewer shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from cxrviewer.explain.target import target_name
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.dicom.codes import SOURCE_IMAGE
from cxrviewer.export.dicom.equipment import equipment, limited, model_words
from cxrviewer.export.dicom.image_copy import mark_lossy, set_directions
from cxrviewer.export.dicom.subject import Subject, patient_arguments
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import method_name
from cxrviewer.imaging.patient_orientation import opposite
from cxrviewer.imaging.viewport import Viewport

SERIES = 9001


def secondary_capture(
    scene: Scene, picture: NDArray[np.uint8], subject: Subject, options: ExportOptions
) -> Dataset:
    """Return a picture of a scene as Secondary Capture (PS3.3 A.8.1), in a series of its own.

    Parameters
    ----------
    scene : Scene
        What the picture shows.
    picture : (H, W, 3) uint8 array
        Red, green, blue, with what is written on it.
    subject : Subject
        The image that it was made from, and patient and study.
    options : ExportOptions
        What was written on it.
    """
    import highdicom as hd

    name = target_name(scene.result.attribution.target, scene.card)
    dataset = hd.sc.SCImage(
        np.ascontiguousarray(picture),
        "RGB",
        8,
        # What highdicom demands; the view's own follows.
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        **patient_arguments(subject.image),
        **subject.new_series(SERIES, f"Heatmap: {name}", options.disclaimer),
        **equipment(),
    )
    set_directions(dataset, directions_in_view(scene.radiograph.directions, scene.viewport))
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.ConversionType = "WSD"
    # What the program writes without identity does not tell who the patient is (PS3.3 C.7.6.1); what stands
    # in the pixels of the source may, unless the file says that nothing does.
    dataset.BurnedInAnnotation = "YES" if options.identity or not subject.clean_pixels else "NO"
    dataset.RecognizableVisualFeatures = "NO"
    dataset.DerivationDescription = limited(
        f"{method_name(scene.result.attribution.method)} for {name} by {model_words(scene.card)} "
        f"laid over the image",
        1024,
    )
    if options.disclaimer:
        dataset.ImageComments = DISCLAIMER
    dataset.SourceImageSequence = [_source(subject)]
    # As highdicom's other objects: who issued the patient's number, the description of the study, and so on.
    dataset.copy_patient_and_study_information(subject.image)
    mark_lossy(dataset, scene.radiograph)
    return dataset


def directions_in_view(directions: tuple[str, str] | None, viewport: Viewport) -> tuple[str, str] | None:
    """Return where rows and columns of a view point in the patient, None where that is not known."""
    if directions is None or not all(directions):
        return None
    to_stored = viewport.view_to_stored[:2, :2]

    def towards(x: float, y: float) -> str:
        across, down = to_stored @ (x, y)
        if abs(across) > abs(down):
            return directions[0] if across > 0 else opposite(directions[0])
        return directions[1] if down > 0 else opposite(directions[1])

    return towards(1, 0), towards(0, 1)


def _source(subject: Subject) -> Dataset:
    """Return a reference to the image (PS3.3 C.7.6.1.1.4)."""
    from highdicom.sr import CodedConcept

    item = Dataset()
    item.ReferencedSOPClassUID = subject.image.SOPClassUID
    item.ReferencedSOPInstanceUID = subject.image.SOPInstanceUID
    item.PurposeOfReferenceCodeSequence = [CodedConcept.from_code(SOURCE_IMAGE)]
    return item
