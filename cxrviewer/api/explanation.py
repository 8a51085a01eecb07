"""What a model says of an image, and why, in scripts and notebooks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.api.model import Model
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import map_on_image
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still_scene


class Explanation:
    """A model's output for an image, and the map that explains it; from `cxrviewer.explain`.

    Attributes
    ----------
    radiograph : Radiograph
        The image.
    model : Model
        The model.
    analysis : Analysis
        The answer as the rest of the program has it.
    """

    def __init__(self, radiograph: Radiograph, model: Model, analysis: Analysis) -> None:
        self.radiograph, self.model, self.analysis = radiograph, model, analysis

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of each label, 0 to 1."""
        return self._by_label(self.analysis.result.prediction.probabilities)

    @property
    def logits(self) -> dict[str, float]:
        """Score of each label before the activation."""
        return self._by_label(self.analysis.result.prediction.logits)

    @property
    def top(self) -> str:
        """The most probable label."""
        return self.model.labels[self.analysis.result.prediction.top]

    @property
    def target(self) -> str:
        """What is explained, in words."""
        return target_name(self.analysis.result.attribution.target, self.model.card)

    @property
    def target_probability(self) -> float | None:
        """Its probability; None of the difference of two labels."""
        result = self.analysis.result
        return target_probability(result.attribution.target, self.model.card, result.prediction)

    @property
    def map(self) -> NDArray[np.float32]:
        """The signed map as the method gave it, (h, w) float32, on the grid of its layer or of the input."""
        return self.analysis.result.attribution.values

    @property
    def grid_to_image(self) -> NDArray[np.float64]:
        """Affine (3, 3) from cells (x, y, 1) of `map` to pixels of the image; centres of the first are 0."""
        rows, columns = self.map.shape
        return self.analysis.geometry.grid_to_stored((rows, columns))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the image and of this map, in sentences."""
        return (*self.radiograph.notes, *self.analysis.result.attribution.notes)

    def on_image(self) -> NDArray[np.float32]:
        """Return the signed map interpolated on the image, (H, W) float32; NaN outside the model's input."""
        return map_on_image(self.scene(ViewState()))

    def scene(self, state: ViewState) -> Scene:
        """Return what an export shows."""
        return still_scene(state, self.radiograph, self.model.loaded, self.analysis)

    def __repr__(self) -> str:
        return f"<Explanation of {self.target} by {self.analysis.result.attribution.method}>"

    def _by_label(self, values: NDArray[np.float32]) -> dict[str, float]:
        return dict(zip(self.model.labels, map(float, values), strict=True))
