"""The windows that a radiograph offers, by name."""

from __future__ import annotations

from dataclasses import dataclass

from cxrviewer.imaging.grayscale import Voi, auto_window, full_window
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph

AUTOMATIC = "Automatic"
FULL_RANGE = "Full range"


@dataclass(frozen=True, eq=False)
class Preset:
    """A VOI and the name to choose it by."""

    name: str
    voi: Voi


def presets(radiograph: Radiograph) -> tuple[Preset, ...]:
    """Return the VOI LUTs of the file, then its windows, then the automatic window and the full range."""
    return (
        *file_presets(radiograph.grayscale),
        Preset(AUTOMATIC, auto_window(radiograph)),
        Preset(FULL_RANGE, full_window(radiograph)),
    )


def file_presets(grayscale: GrayscaleInfo) -> tuple[Preset, ...]:
    """Return the VOI LUTs of a file, then its windows, by their explanations.

    They are numbered where they have none or share one.
    """
    named = [_named("VOI LUT", number, table) for number, table in enumerate(grayscale.voi_luts, 1)]
    named += [_named("Window", number, window) for number, window in enumerate(grayscale.windows, 1)]
    known: set[str] = set()
    found = []
    for name, voi in named:
        unique, copies = name, 1
        while unique in known:
            copies += 1
            unique = f"{name} ({copies})"
        known.add(unique)
        found.append(Preset(unique, voi))
    return tuple(found)


def _named(kind: str, number: int, voi: Voi) -> tuple[str, Voi]:
    return voi.explanation or f"{kind} {number}", voi
