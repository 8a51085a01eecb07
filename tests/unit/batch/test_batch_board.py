"""Who does what next in a batch: full batches, bounded holding, and an end."""

from __future__ import annotations

from pathlib import Path

import material
import numpy as np
import pytest

from cxrviewer.batch.board import HELD_BYTES, Board, ToDraw
from cxrviewer.batch.desk import Failed, Taken
from cxrviewer.batch.row import Item
from cxrviewer.errors import ExportError
from cxrviewer.models.preprocess import prepare_input

ITEMS = [Item(number, Path(f"{number}.png"), f"{number}.png", f"{number}.png") for number in range(1, 11)]
ANALYSIS = material.analysis()


def taken(size: int = 2400) -> Taken:
    return Taken(prepare_input(material.radiograph(), material.card().input), size, 0.1)


def read_all(board: Board, desk: int, count: int, size: int = 2400) -> list[Item]:
    items = []
    for _ in range(count):
        item = board.next_job(desk)
        assert isinstance(item, Item)
        board.was_read(desk, item, taken(size))
        items.append(item)
    return items


def test_the_model_gets_full_batches_and_at_last_what_is_there() -> None:
    board = Board(ITEMS, 1, 4)
    done = 0
    for expected in (4, 4, 2):
        read_all(board, 0, expected)
        _, ready = board.next_step() or ([], [])
        assert len(ready) == expected
        for one in ready:
            board.draw(0, ToDraw(one.item, one.taken, ANALYSIS))
        for _ in ready:
            job = board.next_job(0)
            assert isinstance(job, ToDraw)
            board.was_drawn(0, job, Failed(job.item, "for the test"))
        ended, _ = board.next_step() or ([], [])
        done += len(ended)
    assert done == len(ITEMS)
    assert board.next_job(0) is None
    assert board.next_step() is None


def test_no_more_is_held_than_there_is_room_for() -> None:
    board = Board(ITEMS, 2, 2)
    read_all(board, 0, 3)
    large = Board(ITEMS, 1, 8)
    read_all(large, 0, 1, HELD_BYTES)
    # Neither desk may read on: what is there is computed, though the batch is not full.
    _, ready = large.next_step() or ([], [])
    assert len(ready) == 1
    assert np.array_equal(ready[0].taken.prepared.values, taken().prepared.values)


def test_an_error_ends_it_after_what_was_done() -> None:
    board = Board(ITEMS, 2, 4)
    item = board.next_job(0)
    assert isinstance(item, Item)
    board.was_not_read(0, Failed(item, "damaged"))
    board.next_job(1)
    board.broke(ExportError("The disk is full."))
    ended, ready = board.next_step() or ([], [])
    assert [one.item for one in ended if isinstance(one, Failed)] == [item]
    assert not ready
    with pytest.raises(ExportError, match="The disk is full"):
        board.next_step()
    board.stop()
    assert board.next_job(0) is None
