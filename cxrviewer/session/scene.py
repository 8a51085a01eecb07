"""From what is on screen to what an export shows."""

from __future__ import annotations

from cxrviewer.export.lungs import scene_lungs
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.session.marks import FileMarks
from cxrviewer.session.marks_scene import scene_marks
from cxrviewer.session.shown import Shown


def make_scene(
    shown: Shown, viewport: Viewport, marks: FileMarks | None = None, lungs: LungField | None = None
) -> Scene | None:
    """Put together what an export shows: the screen's content in a view.

    Overlay planes are left out, even where the screen has them: drawings in a file may be of names.

    Parameters
    ----------
    shown : Shown
        Image, analysis and the way they are looked at.
    viewport : Viewport
        `viewport.full_resolution` for the image's own resolution, or the one on screen.
    marks : FileMarks, optional
        The user's marks on the file.
    lungs : LungField, optional
        The lungs, where they are to be outlined, or it is to be said that there are none.

    Returns
    -------
    Scene or None
        None while there is no analysis of an image.
    """
    radiograph, analysis, loaded = shown.radiograph, shown.analysis, shown.at_hand.loaded
    if radiograph is None or analysis is None or loaded is None:
        return None
    if shown.table is None or shown.display is None:
        return None
    return Scene(
        radiograph,
        viewport,
        shown.table,
        shown.display,
        shown.heatmap,
        shown.style,
        loaded.info.card,
        analysis.result,
        analysis.geometry,
        analysis.moment,
        top_share=shown.state.top_share,
        faded=shown.faded,
        voi=shown.voi,
        inverted=shown.state.inverted,
        marks=scene_marks(marks, radiograph, analysis if shown.style.visible else None) if marks else None,
        lungs=scene_lungs(lungs) if lungs else None,
    )
