"""Which model and method made a result, as DICOM objects say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxrviewer.export.dicom.codes import map_concept
from cxrviewer.export.dicom.equipment import PROGRAM, limited
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import question_rows
from cxrviewer.foreign_text import printable

if TYPE_CHECKING:
    import highdicom as hd


def algorithm(scene: Scene) -> hd.AlgorithmIdentificationSequence:
    """Return the algorithm of a segment (PS3.3 10.16): the model, and how the map was made."""
    import highdicom as hd

    card = scene.card
    return hd.AlgorithmIdentificationSequence(
        name=limited(card.name),
        family=map_concept(scene.result.attribution.method),
        version=limited(card.version or "unknown"),
        source=PROGRAM,
        parameters={"Model SHA-256": card.sha256, **dict(question_rows(scene.result.attribution))},
    )


def algorithm_items(scene: Scene) -> hd.sr.AlgorithmIdentification:
    """Return the same as content items of a report (PS3.16 TID 4019)."""
    import highdicom as hd

    card = scene.card
    return hd.sr.AlgorithmIdentification(
        name=printable(card.name),
        version=printable(card.version or "unknown"),
        parameters=[
            f"Model SHA-256: {card.sha256}",
            *(f"{name}: {value}" for name, value in question_rows(scene.result.attribution)),
        ],
    )
