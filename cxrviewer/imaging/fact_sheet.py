"""What a file is, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cxrviewer.imaging.dicom.identity import identity_parts, mentions
from cxrviewer.imaging.element import Element
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.header import Header
from cxrviewer.imaging.patient_orientation import edge_letters
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.imaging.words import size_text, spacing_text, voi_text

IDENTITY = {
    "patient_name": "Patient",
    "patient_id": "Patient ID",
    "birth_date": "Born",
    "accession_number": "Accession number",
    "study_id": "Study ID",
    "institution": "Institution",
    "referring_physician": "Referring physician",
    "operator": "Operator",
    "station": "Station",
}
"""Fields of `Header` that identify a person or a place, with their names."""

_EXAMINATION = {
    "sex": "Sex",
    "age": "Age",
    "modality": "Modality",
    "study_date": "Study date",
    "study_time": "Study time",
    "acquisition_date": "Acquisition date",
    "acquisition_time": "Acquisition time",
    "study_description": "Study",
    "series_description": "Series",
    "body_part": "Body part",
    "view_position": "View",
    "laterality": "Laterality",
    "kvp": "kVp",
    "exposure": "Exposure, mAs",
    "exposure_index": "Exposure index",
    "deviation_index": "Deviation index",
    "manufacturer": "Manufacturer",
    "model": "Model",
}
_MEANINGS = {
    "MONOCHROME1": "low values are white",
    "MONOCHROME2": "low values are black",
}


def fact_elements(facts: Facts) -> tuple[Element, ...]:
    """Return the facts that a file has, as lines for people; what identifies the patient is marked."""
    rows = [element for element in _rows(facts) if element.value]
    if facts.header is None:
        return tuple(rows)
    parts = identity_parts(facts.header)
    return tuple(
        replace(row, identifying=True) if parts and mentions(row.value, parts) else row for row in rows
    )


def _rows(facts: Facts) -> Iterator[Element]:
    yield Element("Format", facts.file_format)
    yield Element("File size", size_text(facts.file_bytes))
    yield Element("Size", f"{facts.columns} × {facts.rows} pixels")
    yield Element("Frames", str(facts.frames) if facts.frames > 1 else "")
    yield Element("Bits", facts.bits)
    yield Element("Photometric interpretation", facts.photometric, _MEANINGS.get(facts.photometric, ""))
    yield from _presets(facts)
    yield from _geometry(facts)
    yield Element("Overlay planes", str(facts.planes) if facts.planes else "")
    yield Element("Shutter", facts.shutter)
    yield Element("Badges", ", ".join(facts.badges))
    if facts.header is not None:
        yield from _header(facts.header)
    for note in facts.notes:
        yield Element("Note", note)


def _presets(facts: Facts) -> Iterator[Element]:
    for number, preset in enumerate(facts.presets, start=1):
        window = f": {voi_text(preset.voi)}" if isinstance(preset.voi, Window) else ""
        yield Element(f"Preset {number}", f"{preset.name}{window}")


def _geometry(facts: Facts) -> Iterator[Element]:
    if facts.spacing is not None:
        yield Element("Pixel spacing", spacing_text(facts.spacing), facts.spacing.meaning)
    elif facts.header is not None:
        yield Element("Pixel spacing", "px", "the file does not say")
    if facts.aspect != 1:
        yield Element("Height of a pixel", f"{facts.aspect:.4g} of its width")
    edges = edge_letters(facts.directions, Orientation())
    sides = {"left": edges.left, "top": edges.top, "right": edges.right, "bottom": edges.bottom}
    yield Element("Sides", ", ".join(f"{letters} {side}" for side, letters in sides.items() if letters))


def _header(header: Header) -> Iterator[Element]:
    yield Element("SOP class", header.sop_class)
    yield Element("Transfer syntax", header.transfer_syntax)
    for field, name in _EXAMINATION.items():
        yield Element(name, str(getattr(header, field)))
    for field, name in IDENTITY.items():
        yield Element(name, str(getattr(header, field)), identifying=True)
