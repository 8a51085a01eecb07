"""What stands in a report, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from cxrviewer import __version__
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STATE_TEXT
from cxrviewer.explain.target import is_under_threshold, target_name, target_probability
from cxrviewer.export.lungs import NO_LUNGS
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.report.colors import MUTED
from cxrviewer.export.report.column import ROW, Column
from cxrviewer.export.words import capitalised, number, percent, question_rows
from cxrviewer.imaging.grayscale import default_voi
from cxrviewer.imaging.radiograph import Window
from cxrviewer.models.reading import group_indices, group_probability

_AROUND = 38.0
"""Height of what is above and beneath the rows of the table of outputs, points."""


@dataclass(frozen=True)
class Output:
    """A row of the table of outputs; `explained` where the heatmap is about it."""

    name: str
    probability: float
    threshold: float
    explained: bool


def title(scene: Scene) -> tuple[str, str, bool]:
    """Return the finding, what the model says of it, and whether that is positive."""
    card, prediction = scene.card, scene.result.prediction
    target = scene.result.attribution.target
    probability = target_probability(target, card, prediction)
    name = capitalised(target_name(target, card))
    if probability is None:
        return name, "What spoke for the one rather than the other", False
    under = is_under_threshold(target, card, prediction)
    threshold = next((row.threshold for row in outputs(scene) if row.explained), None)
    if threshold is None or not target.positive:
        return name, f"Probability {percent(probability)}", not under
    side = "below" if under else "at or above"
    return (
        name,
        f"Probability {percent(probability)}, {side} the threshold of {percent(threshold)}",
        not under,
    )


def identity(scene: Scene, options: ExportOptions) -> str:
    """Return who the patient is where that is asked for, else by what the image is known."""
    image = scene.radiograph
    key = f"Image {image.digest[:12]}" + (
        f", frame {image.frame + 1} of {image.frames}" if image.frames > 1 else ""
    )
    header = image.header
    if not options.identity:
        return f"{key}. Without the patient's identity."
    if header is None:
        return f"{key}. The file does not say who the patient is."
    known = (
        ("", header.patient_name),
        ("ID ", header.patient_id),
        ("born ", header.birth_date),
        ("study of ", header.study_date),
        ("accession ", header.accession_number),
    )
    return ", ".join(f"{before}{value}" for before, value in known if value) or key


def outputs(scene: Scene) -> list[Output]:
    """Return labels and label groups, the most probable first."""
    card, prediction = scene.card, scene.result.prediction
    target = scene.result.attribution.target
    meant = target.positive or target.negative
    rows = [
        Output(label, float(prediction.probabilities[index]), card.thresholds[index], meant == (index,))
        for index, label in enumerate(card.labels)
    ]
    rows += [
        Output(
            f"{group.name} (group)",
            group_probability(card, group, prediction),
            group.threshold,
            meant == group_indices(card, group),
        )
        for group in card.label_groups
    ]
    return sorted(rows, key=lambda row: -row.probability)


def table_height(rows: int) -> float:
    """Return what a table of so many outputs takes, points."""
    return _AROUND + rows * ROW


def most_telling(rows: list[Output], count: int) -> list[Output]:
    """Return so many of the outputs, at least one: the most probable, and in any case the explained one."""
    count = max(1, count)
    explained = next((row for row in rows[count - 1 :] if row.explained), None)
    return rows[:count] if explained is None else [*rows[: count - 1], explained]


def table(rows: list[Output], left: float, width: float, height: float) -> Column:
    """Return the table of outputs; where there is no room for all, the most probable and the explained."""
    column = Column(left, width)
    column.heading("Outputs of the model")
    column.output_names()
    shown = most_telling(rows, int((height - _AROUND) // ROW))
    for row in shown:
        probability, threshold = ((each, percent(each)) for each in (row.probability, row.threshold))
        column.output(row.name, probability, threshold, row.explained)
    column.space(2.0)
    if len(rows) > len(shown):
        text = f"{len(rows) - len(shown)} less probable ones are left out."
        column.text(text, size=6.5, color=MUTED)
    return column


def method_sentences(scene: Scene) -> list[str]:
    """Return how the heatmap was made, and what it does not show."""
    attribution = scene.result.attribution
    spec = method_spec(attribution.method)
    rows = [f"{name.lower()} {value}" for name, value in question_rows(attribution)[1:] if name != "Note"]
    return [f"{spec.name} ({', '.join(rows)}). {spec.summary}", spec.caution]


def notes(scene: Scene) -> list[str]:
    """Return what a reader of the numbers must know."""
    card, attribution = scene.card, scene.result.attribution
    found = [state_words(scene), *attribution.notes, *scene.radiograph.notes]
    if scene.lungs is not None and not scene.lungs.found:
        found.insert(0, f"{NO_LUNGS}.")
    if scene.radiograph.badges:
        found.append(f"The image is marked: {', '.join(scene.radiograph.badges)}.")
    if not card.complete:
        found.append("The model has no card: labels, activation and scaling of the input are guesses.")
    if not attribution.explains_logit:
        found.append("The logit could not be reached: the heatmap explains the probability.")
    if is_under_threshold(attribution.target, card, scene.result.prediction):
        found.append("The explained finding is not reported by the model: it is under its threshold.")
    return [note for note in found if note]


def state_words(scene: Scene) -> str:
    """Return why there is no heatmap, "" where there is one."""
    return STATE_TEXT[scene.display.state] or ("" if scene.style.visible else "Heatmap switched off.")


def window_words(scene: Scene) -> str:
    """Return how the gray image is shown."""
    voi = scene.voi or default_voi(scene.radiograph)
    shown = "table of the file"
    if isinstance(voi, Window):
        shown = f"window, centre {number(voi.center)}, width {number(voi.width)}"
    return f"Image as displayed: {shown}{', inverted' if scene.inverted else ''}."


def provenance_rows(scene: Scene) -> list[tuple[str, str]]:
    """Return by what the result can be made again."""
    card, image = scene.card, scene.radiograph
    rows = [
        ("Model", f"{card.name} {card.version}".strip() + f" ({card.id})"),
        ("Weights", f"SHA-256 {card.sha256}"),
        ("Trained on", card.training_data),
        ("Intended use", card.intended_use),
        ("Limits", card.limits),
        ("Licence", card.licence),
        ("Image", f"{image.file_format}, {image.shape[1]} × {image.shape[0]} pixels, SHA-256 {image.digest}"),
        ("Program", f"CXR Viewer {__version__}"),
    ]
    return [(name, value) for name, value in rows if value]
