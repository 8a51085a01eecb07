"""From images and their headers to the rows of the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cxrviewer.imaging.summary import Summary
from cxrviewer.session.folder import Listing
from cxrviewer.session.library import Grouping, Patients, group, groups_well, image_text, remembered_grouping
from cxrviewer.session.library_rows import Folds, Kind, Layout, Search, branch_of, fold_level, lay_out
from cxrviewer.settings import Settings


def _summary(patient: str = "P1", study: str = "1", series: str = "1", **more: object) -> Summary:
    fields: dict[str, object] = {
        "patient_id": patient,
        "patient_name": f"Name of {patient}",
        "study": f"{patient}.{study}",
        "study_date": "20200102",
        "series": f"{patient}.{study}.{series}",
        "modality": "CR",
    }
    return Summary(**{**fields, **more})  # type: ignore[arg-type]


def _library(**images: Summary | None) -> dict[Path, Summary | None]:
    return {Path(f"{name}.dcm"): summary for name, summary in images.items()}


def _branches(summaries: dict, *, identity: bool = True, files: tuple[Path, ...] | None = None):
    return group(files or tuple(summaries), summaries, Patients(), identity=identity)


def _rows(summaries: dict, query: str = "", folds: Folds | None = None, *, identity: bool = True) -> Layout:
    listing = Listing(Path("/folder"), (Path("/folder/inner"),), tuple(summaries))
    branches = _branches(summaries, identity=identity)
    level = fold_level(branches)
    folds = folds or Folds()
    search = Search(query, summaries, identity=identity)
    return lay_out(listing, branches, search, lambda key: folds.is_folded(key, level), Layout())


def _outline(layout: Layout) -> list[str]:
    return [f"{'  ' * row.level}{row.text}" for row in layout.rows]


def test_images_stand_below_patient_study_and_series() -> None:
    layout = _rows(
        _library(
            a=_summary("P2", series_number=1),
            b=_summary("P1", "1", "2", series_number=2, series_description="lateral"),
            c=_summary("P1", "1", "1", series_number=1, series_description="frontal"),
            d=_summary("P1", "1", "1", series_number=1),
        )
    )
    assert _outline(layout) == [
        "inner",
        "Name of P1",
        "  2020-01-02",
        "    frontal",
        "      c.dcm",
        "      d.dcm",
        "    lateral",
        "      b.dcm",
        "Name of P2",
        "  2020-01-02",
        "    a.dcm",
    ]
    assert [path.name for path in layout.images] == ["c.dcm", "d.dcm", "b.dcm", "a.dcm"]


def test_series_of_one_image_each_need_no_headings() -> None:
    layout = _rows(_library(a=_summary(series="2", series_number=2), b=_summary(series="1", series_number=1)))
    assert _outline(layout)[1:] == ["Name of P1", "  2020-01-02", "    b.dcm", "    a.dcm"]


def test_the_newest_study_comes_first_and_images_by_their_numbers() -> None:
    layout = _rows(
        _library(
            old=_summary(study="1", study_date="20190101"),
            ten=_summary(study="2", study_date="20210101", instance_number=10),
            nine=_summary(study="2", study_date="20210101", instance_number=9),
        )
    )
    assert [path.stem for path in layout.images] == ["nine", "ten", "old"]


def test_without_identity_patients_are_numbers_and_nothing_tells_their_names() -> None:
    summaries = _library(a=_summary("P9"), b=_summary("P1"), c=_summary("P9"))
    layout = _rows(summaries, identity=False)
    headings = [row for row in layout.rows if row.kind is Kind.HEADING and row.level == 0]
    assert [heading.text for heading in headings] == ["Patient 1", "Patient 2"]
    assert [path.stem for path in layout.images] == ["a", "c", "b"], "in the order in which they are met"
    assert not any("P9" in f"{row.text}{row.detail}" for row in layout.rows)
    assert not _rows(summaries, "Name of P9", identity=False).images
    assert len(_rows(summaries, "Name of P9", identity=True).images) == 2


def test_names_are_in_no_representation() -> None:
    summaries = _library(a=_summary("P9"))
    assert "P9" not in repr(_branches(summaries))
    assert "P9" not in repr(_rows(summaries))


def test_a_number_stays_with_its_patient_as_more_headers_come() -> None:
    patients = Patients()
    files = tuple(Path(name) for name in "abc")
    summaries = {files[1]: _summary("P5")}
    (first, _waiting) = group(files, summaries, patients, identity=False)
    assert first.title == "Patient 1"
    summaries = {files[0]: _summary("P2"), files[1]: _summary("P5"), files[2]: None}
    titles = [branch.title for branch in group(files, summaries, patients, identity=False)]
    assert titles == ["Patient 2", "Patient 1", "Other images"]


def test_what_is_not_read_yet_and_what_says_nothing_come_last() -> None:
    summaries = _library(a=None, b=_summary())
    files = (*summaries, Path("c.dcm"))
    titles = [(branch.title, branch.detail) for branch in _branches(summaries, files=files)]
    assert titles == [("Name of P1", "P1"), ("Other images", "1"), ("Not read yet", "1")]


def test_a_patient_without_a_name_is_called_by_the_number() -> None:
    (branch,) = _branches(_library(a=_summary(patient_name="")))
    assert (branch.title, branch.detail) == ("P1", "")
    (branch,) = _branches(_library(a=_summary(patient_name="", patient_id="")))
    assert branch.title == "No name"


def test_a_search_wants_all_words_wherever_they_stand() -> None:
    summaries = _library(
        one=_summary("P1", view="PA", study_description="Chest"),
        two=_summary("P1", view="LL", study_description="Chest"),
        three=_summary("P2", view="PA", study_description="Hip"),
    )
    assert [path.stem for path in _rows(summaries, "chest pa").images] == ["one"]
    assert [path.stem for path in _rows(summaries, "THREE").images] == ["three"]
    assert [path.stem for path in _rows(summaries, "2020-01-02 p2").images] == ["three"]
    undated = {path: replace(summary, study_date="") for path, summary in summaries.items()}
    found = _rows(undated, "patient 2", identity=False)
    assert [path.stem for path in found.images] == ["three"], "by the number that is shown"
    assert _rows(summaries, "nothing of it").rows == ()


def test_a_folder_is_found_by_its_name() -> None:
    assert [row.text for row in _rows(_library(a=_summary()), "inn").rows] == ["inner"]


def test_a_folded_branch_hides_its_rows_but_not_its_images() -> None:
    summaries = _library(a=_summary("P1"), b=_summary("P2"))
    (first, _) = _branches(summaries)
    folds = Folds().with_folded(first.key, True)
    layout = _rows(summaries, folds=folds)
    assert _outline(layout) == ["inner", "Name of P1", "Name of P2", "  2020-01-02", "    b.dcm"]
    assert len(layout.images) == 2
    assert len(_rows(summaries, "a.dcm", folds).rows) == 3, "a search looks into it"
    unfolded = folds.with_folded(first.key, False)
    assert len(_rows(summaries, folds=unfolded).rows) == 7


def test_a_long_list_begins_folded() -> None:
    summaries = _library(**{f"image{number}": _summary(f"P{number % 3}") for number in range(400)})
    layout = _rows(summaries)
    assert len(layout.rows) == 1 + 3
    assert len(layout.images) == 400
    of_one = _library(**{f"image{number}": _summary(study=str(number % 4)) for number in range(400)})
    assert len(_rows(of_one).rows) == 1 + 1 + 4, "the only patient is open, the studies are not"


def test_the_branches_of_an_image_are_found() -> None:
    summaries = _library(a=_summary("P1"), b=_summary("P2"))
    branches = _branches(summaries)
    keys = branch_of(branches, Path("b.dcm"))
    assert keys == (branches[1].key, branches[1].branches[0].key)
    assert branch_of(branches, Path("elsewhere.dcm")) == ()


def test_grouping_pays_where_studies_have_several_images() -> None:
    pairs = [_summary(study=str(number // 2)) for number in range(6)]
    singles = [_summary(study=str(number)) for number in range(6)]
    assert groups_well(pairs)
    assert not groups_well(singles)
    assert not groups_well([_summary() for _ in range(6)])
    assert not groups_well([None] * 6)
    assert not groups_well([*pairs, *[None] * 10])
    assert not groups_well([])


def test_words_about_an_image() -> None:
    summary = _summary(body_part="CHEST", view="PA", laterality="L", frames=3)
    assert image_text(summary) == "CR · Chest PA L · 3 frames"
    assert image_text(_summary(series_description="pa standing")) == "CR · pa standing"
    assert image_text(Summary()) == ""


def test_rows_are_used_again() -> None:
    summaries = _library(a=_summary(), b=_summary())
    listing = Listing(Path("/folder"), (), tuple(summaries))
    search = Search("", summaries, identity=False)
    first = lay_out(listing, None, search, lambda _: False, Layout())
    again = lay_out(listing, None, search, lambda _: False, first)
    assert all(one is other for one, other in zip(first.rows, again.rows, strict=True))
    assert again.places == {Path("a.dcm"): 0, Path("b.dcm"): 1}
    assert again.row_of == again.places


def test_the_grouping_is_remembered() -> None:
    assert remembered_grouping(Settings()) is Grouping.AUTOMATIC
    assert remembered_grouping(Settings(grouping="grouped")) is Grouping.GROUPED
    assert remembered_grouping(Settings(grouping="nonsense")) is Grouping.AUTOMATIC
