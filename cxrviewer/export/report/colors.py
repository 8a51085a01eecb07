"""Colours of a page of paper."""

INK = "#1b1f24"
MUTED = "#6a737d"
LINE = "#d8dde3"
ACCENT = "#1f5f8b"
CAUTION = "#b26a00"
PAPER_SHADE = "#eef3f7"
