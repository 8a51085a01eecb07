"""Drop-in folders: one module a method, reader, writer, architecture or recipe.

A drop-in module carries a module-level ``SPEC`` with an ``id``; it is found by being in the folder.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def drop_ins(package: str) -> dict[str, ModuleType]:
    """Return the drop-in modules of a package by the id of their ``SPEC``.

    Parameters
    ----------
    package : str
        Dotted name of the folder, ``"cxrviewer.explain.methods"`` say.

    Returns
    -------
    dict of str to module
        In the order of ``SPEC.order`` where there is one, then by id.

    Raises
    ------
    RuntimeError
        A module of the folder has no ``SPEC``, or two have the same id.
    """
    folder = importlib.import_module(package)
    found: dict[str, ModuleType] = {}
    for info in pkgutil.iter_modules(folder.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        spec = getattr(module, "SPEC", None)
        if spec is None:
            raise RuntimeError(f"{module.__name__} has no SPEC")
        if spec.id in found:
            raise RuntimeError(f"{package} has two modules with the id {spec.id!r}")
        found[spec.id] = module
    order = sorted(found, key=lambda key: (getattr(found[key].SPEC, "order", 0), key))
    return {key: found[key] for key in order}
