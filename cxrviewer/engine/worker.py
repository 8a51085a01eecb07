"""What runs in the analysis process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.explain.explainer import Explainer
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.explain.request import Request, Result
    from cxrviewer.models.load_request import LoadRequest


def warm_up(preload: LoadRequest | None) -> ModelInfo | None:
    """Import TensorFlow and load a model, so that the first request finds both."""
    from cxrviewer.models import backend
    from cxrviewer.models.memory import limit_memory

    limit_memory()
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
