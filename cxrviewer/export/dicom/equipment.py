"""What all DICOM objects of an export say of the program and of the model."""

from __future__ import annotations

from typing import Any

from cxrviewer import __version__
from cxrviewer.foreign_text import printable
from cxrviewer.models.card import ModelCard

PROGRAM = "CXR Viewer"
UTF_8 = "ISO_IR 192"


def equipment() -> dict[str, Any]:
    """Return the arguments of highdicom's objects for the Enhanced General Equipment (PS3.3 C.7.5.2)."""
    return {
        "manufacturer": PROGRAM,
        "manufacturer_model_name": PROGRAM,
        "software_versions": __version__,
        # The standard wants a number of the device; a program has none.
        "device_serial_number": "0",
    }


def limited(text: str, length: int = 64) -> str:
    """Return a text cut to the letters that a value representation takes (PS3.5 6.2).

    Without what separates values and without control characters. It ends in three dots where it was cut:
    dciodvfy counts bytes, of which a letter beyond ASCII has several.
    """
    plain = printable(" ".join(text.split())).replace("\\", "/")
    return plain if len(plain) <= length else f"{plain[: length - 3]}..."


def model_words(card: ModelCard) -> str:
    """Return name, version and digest of a model, at most 64 characters."""
    return limited(f"{card.name} {card.version} SHA-256 {card.sha256[:16]}")
