"""What a model does to the values of its input before anything else.

Many models scale their input themselves: with a Rescaling or Normalization layer, or with the arithmetic
that ``keras.applications.*.preprocess_input`` leaves in a graph, at the start of a model or of a backbone
inside it. A card that scales as well then gives them values that they were not trained on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models import backend
from cxrviewer.models.card import MAX_SIDE, InputSpec, Scaling
from cxrviewer.models.preprocess import scale_values

_SCALES = frozenset(
    {"Rescaling", "Normalization", "Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative"}
)
"""Layers and operations that change values, everywhere alike."""
_MOVES = frozenset(
    {
        "BroadcastTo",
        "Cast",
        "Concatenate",
        "ExpandDims",
        "Flip",
        "GetItem",
        "Repeat",
        "Squeeze",
        "Stack",
        "Tile",
    }
)
"""They change the places of values at most."""
_IDLE = frozenset({"Identity", "Dropout", "GaussianNoise", "Resizing", "CenterCrop"})
"""They do nothing to a uniform image in inference, nor do the layers that augment."""
_LEVELS = (0.0, 1.0, 255.0)
_SIDE = 32
_MOST = 3 * MAX_SIDE**2
_SLIGHT = 1e-3
_Value = tuple[Any, tuple[str, ...]]
"""Images, and the steps that made them."""


@dataclass(frozen=True)
class InnerScaling:
    """The scaling at the start of a model.

    Parameters
    ----------
    steps : tuple of str
        Paths of the layers and operations that do it, in their order.
    takes : Scaling, optional
        The values that it makes sense for, UNIT, SYMMETRIC or BYTE; None where it is for another range.
    """

    steps: tuple[str, ...]
    takes: Scaling | None

    def __str__(self) -> str:
        names = " and ".join(f"'{step}'" for step in self.steps)
        start = f"The model scales its input itself ({names})"
        if self.takes is None:
            return f"{start}, from a range other than 0 to 1, −1 to 1 and 0 to 255"
        return f"{start}: it takes values of {_RANGES[self.takes]}"


_USUAL = {
    "vgg": Scaling.IMAGENET_CAFFE,
    "densenet": Scaling.IMAGENET_TORCH,
    "xception": Scaling.SYMMETRIC,
    "inception": Scaling.SYMMETRIC,
    "nasnet": Scaling.SYMMETRIC,
    "mobilenet": Scaling.SYMMETRIC,
}
_RANGES = {Scaling.UNIT: "0 to 1", Scaling.SYMMETRIC: "−1 to 1", Scaling.BYTE: "0 to 255"}


def find_inner_scaling(model: Any) -> InnerScaling | None:
    """Return how a model scales its input before its first layer with weights.

    Uniform images are sent through what can be a scaling, and the values behind it are compared.

    Parameters
    ----------
    model : keras.Model
        Takes one channels-last image; only looked at.

    Returns
    -------
    InnerScaling or None
        None where values stay as they are, or where what is done to them is no scaling.
    """
    values, steps = _first_seen(model)
    black, one, white = values
    slope = (white - black) / _LEVELS[-1]
    is_affine = np.abs(black + slope - one).max() <= _SLIGHT * np.abs(white - black).max()
    is_idle = np.allclose(values, np.array(_LEVELS)[:, None], atol=_SLIGHT)
    if is_idle or not is_affine or not np.all(slope):
        return None
    return InnerScaling(steps, _taken(float(np.median(slope)), float(np.median(-black / slope))))


def scaling_notes(found: InnerScaling | None, spec: InputSpec, *, is_guess: bool) -> tuple[str, ...]:
    """Return what a user should know of the scaling of a card and that of its model.

    Parameters
    ----------
    found : InnerScaling, optional
        Of the model.
    spec : InputSpec
        Of the card.
    is_guess : bool
        Whether the card was guessed from the model, so that a user is to judge it.
    """
    if found is None:
        return ()
    if found.takes is None:
        # A mean and deviation of its own may well give the right range.
        unsure = is_guess or spec.scaling is not Scaling.MEAN_STD
        return (f"{found}: check the scaling of the card.",) if unsure else ()
    if np.allclose(_ends(spec), _ends(InputSpec(1, 1, spec.channels, found.takes)), atol=_SLIGHT):
        return (f"{found}.",) if is_guess else ()
    low, high = (f"{end:.3g}".replace("-", "−") for end in (_ends(spec).min(), _ends(spec).max()))
    twice = "" if spec.scaling is Scaling.BYTE else ", so that it is scaled twice"
    return (
        f"{found}, but the card's scaling '{spec.scaling}' gives it {low} to {high}{twice}. "
        f"The scaling '{found.takes}' would fit.",
    )


def usual_scaling(model: Any) -> tuple[str, Scaling] | None:
    """Return the network that a model is named after, or that is nested in it, and what that usually gets.

    By ``keras.applications``, which leaves the scaling of these networks to whoever calls them; a hint at
    most, as a name promises nothing.
    """
    for each in (model, *(layer for layer in model.layers if hasattr(layer, "layers"))):
        name = each.name.lower().replace("_", "").replace("-", "")
        if name.startswith("resnet"):
            return each.name, Scaling.SYMMETRIC if "v2" in name else Scaling.IMAGENET_CAFFE
        usual = next((usual for start, usual in _USUAL.items() if name.startswith(start)), None)
        if usual is not None:
            return each.name, usual
    return None


def _ends(spec: InputSpec) -> Any:
    """Return what black and white become, one value a channel."""
    return scale_values(np.array([[0, 1]], np.float32), spec)


def _taken(slope: float, centre: float) -> Scaling | None:
    """Return the range that a scaling is made for.

    Parameters
    ----------
    slope : float
        What the scaling multiplies by.
    centre : float
        The value that becomes 0: it lies within the range, mostly in the middle or at its start.
    """
    if not -2 < centre < 256 or abs(slope) < 1 / 512:
        return None
    if centre > 2 or (centre >= -0.5 and abs(slope) < 1 / 32):
        return Scaling.BYTE
    return Scaling.SYMMETRIC if centre < -0.5 else Scaling.UNIT


def _first_seen(model: Any) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return what uniform images are where the model's own work begins, and the steps that made them so.

    Values of the shape (levels, channels).
    """
    shape = tuple(size or _SIDE for size in model.inputs[0].shape[1:])
    levels = np.array(_LEVELS, np.float32).reshape(-1, 1, 1, 1)
    images = backend.tensorflow().broadcast_to(levels, (len(_LEVELS), *shape))
    (values, steps), _ = _followed(model, (images, ()), "")
    numbers = np.asarray(values)
    return numbers.mean(axis=tuple(range(1, numbers.ndim - 1)), dtype=np.float64), steps


