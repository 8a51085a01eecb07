"""A PDF of many images: read, analysed and drawn one after another, so that memory does not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxrviewer.batch.desk import reason
from cxrviewer.errors import UserError
from cxrviewer.explain.lungs import find_lungs
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.report.report import Case, export_report
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.session.analysis import LoadedChoice, Run, analyse
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.lungs import doubted
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still_scene

Report = Callable[[int], object]
"""Told how many images are done."""


@dataclass(frozen=True)
class LeftOut:
    """An image that could not be analysed, and why."""

    path: Path
    reason: str


def write_report(
    run: Run,
    images: Sequence[Path],
    loaded: LoadedChoice,
    state: ViewState,
    output: Path,
    options: ExportOptions,
    report: Report,
) -> tuple[LeftOut, ...]:
    """Write a PDF with a page for each of some images.

    Parameters
    ----------
    run : callable
        Answers requests.
    images : sequence of Path
        In the order of their pages.
    loaded : LoadedChoice
        The model.
    state : ViewState
        What is asked, settled, and how images and heatmaps are drawn.
    output : Path
        The report; replaced where it exists.
    options : ExportOptions
        What goes into it.
    report : callable
        Told of the progress; what it raises ends the report.

    Returns
    -------
    tuple of LeftOut
        The images whose page says why they could not be analysed.

    Raises
    ------
    UserError
        No image can be analysed: why the first one cannot; or the report cannot be written.
    """
    left_out: list[LeftOut] = []

    def cases() -> Iterator[Case]:
        for number, path in enumerate(images):
            report(number)
            case = _case(run, path, loaded, state)
            if isinstance(case, LeftOut):
                left_out.append(case)
                yield case.reason
            else:
                yield case
        if len(left_out) == len(images):
            raise UserError(left_out[0].reason, "", images[0])
        report(len(images))

    export_report(cases(), len(images), output, options)
    return tuple(left_out)


def _case(run: Run, path: Path, loaded: LoadedChoice, state: ViewState) -> Scene | LeftOut:
    try:
        radiograph = read_radiograph(path)
        key = ExplainKey(radiograph.key, loaded.info.card, state.question)
        analysis, lungs = analyse(run, radiograph, loaded, key), find_lungs(run, radiograph)
        return still_scene(state, radiograph, loaded, analysis, doubted(lungs))
    except Exception as error:
        return LeftOut(path, reason(error))
