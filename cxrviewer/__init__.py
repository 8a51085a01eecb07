"""CXR Viewer: chest radiographs, a classifier's output, and the regions that influenced it.

In scripts and notebooks: `open_radiograph`, `load_model`, `explain`, `overlay`, `batch`; ``docs/python.md``.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__", "batch", "explain", "load_model", "open_radiograph", "overlay"]

_PACKAGES = ("batch", "explain")


def __getattr__(name: str) -> object:
    """Import what is used: the window must not wait for what notebooks need."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    if name in _PACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    return getattr(importlib.import_module(f"{__name__}.api"), name)


def __dir__() -> list[str]:
    """Return what completion is to offer."""
    return sorted({*globals(), *__all__})
