"""How windows, sizes and spacings of an image are written."""

from __future__ import annotations

from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import VoiFunction, Window
from cxrviewer.imaging.spacing import Spacing


def voi_text(voi: Voi) -> str:
    """Return "W 400 C 40", with the function where it is not the usual one; a table by its explanation."""
    if not isinstance(voi, Window):
        return voi.explanation or "VOI LUT"
    function = f"  {voi.function.value.lower()}" if voi.function is VoiFunction.SIGMOID else ""
    return f"W {short(voi.width)} C {short(voi.center)}{function}"


def spacing_text(spacing: Spacing) -> str:
    """Return the distances between rows and between columns with the qualifier of the unit."""
    if spacing.row == spacing.column:
        return f"{spacing.row:.4g} {spacing.unit}"
    return f"{spacing.row:.4g} between rows, {spacing.column:.4g} between columns, {spacing.unit}"


def size_text(size: int) -> str:
    """Return a number of bytes for people."""
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def short(value: float) -> str:
    """Return a number with four digits that matter, whole from 100 on."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}"
