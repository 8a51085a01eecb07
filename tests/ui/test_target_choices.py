"""In what ways a class or a group can be explained."""

from __future__ import annotations

from dataclasses import replace

import pytest
from material import card

from cxrviewer.explain.target import TOP, Target, absent, check_target, of_label
from cxrviewer.models.card import Activation, LabelGroup
from cxrviewer.ui.panels.target_choices import Sense, about, choices, is_one_question, subject

THREE = card(label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.6),))
INDEPENDENT = replace(THREE, activation=Activation.SIGMOID)
TWO = card(labels=("Normal", "Pneumonia"), thresholds=(0.5, 0.5))
REST = Target((0,), (1, 2))


def _offered(model, indices: tuple[int, ...]) -> dict[Sense, list[Target]]:
    found: dict[Sense, list[Target]] = {}
    for choice in choices(model, indices):
        found.setdefault(choice.sense, []).append(choice.target)
    return found


def test_a_class_of_several_is_told_from_each_other_and_from_the_rest() -> None:
    assert _offered(THREE, (0,)) == {
        Sense.PRESENT: [of_label(0)],
        Sense.RATHER: [Target((0,), (1,)), Target((0,), (2,))],
        Sense.REST: [REST],
    }


def test_the_rest_is_not_offered_where_it_is_one_class() -> None:
    assert _offered(THREE, (1, 2)) == {
        Sense.PRESENT: [Target((1, 2))],
        Sense.RATHER: [Target((1, 2), (0,))],
    }


def test_absence_is_offered_where_classes_are_independent_and_the_rest_is_not() -> None:
    offered = _offered(INDEPENDENT, (0,))
    assert offered[Sense.ABSENT] == [absent(0)]
    assert Sense.REST not in offered
    assert _offered(INDEPENDENT, (1, 2))[Sense.ABSENT] == [Target((), (1, 2))]


def test_of_two_that_exclude_one_another_there_is_one_question() -> None:
    assert list(_offered(TWO, (1,))) == [Sense.PRESENT]
    assert is_one_question(TWO)
    assert not is_one_question(THREE)
    assert not is_one_question(replace(TWO, activation=Activation.SIGMOID))


@pytest.mark.parametrize("model", [THREE, INDEPENDENT, TWO])
def test_all_that_is_offered_can_be_asked(model) -> None:
    for indices in ((0,), (1,)):
        for choice in choices(model, indices):
            check_target(choice.target, model)
            assert subject(choice.target) == indices
            assert choice.text
            assert choice.tip


def test_words_name_class_group_and_other() -> None:
    texts = [choice.text for choice in choices(THREE, (1, 2))]
    assert texts == ["Why Pneumonia", "Rather than Normal"]
    assert "Why not Bacterial" in [choice.text for choice in choices(INDEPENDENT, (1,))]


@pytest.mark.parametrize(
    ("former", "indices", "expected"),
    [
        (None, (1,), of_label(1)),
        (TOP, (1,), of_label(1)),
        (of_label(0), (1, 2), Target((1, 2))),
        (REST, (1,), Target((1,), (0, 2))),
        (REST, (1, 2), Target((1, 2))),
        (Target((1,), (0,)), (2,), Target((2,), (0,))),
        (Target((1,), (0,)), (0,), of_label(0)),
    ],
)
def test_another_class_is_asked_the_same_where_that_has_a_meaning(former, indices, expected) -> None:
    assert about(THREE, indices, former) == expected


def test_absence_goes_over_to_another_class() -> None:
    assert about(INDEPENDENT, (2,), absent(0)) == absent(2)
    assert about(THREE, (2,), absent(0)) == of_label(2), (
        "it has no meaning for classes that exclude each other"
    )
