"""Menus that follow from what is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QMenu

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.imaging import grayscale
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import Radiograph


def fill_recent(
    menu: QMenu, recent: Sequence[str], open_image: Callable[[Path], None], forget: Callable[[], None]
) -> None:
    """List the files opened last, newest first."""
    menu.clear()
    for name in recent:
        path = Path(name)
        action = menu.addAction(_literal(path.name))
        action.setToolTip(name)
        action.triggered.connect(lambda _checked=False, path=path: open_image(path))
    menu.setToolTipsVisible(True)
    menu.setEnabled(bool(recent))
    if recent:
        menu.addSeparator()
        menu.addAction("Clear list").triggered.connect(lambda _checked=False: forget())


def fill_presets(menu: QMenu, radiograph: Radiograph, choose: Callable[[Voi | None], None]) -> None:
    """List the file's windows and tables, then the program's own."""
    menu.clear()
    info = radiograph.grayscale
    menu.addAction("As the file says").triggered.connect(lambda _checked=False: choose(None))
    own: list[tuple[str, Voi]] = [
        (table.explanation or f"Table {number}", table) for number, table in enumerate(info.voi_luts, start=1)
    ]
    own += [
        (f"{window.explanation or 'Window'}  W {window.width:g}  C {window.center:g}", window)
        for window in info.windows
    ]
    for text, voi in own:
        menu.addAction(_literal(text)).triggered.connect(lambda _checked=False, voi=voi: choose(voi))
    menu.addSeparator()
    full = menu.addAction("Full range")
    full.triggered.connect(lambda _checked=False: choose(grayscale.full_window(radiograph)))


def fill_methods(menu: QMenu, info: ModelInfo | None, current: str, choose: Callable[[str], None]) -> None:
    """List the methods by family, the one in use checked, those that cannot explain the model disabled."""
    menu.clear()
    menu.setToolTipsVisible(True)
    for family in Family:
        specs = [spec for spec in methods() if spec.family is family]
        if specs:
            # Not a section, whose text this style leaves out.
            menu.addSeparator()
            menu.addAction(family.value).setEnabled(False)
        for spec in specs:
            action = menu.addAction(_literal(spec.name))
            action.setCheckable(True)
            action.setChecked(spec.id == current)
            action.setEnabled(info is None or spec.id in info.methods)
            action.setToolTip(f"{spec.summary}\n{spec.caution}")
            action.triggered.connect(lambda _checked=False, method=spec.id: choose(method))


def _literal(text: str) -> str:
    """Return a menu text in which "&" marks no access key."""
    return text.replace("&", "&&")
