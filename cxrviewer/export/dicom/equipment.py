"""What all DICOM objects of an export say of the program, of the model, and of when they were made."""

from __future__ import annotations

from typing import Any

from pydicom.uid import UID, generate_uid

from cxrviewer import __version__
from cxrviewer.models.card import ModelCard

PROGRAM = "CXR Viewer"
UTF_8 = "ISO_IR 192"

_NOT_FOR_DIAGNOSIS = "not for diagnosis"
"""The end of `annotated.DISCLAIMER`, where there is no room for the whole."""


def equipment() -> dict[str, Any]:
    """Return the arguments of highdicom's objects for the Enhanced General Equipment (PS3.3 C.7.5.2)."""
    return {
        "manufacturer": PROGRAM,
        "manufacturer_model_name": PROGRAM,
        "software_versions": __version__,
        # The standard wants a number of the device; a program has none.
        "device_serial_number": "0",
    }


def new_series(number: int, description: str, disclaimer: bool = True) -> dict[str, Any]:
    """Return the arguments of highdicom's objects for a series of its own with one instance.

    Parameters
    ----------
    number : int
        Of the series; far from those of the examination, which begin with 1.
    description : str
        For people; cut to what fits in 64 characters (PS3.5 6.2, LO).
    disclaimer : bool
        Whether it says what the result is not for.
    """
    after = f" - {_NOT_FOR_DIAGNOSIS}" if disclaimer else ""
    return {
        "series_instance_uid": new_uid(),
        "series_number": number,
        "sop_instance_uid": new_uid(),
        "instance_number": 1,
        "series_description": limited(description, 64 - len(after)) + after,
    }


def new_uid() -> UID:
    """Return an identifier from a random number (PS3.5 B.2), which tells nothing of machine and place."""
    return generate_uid(prefix=None)


def limited(text: str, length: int = 64) -> str:
    """Return a text cut to what a value representation takes, without what separates values (PS3.5 6.2)."""
    plain = " ".join(text.replace("\\", "/").split())
    return plain if len(plain) <= length else f"{plain[: length - 1]}\N{HORIZONTAL ELLIPSIS}"


def model_words(card: ModelCard) -> str:
    """Return name, version and digest of a model, at most 64 characters."""
    return limited(f"{card.name} {card.version} SHA-256 {card.sha256[:16]}")
