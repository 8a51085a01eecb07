"""What runs in the analysis process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from functools import cache
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.explain.explainer import Explainer
    from cxrviewer.explain.request import ModelInfo, Request, Result
    from cxrviewer.models.load_request import LoadRequest


def begin() -> None:
    """Prepare the process: leave Ctrl+C to the parent, and end when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="watchdog", daemon=True).start()


def warm_up(preload: LoadRequest | None) -> ModelInfo | None:
    """Import TensorFlow and load a model, so that the first request finds both."""
    from cxrviewer.models import backend

    backend.tensorflow()
    if preload is None:
        return None
    return _explainer().prepare(preload)


def handle(request: Request) -> Result:
    """Answer a request; whatever goes wrong leaves as an exception that pickles."""
    from cxrviewer.errors import EngineError, UserError, first_line

    try:
        return _explainer().handle(request)
    except UserError:
        raise
    except Exception as error:
        message = f"The analysis failed: {type(error).__name__}: {first_line(error)}"
        raise EngineError(message, "Try another image or model, and report this.") from error


def settle() -> None:
    """Use the time after an answer to prepare for the next request."""
    _explainer().settle()


@cache
def _explainer() -> Explainer:
    from cxrviewer.explain.explainer import Explainer

    return Explainer()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
