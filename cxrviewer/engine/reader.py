"""Reads image files in processes of their own.

Decoders are foreign code that holds Python's lock for a tenth of a second and more, and a hostile file may
make one crash, hang or take all memory: none of that may reach the window. What nobody waits for,
thumbnails say, has a process apart, so that the image that is wanted never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cxrviewer.engine.reading_process import ReadingProcess
from cxrviewer.engine.shared_pixels import Sent, receive, send, shared_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrviewer.imaging.radiograph import Radiograph

PATIENCE = 60.0
"""Seconds after which an image is given up: the largest in JPEG 2000 takes half of that on a slow machine."""
ASIDE_PATIENCE = 15.0
"""Seconds after which a thumbnail or a header is given up."""
IMPATIENCE = 0.5
"""Seconds that an image may still take that is not wanted any more."""

_Answer = TypeVar("_Answer")


class Reader:
    """Owns the reading processes: starts them, replaces one when a file breaks it, ends them.

    Its methods may be called from any thread; each waits for its answer.
    """

    def __init__(self) -> None:
        self._images = ReadingProcess()
        self._aside = ReadingProcess(background=True)

    @property
    def pid(self) -> int | None:
        """Id of the process that reads wanted images, None where there is none."""
        return self._images.pid

    @property
    def aside_pid(self) -> int | None:
        """Id of the process that reads what nobody waits for, None where there is none."""
        return self._aside.pid

    def start(self) -> None:
        """Start the process for wanted images and return at once."""
        self._images.start()

    def read(self, path: Path, frame: int = 0) -> Radiograph:
        """Read an image file.

        Parameters
        ----------
        path : Path
            The file.
        frame : int
            Which of its frames, from 0.

        Raises
        ------
        ImageReadError
            As `imaging.open.read_radiograph`; also where the decoder crashes or takes too long.
        CancelledError
            The reader was closed, or `abandon` ended this.
        """
        with shared_name() as name:
            sent = self._images.call(path, _read, path, frame, name, patience=PATIENCE)
            return _frozen(receive(sent, name))

    def read_ahead(self, path: Path, frame: int = 0) -> Radiograph:
        """Read an image that nobody waits for yet, out of the way of those that are wanted; as `read`."""
        with shared_name() as name:
            sent = self._aside.call(path, _read, path, frame, name, patience=ASIDE_PATIENCE)
            return _frozen(receive(sent, name))

    def thumbnail(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a small picture of an image file, as `imaging.open.read_thumbnail`; raises as `read`."""
        return self._aside.call(path, _thumbnail, path, size, patience=ASIDE_PATIENCE)

    def examine(self, path: Path, function: Callable[..., _Answer], *arguments: object) -> _Answer:
        """Call a module's function where a hostile file cannot hurt; for headers and indices.

        Parameters
        ----------
        path : Path
            The file or folder that messages name.
        function : callable
            Takes `arguments`; both and what it returns must pickle.

        Raises
        ------
        UserError
            What the function raises; ImageReadError where it crashes or takes too long.
        CancelledError
            The reader was closed.
        """
        return self._aside.call(path, function, *arguments, patience=ASIDE_PATIENCE)

    def abandon(self) -> None:
        """Give up the image being read where it takes long, because another one is wanted."""
        self._images.abandon(IMPATIENCE)

    def close(self) -> None:
        """End the processes for good."""
        self._images.close()
        self._aside.close()


def _frozen(radiograph: Radiograph) -> Radiograph:
    """Make all arrays of a radiograph read-only: what crosses between processes arrives writable."""
    _freeze(radiograph)
    return radiograph


def _freeze(value: object) -> None:
    if is_dataclass(value):
        for field in fields(value):
            _freeze(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            _freeze(item)
    elif hasattr(value, "flags"):
        value.flags.writeable = False


def _read(path: Path, frame: int, name: str) -> Radiograph | Sent:
    from cxrviewer.imaging.open import read_radiograph

    return send(read_radiograph(path, frame), name)


def _thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    from cxrviewer.imaging.open import read_thumbnail

    return read_thumbnail(path, size)
