"""What the DICOM reader makes of a file's attributes."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from cxrviewer.imaging.grayscale import default_voi, normalized
from cxrviewer.imaging.open import is_image, read_radiograph
from cxrviewer.imaging.radiograph import LookupTable, Rescale, VoiFunction, Window

RAMP = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)


def lut_item(descriptor: list[int], data: object, vr: str = "US", explanation: str = "") -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if descriptor[1] < 0 else "US", descriptor)
    item.add_new("LUTData", vr, data)
    if explanation:
        item.LUTExplanation = explanation
    return item


def test_stored_values_are_those_of_the_file(write_dicom):
    path = write_dicom(RAMP)
    radiograph = read_radiograph(path)
    assert is_image(path)
    assert radiograph.file_format == "DICOM"
    assert np.array_equal(radiograph.pixels, RAMP)
    assert not radiograph.pixels.flags.writeable
    assert radiograph.pixels.flags.c_contiguous
    assert (radiograph.notes, radiograph.badges, radiograph.aspect) == ((), (), 1.0)
    assert len(radiograph.digest) == 64


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
def test_uncompressed_transfer_syntaxes(write_dicom, syntax, dtype):
    pixels = (RAMP % 251).astype(dtype)
    stored = pixels.byteswap() if syntax == ExplicitVRBigEndian and pixels.itemsize == 2 else pixels
    data = stored.tobytes()
    radiograph = read_radiograph(write_dicom(pixels, syntax=syntax, PixelData=data))
    assert np.array_equal(radiograph.pixels, pixels)


def test_a_data_set_without_prefix_is_read(write_dicom, tmp_path):
    from pydicom import dcmread

    dataset = dcmread(write_dicom(RAMP, syntax=ImplicitVRLittleEndian))
    bare = tmp_path / "bare"
    del dataset.file_meta
    dataset.save_as(bare, implicit_vr=True, little_endian=True, enforce_file_format=False)
    content = bare.read_bytes()
    bare.write_bytes(content[132:] if content[128:132] == b"DICM" else content)
    assert is_image(bare)
    assert np.array_equal(read_radiograph(bare).pixels, RAMP)


def test_signed_values_are_extended_from_their_stored_bits(write_dicom):
    words = np.array([[0x0FFF, 0x0800, 0x07FF, 0x0000]], np.int16)
    radiograph = read_radiograph(write_dicom(words, BitsStored=12, HighBit=11))
    assert radiograph.pixels.tolist() == [[-1, -2048, 2047, 0]]
    assert radiograph.grayscale.signed


def test_unused_high_bits_are_cut(write_dicom):
    words = np.array([[0xF001, 0x1FFF, 0x0ABC, 0]], np.uint16)
    radiograph = read_radiograph(write_dicom(words, BitsStored=12, HighBit=11))
    assert radiograph.pixels.tolist() == [[0x001, 0xFFF, 0xABC, 0]]


def test_values_at_the_top_of_their_words(write_dicom):
    words = np.array([[0x0010, 0xFFF0]], np.uint16)
    radiograph = read_radiograph(write_dicom(words, BitsStored=12, HighBit=15))
    assert radiograph.pixels.tolist() == [[0x001, 0xFFF]]


def test_eight_stored_bits_in_words_become_bytes(write_dicom):
    radiograph = read_radiograph(write_dicom(RAMP % 256, BitsStored=8, HighBit=7))
    assert radiograph.pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "IDENTITY", False),
        ("MONOCHROME1", "LIN OD", True),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", True),
    ],
)
def test_polarity_is_stated_once(write_dicom, photometric, shape, inverted):
    attributes = {"PhotometricInterpretation": photometric}
    if shape:
        attributes["PresentationLUTShape"] = shape
    radiograph = read_radiograph(write_dicom(RAMP, WindowCenter=1500, WindowWidth=3000, **attributes))
    assert radiograph.grayscale.inverted is inverted
    values = normalized(radiograph)
    assert bool(values[0, 0] > values[-1, -1]) is inverted


def test_all_windows_are_kept_with_their_names(write_dicom):
    radiograph = read_radiograph(
        write_dicom(
            RAMP,
            WindowCenter=[100, 200.5],
            WindowWidth=[300, 0.5],
            WindowCenterWidthExplanation=["LUNG", "BONE"],
            VOILUTFunction="SIGMOID",
        )
    )
    assert radiograph.grayscale.windows == (
        Window(100, 300, VoiFunction.SIGMOID, "LUNG"),
        Window(200.5, 0.5, VoiFunction.SIGMOID, "BONE"),
    )


def test_invalid_windows_are_left_out_with_a_note(write_dicom):
    radiograph = read_radiograph(write_dicom(RAMP, WindowCenter=[1, 2, 3, 4], WindowWidth=[0, 0.5, -7, 10]))
    assert radiograph.grayscale.windows == (Window(4, 10),)
    assert len(radiograph.notes) == 3


def test_empty_optional_attributes_are_as_good_as_absent(write_dicom):
    empty = dict.fromkeys(("WindowCenter", "WindowWidth", "RescaleSlope", "PixelPaddingValue"))
    radiograph = read_radiograph(write_dicom(RAMP, PixelAspectRatio="", **empty))
    assert radiograph.notes == ()
    assert radiograph.grayscale.modality == Rescale()


def test_malformed_optional_attributes_are_noted_and_do_not_hide_the_pixels(write_dicom, tmp_path):
    path = write_dicom(RAMP, WindowCenter="111", WindowWidth="222", RescaleSlope="333", RescaleIntercept=5)
    content = path.read_bytes()
    for number in (b"111", b"222", b"333"):
        assert content.count(number) == 1
        content = content.replace(number, b"x@y")
    path.write_bytes(content)
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.pixels, RAMP)
    assert radiograph.grayscale.windows == ()
    assert any("RescaleSlope" in note for note in radiograph.notes)


@pytest.mark.parametrize("slope", [-1, -10, 0.25])
def test_rescale(write_dicom, slope):
    radiograph = read_radiograph(write_dicom(RAMP, RescaleSlope=slope, RescaleIntercept=-3.5))
    assert radiograph.grayscale.modality == Rescale(slope, -3.5)


def test_zero_slope_is_malformed(write_dicom):
    radiograph = read_radiograph(write_dicom(RAMP, RescaleSlope=0, RescaleIntercept=0))
    assert radiograph.grayscale.modality == Rescale()
    assert radiograph.notes


def test_voi_tables_come_before_windows(write_dicom):
    first = lut_item([3, 10, 12], [0, 100, 4095], explanation="FIRST")
    second = lut_item([3, 0, 8], [1, 2, 3])
    radiograph = read_radiograph(
        write_dicom(RAMP, VOILUTSequence=Sequence([first, second]), WindowCenter=5, WindowWidth=5)
    )
    luts = radiograph.grayscale.voi_luts
    assert [(lut.first_mapped, lut.bits, lut.explanation) for lut in luts] == [(10, 12, "FIRST"), (0, 8, "")]
    assert default_voi(radiograph) is luts[0]
    assert luts[0].values.tolist() == [0, 100, 4095]


def test_zero_entries_mean_65536(write_dicom):
    data = np.arange(65536, dtype="<u2").tobytes()
    item = lut_item([0, 0, 16], data, "OW")
    (lut,) = read_radiograph(write_dicom(RAMP, VOILUTSequence=Sequence([item]))).grayscale.voi_luts
    assert len(lut.values) == 65536
    assert int(lut.values[-1]) == 65535


@pytest.mark.parametrize("entries", [4, 5])
def test_bytes_packed_in_words(write_dicom, entries):
    data = bytes(range(10, 10 + entries)) + b"\0" * (entries % 2)
    item = lut_item([entries, 0, 8], data, "OW")
    (lut,) = read_radiograph(write_dicom(RAMP, VOILUTSequence=Sequence([item]))).grayscale.voi_luts
    assert lut.values.tolist() == list(range(10, 10 + entries))


def test_tables_of_a_big_endian_file(write_dicom):
    words = lut_item([2, 0, 16], np.array([1, 1000], ">u2").tobytes(), "OW")
    packed = lut_item([4, 0, 8], bytes([11, 10, 13, 12]), "OW")
    path = write_dicom(
        RAMP,
        syntax=ExplicitVRBigEndian,
        PixelData=RAMP.byteswap().tobytes(),
        VOILUTSequence=Sequence([words, packed]),
    )
    luts = read_radiograph(path).grayscale.voi_luts
    assert [lut.values.tolist() for lut in luts] == [[1, 1000], [10, 11, 12, 13]]


@pytest.mark.parametrize(
    ("descriptor", "data"),
    [([4, 0, 8], []), ([4, 0], [1, 2]), ([4, 0, 16], b"\1")],
)
def test_unusable_tables_are_noted(write_dicom, descriptor, data):
    item = lut_item(descriptor, data, "OW" if isinstance(data, bytes) else "US")
    radiograph = read_radiograph(write_dicom(RAMP, VOILUTSequence=Sequence([item])))
    assert radiograph.grayscale.voi_luts == ()
    assert radiograph.notes


def test_first_mapped_value_is_signed_where_the_input_is(write_dicom):
    item = lut_item([2, 65535, 8], [1, 2])
    signed = write_dicom(RAMP.astype(np.int16), VOILUTSequence=Sequence([item]))
    assert read_radiograph(signed).grayscale.voi_luts[0].first_mapped == -1
    shifted = write_dicom(RAMP, VOILUTSequence=Sequence([item]), RescaleSlope=1, RescaleIntercept=-100)
    assert read_radiograph(shifted).grayscale.voi_luts[0].first_mapped == -1
    unsigned = write_dicom(RAMP, VOILUTSequence=Sequence([item]))
    assert read_radiograph(unsigned).grayscale.voi_luts[0].first_mapped == 65535


def test_modality_table_takes_the_place_of_slope_and_intercept(write_dicom):
    item = lut_item([4, 0, 16], [9, 8, 7, 6])
    radiograph = read_radiograph(write_dicom(RAMP, ModalityLUTSequence=Sequence([item]), RescaleSlope=2))
    assert isinstance(radiograph.grayscale.modality, LookupTable)
    assert radiograph.grayscale.modality.values.tolist() == [9, 8, 7, 6]


@pytest.mark.parametrize(
    ("dtype", "value", "limit", "expected"),
    [
        (np.uint16, 4095, None, (4095, 4095)),
        (np.uint16, 4000, 4095, (4000, 4095)),
        (np.int16, -2000, -1990, (-2000, -1990)),
    ],
)
def test_padding(write_dicom, dtype, value, limit, expected):
    attributes = {"PixelPaddingValue": value}
    if limit is not None:
        attributes["PixelPaddingRangeLimit"] = limit
    assert read_radiograph(write_dicom(RAMP.astype(dtype), **attributes)).grayscale.padding == expected


@pytest.mark.parametrize(
    ("attributes", "aspect"),
    [
        ({"PixelSpacing": [0.3, 0.2]}, 1.5),
        ({"ImagerPixelSpacing": [0.1, 0.2]}, 0.5),
        ({"PixelAspectRatio": [4, 3]}, 4 / 3),
        ({"PixelSpacing": [0, 0], "PixelAspectRatio": [2, 1]}, 2.0),
        ({"PixelSpacing": [1.2, 1.201]}, 1.0),
        ({"PixelSpacing": [1000, 1]}, 1.0),
    ],
)
def test_aspect(write_dicom, attributes, aspect):
    assert read_radiograph(write_dicom(RAMP, **attributes)).aspect == pytest.approx(aspect)


def test_badges(write_dicom):
    path = write_dicom(
        RAMP,
        LossyImageCompression="01",
        PresentationIntentType="FOR PROCESSING",
        BurnedInAnnotation="YES",
        SyntheticData="YES",
    )
    badges = read_radiograph(path).badges
    assert badges == ("synthetic", "lossy", "for processing", "burned-in annotation")


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_shown_as_luminance(write_dicom, planar):
    colors = np.zeros((8, 6, 3), np.uint8)
    colors[..., 0] = 200
    data = (colors.transpose(2, 0, 1) if planar else colors).tobytes()
    radiograph = read_radiograph(write_dicom(colors, PlanarConfiguration=planar, PixelData=data))
    assert int(radiograph.pixels[0, 0]) == round(0.299 * 200)
    assert any("luminance" in note for note in radiograph.notes)


def test_gray_stored_as_colour_has_no_note(write_dicom):
    gray = (RAMP % 256).astype(np.uint8)
    radiograph = read_radiograph(write_dicom(np.dstack([gray] * 3)))
    assert np.array_equal(radiograph.pixels, gray)
    assert radiograph.notes == ()


def test_luminance_of_ybr_is_y(write_dicom):
    colors = np.full((8, 6, 3), 128, np.uint8)
    colors[..., 0] = np.arange(6)
    radiograph = read_radiograph(write_dicom(colors, PhotometricInterpretation="YBR_FULL"))
    assert radiograph.pixels[0].tolist() == list(range(6))
    assert radiograph.notes == ()


def test_palette(write_dicom):
    indices = np.array([[0, 1], [1, 0]], np.uint8)
    tables = {}
    for name in ("Red", "Green", "Blue"):
        tables[f"{name}PaletteColorLookupTableDescriptor"] = [2, 0, 16]
        tables[f"{name}PaletteColorLookupTableData"] = np.array([0, 0xFFFF], "<u2").tobytes()
    radiograph = read_radiograph(write_dicom(indices, PhotometricInterpretation="PALETTE COLOR", **tables))
    assert radiograph.pixels.tolist() == [[0, 65535], [65535, 0]]


def test_public_samples(shared_data):
    folder = shared_data / "dicom"
    canine = read_radiograph(folder / "highdicom_dx_fuji_canine_MONO1_8bit.dcm")
    assert canine.grayscale.inverted
    assert canine.aspect == 1.0
    empty_tables = read_radiograph(folder / "leadtools-flowers-16-mono2-rle.dcm")
    assert empty_tables.grayscale.voi_luts == ()
    assert empty_tables.grayscale.modality == Rescale()
    assert len(read_radiograph(folder / "vlut_04.dcm").grayscale.voi_luts[0].values) == 256
    modality = read_radiograph(folder / "fodicom_CR-ModalityLUTSequence_JPLL.dcm").grayscale.modality
    assert isinstance(modality, LookupTable)
    assert modality.explanation == "CRTLUT"
