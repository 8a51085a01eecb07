"""What a folder holds that can be opened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from natsort import natsorted, ns

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.open import is_image


@dataclass(frozen=True)
class Listing:
    """The content of a folder in natural order: "image 9" before "image 10".

    Parameters
    ----------
    folder : Path, optional
        None for a list of files from several places.
    folders : tuple of Path
        Folders inside it, hidden ones left out.
    files : tuple of Path
        Images, told by their content.
    """

    folder: Path | None
    folders: tuple[Path, ...]
    files: tuple[Path, ...]


def list_folder(folder: Path) -> Listing:
    """Return the folders and images in a folder.

    Raises
    ------
    ImageReadError
        The folder does not exist or cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            # What is neither file nor folder is left out: looking into a pipe would wait for ever.
            visible = [
                (Path(entry.path), entry.is_dir())
                for entry in entries
                if entry.name[0] != "." and (entry.is_dir() or entry.is_file())
            ]
    except OSError as error:
        raise ImageReadError(
            f"The folder cannot be listed ({error.strerror}).",
            "Check that it exists and may be read.",
            folder,
        ) from error
    return Listing(
        folder,
        _in_order([path for path, is_folder in visible if is_folder]),
        _in_order([path for path, is_folder in visible if not is_folder and is_image(path)]),
    )


def list_files(files: tuple[Path, ...]) -> Listing:
    """Return the given files as a listing, in their order."""
    return Listing(None, (), files)


def _in_order(paths: list[Path]) -> tuple[Path, ...]:
    return tuple(natsorted(paths, key=lambda path: path.name, alg=ns.IGNORECASE))
