"""MP4 film (H.264): for slides and players; smaller than a GIF, with all colours."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "mp4",
    "MP4 film",
    (".mp4",),
    Takes.SCENES,
    Group.FILM,
    order=41,
    shows=("marks", "lungs", "color_bar", "scale_bar", "disclaimer", "identity"),
)

_RATE = 24
"""Pictures a second: presentation programs stumble over films with fewer, so each is repeated."""
_QUALITY = "18"
"""Constant rate factor: no loss that can be seen."""
_PRESET = "veryfast"
"""Half the time of the usual one, for films that are hardly larger."""
_NO_ROOM = 1 << 20


def write(scenes: Sequence[Scene], path: Path, options: ExportOptions) -> None:
    """Write a film with a picture a scene.

    Colours are halved in both directions (yuv420p) and the index comes first, as PowerPoint and browsers
    need.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from imageio_ffmpeg import write_frames

    from cxrviewer.export.film.frames import film_frames

    frames = film_frames(scenes, options)
    first = next(frames)
    rows, columns = first.shape[:2]
    steady = ["-crf", _QUALITY, "-preset", _PRESET, "-movflags", "+faststart", "-fflags", "+bitexact"]
    film = write_frames(
        path,
        (columns, rows),
        fps=_RATE,
        codec="libx264",
        pix_fmt_in="rgb24",
        pix_fmt_out="yuv420p",
        quality=None,
        macro_block_size=2,
        ffmpeg_log_level="error",
        output_params=[*steady, "-flags:v", "+bitexact", "-threads", "1", "-map_metadata", "-1"],
    )
    film.send(None)
    try:
        with closing(film):
            for frame in chain((first,), frames):
                for _ in range(max(1, round(options.frame_seconds * _RATE))):
                    film.send(frame.tobytes())
    except OSError as error:
        # What is wrong stands in words that only ffmpeg knows; a full disk is the usual reason.
        if shutil.disk_usage(path.parent).free < _NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise
