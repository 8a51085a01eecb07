"""The page of a heatmap study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.catalog import method_spec
from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.learning.comparison import Comparison
from cxrviewer.learning.page import Page, decimal, percent
from cxrviewer.learning.study import Study

_COLORMAP = "inferno"


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
    if found.failures:
        page.heading("Files without a heatmap")
        page.table(("file", "reason"), [(path.name, reason) for path, reason in found.failures])
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
    for place in next(iter(by_class.values())):
        pairs = [by_class[name].get(place, (None, None)) for name in by_class]
        rows.append([place.value, *(percent(value) for pair in pairs for value in pair)])
    page.table(header, rows)
    page.text("A uniform map is the same everywhere: what the part's area alone explains.", note=True)


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
    return np.asarray(colormap_table(_COLORMAP)[index], np.uint8)
