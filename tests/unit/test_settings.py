"""What the program remembers between starts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cxrviewer.settings import (
    RECENT_LIMIT,
    Settings,
    load_settings,
    save_settings,
    settings_file,
    with_recent,
)

FULL = Settings(
    notice_accepted=True,
    colormap="jet",
    alpha=0.25,
    view="contours",
    signed=True,
    fade=False,
    method="layer-cam",
    tool="pan",
    drag_direction="up-wider-across-darker",
    keep_window=True,
    recent=("/a b/ü.dcm", "c.png"),
    folder="/a b",
    export_folder="/out",
    geometry="AdnQ",
    layout="AAAA",
)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(folder))
    return folder


def _store(text: str) -> None:
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text(text, encoding="utf-8")


def test_defaults_at_the_first_start(config: Path) -> None:
    assert load_settings() == Settings()
    assert not config.exists(), "reading leaves nothing behind"


def test_everything_comes_back() -> None:
    save_settings(FULL)
    assert load_settings() == FULL


def test_only_what_differs_is_stored() -> None:
    save_settings(replace(Settings(), alpha=0.7))
    assert json.loads(settings_file().read_text(encoding="utf-8")) == {"alpha": 0.7}
    save_settings(Settings())
    assert json.loads(settings_file().read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"x"', "\x00\x01", '{"alpha": ', "[" * 100_000])
def test_a_damaged_file_gives_the_defaults(text: str) -> None:
    _store(text)
    assert load_settings() == Settings()


def test_bytes_that_are_no_text_give_the_defaults() -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_bytes(b"\xff\xfe\xff{}")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"alpha": "high"}, "alpha"),
        ({"alpha": True}, "alpha"),
        ({"alpha": 7.5}, "alpha"),
        ({"alpha": -0.1}, "alpha"),
        ({"alpha": float("nan")}, "alpha"),
        ({"notice_accepted": "yes"}, "notice_accepted"),
        ({"view": 3}, "view"),
        ({"signed": "yes"}, "signed"),
        ({"fade": 0}, "fade"),
        ({"notice_accepted": 1}, "notice_accepted"),
        ({"recent": "a.png"}, "recent"),
        ({"colormap": None}, "colormap"),
    ],
)
def test_a_value_of_a_wrong_kind_takes_its_default_and_no_other_does(stored, field) -> None:
    _store(json.dumps({"folder": "/kept", **stored}))
    settings = load_settings()
    assert getattr(settings, field) == getattr(Settings(), field)
    assert settings.folder == "/kept"


def test_values_of_later_versions_are_left_out() -> None:
    _store('{"of the future": 1, "alpha": 1}')
    assert load_settings() == replace(Settings(), alpha=1.0)


def test_recent_files_that_are_no_names_are_left_out() -> None:
    _store('{"recent": ["a.png", 3, null, "b.png"]}')
    assert load_settings().recent == ("a.png", "b.png")


def test_a_folder_that_cannot_be_written_is_no_error(config: Path) -> None:
    config.write_text("a file where the folder should be", encoding="utf-8")
    save_settings(FULL)
    assert config.read_text(encoding="utf-8") == "a file where the folder should be"


def test_writing_leaves_one_file(config: Path) -> None:
    save_settings(FULL)
    save_settings(Settings())
    assert [path.name for path in config.iterdir()] == ["settings.json"]


@given(st.lists(st.sampled_from([Path(f"image {number}.png") for number in range(20)]), max_size=60))
def test_recent_files_are_the_latest_each_once(opened: list[Path]) -> None:
    settings = Settings()
    for path in opened:
        settings = with_recent(settings, path)
    expected = list(dict.fromkeys(str(path) for path in reversed(opened)))
    assert list(settings.recent) == expected[:RECENT_LIMIT]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.builds(
        Settings,
        notice_accepted=st.booleans(),
        alpha=st.floats(0, 1),
        recent=st.lists(st.text(), max_size=RECENT_LIMIT).map(tuple),
        folder=st.text(),
    )
)
def test_whatever_is_stored_comes_back(settings: Settings) -> None:
    save_settings(settings)
    assert load_settings() == settings
