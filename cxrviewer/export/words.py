"""Words for an output and for what was asked about it."""

from __future__ import annotations

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.target import Target
from cxrviewer.models.card import LabelGroup, ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.reading import group_indices, group_probability

_NO_BREAK = "\N{NO-BREAK SPACE}"

Rows = list[tuple[str, str]]
"""Names and values."""


def output_rows(card: ModelCard, prediction: Prediction, target: Target) -> Rows:
    """Return how a target stands to its threshold, its groups and the top class."""
    rows = [] if target.positive and target.negative else _threshold_rows(card, prediction, target)
    top = prediction.top
    if target.label != top:
        rows.append(("Top class", f"{card.labels[top]} {percent(float(prediction.probabilities[top]))}"))
    return rows


def question_rows(attribution: Attribution) -> Rows:
    """Return how a map was made: method and parameters, layers, smoothing, what it explains."""
    question, (height, width) = attribution.question, attribution.values.shape
    spec = method_spec(attribution.method)
    rows = [("Method", spec.name)]
    if question.parameters:
        labels = {each.name: each.label for each in spec.parameters}
        rows.append(
            ("Parameters", ", ".join(f"{labels[name]} {value}" for name, value in question.parameters))
        )
    if len(question.layers) > 1:
        rows.append(("Layers", f"{attribution.layer} ({height}×{width}), fused by {question.fusion.value}"))
    else:
        rows.append(("Layer", f"{attribution.layer or 'input'} ({height}×{width})"))
    if question.smoothing:
        rows.append(("Smoothing", f"mean over {question.smoothing} slightly changed copies of the image"))
    if not attribution.explains_logit:
        rows.append(("Explains", "the probability: the model's logit could not be reached"))
    rows += [("Note", note) for note in attribution.notes]
    return rows


def method_name(method: str) -> str:
    """Return the name of a method for people."""
    return method_spec(method).name


def capitalised(text: str) -> str:
    """Return a text with its first letter large; the others as they are."""
    return text[:1].upper() + text[1:]


def percent(probability: float) -> str:
    """Return a probability or threshold for people; never 0 % or 100 % where it is not."""
    if 0 < probability < 0.001:
        return f"< 0.1{_NO_BREAK}%"
    if 0.999 < probability < 1:
        return f"> 99.9{_NO_BREAK}%"
    return f"{probability * 100:.1f}{_NO_BREAK}%"


def whole_percent(share: float) -> str:
    """Return a share of a scale for people."""
    return f"{share * 100:.0f}{_NO_BREAK}%"


def _threshold_rows(card: ModelCard, prediction: Prediction, target: Target) -> Rows:
    """Return the threshold of the class or group that a target is, or is the absence of."""
    indices = target.positive or target.negative
    group = next((each for each in card.label_groups if group_indices(card, each) == indices), None)
    if len(indices) == 1:
        name, threshold = card.labels[indices[0]], card.thresholds[indices[0]]
        probability = float(prediction.probabilities[indices[0]])
    elif group is not None:
        name, threshold = group.name, group.threshold
        probability = group_probability(card, group, prediction)
    else:
        return []
    side = "above" if probability >= threshold else "below"
    rows = [("Threshold", f"{percent(threshold)} (output {side})")]
    if target.negative:
        rows.insert(0, (name, percent(probability)))
    elif len(indices) == 1:
        rows += [_group_row(card, each, prediction) for each in card.label_groups if name in each.labels]
    return rows


def _group_row(card: ModelCard, group: LabelGroup, prediction: Prediction) -> tuple[str, str]:
    return group.name, f"{percent(group_probability(card, group, prediction))} as a group"


def number(value: float) -> str:
    """Return a value of a map for people: three digits, no exponent below a million, a true minus sign."""
    text = f"{value:.3g}" if not 999.5 <= abs(value) < 1e6 else f"{float(f'{value:.3g}'):.0f}"
    return text.replace("-", "\N{MINUS SIGN}")
