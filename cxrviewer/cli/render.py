"""``cxrviewer render``: an image as the window shows it at 1:1, without heatmap."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.explain_options import add_image
from cxrviewer.cli.help_text import add_command
from cxrviewer.errors import UsageError

if TYPE_CHECKING:
    from cxrviewer.imaging.grayscale import Voi
    from cxrviewer.imaging.radiograph import Radiograph

_PROGRAM = "cxrviewer render"
_SUFFIXES = (".png",)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "render",
        "Writes the presentation values of an image as the window shows them at 1:1, as an 8-bit "
        "PNG: window or table, polarity, padding, shutter and overlay planes as the file wants them.",
        (
            "chest.dcm -o chest.png",
            "chest.dcm -o chest.png --window 40 400",
        ),
    )
    add_image(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png", help="the picture")
    window = parser.add_mutually_exclusive_group()
    window.add_argument(
        "--preset",
        metavar="N|auto|full",
        help="a window or table of the file, as 'cxrviewer info' counts them; "
        "auto: from the image's own values; full: all that the bits can hold",
    )
    window.add_argument(
        "--window", nargs=2, type=float, metavar=("C", "W"), help="centre and width, in modality values"
    )
    parser.add_argument("--invert", action="store_true", help="swap black and white")
    parser.add_argument("--no-planes", action="store_true", help="leave out overlay planes")


def run(arguments: argparse.Namespace) -> int:
    """Write the picture.

    Raises
    ------
    UsageError
        There is no such preset or window.
    ImageReadError
        The image cannot be read, or has no such frame.
    ExportError
        The picture cannot be written.
    """
    from cxrviewer.cli.guard import remark
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.plain import presentation_values, save_plain
    from cxrviewer.export.save import check_destination
    from cxrviewer.imaging.open import read_radiograph

    window = _window(arguments)
    check_destination(arguments.output, _SUFFIXES, arguments.image)
    radiograph = read_radiograph(arguments.image, arguments.frame - 1)
    for note in radiograph.notes:
        remark(_PROGRAM, note)
    voi = window or _preset(radiograph, arguments.preset)
    values = presentation_values(radiograph, voi, inverted=arguments.invert, planes=not arguments.no_planes)
    save_plain(values, arguments.output, arguments.image)
    tolerate_any_text()
    print(f"Wrote {arguments.output}")
    return 0


def _window(arguments: argparse.Namespace) -> Voi | None:
    from math import isfinite

    from cxrviewer.imaging.radiograph import Window

    if arguments.window is None:
        return None
    center, width = arguments.window
    if not (isfinite(center) and isfinite(width) and width >= 1):
        raise UsageError(
            f"There is no window of centre {center:g} and width {width:g}.", "Choose a width of at least 1."
        )
    return Window(center, width)


def _preset(radiograph: Radiograph, wanted: str | None) -> Voi:
    from cxrviewer.imaging.grayscale import default_voi
    from cxrviewer.imaging.presets import AUTOMATIC, FULL_RANGE, file_presets, presets

    if wanted is None:
        return default_voi(radiograph)
    names = {"auto": AUTOMATIC, "full": FULL_RANGE}
    if wanted in names:
        return next(preset.voi for preset in reversed(presets(radiograph)) if preset.name == names[wanted])
    own = file_presets(radiograph.grayscale)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(own):
        return own[int(wanted) - 1].voi
    has = ", ".join(f"{number} ({preset.name})" for number, preset in enumerate(own, start=1))
    choices = f"{has}, auto or full" if has else "auto or full"
    raise UsageError(f"The image has no preset {wanted!r}.", f"Choose {choices}.", radiograph.path)
