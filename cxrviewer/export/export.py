"""Writing scenes to a file: the one way for window, command line, batch and reproduction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.options import CONTENTS, ExportOptions, without
from cxrviewer.export.overlay import Scene
from cxrviewer.export.permit import Permit, Watched
from cxrviewer.export.picture import export_picture
from cxrviewer.export.provenance import places, provenance, write_sidecar
from cxrviewer.export.save import check_destination, find_writer, write_errors, writers
from cxrviewer.export.writer_spec import Takes

DEFAULT = ExportOptions()


def export(
    scenes: Sequence[Scene], path: Path, options: ExportOptions = DEFAULT, permit: Permit | None = None
) -> tuple[Path, ...]:
    """Write scenes to a file, and beside it how that was made and what it needs; all or nothing.

    Neither the patient's identity, unless that is asked for, nor the path of the image is in its pixels or
    its metadata.

    Parameters
    ----------
    scenes : sequence of Scene
        One at least; writers of one scene take the first.
    path : Path
        Replaced where it exists; the images themselves are never written over.
    options : ExportOptions
        The writer, and what goes into the file.
    permit : Permit, optional
        By which it may be given up at any moment before the file takes its place.

    Returns
    -------
    tuple of Path
        The file, and those beside it that belong to it: the image that a DICOM object refers to.

    Raises
    ------
    ExportError
        The format is unknown, the file cannot be written or the disk is full; `path` is then as it was.
    CancelledError
        The permit was withdrawn; `path` is then as it was.
    """
    permit = permit or Permit()
    scenes = Watched(scenes, permit)
    writer = find_writer(path, options.writer)
    for scene in scenes:
        check_destination(path, writer.SPEC.suffixes, scene.radiograph.path)
    options = replace(options, writer=writer.SPEC.id)
    beside = writer.beside(scenes[0], path, options) if hasattr(writer, "beside") else nullcontext(())
    with (
        write_errors(path),
        beside as others,
        places(path, sidecar=options.sidecar) as (temporary, note),
    ):
        if writer.SPEC.takes is Takes.PICTURE:
            pixels = export_picture(scenes, options).pixels
            writer.write(pixels, temporary, picture_metadata(scenes[0], options))
        elif writer.SPEC.takes is Takes.SCENE:
            writer.write(scenes[0], temporary, options)
        else:
            writer.write(scenes, temporary, options)
        permit.use()
        if note is not None:
            about = writer.record(scenes, options) if hasattr(writer, "record") else {}
            write_sidecar(provenance(scenes, options, about), path, temporary, note)
    return (path, *others)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the file of an export looks like, (H, W, 3) uint8; of pictures, its very pixels.

    The annotated picture, with what such files have of it, stands for those that do not look like anything:
    see `preview_words`.
    """
    writer = _named(options.writer)
    if hasattr(writer, "preview"):
        return np.asarray(writer.preview(scenes, options), np.uint8)
    lacking = set(CONTENTS).difference(writer.SPEC.shows)
    return export_picture(scenes, without(options, lacking)).pixels


def preview_words(size: tuple[int, int], options: ExportOptions) -> str:
    """Return what is said of a preview of so many columns and rows: what its file is, or how large."""
    note: str = _named(options.writer).SPEC.note
    return note or f"{size[0]}×{size[1]} pixels"


def _named(writer: str) -> ModuleType:
    """Return the writer with an id; the first of all for ""."""
    return next((each for each in writers() if each.SPEC.id == writer), writers()[0])


def picture_metadata(scene: Scene, options: ExportOptions) -> dict[str, str]:
    """Return the texts that go into the metadata of a picture."""
    card = scene.card
    metadata = {
        "Software": f"CXR Viewer {__version__}",
        "Model": f"{card.id} {card.version}".strip(),
        "Method": scene.result.attribution.method,
    }
    return {**metadata, "Comment": DISCLAIMER} if options.disclaimer else metadata
