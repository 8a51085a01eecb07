from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cxrviewer.errors import ModelError
from cxrviewer.models import inspection
from cxrviewer.models.inspection import read_description

CONFIG = {"class_name": "Sequential", "config": {}}


def archive(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name.replace("_", "."), data)
    return path


def hdf5(path: Path, config: Any = CONFIG) -> Path:
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = json.dumps(config)
        file.create_group("weights").create_dataset("kernel", data=np.ones((3, 3), np.float32))
    return path


def test_the_description_is_read_from_both_formats(tmp_path: Path) -> None:
    assert read_description(archive(tmp_path / "m.keras", config_json=json.dumps(CONFIG).encode())) == CONFIG
    assert read_description(hdf5(tmp_path / "m.h5")) == CONFIG
    assert read_description(hdf5(tmp_path / "m.hdf5")) == CONFIG


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0 a picture", "not a Keras model"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\x89HDF\r\n\x1a\n and no more", "damaged"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    suffix = ".h5" if data.startswith(b"\x89") else ".keras"
    path = tmp_path / f"m{suffix}"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=reason) as caught:
        read_description(path)
    assert caught.value.path == path
    assert caught.value.hint


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_description(tmp_path / "none.keras")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"other_json": b"{}"}, "no Keras model"),
        ({"config_json": b"{"}, "damaged"),
        ({"config_json": b"[1]"}, "damaged"),
        ({"config_json": b"[" * 100_000}, "damaged"),
        ({"config_json": b"{}", "weights_h5": bytes(5 * 2**20)}, "more than it holds"),
    ],
)
def test_a_bad_archive_is_refused(tmp_path: Path, entries: dict[str, bytes], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        read_description(archive(tmp_path / "m.keras", **entries))


def test_more_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "MAX_BYTES", 30)
    for path in (archive(tmp_path / "m.keras", config_json=b"{}" + b" " * 40), hdf5(tmp_path / "m.h5")):
        with pytest.raises(ModelError, match="GiB"):
            read_description(path)


def test_weights_without_a_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="without a model"):
        read_description(hdf5(tmp_path / "m.h5", None))


def test_a_wrong_suffix_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another name") as caught:
        read_description(archive(tmp_path / "m.h5", config_json=b"{}"))
    assert ".keras" in caught.value.hint
    with pytest.raises(ModelError, match="another name"):
        read_description(hdf5(tmp_path / "m.keras"))


@pytest.mark.parametrize("link", [h5py.ExternalLink("/etc/passwd", "/"), h5py.SoftLink("/")])
def test_links_are_refused(tmp_path: Path, link: Any) -> None:
    path = hdf5(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file["weights"]["away"] = link
    with pytest.raises(ModelError, match="links"):
        read_description(path)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5")
    (tmp_path / "raw").write_bytes(bytes(400))
    with h5py.File(path, "a") as file:
        file.create_dataset("away", (100,), np.float32, external=[(str(tmp_path / "raw"), 0, 400)])
    with pytest.raises(ModelError, match="other files"):
        read_description(path)


def test_weights_that_claim_more_than_they_store_are_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("empty", (2000, 2000), np.float32, chunks=(100, 100))
    with pytest.raises(ModelError, match="more than it holds"):
        read_description(path)
