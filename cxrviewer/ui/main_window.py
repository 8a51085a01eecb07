"""The main window: places the docks and shows what the controller says."""

from __future__ import annotations

import base64
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon
from PySide6.QtWidgets import QDockWidget, QGridLayout, QMainWindow, QMenu, QToolBar, QWidget

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.paths import resource
from cxrviewer.session.library import remembered_grouping
from cxrviewer.session.panes import links_to_remember, remembered_links
from cxrviewer.session.places import is_place
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown
from cxrviewer.session.state import to_remember
from cxrviewer.settings import Settings, save_settings, with_recent
from cxrviewer.ui.actions.actions import Actions
from cxrviewer.ui.actions.table import CONTEXT_MENU, MARK_MENU, TOOLBAR
from cxrviewer.ui.arrangement import Arrangement
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.tools.tool import remembered_tool
from cxrviewer.ui.commands import Commands
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.dialogs.notice import NoticeDialog
from cxrviewer.ui.file_badges import FileBadges
from cxrviewer.ui.linker import Linker
from cxrviewer.ui.lungs import LungBook
from cxrviewer.ui.marks import MarkBook
from cxrviewer.ui.menus import fill_drag_directions, fill_methods, fill_recent
from cxrviewer.ui.message_bar import MessageBar
from cxrviewer.ui.pane import Pane
from cxrviewer.ui.pane_grid import PaneGrid
from cxrviewer.ui.pane_lungs import PaneLungs
from cxrviewer.ui.pane_marks import PaneMarks
from cxrviewer.ui.panels.browser import BrowserPanel
from cxrviewer.ui.panels.side import SidePanel
from cxrviewer.ui.presenter import Presenter
from cxrviewer.ui.status import StatusLine
from cxrviewer.ui.tag_browser import TagBrowser
from cxrviewer.ui.words import Words, remembered_words, words_to_remember

_BROWSER_WIDTH = 230
_SIDE_WIDTH = 310


