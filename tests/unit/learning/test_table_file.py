"""Tables as spreadsheets save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxrviewer.errors import UserError
from cxrviewer.learning.manifest import is_manifest, read_manifest
from cxrviewer.learning.table_file import located, read_table

PLAIN = 'File,Label\nRöntgen 1.png,"a, b"\n\n ä/2.png ,c\nshort\n'
EXPECTED = (("Röntgen 1.png", "a, b"), ("ä/2.png", "c"), ("short", ""))


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode("utf-8-sig"),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace('"a, b"', "a, b").replace(",", ";").replace("a;", "a,").encode("utf-8-sig"),
        PLAIN.replace('"a, b"', "a, b").replace(",", "\t").replace("a\t", "a,").encode("utf-16"),
        ("sep=|\n" + PLAIN.replace('"a, b"', "a, b").replace(",", "|").replace("a|", "a,")).encode(),
    ],
    ids=["plain", "windows", "old mac", "semicolons", "tabs in utf-16", "announced"],
)
def test_every_way_to_save_a_table_gives_the_same(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    table = read_table(path)
    assert table.names == ("file", "label")
    assert table.rows == EXPECTED
    assert table.column(("path", "file")) == tuple(file for file, _ in EXPECTED)
    assert table.column(("x",)) is None
    assert read_table(path, most=0).rows == ()


@pytest.mark.parametrize("data", [b"file\n\xe4.png\n", b"sep=\nfile\n", b'file\n"' + b"a" * 200_000 + b'"\n'])
def test_what_cannot_be_read_is_said(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(UserError, match="UTF-8"):
        read_table(path)
    with pytest.raises(UserError):
        read_table(tmp_path / "none.csv")


def test_backslashes_of_windows_are_folders_where_no_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.png").touch()
    assert located(tmp_path, r"deep\a.png") == tmp_path / "deep" / "a.png"
    (tmp_path / "list.csv").write_bytes(b"file;label;patient\r\ndeep\\a.png;x|y;7\r\n")
    assert is_manifest(tmp_path / "list.csv")
    (row,) = read_manifest(tmp_path / "list.csv")
    assert (row.path, row.labels, row.patient) == (tmp_path / "deep" / "a.png", ("x", "y"), "7")
