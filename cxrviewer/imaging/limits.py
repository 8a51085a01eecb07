"""What is refused before any memory is taken for it: a damaged header may claim any size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxrviewer.errors import ImageReadError

MAX_FILE_BYTES = 2 * 1024**3
MAX_IMAGE_BYTES = 512 * 1024**2
"""16384 x 16384 at 16 bits, several times the largest radiograph."""
MAX_MEMORY_BYTES = 4 * 1024**3
"""What a process that reads files may take: the largest image, decoded to 32 bits and copied twice."""


def check_size(path: Path, rows: int, columns: int, bytes_per_pixel: int) -> None:
    """Refuse an image that is empty or too large.

    Parameters
    ----------
    path : Path
        The file, for the message.
    rows, columns : int
        What its header claims.
    bytes_per_pixel : int
        All channels of one pixel, decoded.

    Raises
    ------
    ImageReadError
        There is no pixel, or they take more than `MAX_IMAGE_BYTES`.
    """
    if rows < 1 or columns < 1:
        raise ImageReadError(
            f"The image claims {columns} x {rows} pixels.", "Export it again from its source.", path
        )
    size = rows * columns * bytes_per_pixel
    if size > MAX_IMAGE_BYTES:
        raise ImageReadError(
            f"The image claims {columns} x {rows} pixels ({size / 1024**3:.1f} GiB), "
            f"more than the {MAX_IMAGE_BYTES // 1024**2} MiB that can be opened.",
            "Its header is probably damaged: export it again, or reduce it.",
            path,
        )


def check_frame(path: Path, frame: int, frames: int) -> None:
    """Refuse a frame that a file does not have; frames count from 0.

    Raises
    ------
    ImageReadError
        The file has fewer frames.
    """
    if 0 <= frame < frames:
        return
    has = "one frame" if frames == 1 else f"{frames} frames"
    raise ImageReadError(
        f"The file has {has}; there is no frame {frame + 1}.", f"Choose a frame from 1 to {frames}.", path
    )


def check_expansion(path: Path, promised: int, held: int, most: float) -> None:
    """Refuse an image that its compressed bytes cannot hold.

    Parameters
    ----------
    path : Path
        The file, for the message.
    promised, held : int
        Bytes that its header claims, and bytes that they are coded in.
    most : float
        Decoded bytes that one coded byte can stand for.

    Raises
    ------
    ImageReadError
        More is promised than can be held.
    """
    if promised > max(most * held, most):
        raise ImageReadError(
            f"The file is damaged or truncated: its {held:,} bytes of pixels cannot hold {promised:,}.",
            "Copy it again from its source.",
            path,
        )


def can_allocate(size: int) -> bool:
    """Return whether so many bytes could be had now: decoders do not all say that they failed for memory."""
    import numpy as np

    try:
        np.empty(size, np.uint8)
    except MemoryError:
        return False
    return True


@contextmanager
def within_memory(path: Path) -> Iterator[None]:
    """Tell of a file for which there is not enough memory.

    Raises
    ------
    ImageReadError
        In place of a MemoryError.
    """
    try:
        yield
    except MemoryError as error:
        raise ImageReadError(
            "There is not enough memory to open the file.",
            "Close other images and programs; a small file of which this is said is damaged.",
            path,
        ) from error
