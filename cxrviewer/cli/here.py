"""The engine of the command line: the same requests as the window's, answered at once in this process."""

from __future__ import annotations

from collections.abc import Callable

from cxrviewer.engine.progress import Report, finish
from cxrviewer.explain.request import Request, Result


def run_here(report: Report | None = None) -> Callable[[Request], Result]:
    """Return a function that answers requests.

    TensorFlow is imported with the first one; what it prints goes nowhere.

    Parameters
    ----------
    report : callable, optional
        Told of the progress of what takes long.
    """
    from cxrviewer.cli.streams import hushed
    from cxrviewer.engine.immediate import ImmediateExecutor
    from cxrviewer.explain.explainer import Explainer

    executor = ImmediateExecutor()
    explainer = Explainer()

    def answer(request: Request) -> Result:
        with hushed():
            return executor.submit(explainer.handle, request).result()

    return lambda request: finish(answer(request), answer, report)
