"""The options of ``cxrviewer explain``, and the choices that they stand for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.option_values import copies, limit, objects, pixels, share
from cxrviewer.errors import UsageError
from cxrviewer.explain.question import MAX_SMOOTHING, Fusion, Question
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle

if TYPE_CHECKING:
    from cxrviewer.export.options import ExportOptions
    from cxrviewer.session.state import ViewState


def add_image(parser: argparse.ArgumentParser) -> None:
    """Add the image, and which of its frames."""
    parser.add_argument(
        "image",
        type=Path,
        metavar="IMAGE",
        help="DICOM, PNG, JPEG, TIFF, BMP or WebP file; in a zip archive, a.zip/b.dcm",
    )
    parser.add_argument("--frame", type=int, default=1, metavar="N", help="of several frames, counted from 1")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add all arguments of the command."""
    add_image(parser)
    parser.add_argument(
        "--no-lungs",
        action="store_true",
        help="do not look for the lungs: whether there are any, and how much of the evidence lies inside",
    )
    _add_outputs(parser.add_argument_group("what is written"))
    content = parser.add_argument_group("what goes into the picture")
    content.add_argument("--marks", type=Path, metavar="FILE", help="draw the marks of a .marks.json file")
    add_export_options(content)
    add_question(parser.add_argument_group("what is explained"))
    add_looks(parser.add_argument_group("how the heatmap is drawn"))


def chosen(arguments: argparse.Namespace) -> ViewState:
    """Return what the options choose, apart from target and layers, which need the model.

    Raises
    ------
    UsageError
        Something does not exist, or two options contradict one another.
    """
    from cxrviewer.session.looks import chosen_scale, chosen_style
    from cxrviewer.session.state import ViewState

    return ViewState(
        model=arguments.model,
        question=_question(arguments),
        style=chosen_style(
            arguments.colormap,
            arguments.alpha,
            arguments.threshold,
            arguments.view,
            signed=arguments.signed,
        ),
        scale=chosen_scale(arguments.scale),
        top_share=arguments.top_share,
        fade=not arguments.no_fade,
    )


def check_target(arguments: argparse.Namespace) -> None:
    """Find a model or a target that there is not, as far as cards tell, before TensorFlow is imported.

    Raises
    ------
    ModelError
        There is no such model.
    UsageError
        There is no such target.
    """
    from cxrviewer.models.catalog import resolve_model
    from cxrviewer.session.tasks import resolve_target

    card = resolve_model(arguments.model).card
    if card is not None:
        resolve_target(card, arguments.target)


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="the annotated overlay: .png, .jpg, .tif or .webp, or another format of --format",
    )
    group.add_argument(
        "--format",
        default="",
        metavar="ID",
        help="format of OUT where its name leaves it open: png, jpeg, tiff, webp, pdf, map-npz, map-tiff, "
        "map-png, dicom-sc, dicom-seg, dicom-sr, dicom-gsps, dicom-image, dicom-set",
    )
    group.add_argument(
        "--size",
        type=pixels,
        metavar="PIXELS",
        help="longer side of the image in OUT; unless set, its own resolution",
    )
    group.add_argument(
        "--raw",
        type=Path,
        metavar="OUT",
        help="the signed map: .npz on its own grid with place and logits, or on the image's pixels "
        "as 32-bit .tif or 16-bit .png",
    )
    group.add_argument(
        "--dicom",
        type=Path,
        metavar="DIR",
        help="DICOM objects for an archive: overlay, heatmap, outputs and contours, and without --identity "
        "a copy of the image that they refer to",
    )
    group.add_argument(
        "--objects",
        type=objects,
        default=(),
        metavar="sc,seg,sr,gsps",
        help="which of them: Secondary Capture, Segmentation, Structured Report, presentation state",
    )
    group.add_argument("--json", action="store_true", help="print the output as one JSON object")


def add_export_options(group: argparse._ArgumentGroup, shows: tuple[str, ...] | None = None) -> None:
    """Add the options of `export_options`, which other commands that write pictures have too.

    Parameters
    ----------
    group : argparse group
        Where they stand.
    shows : tuple of str, optional
        Of `export.options.CONTENTS` what the one format of the command has; all of it, and the triple, where
        left out.
    """
    if shows is None:
        group.add_argument(
            "--triple",
            action="store_true",
            help="image, heatmap and overlay side by side, not the overlay alone",
        )
    for name, what in (
        ("color-bar", "the scale of the heatmap"),
        ("caption", "finding, probability, method, layer, model and time"),
        ("scale-bar", "the bar of known length and the letters of the patient's sides"),
        ("disclaimer", "'Research and teaching: not for diagnosis'"),
        ("sidecar", "the .json file beside it, from which 'cxrviewer reproduce' makes it again"),
    ):
        if shows is None or name.replace("-", "_") in (*shows, "sidecar"):
            group.add_argument(f"--no-{name}", action="store_true", help=f"leave out {what}")
    group.add_argument(
        "--identity", action="store_true", help="write the patient's name, number and date of birth on it"
    )


