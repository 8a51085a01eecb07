"""The SHA-256 of a file's bytes, computed while they are decoded."""

from __future__ import annotations

import hashlib
import threading


class Digest:
    """Begins at once, in a thread: hashing takes as long as decoding an uncompressed image.

    Parameters
    ----------
    data : bytes
        Of the file.
    """

    def __init__(self, data: bytes) -> None:
        self._hash = hashlib.sha256()
        self._thread = threading.Thread(target=self._hash.update, args=(data,), name="digest", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Wait for the end and return the hexadecimal digits."""
        self._thread.join()
        return self._hash.hexdigest()
