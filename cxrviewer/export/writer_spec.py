"""What a writer says of itself, and what the drop-ins in `export/writers` provide.

A module of that folder has a ``SPEC`` and a function ``write``, by what it takes::

    PICTURE  write(picture, path, metadata)   (H, W, 3) or (H, W) uint8; texts for the file's metadata
    SCENE    write(scene, path, options)      the first scene of an export
    SCENES   write(scenes, path, options)     all of them, in their order

`options` is an `options.ExportOptions`. `path` is a temporary one, which takes its place when all is written;
errors are `OSError` or `ExportError`. A writer of scenes may have ``preview(scenes, options)``, which returns
as an (H, W, 3) uint8 picture what its file looks like; else the annotated picture stands for it. One whose
file needs to be explained has ``record(scenes, options)``, which returns as a mapping for JSON what the
sidecar says of it. One whose file is nothing without another has ``beside(scene, path, options)``, which
returns what writes that as the file takes its place: a context with its path.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cxrviewer.export.options import CONTENTS


class Takes(StrEnum):
    """What a writer is given."""

    PICTURE = "picture"
    SCENE = "scene"
    SCENES = "scenes"


class Group(StrEnum):
    """What its files are, for people."""

    PICTURE = "Pictures"
    MAP = "Maps as numbers"
    REPORT = "Reports"
    FILM = "Animations"
    DICOM = "DICOM"


@dataclass(frozen=True)
class WriterSpec:
    """A file format for results.

    Parameters
    ----------
    id, name : str
        Short name, and name for people.
    suffixes : tuple of str
        File name endings in lower case, with the dot. Where several writers have the same, it stands for the
        first of them in the order of `order`; the others are asked for by their id.
    takes : Takes
        What ``write`` is given.
    group : Group
        Where it is listed.
    order : int
        Place in lists, and which of several writers a suffix stands for.
    least : int
        Fewest scenes of which it makes sense.
    shows : tuple of str
        Of `options.CONTENTS`, what is in its files.
    sized : bool
        Whether its files are of what is seen in the view of a scene, and not of the stored pixels.
    note : str
        What its files are, where their preview does not show it; may be empty.
    """

    id: str
    name: str
    suffixes: tuple[str, ...]
    takes: Takes = Takes.PICTURE
    group: Group = Group.PICTURE
    order: int = 0
    least: int = 1
    shows: tuple[str, ...] = CONTENTS
    sized: bool = True
    note: str = ""
