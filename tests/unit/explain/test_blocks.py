"""Blocks read from the names of layers."""

from __future__ import annotations

from cxrviewer.explain.blocks import block_names

Layer = tuple[str, str, int]


def blocks(*layers: Layer) -> list[str]:
    paths, kinds, sides = zip(*layers, strict=True)
    return list(block_names(paths, kinds, [(side, side) for side in sides]))


def test_without_telling_names_a_grid_is_a_block() -> None:
    found = blocks(
        ("conv2d", "Conv2D", 32),
        ("conv2d_1", "Conv2D", 32),
        ("max_pooling2d", "MaxPooling2D", 16),
        ("features", "Conv2D", 16),
    )
    assert found == ["32×32", "32×32", "16×16", "16×16"]


def test_grids_need_not_be_square() -> None:
    assert block_names(["a"], ["Conv2D"], [(4, 9)]) == ("4×9",)


def test_a_model_without_layers_has_no_blocks() -> None:
    assert block_names([], [], []) == ()


def test_what_keras_named_belongs_to_the_block_before() -> None:
    found = blocks(
        ("block1_conv", "Conv2D", 32),
        ("re_lu_7", "ReLU", 32),
        ("block2_conv", "Conv2D", 16),
        ("add", "Add", 16),
    )
    assert found == ["block1", "block1", "block2", "block2"]


def test_a_name_that_looks_like_a_block_but_is_kerass_own_tells_nothing() -> None:
    # "conv1" is a block of ResNet; "conv2d_1" only counts the layers of the program.
    assert blocks(("conv2d_1", "Conv2D", 8), ("conv1d_1", "Conv1D", 8)) == ["8×8", "8×8"]


def test_a_join_names_what_comes_before_it() -> None:
    found = blocks(
        ("conv2d", "Conv2D", 35),
        ("conv2d_1", "Conv2D", 17),
        ("mixed0", "Concatenate", 17),
        ("conv2d_2", "Conv2D", 17),
        ("mixed1", "Concatenate", 8),
    )
    assert found == ["stem", "mixed0", "mixed0", "mixed1", "mixed1"]


def test_stem_and_top_stand_around_the_blocks() -> None:
    found = blocks(
        ("rescaling", "Rescaling", 64),
        ("first", "Conv2D", 32),
        ("block1_conv", "Conv2D", 16),
        ("between", "Conv2D", 16),
        ("block2_conv", "Conv2D", 8),
        ("activation", "Activation", 8),
        ("last", "Conv2D", 8),
        ("activation_1", "Activation", 8),
    )
    assert found == ["stem", "stem", "block1", "block1", "block2", "block2", "top", "top"]


def test_names_that_tell_nothing_over_several_grids_are_no_top() -> None:
    found = blocks(("conv1", "Conv2D", 32), ("fire", "Conv2D", 16), ("ember", "Conv2D", 8))
    assert found == ["conv1", "16×16", "8×8"]


def test_every_model_has_blocks_of_its_own() -> None:
    found = blocks(
        ("left/block1_conv", "Conv2D", 16),
        ("right/block1_conv", "Conv2D", 16),
        ("left/out", "Conv2D", 16),
        ("join", "Add", 16),
    )
    assert found == ["left/block1", "right/block1", "left/top", "16×16"]
