"""What ``cxrviewer explain`` prints."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.cli.listing import print_json, print_table
from cxrviewer.explain.target import Target, is_under_threshold, target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.words import method_name, percent, whole_percent
from cxrviewer.imaging.lungs import LungField
from cxrviewer.models.card import ModelCard
from cxrviewer.models.reading import group_probability
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.lungs import evidence_in_lungs
from cxrviewer.session.shown import Shown


def print_answer(shown: Shown, image: Path, lungs: LungField | None) -> None:
    """Print model, output and question as one JSON object.

    Parameters
    ----------
    shown : Shown
        An analysis of an image.
    image : Path
        The image's file, as the user wrote it.
    lungs : LungField, optional
        None where they were not sought.
    """
    analysis, card = _answer(shown)
    prediction, attribution = analysis.result.prediction, analysis.result.attribution
    target, question = attribution.target, attribution.question
    print_json(
        {
            "file": str(image),
            "model": {"id": card.id, "sha256": card.sha256},
            "labels": list(card.labels),
            "logits": prediction.logits.tolist(),
            "probabilities": prediction.probabilities.tolist(),
            "target": {
                "index": target.label,
                "label": None if target.label is None else card.labels[target.label],
                "name": target_name(target, card),
                "kind": _kind(target),
                "positive": list(target.positive),
                "negative": list(target.negative),
                "probability": target_probability(target, card, prediction),
                "under_threshold": is_under_threshold(target, card, prediction),
            },
            "layer": attribution.layer,
            "layers": list(question.layers),
            "fusion": question.fusion.value if len(question.layers) > 1 else None,
            "method": attribution.method,
            "parameters": dict(question.parameters),
            "smoothing": question.smoothing,
            "explains_logit": attribution.explains_logit,
            "logit_factor": attribution.logit_factor,
            "notes": list(attribution.notes),
            "lungs": _lungs(analysis, lungs) if lungs is not None else None,
            "seconds": round(analysis.result.seconds, 4),
        }
    )


def print_classes(shown: Shown, lungs: LungField | None) -> None:
    """Print the output of every class and group, and what was explained."""
    analysis, card = _answer(shown)
    prediction, attribution = analysis.result.prediction, analysis.result.attribution
    target, radiograph = attribution.target, shown.radiograph
    assert radiograph is not None
    print(f"{radiograph.path.name}: {card.name} {card.version}".rstrip())
    rows = [("", "class", "probability", "threshold", "logit")]
    for index, label in enumerate(card.labels):
        probability = percent(float(prediction.probabilities[index]))
        logit = f"{float(prediction.logits[index]):+.3f}"
        rows.append((_mark(index, target), label, probability, percent(card.thresholds[index]), logit))
    for group in card.label_groups:
        probability = percent(group_probability(card, group, prediction))
        rows.append((" ", f"{group.name} (group)", probability, percent(group.threshold), ""))
    print_table(rows)
    method, where = method_name(attribution.method), attribution.layer or "the input"
    print(f"Explained: {target_name(target, card)}, by {method} at {where}; -o OUT.png writes the heatmap.")
    if lungs is not None and lungs.plausible and (found := evidence_in_lungs(analysis, lungs)) is not None:
        share, even = map(whole_percent, found)
        print(f"Inside the lungs: {share} of the positive evidence (uniform: {even}).")
    for note in (*radiograph.notes, *radiograph.badges):
        print(f"Note: {note}")
    print(f"{DISCLAIMER}.")


def _lungs(analysis: Analysis, lungs: LungField) -> dict[str, object]:
    """Return what is known of the lungs, and the share of positive evidence inside them."""
    share, uniform = (evidence_in_lungs(analysis, lungs) if lungs.plausible else None) or (None, None)
    return {
        "found": lungs.plausible,
        "doubt": lungs.doubt,
        "area": round(lungs.area, 4),
        "share": share,
        "uniform": uniform,
    }


def _answer(shown: Shown) -> tuple[Analysis, ModelCard]:
    assert shown.analysis is not None
    assert shown.at_hand.loaded is not None
    return shown.analysis, shown.at_hand.loaded.info.card


def _kind(target: Target) -> str:
    if not target.positive:
        return "absence"
    if target.negative:
        return "margin"
    return "class" if target.label is not None else "group"


def _mark(index: int, target: Target) -> str:
    """Return > for a class that is explained, < for one against which."""
    if index in target.positive:
        return ">"
    return "<" if index in target.negative else " "
