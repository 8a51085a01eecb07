"""What a model says of an image, and why, in scripts and notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.api.look import look as chosen
from cxrviewer.api.model import Model
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import map_on_image, shares_on_image
from cxrviewer.export.words import method_name, percent
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import fitted
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still_scene

_IN_NOTEBOOK = 640
"""Pixels of the longer side of what a notebook shows."""


class Explanation:
    """A model's output for an image, and the map that explains it; from `cxrviewer.explain`.

    A notebook shows its picture, with what is written about it.

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
    def method(self) -> str:
        """Id of the method."""
        return self.analysis.result.attribution.method

    @property
    def layer(self) -> str:
        """The target layer, or several joined by " + "; "" where the input is explained."""
        return self.analysis.result.attribution.layer

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
    def heatmap(self) -> NDArray[np.float32]:
        """What is drawn over the image, (H, W) float32: 0 to 1, a share of the map's own maximum.

        Evidence against counts as 0, as does what the model does not see; `on_image` has the values.
        """
        return shares_on_image(self.scene(ViewState()))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of image, model and map, in sentences."""
        return (*self.radiograph.notes, *self.model.notes, *self.analysis.result.attribution.notes)

    def on_image(self) -> NDArray[np.float32]:
        """Return the signed map interpolated on the image, (H, W) float32; NaN outside the model's input."""
        return map_on_image(self.scene(ViewState()))

    def save(self, path: str | Path, options: ExportOptions | None = None, **look: Any) -> Path:
        """Write a file, and beside it one that says how it was made.

        Parameters
        ----------
        path : str or Path
            Its ending decides what is written: a picture (.png, .jpg, .tif, .webp), a report (.pdf) or the
            numbers (.npz).
        options : ExportOptions, optional
            What goes into the file.
        **look
            How the heatmap is drawn, as for `cxrviewer.overlay`.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ExportError
            The file cannot be written; nothing is left of it.
        UsageError
            There is no such look.
        """
        from cxrviewer.export.export import export

        place = Path(path).expanduser()
        export([self.scene(chosen(**look))], place, options or ExportOptions())
        return place

    def scene(self, state: ViewState) -> Scene:
        """Return what an export shows."""
        return still_scene(state, self.radiograph, self.model.loaded, self.analysis)

    def __repr__(self) -> str:
        probability = self.target_probability
        said = "" if probability is None else f", {percent(probability)}"
        where = f" at {self.layer}" if self.layer else ""
        return f"<Explanation of {self.target}{said}, by {method_name(self.method)}{where}>"

    def _repr_png_(self) -> bytes:
        from dataclasses import replace

        from cxrviewer.export.picture import export_picture
        from cxrviewer.export.png_file import png_file

        image = self.radiograph
        small = replace(self.scene(ViewState()), viewport=fitted(image.shape, _IN_NOTEBOOK, image.aspect))
        return png_file(export_picture([small], ExportOptions()).pixels, {})

    def _by_label(self, values: NDArray[np.float32]) -> dict[str, float]:
        return dict(zip(self.model.labels, map(float, values), strict=True))
