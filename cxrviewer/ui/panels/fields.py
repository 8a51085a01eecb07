"""Building blocks of the side panel: grouped lists, elided words, segmented buttons."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QStandardItem, QStandardItemModel, QTextLayout
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QToolButton,
    QWidget,
)

from cxrviewer.ui import theme

_HEADING = Qt.ItemDataRole.UserRole + 1
_UNDER_HEADING = Qt.ItemDataRole.UserRole + 2
_SHORT = Qt.ItemDataRole.UserRole + 3
_WIDEST_POPUP = 460


class _WheelGuard(QObject):
    """Leaves the wheel to the panel, which scrolls, while a control has no focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass on the wheel over what the user has not clicked."""
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guard_wheel(widget: QWidget) -> None:
    """Let the wheel change a control only while it has the focus: the panel is scrolled by it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelGuard(widget))


class GroupedCombo(QComboBox):
    """A list of choices under headings that cannot be chosen."""

    def __init__(self, name: str, tip: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(24)
        self._items = QStandardItemModel(self)
        self._has_headings = False
        self.setModel(self._items)
        self.setItemDelegate(GroupDelegate(self))
        self.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        guard_wheel(self)

    def add_heading(self, text: str) -> None:
        """Add a heading."""
        self._items.appendRow(heading_item(text))
        self._has_headings = True

    def add_entry(
        self, text: str, data: object, tip: str = "", *, enabled: bool = True, short: str = ""
    ) -> None:
        """Add a choice that `currentData` gives when it is made; `short` stands in the closed list."""
        item = QStandardItem(text)
        item.setData(data, Qt.ItemDataRole.UserRole)
        item.setToolTip(tip)
        item.setEnabled(enabled)
        item.setData(self._has_headings, _UNDER_HEADING)
        item.setData(short, _SHORT)
        self._items.appendRow(item)

    def clear(self) -> None:
        """Take all lines away."""
        super().clear()
        self._has_headings = False

    def entries(self) -> list[object]:
        """Return the data of the choices, without headings."""
        return [self.itemData(row) for row in range(self.count()) if not self._is_heading(row)]

    def headings(self) -> list[str]:
        """Return the headings."""
        return [self.itemText(row) for row in range(self.count()) if self._is_heading(row)]

    def can_choose(self, data: object) -> bool:
        """Return whether a choice is offered and enabled."""
        row = self.findData(data)
        return row >= 0 and self._items.item(row).isEnabled()

    def choose(self, data: object) -> None:
        """Show a choice without telling anyone; none where it is not offered."""
        row = self.findData(data)
        if row != self.currentIndex():
            self.setCurrentIndex(row)

    def showPopup(self) -> None:
        """Make the list as wide as its longest line, within reason."""
        view = self.view()
        wanted = view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width() + 16
        view.setMinimumWidth(max(self.width(), min(wanted, _WIDEST_POPUP)))
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the closed list; a name that has no room is cut in its middle."""
        painter = QStylePainter(self)
        with painter:
            option = QStyleOptionComboBox()
            self.initStyleOption(option)
            words = self.currentData(_SHORT) or option.currentText
            part = QStyle.SubControl.SC_ComboBoxEditField
            area = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
            icon = option.iconSize.width() + 4 if not option.currentIcon.isNull() else 0
            room = area.width() - icon - 4
            option.currentText = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room)
            painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
            painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _is_heading(self, row: int) -> bool:
        return bool(self.itemData(row, _HEADING))


def heading_item(text: str) -> QStandardItem:
    """Return a line that a `GroupDelegate` draws as a heading, and that cannot be chosen."""
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setData(True, _HEADING)
    return item


class GroupDelegate(QStyledItemDelegate):
    """Sets headings apart, and choices in where they are under one."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Give a line its font, colour and indentation."""
        super().initStyleOption(option, index)
        if index.data(_HEADING):
            option.font.setBold(True)
            option.font.setPointSizeF(option.font.pointSizeF() * 0.9)
            option.palette.setBrush(option.palette.ColorRole.Text, QBrush(theme.MUTED))
        elif index.data(_UNDER_HEADING):
            option.text = f"   {option.text}"


class ElidedLabel(QLabel):
    """Words in at most so many lines, of always the same height; all of them in the tip."""

    def __init__(self, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of all lines, also where there are fewer words."""
        return QSize(60, self._lines * self.fontMetrics().lineSpacing() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same height: the words may be cut, the lines not."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw line by line, the last one cut off."""
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            layout = QTextLayout(self.text(), self.font())
            layout.beginLayout()
            metrics, y = self.fontMetrics(), 0
            for number in range(self._lines):
                line = layout.createLine()
                if not line.isValid():
                    break
                line.setLineWidth(self.width())
                start, length = line.textStart(), line.textLength()
                last = number == self._lines - 1
                words = self.text()[start:] if last else self.text()[start : start + length]
                words = metrics.elidedText(words.rstrip(), Qt.TextElideMode.ElideRight, self.width())
                painter.drawText(0, y + metrics.ascent(), words)
                y += metrics.lineSpacing()
            layout.endLayout()


class Segmented(QWidget):
    """Buttons in a row of which one is pressed."""

    chosen = Signal(object)

    def __init__(self, name: str, entries: Sequence[tuple[object, str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._data = [data for data, _, _ in entries]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, (_, text, tip) in enumerate(entries):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {text}")
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setObjectName("Segment")
            place = "first" if number == 0 else "last" if number == len(entries) - 1 else "middle"
            button.setProperty("place", place)
            self._group.addButton(button, number)
            row.addWidget(button, 1)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._data[number]))

    def button(self, data: object) -> QToolButton:
        """Return the button of a choice."""
        found = self._group.button(self._data.index(data))
        assert isinstance(found, QToolButton)
        return found

    def value(self) -> object:
        """Return the choice whose button is pressed."""
        return self._data[self._group.checkedId()] if self._group.checkedId() >= 0 else None

    def choose(self, data: object) -> None:
        """Press a button without telling anyone."""
        self.button(data).setChecked(True)


def slider(name: str, tip: str) -> QSlider:
    """Return a slider of whole per cent."""
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(0, 100)
    made.setPageStep(10)
    made.setAccessibleName(name)
    made.setToolTip(tip)
    guard_wheel(made)
    return made


def dress_spin_box(box: QAbstractSpinBox) -> None:
    """Let a number be told when it is complete: 5 on the way to 500 is no answer."""
    box.setKeyboardTracking(False)
    # The style sheet's padding does not reach the text.
    box.lineEdit().setTextMargins(5, 0, 0, 0)
    guard_wheel(box)


def muted(text: str, buddy: QWidget | None = None) -> QLabel:
    """Return the label of a control."""
    label = QLabel(text)
    label.setObjectName("Muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def tip(*paragraphs: str) -> str:
    """Return a tip whose lines are broken, and whose words are no markup, whoever wrote them."""
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text.strip())


def literal(text: str) -> str:
    """Return a tip that shows a text letter by letter, also where Qt would take it for markup."""
    return tip(*text.split("\n")) if "<" in text else text
