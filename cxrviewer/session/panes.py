"""Several views side by side: how they are laid out."""

from __future__ import annotations

from enum import Enum


class Layout(Enum):
    """Rows and columns of panes."""

    ONE = (1, 1)
    SIDE_BY_SIDE = (1, 2)
    STACKED = (2, 1)
    THREE = (1, 3)
    FOUR = (2, 2)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.value[0]

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.value[1]

    @property
    def count(self) -> int:
        """Number of panes."""
        return self.rows * self.columns
