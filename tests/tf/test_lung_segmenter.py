"""The segmenter that ships, on radiographs of people and on what is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer import paths
from cxrviewer.errors import ModelError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.lungs import find_lungs, lung_mask
from cxrviewer.explain.request import LungRequest
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.lung_masks import intersection_over_union
from cxrviewer.models import lungs
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.lungs import LungSegmenter, lung_card

CHESTS = ("gdcm-CR-MONO1-10-chest.dcm", "wg04_RG1_JLSN.dcm")
OTHERS = (
    "wg04_RG2_UNC.dcm",
    "leadtools-flowers-16-mono2-rle.dcm",
    "vlut_04.dcm",
    "highdicom_dx_fuji_canine_MONO1_8bit.dcm",
    "fodicom_CR-ModalityLUTSequence_JPLL.dcm",
)


def test_the_card_is_that_of_the_weights() -> None:
    weights = paths.resource("segmenters", "lung-field.keras")
    assert file_digest(weights) == lung_card().sha256
    assert weights.stat().st_size <= 2 * 2**20
    assert lung_card().licence
    assert lung_card().limits


def test_adults_have_the_lungs_that_a_person_has_drawn(shared_data: Path) -> None:
    folder = shared_data / "lungs"
    overlaps = []
    for path in sorted((folder / "images").iterdir())[::9]:
        mask = lung_mask(read_radiograph(path))
        assert mask is not None, path.name
        drawn = cv2.imread(str(folder / "masks" / path.name), cv2.IMREAD_GRAYSCALE)
        small = cv2.resize(drawn, mask.shape[::-1], interpolation=cv2.INTER_AREA)
        overlaps.append(intersection_over_union(mask, small > 127))
    assert np.mean(overlaps) > 0.85
    assert min(overlaps) > 0.6


@pytest.mark.parametrize("name", CHESTS)
def test_dicom_chests_have_lungs_on_either_side_of_the_middle(shared_data: Path, name: str) -> None:
    radiograph = read_radiograph(shared_data / "dicom" / name)
    field = find_lungs(Explainer().handle, radiograph)
    assert field.plausible, field.doubt
    middles = sorted(line[:, 0].mean() / radiograph.shape[1] for line in field.outline)
    assert len(middles) == 2
    assert 0.15 < middles[0] < 0.4 < 0.6 < middles[1] < 0.85


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_chest_has_no_lungs(shared_data: Path, name: str) -> None:
    assert lung_mask(read_radiograph(shared_data / "dicom" / name)) is None


@pytest.mark.parametrize("name", ["phantom-normal.dcm", "phantom-opacity.dcm", "phantom-opacity.png"])
def test_the_samples_have_lungs(name: str) -> None:
    assert lung_mask(read_radiograph(paths.resource("samples", name))) is not None


def test_an_image_is_segmented_once(monkeypatch: pytest.MonkeyPatch) -> None:
    explainer = Explainer()
    inputs = np.random.default_rng(1).random((1, 256, 256, 1), np.float32)
    first = explainer.handle(LungRequest("key", inputs))
    assert explainer.handle(LungRequest("key", inputs)) is first
    assert explainer.handle(LungRequest("other", inputs)) is not first


def test_weights_that_do_not_go_with_the_card_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "lung-field.keras"
    monkeypatch.setattr(lungs, "_weights", lambda: weights)
    with pytest.raises(ModelError):
        LungSegmenter()
    shutil.copyfile(paths.resource("models", "paediatric-pneumonia.keras"), weights)
    with pytest.raises(ModelError, match="does not go with its card"):
        LungSegmenter()
