"""Analyses that are kept."""

from __future__ import annotations

from dataclasses import replace

from material import analysis, card, prediction, question

from cxrviewer.explain.target import TOP, absent, of_label
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.keys import ExplainKey

KEY = ExplainKey("image", card(), question())


def _of(target) -> ExplainKey:
    return KEY.asking(question(target))


def test_what_was_put_is_found_and_nothing_else() -> None:
    cache, kept = AnalysisCache(), analysis(1)
    cache.put(KEY, kept)
    assert cache.get(KEY) is kept
    others = (
        replace(KEY, digest="other"),
        replace(KEY, model=card("other")),
        _of(of_label(0)),
        _of(absent(1)),
        KEY.asking(question(layers=("early",))),
        KEY.asking(question(layers=("early", "late"))),
        KEY.asking(question(method="layer-cam")),
        KEY.asking(question(smoothing=2)),
        KEY.asking(question(parameters=(("x", 1),))),
    )
    assert [cache.get(key) for key in others] == [None] * 9


def test_the_top_class_is_kept_under_its_index() -> None:
    cache, kept = AnalysisCache(), analysis(2, top=2)
    cache.put(_of(TOP), kept)
    assert cache.get(_of(of_label(2))) is kept
    assert cache.get(_of(TOP)) is kept
    assert cache.get(_of(of_label(1))) is None


def test_the_top_class_is_known_from_any_analysis_of_the_image() -> None:
    cache, top = AnalysisCache(), analysis(2, top=2)
    cache.put(_of(of_label(0)), analysis(0, top=2))
    assert cache.get(_of(TOP)) is None, "class 2 has not been explained"
    cache.put(_of(of_label(2)), top)
    assert cache.get(_of(TOP)) is top


def test_predictions_belong_to_image_and_model() -> None:
    cache, kept = AnalysisCache(), analysis()
    cache.put(KEY, kept)
    assert cache.prediction("image", KEY.model) is kept.result.prediction
    assert cache.prediction("other", KEY.model) is None
    assert cache.prediction("image", card("other")) is None


def test_a_prediction_may_come_before_its_analysis() -> None:
    cache, early = AnalysisCache(), prediction(top=2)
    cache.put_prediction(KEY, early)
    assert cache.prediction("image", KEY.model) is early
    assert cache.get(KEY) is None


def test_a_card_read_otherwise_finds_nothing_of_the_former() -> None:
    cache = AnalysisCache()
    cache.put(KEY, analysis())
    other = card(labels=("A", "B", "C"))
    assert cache.get(replace(KEY, model=other)) is None
    assert cache.prediction("image", other) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = AnalysisCache(limit=2)
    first, second, third = (replace(KEY, digest=name) for name in "abc")
    cache.put(first, analysis())
    cache.put(second, analysis())
    assert cache.get(first) is not None
    cache.put(third, analysis())
    assert cache.get(second) is None
    assert cache.get(first) is not None
    assert cache.get(third) is not None


def test_predictions_are_bounded_too() -> None:
    cache = AnalysisCache(limit=2)
    for name in "abc":
        cache.put(replace(KEY, digest=name), analysis())
    assert [cache.prediction(name, KEY.model) is not None for name in "abc"] == [False, True, True]


def test_putting_again_replaces() -> None:
    cache, later = AnalysisCache(), analysis()
    cache.put(KEY, analysis())
    cache.put(KEY, later)
    assert cache.get(KEY) is later
