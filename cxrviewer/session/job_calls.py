"""What jobs do in their process: the same as the commands of the same names.

Nothing heavy is imported before they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.engine.job import JobProgress, Tell
from cxrviewer.learning.training_log import TrainingLog, read_log
from cxrviewer.models.load_request import LoadRequest

if TYPE_CHECKING:
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.explain.question import Question
    from cxrviewer.learning.train import TrainOrder


@dataclass(frozen=True)
class JobResult:
    """The page that a job has written, and the model file or the document where it made one."""

    page: Path
    model: Path | None = None
    document: Path | None = None


@dataclass(frozen=True)
class EvaluateOrder:
    """What is to be evaluated on what, and where the results go."""

    load: LoadRequest
    data: Path
    output: Path
    seed: int = 0


@dataclass(frozen=True)
class StudyOrder:
    """What is to be studied.

    Parameters
    ----------
    load : LoadRequest
        The model.
    data, output : Path
        Labelled images, and where the results go.
    method, layer, target : str
        By the words of the command.
    per_class, seed : int
        Images of each class at most, and the seed by which they are drawn.
    lungs : bool
        Whether lungs are looked for, to tell how much of the evidence lies in them.
    """

    load: LoadRequest
    data: Path
    output: Path
    method: str = "grad-cam"
    layer: str = "auto"
    target: str = "top"
    per_class: int = 30
    seed: int = 0
    lungs: bool = True


def evaluate(tell: Tell, order: EvaluateOrder) -> JobResult:
    """Evaluate a model; see `learning.evaluate`."""
    from cxrviewer.learning.evaluate import evaluate as run

    _prepare(tell)
    run(order.load, order.data, order.output, _counting(tell), order.seed)
    return JobResult(order.output / "evaluation.html")


def study(tell: Tell, order: StudyOrder) -> JobResult:
    """Study the heatmaps of a model; see `learning.study`."""
    from cxrviewer.explain.lungs import lung_mask
    from cxrviewer.explain.question import Question, settle
    from cxrviewer.learning.study import StudySettings
    from cxrviewer.learning.study import study as run
    from cxrviewer.session.tasks import resolve_layers, resolve_method, resolve_target

    def ask(info: ModelInfo) -> Question:
        target = resolve_target(info.card, order.target)
        layers = resolve_layers(info, order.layer)
        return settle(Question(target, resolve_method(order.method), (), layers), info, None)

    _prepare(tell)
    settings = StudySettings(order.per_class, order.seed)
    mask = lung_mask if order.lungs else None
    run(order.load, order.data, order.output, ask, settings, _counting(tell), mask)
    return JobResult(order.output / "study.html")


def train(tell: Tell, order: TrainOrder) -> JobResult:
    """Train a model; tells each line, and the log as it grows; see `learning.train`."""
    from cxrviewer.learning.train import train as run
    from cxrviewer.learning.training_page import NAME

    former = None if order.resume else read_log(order.output)
    model = run(order, _Follower(tell, order.output, former).line)
    # What has no card is no classifier.
    return JobResult(order.output / NAME, model if model.with_suffix(".toml").is_file() else None)


class _Follower:
    """Tells with each line what has come to the log since the one before."""

    def __init__(self, tell: Tell, folder: Path, former: TrainingLog | None) -> None:
        self._tell, self._folder = tell, folder
        # What an earlier run left is there until this one begins.
        self._former = former

    def line(self, text: str) -> None:
        self._tell(text)
        log = read_log(self._folder)
        if log is not None and log != self._former:
            self._former = log
            self._tell(JobProgress(log.epochs[-1], log.total, "epochs"))
            self._tell(log)


def _prepare(tell: Tell) -> None:
    """Import TensorFlow, within the limits of the machine's memory."""
    from cxrviewer.models import backend
    from cxrviewer.models.memory import limit_memory

    tell("Starting the model")
    limit_memory()
    backend.tensorflow()


def _counting(tell: Tell) -> Callable[[int, int], None]:
    return lambda done, total: tell(JobProgress(done, total))
