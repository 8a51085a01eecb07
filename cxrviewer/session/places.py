"""Where images lie: folders, zip archives, and discs with an index (DICOMDIR)."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.imaging import archive
from cxrviewer.imaging.dicomdir import NAME as DICOMDIR


def is_container(name: str) -> bool:
    """Return whether a file is one that is listed like a folder, by its name."""
    return name.lower().endswith(archive.SUFFIX) or name.upper() == DICOMDIR


def is_place(path: Path) -> bool:
    """Return whether a path can be listed: a folder, an archive or a DICOMDIR that is there."""
    return path.is_dir() or (is_container(path.name) and path.is_file())


def place_of(path: Path) -> Path:
    """Return where an image lies: the archive that its path leads through, else its folder."""
    inside = archive.split(path)
    return inside[0] if inside is not None else path.parent


def on_disk(path: Path) -> Path:
    """Return the file on disk that a path leads to: the archive of one that lies inside."""
    inside = archive.split(path)
    return inside[0] if inside is not None else path


def place_name(place: Path) -> str:
    """Return what a place is called: a disc by the folder that its index lies in."""
    if place.name.upper() == DICOMDIR:
        return f"{place.parent.name} (disc)"
    return place.name or str(place)
