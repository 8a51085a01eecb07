"""Drop-in folders."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cxrviewer.registry import drop_ins

MakePackage = Callable[[dict[str, str]], str]
SPEC = "from types import SimpleNamespace\nSPEC = SimpleNamespace(id={id!r}{more})\n"


def _source(id: str, more: str = "") -> str:
    return SPEC.format(id=id, more=more)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePackage]:
    monkeypatch.syspath_prepend(tmp_path)

    def make(modules: dict[str, str]) -> str:
        folder = tmp_path / "dropped"
        folder.mkdir()
        for name, source in {"__init__": "", **modules}.items():
            (folder / f"{name}.py").write_text(source, encoding="utf-8")
        importlib.invalidate_caches()
        return "dropped"

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "dropped"]:
        del sys.modules[name]
    drop_ins.cache_clear()


def test_a_module_is_found_by_being_in_the_folder(package: MakePackage) -> None:
    found = drop_ins(package({"one": _source("first"), "two": _source("second")}))
    assert list(found) == ["first", "second"]
    assert found["first"].__name__ == "dropped.one"


def test_order_goes_before_id(package: MakePackage) -> None:
    modules = {
        "one": _source("a", ", order=2"),
        "two": _source("z", ", order=1"),
        "three": _source("m", ", order=2"),
    }
    assert list(drop_ins(package(modules))) == ["z", "a", "m"]


def test_private_helpers_are_left_out(package: MakePackage) -> None:
    assert list(drop_ins(package({"_helper": "raise RuntimeError", "one": _source("a")}))) == ["a"]


def test_a_module_without_a_spec_is_a_defect(package: MakePackage) -> None:
    with pytest.raises(RuntimeError, match=r"dropped\.one has no SPEC"):
        drop_ins(package({"one": ""}))


def test_two_modules_of_one_id_are_a_defect(package: MakePackage) -> None:
    with pytest.raises(RuntimeError, match="'same'"):
        drop_ins(package({"one": _source("same"), "two": _source("same")}))


@pytest.mark.parametrize(
    ("folder", "some"),
    [
        ("cxrviewer.explain.methods", {"grad-cam", "grad-cam++", "hires-cam", "layer-cam"}),
        ("cxrviewer.imaging.readers", {"dicom"}),
        ("cxrviewer.export.writers", {"png"}),
        ("cxrviewer.learning.recipes", {"paediatric-pneumonia"}),
    ],
)
def test_the_programs_own_folders_hold_what_is_promised(folder: str, some: set[str]) -> None:
    assert some <= set(drop_ins(folder))
