"""DICOM objects, read again by pydicom, highdicom, DCMTK and dciodvfy."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import highdicom as hd
import numpy as np
import pydicom
import pytest
from dicom_files import Case, dicom_dataset
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import MultiFrameGrayscaleByteSecondaryCaptureImageStorage
from scenes import scene

from cxrviewer.errors import ExportError
from cxrviewer.export.dicom.kinds import FILE_NAMES, IMAGE_NAME, Kind
from cxrviewer.export.dicom.objects import dicom_objects
from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.picture import export_picture
from cxrviewer.imaging.geometry import apply_affine, resize_affine
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.heatmap import Heatmap, value_at
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, full_resolution

pytestmark = pytest.mark.skipif(
    shutil.which("dciodvfy") is None or shutil.which("dcmp2pgm") is None,
    reason="dciodvfy or DCMTK (Debian packages dicom3tools, dcmtk) is not installed",
)

IDENTITY = ExportOptions(identity=True, scale_bar=False)
NOBODY = ExportOptions(scale_bar=False)
CANARY = "CANARY^NAME"
STUDY, SERIES, INSTANCE = "1.2.3.4.5", "1.2.3.4.6", "1.2.3.4.7"


def write_source(path: Path, dataset: Dataset, **more: object) -> Path:
    """Write a data set as a whole CR or DX of a patient."""
    known = {
        "SOPInstanceUID": INSTANCE,
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "PatientName": CANARY,
        "PatientID": "CANARY-ID",
        "PatientBirthDate": "19500102",
        "PatientSex": "F",
        "AccessionNumber": "CANARY-ACC",
        "StudyID": "CANARY-ST",
        "StudyDate": "20200304",
        "StudyTime": "101112",
        "Modality": "DX",
        "BodyPartExamined": "CHEST",
        "PatientOrientation": ["L", "F"],
        "ReferringPhysicianName": "CANARY^DOCTOR",
        **more,
    }
    for keyword, value in known.items():
        setattr(dataset, keyword, value)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)
    return path


def scene_of(path: Path, frame: int = 0, *, orientation: Orientation | None = None, **asked: object) -> Scene:
    """Return a scene of a file, as opened, with the map of `scenes.scene`."""
    radiograph = read_radiograph(path, frame)
    base = scene(**asked)
    voi = default_voi(radiograph)
    heatmap = base.heatmap
    if heatmap is not None:
        place = resize_affine(heatmap.values.shape, radiograph.shape)
        heatmap = Heatmap(heatmap.values, place, heatmap.signed)
    return replace(
        base,
        radiograph=radiograph,
        viewport=full_resolution(radiograph.shape, radiograph.aspect, orientation),
        table=presentation_table(radiograph, voi),
        heatmap=heatmap,
        voi=voi,
    )


def written(objects: dict[str, Dataset], folder: Path) -> dict[str, Path]:
    """Write objects to files and check each with dciodvfy."""
    paths = {}
    for name, dataset in objects.items():
        paths[name] = folder / name
        dataset.save_as(paths[name], enforce_file_format=True)
        found = subprocess.run(["dciodvfy", str(paths[name])], capture_output=True, text=True, check=False)
        errors = [line for line in found.stderr.splitlines() if line.startswith("Error")]
        assert not errors, (name, errors)
    return paths


def as_shown(shown: Scene) -> NDArray[np.uint8]:
    """Return the presentation values of the stored pixels, without heatmap and orientation."""
    radiograph = shown.radiograph
    return Renderer(radiograph).gray(full_resolution(radiograph.shape), shown.table)


def rendered(image: Path, state: Path, folder: Path, frame: int = 1) -> NDArray[np.uint8]:
    """Return an image through a presentation state, by DCMTK."""
    out = folder / "rendered.pgm"
    options = ["-q", "-f", str(frame), "-p", str(state)]
    subprocess.run(["dcmp2pgm", *options, str(image), str(out)], check=True)
    picture = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.asarray(picture, np.uint8)


@pytest.fixture
def dx(tmp_path: Path) -> Path:
    """A MONOCHROME1 of 12 bits with a window, an offset, and nothing that is not image."""
    case = Case("MONOCHROME1", 12, False, 1.0, "one window", "nothing")
    return write_source(tmp_path / "source.dcm", case.dataset())


@pytest.mark.parametrize("signed", [False, True])
def test_objects_without_identity_are_of_one_new_study_and_say_nothing_of_the_patient(
    dx: Path, tmp_path: Path, signed: bool
) -> None:
    paths = written(dicom_objects(scene_of(dx, signed=signed), tuple(Kind), NOBODY), tmp_path)
    assert set(paths) == {IMAGE_NAME, *FILE_NAMES.values()}
    read = {name: pydicom.dcmread(path) for name, path in paths.items()}
    image = read[IMAGE_NAME]
    np.testing.assert_array_equal(image.pixel_array, pydicom.dcmread(dx).pixel_array)
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


def test_objects_with_identity_go_to_the_study_of_the_file(dx: Path, tmp_path: Path) -> None:
    paths = written(dicom_objects(scene_of(dx), tuple(Kind), IDENTITY), tmp_path)
    assert set(paths) == set(FILE_NAMES.values())
    for path in paths.values():
        dataset = pydicom.dcmread(path)
        assert (dataset.StudyInstanceUID, dataset.PatientName) == (STUDY, CANARY)
        assert dataset.SeriesInstanceUID != SERIES
        assert "PatientIdentityRemoved" not in dataset
        assert INSTANCE.encode() in path.read_bytes()


def test_a_name_in_other_letters_is_kept(tmp_path: Path) -> None:
    case = Case("MONOCHROME2", 8, False, 1.0, "none", "nothing")
    name = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    dataset = case.dataset()
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    path = write_source(tmp_path / "name.dcm", dataset, PatientName=name)
    for made in written(dicom_objects(scene_of(path), tuple(Kind), IDENTITY), tmp_path).values():
        assert pydicom.dcmread(made).PatientName == name


def test_the_capture_is_the_picture_of_the_other_formats(dx: Path, tmp_path: Path) -> None:
    turned = scene_of(dx, orientation=Orientation(flipped=True, quarter_turns=1))
    path = written(dicom_objects(turned, (Kind.CAPTURE,), NOBODY), tmp_path)[FILE_NAMES[Kind.CAPTURE]]
    expected = export_picture((turned,), NOBODY).pixels
    dataset = pydicom.dcmread(path)
    np.testing.assert_array_equal(dataset.pixel_array, expected)
    by_dcmtk = subprocess.run(["dcmj2pnm", "-q", str(path)], capture_output=True, check=True).stdout
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
    made = dicom_objects(scene_of(path), (Kind.CAPTURE,), options)[FILE_NAMES[Kind.CAPTURE]]
    assert made.BurnedInAnnotation == expected


@pytest.mark.parametrize("signed", [False, True])
def test_fractions_are_the_values_of_the_map(dx: Path, tmp_path: Path, signed: bool) -> None:
    shown = scene_of(dx, signed=signed)
    path = written(dicom_objects(shown, (Kind.SEGMENTATION,), NOBODY), tmp_path)["heatmap-seg.dcm"]
    segments = hd.seg.segread(path)
    assert (segments.SegmentationFractionalType, segments.MaximumFractionalValue) == ("PROBABILITY", 255)
    assert segments.number_of_segments == 1 + signed
    image = pydicom.dcmread(path).pixel_array.reshape(1 + signed, *shown.radiograph.shape) / 255
    heatmap = shown.heatmap
    assert heatmap is not None
    rng = np.random.default_rng(1)
    for y, x in rng.integers(0, shown.radiograph.shape, (200, 2)):
        expected = value_at(heatmap.values, heatmap.grid_to_stored, x, y)
        assert expected is not None
        assert image[0, y, x] == pytest.approx(max(expected, 0), abs=1 / 255)
        if signed:
            assert image[1, y, x] == pytest.approx(max(-expected, 0), abs=1 / 255)


def test_the_report_has_every_output_and_the_region(dx: Path, tmp_path: Path) -> None:
    shown = scene_of(dx)
    path = written(dicom_objects(shown, (Kind.REPORT,), NOBODY), tmp_path)["outputs-sr.dcm"]
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
    regions = report.content.get_planar_roi_measurement_groups()
    assert len(regions) == 1
    heatmap = shown.heatmap
    assert heatmap is not None
    points = regions[0].roi.value - 0.5
    assert (points[0] == points[-1]).all()
    for x, y in points:
        assert value_at(heatmap.values, heatmap.grid_to_stored, x, y) == pytest.approx(0.5, abs=0.02)
    text = subprocess.run(["dsrdump", "+Pl", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Research and teaching: not for diagnosis" in text
    assert f"Model SHA-256: {card.sha256}" in text


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("turns", [0, 1])
def test_contours_lie_on_the_level_and_the_view_is_as_shown(
    dx: Path, tmp_path: Path, flipped: bool, turns: int
) -> None:
    shown = scene_of(dx, orientation=Orientation(flipped, turns), threshold=0.4)
    paths = written(dicom_objects(shown, (Kind.PRESENTATION,), NOBODY), tmp_path)
    state = pydicom.dcmread(paths["contours-gsps.dcm"])
    heatmap = shown.heatmap
    assert heatmap is not None
    lines = {}
    for item in state.GraphicAnnotationSequence:
        for drawn in item.get("GraphicObjectSequence", []):
            lines[item.GraphicLayer] = np.array(drawn.GraphicData).reshape(-1, 2) - 0.5
    assert set(lines) == {"LEVEL_40", "LEVEL_50", "LEVEL_75"}
    for layer, points in lines.items():
        level = int(layer.rpartition("_")[2]) / 100
        for x, y in points:
            around = [
                value_at(heatmap.values, heatmap.grid_to_stored, x + dx, y + dy) or 0
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
            ]
            assert min(around) <= level <= max(around)
    image = rendered(paths[IMAGE_NAME], paths["contours-gsps.dcm"], tmp_path)
    expected = as_shown(shown)
    # DCMTK turns and mirrors its picture, too: by rotation first, as the standard has it.
    expected = np.rot90(expected, -turns if not flipped else turns)
    expected = expected[:, ::-1] if flipped else expected
    turned_by_user = Renderer(shown.radiograph).gray(shown.viewport, shown.table)
    np.testing.assert_array_equal(expected, turned_by_user)
    np.testing.assert_allclose(image.astype(int), turned_by_user, atol=1)
    words = [item for item in state.GraphicAnnotationSequence if "TextObjectSequence" in item]
    assert "not for diagnosis" in words[0].TextObjectSequence[0].UnformattedTextValue
    area = state.DisplayedAreaSelectionSequence[0]
    corner = apply_affine(shown.viewport.view_to_stored, 0, 0)
    assert list(area.DisplayedAreaTopLeftHandCorner) == [round(corner[0]) + 1, round(corner[1]) + 1]


@pytest.mark.parametrize(
    "case",
    [
        Case("MONOCHROME2", 16, True, 1.0, "several windows", "padding"),
        Case("MONOCHROME1", 12, False, -1.0, "table of 12 bits", "nothing"),
        Case("MONOCHROME2", 10, False, 1.0, "sigmoid", "nothing"),
        Case("MONOCHROME1", 8, False, 1.0, "none", "nothing"),
    ],
    ids=lambda case: f"{case.photometric}-{case.bits}-{case.voi}-{case.surround}",
)
@pytest.mark.parametrize("options", [NOBODY, IDENTITY], ids=["nobody", "identity"])
def test_the_image_looks_as_shown_through_the_presentation_state(
    tmp_path: Path, case: Case, options: ExportOptions
) -> None:
    source = write_source(tmp_path / "source.dcm", case.dataset())
    shown = replace(scene_of(source), inverted=True)
    shown = replace(shown, table=presentation_table(shown.radiograph, default_voi(shown.radiograph), True))
    paths = written(dicom_objects(shown, (Kind.PRESENTATION,), options), tmp_path)
    image = rendered(paths.get(IMAGE_NAME, source), paths["contours-gsps.dcm"], tmp_path)
    np.testing.assert_allclose(image.astype(int), as_shown(shown), atol=1)


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
    paths = written(dicom_objects(shown, tuple(Kind), IDENTITY), tmp_path)
    np.testing.assert_array_equal(pydicom.dcmread(paths[IMAGE_NAME]).pixel_array, shown.radiograph.pixels)
    assert all(b"Doe" not in each.read_bytes() for each in paths.values())


def test_an_export_that_is_made_again_is_the_same_file(dx: Path, tmp_path: Path) -> None:
    shown = scene_of(dx)
    for name in ("one.zip", "two.zip"):
        export((shown,), tmp_path / name, NOBODY)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        together = archive.read("contours-gsps.dcm")
    alone = tmp_path / "alone.dcm"
    export((shown,), alone, replace(NOBODY, writer="dicom-gsps"))
    assert alone.read_bytes() == together
    export((replace(shown, inverted=True),), alone, replace(NOBODY, writer="dicom-gsps"))
    assert pydicom.dcmread(alone).SOPInstanceUID.encode() not in together


@pytest.mark.parametrize("writer", ["dicom-sc", "dicom-seg", "dicom-sr", "dicom-gsps", "dicom-image"])
def test_without_its_library_it_says_what_to_install(
    dx: Path, tmp_path: Path, writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r"pip install cxrviewer\[dicom\]"):
        export((scene_of(dx),), tmp_path / "out.dcm", replace(NOBODY, writer=writer))
    assert not (tmp_path / "out.dcm").exists()


def test_what_cannot_be_made_is_told_in_a_sentence(dx: Path, tmp_path: Path) -> None:
    nothing = scene_of(dx, values=np.full((4, 4), -1, np.float32))
    target = tmp_path / "out.dcm"
    for writer in ("dicom-seg", "dicom-gsps"):
        with pytest.raises(ExportError, match="No region spoke for the target"):
            export((nothing,), target, replace(NOBODY, writer=writer))
    export((nothing,), tmp_path / "all.zip", NOBODY)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert set(archive.namelist()) == {IMAGE_NAME, "overlay-sc.dcm", "outputs-sr.dcm"}
    shown = scene_of(dx)
    dataset = pydicom.dcmread(dx)
    del dataset.StudyInstanceUID
    dataset.save_as(dx)
    with pytest.raises(ExportError, match="has changed since it was opened"):
        export((shown,), target, replace(IDENTITY, writer="dicom-sc"))
    with pytest.raises(ExportError, match="does not say its StudyInstanceUID"):
        export((scene_of(dx),), target, replace(IDENTITY, writer="dicom-sc"))
    with pytest.raises(ExportError, match="This is the image itself"):
        export((shown,), dx, replace(NOBODY, writer="dicom-sc"))
    assert not target.exists()
    assert not list(tmp_path.glob(".part-*"))
