"""How our maps agree with those of other libraries, on the same models in the same run.

Usage: python -m benchmarks.references.agreement [docs/agreement.md]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.references.environment import run_reference
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.method_spec import Value
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, LoadRequest, Progress, ResumeRequest
from cxrviewer.explain.target import of_label
from cxrviewer.models import backend

MODELS = {"DenseNet121": "relu", "ResNet50": "conv5_block3_out", "MobileNetV2": "out_relu"}
SIZE = 128
CLASSES = 5
CLASS = 2
_CONTRAST = np.float32(0.001)

Maps = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Reference:
    """A method of another library.

    Parameters
    ----------
    library : str
        Its name.
    method : str
        Id of ours.
    parameters : tuple
        Of ours, so that both compute the same.
    exact : bool
        Whether the formulas are the same, so that the maps are.
    signed : bool
        Whether its maps have a sign that means something.
    remark : str
        What differs where they are not, or what was done to compare them.
    """

    library: str
    method: str
    parameters: tuple[tuple[str, Value], ...] = ()
    exact: bool = True
    signed: bool = True
    remark: str = ""


_TURNED = "centred as there; the sign, which it leaves open, taken from ours"
_NEAR = "from the image's mean, to which it is near: the way through random weights is jagged"
TORCH, SALIENCY, VIS = "pytorch-grad-cam", "saliency (PAIR)", "tf-keras-vis"

REFERENCES = (
    Reference(TORCH, "grad-cam"),
    Reference(TORCH, "hires-cam"),
    Reference(TORCH, "layer-cam"),
    Reference(TORCH, "xgrad-cam"),
    Reference(TORCH, "ablation-cam", remark="its weights times the score, by which it divides them"),
    Reference(TORCH, "grad-cam++", exact=False, remark="it adds 1e-6 to a denominator of squared gradients"),
    Reference(TORCH, "eigen-cam", (("centre", "yes"),), signed=False, remark=_TURNED),
    Reference(TORCH, "eigen-grad-cam", (("centre", "yes"),), signed=False, remark=_TURNED),
    Reference(TORCH, "score-cam", (("top", 0),), remark="made to upsample with half-pixel centres"),
    Reference(SALIENCY, "integrated-gradients", (("steps", 64), ("baseline", "mean")), remark=_NEAR),
    Reference(VIS, "grad-cam"),
    Reference(VIS, "layer-cam"),
)


@dataclass(frozen=True)
class Agreement:
    """Our map and a reference's.

    Parameters
    ----------
    model : str
        The architecture.
    reference : Reference
        Library and method.
    difference : float
        Greatest difference of two cells over the greatest absolute value of the reference.
    correlation : float
        Pearson's, -1 to 1.
    """

    model: str
    reference: Reference
    difference: float
    correlation: float


def agreements() -> Iterator[Agreement]:
    """Compute all maps of one model after another and compare them."""
    for name, layer in MODELS.items():
        with tempfile.TemporaryDirectory() as folder:
            path, image = Path(folder) / "model.keras", Path(folder) / "image.npy"
            model = calibrated_model(name)
            model.save(path)
            # Low in contrast, so that a way of few steps leads to it from its mean.
            values = 0.5 + _CONTRAST * np.random.default_rng(7).random((1, SIZE, SIZE, 3), np.float32)
            np.save(image, values)
            theirs = reference_maps(path, image, layer)
            vis = tf_keras_vis_maps(model, values, layer)
            ours = our_maps(path, values, layer)
        for reference in REFERENCES:
            found = vis if reference.library == VIS else theirs
            yield compared(
                name, reference, ours[reference.method, reference.parameters], found[reference.method]
            )


def calibrated_model(name: str, classes: int = CLASSES, size: int = SIZE) -> Any:
    """Return a classifier with random weights whose activations neither vanish nor grow.

    Statistics of its batch normalisations are those of a few random images.
    """
    backend.tensorflow()
    import keras

    keras.utils.set_random_seed(3)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=classes)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(np.random.default_rng(5).random((4, size, size, 3), np.float32), training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
    return model


def reference_maps(model: Path, image: Path, layer: str) -> Maps:
    """Return the maps of pytorch-grad-cam and saliency by our ids."""
    target = image.with_name("maps.npz")
    run_reference("torch", "torch_maps.py", str(model), str(image), layer, str(CLASS), str(target))
    with np.load(target) as stored:
        return dict(stored)


def tf_keras_vis_maps(model: Any, values: NDArray[np.float32], layer: str, index: int = CLASS) -> Maps:
    """Return the raw maps of tf-keras-vis for a class, by our ids."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.layercam import Layercam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    return {
        method: kind(model, model_modifier=ReplaceToLinear(), clone=True)(
            CategoricalScore([index]),
            values,
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            activation_modifier=lambda cam: cam,
            normalize_cam=False,
            expand_cam=False,
        )[0]
        for method, kind in (("grad-cam", Gradcam), ("layer-cam", Layercam))
    }


def our_maps(
    model: Path, values: NDArray[np.float32], layer: str
) -> dict[tuple[str, tuple[tuple[str, Value], ...]], NDArray[np.float32]]:
    """Return our maps by method and parameters."""
    explainer, load = Explainer(), LoadRequest(str(model))
    maps = {}
    for reference in REFERENCES:
        question = Question(of_label(CLASS), reference.method, reference.parameters, (layer,))
        request = ExplainRequest(load, "image", values, (0.0,) * 3, (1.0,) * 3, question)
        answer = explainer.handle(request)
        while isinstance(answer, Progress):
            answer = explainer.handle(ResumeRequest(answer.token))
        maps[reference.method, reference.parameters] = answer.attribution.values
    return maps


def compared(model: str, reference: Reference, ours: NDArray[Any], theirs: NDArray[Any]) -> Agreement:
    """Compare two maps of one shape."""
    scale = float(np.abs(theirs).max())
    assert scale > 0, f"{reference.library} gives an empty map of {reference.method} for {model}"
    if not reference.signed and np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] < 0:
        theirs = -theirs
    difference = float(np.abs(ours.astype(np.float64) - theirs).max()) / scale
    correlation = float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])
    return Agreement(model, reference, difference, correlation)


def table(found: list[Agreement]) -> str:
    """Return the agreements as a Markdown table."""
    lines = [
        "| method | library | model | greatest difference | correlation | remark |",
        "|---|---|---|---|---|---|",
    ]
    for one in sorted(found, key=lambda one: (REFERENCES.index(one.reference), one.model)):
        reference = one.reference
        difference = f"{one.difference:.0e}" if reference.exact else "–"
        lines.append(
            f"| {reference.method} | {reference.library} | {one.model} | {difference} "
            f"| {one.correlation:+.6f} | {reference.remark} |"
        )
    return "\n".join(lines)


_HEAD = f"""# Agreement with other libraries

Raw maps, before any rectifying and scaling, of one random image ({SIZE}×{SIZE}) at the last spatial layer
of architectures of keras.applications with random weights. The greatest difference of two cells is given as
a share of the greatest absolute value. pytorch-grad-cam and saliency run on Keras's PyTorch backend in an
environment of their own, so that nothing is shared but the weights file. Made by `make agreement`;
`make test-all` checks it.

"""


def main(target: Path | None) -> None:
    """Print the table, and write it to a file where one is named."""
    text = table(list(agreements()))
    print(text)
    if target is not None:
        target.write_text(_HEAD + text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
