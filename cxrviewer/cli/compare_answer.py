"""What ``cxrviewer compare`` prints."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from cxrviewer.cli.listing import print_json, print_table
from cxrviewer.explain.agreement import Agreement
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.comparison_sheet import Sheet, SheetMap, names, output_text, scale_words
from cxrviewer.export.writers.comparison import pairs


def print_sheet(sheet: Sheet, image: Path) -> None:
    """Print maps and agreements as one JSON object; what is not defined is null.

    Parameters
    ----------
    sheet : Sheet
        What was compared.
    image : Path
        The image's file, as the user wrote it.
    """
    print_json(
        {
            "file": str(image),
            "compared": list(sheet.varied),
            "one_scale": sheet.one_scale,
            "maps": [_map(each) for each in sheet.maps],
            "agreement": pairs(sheet),
        }
    )


def print_numbers(sheet: Sheet) -> None:
    """Print the maps by number, and how far each pair agrees."""
    print_table(
        [
            (str(place + 1), names(sheet, place), output_text(each.scene))
            for place, each in enumerate(sheet.maps)
        ]
    )
    rows = [("", "", "rank correlation", "overlap of top 10 %", "peaks apart")]
    for one, other in combinations(range(len(sheet.maps)), 2):
        found = sheet.agreements[one][other]
        rows.append(
            (
                str(one + 1),
                str(other + 1),
                "-" if found.rank_correlation is None else f"{found.rank_correlation:.2f}",
                "-" if found.overlap is None else f"{found.overlap:.0%}",
                _apart(found, sheet.spacing.unit),
            )
        )
    print_table(rows)
    print(scale_words(sheet))
    print(f"{DISCLAIMER}.")


def _apart(found: Agreement, unit: str) -> str:
    if found.peak_share is None or found.peak_distance is None:
        return "-"
    return f"{found.peak_share:.0%} of the diagonal, {found.peak_distance:.0f} {unit}"


def _map(each: SheetMap) -> dict[str, object]:
    scene, attribution = each.scene, each.attribution
    question = attribution.question
    return {
        "row": each.row,
        "column": each.column,
        "model": {"id": scene.card.id, "sha256": scene.card.sha256},
        "target": target_name(attribution.target, scene.card),
        "probability": target_probability(attribution.target, scene.card, scene.result.prediction),
        "method": attribution.method,
        "parameters": dict(question.parameters),
        "layers": list(question.layers),
        "state": scene.display.state.value,
        "scale": {
            "maximum": scene.display.maximum,
            "unit": scene.display.unit,
            "locked": scene.display.locked,
        },
        "notes": list(attribution.notes),
        "seconds": round(scene.result.seconds, 4),
    }
