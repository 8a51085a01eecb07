"""DICOM objects that are made, written to files and checked, and the radiographs that they are made from."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import dcmtk
import numpy as np
import pytest
from dicom_files import Case
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scenes import scene

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, full_resolution

needed = pytest.mark.skipif(
    shutil.which("dciodvfy") is None or shutil.which("dcmp2pgm") is None,
    reason="dciodvfy or DCMTK (Debian packages dicom3tools, dcmtk) is not installed",
)

IDENTITY = ExportOptions(identity=True, scale_bar=False)
NOBODY = ExportOptions(scale_bar=False)
NAME = "CANARY^NAME"
STUDY, SERIES, INSTANCE = "1.2.3.4.5", "1.2.3.4.6", "1.2.3.4.7"
PLAIN = Case("MONOCHROME1", 12, False, 1.0, "one window", "nothing")
"""With an offset, and nothing that is not image."""


def write_source(path: Path, dataset: Dataset, **more: object) -> Path:
    """Write a data set as a whole CR or DX of a patient."""
    known = {
        "SOPInstanceUID": INSTANCE,
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "PatientName": NAME,
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


def written(objects: Mapping[str, Dataset], folder: Path) -> dict[str, Path]:
    """Write objects to files and check each with dciodvfy."""
    paths = {}
    for name, dataset in objects.items():
        paths[name] = folder / name
        dataset.save_as(paths[name], enforce_file_format=True)
        check(paths[name])
    return paths


def check(path: Path) -> None:
    """Have dciodvfy find no error in a file."""
    found = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
    errors = [line for line in found.stderr.splitlines() if line.startswith("Error")]
    assert not errors, (path.name, errors)


def as_shown(shown: Scene) -> NDArray[np.uint8]:
    """Return the presentation values of the stored pixels, without heatmap and orientation."""
    radiograph = shown.radiograph
    return Renderer(radiograph).gray(full_resolution(radiograph.shape), shown.table)


def rendered(image: Path, state: Path, folder: Path, frame: int = 1) -> NDArray[np.uint8]:
    """Return an image through a presentation state, by DCMTK."""
    out = folder / "rendered.pgm"
    options = ["-q", "-f", str(frame), "-p", str(state)]
    command = ["dcmp2pgm", *options, str(image), str(out)]
    subprocess.run(command, check=True, env=dcmtk.environment())
    picture = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def polylines(state: Dataset) -> dict[str, list[NDArray[np.float64]]]:
    """Return the lines of a presentation state by their layer, (N, 2) points from the corner of the image."""
    lines: dict[str, list[NDArray[np.float64]]] = {}
    for item in state.GraphicAnnotationSequence:
        for drawn in item.get("GraphicObjectSequence", []):
            points = np.array(drawn.GraphicData, np.float64).reshape(-1, 2)
            lines.setdefault(item.GraphicLayer, []).append(points)
    return lines
