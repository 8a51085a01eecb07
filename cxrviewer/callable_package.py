"""Packages that have the name of a function in `cxrviewer.api`, and are called like it.

``cxrviewer.explain`` is a package; once anything in it was imported, no function of that name would be seen.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A package that can be called, and tells how, as `help` and notebooks ask for it."""

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call the function of the same name; see there."""
        return self._function()(*arguments, **named)

    @property
    def __doc__(self) -> str | None:
        return inspect.getdoc(self._function())

    @__doc__.setter
    def __doc__(self, text: str | None) -> None:
        """Leave what the import system sets."""

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._function())

    def _function(self) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(
            importlib.import_module("cxrviewer.api"), self.__name__.rpartition(".")[2]
        )
        return function
