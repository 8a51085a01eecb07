"""CXR Viewer in scripts and notebooks, without a window: what ``import cxrviewer`` offers.

Everything is imported when it is used first; TensorFlow with the first model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from cxrviewer.api.drawing import overlay
from cxrviewer.api.explanation import Explanation
from cxrviewer.api.many import batch
from cxrviewer.api.model import Model
from cxrviewer.api.question import layer_names, question_of
from cxrviewer.explain.method_spec import Value
from cxrviewer.imaging.arrays import radiograph_of
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import read_card
from cxrviewer.session.analysis import analyse
from cxrviewer.session.asking import settled_question
from cxrviewer.session.keys import ExplainKey

PathLike = str | Path
__all__ = ["Explanation", "Model", "batch", "explain", "load_model", "open_radiograph", "overlay"]

_KEPT = 2
"""Models that are kept when they are asked for by name."""


def open_radiograph(image: PathLike | ArrayLike, frame: int = 0) -> Radiograph:
    """Read a DICOM, PNG, JPEG or TIFF file, or take an array for an image.

    Parameters
    ----------
    image : str, Path or array
        The file; in a zip archive, ``a.zip/inner/file.dcm``. Or an array (H, W) or (H, W, 3): whole numbers
        of 8 or 16 bits, low ones black, or fractions from 0 (black) to 1 (white).
    frame : int
        Which of the file's frames, from 0.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged; the array is no image.
    """
    if isinstance(image, str | Path):
        return read_radiograph(Path(image).expanduser().absolute(), frame)
    return radiograph_of(image)


def load_model(
    model: Any = "default",
    card: ModelCard | PathLike | None = None,
    *,
    labels: Sequence[str] = (),
    scaling: str = "",
) -> Model:
    """Load a classifier.

    Parameters
    ----------
    model : str, Path or keras.Model
        "default", the id of a built-in model, or a Keras file (.keras, .h5) or SavedModel folder. Or a model
        that is in memory, as it is now: load it again after it was trained further.
    card : ModelCard, str or Path, optional
        How to read it, or the TOML file that says so; else the one beside the weights, else it is guessed.
    labels : sequence of str
        One a class, in the order of the model's outputs: of a model without a card.
    scaling : str
        Range of the values that it takes, as in a card: "unit" (0 to 1), "symmetric", "byte",
        "imagenet-caffe" or "imagenet-torch". **A wrong one gives a wrong output without any message.**

    Raises
    ------
    ModelError
        There is no such model, or it cannot be used.
    CardError
        The card, the labels or the scaling do not fit it.
    """
    if isinstance(card, str | Path):
        card = read_card(Path(card).expanduser())
    choice = str(Path(model).expanduser()) if isinstance(model, str | Path) else model
    return Model(choice, card, labels, scaling)


def explain(
    image: Radiograph | PathLike | ArrayLike,
    model: Any = "default",
    *,
    target: str | int = "top",
    method: str | None = None,
    layer: str | Sequence[str] | None = None,
    fusion: str = "mean",
    smoothing: int = 0,
    **parameters: Value,
) -> Explanation:
    """Run a model on an image and explain its output.

    Parameters
    ----------
    image : Radiograph, str, Path or array
        From `open_radiograph`, or what that takes.
    model : Model, str, Path or keras.Model
        From `load_model`, or what that takes; two models that were given by name are kept.
    target : str or int
        "top", a label or its index, a label group, "not LABEL", "LABEL vs LABEL" or "LABEL vs rest".
    method : str, optional
        Id of a method, as ``cxrviewer methods`` lists them; Grad-CAM where the model allows it.
    layer : str or sequence of str, optional
        Target layer or layers; else the model's own.
    fusion : {"mean", "maximum", "product"}
        How the maps of several layers become one.
    smoothing : int
        Copies of the image whose maps are averaged, at most 32.
    **parameters
        Of the method.

    Raises
    ------
    UsageError
        There is no such target, method, layer or parameter.
    ExplainError
        The question does not go with the model.
    UserError
        The image or the model cannot be read.
    """
    asked = question_of(method, fusion, smoothing, parameters)
    radiograph = image if isinstance(image, Radiograph) else open_radiograph(image)
    if isinstance(model, str | Path):
        used = _kept_model(str(model))
    else:
        used = model if isinstance(model, Model) else load_model(model)
    question = settled_question(asked, used.loaded, str(target), layer_names(layer), exact=method is not None)
    key = ExplainKey(radiograph.key, used.card, question)
    return Explanation(radiograph, used, analyse(used.run, radiograph, used.loaded, key))


@lru_cache(_KEPT)
def _kept_model(choice: str) -> Model:
    return load_model(choice)
