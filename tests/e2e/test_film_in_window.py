"""File > Export animation… in the real window with the real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QMessageBox

from cxrviewer.paths import resource
from cxrviewer.session.state import asking


@pytest.fixture
def dialog(desk, tmp_path: Path):
    """Return the dialog over the shipped phantom."""
    desk.open(resource("samples", "phantom-opacity.dcm"))
    desk.window.commands.films.ask()
    opened = desk.window.commands.films.dialog
    assert opened is not None
    yield opened
    opened.reject()


def test_what_is_chosen_is_played_before_it_is_written(desk, dialog) -> None:
    card = desk.shown.at_hand.loaded.info.card
    dialog.over.button(1).click()
    desk.wait(lambda: dialog.preview.count == len(card.labels))
    dialog.seconds.setValue(0.04)
    first = dialog.preview.pixmap().toImage()
    desk.wait(lambda: dialog.preview.place > 0 and dialog.preview.pixmap().toImage() != first)
    dialog.over.button(2).click()
    desk.wait(lambda: dialog.preview.count == 24)
    assert dialog.seconds.value() == pytest.approx(0.1)


def test_an_animation_is_written_with_what_the_pane_shows(desk, dialog, tmp_path: Path) -> None:
    path = tmp_path / "classes.gif"
    dialog.over.button(1).click()
    dialog.file.setText(str(path))
    dialog.seconds.setValue(0.5)
    shares: list[int] = []
    dialog.progress.valueChanged.connect(shares.append)
    dialog.save.click()
    assert not dialog.save.isEnabled()
    desk.wait(lambda: not dialog.isVisible())
    card = desk.shown.at_hand.loaded.info.card
    with Image.open(path) as film:
        assert film.n_frames == len(card.labels)
        assert film.info["duration"] == 500
    assert shares == sorted(shares)
    assert len(shares) >= len(card.labels)
    sidecar = json.loads((tmp_path / "classes.gif.json").read_text())
    targets = [scene["question"]["positive"] for scene in sidecar["scenes"]]
    assert targets == [[index] for index in range(len(card.labels))]
    # One scale, of the greatest map.
    assert len({scene["heatmap"]["scale"] for scene in sidecar["scenes"]}) == 1
    assert sidecar["scenes"][0]["heatmap"]["scale"] > 0
    assert desk.window.commands.films.dialog is None


@pytest.mark.parametrize(("name", "share"), [("layers.mp4", 0.0), ("classes.mp4", 0.75)])
def test_cancel_leaves_no_file(desk, dialog, tmp_path: Path, name: str, share: float) -> None:
    dialog.format.setCurrentIndex(1)
    dialog.over.button(0 if share == 0 else 1).click()
    dialog.file.setText(str(tmp_path / name))
    # At once; and with all three maps computed, when the film is about to be written.
    dialog.progress.valueChanged.connect(lambda value: value >= 100 * share and dialog.reject())
    dialog.save.click()
    if share == 0:
        dialog.reject()
    desk.wait(lambda: not dialog.isVisible() and desk.settled())
    done: list[object] = []
    desk.window.services.write_aside(lambda: None, done.append)
    desk.wait(lambda: bool(done))
    assert not any(tmp_path.iterdir())


def test_what_is_wrong_is_told_in_the_dialog(
    desk, dialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.file.setText(str(tmp_path / "absent" / "film.gif"))
    dialog.save.click()
    assert "The folder does not exist." in dialog.status.text()
    dialog.file.setText(str(tmp_path / "film.png"))
    dialog.save.click()
    assert "Let the name end in .gif" in dialog.status.text()
    there = tmp_path / "film.gif"
    there.write_bytes(b"kept")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    dialog.file.setText(str(there))
    dialog.save.click()
    assert there.read_bytes() == b"kept"
    assert dialog.save.isEnabled()


def test_what_a_method_cannot_do_is_not_offered(desk, dialog) -> None:
    dialog.reject()
    controller = desk.controller
    former = controller.state
    controller.update(asking(former, method="gradient"))
    desk.wait(
        lambda: (
            desk.settled()
            and desk.shown.analysis is not None
            and desk.shown.analysis.result.attribution.method == "gradient"
        )
    )
    desk.window.commands.films.ask()
    other = desk.window.commands.films.dialog
    layers, classes, _ = other.over.buttons()
    assert not layers.isEnabled()
    assert "explains the input, not a layer" in layers.toolTip()
    assert classes.isChecked()
    other.reject()
    controller.update(former)
