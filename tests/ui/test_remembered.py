"""What the window takes over from the last time, and what it leaves for the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.windowing import DragDirection
from cxrviewer.settings import Settings, load_settings, save_settings
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.main_window import MainWindow

Open = Callable[[], MainWindow]


def test_choices_and_sizes_come_back(open_window: Open) -> None:
    window = open_window()
    # Within the offscreen screen of 800x800, beyond which Qt restores nothing.
    window.resize(790, 655)
    window.commands.style(colormap="jet", alpha=0.25, signed=True, view=HeatmapView.CELLS)
    window.commands.choose(fade=False)
    window.commands.ask(method="layer-cam")
    window.side.open(("input",))
    window.close()
    again = open_window()
    assert (again.width(), again.height()) == (790, 655)
    assert again.side.heatmap.alpha.value() == 25
    assert again.side.heatmap.methods.combo.currentData() == "layer-cam"
    assert again.actions_table["signed"].isChecked()
    state = again.controller.state
    assert (state.style.colormap, state.style.view, state.fade) == ("jet", HeatmapView.CELLS, False)
    assert again.side.open_sections() == ("input",)


def test_the_way_of_windowing_comes_back(open_window: Open) -> None:
    window = open_window()
    window.actions_table["keep_window"].trigger()
    window.commands.windowing.choose_drag_direction(DragDirection.UP_WIDER_ACROSS_BRIGHTER)
    window.commands.choose_tool(Tool.PAN)
    window.close()
    again = open_window()
    assert again.controller.state.keep_window
    assert again.actions_table["keep_window"].isChecked()
    assert again.commands.windowing.drag_direction is DragDirection.UP_WIDER_ACROSS_BRIGHTER
    assert again.canvas.tool is Tool.PAN
    again.commands.choose_tool(Tool.REGION)
    again.close()
    assert open_window().canvas.tool is Tool.WINDOW, "a box is drawn now and then, and not to begin with"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(colormap="of another version"),
        Settings(method="removed"),
        Settings(view="of another version"),
        Settings(tool="of another version", drag_direction="of another version"),
        Settings(geometry="no base64", layout="é"),
        Settings(geometry="AAAA", layout="QUJD"),
    ],
)
def test_the_window_opens_whatever_was_stored(open_window: Open, settings: Settings) -> None:
    save_settings(settings)
    window = open_window()
    assert not window.grab().isNull()
    assert window.side.heatmap.methods.combo.currentData() == "grad-cam"


def test_a_file_that_was_opened_is_remembered(open_window: Open, qtbot, write_image) -> None:
    path = write_image("a.png")
    window = open_window()
    window.commands.open_paths([path])
    qtbot.waitUntil(lambda: window.controller.shown.radiograph is not None, timeout=20_000)
    qtbot.waitUntil(lambda: window.settings.folder == str(path.parent), timeout=20_000)
    window.close()
    assert load_settings().recent == (str(path),)
    assert open_window().recent_menu.actions()[0].text() == "a.png"


def test_the_notice_comes_until_it_is_accepted(open_window: Open, qtbot) -> None:
    from cxrviewer.ui.dialogs.notice import NoticeDialog

    window = open_window()
    window.show_notice_once()
    window.findChild(NoticeDialog).accept()
    assert load_settings().notice_accepted
    window.close()
    again = open_window()
    again.show_notice_once()
    assert again.findChild(NoticeDialog) is None
