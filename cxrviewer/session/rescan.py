"""What has changed in a folder since it was listed; files that are still being written are waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxrviewer.session.folder import Listing, Stamp, is_image_file, walk

FRESH = 2.0
"""Seconds after its last change in which a file may still grow."""
EMPTY = 60.0
"""Seconds in which somebody may still write to an empty file."""

_NONE: Stamp = (0, 0)


@dataclass(frozen=True)
class Rescan:
    """A listing anew, and the files to look at again soon: they have changed since, or only just.

    Parameters
    ----------
    listing : Listing
        The same object as before where nothing has changed.
    growing : mapping of Path to Stamp
        As they were found this time.
    """

    listing: Listing
    growing: Mapping[Path, Stamp] = field(default_factory=dict)


def fresh(listing: Listing) -> dict[Path, Stamp]:
    """Return the files of a listing that were written to only just."""
    now = time.time_ns()
    return {path: stamp for path, stamp in listing.stamps.items() if 0 <= now - stamp[1] < FRESH * 1e9}


def rescan(listing: Listing, growing: Mapping[Path, Stamp], *, deep: bool) -> Rescan:
    """List a folder again.

    Parameters
    ----------
    listing : Listing
        Complete, of a folder on disk.
    growing : mapping of Path to Stamp
        From the last time. A file that is new, or has another stamp, counts as it is from when two scans
        have found it alike.
    deep : bool
        As for `scan_folder`.

    Raises
    ------
    ImageReadError
        The folder is gone, or cannot be read any more.
    """
    assert listing.folder is not None
    known, images = listing.stamps, set(listing.files)
    folders: list[Path] = []
    files: list[Path] = []
    walked: list[Path] = []
    stamps: dict[Path, Stamp] = {}
    still: dict[Path, Stamp] = {}
    for place, inner, found in walk(listing.folder, deep=deep):
        walked.append(place)
        folders += inner
        for path, stamp in found:
            settled = known.get(path) == stamp
            if not settled and _may_grow(stamp, growing.get(path)):
                still[path] = stamp
                stamps[path] = known.get(path, _NONE)
            else:
                stamps[path] = stamp
            if path in images if settled or path in still else is_image_file(path):
                files.append(path)
    found_now = Listing(listing.folder, tuple(folders), tuple(files), stamps, walked=tuple(walked))
    same = found_now == replace(listing, complete=True) and dict(known) == stamps
    return Rescan(listing if same else found_now, still)


def _may_grow(stamp: Stamp, former: Stamp | None) -> bool:
    """Return whether a file may still be being written; an empty one is waited for a while."""
    size, changed = stamp
    empty = size == 0 and abs(time.time_ns() - changed) < EMPTY * 1e9
    return empty or stamp != former