class MainWindow(QMainWindow):
    """Browser on the left, canvas in the middle, side panel on the right.

    Parameters
    ----------
    controller : Controller
        Shut down when the window closes.
    settings : Settings
        From the last time.
    """

    def __init__(self, controller: Controller, settings: Settings) -> None:
        super().__init__()
        self.services = controller.services
        # So that it goes with the window: Python may collect it in a thread where its timers must not be.
        self.services.setParent(self)
        self.settings = settings
        self.browser = BrowserPanel(controller.reader)
        self._badges = FileBadges(self.services, self.browser, self)
        self.side = SidePanel()
        self.messages = MessageBar()
        self.status = StatusLine(self.statusBar())
        self.recent_menu = QMenu("Open &recent", self)
        self.presets_menu = QMenu("Window pre&sets", self)
        self.methods_menu = QMenu("&Method", self)
        self.drags_menu = QMenu("Window &drag", self)
        self._canvas_menu = QMenu(self)
        self._mark_menu = QMenu(self)
        self.words = Words(remembered_words(settings), self)
        self.panes = PaneGrid(Pane(controller, self.words))
        self.linker = Linker(self.panes, remembered_links(settings), self)
        self.arrangement = Arrangement(self.panes, self.linker, self._make_pane, self)
        self.tags = TagBrowser(controller.reader, self.words, self)
        self.marks = MarkBook(self)
        self.lungs = LungBook(
            self.services.analyst, outlined=settings.lung_outline, warns=settings.lung_check, parent=self
        )
        self.commands = Commands(self)
        self.actions_table = Actions(self, self.commands.handlers())
        self.commands.marks.follow()
        self.statusBar().addPermanentWidget(self.commands.jobs.button)
        self.presenter = Presenter(self)
        self._lay_out()
        self._connect()
        self._connect_pane(self.panes.active)
        self._start()

    @property
    def controller(self) -> Controller:
        """Holds what the active pane shows."""
        return self.panes.active.controller

    @property
    def canvas(self) -> Canvas:
        """The canvas of the active pane."""
        return self.panes.active.canvas

    def _lay_out(self) -> None:
        self.setWindowTitle("CXR Viewer[*]")
        self.setWindowIcon(QIcon(str(resource("icons", "cxrviewer.svg"))))
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        # The bar lies over the panes: the image must not move because something went wrong.
        center = QWidget()
        over = QGridLayout(center)
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.panes, 0, 0)
        over.addWidget(self.messages, 0, 0, Qt.AlignmentFlag.AlignTop)
        self.setCentralWidget(center)
        left = self._dock("Files", self.browser, Qt.DockWidgetArea.LeftDockWidgetArea)
        right = self._dock("Analysis", self.side, Qt.DockWidgetArea.RightDockWidgetArea)
        self.resizeDocks([left, right], [_BROWSER_WIDTH, _SIDE_WIDTH], Qt.Orientation.Horizontal)
        toolbar = QToolBar("Tools")
        toolbar.setObjectName("Tools")
        toolbar.setMovable(False)
        toolbar.setIconSize(QSize(20, 20))
        self.actions_table.fill(toolbar, TOOLBAR, {"mark_tools": self.commands.marks.make_button()})
        self.commands.exports.drag_from(toolbar.widgetForAction(self.actions_table["export"]))
        self.addToolBar(toolbar)
        panels = QMenu("Panel&s", self)
        panels.addActions([left.toggleViewAction(), right.toggleViewAction(), toolbar.toggleViewAction()])
        self.actions_table.fill_menu_bar(
            {
                "recent": self.recent_menu,
                "presets": self.presets_menu,
                "panels": panels,
                "methods": self.methods_menu,
                "drags": self.drags_menu,
            }
        )
        self.actions_table.fill(self._canvas_menu, CONTEXT_MENU)
        self.actions_table.fill(self._mark_menu, MARK_MENU)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable | QDockWidget.DockWidgetFeature.DockWidgetMovable
        )
        dock.setTitleBarWidget(QWidget())
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        commands, side = self.commands, self.side
        self.panes.activated.connect(self._speak_of)
        self.arrangement.changed.connect(self.presenter.show_panes)
        self.linker.changed.connect(self.presenter.show_panes)
        self.status.cancel.clicked.connect(self.cancel)
        self.browser.chosen.connect(commands.open_image)
        self.browser.failed.connect(commands.report)
        self.browser.folder_shown.connect(self._remember_folder)
        self.browser.order_changed.connect(self.services.neighbours.look_around)
        self.services.neighbours.follow(self.browser.around)
        side.model_chosen.connect(commands.choose_model)
        side.model_wanted.connect(commands.ask_for_model)
        side.outputs.target_chosen.connect(lambda target: commands.ask(target=target))
        side.heatmap.asked.connect(lambda changes: commands.ask(**changes))
        side.heatmap.styled.connect(lambda name, value: commands.style(**{name: value}))
        side.heatmap.displayed.connect(lambda changes: commands.choose(**changes))
        side.heatmap.sweep_wanted.connect(self.services.foresight.hurry)
        side.window_panel.wanted.connect(self._build_window_panel)
        side.window_panel.windowed.connect(commands.windowing.window_by)
        side.window_panel.automatic_wanted.connect(commands.windowing.window_automatically)
        side.window_panel.kept.connect(lambda kept: commands.choose(keep_window=kept))
        self.words.changed.connect(self.presenter.show_words)
        self.words.changed.connect(lambda choice: self.browser.show_identity(choice.identity))
        self.lungs.changed.connect(self.presenter.show_lungs)
        self.lungs.failed.connect(commands.report)
        self.methods_menu.aboutToShow.connect(self._fill_methods)
        self.drags_menu.aboutToShow.connect(self._fill_drags)

    def _make_pane(self) -> Pane:
        pane = Pane(Controller(self.services, self.controller.state), self.words, self.panes)
        pane.canvas.tool = self.canvas.tool
        self._connect_pane(pane)
        return pane

    def _connect_pane(self, pane: Pane) -> None:
        self._connect_canvas(pane.canvas, pane.controller)
        PaneLungs(pane, self.lungs)
        self.linker.add(pane)

    def _connect_canvas(self, canvas: Canvas, controller: Controller) -> None:
        """Wire up one pane; called for each, those that are added later, too."""
        commands, presenter = self.commands, self.presenter
        canvas.menu = self._canvas_menu
        PaneMarks(canvas, controller, self.marks, self._mark_menu)
        canvas.zoomed.connect(lambda zoom: controller.update(replace(controller.state, zoom=zoom)))
        canvas.window_drag_started.connect(commands.windowing.begin_drag)
        canvas.window_dragged.connect(commands.windowing.drag)
        canvas.region_drawn.connect(commands.windowing.window_region)
        canvas.frame_wanted.connect(commands.windowing.show_frame)
        canvas.frame_stepped.connect(commands.windowing.step_frame)
        canvas.stepped.connect(self.browser.step)
        canvas.hovered.connect(lambda point: presenter.hover(controller.shown, point))
        canvas.tapped.connect(commands.key_tapped)
        controller.changed.connect(lambda shown: self._show_changed(controller, shown))
        controller.failed.connect(commands.report)
        self._badges.follow(controller)
        controller.opened.connect(self._remember)
        controller.activity_changed.connect(lambda _: self._show_progress())
        controller.waiting_changed.connect(lambda _: self._show_progress())

    def _show_changed(self, controller: Controller, shown: Shown) -> None:
        if controller is self.controller:
            self.marks.work_on(shown.radiograph)
            self.presenter.apply(shown)

    def _show_progress(self) -> None:
        """Tell what the active pane waits for; where it waits for nothing, what another one does."""
        controllers = [self.controller, *(pane.controller for pane in self.panes)]
        told = next((each for each in controllers if each.activity.busy), self.controller)
        self.presenter.show_activity(told.activity)
        self.status.show_waiting(told.waiting)

    def _speak_of(self, pane: Pane) -> None:
        """Let side panel, menus and status line follow the pane that is active now."""
        controller = pane.controller
        self.services.prefer(controller.lane, controller.shown)
        self.marks.work_on(controller.shown.radiograph)
        self.presenter.apply(controller.shown)
        self.presenter.show_panes()
        self._show_progress()

    def cancel(self) -> None:
        """Stop what is under way, in all panes."""
        for pane in self.panes:
            pane.controller.cancel()

    def _fill_methods(self) -> None:
        shown = self.controller.shown
        info = shown.at_hand.loaded.info if shown.at_hand.loaded is not None else None
        question = shown.state.question
        current = answerable(question, info).method if info is not None else question.method
        fill_methods(self.methods_menu, info, current, self.side.heatmap.choose_method)

    def _build_window_panel(self) -> None:
        # A quarter of a second, in which the window must go on.
        self.services.run_aside(
            lambda: import_module("superqt.sliders"), lambda _: self.side.window_panel.build()
        )

    def _fill_drags(self) -> None:
        windowing = self.commands.windowing
        fill_drag_directions(self.drags_menu, windowing.drag_direction, windowing.choose_drag_direction)

    def _start(self) -> None:
        self.commands.choose_tool(remembered_tool(self.settings.tool))
        self.presenter.start()
        self.side.open(self.settings.sections)
        self.browser.arrange(remembered_grouping(self.settings), deep=self.settings.subfolders)
        fill_recent(self.recent_menu, self.settings.recent, self.commands.open_image, self._forget_recent)
        if self.settings.geometry:
            self.restoreGeometry(_decoded(self.settings.geometry))
        if self.settings.layout:
            self.restoreState(_decoded(self.settings.layout))
        self.arrangement.restore(self.settings.panes)
        self.canvas.setFocus()

    def _remember(self, radiograph: Radiograph) -> None:
        self.settings = with_recent(self.settings, radiograph.path)
        fill_recent(self.recent_menu, self.settings.recent, self.commands.open_image, self._forget_recent)

    def _remember_folder(self, folder: Path) -> None:
        self.settings = replace(self.settings, folder=str(folder))

    def _forget_recent(self) -> None:
        self.settings = replace(self.settings, recent=())
        fill_recent(self.recent_menu, (), self.commands.open_image, self._forget_recent)

    def export_written(self, path: Path, *beside: Path) -> None:
        """Say where an export is, and what belongs to it."""
        self.settings = replace(self.settings, export_folder=str(path.parent))
        others = "".join(f", with {other.name} beside it" for other in beside)
        self.statusBar().showMessage(f"Saved {path}{others}", 8000)

    def show_last_folder(self) -> None:
        """List the folder of the last time, if it is still there."""
        folder = Path(self.settings.folder)
        if self.settings.folder and is_place(folder):
            self.browser.show_folder(folder)

    def show_notice_once(self) -> None:
        """Say that this is not a medical device, until the user has taken note."""
        if self.settings.notice_accepted:
            return
        dialog = NoticeDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._accept_notice)
        dialog.open()

    def _accept_notice(self) -> None:
        self.settings = replace(self.settings, notice_accepted=True)
        save_settings(self.settings)

    def close_window(self) -> None:
        """Close, as from the menu."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember sizes and choices, and end engine and threads."""
        if not (self.commands.jobs.may_close() and self.commands.marks.files.may_close()):
            event.ignore()
            return
        self.settings = replace(
            words_to_remember(self.words.choice, to_remember(self.controller.state, self.settings)),
            geometry=_encoded(self.saveGeometry()),
            layout=_encoded(self.saveState()),
            panes=self.arrangement.to_remember(),
            links=links_to_remember(self.linker.links),
            sections=self.side.open_sections(),
            grouping=self.browser.arrangement.grouping.value,
            subfolders=self.browser.deep,
            tool=self.canvas.tool.value,
            lung_outline=self.lungs.outlined,
            lung_check=self.lungs.warns,
        )
        save_settings(self.settings)
        self.commands.jobs.shut_down()
        self.commands.exports.close()
        self.services.shut_down()
        self.browser.close_worker()
        self.tags.close_worker()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what is dropped, in the pane that it is dropped on."""
        place = self.panes.mapFrom(self, event.position().toPoint())
        self.panes.activate(self.panes.pane_at(place) or self.panes.active)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.commands.open_paths(paths)
        event.acceptProposedAction()


def _encoded(data: QByteArray) -> str:
    return base64.b64encode(bytes(data.data())).decode("ascii")


def _decoded(text: str) -> QByteArray:
    # Unlike base64.b64decode, this leaves out what a damaged settings file may hold.
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
