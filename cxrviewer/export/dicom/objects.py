"""All DICOM objects of a scene, made for the same image, patient and study."""

from __future__ import annotations

from collections.abc import Collection

from pydicom.dataset import Dataset

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.capture import secondary_capture
from cxrviewer.export.dicom.equipment import UTF_8
from cxrviewer.export.dicom.identifiers import set_moment
from cxrviewer.export.dicom.image_copy import describe_body_part, mark_deidentified
from cxrviewer.export.dicom.kinds import FILE_NAMES, IMAGE_NAME, Kind
from cxrviewer.export.dicom.presentation import presentation_state
from cxrviewer.export.dicom.report import structured_report
from cxrviewer.export.dicom.segmentation import segmentation
from cxrviewer.export.dicom.subject import Subject, malformed, subject_of
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture

_ACQUISITION = "109101"


def dicom_object(scene: Scene, kind: Kind, options: ExportOptions, subject: Subject | None = None) -> Dataset:
    """Return a scene as a DICOM object.

    Parameters
    ----------
    scene : Scene
        What is exported.
    kind : Kind
        As what.
    options : ExportOptions
        Whether patient and study of the file are kept, and what is written on a picture.
    subject : Subject, optional
        The image that it refers to, where several objects are made for the same.

    Raises
    ------
    ExportError
        There is no heatmap for an object that is made of one, or the header of the file does not do.
    """
    subject = subject or subject_of(scene, options)
    try:
        dataset = _made(scene, kind, options, subject)
    except ExportError:
        raise
    # With identity, highdicom is given values of the file as they are, and objects to what is malformed.
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        if subject.copied:
            raise
        raise ExportError(
            f"The header of the file is malformed{malformed(subject.image)}: nothing can be filed with it.",
            "Export without the patient's identity.",
            scene.radiograph.path,
        ) from error
    dataset.SpecificCharacterSet = UTF_8
    set_moment(dataset, scene.moment)
    if kind is Kind.SEGMENTATION:
        dataset.PatientOrientation = subject.image.PatientOrientation
        _settle_dimensions(dataset, subject)
    elif kind is not Kind.REPORT:
        describe_body_part(dataset, subject.image.get("BodyPartExamined"), subject.image.get("Laterality"))
    if subject.copied:
        mark_deidentified(dataset, scene.radiograph)
        _forget_scanner(dataset)
    subject.settle_references(dataset)
    return dataset


def dicom_objects(scene: Scene, kinds: Collection[Kind], options: ExportOptions) -> dict[str, Dataset]:
    """Return objects of a scene by the names of their files, with the image where they refer to a copy of it.

    Raises
    ------
    ExportError
        As `dicom_object`.
    """
    subject = subject_of(scene, options)
    made = {FILE_NAMES[kind]: dicom_object(scene, kind, options, subject) for kind in Kind if kind in kinds}
    return {IMAGE_NAME: subject.image, **made} if subject.copied else made


def _made(scene: Scene, kind: Kind, options: ExportOptions, subject: Subject) -> Dataset:
    if kind is Kind.CAPTURE:
        picture = export_picture((scene,), options).pixels
        return secondary_capture(scene, picture, subject, options)
    make = {
        Kind.SEGMENTATION: segmentation,
        Kind.REPORT: structured_report,
        Kind.PRESENTATION: presentation_state,
    }[kind]
    return make(scene, subject, options.disclaimer)


def _settle_dimensions(dataset: Dataset, subject: Subject) -> None:
    """Give the dimensions, of which highdicom makes a random identifier, one that stays."""
    uid = subject.new_uid("dimensions")
    for sequence in (dataset.DimensionOrganizationSequence, dataset.DimensionIndexSequence):
        for item in sequence:
            item.DimensionOrganizationUID = uid


def _forget_scanner(dataset: Dataset) -> None:
    """Take out that the copy of the image was acquired by this program, as highdicom concludes."""
    if "ContributingEquipmentSequence" in dataset:
        dataset.ContributingEquipmentSequence = [
            item
            for item in dataset.ContributingEquipmentSequence
            if item.PurposeOfReferenceCodeSequence[0].CodeValue != _ACQUISITION
        ]
