"""Several views side by side: how they are laid out, and what one takes over from another. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from cxrviewer.explain.question import Question
from cxrviewer.imaging import grayscale
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import LookupTable, Radiograph
from cxrviewer.imaging.viewport import Orientation, oriented_size
from cxrviewer.session.state import ViewState, Zoom, asking, comparable, with_model
from cxrviewer.settings import Settings

Point = tuple[float, float]


class Layout(Enum):
    """Rows and columns of panes."""

    ONE = (1, 1)
    SIDE_BY_SIDE = (1, 2)
    STACKED = (2, 1)
    THREE = (1, 3)
    FOUR = (2, 2)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.value[0]

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.value[1]

    @property
    def count(self) -> int:
        """Number of panes."""
        return self.rows * self.columns


def layout_for(count: int) -> Layout:
    """Return the layout of so many panes, 1 to 4, side by side where there are two."""
    return {1: Layout.ONE, 2: Layout.SIDE_BY_SIDE, 3: Layout.THREE}.get(count, Layout.FOUR)


@dataclass(frozen=True)
class Links:
    """What a pane takes over when it changes in another.

    Parameters
    ----------
    view : bool
        Zoom, place and, of the same image, orientation.
    window : bool
        Window and polarity.
    cursor : bool
        A cross at the place that the cursor points at.
    style : bool
        How the heatmap is drawn; whether it is, each pane says for itself.
    image : bool
        The file that is opened.
    model : bool
        The model.
    target, layers, method : bool
        That part of the question.
    """

    view: bool = True
    window: bool = True
    cursor: bool = True
    style: bool = True
    image: bool = False
    model: bool = False
    target: bool = False
    layers: bool = False
    method: bool = False


_PARTS = {
    "target": ("target",),
    "layers": ("layers", "fusion"),
    "method": ("method", "parameters", "smoothing"),
}
"""What of a question is linked together."""

_REMEMBERED = ("view", "window", "cursor", "style")
"""Links that are the user's habit; the others go with what is compared."""


def remembered_links(settings: Settings) -> Links:
    """Return the links as the user left them."""
    return Links(**{name: name in settings.links for name in _REMEMBERED})


def links_to_remember(links: Links) -> tuple[str, ...]:
    """Return the setting that `remembered_links` takes."""
    return tuple(name for name in _REMEMBERED if getattr(links, name))


def follow(
    own: ViewState,
    image: Radiograph | None,
    former: ViewState,
    chosen: ViewState,
    lead: Radiograph | None,
    links: Links,
) -> ViewState:
    """Return a pane's state after the user has changed another pane.

    Only what was changed is taken over, so that panes may differ in all that is linked.

    Parameters
    ----------
    own, image
        State and image of the pane.
    former, chosen
        State of the other pane before and after.
    lead
        Its image.
    links : Links
        What is taken over.
    """
    if links.view and image is not None and lead is not None:
        own = _following_view(own, image, former, chosen, lead)
    if links.window and image is not None and lead is not None:
        if chosen.voi is not former.voi:
            own = replace(own, voi=carried_voi(chosen.voi, lead, image, own.voi))
        if chosen.inverted != former.inverted:
            own = replace(own, inverted=chosen.inverted)
    if links.model and chosen.model != former.model:
        own = with_model(own, chosen.model)
    if links.style:
        own = _following_style(own, former, chosen)
    for name, fields in _PARTS.items():
        if getattr(links, name) and own.model == chosen.model:
            own = _following_question(own, former.question, chosen.question, fields)
    return own


def is_same(one: Radiograph, other: Radiograph) -> bool:
    """Return whether two panes show the same image."""
    return one is other or one.key == other.key


def carried_point(
    point: Point, lead: Radiograph, turned: Orientation, image: Radiograph, own: Orientation
) -> Point:
    """Return the point of an image that is where `point` is on another one.

    Of the same image the same; of another one the point at the same fraction of what is seen.

    Parameters
    ----------
    point : tuple of float
        Stored point (x, y) of `lead`.
    lead, turned
        Where it is, and how that is turned.
    image, own
        Where it is wanted, and how that is turned.
    """
    if is_same(lead, image):
        return point
    rows, columns = lead.shape
    x, y = _carried_fraction(((point[0] + 0.5) / columns, (point[1] + 0.5) / rows), turned, own)
    rows, columns = image.shape
    return x * columns - 0.5, y * rows - 0.5


def carried_zoom(
    zoom: Zoom, lead: Radiograph, turned: Orientation, image: Radiograph, own: Orientation
) -> Zoom:
    """Return the zoom that shows of an image what `zoom` shows of another; parameters as `carried_point`.

    Of another image the same fraction of its width.
    """
    if zoom.scale is None or is_same(lead, image):
        return zoom
    width = oriented_size(lead.shape, lead.aspect, turned)[0]
    own_width = oriented_size(image.shape, image.aspect, own)[0]
    return Zoom(zoom.scale * width / own_width, _carried_fraction(zoom.center, turned, own))


def carried_voi(voi: Voi | None, lead: Radiograph, image: Radiograph, own: Voi | None = None) -> Voi | None:
    """Return the window of an image that goes with a window on another one.

    Parameters
    ----------
    voi : Window or LookupTable, optional
        Of `lead`; None for the file's own.
    lead, image : Radiograph
        Where their values mean the same, the window is the same; else it is as much wider and brighter than
        that of its own file.
    own : Window or LookupTable, optional
        What the image has, which it keeps where `voi` is a table of the other file.
    """
    if voi is None or is_same(lead, image):
        return voi
    if isinstance(voi, LookupTable):
        return own
    if comparable(lead, image):
        return voi
    base = grayscale.active_window(lead, grayscale.default_voi(lead))
    mine = grayscale.active_window(image, grayscale.default_voi(image))
    width = max(mine.width * voi.width / base.width, 1.0)
    center = mine.center + (voi.center - base.center) * mine.width / base.width
    return replace(mine, center=center, width=width, explanation="")


def _carried_fraction(point: Point, turned: Orientation, own: Orientation) -> Point:
    """Return the fractions of one image, as stored, that are seen where `point` of another is seen."""
    seen = turned.matrix()[:2, :2] @ (np.array(point) - 0.5)
    x, y = own.matrix()[:2, :2].T @ seen + 0.5
    return float(x), float(y)


def _following_view(
    own: ViewState, image: Radiograph, former: ViewState, chosen: ViewState, lead: Radiograph
) -> ViewState:
    if chosen.orientation != former.orientation and is_same(lead, image):
        own = replace(own, orientation=chosen.orientation)
    if chosen.zoom != former.zoom:
        zoom = carried_zoom(chosen.zoom, lead, chosen.orientation, image, own.orientation)
        own = replace(own, zoom=zoom)
    return own


def _following_style(own: ViewState, former: ViewState, chosen: ViewState) -> ViewState:
    names = [name for name in OverlayStyle.__dataclass_fields__ if name != "visible"]
    changes = _changes(former.style, chosen.style, names)
    if changes:
        own = replace(own, style=replace(own.style, **changes))  # type: ignore[arg-type]
    return replace(own, **_changes(former, chosen, ["scale", "top_share", "fade"]))  # type: ignore[arg-type]


def _following_question(
    own: ViewState, former: Question, chosen: Question, fields: tuple[str, ...]
) -> ViewState:
    changes = _changes(former, chosen, fields)
    return asking(own, **changes) if changes else own


def _changes(former: object, chosen: object, names: list[str] | tuple[str, ...]) -> dict[str, object]:
    values = {name: getattr(chosen, name) for name in names}
    return {name: value for name, value in values.items() if value != getattr(former, name)}
