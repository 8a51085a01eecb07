"""Which models there are and where their cards come from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cxrviewer import paths
from cxrviewer.errors import ModelError
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import read_card, write_card
from cxrviewer.models.inspection import GRAPH
from cxrviewer.models.load_request import LoadRequest

DEFAULT = "default"
SUFFIXES = (".keras", ".h5", ".hdf5")


def builtin_cards() -> tuple[ModelCard, ...]:
    """Return the cards of the models that ship with the program, in the order of their ids."""
    return tuple(card for card, _ in _builtins())


def builtin_weights() -> tuple[Path, ...]:
    """Return the weights files of the models that ship with the program."""
    return tuple(weights for _, weights in _builtins())


def resolve_model(name_or_path: str) -> LoadRequest:
    """Return what to load for a name or a path.

    Parameters
    ----------
    name_or_path : str
        "default", the id of a built-in model, or the path of a weights file or of a SavedModel's folder.

    Returns
    -------
    LoadRequest
        With the card that lies beside the weights as ``<weights>.toml``, or the one that was
        remembered for weights with this digest, or without a card.

    Raises
    ------
    ModelError
        There is no such model or file.
    CardError
        The card beside the weights is not usable.
    """
    builtins = _builtins()
    for card, weights in builtins:
        if name_or_path in (DEFAULT, card.id):
            return LoadRequest(str(weights), card)
    path = Path(name_or_path)
    if not path.is_file() and not (path / GRAPH).is_file():
        names = ", ".join([DEFAULT, *(card.id for card, _ in builtins)])
        what = "is a folder, not a model file" if path.is_dir() else "does not exist"
        hint = f"Give a .keras or .h5 file, the folder of a SavedModel, or a built-in model: {names}."
        raise ModelError(f"The model {what}.", hint, path)
    return LoadRequest(str(path.absolute()), find_card(path))


def find_card(weights: Path) -> ModelCard | None:
    """Return the card of a weights file or a SavedModel's folder, or None where it has none.

    Raises
    ------
    CardError
        The card beside the weights is not usable.
    """
    for beside in (weights.with_suffix(".toml"), weights.with_name(weights.name + ".toml")):
        if beside.is_file():
            return read_card(beside)
    remembered = _remembered(file_digest(weights))
    return read_card(remembered) if remembered.is_file() else None


def remember_card(card: ModelCard) -> None:
    """Keep a card for weights with its digest, for the next time they are opened.

    Raises
    ------
    OSError
        The folder of the settings cannot be written to.
    """
    path = _remembered(card.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_card(card, path)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a model, hexadecimal: of its file, or of the names and contents in its folder.

    Raises
    ------
    ModelError
        The model cannot be read.
    """
    try:
        if not path.is_dir():
            return _digest(path)
        total = hashlib.sha256()
        for name in sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()):
            total.update(f"{len(name)}:{name}:{_digest(path / name)}".encode())
        return total.hexdigest()
    except OSError as error:
        raise ModelError(
            f"The model cannot be read: {error.strerror}.",
            "Check that the file exists and is readable.",
            path,
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remembered(digest: str) -> Path:
    return paths.config_dir() / "cards" / f"{digest}.toml"


def _builtins() -> list[tuple[ModelCard, Path]]:
    found = []
    for path in sorted(paths.resource("models").glob("*.toml")):
        weights = next((w for s in SUFFIXES if (w := path.with_suffix(s)).is_file()), None)
        if weights is not None:
            found.append((read_card(path), weights))
    return found
