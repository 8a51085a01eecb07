"""How the heatmaps of a few images change while a model is trained: one sheet an epoch."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STATE_TEXT, MapState, display_map
from cxrviewer.explain.model_session import ModelSession
from cxrviewer.explain.question import Question, settle
from cxrviewer.explain.request import ExplainRequest, LoadRequest
from cxrviewer.explain.target import TOP, Target, target_name, target_probability
from cxrviewer.imaging import compose
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import fitted
from cxrviewer.learning.page import DISCLAIMER, plain_texts
from cxrviewer.learning.run_folder import HEATMAPS
from cxrviewer.models.card import ModelCard
from cxrviewer.models.preprocess import prepare_input
from cxrviewer.models.runtime import in_memory
from cxrviewer.paths import atomic_path

_SIDE = 320
_ACROSS = 4
_LETTERS = 46
"""That fit above a picture."""


@dataclass(frozen=True, eq=False)
class WatchedImage:
    """An image whose heatmap is watched, what it is called, and what is explained."""

    radiograph: Radiograph
    caption: str
    target: Target = TOP


class HeatmapLog:
    """Explains images by a model as it is at the moment, and writes ``heatmaps/epoch-001.png`` and so on.

    Parameters
    ----------
    model : keras.Model
        A classifier of one image that is being trained; it is only looked at.
    card : ModelCard, optional
        How to read it; guessed where there is none.
    images : sequence of WatchedImage
        What is watched.
    folder : Path
        The output folder.
    question : Question, optional
        Method and layer, Grad-CAM by default; its target is that of each image.

    Raises
    ------
    CardError, ModelError
        The card does not fit the model, or the model cannot be looked into.
    """

    def __init__(
        self,
        model: Any,
        card: ModelCard | None,
        images: Sequence[WatchedImage],
        folder: Path,
        question: Question | None = None,
    ) -> None:
        loaded = in_memory(model)
        self._session = ModelSession(loaded.path, card, loaded)
        self._images, self._question = tuple(images), question or Question()
        self._folder = folder / HEATMAPS

    def write(self, epoch: int) -> NDArray[np.uint8]:
        """Explain all images, write the sheet of an epoch, from 1, and return it (H, W, 3).

        Raises
        ------
        ExplainError
            The question does not go with the model, or its output is not a number.
        OSError
            The sheet cannot be written.
        """
        import cv2

        pictures = [self._explained(image, epoch) for image in self._images]
        sheet = _sheet(pictures, f"Epoch {epoch}: {self._asked()}")
        self._folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(self._folder / f"epoch-{epoch:03d}.png") as temporary:
            temporary.write_bytes(cv2.imencode(".png", sheet[..., ::-1])[1].tobytes())
        return sheet

    def _asked(self) -> str:
        """Return method and layers in words."""
        layers = settle(self._question, self._session.info, None).layers
        where = f" at {', '.join(layers)}" if layers else ""
        return f"{method_spec(self._question.method).name}{where}"

    def _explained(self, image: WatchedImage, epoch: int) -> tuple[NDArray[np.uint8], str]:
        """Return the overlay of an image and what stands above it."""
        card, radiograph = self._session.info.card, image.radiograph
        given = prepare_input(radiograph, card.input)
        question = replace(self._question, target=image.target)
        # The weights are others in every epoch, and so is what is known of the image.
        key = f"{given.key}@{epoch}"
        request = ExplainRequest(LoadRequest(""), key, given.values, given.black, given.white, question)
        prediction = self._session.predict(request)
        attribution = _last(self._session.explain(request, prediction))
        display = display_map(attribution)
        heatmap = None
        if display.state is MapState.SHOWN:
            heatmap = Heatmap(display.values, given.geometry.grid_to_stored(display.values.shape))
        table = presentation_table(radiograph, default_voi(radiograph))
        view = fitted(radiograph.shape, _SIDE, radiograph.aspect)
        picture = Renderer(radiograph).picture(view, table, heatmap, OverlayStyle())
        target = attribution.target
        probability = target_probability(target, card, prediction)
        said = "" if probability is None else f", {100 * probability:.1f} %"
        lines = (image.caption, f"heatmap: {target_name(target, card)}{said}", _reason(display.state))
        return compose.to_rgb(picture), "\n".join(textwrap.fill(line, _LETTERS) for line in lines if line)


def _reason(state: MapState) -> str:
    return STATE_TEXT[state].partition(":")[0].rstrip(".")


def _last(steps: Any) -> Any:
    """Return what a computation in steps returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _sheet(pictures: Sequence[tuple[NDArray[np.uint8], str]], title: str) -> NDArray[np.uint8]:
    """Return pictures with their captions side by side, (H, W, 3) uint8."""
    import cv2
    from matplotlib.figure import Figure

    across = min(_ACROSS, len(pictures))
    down = -(-len(pictures) // across)
    figure = Figure(figsize=(max(3.3 * across, 5), 3.9 * down + 0.7), dpi=100, layout="constrained")
    figure.suptitle(title)
    figure.supxlabel(f"Each heatmap ends at its own maximum. {DISCLAIMER}", fontsize=8)
    for axes in (grid := figure.subplots(down, across, squeeze=False)).flat:
        axes.set_axis_off()
    for axes, (pixels, caption) in zip(grid.flat, pictures, strict=False):
        axes.imshow(pixels)
        axes.set_title(caption, fontsize=9)
    stream = io.BytesIO()
    with plain_texts(figure):
        figure.savefig(stream, format="png")
    drawn = cv2.imdecode(np.frombuffer(stream.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(drawn, np.uint8)[..., ::-1])
