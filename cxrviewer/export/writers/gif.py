"""Animated GIF: plays everywhere, slides and web pages included."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "gif",
    "Animated GIF",
    (".gif",),
    Takes.SCENES,
    Group.FILM,
    order=40,
    shows=("marks", "lungs", "color_bar", "scale_bar", "disclaimer", "identity"),
)


def write(scenes: Sequence[Scene], path: Path, options: ExportOptions) -> None:
    """Write a film with a picture a scene, that starts again at its end.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from cxrviewer.export.film.frames import film_frames
    from cxrviewer.export.film.palette import indexed

    first, *others = indexed(list(film_frames(scenes, options)))
    first.save(
        path,
        "GIF",
        save_all=True,
        append_images=others,
        # Hundredths of a second are all that the format has, and browsers slow down below two of them.
        duration=max(20, round(options.frame_seconds * 100) * 10),
        loop=0,
        optimize=False,
    )
