"""Each recipe of a published system, from files to a heatmap in the viewer.

All five take a minute, most of it for files of hundreds of megabytes: the smallest network goes all the way
in every run of the tests, the others are built.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.question import Question
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.learning.recipes import densenet121_multilabel
from cxrviewer.learning.train import TrainOrder, recipes, train
from cxrviewer.learning.transfer_network import build
from cxrviewer.learning.transfer_spec import TransferSpec
from cxrviewer.models.card import Activation
from cxrviewer.session.analysis import Analysis, analyse, load_choice
from cxrviewer.session.keys import ExplainKey

SIZE = 64
SMALLEST = "mobilenetv2-covid"
TRANSFER = {name: recipe.SPEC for name, recipe in recipes().items() if isinstance(recipe.SPEC, TransferSpec)}


@pytest.fixture(scope="module", autouse=True)
def eager(tensorflow: Any) -> Iterator[None]:
    """Take each step as it is written: a graph of a whole network takes longer to build than to run once."""
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def chest(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 48), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture(scope="module")
def kermany(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kermany")
    for number in range(6):
        chest(folder / "NORMAL" / f"IM-{number:04d}-0001.png", number)
        chest(folder / "PNEUMONIA" / f"person{number}_virus_{number}.png", 100 + number)
    return folder


@pytest.fixture(scope="module")
def chestxray14(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chestxray14")
    lines = ["Image Index,Finding Labels,Follow-up #,Patient ID"]
    findings = ["No Finding", "Mass|Nodule", "Effusion", "Hernia|Effusion"]
    for number in range(12):
        name = f"{number // 2:08d}_{number % 2:03d}.png"
        chest(folder / "images_001" / "images" / name, number)
        lines.append(f"{name},{findings[number % 4]},{number % 2},{number // 2}")
    (folder / "Data_Entry_2017.csv").write_text("\n".join(lines) + "\n")
    return folder


def explained(model: Path, image: Path, method: str) -> tuple[Any, Analysis]:
    """Return the card and the answer as the window asks for it."""
    run = Explainer().handle
    loaded, radiograph = load_choice(run, str(model)), read_radiograph(image)
    key = ExplainKey(radiograph.key, loaded.info.card, Question(method=method))
    return loaded.info, analyse(run, radiograph, loaded, key)


@pytest.mark.parametrize("name", TRANSFER)
def test_a_recipe_builds_what_was_published(name: str) -> None:
    recipe = TRANSFER[name]
    classes = len(recipe.labels) or 2
    model = build(recipe, recipe.input_spec(SIZE), classes, "random")
    assert model.input_shape == (None, SIZE, SIZE, 3)
    assert not [layer for layer in model.layers if hasattr(layer, "layers")], "the network is not flat"
    rows, columns = model.get_layer(recipe.backbone.layer).output.shape[1:3]
    assert rows == columns == SIZE // (16 if name == "vgg19-pli" else 32)
    kinds = [type(layer).__name__ for layer in model.layers]
    head = model.layers[kinds.index("GlobalAveragePooling2D") + 1 :]
    assert [layer.units for layer in head if hasattr(layer, "units")] == [*recipe.head.units, classes]
    assert [layer.rate for layer in head if hasattr(layer, "rate")] == [r for r in recipe.head.dropout if r]
    assert model.layers[-1].activation.__name__ == recipe.head.activation.value
    learned = len(model.trainable_weights)
    assert learned == 2 if name == "resnet50-frozen" else learned > 20


@pytest.mark.filterwarnings("ignore:Even though the")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == SMALLEST else pytest.mark.slow) for name in TRANSFER]
)
def test_a_recipe_gives_a_model_that_the_viewer_explains(
    name: str, kermany: Path, chestxray14: Path, tmp_path: Path
) -> None:
    recipe = TRANSFER[name]
    data = kermany if recipe.exclusive else chestxray14
    changed = f"size={SIZE}", "batch=8"
    order = TrainOrder(name, data, tmp_path, epochs=1, weights="random", changes=changed)
    model = train(order, lambda line: None)
    image = next(iter(data.rglob("*.png")))
    info, analysis = explained(model, image, "pli" if name == "vgg19-pli" else "grad-cam")

    labels = ("NORMAL", "PNEUMONIA") if recipe.exclusive else densenet121_multilabel.LABELS
    assert info.card.labels == labels
    assert (info.card.version, info.card.default_layer) == ("1.0.0", recipe.backbone.layer)
    assert info.card.input == recipe.input_spec(SIZE)
    assert info.notes == ()
    attribution, prediction = analysis.result.attribution, analysis.result.prediction
    assert attribution.layer == recipe.backbone.layer
    assert attribution.explains_logit
    assert attribution.values.any()
    total = prediction.probabilities.sum()
    assert recipe.head.activation is Activation.SIGMOID or total == pytest.approx(1, abs=1e-5)
