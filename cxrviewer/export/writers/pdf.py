"""PDF report: one page a case, to be printed and filed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.options import ExportOptions, pages_left_out
from cxrviewer.export.overlay import Scene
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "pdf",
    "PDF report",
    (".pdf",),
    Takes.SCENES,
    Group.REPORT,
    order=20,
    shows=("marks", "lungs", "scale_bar", "disclaimer", "identity"),
    note="One page an image.",
)

_DPI = 120


def write(scenes: Sequence[Scene], path: Path, options: ExportOptions) -> None:
    """Write a page for each scene, and for each image that `options` tell to be left out.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from cxrviewer.export.report.document import write_pdf
    from cxrviewer.export.report.report import pages

    left_out = pages_left_out(options)
    waiting = iter(scenes)
    count = len(scenes) + len(left_out)
    cases = (left_out[page] if page in left_out else next(waiting) for page in range(1, count + 1))
    write_pdf(pages(cases, count, options), path)


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return the first page, (H, W, 3) uint8."""
    from cxrviewer.export.report.case import case_page
    from cxrviewer.export.report.page import picture_of

    return picture_of(case_page(scenes[0], options, 1, len(scenes)), _DPI)
