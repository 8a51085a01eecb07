"""A batch on this machine: files are read and drawn by processes while the model computes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from types import TracebackType

from cxrviewer.batch.answering import Answering
from cxrviewer.batch.board import Board, Ready, ToDraw
from cxrviewer.batch.desk import Drawing, Drawn, Ended, Failed, draw_packed, drop, packed, reason, take
from cxrviewer.batch.row import Item
from cxrviewer.engine.reader import PATIENCE
from cxrviewer.engine.reading_process import ReadingProcess
from cxrviewer.errors import ExportError, UserError
from cxrviewer.models.card import InputSpec


class Desks:
    """Processes that read and draw, one thread each to wait for them; they start at once.

    Parameters
    ----------
    count : int
        Their number.
    """

    def __init__(self, count: int) -> None:
        self._processes = [ReadingProcess() for _ in range(count)]
        for process in self._processes:
            process.start()
        self._threads: list[threading.Thread] = []

    def __len__(self) -> int:
        return len(self._processes)

    def __enter__(self) -> Desks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.close()
        for thread in self._threads:
            thread.join()

    def begin(self, board: Board, spec: InputSpec, drawing: Drawing) -> None:
        """Have all desks work on what a board tells them."""
        sent = packed(drawing)
        for number, process in enumerate(self._processes):
            arguments = (number, process, board, spec, sent)
            thread = threading.Thread(target=_work, args=arguments, name=f"desk {number}", daemon=True)
            self._threads.append(thread)
            thread.start()


def run_here(
    items: Sequence[Item], desks: Desks, answering: Answering, spec: InputSpec, drawing: Drawing
) -> Iterator[Ended]:
    """Read, compute and draw files; yields each as it is done, in no order.

    Parameters
    ----------
    items : sequence of Item
        The files.
    desks : Desks
        Who reads and draws.
    answering : Answering
        The model.
    spec : InputSpec
        What the model takes.
    drawing : Drawing
        What is drawn.

    Raises
    ------
    ExportError
        A picture could not be written: no other could.
    """
    board = Board(items, len(desks), answering.batch)
    desks.begin(board, spec, drawing)
    try:
        while (step := board.next_step()) is not None:
            ended, ready = step
            yield from ended
            if ready:
                _compute(board, ready, answering)
    finally:
        board.stop()


def _compute(board: Board, ready: Sequence[Ready], answering: Answering) -> None:
    answers = answering([one.taken.prepared for one in ready])
    board.batch = answering.batch
    for one, answer in zip(ready, answers, strict=True):
        board.draw(one.desk, ToDraw(one.item, one.taken, answer))


def _work(number: int, process: ReadingProcess, board: Board, spec: InputSpec, drawing: bytes) -> None:
    try:
        while (job := board.next_job(number)) is not None:
            if isinstance(job, ToDraw):
                board.was_drawn(number, job, _drawn(job, process, drawing))
            else:
                _read(number, job, process, board, spec)
    except CancelledError:
        # The batch has ended.
        pass
    except BaseException as error:
        board.broke(error)


def _read(number: int, item: Item, process: ReadingProcess, board: Board, spec: InputSpec) -> None:
    try:
        taken = process.call(item.path, take, item, spec, patience=PATIENCE)
    except (CancelledError, ExportError):
        raise
    except Exception as error:
        board.was_not_read(number, Failed(item, reason(error)))
    else:
        board.was_read(number, item, taken)


def _drawn(job: ToDraw, process: ReadingProcess, drawing: bytes) -> Ended:
    path = job.item.path
    if isinstance(job.answer, UserError):
        process.call(path, drop, job.item, patience=PATIENCE)
        return Failed(job.item, reason(job.answer))
    try:
        drawn = process.call(path, draw_packed, job.item, job.answer, drawing, patience=PATIENCE)
    except (CancelledError, ExportError):
        raise
    except Exception as error:
        return Failed(job.item, reason(error))
    row = replace(drawn.row, seconds=drawn.row.seconds + job.taken.seconds)
    return Drawn(row, drawn.thumbnail)
