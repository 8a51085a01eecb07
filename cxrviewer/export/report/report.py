"""A report of any number of cases, of which one is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.permit import Permit
from cxrviewer.export.provenance import Provenance, places, versions, write_sidecar
from cxrviewer.export.report.case import case_page, empty_page
from cxrviewer.export.report.page import Page
from cxrviewer.export.save import check_destination, find_writer
from cxrviewer.export.scene_record import scene_record

WRITER = "pdf"
"""Id of the writer of reports."""

Case = Scene | str
"""An image with its analysis, or why there is none."""


def pages(cases: Iterable[Case], count: int, options: ExportOptions) -> Iterator[Page]:
    """Give the page of each of so many cases."""
    for number, case in enumerate(cases, start=1):
        if isinstance(case, str):
            yield empty_page(case, options, number, count)
        else:
            yield case_page(case, options, number, count)


def export_report(
    cases: Iterable[Case], count: int, path: Path, options: ExportOptions, permit: Permit | None = None
) -> None:
    """Write a report as `export` does, but let go of each case before the next is made.

    Parameters
    ----------
    cases : iterable of Scene or str
        In the order of their pages; what it raises ends the report.
    count : int
        Their number.
    path : Path
        Replaced where it exists.
    options : ExportOptions
        What goes into it.
    permit : Permit, optional
        By which it may be given up.

    Raises
    ------
    ExportError
        The file cannot be written, or the disk is full; `path` is as it was.
    CancelledError
        The permit was withdrawn; `path` is as it was.
    """
    from cxrviewer.export.report.document import write_pdf

    permit = permit or Permit()
    suffixes = find_writer(path, WRITER).SPEC.suffixes
    check_destination(path, suffixes)
    options = replace(options, writer=WRITER)
    records: list[dict[str, object]] = []
    left_out: dict[int, str] = {}

    def noted() -> Iterator[Case]:
        for number, case in enumerate(cases, start=1):
            permit.check()
            if isinstance(case, str):
                left_out[number] = " ".join(case.split())
                yield left_out[number]
            else:
                check_destination(path, suffixes, case.radiograph.path)
                records.append(scene_record(case, options))
                yield case

    with places(path, sidecar=options.sidecar) as (temporary, note):
        write_pdf(pages(noted(), count, options), temporary)
        permit.use()
        options = replace(options, left_out="\n".join(f"{page}\t{why}" for page, why in left_out.items()))
        if note is not None:
            write_sidecar(Provenance(options, tuple(records), versions(), {}), path, temporary, note)
