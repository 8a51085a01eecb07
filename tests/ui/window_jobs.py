"""What jobs of the window's tests do; called in processes of their own, without Qt."""

from __future__ import annotations

import threading
from pathlib import Path

from cxrviewer.batch.job import FileEnded
from cxrviewer.batch.row import BatchRow
from cxrviewer.engine.job import JobProgress, Tell
from cxrviewer.errors import UserError
from cxrviewer.learning.page import Page
from cxrviewer.learning.training_log import TrainingLog
from cxrviewer.session.job_calls import JobResult


def write_a_page(tell: Tell, output: Path) -> JobResult:
    """Do what jobs do, quickly."""
    tell("first line")
    tell("second line")
    tell(JobProgress(1, 2))
    tell(TrainingLog((1, 2), 5, (("loss", (2.0, 1.0)), ("accuracy", (0.5, 0.75)))))
    tell(
        FileEnded(
            BatchRow(1, "a.png", top="Normal", probabilities=(0.9, 0.1), seconds=0.25), output / "a.png"
        )
    )
    tell(FileEnded(BatchRow(2, "b.png", error="It is damaged."), None))
    output.mkdir()
    page = Page("What was found")
    page.heading("Numbers")
    page.table(("class", "n"), [("Normal", "3")])
    page.contact_sheet([(b"", "a picture", "pictures/a.png")])
    page.write(output / "page.html")
    return JobResult(output / "page.html", output / "model.keras")


def leave_half(tell: Tell, output: Path) -> None:
    """Begin to write a file, and never end."""
    output.mkdir(exist_ok=True)
    (output / ".part-half.html").write_text("half")
    tell(JobProgress(0, 10))
    threading.Event().wait()


def refuse(_tell: Tell, _output: Path) -> None:
    """Fail as expected."""
    raise UserError("There is nothing.", "Give something.")
