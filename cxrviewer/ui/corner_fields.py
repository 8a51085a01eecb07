"""The table of what may stand in the corners of the canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cxrviewer.imaging.header import Header
from cxrviewer.imaging.radiograph import LookupTable, Radiograph
from cxrviewer.imaging.words import spacing_text, voi_text
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.legend import ZOOM, Tone


class Corner(StrEnum):
    """Where a field stands."""

    TOP_LEFT = "top left"
    TOP_RIGHT = "top right"
    BOTTOM_LEFT = "bottom left"
    BOTTOM_RIGHT = "bottom right"
    NOWHERE = "not shown"


@dataclass(frozen=True)
class CornerField:
    """One field.

    Parameters
    ----------
    id : str
        What it is remembered by.
    name : str
        For people.
    corner : Corner
        Where it stands unless the user has placed it elsewhere.
    weight : int
        Where there is little room, the lightest fields go first.
    lines : callable
        Returns what it says of the screen's content, which has an image.
    identity : bool
        Whether it says who the patient is.
    tone : Tone
        How it looks.
    """

    id: str
    name: str
    corner: Corner
    weight: int
    lines: Callable[[Shown], tuple[str, ...]]
    identity: bool = False
    tone: Tone = Tone.PLAIN


def _header(shown: Shown) -> Header:
    radiograph = shown.radiograph
    return radiograph.header if radiograph is not None and radiograph.header is not None else Header()


def _image(shown: Shown) -> Radiograph:
    assert shown.radiograph is not None
    return shown.radiograph


def _joined(*parts: str) -> tuple[str, ...]:
    """Return the parts that there are on one line; none where there are none."""
    text = "  ".join(part for part in parts if part)
    return (text,) if text else ()


def _of_header(*names: str) -> Callable[[Shown], tuple[str, ...]]:
    return lambda shown: _joined(*(getattr(_header(shown), name) for name in names))


def _birth(shown: Shown) -> tuple[str, ...]:
    date = _header(shown).birth_date
    return (f"Born {date}",) if date else ()


def _age(shown: Shown) -> tuple[str, ...]:
    """Return sex and age, "045Y" (PS3.5 6.2, AS) as "45 y"."""
    header = _header(shown)
    number, unit = header.age[:-1].lstrip("0"), header.age[-1:].lower()
    return _joined(header.sex, f"{number} {unit}" if number.isdecimal() else header.age)


def _exposure(shown: Shown) -> tuple[str, ...]:
    header = _header(shown)
    values = (("", header.kvp, " kVp"), ("", header.exposure, " mAs"), ("EI ", header.exposure_index, ""))
    return _joined(
        *(f"{before}{value}{unit}" for before, value, unit in values if value),
        f"DI {header.deviation_index}" if header.deviation_index else "",
    )


def _frame(shown: Shown) -> tuple[str, ...]:
    image = _image(shown)
    return (f"Frame {image.frame + 1} of {image.frames}",) if image.frames > 1 else ()


def _size(shown: Shown) -> tuple[str, ...]:
    image = _image(shown)
    rows, columns = image.shape
    return _joined(f"{columns}×{rows}", f"{image.grayscale.bits_stored} bit", image.file_format)


def _spacing(shown: Shown) -> tuple[str, ...]:
    spacing = _image(shown).spacing
    return (f"Pixel {spacing_text(spacing)}",) if spacing is not None else ()


def _window(shown: Shown) -> tuple[str, ...]:
    voi = shown.voi
    if voi is None:
        return ()
    name = "" if isinstance(voi, LookupTable) else voi.explanation
    return _joined(voi_text(voi), name, "inverted" if shown.state.inverted else "")


FIELDS = (
    CornerField("patient", "Patient", Corner.TOP_LEFT, 90, _of_header("patient_name"), identity=True),
    CornerField("patient_id", "Patient ID", Corner.TOP_LEFT, 88, _of_header("patient_id"), identity=True),
    CornerField("birth", "Date of birth", Corner.TOP_LEFT, 55, _birth, identity=True),
    CornerField("age", "Sex and age", Corner.TOP_LEFT, 54, _age),
    CornerField(
        "accession", "Accession number", Corner.TOP_LEFT, 35, _of_header("accession_number"), identity=True
    ),
    CornerField("file", "File name", Corner.TOP_LEFT, 52, lambda shown: (_image(shown).path.name,)),
    CornerField("notes", "Notes on the file", Corner.TOP_LEFT, 40, lambda shown: _image(shown).notes),
    CornerField(
        "badges",
        "Badges",
        Corner.TOP_RIGHT,
        95,
        lambda shown: _joined(", ".join(_image(shown).badges)),
        tone=Tone.WARNING,
    ),
    CornerField("institution", "Institution", Corner.TOP_RIGHT, 20, _of_header("institution"), identity=True),
    CornerField(
        "study", "Study", Corner.TOP_RIGHT, 60, _of_header("study_description", "study_date", "study_time")
    ),
    CornerField("series", "Series", Corner.TOP_RIGHT, 45, _of_header("modality", "series_description")),
    CornerField("view", "View", Corner.TOP_RIGHT, 65, _of_header("body_part", "view_position", "laterality")),
    CornerField("equipment", "Equipment", Corner.NOWHERE, 15, _of_header("manufacturer", "model")),
    CornerField("exposure", "Exposure", Corner.NOWHERE, 16, _exposure),
    CornerField("size", "Size", Corner.BOTTOM_LEFT, 30, _size),
    CornerField("spacing", "Pixel spacing", Corner.NOWHERE, 29, _spacing),
    CornerField("frame", "Frame", Corner.BOTTOM_LEFT, 75, _frame),
    CornerField("window", "Window", Corner.BOTTOM_LEFT, 85, _window),
    CornerField("zoom", "Zoom", Corner.BOTTOM_LEFT, 58, lambda _shown: (ZOOM,)),
)


def place_of(field: CornerField, places: Mapping[str, str]) -> Corner:
    """Return where a field stands; a name that is no corner is as if the user had said nothing."""
    chosen = places.get(field.id, field.corner)
    return Corner(chosen) if chosen in set(Corner) else field.corner


def parse_places(settings: tuple[str, ...]) -> dict[str, str]:
    """Return places as remembered, "view: top left"; what is no field or no corner is left out."""
    known = {field.id for field in FIELDS}
    pairs = (item.partition(": ") for item in settings)
    return {name: corner for name, _, corner in pairs if name in known and corner in set(Corner)}


def places_to_remember(places: Mapping[str, str]) -> tuple[str, ...]:
    """Return places as they are remembered: those that are not as in the table."""
    return tuple(
        f"{field.id}: {places[field.id]}"
        for field in FIELDS
        if field.id in places and places[field.id] != field.corner
    )
