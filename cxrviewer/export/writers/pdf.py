"""PDF report: one page a case, to be printed and filed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec("pdf", "PDF report", (".pdf",), Takes.SCENES, Group.REPORT, order=20)

_DPI = 120


def write(scenes: Sequence[Scene], path: Path, options: ExportOptions) -> None:
    """Write a page for each scene.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from cxrviewer.export.report.case import case_page
    from cxrviewer.export.report.page import write_pdf

    pages = [case_page(scene, options, number, len(scenes)) for number, scene in enumerate(scenes, start=1)]
    write_pdf(pages, path, scenes[0].moment)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return the first page, (H, W, 3) uint8."""
    from cxrviewer.export.report.case import case_page
    from cxrviewer.export.report.page import picture_of

    return picture_of(case_page(scenes[0], options, 1, len(scenes)), _DPI)
