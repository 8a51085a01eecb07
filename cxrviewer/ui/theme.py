"""Colours and the style sheet: dark and calm, so that the radiograph is the brightest thing on screen."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from cxrviewer.paths import resource

BACKGROUND = QColor("#15171a")
PANEL = QColor("#1d2024")
RAISED = QColor("#272b30")
LINE = QColor("#34393f")
TEXT = QColor("#d9dde2")
MUTED = QColor("#9099a3")
ACCENT = QColor("#4c9be8")
WARNING = QColor("#e0b050")
CANVAS = QColor("#000000")


def apply_theme(application: QApplication) -> None:
    """Give an application the Fusion style, the dark palette and the style sheet."""
    application.setStyle("Fusion")
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: PANEL,
        QPalette.ColorRole.WindowText: TEXT,
        QPalette.ColorRole.Base: BACKGROUND,
        QPalette.ColorRole.AlternateBase: RAISED,
        QPalette.ColorRole.Text: TEXT,
        QPalette.ColorRole.Button: RAISED,
        QPalette.ColorRole.ButtonText: TEXT,
        QPalette.ColorRole.ToolTipBase: RAISED,
        QPalette.ColorRole.ToolTipText: TEXT,
        QPalette.ColorRole.PlaceholderText: MUTED,
        QPalette.ColorRole.Highlight: ACCENT,
        QPalette.ColorRole.HighlightedText: QColor("#ffffff"),
        QPalette.ColorRole.Link: ACCENT,
        QPalette.ColorRole.Mid: LINE,
    }
    for role, color in roles.items():
        palette.setColor(role, color)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#646c75"))
    application.setPalette(palette)
    sheet = resource("theme", "dark.qss").read_text(encoding="utf-8")
    application.setStyleSheet(sheet.replace("@icons@", resource("icons").as_posix()))
