"""What the user has chosen for an export, and the scenes that this makes of what is on screen."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxrviewer.explain.target import target_name
from cxrviewer.export.options import ExportOptions, PictureKind, options_from_json, options_to_json
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.viewport import Viewport, full_resolution
from cxrviewer.session.marks import FileMarks
from cxrviewer.session.scene import make_scene
from cxrviewer.session.shown import Shown

_LONGEST_NAME = 60


@dataclass(frozen=True)
class ExportChoice:
    """The choices of the dialog.

    Parameters
    ----------
    options : ExportOptions
        The format, and what goes into the file.
    displayed : bool
        Whether the image is exported as it is displayed, and not whole at its own resolution.
    panes : bool
        Whether all panes are exported as they stand, and not the active one alone.
    """

    options: ExportOptions = field(default_factory=ExportOptions)
    displayed: bool = False
    panes: bool = False


@dataclass(frozen=True, eq=False)
class PaneView:
    """What a pane shows: its content, the view on screen, and the marks where they are visible."""

    shown: Shown
    viewport: Viewport
    marks: FileMarks | None = None


def scenes_of(choice: ExportChoice, active: PaneView, panes: Sequence[PaneView]) -> tuple[Scene, ...]:
    """Return what an export shows: the active pane, or all that have an analysis; nothing without one."""
    views = panes if choice.panes else (active,)
    made = (_scene(view, displayed=choice.displayed) for view in views)
    return tuple(scene for scene in made if scene is not None)


def view_size(view: PaneView, *, displayed: bool) -> tuple[int, int]:
    """Return columns and rows of the image as it would be exported."""
    rows, columns = (view.viewport if displayed else _whole(view)).shape
    return columns, rows


def remembered_choice(text: str) -> ExportChoice:
    """Return a choice as remembered; the usual one where that is not to be understood.

    Identity is never remembered: it is asked for each time anew.
    """
    try:
        content = json.loads(text)
        options = options_from_json(content["options"])
        return ExportChoice(replace(options, identity=False), content["displayed"] is True)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ExportChoice()


def choice_to_remember(choice: ExportChoice) -> str:
    """Return a choice as it is remembered: without identity, and without what belongs to the panes of now."""
    options = replace(choice.options, identity=False, columns=1)
    return json.dumps({"options": options_to_json(options), "displayed": choice.displayed})


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


def _scene(view: PaneView, *, displayed: bool) -> Scene | None:
    if view.shown.radiograph is None:
        return None
    return make_scene(view.shown, view.viewport if displayed else _whole(view), view.marks)


def _whole(view: PaneView) -> Viewport:
    radiograph = view.shown.radiograph
    assert radiograph is not None
    return full_resolution(radiograph.shape, radiograph.aspect, view.shown.state.orientation)
