"""The blocks of real architectures are those that a person would name."""

from __future__ import annotations

from typing import Any

import pytest

from cxrviewer.explain.blocks import block_names
from cxrviewer.explain.trace import trace_model


def numbered(form: str, *counts: int, first: int = 1) -> list[str]:
    """Return names with the numbers of stages and of their blocks."""
    return [
        form.format(stage, block)
        for stage, count in enumerate(counts, start=first)
        for block in range(1, count + 1)
    ]


def lettered(counts: dict[int, int]) -> list[str]:
    return [
        f"block{stage}{chr(ord('a') + number)}" for stage, count in counts.items() for number in range(count)
    ]


BLOCKS: dict[str, tuple[int, list[str]]] = {
    "DenseNet121": (
        64,
        [
            *("conv1", "pool1", *numbered("conv2_block{1}", 6), "pool2", *numbered("conv3_block{1}", 12)),
            *("pool3", *numbered("conv4_block{1}", 24), "pool4", *numbered("conv5_block{1}", 16), "top"),
        ],
    ),
    "ResNet50": (64, ["conv1", "pool1", *numbered("conv{}_block{}", 3, 4, 6, 3, first=2)]),
    "ResNet50V2": (64, ["conv1", "pool1", *numbered("conv{}_block{}", 3, 4, 6, 3, first=2), "top"]),
    "VGG19": (32, [f"block{number}" for number in range(1, 6)]),
    "MobileNetV2": (64, ["stem", "expanded_conv", *(f"block_{number}" for number in range(1, 17)), "top"]),
    "MobileNetV3Small": (
        64,
        ["stem", "expanded_conv", *(f"expanded_conv_{number}" for number in range(1, 11)), "top"],
    ),
    "EfficientNetB0": (64, ["stem", *lettered({1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4, 7: 1}), "top"]),
    "Xception": (96, [f"block{number}" for number in range(1, 15)]),
    "InceptionV3": (139, ["stem", *(f"mixed{number}" for number in range(11))]),
    "ConvNeXtTiny": (
        64,
        [
            *("stem", *(f"stage_0_block_{number}" for number in range(3)), "downsampling_block_0"),
            *(*(f"stage_1_block_{number}" for number in range(3)), "downsampling_block_1"),
            *(*(f"stage_2_block_{number}" for number in range(9)), "downsampling_block_2"),
            *(f"stage_3_block_{number}" for number in range(3)),
        ],
    ),
}
QUICK = ("VGG19", "MobileNetV3Small")


def blocks(model: Any, size: int) -> tuple[str, ...]:
    layers = list(trace_model(model, (size, size, 3)).layers.values())
    return block_names(
        [layer.path for layer in layers],
        [layer.kind for layer in layers],
        [(layer.rows, layer.columns) for layer in layers],
    )


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in BLOCKS]
)
def test_blocks_are_those_of_the_architecture(name: str) -> None:
    import keras

    size, expected = BLOCKS[name]
    model = getattr(keras.applications, name)(weights=None, classes=2, input_shape=(size, size, 3))
    found = blocks(model, size)
    runs = [block for place, block in enumerate(found) if place == 0 or block != found[place - 1]]
    assert runs == expected


def test_a_nested_backbone_has_its_blocks_after_its_name() -> None:
    import keras

    image = keras.Input((32, 32, 3))
    inner = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    x = inner(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.Conv2D(8, 1, name="mix")(x)
    found = blocks(keras.Model(image, keras.layers.Dense(2)(keras.layers.Flatten()(x))), 32)
    assert list(dict.fromkeys(found[:-1])) == ["32×32", *(f"vgg16/block{number}" for number in range(1, 6))]
