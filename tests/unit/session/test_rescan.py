"""A folder listed anew."""

from __future__ import annotations

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from whole_listing import list_folder

from cxrviewer.errors import ImageReadError
from cxrviewer.session.folder import Listing
from cxrviewer.session.rescan import fresh, rescan

_LONG_AGO = time.time() - 1000


def _image(path: Path, when: float = _LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", np.zeros((4, 4), np.uint8))
    assert done
    path.write_bytes(data.tobytes())
    os.utime(path, (when, when))
    return path


def _names(listing: Listing) -> list[str]:
    return [path.name for path in listing.files]


def test_nothing_new_is_the_same_listing(tmp_path: Path) -> None:
    _image(tmp_path / "a.png")
    (tmp_path / "text").write_text("no image", encoding="utf-8")
    listing = list_folder(tmp_path)
    found = rescan(listing, {}, deep=False)
    assert found.listing is listing
    assert found.growing == {}


def test_a_new_file_counts_when_it_was_found_twice_alike(tmp_path: Path) -> None:
    _image(tmp_path / "b.png")
    listing = list_folder(tmp_path)
    new = _image(tmp_path / "a.png")
    first = rescan(listing, {}, deep=False)
    assert first.listing.files == listing.files
    assert set(first.growing) == {new}
    second = rescan(first.listing, first.growing, deep=False)
    assert _names(second.listing) == ["a.png", "b.png"]
    assert second.growing == {}
    assert rescan(second.listing, {}, deep=False).listing is second.listing


def test_a_file_that_grows_is_waited_for(tmp_path: Path) -> None:
    listing = list_folder(tmp_path)
    new = _image(tmp_path / "a.png")
    whole = new.read_bytes()
    new.write_bytes(whole[:20])
    first = rescan(listing, {}, deep=False)
    new.write_bytes(whole)
    second = rescan(first.listing, first.growing, deep=False)
    assert second.listing.files == ()
    third = rescan(second.listing, second.growing, deep=False)
    assert third.listing.files == (new,)


def test_an_empty_file_is_waited_for_but_not_for_ever(tmp_path: Path) -> None:
    listing = list_folder(tmp_path)
    new = tmp_path / "a.png"
    new.touch()
    found = rescan(listing, {}, deep=False)
    found = rescan(found.listing, found.growing, deep=False)
    assert set(found.growing) == {new}
    os.utime(new, (_LONG_AGO, _LONG_AGO))
    found = rescan(found.listing, found.growing, deep=False)
    found = rescan(found.listing, found.growing, deep=False)
    assert found.growing == {}
    assert found.listing.files == ()


def test_a_file_written_anew_stays_listed_and_gets_another_stamp(tmp_path: Path) -> None:
    path = _image(tmp_path / "a.png")
    listing = list_folder(tmp_path)
    _image(path, _LONG_AGO + 100)
    first = rescan(listing, {}, deep=False)
    assert first.listing.files == (path,)
    assert first.listing.stamps[path] == listing.stamps[path], "it may still be being written"
    second = rescan(first.listing, first.growing, deep=False)
    assert second.listing.stamps[path] != listing.stamps[path]
    assert second.listing is not first.listing


def test_what_is_gone_goes_and_folders_come(tmp_path: Path) -> None:
    gone, kept = _image(tmp_path / "a.png"), _image(tmp_path / "b.png")
    listing = list_folder(tmp_path)
    gone.unlink()
    (tmp_path / "inner").mkdir()
    found = rescan(listing, {}, deep=False).listing
    assert found.files == (kept,)
    assert found.folders == (tmp_path / "inner",)


def test_inner_folders_are_looked_into_where_that_is_wanted(tmp_path: Path) -> None:
    _image(tmp_path / "a" / "b" / "deep.png")
    _image(tmp_path / "top.png")
    listing = list_folder(tmp_path, deep=True)
    assert _names(listing) == ["top.png", "deep.png"]
    assert listing.folders == ()
    assert set(listing.walked) == {tmp_path, tmp_path / "a", tmp_path / "a" / "b"}
    _image(tmp_path / "a" / "b" / "more.png")
    found = rescan(listing, {}, deep=True)
    found = rescan(found.listing, found.growing, deep=True)
    assert _names(found.listing) == ["top.png", "deep.png", "more.png"]


def test_files_written_only_just_are_looked_at_again(tmp_path: Path) -> None:
    _image(tmp_path / "old.png")
    new = _image(tmp_path / "new.png", time.time())
    assert set(fresh(list_folder(tmp_path))) == {new}


def test_a_folder_that_is_gone_is_missed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    _image(folder / "a.png")
    listing = list_folder(folder)
    (folder / "a.png").unlink()
    folder.rmdir()
    with pytest.raises(ImageReadError, match="cannot be listed"):
        rescan(listing, {}, deep=False)
