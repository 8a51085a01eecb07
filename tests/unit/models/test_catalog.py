from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from cxrviewer import paths
from cxrviewer.errors import CardError, ModelError
from cxrviewer.models.card import Activation, InputSpec, ModelCard
from cxrviewer.models.card_toml import write_card
from cxrviewer.models.catalog import builtin_cards, file_digest, find_card, remember_card, resolve_model

CARD = ModelCard("mine", "Mine", "1", "", ("a", "b"), (0.5, 0.5), Activation.SOFTMAX, InputSpec(8, 8, 1))


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CXRVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    path = tmp_path / "mine.keras"
    path.write_bytes(b"weights")
    return path


def test_the_built_in_models_are_found_by_name() -> None:
    cards = builtin_cards()
    assert "paediatric-pneumonia" in [card.id for card in cards]
    for card in cards:
        load = resolve_model(card.id)
        assert load.card == card
        assert Path(load.path).parent == paths.resource("models")
        assert file_digest(Path(load.path)) == card.sha256
        assert Path(load.path).stat().st_size <= 10 * 2**20
    assert resolve_model("default") == resolve_model(cards[0].id)


def test_the_card_beside_the_weights_is_taken(weights: Path) -> None:
    assert resolve_model(str(weights)).card is None
    write_card(CARD, weights.with_suffix(".toml"))
    load = resolve_model(str(weights))
    assert load.card == CARD
    assert load.path == str(weights)


def test_a_remembered_card_follows_the_weights(weights: Path) -> None:
    card = replace(CARD, sha256=hashlib.sha256(b"weights").hexdigest())
    remember_card(card)
    assert find_card(weights) == card
    moved = weights.with_name("moved.h5")
    weights.rename(moved)
    assert find_card(moved) == card
    moved.write_bytes(b"other weights")
    assert find_card(moved) is None


def test_the_card_beside_the_weights_goes_before_the_remembered_one(weights: Path) -> None:
    remember_card(replace(CARD, name="remembered", sha256=hashlib.sha256(b"weights").hexdigest()))
    write_card(CARD, weights.with_suffix(".toml"))
    assert find_card(weights) == CARD


def test_what_does_not_exist_is_named_with_the_choices(weights: Path) -> None:
    missing = weights.with_name("missing.keras")
    with pytest.raises(ModelError, match="does not exist") as caught:
        resolve_model(str(missing))
    assert caught.value.path == missing
    assert "paediatric-pneumonia" in caught.value.hint
    with pytest.raises(ModelError, match="folder"):
        resolve_model(str(weights.parent))


def test_a_broken_card_is_not_passed_over(weights: Path) -> None:
    weights.with_suffix(".toml").write_text("id =")
    with pytest.raises(CardError, match="TOML"):
        resolve_model(str(weights))


def test_the_folder_of_a_saved_model_is_a_model(tmp_path: Path) -> None:
    folder = tmp_path / "chest"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"program")
    (folder / "variables" / "variables.index").write_bytes(b"weights")
    digest = file_digest(folder)
    assert len(digest) == 64
    assert resolve_model(str(folder)).card is None
    write_card(CARD, tmp_path / "chest.toml")
    assert resolve_model(str(folder)).card == CARD

    (folder / "variables" / "variables.index").write_bytes(b"weighty")
    changed = file_digest(folder)
    (folder / "variables" / "variables.index").rename(folder / "variables.index")
    assert len({digest, changed, file_digest(folder)}) == 3
