"""The library that DICOM objects are written with: an extra, which an installation may lack."""

from __future__ import annotations

import importlib.util
import warnings

from cxrviewer.errors import ExportError


def check_library() -> None:
    """Refuse to write DICOM objects where that is not possible; else prepare for it.

    The library's warnings are silenced: they are about values of the file, and show names of people.

    Raises
    ------
    ExportError
        highdicom is not installed.
    """
    if importlib.util.find_spec("highdicom") is None:
        raise ExportError(
            "The library for DICOM objects is not installed.",
            "Install it with 'pip install cxrviewer[dicom]', or choose another format.",
        )
    warnings.filterwarnings("ignore", module=r"highdicom(\.|$)")