def export_options(arguments: argparse.Namespace, writer: str = "") -> ExportOptions:
    """Return what the options of `add_export_options` choose."""
    from cxrviewer.export.options import ExportOptions, PictureKind

    given = vars(arguments)
    return ExportOptions(
        writer=writer,
        kind=PictureKind.TRIPLE if given.get("triple") else PictureKind.OVERLAY,
        color_bar=not given.get("no_color_bar"),
        caption=not given.get("no_caption"),
        scale_bar=not arguments.no_scale_bar,
        disclaimer=not arguments.no_disclaimer,
        identity=arguments.identity,
        sidecar=not arguments.no_sidecar,
    )


def add_question(group: argparse._ArgumentGroup) -> None:
    """Add what is explained: model, target, method, layer."""
    group.add_argument(
        "--model", default="default", metavar="default|ID|PATH", help="built-in model or weights file"
    )
    group.add_argument(
        "--target",
        default="top",
        metavar="TARGET",
        help="top (the most probable class, the default), a class by LABEL or INDEX, a group of the card, "
        "'not LABEL', 'LABEL vs LABEL' or 'LABEL vs rest'",
    )
    group.add_argument(
        "--method", metavar="ID", help="see 'cxrviewer methods'; grad-cam where the model allows it"
    )
    group.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter of the method, see 'cxrviewer methods ID'; may be repeated",
    )
    group.add_argument(
        "--layer", metavar="auto|NAME[,NAME...]", help="target layer or layers, see 'cxrviewer layers'"
    )
    group.add_argument(
        "--fusion",
        choices=[rule.value for rule in Fusion],
        help="how the maps of several layers become one: mean unless set",
    )
    group.add_argument(
        "--smoothing",
        type=copies,
        default=0,
        metavar="N",
        help=f"average the maps of N slightly moved, scaled and brightened copies, at most {MAX_SMOOTHING}",
    )


def add_looks(group: argparse._ArgumentGroup) -> None:
    """Add how the heatmap is drawn."""
    group.add_argument(
        "--signed", action="store_true", help="show what spoke against the target, too, by a diverging map"
    )
    group.add_argument(
        "--scale",
        type=limit,
        metavar="auto|LOGITS",
        help="full scale: the maximum of this image (auto, the default), or locked at so many logits",
    )
    group.add_argument(
        "--view",
        choices=[view.value for view in HeatmapView],
        default="smooth",
        help="interpolated, the cells as computed, or iso-lines",
    )
    cut = group.add_mutually_exclusive_group()
    cut.add_argument(
        "--threshold",
        type=share,
        default=0.0,
        metavar="0..1",
        help="hide what is below this share of full scale",
    )
    cut.add_argument(
        "--top-share", type=share, metavar="0..1", help="show the strongest part of the map, by its area"
    )
    group.add_argument(
        "--no-fade", action="store_true", help="draw findings under their operating threshold like others"
    )
    group.add_argument("--colormap", type=str.lower, choices=[spec.id for spec in COLORMAPS])
    group.add_argument(
        "--alpha", default=OverlayStyle().alpha, type=share, help="greatest opacity of the heatmap, 0 to 1"
    )


def _question(arguments: argparse.Namespace) -> Question:
    from cxrviewer.explain.catalog import method_spec
    from cxrviewer.session.tasks import resolve_method, resolve_parameters

    method = Question().method if arguments.method is None else resolve_method(arguments.method)
    spec = method_spec(method)
    if arguments.layer is not None and not spec.uses_layer:
        raise UsageError(f"{spec.name} explains the input, not a layer.", "Leave out --layer.")
    if arguments.fusion is not None and "," not in (arguments.layer or ""):
        raise UsageError("--fusion needs several layers.", "Name them with --layer, separated by commas.")
    return Question(
        method=method,
        parameters=resolve_parameters(method, arguments.param),
        fusion=Fusion(arguments.fusion or Fusion.MEAN),
        smoothing=arguments.smoothing,
    )
