"""What a batch has done so far, in its output folder: it goes on from there after any end.

A row is there once its picture is; a picture that is there without its row is made again. Of a file it knows
a digest of its path alone, so that it tells no more of the files' names than the rows do.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from cxrviewer.batch.inputs import Found
from cxrviewer.batch.row import BatchRow, Item, row_from_json, row_to_json
from cxrviewer.errors import ExportError, UserError

_LONGEST = 60
"""Letters of a file's name that go into that of its picture."""
_VERSION = 2
"""Of the tables; kept as SQLite's user version, which is 0 in any other file."""
_TABLES = (
    f"PRAGMA user_version = {_VERSION}",
    "CREATE TABLE run (content TEXT NOT NULL, facts TEXT)",
    "CREATE TABLE items (number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE)",
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, content TEXT NOT NULL, failed INTEGER NOT NULL, "
    "thumbnail BLOB)",
)


def rows_there(path: Path) -> int:
    """Return how many files a journal has rows of; 0 where it cannot be read, as another process is at it."""
    # What was not brought into the file lies beside it; else nothing is to be put there for looking into it.
    way = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True, timeout=0.1)) as found:
            (count,) = found.execute("SELECT count(*) FROM rows").fetchone()
    except sqlite3.Error:
        return 0
    return int(count)


