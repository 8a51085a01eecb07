"""16-bit PNG: a map on the pixels of the image, for programs that take no floating-point numbers.

A pixel is 32768 + value / step, 1 to 65535, where the step is such that the value of the greatest size is at
the end; 0 is where the model's input does not reach or the value is not finite. The step stands in the file's
text "Step", and in the sidecar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import map_facts, map_on_image, map_preview
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "map-png",
    "Map as 16-bit PNG",
    (".png",),
    Takes.SCENE,
    Group.MAP,
    order=12,
    shows=("disclaimer",),
    sized=False,
)

ZERO, STEPS, NO_VALUE = 32768, 32767, 0


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the map.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    step = _step(scene)
    values = map_on_image(scene)
    known = np.isfinite(values)
    codes = np.full(values.shape, NO_VALUE, np.uint16)
    codes[known] = np.clip(np.round(ZERO + values[known].astype(np.float64) / step), 1, ZERO + STEPS)
    texts = PngInfo()
    facts = {"Software": f"CXR Viewer {__version__}", "Zero": ZERO, "Step": step, **map_facts(scene, options)}
    for name, fact in facts.items():
        texts.add_text(name[:1].upper() + name[1:], str(fact))
    with path.open("wb") as stream:
        Image.fromarray(codes).save(stream, "PNG", pnginfo=texts)


def record(scenes: Sequence[Scene], options: ExportOptions) -> Mapping[str, object]:
    """Return what the pixels stand for, for the sidecar: value = (pixel - zero) × step."""
    del options
    return {"zero": ZERO, "step": _step(scenes[0]), "no_value": NO_VALUE}


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the map looks like."""
    del options
    return map_preview(scenes[0])


def _step(scene: Scene) -> float:
    """Return what one shade stands for: of the attribution's own cells, which interpolation never exceeds."""
    values = scene.result.attribution.values
    greatest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    return greatest / STEPS if greatest > 0 else 1.0
