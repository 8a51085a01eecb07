"""Training by a recipe: what the command and the window do alike."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from cxrviewer.errors import UsageError, UserError, first_line
from cxrviewer.learning.settings import changed
from cxrviewer.learning.training_page import write_page
from cxrviewer.learning.transfer_spec import IMAGENET, RANDOM, TransferSpec
from cxrviewer.models.backend import is_out_of_memory
from cxrviewer.registry import drop_ins


@dataclass(frozen=True)
class TrainOrder:
    """What is to be trained on what, and where the model goes.

    Parameters
    ----------
    recipe : str
        Id of a recipe.
    data, output : Path
        Labelled images, as a folder or a table, and the folder for the model.
    epochs, seed : int, optional
        In place of the recipe's.
    weights : str
        "imagenet", "random" or the path of a file; the recipe's own choice where empty.
    resume : bool
        Whether to go on with a run that was ended.
    changes : tuple of str
        Further settings, "batch=16".
    """

    recipe: str
    data: Path
    output: Path
    epochs: int | None = None
    seed: int | None = None
    weights: str = ""
    resume: bool = False
    changes: tuple[str, ...] = ()


def recipes() -> dict[str, ModuleType]:
    """Return all recipes by their ids."""
    return drop_ins("cxrviewer.learning.recipes")


def train(order: TrainOrder, progress: Callable[[str], None]) -> Path:
    """Train; returns the model file, which has its card and the page of the training beside it.

    Parameters
    ----------
    order : TrainOrder
        What to do.
    progress : callable
        Takes a line of text after each step that lasts.

    Raises
    ------
    UsageError
        There is no such recipe or setting.
    UserError
        The data, the weights or the output folder cannot be used.
    """
    known = recipes()
    if order.recipe not in known:
        raise UsageError(f"There is no recipe {order.recipe!r}.", f"Choose from: {', '.join(known)}.")
    recipe = known[order.recipe]
    given = {name: value for name in ("epochs", "seed") if (value := getattr(order, name)) is not None}
    settings = changed(replace(recipe.SPEC.defaults, **given), order.changes)
    weights = _weights(order.weights, recipe)
    with _shortages_told(order.output):
        recipe.train(settings, order.data, order.output, progress, weights=weights, resume=order.resume)
    model = order.output / f"{recipe.SPEC.id}.keras"
    write_page(model, recipe.SPEC.name)
    return model


@contextmanager
def _shortages_told(output: Path) -> Iterator[None]:
    """Say what to do where there is no room in memory or on the disk."""
    try:
        yield
    except (UserError, BrokenPipeError):
        raise
    except Exception as error:
        # TensorFlow has one error for both, and HDF5 none of its own.
        if getattr(error, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):
            message, hint = "The disk of the output folder is full.", "Make room, and go on with --resume."
        elif isinstance(error, OSError):
            message = f"The output folder cannot be used: {first_line(error)}."
            hint = "Check it, and go on with --resume."
        elif is_out_of_memory(error):
            message = "The training needs more memory than there is."
            hint = "Close other programs, or take smaller batches: --set batch=8."
        else:
            raise
        raise UserError(message, hint, output) from error


def _weights(text: str, recipe: ModuleType) -> Path | str | None:
    """Return the weights to begin with; None for what the recipe begins with by itself."""
    if text not in (IMAGENET, RANDOM):
        return Path(text) if text else None
    if isinstance(recipe.SPEC, TransferSpec):
        return text
    if text == IMAGENET:
        hint = "Leave out --weights to begin with random ones."
        raise UsageError(f"There are no ImageNet weights for the recipe {recipe.SPEC.id!r}.", hint)
    return None