class Journal:
    """The items and rows of a batch.

    Parameters
    ----------
    path : Path
        The database, in WAL mode; locked as long as this is open.
    fingerprint : mapping
        What decides the rows.
    resume : bool
        Whether a run is gone on with, where there is one.

    Raises
    ------
    UserError
        There is a run and `resume` is false, the run was made by another fingerprint or version, or another
        process is at it, or this is no journal.
    ExportError
        The disk is full.
    """

    def __init__(self, path: Path, fingerprint: Mapping[str, object], *, resume: bool) -> None:
        self._path = path
        with self._errors():
            self._connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            try:
                # Nobody else may write here at the same time; the lock ends with the process.
                self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=NORMAL")
                self._begin(json.dumps(dict(fingerprint)), resume=resume)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, found: Sequence[Found]) -> None:
        """Put files into the journal that are not there yet, after those that are."""
        with self._errors(), self._transaction():
            # SQLite gives each the number after the last one.
            keys = ((_key(one.path),) for one in found)
            self._connection.executemany("INSERT OR IGNORE INTO items (path) VALUES (?)", keys)

    def describe(self, facts: Mapping[str, object]) -> None:
        """Keep what all rows have in common."""
        with self._errors():
            self._connection.execute("UPDATE run SET facts = ?", (json.dumps(dict(facts)),))

    def facts(self) -> dict[str, Any] | None:
        """Return what `describe` was given, None before."""
        with self._errors():
            (content,) = self._connection.execute("SELECT facts FROM run").fetchone()
            found: dict[str, Any] | None = None if content is None else json.loads(content)
        return found

    def left(self, found: Sequence[Found], suffix: str, *, stems: bool) -> list[Item]:
        """Return those of the files that have no row yet.

        Parameters
        ----------
        found : sequence of Found
            The files; all of them were added.
        suffix : str
            Ending of the pictures, with the dot.
        stems : bool
            Whether pictures and rows are called by the files; else by numbers alone.
        """
        files = {_key(one.path): one for one in found}
        query = "SELECT number, path FROM items WHERE number NOT IN (SELECT number FROM rows) ORDER BY number"
        with self._errors():
            return [
                _item(number, files[key], suffix, stems=stems)
                for number, key in self._connection.execute(query)
                if key in files
            ]

    def put(self, row: BatchRow, thumbnail: bytes | None) -> None:
        """Keep the row of an item."""
        content = json.dumps(row_to_json(row))
        with self._errors():
            self._connection.execute(
                "INSERT INTO rows VALUES (?, ?, ?, ?)", (row.number, content, bool(row.error), thumbnail)
            )

    def rows(self) -> Iterator[BatchRow]:
        """Return all rows in their order, one after another."""
        with self._errors():
            for (content,) in self._connection.execute("SELECT content FROM rows ORDER BY number"):
                yield row_from_json(json.loads(content))

    def done(self, found: Sequence[Found]) -> Iterator[tuple[BatchRow, Path | None]]:
        """Give each row with its file, None where that is none of the files."""
        files = {_key(one.path): one.path for one in found}
        query = "SELECT content, path FROM rows JOIN items USING (number) ORDER BY number"
        with self._errors():
            for content, key in self._connection.execute(query):
                yield row_from_json(json.loads(content)), files.get(key)

    def row(self, number: int) -> tuple[BatchRow, bytes]:
        """Return the row of an item, and its small picture as a JPEG file, empty where there is none."""
        query = "SELECT content, thumbnail FROM rows WHERE number = ?"
        with self._errors():
            content, thumbnail = self._connection.execute(query, (number,)).fetchone()
            return row_from_json(json.loads(content)), thumbnail or b""

    def counts(self) -> tuple[int, int, int]:
        """Return how many items there are, how many of them have a row, and how many of these an error."""
        query = "SELECT count(*), coalesce(sum(failed), 0) FROM rows"
        with self._errors():
            (total,) = self._connection.execute("SELECT count(*) FROM items").fetchone()
            done, failed = self._connection.execute(query).fetchone()
        return total, done, failed

    def _begin(self, choices: str, *, resume: bool) -> None:
        with self._transaction():
            if self._connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                for statement in _TABLES:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO run VALUES (?, NULL)", (choices,))
                return
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                message = "The journal of this batch was made by another version of the program."
                raise UserError(message, "Give another folder.", self._path)
            if self.facts() is None:
                # It ended before anything was done: a target was mistyped, say.
                self._connection.execute("DELETE FROM items")
                self._connection.execute("UPDATE run SET content = ?", (choices,))
                return
            (former,) = self._connection.execute("SELECT content FROM run").fetchone()
        if not resume:
            hint = "Go on with it by --resume, or give another folder."
            raise UserError("There is a batch in this folder.", hint, self._path.parent)
        self._check_same(json.loads(former), json.loads(choices))

    def _check_same(self, former: Mapping[str, object], now: Mapping[str, object]) -> None:
        changed = [name for name in now if former.get(name) != now[name]]
        if changed:
            was = ", ".join(f"{name} {_shown(former.get(name))}" for name in changed)
            raise UserError(
                f"The batch in this folder was made with other choices: {was}.",
                "Give the same, or another folder.",
                self._path.parent,
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Tell what SQLite met in words of the program, and of contents that are none of a journal."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(error) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._damaged() from error

    def _told(self, error: sqlite3.Error) -> UserError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return UserError("Another batch is writing to this folder.", "Wait for it.", self._path.parent)
        kept = "and go on by --resume: what was finished is kept."
        if code == sqlite3.SQLITE_FULL:
            return ExportError("The disk is full.", f"Free some space, {kept}", self._path.parent)
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
            message = "The folder of the results cannot be written to any more."
            return ExportError(message, f"See that it is there and has room, {kept}", self._path.parent)
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return self._damaged()
        return ExportError(f"The journal cannot be written ({error}).", "Give another folder.", self._path)

    def _damaged(self) -> UserError:
        return UserError("The journal of this batch is damaged.", "Give another folder.", self._path)


def _key(path: Path) -> bytes:
    """Return by what a file is known, whatever bytes are in its name."""
    return hashlib.sha256(os.fsencode(path)).digest()


def _item(number: int, one: Found, suffix: str, *, stems: bool) -> Item:
    stem = f"-{_safe(one.path.stem)}" if stems and _safe(one.path.stem) else ""
    return Item(number, one.path, one.name if stems else f"{number:05}", f"{number:05}{stem}{suffix}")


def _safe(stem: str) -> str:
    """Return a file name without what is not allowed somewhere, or moves things."""
    plain = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", stem))
    return plain.strip("._-")[:_LONGEST]


def _shown(value: object) -> str:
    return "unset" if value is None else str(value)
