"""The page of an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cxrviewer.learning.evaluate import Evaluation
from cxrviewer.learning.measures import Interval
from cxrviewer.learning.page import Page, decimal, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLES = 12
_SIDE = 4.2
"""Inches of a square figure."""


def write_page(found: Evaluation, path: Path) -> None:
    """Write the page of an evaluation, one HTML file without any other."""
    card, measures = found.card, found.measures
    page = Page(f"Evaluation of {card.name} {card.version}")
    page.text(f"{measures.n} images. Model {card.id}, weights {card.sha256[:12] or 'unknown'}.")
    _numbers(page, found)
    _classes(page, found)
    if measures.confusion is not None:
        page.figure(_confusion(found), "Confusion matrix: rows are the truth, columns what was called.")
    page.figure(_curves(found, "roc"), "Receiver operating characteristic; the dot is the card's threshold.")
    page.figure(_curves(found, "precision recall"), "Precision against recall.")
    page.figure(_reliability(found), "Reliability: stated probability against what was so.")
    _samples(page, found)
    _dataset(page, found)
    if found.failures:
        page.heading("Files that could not be read")
        page.table(("file", "reason"), [(one.path.name, one.failure) for one in found.failures], texts=2)
    page.write(path)


def _numbers(page: Page, found: Evaluation) -> None:
    measures = found.measures
    page.heading("Summary")
    page.table(
        ("", "value", "95 % interval"),
        [
            ("accuracy", percent(measures.accuracy.value), _interval(measures.accuracy)),
            ("AUC", decimal(measures.auc.value if measures.auc else None), _interval(measures.auc)),
            ("AUC, all pairs (micro)", decimal(measures.auc_micro), ""),
            ("cross-entropy", decimal(measures.loss), ""),
            ("expected calibration error", decimal(measures.ece), ""),
        ],
    )
    page.text(_rule(found), note=True)


def _rule(found: Evaluation) -> str:
    findings = found.files.findings
    if not found.files.exclusive:
        return "Each finding is called that reaches its threshold in the model card; decisions are counted."
    if len(findings) == 2:
        second = findings[1]
        return f"{second.name} is called from a probability of {second.threshold:g} on, as in the model card."
    return "The most probable class is called."


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:.3f} to {interval.high:.3f}"


def _classes(page: Page, found: Evaluation) -> None:
    page.heading("Classes")
    header = ("class", "images", "precision", "recall", "F1", "AUC", "average precision")
    page.table(
        header,
        [
            (
                each.name,
                str(each.support),
                *(decimal(value) for value in (each.precision, each.recall, each.f1, each.auc)),
                decimal(each.average_precision),
            )
            for each in found.measures.classes
        ],
    )
    page.text("At the thresholds of the model card:", note=True)
    page.table(
        ("class", "threshold", "sensitivity", "specificity"),
        [
            (
                each.name,
                f"{each.point.threshold:g}",
                percent(each.point.sensitivity),
                percent(each.point.specificity),
            )
            for each in found.measures.classes
            if each.point is not None
        ],
    )


def _axes(width: float = _SIDE) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, _SIDE))
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _confusion(found: Evaluation) -> Any:
    matrix = found.measures.confusion
    assert matrix is not None
    names = [finding.name for finding in found.files.findings]
    figure, axes = _axes()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        # Never "black", which is text, and light where the page is dark.
        shade = "white" if shares[row, column] > 0.6 else "#1c2127"
        axes.text(
            column, row, f"{count}\n{percent(shares[row, column])}", ha="center", va="center", color=shade
        )
    axes.set_xticks(range(len(names)), names, rotation=20, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("called")
    axes.set_ylabel("truth")
    return figure


def _curves(found: Evaluation, kind: str) -> Any:
    from sklearn.metrics import precision_recall_curve, roc_curve

    figure, axes = _axes()
    if kind == "roc":
        axes.plot([0, 1], [0, 1], color="#b0b8c1", linewidth=1)
    for each, truth, probability in _mixed(found):
        if kind == "roc":
            x, y, _ = roc_curve(truth, probability)
            line = axes.plot(x, y, label=f"{each.name} {decimal(each.auc)}")[0]
            if each.point is not None:
                axes.plot(1 - each.point.specificity, each.point.sensitivity, "o", color=line.get_color())
        else:
            precision, recall, _ = precision_recall_curve(truth, probability)
            axes.plot(recall, precision, label=f"{each.name} {decimal(each.average_precision)}")
    texts = ("1 − specificity", "sensitivity") if kind == "roc" else ("recall", "precision")
    axes.set(xlabel=texts[0], ylabel=texts[1], xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, loc="lower right" if kind == "roc" else "lower left", fontsize=9)
    return figure


def _mixed(found: Evaluation) -> list[tuple[Any, NDArray[np.bool_], NDArray[np.float64]]]:
    """Return the classes that some images have and some not, with truth and probabilities."""
    columns = enumerate(found.measures.classes)
    return [
        (each, found.files.truth[:, k], found.probabilities[:, k])
        for k, each in columns
        if each.auc is not None
    ]


def _reliability(found: Evaluation) -> Any:
    figure, axes = _axes()
    axes.plot([0, 1], [0, 1], color="#b0b8c1", linewidth=1)
    bins = found.measures.bins
    counts = np.array([each.count for each in bins])
    axes.plot([each.stated for each in bins], [each.observed for each in bins], color="#2d72d2", linewidth=1)
    axes.scatter(
        [each.stated for each in bins],
        [each.observed for each in bins],
        s=12 + 160 * counts / counts.sum(),
        color="#2d72d2",
    )
    axes.set(
        xlabel="stated probability", ylabel="share that was so", xlim=(0, 1), ylim=(0, 1), aspect="equal"
    )
    return figure


def _samples(page: Page, found: Evaluation) -> None:
    """Show the wrong decisions that were stated most firmly, and right ones from all parts of the data."""
    truth, called = found.files.truth, found.measures.called
    right = (truth == called).all(axis=1)
    firm = found.probabilities.max(axis=1)
    wrong = np.flatnonzero(~right)[np.argsort(-firm[~right], kind="stable")][:_SAMPLES]
    good = np.flatnonzero(right)
    good = good[np.linspace(0, len(good) - 1, min(_SAMPLES, len(good))).astype(int)] if len(good) else good
    for title, places in (("Wrong, the firmest first", wrong), ("Right", good)):
        page.heading(f"{title} ({len(places)} of {int((~right).sum() if places is wrong else right.sum())})")
        page.pictures([_sample(found, int(place)) for place in places], wrong=places is wrong)


def _sample(found: Evaluation, place: int) -> tuple[NDArray[np.uint8], str]:
    names = np.array([finding.name for finding in found.files.findings])
    thumbnail = found.seen[place].thumbnail
    assert thumbnail is not None
    called, truth = found.measures.called[place], found.files.truth[place]
    stated = found.probabilities[place][called]
    text = f"{', '.join(names[called]) or 'nothing'} {percent(float(stated.max())) if len(stated) else ''}"
    return thumbnail, f"{text} · truth: {', '.join(names[truth]) or 'nothing'}"


def _dataset(page: Page, found: Evaluation) -> None:
    page.heading("Data")
    rows = []
    shapes = np.array([one.shape for one in found.seen])
    for k, finding in enumerate(found.files.findings):
        inside = shapes[found.files.truth[:, k]]
        if len(inside):
            (low_h, low_w), (high_h, high_w) = inside.min(axis=0), inside.max(axis=0)
            rows.append((finding.name, str(len(inside)), f"{low_w} to {high_w}", f"{low_h} to {high_h}"))
    page.table(("class", "images", "width", "height"), rows)
