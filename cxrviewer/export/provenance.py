"""Where an export comes from: a file of JSON beside it, enough to make it again bit for bit.

    {"format": "cxrviewer-export", "version": 1, "notice": "Research and teaching: not for diagnosis",
     "file": {"sha256": "…", "bytes": 812345},
     "program": {"cxrviewer": "0.1.0", "python": "3.11.2", "numpy": "2.2.1", …, "system": "Linux x86_64"},
     "options": {"writer": "png", "kind": "overlay", …},
     "scenes": [{"image": {"sha256": "…", "frame": 0, "rows": 3000, "columns": 2500},
                 "model": {…the whole card…},
                 "question": {"positive": [1], "negative": [], "method": "grad-cam", "parameters": {},
                              "layers": ["conv5_out"], "fusion": "mean", "smoothing": 0},
                 "answer": {"logits": […], "probabilities": […], "rows": 7, "columns": 7,
                            "map_sha256": "…", "map": "…"},
                 "heatmap": {"colormap": "inferno", …, "scale": null, "top_share": null, "faded": false},
                 "view": {"rows": 3000, "columns": 2500, "stored_to_view": […], "window": {…}, …},
                 "marks": null, "lungs": null, "moment": "2026-03-04T15:06:00+00:00"}]}

The map stands in it as base64 of little-endian float32 where it is coarse: the last bits of what a model says
depend on the machine, and on what else it computes at the time. Of a fine one there is the digest alone.

No file is named in it, neither the image nor the model: names tell of patients, and both are known by their
digests.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from cxrviewer import __version__
from cxrviewer.errors import ExportError
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.options import ExportOptions, options_to_json
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import write_errors
from cxrviewer.export.scene_record import scene_record
from cxrviewer.json_file import read_object
from cxrviewer.paths import atomic_path

FORMAT, VERSION = "cxrviewer-export", 1
SUFFIX = ".json"
_HEAD = 64
"""Bytes of a sidecar in which its format is."""
LARGEST = 16 << 20
"""Bytes of such a file."""

_LIBRARIES = (
    *("numpy", "opencv-python-headless", "tensorflow", "keras", "pydicom"),
    *("pillow", "imagecodecs", "tifffile", "highdicom", "imageio-ffmpeg"),
)
"""Those on which pixels may depend, and how they are packed."""


@dataclass(frozen=True, eq=False)
class Provenance:
    """How an export was made.

    Parameters
    ----------
    options : ExportOptions
        What goes into it; `writer` is that which was used.
    scenes : tuple of mapping
        Image, model, question, answer, look and marks of each, as JSON has them.
    program : mapping of str to str
        Versions of the program, of Python and of libraries.
    about : mapping
        What the writer says of its file: what the numbers in it stand for, say.
    """

    options: ExportOptions
    scenes: tuple[Mapping[str, object], ...]
    program: Mapping[str, str]
    about: Mapping[str, object]


def provenance(
    scenes: Sequence[Scene] | Scene, options: ExportOptions, about: Mapping[str, object] | None = None
) -> Provenance:
    """Return how an export of scenes by some options is made; `about` is what the writer says of its file."""
    several = (scenes,) if isinstance(scenes, Scene) else tuple(scenes)
    return Provenance(
        options, tuple(scene_record(scene, options) for scene in several), versions(), about or {}
    )


def sidecar_path(path: Path) -> Path:
    """Return the file beside an export: "overlay.png.json" for "overlay.png"."""
    return path.with_name(path.name + SUFFIX)


def is_export(path: Path) -> bool:
    """Return whether the file beside another one says that this one is an export."""
    try:
        with sidecar_path(path).open("rb") as file:
            return f'"{FORMAT}"'.encode() in file.read(_HEAD)
    except OSError:
        return False


@contextmanager
def places(path: Path, *, sidecar: bool) -> Iterator[tuple[Path, Path | None]]:
    """Yield where an export and its sidecar are written before they take their places; both or neither.

    The export goes first: where something holds it fast, the sidecar still tells of what is there.

    Parameters
    ----------
    path : Path
        The export.
    sidecar : bool
        Whether there is one; else its place is None.

    Raises
    ------
    ExportError
        One of them cannot be written, or something else has the sidecar's name.
    """
    if not sidecar:
        with write_errors(path), atomic_path(path) as temporary:
            yield temporary, None
        return
    check_sidecar(path)
    beside = sidecar_path(path)
    with (
        write_errors(beside),
        atomic_path(beside) as note,
        write_errors(path),
        atomic_path(path) as temporary,
    ):
        yield temporary, note


def write_sidecar(made: Provenance, path: Path, content: Path, note: Path) -> None:
    """Write how an export was made.

    Parameters
    ----------
    made : Provenance
        Of the export.
    path : Path
        The export.
    content, note : Path
        Its bytes, and where the sidecar is written: from `places`.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    import orjson

    with write_errors(sidecar_path(path)):
        with content.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        document = {
            "format": FORMAT,
            "version": VERSION,
            "notice": DISCLAIMER,
            "file": {"sha256": digest, "bytes": content.stat().st_size, **made.about},
            "program": dict(made.program),
            "options": options_to_json(made.options),
            "scenes": list(made.scenes),
        }
        note.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def check_sidecar(path: Path) -> None:
    """Refuse to write the sidecar of an export over a file that is none.

    Raises
    ------
    ExportError
        There is such a file.
    """
    beside = sidecar_path(path)
    with write_errors(beside):
        if not beside.exists():
            return
    try:
        known = read_object(beside, LARGEST).get("format") == FORMAT
    except (OSError, ValueError):
        known = False
    if not known:
        raise ExportError(
            "There is another file of this name, which is left as it is.",
            "Choose another name for the export, or leave out the file that says how it was made.",
            beside,
        )


@cache
def versions() -> dict[str, str]:
    """Return the versions on which an export may depend, found without importing anything."""
    found = {"cxrviewer": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {**found, "system": f"{platform.system()} {platform.machine()}"}
