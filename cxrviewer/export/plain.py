"""A radiograph as a grayscale picture, without heatmap and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.save import save_picture
from cxrviewer.imaging.grayscale import Voi, presentation_table
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import NO_OVERLAY, Renderer
from cxrviewer.imaging.viewport import Orientation, make_viewport, on_whole_pixels, oriented_size


def presentation_values(
    radiograph: Radiograph, voi: Voi, *, inverted: bool = False, planes: bool = True
) -> NDArray[np.uint8]:
    """Return what the canvas shows at 1:1, one view pixel a stored column.

    Parameters
    ----------
    radiograph : Radiograph
        The image. Pixels that are not square are stretched in height, as on screen.
    voi : Window or LookupTable
        The one transformation of modality values.
    inverted : bool
        Whether black and white are swapped, on top of the file's polarity.
    planes : bool
        Whether the file's overlay planes are drawn, in white.

    Returns
    -------
    (h, w) uint8 array
        0 is black.
    """
    width, height = oriented_size(radiograph.shape, radiograph.aspect, Orientation())
    viewport = make_viewport(
        radiograph.shape,
        (max(1, round(height)), max(1, round(width))),
        scale=1.0,
        center=(0.5, 0.5),
        aspect=radiograph.aspect,
    )
    table = presentation_table(radiograph, voi, inverted)
    picture = Renderer(radiograph).picture(on_whole_pixels(viewport), table, None, NO_OVERLAY, planes)
    return np.asarray(picture & 0xFF, np.uint8)


def save_plain(values: NDArray[np.uint8], path: Path, source: Path) -> None:
    """Write presentation values as an 8-bit grayscale picture, atomically, with nothing of the patient.

    Raises
    ------
    ExportError
        As `save.save_picture`; the image itself is never written over.
    """
    metadata = {"Software": f"CXR Viewer {__version__}", "Comment": DISCLAIMER}
    save_picture(values, path, metadata, source)
