"""Files inside zip archives: a path may lead through one, "a/b.zip/c/d.dcm"; none is unpacked to disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.limits import MAX_FILE_BYTES

if TYPE_CHECKING:
    import zipfile

SUFFIX = ".zip"
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = min(MAX_FILE_BYTES, 1024**3)
MAX_INDEX_BYTES = 64 * 1024**2
"""Of the archive's table of contents, which is read whole."""

_ENCRYPTED = 0x1
_BOUNDED = (0, 8, 12)
"""Ways of packing that are known here: stored, deflated, bzip2 (APPNOTE.TXT 4.4.5).

An LZMA stream says itself how much memory it wants, up to 4 GiB.
"""
_DAMAGED = "The zip archive is damaged."
_AGAIN = "Copy it again from its source, or unpack it."


@dataclass(frozen=True)
class Member:
    """A file in an archive: its path through it, its size in bytes and its checksum."""

    path: Path
    size: int
    checksum: int


def split(path: Path) -> tuple[Path, str] | None:
    """Return the archive that a path leads through and the member's name in it; None for other paths.

    The disk is only asked where a part of the path is called like an archive.
    """
    for parent in path.parents:
        if parent.suffix.lower() == SUFFIX and parent.is_file():
            return parent, path.relative_to(parent).as_posix()
    return None


def members(archive: Path) -> tuple[Member, ...]:
    """Return the files in an archive, hidden ones and inner folders left out.

    Raises
    ------
    ImageReadError
        The archive cannot be read, is damaged, or has more than `MAX_MEMBERS` files.
    """
    with _opened(archive) as opened:
        infos = opened.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ImageReadError(
            f"The zip archive has {len(infos)} files, more than the {MAX_MEMBERS} that can be listed.",
            "Unpack it and open one of its folders.",
            archive,
        )
    return tuple(
        Member(archive / info.filename, info.file_size, info.CRC)
        for info in infos
        if _is_plain(info.filename) and not info.is_dir()
    )


def read_member(archive: Path, name: str, limit: int | None = None) -> bytes:
    """Return the bytes of a member, in memory.

    Parameters
    ----------
    archive : Path
        The zip file.
    name : str
        The member, with "/" between its parts.
    limit : int, optional
        How many bytes from its start; the whole if left out.

    Raises
    ------
    ImageReadError
        The archive or the member is damaged, encrypted, packed in an unknown way, missing, or inflates to
        more than it claims or than `MAX_MEMBER_BYTES`.
    """
    path = archive / name
    with _opened(archive) as opened:
        try:
            info = opened.getinfo(name)
        except KeyError:
            raise ImageReadError("The zip archive has no such file.", "Open it anew.", path) from None
        return _content(opened, info, path, limit)


def read_heads(archive: Path, names: Sequence[str], limit: int) -> Iterator[bytes]:
    """Return the first bytes of members one after another, nothing of one that is damaged or missing.

    Raises
    ------
    ImageReadError
        The archive is damaged or encrypted.
    """
    with _opened(archive) as opened:
        known = opened.NameToInfo
        for name in names:
            if name in known:
                _refuse_encrypted(known[name], archive)
            try:
                yield _content(opened, known[name], archive / name, limit)
            except (ImageReadError, KeyError):
                yield b""


def _content(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, limit: int | None) -> bytes:
    _refuse_encrypted(info, path)
    if info.compress_type not in _BOUNDED:
        raise ImageReadError(
            "The zip archive is packed in a way that is not known here.", "Unpack it first.", path
        )
    if limit is None and info.file_size > MAX_MEMBER_BYTES:
        raise ImageReadError(
            f"The file claims {info.file_size / 1024**3:.1f} GiB inside the zip archive, more than the "
            f"{MAX_MEMBER_BYTES / 1024**3:.0f} GiB that are inflated in memory.",
            "Unpack the archive and open the file.",
            path,
        )
    try:
        with opened.open(info) as member:
            # What a header claims is not believed: no more is inflated than it says, and one byte.
            data = member.read(min(limit or info.file_size + 1, info.file_size + 1))
    except MemoryError:
        raise
    # Each method of compression has its own exceptions.
    except Exception as error:
        raise ImageReadError(_DAMAGED, _AGAIN, path) from error
    if len(data) > info.file_size or (limit is None and len(data) < info.file_size):
        raise ImageReadError(_DAMAGED, _AGAIN, path)
    return data


def _refuse_encrypted(info: zipfile.ZipInfo, path: Path) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise ImageReadError(
            "The zip archive is encrypted.", "Unpack it with its password and open the files.", path
        )


def _opened(archive: Path) -> zipfile.ZipFile:
    import zipfile

    try:
        _check_index(archive)
        return zipfile.ZipFile(archive)
    except FileNotFoundError as error:
        raise ImageReadError(
            "The zip archive does not exist.", "Check its name and folder.", archive
        ) from error
    except OSError as error:
        raise ImageReadError(
            f"The zip archive cannot be read ({error.strerror}).", "Check that it may be read.", archive
        ) from error
    except (ImageReadError, MemoryError):
        raise
    # Offsets and lengths that lead anywhere make the parser fail in any way.
    except Exception as error:
        raise ImageReadError(_DAMAGED, _AGAIN, archive) from error


def _check_index(archive: Path) -> None:
    """Refuse a table of contents that takes more memory than any honest one."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    start = tail.rfind(b"PK\x05\x06")
    claimed = int.from_bytes(tail[start + 12 : start + 16], "little") if start >= 0 else 0
    if MAX_INDEX_BYTES < claimed < 0xFFFFFFFF or (claimed == 0xFFFFFFFF and size > MAX_FILE_BYTES):
        raise ImageReadError("The zip archive has too long a table of contents.", "Unpack it first.", archive)


def _is_plain(name: str) -> bool:
    """Tell a name that stays inside the archive and is not hidden."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and not any(part.startswith(".") for part in parts)
