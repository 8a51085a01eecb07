"""What the user has chosen for an export, and the scenes that this makes of what is on screen."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from cxrviewer.explain.target import target_name
from cxrviewer.export.options import ExportOptions, PictureKind, options_from_json, options_to_json
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.viewport import Viewport, full_resolution, resized
from cxrviewer.session.marks import FileMarks
from cxrviewer.session.scene import make_scene
from cxrviewer.session.shown import Shown

_LONGEST_NAME = 60
_LARGE = 1536
"""Pixels along the shorter side of an image from which letters and lines on it are sharp, on paper too."""

_ROOMY = 480
"""Pixels along the shorter side from which the words of marks leave room for the image."""


class ImageSize(StrEnum):
    """How much of an image is exported, and how large."""

    WHOLE = "whole"
    ENLARGED = "enlarged"
    DISPLAYED = "displayed"


@dataclass(frozen=True)
class ExportChoice:
    """The choices of the dialog.

    Parameters
    ----------
    options : ExportOptions
        The format, and what goes into the file.
    size : ImageSize
        Whether the image is exported whole at its own resolution, enlarged, or as it is displayed.
    panes : bool
        Whether all panes are exported as they stand, and not the active one alone.
    """

    options: ExportOptions = field(default_factory=ExportOptions)
    size: ImageSize = ImageSize.WHOLE
    panes: bool = False


@dataclass(frozen=True, eq=False)
class PaneView:
    """What a pane shows: its content, the view on screen, the marks and the lungs where they are seen."""

    shown: Shown
    viewport: Viewport
    marks: FileMarks | None = None
    lungs: LungField | None = None


def scenes_of(choice: ExportChoice, active: PaneView, panes: Sequence[PaneView]) -> tuple[Scene, ...]:
    """Return what an export shows: the active pane, or all that have an analysis; nothing without one."""
    views = panes if choice.panes else (active,)
    made = (_scene(view, choice.size) for view in views)
    return tuple(scene for scene in made if scene is not None)


def view_size(view: PaneView, size: ImageSize) -> tuple[int, int]:
    """Return columns and rows of the image as it would be exported."""
    rows, columns = _viewport(view, size).shape
    return columns, rows


def enlargement(view: PaneView) -> int:
    """Return how many times an image is enlarged to be large; 1 where it is."""
    return _times(_viewport(view, ImageSize.WHOLE))


def is_crowded(scenes: Sequence[Scene], options: ExportOptions) -> bool:
    """Return whether the words of marks cover much of a picture, as it is small."""
    if not options.marks:
        return False
    marked = (scene for scene in scenes if scene.marks is not None and scene.marks.content["marks"])
    return any(min(scene.viewport.shape) < _ROOMY for scene in marked)


def remembered_choice(text: str, paper: str = "a4") -> ExportChoice:
    """Return a choice as remembered; the usual one, on this paper, where that is not to be understood.

    Identity is never remembered: it is asked for each time anew.
    """
    try:
        content = json.loads(text)
        options = options_from_json(content["options"])
        return ExportChoice(replace(options, identity=False), ImageSize(content["size"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ExportChoice(ExportOptions(paper=paper))


def choice_to_remember(choice: ExportChoice) -> str:
    """Return a choice as it is remembered: without identity, and without what belongs to the panes of now."""
    options = replace(choice.options, identity=False, columns=1)
    return json.dumps({"options": options_to_json(options), "size": choice.size.value})


def suggested_name(scene: Scene, options: ExportOptions) -> str:
    """Return a name for the file of an export, without suffix: what is explained and how, never who it is."""
    attribution = scene.result.attribution
    parts = [target_name(attribution.target, scene.card), attribution.method.replace("++", "-pp")]
    if options.kind is not PictureKind.OVERLAY:
        parts.append(options.kind.value)
    plain = unicodedata.normalize("NFKD", " ".join(parts)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-") or "overlay"


def free_path(folder: Path, name: str, suffix: str) -> Path:
    """Return a path that nothing has yet: "name.png", else "name-2.png" and so on."""
    path, number = folder / f"{name}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path


def _scene(view: PaneView, size: ImageSize) -> Scene | None:
    if view.shown.radiograph is None:
        return None
    return make_scene(view.shown, _viewport(view, size), view.marks, view.lungs)


def _viewport(view: PaneView, size: ImageSize) -> Viewport:
    if size is ImageSize.DISPLAYED:
        return view.viewport
    radiograph = view.shown.radiograph
    assert radiograph is not None
    whole = full_resolution(radiograph.shape, radiograph.aspect, view.shown.state.orientation)
    if size is ImageSize.WHOLE:
        return whole
    times = _times(whole)
    return resized(whole, (whole.shape[0] * times, whole.shape[1] * times))


def _times(whole: Viewport) -> int:
    return -(-_LARGE // min(whole.shape))
