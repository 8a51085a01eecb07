"""MP4 film (H.264): for slides and players; smaller than a GIF, with all colours."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec("mp4", "MP4 film", (".mp4",), Takes.SCENES, Group.FILM, order=41)

_RATE = 24
"""Pictures a second: presentation programs stumble over films with fewer, so each is repeated."""
_QUALITY = "18"
"""Constant rate factor: no loss that can be seen."""
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
    rows, columns = frames[0].shape[:2]
    steady = ["-crf", _QUALITY, "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
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
        output_params=[*steady, "-threads", "1", "-map_metadata", "-1"],
    )
    film.send(None)
    try:
        for frame in frames:
            for _ in range(max(1, round(options.frame_seconds * _RATE))):
                film.send(frame.tobytes())
        film.close()
    except OSError as error:
        # What is wrong stands in words that only ffmpeg knows; a full disk is the usual reason.
        if shutil.disk_usage(path.parent).free < _NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise
