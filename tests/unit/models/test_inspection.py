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
from cxrviewer.models.inspection import FileKind, check_weights, read_model_file

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
        file.attrs["keras_version"] = b"2.7.0"
        file.create_group("weights").create_dataset("kernel", data=np.ones((3, 3), np.float32))
    return path


def test_the_description_is_read_from_both_formats(tmp_path: Path) -> None:
    packed = archive(
        tmp_path / "m.keras",
        config_json=json.dumps(CONFIG).encode(),
        metadata_json=b'{"keras_version": "3.1.0"}',
        model_weights_h5=b"12345",
    )
    file = read_model_file(packed)
    assert (file.kind, file.keras_version, file.held) == (FileKind.KERAS, "3.1.0", 5)
    assert file.description == CONFIG
    for name in ("m.h5", "m.hdf5"):
        file = read_model_file(hdf5(tmp_path / name))
        assert (file.kind, file.keras_version, file.held) == (FileKind.HDF5, "2.7.0", 36)
        assert file.description == CONFIG


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
        read_model_file(path)
    assert caught.value.path == path
    assert caught.value.hint


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_model_file(tmp_path / "none.keras")


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
        read_model_file(archive(tmp_path / "m.keras", **entries))


def test_more_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "MAX_BYTES", 30)
    for path in (archive(tmp_path / "m.keras", config_json=b"{}" + b" " * 40), hdf5(tmp_path / "m.h5")):
        with pytest.raises(ModelError, match="GiB"):
            read_model_file(path)


def test_weights_without_a_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="without a model"):
        read_model_file(hdf5(tmp_path / "m.h5", None))


def test_a_wrong_suffix_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another name") as caught:
        read_model_file(archive(tmp_path / "m.h5", config_json=b"{}"))
    assert ".keras" in caught.value.hint
    with pytest.raises(ModelError, match="another name"):
        read_model_file(hdf5(tmp_path / "m.keras"))


@pytest.mark.parametrize("link", [h5py.ExternalLink("/etc/passwd", "/"), h5py.SoftLink("/")])
def test_links_are_refused(tmp_path: Path, link: Any) -> None:
    path = hdf5(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file["weights"]["away"] = link
    with pytest.raises(ModelError, match="links"):
        read_model_file(path)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5")
    (tmp_path / "raw").write_bytes(bytes(400))
    with h5py.File(path, "a") as file:
        file.create_dataset("away", (100,), np.float32, external=[(str(tmp_path / "raw"), 0, 400)])
    with pytest.raises(ModelError, match="other files"):
        read_model_file(path)


def test_weights_that_claim_more_than_they_store_are_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("empty", (2000, 2000), np.float32, chunks=(100, 100))
    with pytest.raises(ModelError, match="more than it holds"):
        read_model_file(path)


def test_the_folder_of_a_saved_model_is_known(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no SavedModel"):
        read_model_file(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(bytes(10))
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "variables.index").write_bytes(bytes(5))
    file = read_model_file(tmp_path)
    assert (file.kind, file.keras_version, file.held) == (FileKind.SAVED_MODEL, "", 15)


def test_what_could_not_be_run_or_built_is_refused(tmp_path: Path) -> None:
    wide = {"class_name": "InputLayer", "config": {"batch_shape": [None, 10**6, 10**6, 1]}}
    with pytest.raises(ModelError, match=r"images of 1000000×1000000×1; 4096 is the most"):
        read_model_file(hdf5(tmp_path / "wide.h5", {"config": {"layers": [wide]}}))
    layers = [{"class_name": "ReLU", "config": {"name": f"{index}"}} for index in range(100_000)]
    packed = archive(tmp_path / "m.keras", config_json=json.dumps({"config": {"layers": layers}}).encode())
    with pytest.raises(ModelError, match="claims 100000 layers; 5000 is the most"):
        read_model_file(packed)


def test_weights_are_checked_by_themselves(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5")
    assert check_weights(path) == 36
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError, match="damaged"):
        check_weights(path)
