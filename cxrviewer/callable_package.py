"""Packages that have the name of a function in `cxrviewer.api`, and are called like it.

``cxrviewer.explain`` is a package; once anything in it was imported, no function of that name would be seen.
"""

from __future__ import annotations

import importlib
from types import ModuleType


class CallablePackage(ModuleType):
    """A package that can be called."""

    def __call__(self, *arguments: object, **named: object) -> object:
        """Call the function of the same name; see there."""
        function = getattr(importlib.import_module("cxrviewer.api"), self.__name__.rpartition(".")[2])
        return function(*arguments, **named)
