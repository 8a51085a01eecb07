"""Measures the models that ship on the data that they were not trained on, and draws what is to be looked at.

``python -m benchmarks.shipped_models --children DIR --lungs DIR [--runs DIR] -o OUT``, with the data of the
recipes `paediatric-pneumonia` and `lung-field`. OUT gets contact sheets and, where a folder with the logs of
the trainings is given, their curves.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, at_most, median_time, print_table
from cxrviewer import paths
from cxrviewer.imaging.lungs import is_plausible, two_lungs
from cxrviewer.imaging.open import is_image
from cxrviewer.learning.dataset import Dataset, load_dataset
from cxrviewer.learning.lung_masks import intersection_over_union, load_lung_masks, prepared
from cxrviewer.learning.lung_search import lungs_of
from cxrviewer.learning.recipes import lung_field, paediatric_pneumonia
from cxrviewer.learning.robust_validation import validation_sets
from cxrviewer.learning.split import grouped_split
from cxrviewer.models.lungs import LungSegmenter, lung_card

_CLASSIFIER = ("models", "paediatric-pneumonia.keras")
_SEGMENTER = ("segmenters", "lung-field.keras")
_CHILDREN = 500
_TILE, _ACROSS = 112, 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--children", type=Path, required=True, help="data of paediatric-pneumonia")
    parser.add_argument("--lungs", type=Path, required=True, help="data of lung-field")
    parser.add_argument("--runs", type=Path, help="folder with the logs NAME.csv of the trainings")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    validation = _held_out(arguments.children)
    print_table("Classifier", classifier_rows(validation, arguments.output))
    print_table("Segmenter", segmenter_rows(arguments.children, arguments.lungs, arguments.output))
    if arguments.runs:
        for log in sorted(arguments.runs.glob("*.csv")):
            draw_curves(log, arguments.output / f"{log.stem}.svg")


def _held_out(folder: Path) -> Dataset:
    recipe = paediatric_pneumonia
    data = load_dataset(folder, recipe.LABELS, recipe.label_and_patient, recipe.INPUT)
    settings = recipe.SPEC.defaults
    return data.subset(grouped_split(data.labels, data.groups, settings.validation_share, settings.seed)[1])


def classifier_rows(validation: Dataset, output: Path) -> list[Row]:
    """Measure the classifier on the patients held out."""
    from cxrviewer.models.backend import tensorflow

    tf = tensorflow()
    import keras

    recipe, settings = paediatric_pneumonia, paediatric_pneumonia.SPEC.defaults
    weights = paths.resource(*_CLASSIFIER)
    model = keras.saving.load_model(weights, compile=False, safe_mode=True)
    run = tf.function(lambda images: model(images, training=False))
    blank = tf.zeros((1, recipe.INPUT.height, recipe.INPUT.width, 1))
    sets = validation_sets(validation, settings.corrupted_images, settings.seed)
    lungs, missing = lungs_of(validation.images)
    result, outputs = recipe.measured(model, sets, lungs)
    rows = [
        Row("file", f"{weights.stat().st_size / 1e6:.1f} MB", "10 MB", weights.stat().st_size <= 10e6),
        at_most("one image", median_time(lambda _: run(blank), 30), 0.06),
        Row("images held out, without lungs found", f"{result.images}, {missing}"),
        Row("accuracy over three classes", f"{result.accuracy:.3f}"),
        Row("AUC bacterial against viral", f"{result.auc_kind:.3f}"),
        Row("calibration error over all sets", f"{result.ece:.3f}", "0.05", result.ece <= 0.05),
        Row("evidence in the lungs", f"{result.lung_share:.3f}", "0.75", result.lung_share >= 0.75),
        Row("uniform map in the lungs", f"{float((lungs > 127).mean()):.3f}"),
    ]
    for one in result.sets:
        point = one.pneumonia
        text = f"AUC {one.auc:.4f}, sensitivity {point.sensitivity:.3f}, specificity {point.specificity:.3f}"
        rows.append(Row(f"{one.name}, at {point.threshold:.3f}", text))
    _sheet_of_evidence(model, validation, outputs[0], lungs, output / "evidence.png")
    return rows


def segmenter_rows(children: Path, adults: Path, output: Path) -> list[Row]:
    """Measure the segmenter on adults held out, and on children that it was not adapted to."""
    settings, spec = lung_field.SPEC.defaults, lung_field.INPUT
    weights = paths.resource(*_SEGMENTER)
    segmenter, threshold = LungSegmenter(), lung_card().thresholds[0]
    masks = load_lung_masks(adults, spec)
    nothing = np.zeros(len(masks.names), np.int64)
    held_out = masks.subset(grouped_split(nothing, masks.groups, settings.validation_share, settings.seed)[1])
    found = [two_lungs(one >= threshold) for one in _probabilities(segmenter, held_out.images)]
    overlaps = [
        intersection_over_union(one, truth[..., 0] > 127)
        for one, truth in zip(found, held_out.masks, strict=True)
    ]
    files = sorted(path for path in children.rglob("*") if path.is_file() and is_image(path))
    order = np.random.default_rng(settings.seed).permutation(len(files))
    others = order[settings.children_images :][:_CHILDREN]
    images = np.stack([prepared(files[index], spec) for index in others])
    lungs = [two_lungs(one >= threshold) for one in _probabilities(segmenter, images)]
    share = float(np.mean([is_plausible(one) for one in lungs]))
    _sheet_of_outlines(images, lungs, output / "children.png")
    _sheet_of_outlines(held_out.images, found, output / "adults.png")
    one_image = (images[:1] / 255).astype(np.float32)
    mean = float(np.mean(overlaps))
    return [
        Row("file", f"{weights.stat().st_size / 1e6:.2f} MB", "2 MB", weights.stat().st_size <= 2e6),
        at_most("one image", median_time(lambda _: segmenter.probabilities(one_image), 30), 0.03),
        Row(f"IoU on {len(overlaps)} adults held out", f"{mean:.3f}", "0.90", mean >= 0.90),
        Row("the worst of them", f"{min(overlaps):.3f}"),
        Row(f"plausible on {len(lungs)} children", f"{share:.3f}", "0.99", share >= 0.99),
    ]


def draw_curves(log: Path, path: Path) -> None:
    """Draw the columns of a training's log over its epochs, as SVG."""
    from matplotlib.figure import Figure

    with log.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    epochs = [float(row["epoch"]) for row in rows]
    figure = Figure((9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, [float(row["loss"]) for row in rows], color="#2166ac")
    left.set(xlabel="epoch", title="training loss")
    for name in rows[0]:
        if name not in ("epoch", "loss", "seconds"):
            right.plot(epochs, [float(row[name]) for row in rows], label=name.replace("_", " "))
    right.set(xlabel="epoch", ylim=(0, 1.02), title="validation")
    right.legend(fontsize="x-small", loc="lower right")
    figure.savefig(path, metadata={"Date": None})


def _probabilities(segmenter: LungSegmenter, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    parts = [
        segmenter.probabilities((images[start : start + 16] / 255).astype(np.float32))
        for start in range(0, len(images), 16)
    ]
    return np.concatenate(parts)


def _sheet_of_outlines(images: NDArray[np.uint8], lungs: list[NDArray[np.bool_]], path: Path) -> None:
    """Draw every image with the outline of its lungs, and those without plausible ones framed."""
    tiles = []
    for image, mask in zip(images[..., 0], lungs, strict=True):
        tile = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(tile, lines, -1, (0, 220, 255), 2)
        if not is_plausible(mask):
            cv2.rectangle(tile, (0, 0), (tile.shape[1] - 1, tile.shape[0] - 1), (0, 0, 255), 6)
        tiles.append(tile)
    _write_sheet(tiles, path)


def _sheet_of_evidence(
    model: Any,
    data: Dataset,
    probabilities: NDArray[np.float32],
    lungs: NDArray[np.uint8],
    path: Path,
) -> None:
    """Draw positive evidence for the most probable class in red, lungs outlined, on 100 images."""
    from cxrviewer.learning.lung_term import with_features

    both = with_features(model, paediatric_pneumonia.LAYER)
    kernel = np.asarray(model.layers[-1].kernel)
    tiles = []
    for index in np.linspace(0, len(data.labels) - 1, 100).astype(int):
        image = data.images[index, ..., 0]
        features = np.asarray(both.predict_on_batch(image[None, ..., None].astype(np.float32) / 255)[1])[0]
        evidence = cv2.resize(features @ kernel[:, probabilities[index].argmax()], image.shape[::-1])
        share = np.clip(evidence / max(float(evidence.max()), 1e-9), 0, 1)[..., None] * 0.7
        red = np.array([40, 40, 255])
        tile = (image[..., None] * (1 - share) + red * share).astype(np.uint8)
        mask = (lungs[index, ..., 0] > 127).astype(np.uint8)
        lines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(tile, lines, -1, (0, 220, 255), 1)
        wrong = (probabilities[index, 0] < 0.5) != (data.labels[index] > 0)
        text = "NBV"[data.labels[index]] + ("!" if wrong else "")
        cv2.putText(tile, text, (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
        tiles.append(tile)
    _write_sheet(tiles, path, across=10, size=160)


def _write_sheet(
    tiles: list[NDArray[np.uint8]], path: Path, across: int = _ACROSS, size: int = _TILE
) -> None:
    small = [cv2.resize(tile, (size, size), interpolation=cv2.INTER_AREA) for tile in tiles]
    small += [np.zeros_like(small[0])] * (-len(small) % across)
    rows = [np.concatenate(small[start : start + across], axis=1) for start in range(0, len(small), across)]
    cv2.imwrite(str(path), np.concatenate(rows))


if __name__ == "__main__":
    main()
