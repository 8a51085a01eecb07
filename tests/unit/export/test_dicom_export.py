"""DICOM objects, read again by pydicom, highdicom, DCMTK and dciodvfy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import dcmtk
import dicom_made
import highdicom as hd
import numpy as np
import pydicom
import pytest
from dicom_files import Case, dicom_dataset
from dicom_made import (
    IDENTITY,
    INSTANCE,
    NOBODY,
    PLAIN,
    SERIES,
    STUDY,
    polylines,
    rendered,
    scene_of,
    write_source,
    written,
)
from pydicom.dataset import Dataset
from pydicom.uid import MultiFrameGrayscaleByteSecondaryCaptureImageStorage

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.contours import regions_at
from cxrviewer.export.dicom.image_copy import image_copy
from cxrviewer.export.dicom.kinds import FILE_NAMES, IMAGE_NAME, Kind, kinds_of
from cxrviewer.export.dicom.objects import dicom_objects
from cxrviewer.export.export import export
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.grayscale import default_voi, modality_values
from cxrviewer.imaging.heatmap import Heatmap, value_at
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import LookupTable, Window
from cxrviewer.imaging.viewport import Orientation

pytestmark = dicom_made.needed

JAPANESE = (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう")
RUSSIAN = ("ISO_IR 144", "Люкceмбypг^Анна")


@dataclass(frozen=True)
class Made:
    """Objects without identity of one image, in files that are not to be changed."""

    shown: Scene
    source: Path
    paths: dict[str, Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Made]:
    """All objects of a MONOCHROME1, by whether the map has two signs; made once."""

    @cache
    def of(signed: bool) -> Made:
        folder = tmp_path_factory.mktemp("made")
        source = write_source(folder / "source.dcm", PLAIN.dataset())
        shown = scene_of(source, signed=signed)
        return Made(shown, source, written(dicom_objects(shown, tuple(Kind), NOBODY), folder))

    return of


@pytest.mark.parametrize("signed", [False, True])
def test_objects_without_identity_are_of_one_new_study_and_say_nothing_of_the_patient(
    made: Callable[[bool], Made], signed: bool
) -> None:
    paths = made(signed).paths
    assert set(paths) == {IMAGE_NAME, *FILE_NAMES.values()}
    read = {name: pydicom.dcmread(path) for name, path in paths.items()}
    image = read[IMAGE_NAME]
    np.testing.assert_array_equal(image.pixel_array, pydicom.dcmread(made(signed).source).pixel_array)
    assert len({dataset.SOPInstanceUID for dataset in read.values()}) == 5
    assert len({dataset.SeriesInstanceUID for dataset in read.values()}) == 5
    for name, path in paths.items():
        data = path.read_bytes()
        assert b"CANARY" not in data
        assert STUDY.encode() not in data
        assert b"20200304" not in data
        dataset = read[name]
        assert dataset.StudyInstanceUID == image.StudyInstanceUID
        assert (dataset.PatientID, dataset.PatientIdentityRemoved) == (image.PatientID, "YES")
        assert "not for diagnosis" in dataset.SeriesDescription or name == IMAGE_NAME
        if name != IMAGE_NAME:
            assert str(image.SOPInstanceUID).encode() in data


@pytest.mark.parametrize(("letters", "kinds"), [(JAPANESE, tuple(Kind)), (RUSSIAN, (Kind.CAPTURE,))])
def test_objects_with_identity_go_to_the_study_of_the_file(
    tmp_path: Path, letters: tuple[str | list[str], str], kinds: tuple[Kind, ...]
) -> None:
    dataset = PLAIN.dataset()
    dataset.SpecificCharacterSet, name = letters
    told = {"IssuerOfPatientID": "WARD", "StudyDescription": "Chest", "PatientAge": "070Y"}
    source = write_source(tmp_path / "name.dcm", dataset, PatientName=name, **told)
    paths = written(dicom_objects(scene_of(source), kinds, IDENTITY), tmp_path)
    assert set(paths) == {FILE_NAMES[kind] for kind in kinds}
    for path in paths.values():
        found = pydicom.dcmread(path)
        assert (found.StudyInstanceUID, found.PatientName) == (STUDY, name)
        assert {keyword: found[keyword].value for keyword in told} == told
        assert found.SeriesInstanceUID != SERIES
        assert "PatientIdentityRemoved" not in found
        assert INSTANCE.encode() in path.read_bytes()


def test_the_capture_is_the_picture_of_the_other_formats(
    made: Callable[[bool], Made], tmp_path: Path
) -> None:
    turned = scene_of(made(False).source, orientation=Orientation(flipped=True, quarter_turns=1))
    path = written(dicom_objects(turned, (Kind.CAPTURE,), NOBODY), tmp_path)[FILE_NAMES[Kind.CAPTURE]]
    expected = export_picture((turned,), NOBODY).pixels
    dataset = pydicom.dcmread(path)
    np.testing.assert_array_equal(dataset.pixel_array, expected)
    command = ["dcmj2pnm", "-q", str(path)]
    by_dcmtk = subprocess.run(command, capture_output=True, check=True, env=dcmtk.environment()).stdout
    picture = cv2.imdecode(np.frombuffer(by_dcmtk, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    np.testing.assert_array_equal(picture[..., ::-1], expected)
    # Rows went to the patient's left; mirrored and turned clockwise they go up.
    assert list(dataset.PatientOrientation) == ["H", "R"]
    assert dataset.BurnedInAnnotation == "YES"
    assert dataset.SourceImageSequence[0].PurposeOfReferenceCodeSequence[0].CodeValue == "121322"


@pytest.mark.parametrize(("said", "identity", "expected"), [("NO", False, "NO"), ("NO", True, "YES")])
def test_pixels_are_called_clean_where_the_file_says_so_and_no_name_is_written(
    tmp_path: Path, said: str, identity: bool, expected: str
) -> None:
    case = Case("MONOCHROME2", 8, False, 1.0, "none", "nothing")
    path = write_source(tmp_path / "said.dcm", case.dataset(), BurnedInAnnotation=said)
    options = replace(NOBODY, identity=identity)
    capture = dicom_objects(scene_of(path), (Kind.CAPTURE,), options)[FILE_NAMES[Kind.CAPTURE]]
    assert capture.BurnedInAnnotation == expected


def test_what_a_file_says_of_its_pixels_is_said_of_the_copy(tmp_path: Path) -> None:
    case = Case("MONOCHROME2", 12, False, 1.0, "none", "nothing")
    said = {"LossyImageCompression": "01", "BurnedInAnnotation": "YES", "ImagerPixelSpacing": [0.2, 0.2]}
    shown = scene_of(write_source(tmp_path / "said.dcm", case.dataset(), **said))
    kinds = (Kind.CAPTURE, Kind.SEGMENTATION, Kind.PRESENTATION)
    paths = written(dicom_objects(shown, kinds, NOBODY), tmp_path)
    read = {name: pydicom.dcmread(path) for name, path in paths.items()}
    image, state = read[IMAGE_NAME], read["contours-gsps.dcm"]
    assert {keyword: image[keyword].value for keyword in said} == said
    for name in ("overlay-sc.dcm", "heatmap-seg.dcm"):
        assert read[name].LossyImageCompression == "01"
    assert {dataset.PatientIdentityRemoved for dataset in read.values()} == {"NO"}
    window = default_voi(shown.radiograph)
    assert isinstance(window, Window)
    assert (image.WindowCenter, image.WindowWidth) == (window.center, window.width)
    # At the detector pixels are larger than in the patient, which viewers would not know.
    area = state.DisplayedAreaSelectionSequence[0]
    assert "PresentationPixelSpacing" not in area
    assert list(area.PresentationPixelAspectRatio) == [1, 1]


def test_a_table_of_few_bits_is_read_again_as_it_was(made: Callable[[bool], Made], tmp_path: Path) -> None:
    shown = made(False).shown.radiograph
    table = LookupTable(3, np.linspace(0, 200, 255).astype(np.uint16), 16)
    radiograph = replace(shown, grayscale=replace(shown.grayscale, modality=table))
    path = written({IMAGE_NAME: image_copy(radiograph)}, tmp_path)[IMAGE_NAME]
    stored = np.arange(4096.0)
    expected = modality_values(radiograph, stored)
    np.testing.assert_array_equal(modality_values(read_radiograph(path), stored), expected)


@pytest.mark.parametrize("signed", [False, True])
def test_fractions_are_the_values_of_the_map(made: Callable[[bool], Made], signed: bool) -> None:
    shown, path = made(signed).shown, made(signed).paths["heatmap-seg.dcm"]
    segments = hd.seg.segread(path)
    assert (segments.SegmentationFractionalType, segments.MaximumFractionalValue) == ("PROBABILITY", 255)
    assert segments.number_of_segments == 1 + signed
    image = segments.pixel_array.reshape(1 + signed, *shown.radiograph.shape) / 255
    heatmap = shown.heatmap
    assert heatmap is not None
    rng = np.random.default_rng(1)
    for y, x in rng.integers(0, shown.radiograph.shape, (200, 2)):
        expected = value_at(heatmap.values, heatmap.grid_to_stored, x, y)
        assert expected is not None
        assert image[0, y, x] == pytest.approx(max(expected, 0), abs=1 / 255)
        if signed:
            assert image[1, y, x] == pytest.approx(max(-expected, 0), abs=1 / 255)


def test_a_planted_blob_lies_at_its_place_in_all_objects(made: Callable[[bool], Made]) -> None:
    paths = made(False).paths
    rows, columns = made(False).shown.radiograph.shape
    # The cell in column 6 of 9 and row 2 of 7, from the corner of the image, which is how DICOM counts.
    place = np.array([6.5 * columns / 9, 2.5 * rows / 7])
    segment = pydicom.dcmread(paths["heatmap-seg.dcm"]).pixel_array.astype(np.float64)
    y, x = np.indices(segment.shape) + 0.5
    middle = np.array([(axis * segment).sum() / segment.sum() for axis in (x, y)])
    np.testing.assert_allclose(middle, place, atol=0.5)
    report = hd.sr.srread(paths["outputs-sr.dcm"])
    (region,) = report.content.get_planar_roi_measurement_groups()
    lines = polylines(pydicom.dcmread(paths["contours-gsps.dcm"]))
    for line in (region.roi.value, *(each for (each,) in lines.values())):
        assert (line[0] == line[-1]).all()
        moments = cv2.moments(line.astype(np.float32))
        middle = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
        np.testing.assert_allclose(middle, place, atol=0.5)


def test_the_report_has_every_output_and_the_region(made: Callable[[bool], Made]) -> None:
    shown, path = made(False).shown, made(False).paths["outputs-sr.dcm"]
    report = hd.sr.srread(path)
    groups = report.content.get_image_measurement_groups()
    card, prediction = shown.card, shown.result.prediction
    found = {group.finding_type.meaning: group.get_measurements() for group in groups}
    assert set(found) == {*card.labels, "Pneumonia"}
    for index, label in enumerate(card.labels):
        numbers = {each.name.meaning: each.value for each in found[label]}
        assert numbers == {
            "Probability": pytest.approx(float(prediction.probabilities[index]), abs=1e-6),
            "Logit": pytest.approx(float(prediction.logits[index]), abs=1e-6),
            "Threshold Value": card.thresholds[index],
        }
    (region,) = report.content.get_planar_roi_measurement_groups()
    # That of the target is of the whole image.
    assert region.get_measurements() == []
    heatmap = shown.heatmap
    assert heatmap is not None
    for x, y in region.roi.value - 0.5:
        assert value_at(heatmap.values, heatmap.grid_to_stored, x, y) == pytest.approx(0.5, abs=0.02)
    text = subprocess.run(["dsrdump", "+Pl", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Research and teaching: not for diagnosis" in text
    assert f"Model SHA-256: {card.sha256}" in text
    assert "Chest imaging" in text


def test_regions_reach_the_edge_of_the_image_and_are_no_holes() -> None:
    values = np.zeros((7, 9), np.float32)
    values[3:6, 4:7] = 1
    values[4, 5] = 0
    values[0, 0] = 1
    heatmap = Heatmap(values, resize_affine(values.shape, (70, 90)), False)
    ring, corner = (region.points for region in regions_at(heatmap, (70, 90), 0.5, 3))
    assert cv2.pointPolygonTest(ring.astype(np.float32), (54.5, 44.5), False) > 0
    assert (corner == -0.5).all(axis=1).any()
    assert (corner[0] == corner[-1]).all()
    assert len(regions_at(heatmap, (70, 90), 0.5, 1)) == 1


def test_one_frame_of_several(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frames = rng.integers(0, 255, (3, 40, 60), np.uint8)
    dataset = dicom_dataset(frames[0])
    dataset.SOPClassUID = MultiFrameGrayscaleByteSecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.NumberOfFrames = 3
    dataset.PixelData = frames.tobytes()
    source = write_source(tmp_path / "frames.dcm", dataset)
    shown = scene_of(source, 1)
    copy = written(dicom_objects(shown, (Kind.CAPTURE,), NOBODY), tmp_path)[IMAGE_NAME]
    np.testing.assert_array_equal(pydicom.dcmread(copy).pixel_array, frames[1])
    paths = written(dicom_objects(shown, tuple(Kind), IDENTITY), tmp_path)
    for path in paths.values():
        found: list[int] = []

        def each(_: Dataset, element: pydicom.DataElement, found: list[int] = found) -> None:
            if element.keyword == "ReferencedFrameNumber":
                found.append(int(element.value))

        pydicom.dcmread(path).walk(each)
        assert found, path.name
        assert set(found) == {2}
    image = rendered(source, paths["contours-gsps.dcm"], tmp_path, frame=2)
    np.testing.assert_array_equal(image, frames[1])


def test_a_picture_that_is_not_dicom_gets_a_study_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "Doe^Jane.png"
    rng = np.random.default_rng(1)
    cv2.imwrite(str(path), rng.integers(0, 255, (50, 40), np.uint8))
    shown = scene_of(path)
    # What a report says of an image does not depend on its file.
    kinds = (Kind.CAPTURE, Kind.SEGMENTATION, Kind.PRESENTATION)
    paths = written(dicom_objects(shown, kinds, IDENTITY), tmp_path)
    np.testing.assert_array_equal(pydicom.dcmread(paths[IMAGE_NAME]).pixel_array, shown.radiograph.pixels)
    assert all(b"Doe" not in each.read_bytes() for each in paths.values())


def test_what_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    source = write_source(tmp_path / "source.dcm", PLAIN.dataset())
    nothing = scene_of(source, values=np.full((4, 4), -1, np.float32))
    target = tmp_path / "out.dcm"
    for writer in ("dicom-seg", "dicom-gsps"):
        with pytest.raises(ExportError, match="No region spoke for the target"):
            export((nothing,), target, replace(NOBODY, writer=writer))
    possible = dicom_objects(nothing, kinds_of(nothing), NOBODY)
    assert set(possible) == {IMAGE_NAME, "overlay-sc.dcm", "outputs-sr.dcm"}
    shown = scene_of(source)
    dataset = pydicom.dcmread(source)
    del dataset.StudyInstanceUID
    dataset.save_as(source)
    with pytest.raises(ExportError, match="has changed since it was opened"):
        export((shown,), target, replace(IDENTITY, writer="dicom-sc"))
    with pytest.raises(ExportError, match="does not say its StudyInstanceUID"):
        export((scene_of(source),), target, replace(IDENTITY, writer="dicom-sc"))
    bad = write_source(tmp_path / "bad.dcm", PLAIN.dataset(), PatientSex="f", StudyTime="10:11:12")
    with pytest.raises(ExportError, match=r"malformed \(PatientSex, StudyTime\)"):
        export((scene_of(bad),), target, replace(IDENTITY, writer="dicom-sc"))
    with pytest.raises(ExportError, match="This is the image itself"):
        export((shown,), source, replace(NOBODY, writer="dicom-sc"))
    assert set(tmp_path.iterdir()) == {source, bad}
