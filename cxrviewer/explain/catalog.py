"""The methods that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cxrviewer.errors import ExplainError
from cxrviewer.explain.method_spec import MethodSpec
from cxrviewer.registry import drop_ins

if TYPE_CHECKING:
    from cxrviewer.explain.probe import Probe
    from cxrviewer.explain.steps import Floats, Steps

_FOLDER = "cxrviewer.explain.methods"


class Attribute(Protocol):
    """The function of a method: a raw map (h, w), or steps towards one where that takes long."""

    def __call__(self, probe: Probe, **parameters: Any) -> Floats | Steps: ...


def methods() -> tuple[MethodSpec, ...]:
    """Return all methods in menu order."""
    return tuple(module.SPEC for module in drop_ins(_FOLDER).values())


def method_spec(method: str) -> MethodSpec:
    """Return what a method says about itself.

    Raises
    ------
    ExplainError
        There is no method with this id.
    """
    found = drop_ins(_FOLDER)
    if method not in found:
        raise ExplainError(f"There is no method '{method}'.", f"Choose one of: {', '.join(found)}.")
    spec: MethodSpec = found[method].SPEC
    return spec


def attribute_function(method: str) -> Attribute:
    """Return the function of a method; raises as `method_spec`."""
    method_spec(method)
    function: Attribute = drop_ins(_FOLDER)[method].attribute
    return function
