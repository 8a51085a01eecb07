"""A batch on a dask cluster: the same steps in parts of several files, wherever there is a worker free.

Images, output folder and model files have to be reachable under the same paths from every machine. All of
these trust one another: what dask sends is pickled, and who can reach the scheduler or a worker can run
programs there. On a network that others use, dask's own TLS has to stand before it (``tls://``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from cxrviewer import __version__
from cxrviewer.batch.answering import Answering
from cxrviewer.batch.desk import Drawing, Drawn, Ended, Failed, draw, drop, reason, take
from cxrviewer.batch.facts import Facts, facts_of
from cxrviewer.batch.options import BatchOptions
from cxrviewer.batch.row import Item
from cxrviewer.errors import ExportError, UserError
from cxrviewer.models.catalog import DEFAULT, builtin_cards

_PATIENCE = 8.0
"""Seconds in which a scheduler must answer."""
_KILLED = "The process that worked on this file ended each time: the file is probably damaged."

_lock = threading.Lock()
_kept: dict[BatchOptions, Answering] = {}
"""Of a worker: the model of the batch that it works on."""


class Cluster:
    """A connection to the scheduler of a cluster.

    Parameters
    ----------
    address : str
        As dask takes it, ``tcp://host:8786`` say.

    Raises
    ------
    UserError
        dask is not installed, or the scheduler cannot be reached.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            hint = "Install it: pip install 'cxrviewer[cluster]'."
            raise UserError("Clusters need dask, which is not installed.", hint) from error
        try:
            self._client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            hint = "Check that it runs, and give its address as tcp://HOST:PORT."
            raise UserError(f"There is no dask scheduler at {address}.", hint) from error

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def describe(self, options: BatchOptions) -> tuple[Facts, int]:
        """Return what a worker finds that all rows have in common, and the images of a part.

        Raises
        ------
        UserError
            The model cannot be used there, or the program is another one.
        """
        facts, batch = self._client.submit(describe_there, options, pure=False).result()
        if facts.program != __version__:
            message = f"The cluster has version {facts.program} of the program, this machine {__version__}."
            raise UserError(message, "Install the same version everywhere.")
        return facts, batch

    def run(
        self, items: Sequence[Item], batch: int, options: BatchOptions, pictures: Path
    ) -> Generator[Ended, None, None]:
        """Yield each file as it is done, in no order; a part whose worker is lost is done by another.

        Raises
        ------
        UserError
            A worker cannot go on, as for `pipeline.run_here`.
        """
        parts = [tuple(items[start : start + batch]) for start in range(0, len(items), batch)]
        lost: list[Item] = []
        for part, found in self._answers(parts, options, pictures):
            yield from found or ()
            if found is None:
                lost += part
        # One of them ends every worker that meets it: alone, only that one does.
        for item in lost:
            for _, found in self._answers([(item,)], options, pictures):
                yield from found if found is not None else (Failed(item, _KILLED),)

    def _answers(
        self, parts: Sequence[tuple[Item, ...]], options: BatchOptions, pictures: Path
    ) -> Generator[tuple[tuple[Item, ...], list[Ended] | None], None, None]:
        """Yield parts with their answers, None where all workers that tried were lost."""
        from distributed import KilledWorker, as_completed

        futures = {
            self._client.submit(answer_there, options, pictures, part, pure=False): part for part in parts
        }
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                part = futures.pop(future)
                try:
                    found = future.result()
                except KilledWorker:
                    found = None
                yield part, found
        finally:
            self._client.cancel(list(futures))


def run_there(
    items: Sequence[Item], options: BatchOptions, pictures: Path, describe: Callable[[Facts], object]
) -> Generator[Ended, None, None]:
    """Run a batch on the cluster of its options; `describe` is told what all rows have in common."""
    options = _for_others(options)
    with Cluster(options.cluster) as cluster:
        facts, batch = cluster.describe(options)
        describe(facts)
        with closing(cluster.run(items, batch, options, pictures.absolute())) as found:
            yield from found


def describe_there(options: BatchOptions) -> tuple[Facts, int]:
    """Return what all rows of a batch have in common, and the images of a part; on a worker."""
    answering = _answering(options)
    return facts_of(answering.loaded.info.card, answering.question), answering.batch


def answer_there(options: BatchOptions, pictures: Path, items: Sequence[Item]) -> list[Ended]:
    """Read, compute and draw a few files; on a worker."""
    answering = _answering(options)
    drawing = Drawing(options.state, answering.loaded, pictures, options.export)
    ended: list[Ended] = []
    taken = []
    for item in items:
        try:
            taken.append((item, take(item, answering.loaded.info.card.input)))
        except Exception as error:
            ended.append(Failed(item, reason(error)))
    answers = answering([one.prepared for _, one in taken])
    for (item, one), answer in zip(taken, answers, strict=True):
        if isinstance(answer, UserError):
            drop(item)
            ended.append(Failed(item, reason(answer)))
            continue
        try:
            drawn = draw(item, answer, drawing)
        except ExportError:
            raise
        except Exception as error:
            ended.append(Failed(item, reason(error)))
        else:
            row = replace(drawn.row, seconds=drawn.row.seconds + one.seconds)
            ended.append(Drawn(row, drawn.thumbnail))
    return ended


def _answering(options: BatchOptions) -> Answering:
    with _lock:
        if options not in _kept:
            _kept.clear()
            _kept[options] = Answering(options)
        return _kept[options]


def _for_others(options: BatchOptions) -> BatchOptions:
    """Return options that mean the same in another folder: a model of the user's by its whole path."""
    model = options.state.model
    if model in (DEFAULT, *(card.id for card in builtin_cards())):
        return options
    return replace(options, state=replace(options.state, model=str(Path(model).absolute())))
