"""What the program remembers between starts: one table, stored sparsely as JSON."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from cxrviewer.paths import atomic_path, config_dir

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """All settings with their defaults.

    Parameters
    ----------
    notice_accepted : bool
        Whether the user has read that this is not a medical device.
    colormap : str
        Colour map of the heatmap.
    alpha : float
        Opacity of the heatmap, 0 to 1.
    view : str
        How the heatmap is drawn: "smooth", "cells" or "contours".
    signed : bool
        Whether it shows what spoke against the class, too.
    fade : bool
        Whether findings under their operating threshold are drawn fainter.
    method : str
        Attribution method.
    corner_text, markers : bool
        Whether the canvas has text in its corners, and side markers with a scale bar.
    corner_places : tuple of str
        Fields of the corner text that the user has moved, "view: top left".
    lung_outline : bool
        Whether the lungs are outlined, and the evidence in them is told.
    lung_check : bool
        Whether it is said where an image shows no lungs.
    tool : str
        What the left button does.
    drag_direction : str
        What drags to the right and upwards do with the window tool.
    keep_window : bool
        Whether the next image is shown through the window of the one before.
    sections : tuple of str
        Parts of the side panel that are unfolded.
    recent : tuple of str
        Files opened last, newest first.
    folder : str
        Folder shown last in the browser.
    grouping : str
        How its list is laid out, by the values of `session.library.Grouping`.
    subfolders : bool
        Whether the images of inner folders are listed, too.
    export_folder : str
        Folder written to last.
    export_choice : str
        What was exported last and how, as JSON; never with identity.
    job_data, job_results : str
        Data of the last job, and the folder that its folder of results was made in.
    panes : str
        How many panes there are, by the name of `session.panes.Layout`; "PLAIN": image beside overlay.
    links : tuple of str
        What panes take over from one another, by the names of `session.panes.Links`.
    geometry, layout : str
        Place of the window and of its docks, base64.
    """

    notice_accepted: bool = False
    colormap: str = "inferno"
    alpha: float = 0.5
    view: str = "smooth"
    signed: bool = False
    fade: bool = True
    method: str = "grad-cam"
    corner_text: bool = True
    markers: bool = True
    corner_places: tuple[str, ...] = ()
    lung_outline: bool = False
    lung_check: bool = True
    tool: str = "window"
    drag_direction: str = ""
    keep_window: bool = False
    sections: tuple[str, ...] = ("display",)
    recent: tuple[str, ...] = ()
    folder: str = ""
    grouping: str = "automatic"
    subfolders: bool = False
    export_folder: str = ""
    export_choice: str = ""
    job_data: str = ""
    job_results: str = ""
    panes: str = "ONE"
    links: tuple[str, ...] = ("view", "window", "cursor", "style")
    geometry: str = ""
    layout: str = ""


RECENT_LIMIT = 12


def settings_file() -> Path:
    """Return the path of the settings file."""
    return config_dir() / "settings.json"


def load_settings() -> Settings:
    """Read the settings; values missing, unknown, of a wrong type or out of range take their default."""
    try:
        stored = json.loads(settings_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("settings not readable, using defaults: %s", type(error).__name__)
        return Settings()
    if not isinstance(stored, dict):
        return Settings()
    defaults = asdict(Settings())
    known: dict[str, object] = {}
    for field in fields(Settings):
        value = stored.get(field.name, defaults[field.name])
        if isinstance(defaults[field.name], tuple) and isinstance(value, list):
            value = tuple(item for item in value if isinstance(item, str))
        if isinstance(defaults[field.name], float) and type(value) is int:
            value = float(value)
        if isinstance(value, float) and not 0 <= value <= 1:
            continue
        if type(value) is type(defaults[field.name]):
            known[field.name] = value
    return replace(Settings(), **known)  # type: ignore[arg-type]


def save_settings(settings: Settings) -> None:
    """Write what differs from the defaults, atomically; a folder that cannot be written is no error."""
    defaults = asdict(Settings())
    sparse = {key: value for key, value in asdict(settings).items() if value != defaults[key]}
    target = settings_file()
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(target) as temporary:
            temporary.write_text(json.dumps(sparse, indent=1), encoding="utf-8")


def with_recent(settings: Settings, path: Path) -> Settings:
    """Return the settings with `path` as the newest recent file."""
    name = str(path)
    others = tuple(item for item in settings.recent if item != name)
    return replace(settings, recent=(name, *others)[:RECENT_LIMIT])
