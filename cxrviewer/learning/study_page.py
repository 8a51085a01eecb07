"""The page of a heatmap study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.catalog import method_spec
from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.learning.comparison import Comparison
from cxrviewer.learning.evidence import Place
from cxrviewer.learning.page import Page, decimal, percent
from cxrviewer.learning.study import Study

_COLORMAP = "inferno"
_LINE = (143, 227, 176)
_SMOOTHED = 2.0
"""Pixels over which the mean of masks is averaged before a line is drawn around it."""


def write_page(found: Study, path: Path) -> None:
    """Write the page of a study, one HTML file without any other."""
    card, spec = found.info.card, method_spec(found.question.method)
    page = Page(f"Heatmaps of {card.name} {card.version}")
    layers = ", ".join(found.question.layers) or "the input"
    page.text(f"{len(found.images)} images, {spec.name} at {layers}. {spec.summary} {spec.caution}")
    page.heading("Mean heatmap value of an image")
    page.text("Of each heatmap the highest value is 1; what speaks against the class counts as 0.", note=True)
    page.table(
        ("class", "images", "mean", "standard deviation"),
        [(group.name, str(group.n), decimal(group.mean), decimal(group.deviation)) for group in found.groups],
    )
    page.figure(_distributions(found), "Mean heatmap value of each image; the line is the mean of the class.")
    page.table(
        ("classes", "Welch's t", "degrees", "p", "Cohen's d", "95 % interval", "Mann-Whitney U", "p"),
        [_comparison(each) for each in found.comparisons],
    )
    page.heading("Where the positive evidence lies")
    _shares(page, found)
    page.heading("Mean heatmap of each class")
    page.pictures([(_mean_map(found, group.name), group.name) for group in found.groups])
    if any(image.lungs is not None for image in found.images):
        page.text("The line is around what is lung on half of the images.", note=True)
    if found.failures:
        page.heading("Files without a heatmap")
        page.table(("file", "reason"), [(path.name, reason) for path, reason in found.failures], texts=2)
    page.write(path)


def _comparison(each: Comparison) -> tuple[str, ...]:
    return (
        f"{each.first.name} against {each.second.name}",
        decimal(each.t, 2),
        decimal(each.degrees, 1),
        f"{each.p:.2g}",
        decimal(each.d, 2),
        f"{each.d_low:.2f} to {each.d_high:.2f}",
        decimal(each.u, 0),
        "–" if each.u_p is None else f"{each.u_p:.2g}",
    )


def _shares(page: Page, found: Study) -> None:
    header, rows = ["part of the image"], []
    by_class = {group.name: found.mean_shares(group.name) for group in found.groups}
    for name in by_class:
        header += [name, "uniform map"]
    for place in found.places:
        pairs = [by_class[name].get(place, (None, None)) for name in by_class]
        rows.append([place.value, *(percent(value) for pair in pairs for value in pair)])
    page.table(header, rows)
    page.text("A uniform map is the same everywhere: what the part's area alone explains.", note=True)
    page.figure(
        _share_plot(found, by_class), "Share of the positive evidence; the line is that of a uniform map."
    )
    if found.without_lungs:
        names = ", ".join(path.name for path in found.without_lungs)
        count = f"{len(found.without_lungs)} of {len(found.images)}"
        what = "They have no part in the shares inside the lungs and below the diaphragm"
        page.text(f"No lungs were found on {count} images. {what}: {names}.", note=True)


def _share_plot(found: Study, by_class: dict[str, dict[Place, tuple[float, float]]]) -> Any:
    from matplotlib.figure import Figure

    count, places = len(by_class), found.places
    figure = Figure(figsize=(7, 0.7 + 0.26 * (count + 1) * len(places)))
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    for number, (name, known) in enumerate(by_class.items()):
        rows = [row * (count + 1) + number for row, place in enumerate(places) if place in known]
        shares = np.array([known[place] for place in places if place in known]).reshape(-1, 2)
        axes.barh(rows, shares[:, 0], 0.8, label=name, alpha=0.8)
        for row, even in zip(rows, shares[:, 1], strict=True):
            axes.plot([even, even], [row - 0.45, row + 0.45], color="black", linewidth=1.5)
    middles = [row * (count + 1) + (count - 1) / 2 for row in range(len(places))]
    axes.set_yticks(middles, [place.value for place in places])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("share of the positive evidence")
    axes.legend(frameon=False)
    axes.invert_yaxis()
    return figure


def _distributions(found: Study) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.9 + 0.8 * len(found.groups)))
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    rng = np.random.default_rng(0)
    for row, group in enumerate(found.groups):
        values = [image.mean for image in found.of(group.name)]
        axes.plot(values, row + rng.uniform(-0.18, 0.18, len(values)), "o", alpha=0.6, markersize=4)
        axes.plot([group.mean] * 2, [row - 0.3, row + 0.3], color="black", linewidth=1.5)
    axes.set_yticks(range(len(found.groups)), [group.name for group in found.groups])
    axes.set_xlabel("mean heatmap value")
    axes.invert_yaxis()
    return figure


def _mean_map(found: Study, name: str) -> NDArray[np.uint8]:
    heat = np.mean([image.heat for image in found.of(name)], axis=0)
    index = np.clip(np.rint(heat * 255), 0, 255).astype(np.uint8)
    picture = np.array(colormap_table(_COLORMAP)[index], np.uint8)
    masks = [image.lungs for image in found.of(name) if image.lungs is not None]
    if masks:
        _draw_line(picture, np.mean(masks, axis=0))
    return picture


def _draw_line(picture: NDArray[np.uint8], lungs: NDArray[np.float64]) -> None:
    """Draw a line around what is lung in half of the images."""
    size = (picture.shape[1], picture.shape[0])
    share = cv2.resize(lungs.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    usual = cv2.GaussianBlur(share, (0, 0), _SMOOTHED) >= 0.5
    lines, _ = cv2.findContours(usual.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, lines, -1, _LINE, 1, cv2.LINE_AA)
