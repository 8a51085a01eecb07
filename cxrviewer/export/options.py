"""What goes into an export, and how: the same choices for window, command line, batch and reproduction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum

PAPERS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
"""Width and height of a page in points, 1/72 inch."""
CONTENTS = ("marks", "lungs", "color_bar", "caption", "scale_bar", "disclaimer", "identity")
"""Choices about what is shown in a file; not every format has all of it."""
_MOST_SCENES = 1000
_LONGEST = 60.0
"""Seconds of a scene of a film."""


class PictureKind(StrEnum):
    """What a picture is of."""

    OVERLAY = "overlay"
    TRIPLE = "triple"


@dataclass(frozen=True)
class ExportOptions:
    """The choices.

    Parameters
    ----------
    writer : str
        Id of a writer; "" for the first that goes by the file's suffix.
    kind : PictureKind
        The overlay, or image, heatmap and overlay side by side.
    columns : int
        Where there are several scenes: how many stand side by side.
    reference : int
        Of a comparison: the scene that the others are compared with, from 0.
    marks : bool
        Whether the user's marks are drawn.
    lungs : bool
        Whether the outline of the lungs is drawn, where the scene has one.
    color_bar : bool
        Whether the scale of the heatmap stands with it.
    caption : bool
        Whether finding, probability, method, layer, model and time are written.
    scale_bar : bool
        Whether a bar of known length and the letters of the patient's sides are in the image.
    disclaimer : bool
        Whether "Research and teaching: not for diagnosis" is written.
    identity : bool
        Whether the patient's name, number and date of birth are written on the image.
    sidecar : bool
        Whether a file that says how the export was made is written beside it.
    paper : str
        Of a report: one of `PAPERS`.
    frame_seconds : float
        How long each scene of a film is seen.
    left_out : str
        Of a report: the images of which there is no scene, a line each with its page, from 1, a tab and the
        reason.
    """

    writer: str = ""
    kind: PictureKind = PictureKind.OVERLAY
    columns: int = 1
    reference: int = 0
    marks: bool = True
    lungs: bool = True
    color_bar: bool = True
    caption: bool = True
    scale_bar: bool = True
    disclaimer: bool = True
    identity: bool = False
    sidecar: bool = True
    paper: str = "a4"
    frame_seconds: float = 1.0
    left_out: str = ""


def pages_left_out(options: ExportOptions) -> dict[int, str]:
    """Return the pages of a report that have no scene, with the reason of each.

    Raises
    ------
    ValueError
        A line does not begin with the number of a page.
    """
    lines = (line.partition("\t") for line in options.left_out.splitlines())
    return {int(page): reason for page, _, reason in lines}


def without(options: ExportOptions, contents: Iterable[str]) -> ExportOptions:
    """Return options with some of `CONTENTS` left out."""
    return replace(options, **dict.fromkeys(contents, False))  # type: ignore[arg-type]


def options_to_json(options: ExportOptions) -> dict[str, object]:
    """Return options as JSON has them."""
    return {**asdict(options), "kind": options.kind.value}


def options_from_json(content: Mapping[str, object]) -> ExportOptions:
    """Return options from JSON; what is left out is as by default.

    Raises
    ------
    ValueError
        A value is of a wrong type, or a name is unknown.
    """
    defaults = options_to_json(ExportOptions())
    for name, value in content.items():
        if name not in defaults or type(value) is not type(defaults[name]):
            raise ValueError(f"an export has no option {name!r} of this kind")
    known = {**defaults, **content}
    values: dict[str, object] = {field.name: known[field.name] for field in fields(ExportOptions)}
    made = ExportOptions(**{**values, "kind": PictureKind(str(known["kind"]))})  # type: ignore[arg-type]
    if made.paper not in PAPERS or not 0 < made.frame_seconds <= _LONGEST:
        raise ValueError("an export has no such paper, or no such speed")
    if not (1 <= made.columns <= _MOST_SCENES and 0 <= made.reference < _MOST_SCENES):
        raise ValueError("an export needs a column, and scenes are counted from 0")
    pages = pages_left_out(made)
    if len(pages) > _MOST_SCENES or not all(page > 0 for page in pages):
        raise ValueError("a report has no such pages")
    return made
