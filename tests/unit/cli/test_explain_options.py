"""What the options of ``cxrviewer explain`` stand for."""

from __future__ import annotations

import argparse
import importlib
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from cxrviewer.cli.explain_options import add_options, chosen
from cxrviewer.cli.main import main
from cxrviewer.errors import UsageError
from cxrviewer.explain.display import Scale
from cxrviewer.explain.question import MAX_SMOOTHING, Fusion, Question
from cxrviewer.export.save import find_writer, specs
from cxrviewer.export.writer_spec import Group
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.session.state import ViewState


def parsed(*options: str) -> ViewState:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return chosen(parser.parse_args(["x.png", *options]))


PLAIN = parsed()


def test_without_options_the_image_is_explained_as_in_a_fresh_window() -> None:
    assert ViewState() == PLAIN


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        (["--model", "m.keras"], "model", "m.keras"),
        (["--scale", "2.5"], "scale", Scale(2.5)),
        (["--scale", "AUTO"], "scale", Scale()),
        (["--top-share", "0.1"], "top_share", 0.1),
        (["--top-share", "0"], "top_share", 0.0),
        (["--no-fade"], "fade", False),
    ],
)
def test_choices_of_the_view(options: list[str], name: str, value: object) -> None:
    state = parsed(*options)
    assert getattr(state, name) == value
    changed = {each.name for each in fields(state) if getattr(state, each.name) != getattr(PLAIN, each.name)}
    assert changed <= {name}


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (["--alpha", "0.9"], {"alpha": 0.9}),
        (["--threshold", "0.25"], {"threshold": 0.25}),
        (["--view", "cells"], {"view": HeatmapView.CELLS}),
        (["--colormap", "Viridis"], {"colormap": "viridis"}),
        (["--signed"], {"signed": True, "colormap": "coolwarm"}),
        (["--signed", "--colormap", "icefire"], {"signed": True, "colormap": "icefire"}),
    ],
)
def test_choices_of_the_style(options: list[str], changes: dict[str, object]) -> None:
    assert parsed(*options) == replace(PLAIN, style=replace(PLAIN.style, **changes))


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (["--method", "LAYER-cam"], {"method": "layer-cam"}),
        (["--smoothing", str(MAX_SMOOTHING)], {"smoothing": MAX_SMOOTHING}),
        (["--layer", "a,b", "--fusion", "maximum"], {"fusion": Fusion.MAXIMUM}),
    ],
)
def test_choices_of_the_question(options: list[str], changes: dict[str, object]) -> None:
    assert parsed(*options).question == replace(Question(), **changes)


def test_parameters_are_those_of_the_method() -> None:
    assert dict(parsed("--method", "score-cam", "--param", "top=7").question.parameters)["top"] == 7
    with pytest.raises(UsageError, match="has no parameter 'seed'"):
        parsed("--method", "score-cam", "--param", "seed=7")
    two = parsed("--method", "random", "--param", "seed=7").question.parameters
    assert two == (("seed", 7),)


def test_threshold_and_top_share_exclude_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--threshold", "0", "--top-share", "0.1")
    assert "--top-share" in capsys.readouterr().err


def test_the_guide_names_every_option() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    guide = (Path(__file__).parents[3] / "docs" / "guide.md").read_text(encoding="utf-8")
    reference = guide[guide.index("### explain") : guide.index("### layers")]
    options = re.findall(r"--[a-z-]+", parser.format_usage())
    assert len(options) > 15
    for option in options:
        assert f"`{option}" in reference or option == "--output", option


def test_the_help_can_be_printed_on_any_terminal() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert parser.format_help().isascii()


@pytest.mark.parametrize(
    ("command", "suffix"), [("report", ".pdf"), ("animate", ".gif"), ("animate", ".mp4")]
)
def test_commands_of_one_format_offer_what_it_has(command: str, suffix: str) -> None:
    module = importlib.import_module(f"cxrviewer.cli.{command}")
    shown = set(find_writer(Path(f"a{suffix}")).SPEC.shows)
    # The command line draws neither marks nor lungs.
    assert set(module.SHOWS) == shown - {"marks", "lungs"}


def test_the_help_names_every_format_of_an_image(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    named = told.partition("leaves it open: ")[2].partition(" --")[0].split(", ")
    assert set(named) == {spec.id for spec in specs() if spec.group is not Group.FILM and spec.least == 1}
