"""``cxrviewer models check``: what is found in a model, and a draft of the card that it needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.explain.model_info import ModelInfo
    from cxrviewer.models.inner_scaling import InnerScaling
    from cxrviewer.session.analysis import LoadedChoice

_ASKED = ("Name", "Classes", "Output", "Value range", "Contrast", "Other shapes", "Operating threshold")
"""Fields of the window's form for models without a card."""


@dataclass(frozen=True)
class _Found:
    """What is found in a model's file, whatever its card says; `height` and `width` are None for any.

    `usual` names a network in it and the scaling that such a network usually gets.
    """

    kind: str
    keras_version: str
    height: int | None
    width: int | None
    channels: int
    units: int
    logits_reached: bool
    scaling: InnerScaling | None
    usual: tuple[str, str] | None


def check(model: str, output: Path | None, *, as_json: bool, force: bool) -> None:
    """Print what is found in a model and a draft of its card.

    Parameters
    ----------
    model : str
        Path, or the id of a built-in model.
    output : Path, optional
        The draft is written there instead.
    as_json : bool
        Print one JSON object, the draft in it as text.
    force : bool
        Whether `output` may replace a file.

    Raises
    ------
    ModelError
        There is no such model, it or its card is not usable.
    ExportError
        `output` exists already or cannot be written.
    """
    from cxrviewer.cli.card_draft import card_draft
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.listing import print_json
    from cxrviewer.session.analysis import load_choice

    if output is not None:
        _check_output(output, force=force)
    loaded = load_choice(run_here(), model)
    found = _look_into(loaded)
    draft = card_draft(loaded.info.card)
    if output is not None:
        _write(draft, output)
    if as_json:
        print_json({**_fields(found, loaded), "draft": draft})
        return
    _print_findings(found, loaded)
    print()
    print(
        draft if output is None else f"A draft of its card was written to {output}.", end="\n" * bool(output)
    )


def _look_into(loaded: LoadedChoice) -> _Found:
    from cxrviewer.cli.streams import hushed
    from cxrviewer.explain.trace import trace_model
    from cxrviewer.models.inner_scaling import find_inner_scaling, usual_scaling
    from cxrviewer.models.inspection import read_model_file
    from cxrviewer.models.runtime import load_model

    path, spec = Path(loaded.load.path), loaded.info.card.input
    file = read_model_file(path)
    with hushed():
        model = load_model(path)
        trace = trace_model(model.keras_model, (spec.height, spec.width, spec.channels))
        scaling = find_inner_scaling(model.keras_model)
    return _Found(
        kind=file.kind,
        keras_version=file.keras_version,
        height=model.height,
        width=model.width,
        channels=model.channels,
        units=model.units,
        logits_reached=trace.logits.reached,
        scaling=scaling,
        usual=usual_scaling(model.keras_model) if scaling is None else None,
    )


def _fields(found: _Found, loaded: LoadedChoice) -> dict[str, object]:
    info = loaded.info
    return {
        "path": loaded.load.path,
        **asdict(found),
        "spatial_layers": len(info.layers),
        "auto_layer": info.auto_layer,
        "methods": info.methods,
        "card": asdict(info.card),
        "asks": () if info.card.complete else _ASKED,
        "notes": info.notes,
    }


def _print_findings(found: _Found, loaded: LoadedChoice) -> None:
    from cxrviewer.cli.listing import print_fields

    info = loaded.info
    version = f", written by Keras {found.keras_version}" if found.keras_version else ""
    print(loaded.load.path)
    print_fields(
        [
            ("file", f"{found.kind}{version}"),
            ("card", _card_words(info)),
            ("output", _output_words(found, info)),
            ("labels", ", ".join(info.card.labels)),
            ("input", _input_words(found, info)),
            ("own scaling", _scaling_words(found)),
            ("layers", _layer_words(info)),
            ("methods", ", ".join(info.methods)),
            *(("note", note) for note in info.notes),
        ]
    )


def _card_words(info: ModelInfo) -> str:
    if info.card.complete:
        return f"{info.card.name} {info.card.version}".rstrip()
    return f"none: what follows is guessed, and the window asks for {', '.join(_ASKED).lower()}"


def _output_words(found: _Found, info: ModelInfo) -> str:
    units = "one unit" if found.units == 1 else f"{found.units} units"
    reached = "reached" if found.logits_reached else "not reached"
    return f"{units} for {len(info.card.labels)} labels, {info.card.activation}; logits {reached}"


def _input_words(found: _Found, info: ModelInfo) -> str:
    spec = info.card.input
    takes = " × ".join("any" if side is None else str(side) for side in (found.height, found.width))
    rules = f"scaling '{spec.scaling}', resize '{spec.resize}', contrast '{spec.contrast}'"
    colours = "gray" if found.channels == 1 else "RGB"
    return f"{takes}, {colours}; given {spec.height} × {spec.width}, {rules}"


def _scaling_words(found: _Found) -> str:
    if found.scaling is not None:
        return f"{found.scaling}."
    hint = "; networks named '{}' usually get '{}'".format(*found.usual) if found.usual is not None else ""
    return f"none seen{hint}"


def _layer_words(info: ModelInfo) -> str:
    auto = next((layer for layer in info.layers if layer.path == info.auto_layer), None)
    if auto is None:
        return "none with a spatial output"
    grid = f"{auto.rows} × {auto.columns}"
    return f"{len(info.layers)} with a spatial output; the automatic one is {auto.path} ({grid})"


def _check_output(path: Path, *, force: bool) -> None:
    from cxrviewer.errors import ExportError

    if path.suffix.lower() != ".toml" or path.is_dir():
        # Weights cannot be overwritten by a slip.
        raise ExportError("A card is a file that ends in .toml.", "Choose another name.", path)
    if path.exists() and not force:
        raise ExportError("The file exists already.", "Name another one, or give --force.", path)


def _write(card: str, path: Path) -> None:
    from cxrviewer.errors import ExportError
    from cxrviewer.paths import atomic_path

    try:
        with atomic_path(path) as temporary:
            temporary.write_text(card, encoding="utf-8")
    except OSError as error:
        hint = "Check that the folder exists and can be written to."
        raise ExportError(f"The card cannot be written: {error.strerror}.", hint, path) from error
