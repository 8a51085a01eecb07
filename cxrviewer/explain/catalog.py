"""The methods that there are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.explain.method_spec import MethodSpec
from cxrviewer.registry import drop_ins

_FOLDER = "cxrviewer.explain.methods"


class Attribute(Protocol):
    """The function of a method: activations and gradients (h, w, c) to a raw map (h, w)."""

    def __call__(
        self, activations: NDArray[np.float32], gradients: NDArray[np.float32]
    ) -> NDArray[np.float32]: ...


def methods() -> tuple[MethodSpec, ...]:
    """Return all methods in menu order."""
    return tuple(module.SPEC for module in drop_ins(_FOLDER).values())


def attribute_function(method: str) -> Attribute:
    """Return the function of a method.

    Raises
    ------
    ExplainError
        There is no method with this id.
    """
    found = drop_ins(_FOLDER)
    if method not in found:
        raise ExplainError(f"There is no method '{method}'.", f"Choose one of: {', '.join(found)}.")
    function: Attribute = found[method].attribute
    return function
