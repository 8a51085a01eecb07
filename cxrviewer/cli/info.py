"""``cxrviewer info``: what a file is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from cxrviewer.imaging.facts import Facts
    from cxrviewer.imaging.grayscale import Voi


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "info",
        "Tells what an image file is, from its header: the pixels are not decoded.",
        (
            "chest.dcm",
            "chest.dcm --json",
        ),
        "Names, numbers and dates of the patient are left out unless asked for.",
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="DICOM, PNG, JPEG, TIFF, BMP or WebP file")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument("--identity", action="store_true", help="tell who the patient is, too")


def run(arguments: argparse.Namespace) -> int:
    """Print what the file is.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    """
    from cxrviewer.cli.listing import print_fields, print_json
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.imaging.examine import read_facts
    from cxrviewer.imaging.fact_sheet import fact_elements

    tolerate_any_text()
    facts = read_facts(arguments.image)
    if arguments.json:
        print_json(_as_json(facts, identity=arguments.identity))
        return 0
    print_fields(
        [
            (row.name, f"{row.value} ({row.meaning})" if row.meaning else row.value)
            for row in fact_elements(facts)
            if arguments.identity or not row.identifying
        ]
    )
    return 0


def _as_json(facts: Facts, *, identity: bool) -> dict[str, object]:
    from dataclasses import asdict

    from cxrviewer.imaging.dicom.identity import identity_parts
    from cxrviewer.imaging.patient_orientation import edge_letters
    from cxrviewer.imaging.viewport import Orientation

    spacing = facts.spacing
    parts = frozenset[str]() if identity or facts.header is None else identity_parts(facts.header)
    told = {
        "format": facts.file_format,
        "file_bytes": facts.file_bytes,
        "rows": facts.rows,
        "columns": facts.columns,
        "frames": facts.frames,
        "bits": facts.bits,
        "photometric_interpretation": facts.photometric,
        "presets": [
            {"number": number, "name": preset.name, **_voi(preset.voi)}
            for number, preset in enumerate(facts.presets, start=1)
        ],
        "spacing": None if spacing is None else {**asdict(spacing), "meaning": spacing.meaning},
        "aspect": facts.aspect,
        "sides": asdict(edge_letters(facts.directions, Orientation())),
        "overlay_planes": facts.planes,
        "shutter": facts.shutter,
        "badges": facts.badges,
        "notes": facts.notes,
        **_header(facts, identity=identity),
    }
    return {"path": str(facts.path), **{name: _without(value, parts) for name, value in told.items()}}


def _voi(voi: Voi) -> dict[str, object]:
    from cxrviewer.imaging.radiograph import Window

    if isinstance(voi, Window):
        return {"center": voi.center, "width": voi.width, "function": voi.function.value}
    return {"first_mapped": voi.first_mapped, "entries": len(voi.values), "output_bits": voi.bits}


def _header(facts: Facts, *, identity: bool) -> dict[str, object]:
    from dataclasses import asdict

    from cxrviewer.imaging.fact_sheet import IDENTITY

    if facts.header is None:
        return {}
    told = asdict(facts.header)
    return told if identity else {name: value for name, value in told.items() if name not in IDENTITY}


def _without(value: object, parts: frozenset[str]) -> object:
    """Return a JSON value in which texts that name the patient are empty."""
    from cxrviewer.imaging.dicom.identity import mentions

    if isinstance(value, dict):
        return {name: _without(part, parts) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without(part, parts) for part in value]
    return "" if isinstance(value, str) and mentions(value, parts) else value
