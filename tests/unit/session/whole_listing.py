"""The whole listing of a folder."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.session.folder import Listing, scan_folder


def list_folder(folder: Path, *, deep: bool = False) -> Listing:
    """Return the last listing of a scan."""
    *_, last = scan_folder(folder, deep=deep)
    return last
