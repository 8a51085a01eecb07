"""``cxrviewer layers``: where a model can be explained."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cxrviewer.cli.help_text import add_command

if TYPE_CHECKING:
    from cxrviewer.explain.model_info import LayerInfo, ModelInfo


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "layers",
        "Lists the layers of a model with a spatial output, in execution order, with the size of "
        "their grid. The one marked * is taken for '--layer auto'; those marked + are the "
        "stops of the window's layer slider, one a block.",
        (
            "",
            "my-model.keras --json",
        ),
    )
    parser.add_argument(
        "model",
        nargs="?",
        default="default",
        metavar="MODEL",
        help="built-in model or weights file (default: the built-in one)",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Print the spatial layers of a model.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    ExplainError
        It has no spatial layer.
    """
    from pathlib import Path

    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.listing import print_json, print_table
    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.errors import ExplainError
    from cxrviewer.explain.model_info import sweep_layers
    from cxrviewer.session.analysis import load_choice

    loaded = load_choice(run_here(), arguments.model)
    info = loaded.info
    if not info.layers:
        raise ExplainError(
            "The model has no layer with a spatial output.",
            "Nothing inside it can be explained on the image.",
            Path(loaded.load.path),
        )
    tolerate_any_text()
    stops = frozenset(sweep_layers(info))
    if arguments.json:
        print_json([_content(layer, info, stops) for layer in info.layers])
        return 0
    rows = [("", "", "layer", "grid", "channels", "kind", "block")]
    for layer in info.layers:
        marks = ("*" if layer.path == info.auto_layer else " ", "+" if layer.path in stops else " ")
        grid = f"{layer.rows} × {layer.columns}"
        rows.append((*marks, layer.path, grid, str(layer.channels), layer.kind, layer.block))
    print_table(rows)
    return 0


def _content(layer: LayerInfo, info: ModelInfo, stops: frozenset[str]) -> dict[str, object]:
    return {
        "name": layer.path,
        "rows": layer.rows,
        "columns": layer.columns,
        "channels": layer.channels,
        "kind": layer.kind,
        "block": layer.block,
        "stop": layer.path in stops,
        "auto": layer.path == info.auto_layer,
    }
