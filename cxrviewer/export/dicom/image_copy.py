"""The image that DICOM objects refer to where they may not, or cannot, refer to the file that was opened.

It is a Secondary Capture of the stored pixels made from the radiograph alone: nothing of the file's header is
copied but what says how pixels are to be shown, how large they are, and how the patient lies in the image.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.valuerep import DS

from cxrviewer import __version__
from cxrviewer.export.dicom.equipment import UTF_8, equipment
from cxrviewer.export.dicom.identifiers import forget_moment, image_uid
from cxrviewer.imaging.grayscale import default_voi
from cxrviewer.imaging.radiograph import LookupTable, Radiograph, Window
from cxrviewer.imaging.spacing import LengthUnit

SERIES = 9000

_CODE = re.compile("[A-Z0-9_ ]{1,16}")
"""What a code string is made of (PS3.5 6.2, CS)."""
_CALIBRATIONS = {LengthUnit.CALIBRATED: "FIDUCIAL", LengthUnit.ESTIMATED: "GEOMETRY"}


def image_copy(radiograph: Radiograph) -> Dataset:
    """Return a Secondary Capture (PS3.3 A.8.1) of an image's stored pixels, without the patient's identity.

    Parameters
    ----------
    radiograph : Radiograph
        Of any format; of several frames this one. Colour was turned to luminance as it was read.
    """
    import highdicom as hd

    info = radiograph.grayscale
    pixels = radiograph.pixels
    unsigned = pixels.view(np.uint8 if pixels.itemsize == 1 else np.uint16)
    study = image_uid(radiograph, "study")
    dataset = hd.sc.SCImage(
        unsigned,
        "MONOCHROME1" if info.inverted else "MONOCHROME2",
        8 * pixels.itemsize,
        study_instance_uid=study,
        series_instance_uid=image_uid(radiograph, "series of the image"),
        series_number=SERIES,
        sop_instance_uid=image_uid(radiograph, f"image by {__version__}"),
        instance_number=1,
        series_description="Image, de-identified",
        specific_character_set=UTF_8,
        # What highdicom demands; the image's own follows.
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        **patient_of_nobody(study),
        **equipment(),
    )
    set_directions(dataset, radiograph.directions)
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.BitsStored, dataset.HighBit = info.bits_stored, info.bits_stored - 1
    dataset.PixelRepresentation = int(info.signed)
    body_part = radiograph.header.body_part if radiograph.header is not None else ""
    describe_body_part(dataset, body_part if _CODE.fullmatch(body_part) else "")
    _describe_shades(dataset, radiograph)
    _describe_size(dataset, radiograph)
    mark_deidentified(dataset, radiograph)
    mark_lossy(dataset, radiograph)
    if _has_writing(radiograph):
        dataset.BurnedInAnnotation = "YES"
    forget_moment(dataset)
    return dataset


def patient_of_nobody(study: str) -> dict[str, Any]:
    """Return the arguments of highdicom's objects for a patient and a study without identity.

    Archives file by patient number and study: the number comes from the study's identifier, so that objects
    of one image stay together and those of two images do not become one patient's.
    """
    return {
        "patient_id": f"CXR-{int(study.rpartition('.')[2]) % 10**12:012d}",
        "patient_name": "Anonymous^Patient",
        "patient_birth_date": None,
        "patient_sex": None,
        "accession_number": None,
        "study_id": None,
        "study_date": None,
        "study_time": None,
    }


def mark_deidentified(dataset: Dataset, radiograph: Radiograph) -> None:
    """Say whether the identity was removed, from pixels too, and how (PS3.3 C.7.1.1)."""
    dataset.PatientIdentityRemoved = "NO" if _has_writing(radiograph) else "YES"
    dataset.DeidentificationMethod = "No attribute of patient or study copied; pixels as they were"


def mark_lossy(dataset: Dataset, radiograph: Radiograph) -> None:
    """Say of what is made from an image that was once compressed lossily that it was (PS3.3 C.7.6.1.1.5)."""
    if any(badge.startswith("lossy") for badge in radiograph.badges):
        dataset.LossyImageCompression = "01"


def describe_body_part(dataset: Dataset, body_part: str | None, laterality: str | None = None) -> None:
    """Write body part and side (PS3.3 C.7.3.1); only what is known to have no side may go without one."""
    if body_part:
        dataset.BodyPartExamined = body_part
    if laterality or body_part != "CHEST":
        dataset.Laterality = laterality


def set_directions(dataset: Dataset, directions: tuple[str, str] | None) -> None:
    """Write Patient Orientation, which is empty where nothing is known of it (PS3.3 C.7.6.1.1.1)."""
    dataset.PatientOrientation = list(directions) if directions is not None and all(directions) else None


def _has_writing(radiograph: Radiograph) -> bool:
    """Return whether the file says that something is written in its pixels."""
    return "burned-in annotation" in radiograph.badges


def _describe_shades(dataset: Dataset, radiograph: Radiograph) -> None:
    """Write what stored values mean (PS3.3 C.11.1, C.11.2, C.7.5.1.1.2).

    Where the file has no window, the copy has the one that the program shows it with, so that archives show
    the same.
    """
    info = radiograph.grayscale
    if isinstance(info.modality, LookupTable):
        # In this kind of object a table has 8 or 16 bits, which do not scale its values (PS3.3 C.11.1.1.1).
        bits = 8 if info.modality.values.max() < 256 else 16
        dataset.ModalityLUTSequence = [_table(replace(info.modality, bits=bits), info.signed)]
        dataset.ModalityLUTSequence[0].ModalityLUTType = "US"
    else:
        dataset.RescaleSlope = DS(info.modality.slope, auto_format=True)
        dataset.RescaleIntercept = DS(info.modality.intercept, auto_format=True)
        dataset.RescaleType = "US"
    shown = default_voi(radiograph)
    windows = info.windows or ((shown,) if isinstance(shown, Window) else ())
    if windows:
        dataset.WindowCenter = [DS(window.center, auto_format=True) for window in windows]
        dataset.WindowWidth = [DS(window.width, auto_format=True) for window in windows]
        dataset.VOILUTFunction = str(windows[0].function)
    if info.voi_luts:
        signed = any(table.first_mapped < 0 for table in info.voi_luts)
        dataset.VOILUTSequence = [_table(_of_words(table), signed) for table in info.voi_luts]
    if info.padding is not None:
        kind = "SS" if info.signed else "US"
        dataset.add_new("PixelPaddingValue", kind, info.padding[0])
        dataset.add_new("PixelPaddingRangeLimit", kind, info.padding[1])


def _of_words(table: LookupTable) -> LookupTable:
    """Return a VOI LUT with values of 16 bits, of which there is one way to write them (PS3.3 C.11.2.1.1)."""
    stretched = np.round(table.values * (65535 / ((1 << table.bits) - 1))).astype(np.uint16)
    return replace(table, values=stretched, bits=16)


def _table(table: LookupTable, signed: bool) -> Dataset:
    """Return a lookup table as an item (PS3.3 C.11.1.1.1, C.11.2.1.1)."""
    # Values of 8 bits are packed, two in a word; beyond the end a table goes on as it ends.
    packed = table.bits == 8
    values = np.pad(table.values, (0, len(table.values) % 2), mode="edge") if packed else table.values
    item = Dataset()
    descriptor = [len(values) % (1 << 16), table.first_mapped, table.bits]
    item.add_new("LUTDescriptor", "SS" if signed else "US", descriptor)
    item.add_new("LUTData", "OW", values.astype(np.uint8 if packed else "<u2").tobytes())
    return item


def _describe_size(dataset: Dataset, radiograph: Radiograph) -> None:
    """Write how large a pixel is (PS3.3 10.7.1.3), and never more than the image itself said."""
    spacing = radiograph.spacing
    if spacing is None:
        if radiograph.aspect != 1:
            dataset.PixelAspectRatio = [str(round(radiograph.aspect * 10_000)), "10000"]
        return
    pair = [DS(spacing.row, auto_format=True), DS(spacing.column, auto_format=True)]
    if spacing.unit == LengthUnit.SCANNER:
        dataset.NominalScannedPixelSpacing = pair
    elif spacing.unit == LengthUnit.DETECTOR:
        dataset.ImagerPixelSpacing = pair
    else:
        dataset.PixelSpacing = pair
        if spacing.unit in _CALIBRATIONS:
            dataset.PixelSpacingCalibrationType = _CALIBRATIONS[LengthUnit(spacing.unit)]
