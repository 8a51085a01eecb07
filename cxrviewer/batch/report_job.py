"""A report of many images as a job of the window: the same as the command's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.engine.job import JobProgress, Tell
from cxrviewer.export.options import ExportOptions
from cxrviewer.session.job_calls import JobResult
from cxrviewer.session.state import ViewState

if TYPE_CHECKING:
    from cxrviewer.batch.report import LeftOut

NAME = "report.pdf"
PAGE = "report.html"


@dataclass(frozen=True)
class ReportOrder:
    """Which images, how, and where the report goes.

    Parameters
    ----------
    data : Path
        A folder, an archive, a table or an image.
    output : Path
        Folder of the report.
    state : ViewState
        Model, question but for the target, and look.
    target : str
        As for `resolve_target`.
    layers : str, optional
        As for `resolve_layers`.
    options : ExportOptions
        What goes into it.
    """

    data: Path
    output: Path
    state: ViewState
    target: str
    layers: str | None
    options: ExportOptions


def run(tell: Tell, order: ReportOrder) -> JobResult:
    """Write a report; tells how many images are done."""
    from cxrviewer.batch.inputs import find_images
    from cxrviewer.batch.report import write_report
    from cxrviewer.engine.progress import finish
    from cxrviewer.explain.explainer import Explainer
    from cxrviewer.explain.request import Request, Result
    from cxrviewer.learning.run_folder import make_output_folder
    from cxrviewer.models.memory import limit_memory
    from cxrviewer.session.analysis import load_choice
    from cxrviewer.session.asking import settled_question

    tell("Looking for the files")
    images = [found.path for found in find_images([str(order.data)], order.output)]
    make_output_folder(order.output)
    tell("Starting the model")
    limit_memory()
    explainer = Explainer()

    def answer(request: Request) -> Result:
        return finish(explainer.handle(request), explainer.handle, None)

    loaded = load_choice(answer, order.state.model)
    question = settled_question(order.state.question, loaded, order.target, order.layers, exact=False)
    left_out = write_report(
        answer,
        images,
        loaded,
        replace(order.state, question=question),
        order.output / NAME,
        order.options,
        lambda done: tell(JobProgress(done, len(images))),
    )
    _write_page(len(images), left_out, images, order.output / PAGE)
    return JobResult(order.output / PAGE, document=order.output / NAME)


def _write_page(count: int, left_out: tuple[LeftOut, ...], images: list[Path], path: Path) -> None:
    from cxrviewer.learning.page import Page

    page = Page("Report")
    page.text(f"{count:,} pages, one an image, in {NAME} beside this page.")
    if left_out:
        page.heading("Left out")
        numbers = {image: number for number, image in enumerate(images, start=1)}
        rows = [(str(numbers[one.path]), one.path.name, one.reason) for one in left_out]
        page.table(("page", "file", "reason"), rows, texts=3)
    page.write(path)
