"""``cxrviewer reproduce``: an export made again from the file beside it, and compared with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.cli.help_text import add_command
from cxrviewer.errors import UserError

if TYPE_CHECKING:
    from cxrviewer.session.reproduction import Rebuilt, Recorded, SceneRecord

_PROGRAM = "cxrviewer reproduce"
_SAME, _OTHER = 0, 3


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's arguments."""
    parser = add_command(
        subparsers,
        "reproduce",
        "Makes an export again from the .json file beside it: reads the image, asks the same "
        "model the same question, draws the same picture, and compares both files byte for byte.",
        (
            "overlay.png.json",
            "overlay.png.json --image scans -o again.png",
        ),
        f"Exit code {_SAME} where both are the same, {_OTHER} where they differ.",
    )
    parser.add_argument(
        "sidecar",
        type=Path,
        metavar="SIDECAR",
        help="OVERLAY.png.json, say, or the export that it lies beside",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="write the new file; else it is only compared"
    )
    parser.add_argument(
        "--image",
        type=Path,
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="the image, or where to look for it by its digest; else the folder of SIDECAR; may be repeated",
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="the weights, where the model is no built-in one"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the export again and say whether it is the same.

    Raises
    ------
    UserError
        The sidecar is damaged, image or model are not there, or the file cannot be written.
    """
    from tempfile import TemporaryDirectory

    from cxrviewer.cli.streams import tolerate_any_text
    from cxrviewer.export.export import export
    from cxrviewer.session.reproduction import read_sidecar

    tolerate_any_text()
    recorded = read_sidecar(_sidecar(arguments.sidecar))
    made_again = _made_again(recorded, arguments)
    with TemporaryDirectory() as folder:
        out = arguments.output or Path(folder, recorded.export.name)
        export([each.scene for each in made_again], out, recorded.options)
        if arguments.output is not None:
            print(f"Wrote {out}")
        return _SAME if _tell(recorded, made_again, out) else _OTHER


def _sidecar(path: Path) -> Path:
    """Return the file that says how an export was made, where the export itself was named."""
    from cxrviewer.export.provenance import is_export, sidecar_path

    return sidecar_path(path) if is_export(path) else path


def _made_again(recorded: Recorded, arguments: argparse.Namespace) -> list[Rebuilt]:
    """Find image and model of each scene, ask the model and put the scene together."""
    from cxrviewer.cli.here import run_here
    from cxrviewer.cli.progress import ProgressLine
    from cxrviewer.explain.catalog import method_spec
    from cxrviewer.explain.question import settle
    from cxrviewer.imaging.open import read_radiograph
    from cxrviewer.session.analysis import analyse, load_choice
    from cxrviewer.session.keys import ExplainKey
    from cxrviewer.session.reproduction import rebuild

    # What is missing is told before TensorFlow is imported.
    images = {record.digest: _image(record, recorded, arguments) for record in recorded.scenes}
    models = {record.card.sha256: _model(record, recorded, arguments) for record in recorded.scenes}
    scenes = []
    with ProgressLine() as line:
        answer = run_here(line.report)
        for record in recorded.scenes:
            radiograph = read_radiograph(images[record.digest], record.frame)
            loaded = load_choice(answer, str(models[record.card.sha256]), record.card)
            question = settle(record.question, loaded.info, None)
            line.title = method_spec(question.method).name
            key = ExplainKey(radiograph.key, record.card, question)
            analysis = analyse(answer, radiograph, loaded, key)
            scenes.append(rebuild(record, radiograph, analysis, recorded.path))
    return scenes


def _image(record: SceneRecord, recorded: Recorded, arguments: argparse.Namespace) -> Path:
    from cxrviewer.models.catalog import file_digest
    from cxrviewer.session.reproduction import find_by_digest

    places = arguments.image or [recorded.path.absolute().parent]
    found = find_by_digest(_files(places), record.digest, file_digest)
    if found is not None:
        return found
    if arguments.image and not any(place.exists() for place in places):
        raise UserError("There is no such file.", "Name the image by --image.", places[0])
    where = "none of the files named by --image" if arguments.image else "no file in its folder"
    raise UserError(
        f"The image that this export was made of is not there: {where} has its digest {record.digest[:12]}….",
        "Name the image by --image FILE, unchanged as it was then.",
        recorded.path,
    )


def _files(places: list[Path]) -> list[Path]:
    files: list[Path] = []
    for place in places:
        files += sorted(each for each in place.iterdir() if each.is_file()) if place.is_dir() else [place]
    return files


def _model(record: SceneRecord, recorded: Recorded, arguments: argparse.Namespace) -> Path:
    from cxrviewer.models.catalog import SUFFIXES, builtin_weights, file_digest
    from cxrviewer.session.reproduction import find_by_digest

    digest = record.card.sha256
    if arguments.model is not None:
        if file_digest(arguments.model) != digest:
            raise UserError(
                "This is not the model that the export was made with.",
                f"It was {record.card.name}, with the digest {digest[:12]}….",
                arguments.model,
            )
        return Path(arguments.model)
    beside = [each for each in _files([recorded.path.absolute().parent]) if each.suffix.lower() in SUFFIXES]
    found = find_by_digest([*builtin_weights(), *beside], digest, file_digest)
    if found is None:
        raise UserError(
            f"The model that this export was made with, {record.card.name}, is not there.",
            f"Name its file by --model; its digest begins with {digest[:12]}.",
            recorded.path,
        )
    return found


def _tell(recorded: Recorded, made_again: list[Rebuilt], out: Path) -> bool:
    """Print how the new file compares with the export; return whether it is the same."""
    from cxrviewer.models.catalog import file_digest
    from cxrviewer.session.reproduction_differences import answers, differences

    if file_digest(out) == recorded.sha256:
        print("The same, bit for bit.", *answers(made_again))
        return True
    for line in differences(recorded, made_again, out):
        print(line)
    return False
