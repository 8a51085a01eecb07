"""Images in the order of a hospital: patient, study, series, image (PS3.3 A.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from pathlib import Path

from cxrviewer.imaging.summary import Summary
from cxrviewer.settings import Settings

Summaries = Mapping[Path, Summary | None]
Key = tuple[str, ...]


class Grouping(Enum):
    """How a folder is laid out; `AUTOMATIC` groups where that makes the list clearer."""

    AUTOMATIC = "automatic"
    FLAT = "flat"
    GROUPED = "grouped"


@dataclass(frozen=True)
class Branch:
    """A patient, a study or a series.

    Parameters
    ----------
    key : tuple of str
        The same for the same branch of another listing.
    title, detail : str
        In words; of a study the modality, and how many images there are.
    branches : tuple of Branch
        Studies of a patient; series of a study where there are several, with several images. In their order.
    files : tuple of Path
        Images of the lowest branch, in their order.
    """

    key: Key = field(repr=False)
    title: str = field(repr=False)
    detail: str = field(repr=False)
    branches: tuple[Branch, ...] = ()
    files: tuple[Path, ...] = ()


class Patients:
    """Tells patients apart, and gives each a number in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[Key, int] = {}

    def key(self, summary: Summary) -> Key:
        """Return what identifies a patient; numbers them on the way."""
        key = (summary.patient_id, summary.patient_name.casefold())
        self._numbers.setdefault(key, len(self._numbers) + 1)
        return key

    def alias(self, summary: Summary) -> str:
        """Return what a patient is called where names are not shown: "Patient 2"."""
        return f"Patient {self._numbers[self.key(summary)]}"


def groups_well(summaries: Sequence[Summary | None]) -> bool:
    """Return whether grouping makes a list clearer: there are several studies of several images each."""
    known = [summary for summary in summaries if summary is not None and summary.study]
    studies = {summary.study for summary in known}
    return len(studies) > 1 and 2 * len(known) > len(summaries) and len(known) >= 2 * len(studies)


def group(
    files: Sequence[Path], summaries: Summaries, patients: Patients, *, identity: bool
) -> tuple[Branch, ...]:
    """Return images by patient, study and series.

    Parameters
    ----------
    files : sequence of Path
        The images, in natural order.
    summaries : mapping of Path to Summary
        What is known of them; None for one that says nothing.
    patients : Patients
        Numbers them.
    identity : bool
        Whether patients are called by their names; else by numbers.

    Returns
    -------
    tuple of Branch
        Patients by name or number, studies with the newest first, series and images by their numbers; then
        those that say nothing, and those that are not known yet.
    """
    known: dict[Key, dict[str, dict[str, list[Path]]]] = {}
    silent: list[Path] = []
    waiting: list[Path] = []
    for path in files:
        summary = summaries.get(path)
        if summary is not None:
            studies = known.setdefault(patients.key(summary), {})
            studies.setdefault(summary.study, {}).setdefault(summary.series, []).append(path)
        else:
            (silent if path in summaries else waiting).append(path)
    branches = [
        _patient(key, studies, summaries, patients, identity=identity) for key, studies in known.items()
    ]
    if identity:
        branches.sort(key=lambda branch: branch.title.casefold())
    if silent:
        branches.append(Branch(("", "other"), "Other images", str(len(silent)), files=tuple(silent)))
    if waiting:
        branches.append(Branch(("", "waiting"), "Not read yet", str(len(waiting)), files=tuple(waiting)))
    return tuple(branches)


def _patient(
    key: Key,
    studies: dict[str, dict[str, list[Path]]],
    summaries: Summaries,
    patients: Patients,
    *,
    identity: bool,
) -> Branch:
    first = _first(next(iter(next(iter(studies.values())).values())), summaries)
    branches = [_study((*key, uid), series, summaries) for uid, series in studies.items()]
    branches.sort(key=lambda branch: branch.title, reverse=True)
    title, detail = patients.alias(first), ""
    if identity:
        title = first.patient_name or first.patient_id or "No name"
        detail = first.patient_id if first.patient_name else ""
    return Branch(key, title, detail, tuple(branches))


def _study(key: Key, series: dict[str, list[Path]], summaries: Summaries) -> Branch:
    in_order = {uid: _in_order(paths, summaries) for uid, paths in series.items()}
    first = _first(next(iter(in_order.values())), summaries)
    title = "  ".join(part for part in (date_text(first.study_date), first.study_description) if part)
    title = title or first.body_part.capitalize() or "Study"
    if len(in_order) == 1 or all(len(paths) == 1 for paths in in_order.values()):
        files = sorted(chain(*in_order.values()), key=lambda path: _first([path], summaries).series_number)
        return Branch(key, title, _joined(first.modality, str(len(files))), files=tuple(files))
    branches = [_series((*key, uid), paths, summaries) for uid, paths in in_order.items()]
    branches.sort(key=lambda branch: _first(branch.files, summaries).series_number)
    return Branch(
        key,
        title,
        _joined(first.modality, str(sum(len(branch.files) for branch in branches))),
        tuple(branches),
    )


def _series(key: Key, paths: tuple[Path, ...], summaries: Summaries) -> Branch:
    first = _first(paths, summaries)
    title = first.series_description or _joined(first.body_part.capitalize(), first.view)
    return Branch(key, title or f"Series {first.series_number}", str(len(paths)), files=paths)


def _in_order(paths: list[Path], summaries: Summaries) -> tuple[Path, ...]:
    """Return images by their numbers; those without keep the order of their names, before the others."""
    return tuple(sorted(paths, key=lambda path: _first([path], summaries).instance_number))


def _first(paths: Sequence[Path], summaries: Summaries) -> Summary:
    summary = summaries[paths[0]]
    assert summary is not None
    return summary


def date_text(date: str) -> str:
    """Return a date of a file, YYYYMMDD, as 2019-04-16; others as they are."""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdecimal() else date


def image_text(summary: Summary) -> str:
    """Return in words which image of a study this is: "CR · Chest PA L"."""
    projection = " ".join(part for part in (summary.body_part.capitalize(), summary.view) if part)
    projection = projection or summary.series_description
    frames = f"{summary.frames} frames" if summary.frames > 1 else ""
    return _joined(summary.modality, " ".join(filter(None, (projection, summary.laterality))), frames)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def remembered_grouping(settings: Settings) -> Grouping:
    """Return how the list was laid out the last time."""
    known = {grouping.value: grouping for grouping in Grouping}
    return known.get(settings.grouping, Grouping.AUTOMATIC)
