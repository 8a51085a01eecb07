"""The model's output as a DICOM Structured Report, with the region that the heatmap points at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from cxrviewer.explain.display import STATE_TEXT
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.dicom import codes
from cxrviewer.export.dicom.contours import regions_at
from cxrviewer.export.dicom.equipment import PROGRAM, equipment, limited
from cxrviewer.export.dicom.identifiers import program_uid
from cxrviewer.export.dicom.model_identity import algorithm_items
from cxrviewer.export.dicom.subject import Subject
from cxrviewer.export.overlay import Scene
from cxrviewer.export.words import method_name, percent, question_rows, whole_percent
from cxrviewer.foreign_text import printable
from cxrviewer.models.reading import group_probability

if TYPE_CHECKING:
    import highdicom as hd

    _Group = (
        hd.sr.MeasurementsAndQualitativeEvaluations | hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations
    )

SERIES = 9003
REGION_LEVEL = 0.5
"""Share of the scale inside which a region of interest lies."""
MOST_REGIONS = 3

_TO_CORNER = 0.5
"""From stored points, 0 at the centre of the first pixel, to DICOM's, 0 at its corner (PS3.3 C.18.6.1.1)."""
_DECIMALS = 6


def structured_report(scene: Scene, subject: Subject, disclaimer: bool) -> Dataset:
    """Return a Comprehensive SR by TID 1500, "Measurement Report" (PS3.16).

    One group of measurements for each label and label group of the model: probability, logit, operating
    threshold and on which side of it the output is. Where the heatmap is shown, one group with a closed
    polyline for each of the largest regions above half of its scale. The model stands with each as algorithm.
    A region has no probability: that of the target is of the whole image.
    """
    import highdicom as hd

    groups: list[_Group] = [
        *(_label(scene, subject, index) for index in range(len(scene.card.labels))),
        *_label_groups(scene, subject),
        *_regions(scene, subject),
    ]
    report = hd.sr.MeasurementReport(
        observation_context=_observer(),
        procedure_reported=codes.procedure(subject.image.get("BodyPartExamined") or ""),
        imaging_measurements=groups,
    )
    for text in _comments(scene, disclaimer):
        report[0].ContentSequence.append(
            hd.sr.TextContentItem(codes.COMMENT, text, relationship_type="CONTAINS")
        )
    name = target_name(scene.result.attribution.target, scene.card)
    return hd.sr.ComprehensiveSR(
        evidence=[subject.image],
        content=report[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        coding_schemes=codes.coding_schemes(),
        **subject.new_series(SERIES, f"Outputs: {name}", disclaimer),
        **equipment(),
    )


def _observer() -> hd.sr.ObservationContext:
    """Return who observed (PS3.16 TID 1001): the program, and nobody."""
    import highdicom as hd

    attributes = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=program_uid(), name=PROGRAM, manufacturer_name=PROGRAM, model_name=PROGRAM
    )
    device = hd.sr.CodedConcept.from_code(codes.DEVICE)
    return hd.sr.ObservationContext(observer_device_context=hd.sr.ObserverContext(device, attributes))


def _label(scene: Scene, subject: Subject, index: int) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    card, prediction = scene.card, scene.result.prediction
    return _group(
        scene,
        subject,
        card.labels[index],
        float(prediction.probabilities[index]),
        card.thresholds[index],
        logit=float(prediction.logits[index]),
    )


def _label_groups(scene: Scene, subject: Subject) -> list[hd.sr.MeasurementsAndQualitativeEvaluations]:
    card, prediction = scene.card, scene.result.prediction
    return [
        _group(scene, subject, group.name, group_probability(card, group, prediction), group.threshold)
        for group in card.label_groups
    ]


def _group(
    scene: Scene,
    subject: Subject,
    name: str,
    probability: float,
    threshold: float,
    logit: float | None = None,
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    """Return what the model says of one finding (PS3.16 TID 1501)."""
    import highdicom as hd

    measurements = [_number(codes.PROBABILITY, probability), _number(codes.THRESHOLD, threshold)]
    if logit is not None:
        measurements.insert(1, _number(codes.LOGIT, logit))
    positive = codes.YES if probability >= threshold else codes.NO
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(subject, name),
        finding_type=codes.finding(name),
        algorithm_id=algorithm_items(scene),
        measurements=measurements,
        qualitative_evaluations=[hd.sr.QualitativeEvaluation(codes.POSITIVE, positive)],
        source_images=[
            hd.sr.SourceImageForMeasurementGroup(
                subject.image.SOPClassUID, subject.image.SOPInstanceUID, subject.frames
            )
        ],
    )


def _regions(scene: Scene, subject: Subject) -> list[hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
    """Return the largest closed regions of the explained target (PS3.16 TID 1410)."""
    import highdicom as hd

    if scene.heatmap is None:
        return []
    target = target_name(scene.result.attribution.target, scene.card)
    shape = scene.radiograph.shape
    regions = regions_at(scene.heatmap, shape, REGION_LEVEL, MOST_REGIONS)
    image = hd.sr.SourceImageForRegion(
        subject.image.SOPClassUID, subject.image.SOPInstanceUID, subject.frames
    )
    return [
        hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=_tracking(subject, f"Region {number} of the heatmap"),
            referenced_region=hd.sr.ImageRegion("POLYLINE", line.points + _TO_CORNER, image),
            finding_type=codes.finding(target),
            method=codes.map_concept(scene.result.attribution.method),
            algorithm_id=algorithm_items(scene),
        )
        for number, line in enumerate(regions, start=1)
    ]


def _comments(scene: Scene, disclaimer: bool) -> list[str]:
    """Return what a reader must know besides, in sentences."""
    attribution = scene.result.attribution
    target = target_name(attribution.target, scene.card)
    asked = ", ".join(f"{name} {value}" for name, value in question_rows(attribution)[1:])
    probability = target_probability(attribution.target, scene.card, scene.result.prediction)
    sure = "" if probability is None else f", probability {percent(probability)},"
    how = f"Heatmap for {target}{sure} by {method_name(attribution.method)} ({asked})."
    state = STATE_TEXT[scene.display.state]
    shown = state or (
        f"Regions lie above {whole_percent(REGION_LEVEL)} of its scale; they show what influenced the "
        "output, not where disease is."
    )
    return [*([DISCLAIMER] if disclaimer else []), printable(how), shown]


def _number(name: Code, value: float) -> hd.sr.Measurement:
    import highdicom as hd

    return hd.sr.Measurement(name, round(value, _DECIMALS), codes.NO_UNITS)


def _tracking(subject: Subject, name: str) -> hd.sr.TrackingIdentifier:
    import highdicom as hd

    return hd.sr.TrackingIdentifier(uid=subject.new_uid(f"finding {name}"), identifier=limited(name))