def _followed(model: Any, given: _Value, prefix: str) -> tuple[_Value, bool]:
    """Return what reaches the first layer of a model that is no scaling, and True.

    What the model gives, and False, where all of it is scaling.
    """
    # A Sequential keeps its graph; a model that is a program of its own has none.
    graph = getattr(model, "_functional", None) or model
    by_depth = getattr(graph, "_nodes_by_depth", None)
    if not by_depth:
        return given, True
    known = {id(graph.inputs[0]): given}
    for node in (node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]):
        sources = [known.get(id(tensor)) for tensor in node.arguments.keras_tensors]
        held = [source for source in sources if source is not None]
        if not held:
            continue
        longest = max(held, key=lambda source: len(source[1]))
        path = f"{prefix}{node.operation.name}"
        if hasattr(node.operation, "layers") and len(sources) == 1:
            outcome, ended = _followed(node.operation, longest, f"{path}/")
            if ended:
                return outcome, True
        else:
            inputs = {key: value for key, (value, _) in known.items()}
            values = _applied(node, inputs) if len(held) == len(sources) else None
            if values is None:
                return longest, True
            outcome = values, _steps(longest, values, node.operation, path)
        known[id(node.outputs[0])] = outcome
    return known[id(graph.outputs[0])], False


def _applied(node: Any, known: dict[int, Any]) -> Any:
    """Return what a node makes of values, or None where it is no scaling."""
    kind = type(node.operation).__name__
    if kind in _IDLE or kind.startswith("Random"):
        return known[id(node.arguments.keras_tensors[0])]
    if kind not in _SCALES | _MOVES or math.prod(size or 1 for size in node.outputs[0].shape) > _MOST:
        return None
    args, kwargs = node.arguments.fill_in(known)
    try:
        values = node.operation(*args, **kwargs)
    except Exception:  # Whatever it raises on several images at once: then nothing is known of it.
        return None
    # Colours may be taken apart and put together again on the way.
    return values if getattr(values, "shape", ())[:1] == (len(_LEVELS),) else None


def _steps(source: _Value, values: Any, operation: Any, path: str) -> tuple[str, ...]:
    """Return the steps that led to values: one that changes nothing is none."""
    before, steps = (np.asarray(source[0]), source[1])
    is_idle = before.shape == values.shape and np.allclose(before, values, rtol=_SLIGHT, atol=_SLIGHT)
    return (*steps, path) if type(operation).__name__ in _SCALES and not is_idle else steps
