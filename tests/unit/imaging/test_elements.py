"""All data elements of a file as text: sequences, private elements, bulk left alone, identity marked."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from dicom_files import dicom_dataset
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.elements import BULK_BYTES, read_elements
from cxrviewer.imaging.element import Element
from cxrviewer.imaging.examine import list_elements

RAMP = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)
SYNTAXES = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


class Watched(io.BytesIO):
    """Bytes that count how many of them are read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def _rich(syntax: str = ExplicitVRLittleEndian) -> FileDataset:
    dataset = dicom_dataset(RAMP, syntax)
    dataset.PatientName = "Kanarienvogel^Zita"
    dataset.PatientID = "Q7731"
    dataset.PatientSex = "F"
    dataset.Modality = "DX"
    dataset.StudyDescription = "Chest"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.StudyInstanceUID = "1.2.3.99"
    item, inner = Dataset(), Dataset()
    inner.CodeMeaning = "posterior"
    item.CodeValue = "R-10214"
    item.ConceptCodeSequence = Sequence([inner])
    dataset.ViewCodeSequence = Sequence([item])
    block = dataset.private_block(0x0029, "ACME DEVICES", create=True)
    block.add_new(0x01, "LO", "processed by kanarienvogel")
    block.add_new(0x02, "LO", "sharp")
    return dataset


def _written(dataset: FileDataset) -> bytes:
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _elements(dataset: FileDataset) -> dict[str, Element]:
    listed = read_elements(Path("x.dcm"), io.BytesIO(_written(dataset)))
    return {element.tag: element for element in listed}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_elements_of_every_encoding_have_name_number_and_value(syntax: str) -> None:
    found = _elements(_rich(syntax))
    modality = found["(0008,0060)"]
    assert (modality.name, modality.keyword, modality.vr, modality.value) == (
        "Modality",
        "Modality",
        "CS",
        "DX",
    )
    assert found["(0008,0008)"].value == "ORIGINAL\\PRIMARY"
    assert found["(0028,0010)"].value == "64"


def test_the_file_meta_information_is_listed_with_the_meaning_of_uids() -> None:
    syntax = _elements(_rich())["(0002,0010)"]
    assert syntax.value == ExplicitVRLittleEndian
    assert syntax.meaning == "Explicit VR Little Endian"


def test_sequences_are_branches() -> None:
    sequence = _elements(_rich())["(0054,0220)"]
    assert sequence.value == "1 item"
    (item,) = sequence.children
    assert item.name == "Item 1"
    code, inner = item.children
    assert (code.name, code.value) == ("Code Value", "R-10214")
    assert inner.children[0].children[0].value == "posterior"


def test_private_elements_name_their_creator() -> None:
    found = _elements(_rich())
    assert found["(0029,0010)"].name == "Private Creator"
    assert found["(0029,0010)"].value == "ACME DEVICES"
    assert found["(0029,1002)"].name == "Private [ACME DEVICES]"
    assert found["(0029,1002)"].value == "sharp"


def test_what_names_the_patient_is_marked_wherever_it_stands() -> None:
    found = _elements(_rich())
    for tag in ("(0010,0010)", "(0010,0020)", "(0020,000D)", "(0029,1001)"):
        assert found[tag].identifying, tag
    for tag in ("(0008,0060)", "(0010,0040)", "(0008,1030)", "(0029,1002)", "(0002,0010)"):
        assert not found[tag].identifying, tag


def test_no_value_is_in_the_representation_of_an_element() -> None:
    assert "Kanarienvogel" not in repr(_elements(_rich()))


def test_pixels_are_named_with_their_size_and_never_read() -> None:
    dataset = dicom_dataset(np.zeros((1200, 1000), np.uint16))
    data = Watched(_written(dataset))
    listed = read_elements(Path("x.dcm"), data)
    (pixels,) = (element for element in listed if element.keyword == "PixelData")
    assert pixels.value == "Pixel Data, 2.4 MB"
    assert data.taken < 64 * 1024


def test_encapsulated_pixels_are_named_with_the_size_of_their_fragments(shared_data: Path) -> None:
    listed = list_elements(shared_data / "dicom" / "wg04_RG2_JPLL.dcm")
    (pixels,) = (element for element in listed if element.keyword == "PixelData")
    assert pixels.value == "Pixel Data, 2.2 MB"


def test_other_bulk_is_left_where_it_is_but_short_data_are_shown() -> None:
    dataset = _rich()
    dataset.add_new(0x00420011, "OB", bytes(BULK_BYTES + 2))
    dataset.add_new(0x00283006, "US", list(range(1000)))
    dataset.add_new(0x00281199, "UI", "1.2.3")
    block = dataset.private_block(0x0031, "ACME", create=True)
    block.add_new(0x05, "OB", b"\x01\x02\xff\x00")
    found = _elements(dataset)
    assert found["(0042,0011)"].value == "Data, 65.5 kB"
    assert found["(0028,3006)"].value.startswith("0\\1\\2\\3")
    assert found["(0031,1005)"].value == "01 02 ff 00"


def test_a_value_that_cannot_be_read_does_not_hide_the_others() -> None:
    data = _written(_rich()).replace(b"Chest ", b"Ch\xffst ")
    listed = read_elements(Path("x.dcm"), io.BytesIO(data))
    assert any(element.keyword == "Modality" and element.value == "DX" for element in listed)


def test_long_text_is_cut() -> None:
    dataset = _rich()
    dataset.ImageComments = "a" * 9000
    value = _elements(dataset)["(0020,4000)"].value
    assert len(value) < 5000
    assert "9,000 characters" in value


def test_what_is_no_image_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no image")
    with pytest.raises(ImageReadError, match="not an image"):
        list_elements(path)


def test_a_damaged_file_gives_one_message_or_what_can_be_read() -> None:
    data = _written(_rich())
    rng = np.random.default_rng(5)
    for _ in range(60):
        broken = bytearray(data[: rng.integers(140, len(data))])
        for place in rng.integers(132, min(len(broken), 900), 12):
            broken[place] = int(rng.integers(0, 256))
        with contextlib.suppress(ImageReadError):
            read_elements(Path("x.dcm"), io.BytesIO(bytes(broken)))


def test_a_deflated_file_that_inflates_without_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from cxrviewer.imaging.dicom import parse

    monkeypatch.setattr(parse, "MAX_FILE_BYTES", 4096)
    data = _written(_rich(DeflatedExplicitVRLittleEndian))
    with pytest.raises(ImageReadError, match="too large when inflated"):
        read_elements(Path("x.dcm"), io.BytesIO(data))


def test_a_picture_tells_its_facts(shared_data: Path) -> None:
    path = next((shared_data / "kermany224" / "train" / "NORMAL").iterdir())
    facts = {element.name: element.value for element in list_elements(path)}
    assert facts["Format"] == "JPEG"
    assert facts["Size"] == "224 × 224 pixels"
    assert facts["Badges"] == "lossy"
