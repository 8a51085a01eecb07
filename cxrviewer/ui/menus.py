"""Menus that follow from what is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.imaging.grayscale import Voi, full_window
from cxrviewer.imaging.presets import FULL_RANGE, Preset, file_presets
from cxrviewer.imaging.radiograph import LookupTable, Radiograph
from cxrviewer.imaging.windowing import DragDirection
from cxrviewer.ui.panels.fields import literal

_KEYS = 9
"""Presets that have a key."""


def fill_recent(
    menu: QMenu, recent: Sequence[str], open_image: Callable[[Path], None], forget: Callable[[], None]
) -> None:
    """List the files opened last, newest first."""
    menu.clear()
    for name in recent:
        path = Path(name)
        action = menu.addAction(_literal(path.name))
        action.setToolTip(literal(name))
        action.triggered.connect(lambda _checked=False, path=path: open_image(path))
    menu.setToolTipsVisible(True)
    menu.setEnabled(bool(recent))
    if recent:
        menu.addSeparator()
        menu.addAction("Clear list").triggered.connect(lambda _checked=False: forget())


def fill_presets(menu: QMenu, radiograph: Radiograph, choose: Callable[[Voi | None], None]) -> None:
    """List the file's tables and windows, then the full range, the first nine with the keys 1 to 9."""
    menu.clear()
    menu.addAction("As the file says").triggered.connect(lambda _checked=False: choose(None))
    offered = (*file_presets(radiograph.grayscale), Preset(FULL_RANGE, full_window(radiograph)))
    for number, preset in enumerate(offered, start=1):
        action = menu.addAction(_literal(preset_words(preset)))
        action.triggered.connect(lambda _checked=False, voi=preset.voi: choose(voi))
        if number <= _KEYS:
            action.setShortcut(QKeySequence(str(number)))


def preset_words(preset: Preset) -> str:
    """Return the name of a preset, with its numbers where it is a window."""
    if isinstance(preset.voi, LookupTable):
        return preset.name
    return f"{preset.name}  W {preset.voi.width:g}  C {preset.voi.center:g}"


def fill_drag_directions(
    menu: QMenu, current: DragDirection, choose: Callable[[DragDirection], None]
) -> None:
    """List what drags with the window tool may mean, the one in force checked."""
    menu.clear()
    for direction in DragDirection:
        action = menu.addAction(direction.words)
        action.setCheckable(True)
        action.setChecked(direction is current)
        action.triggered.connect(lambda _checked=False, direction=direction: choose(direction))


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
