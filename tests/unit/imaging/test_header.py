"""Texts of a header, badges and presets."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from dicom_files import dicom_dataset
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLSNearLossless

from cxrviewer.imaging.header import Header
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.presets import AUTOMATIC, FULL_RANGE, presets
from cxrviewer.imaging.radiograph import LookupTable, Window

PIXELS = np.arange(72, dtype=np.uint16).reshape(8, 9)


def test_a_header_as_people_read_it(write_dicom):
    header = read_radiograph(
        write_dicom(
            PIXELS,
            PatientName="Doe^Jane^Q^Dr",
            PatientID="X 17",
            PatientBirthDate="19610203",
            StudyDate="20040119",
            StudyTime="072730.5",
            Modality="DX",
            PatientSex="F",
            PatientAge="042Y",
            BodyPartExamined="CHEST",
            ViewPosition="PA",
            ImageLaterality="U",
            Laterality="L",
            KVP=120,
            Exposure=3,
            BitsStored=12,
            HighBit=11,
            FrameTime=40,
        )
    ).header
    assert header is not None
    assert (header.patient_name, header.patient_id, header.birth_date) == (
        "Doe, Jane Q",
        "X 17",
        "1961-02-03",
    )
    assert (header.study_date, header.study_time) == ("2004-01-19", "07:27")
    assert (header.modality, header.sex, header.age) == ("DX", "F", "042Y")
    assert (header.body_part, header.view_position, header.laterality) == ("CHEST", "PA", "U")
    assert (header.kvp, header.exposure, header.bits) == ("120", "3", "12 of 16 bits")
    assert header.sop_class == "Computed Radiography Image Storage"
    assert header.transfer_syntax == "Explicit VR Little Endian"
    assert header.photometric == "MONOCHROME2"
    assert header.frame_time == 0.04


def test_what_is_absent_or_odd_is_empty_or_as_it_stands(write_dicom):
    header = read_radiograph(write_dicom(PIXELS, StudyDate="last week", PatientName="Plato")).header
    assert header is not None
    assert (header.study_date, header.patient_name, header.kvp, header.frame_time) == (
        "last week",
        "Plato",
        "",
        None,
    )


def test_identity_is_in_no_representation(write_dicom):
    header = read_radiograph(write_dicom(PIXELS, PatientName="Canary^Bird", PatientID="CANARY")).header
    assert "anary" not in repr(header).lower()
    hidden = {field.name for field in fields(Header) if not field.repr}
    assert {"patient_name", "patient_id", "birth_date", "accession_number", "institution"} <= hidden


@pytest.mark.parametrize(
    ("attributes", "badge"),
    [
        ({"LossyImageCompression": "00", "LossyImageCompressionRatio": 10}, None),
        ({"LossyImageCompression": "01"}, "lossy"),
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": 14.96}, "lossy 15:1"),
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": 2098.5}, "lossy 2098:1"),
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": 0.08}, "lossy"),
        (
            {
                "LossyImageCompression": "01",
                "LossyImageCompressionRatio": [8, 2.5],
                "LossyImageCompressionMethod": ["ISO_10918_1", "ISO_15444_1"],
            },
            "lossy JPEG 8:1 then JPEG 2000 2.5:1",
        ),
        ({"LossyImageCompression": "01", "LossyImageCompressionMethod": "ISO_14495_1"}, "lossy JPEG-LS"),
        ({"LossyImageCompression": "01", "LossyImageCompressionMethod": "VENDOR"}, "lossy VENDOR"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "for processing"),
        ({"PresentationIntentType": "FOR PRESENTATION"}, None),
        ({"BurnedInAnnotation": "YES"}, "burned-in annotation"),
        ({"BurnedInAnnotation": "NO"}, None),
    ],
)
def test_badges(write_dicom, attributes, badge):
    assert read_radiograph(write_dicom(PIXELS, **attributes)).badges == ((badge,) if badge else ())


def test_a_lossy_transfer_syntax_needs_no_attribute(write_dicom):
    import imagecodecs

    stream = bytes(imagecodecs.jpegls_encode(PIXELS, level=2))
    assert read_radiograph(write_dicom(PIXELS, syntax=JPEGLSNearLossless, stream=stream)).badges == ("lossy",)


def _table(explanation: str) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [256, 0, 8])
    item.add_new("LUTData", "OW", bytes(range(256)))
    if explanation:
        item.LUTExplanation = explanation
    return item


def test_presets_are_tables_then_windows_then_automatic_and_full(write_dicom):
    radiograph = read_radiograph(
        write_dicom(
            PIXELS,
            VOILUTSequence=Sequence([_table("NORMAL"), _table("")]),
            WindowCenter=[10, 20, 30],
            WindowWidth=[5, 6, 7],
            WindowCenterWidthExplanation=["LUNG", "", "NORMAL"],
        )
    )
    found = presets(radiograph)
    names = [preset.name for preset in found]
    assert names == ["NORMAL", "VOI LUT 2", "LUNG", "Window 2", "NORMAL (2)", AUTOMATIC, FULL_RANGE]
    assert [type(preset.voi) for preset in found] == [LookupTable] * 2 + [Window] * 5
    assert found[3].voi == Window(20, 6)


def test_a_file_without_any_has_automatic_and_full(tmp_path):
    dicom_dataset(PIXELS).save_as(tmp_path / "a.dcm", enforce_file_format=True)
    found = presets(read_radiograph(tmp_path / "a.dcm"))
    assert [preset.name for preset in found] == [AUTOMATIC, FULL_RANGE]
    assert found[0].voi != found[1].voi
