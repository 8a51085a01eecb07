"""The marks of an image as an export draws and records them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cxrviewer.export.marks import SceneMarks
from cxrviewer.imaging.drawing import Drawing
from cxrviewer.imaging.geometry import Affine
from cxrviewer.imaging.measure import spacing_in_force
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.region import RegionTable
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.marks import Ellipse, FileMarks, Rectangle
from cxrviewer.session.marks_drawing import draw_mark
from cxrviewer.session.marks_file import MarkedImage, marks_content, marks_from_content
from cxrviewer.session.marks_words import Yardstick, mark_lines


def scene_marks(marks: FileMarks, radiograph: Radiograph, analysis: Analysis | None) -> SceneMarks:
    """Return the visible marks of an image, with what they measure.

    They are drawn as they are recorded, so that an export is made again from its record to the last pixel.

    Parameters
    ----------
    marks : FileMarks
        Of the image's file.
    radiograph : Radiograph
        The image; regions are measured when they are drawn first.
    analysis : Analysis, optional
        Behind the heatmap that is to be seen; None where there is none.
    """
    image = MarkedImage(radiograph.digest, radiograph.shape)
    seen = tuple(mark for mark in marks.of_frame(radiograph.frame) if mark.visible)
    content = marks_content(FileMarks(seen, marks.calibration), image)
    recorded = marks_from_content(content, image, radiograph.path)
    spacing = spacing_in_force(radiograph, recorded.calibration)

    @cache
    def lines() -> tuple[tuple[str, ...], ...]:
        regions = any(isinstance(mark, Rectangle | Ellipse) for mark in recorded.marks)
        yardstick = Yardstick(spacing, RegionTable(radiograph) if regions else None, analysis)
        return tuple(mark_lines(mark, yardstick) for mark in recorded.marks)

    def draw(to_view: Affine, unit: float) -> tuple[Drawing, ...]:
        return tuple(
            draw_mark(mark, to_view, words, spacing, unit)
            for mark, words in zip(recorded.marks, lines(), strict=True)
        )

    return SceneMarks(draw, content, recorded.calibration)


def marks_of_record(content: object, radiograph: Radiograph, path: Path) -> FileMarks | None:
    """Return the marks that a sidecar of an export records; None for none.

    Raises
    ------
    MarksFileError
        They are damaged, or belong to another image.
    """
    if not isinstance(content, dict):
        return None
    return marks_from_content(content, MarkedImage(radiograph.digest, radiograph.shape), path)
