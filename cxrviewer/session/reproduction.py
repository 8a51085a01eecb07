"""Making an export again from the file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cxrviewer.errors import UserError
from cxrviewer.explain.display import STRETCHED, MapState, Scale, display_map
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import Target
from cxrviewer.export.lungs import lungs_of_record
from cxrviewer.export.options import ExportOptions, options_from_json
from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import FORMAT, LARGEST, VERSION
from cxrviewer.imaging.grayscale import presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.json_file import TooLargeError, read_object
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import card_from_table
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.marks_scene import marks_of_record, scene_marks
from cxrviewer.session.recorded_answer import Agreement, settle_answer
from cxrviewer.session.recorded_look import recorded_style, recorded_viewport, recorded_voi


class SidecarError(UserError):
    """The file beside an export cannot be used."""


@dataclass(frozen=True, eq=False)
class SceneRecord:
    """One scene of an export, as recorded.

    Parameters
    ----------
    content : mapping
        As `export.provenance` writes it.
    digest, frame : str, int
        The image: SHA-256 of its file, and which of its frames.
    card : ModelCard
        The model's; its weights are known by the card's `sha256`.
    question : Question
        Settled.
    moment : datetime
        Of the analysis.
    """

    content: Mapping[str, Any]
    digest: str
    frame: int
    card: ModelCard
    question: Question
    moment: datetime


@dataclass(frozen=True, eq=False)
class Recorded:
    """What the file beside an export says.

    Parameters
    ----------
    path : Path
        That file.
    sha256 : str
        Of the export.
    options : ExportOptions
        What went into it.
    scenes : tuple of SceneRecord
        One at least.
    program : mapping of str to str
        Versions by which it was made.
    """

    path: Path
    sha256: str
    options: ExportOptions
    scenes: tuple[SceneRecord, ...]
    program: Mapping[str, str]

    @property
    def export(self) -> Path:
        """The export, where it still has its name."""
        return self.path.with_suffix("")


def read_sidecar(path: Path) -> Recorded:
    """Read the file beside an export.

    Raises
    ------
    SidecarError
        It cannot be read, is damaged, of another version, or something else.
    CardError
        The card of the model in it contradicts itself.
    """
    content = _content(path)
    if content.get("format") != FORMAT:
        raise SidecarError(
            "This file does not say how an export was made.", "Choose the .json file beside one.", path
        )
    if content.get("version") != VERSION:
        raise SidecarError(
            "The export was made by another version of the program.", "Reproduce it with that one.", path
        )
    try:
        return Recorded(
            path,
            str(content["file"]["sha256"]),
            options_from_json(content["options"]),
            _some(tuple(_record(entry, path) for entry in content["scenes"])),
            {str(name): str(version) for name, version in content["program"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise _damaged(path) from error


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A scene that was made again, and how its answer stands to the recorded one."""

    record: SceneRecord
    scene: Scene
    agreement: Agreement


def rebuild(record: SceneRecord, radiograph: Radiograph, analysis: Analysis, path: Path) -> Rebuilt:
    """Return the scene of a record.

    Parameters
    ----------
    record : SceneRecord
        What it looked like.
    radiograph : Radiograph
        The image that it names.
    analysis : Analysis
        The answer to its question about that image.
    path : Path
        Of the sidecar, for messages.

    Raises
    ------
    UserError
        The record contradicts the image, or itself.
    """
    try:
        agreement = settle_answer(record.content["answer"], analysis)
        return Rebuilt(record, _scene(record, radiograph, agreement.analysis, path), agreement)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise _damaged(path) from error


def find_by_digest(paths: Iterable[Path], digest: str, digest_of: Callable[[Path], str]) -> Path | None:
    """Return the first of some files that has a digest; those that cannot be read are passed over."""
    for path in paths:
        try:
            if digest_of(path) == digest:
                return path
        except (UserError, OSError):
            continue
    return None


def _content(path: Path) -> Mapping[str, Any]:
    try:
        return read_object(path, LARGEST)
    except OSError as error:
        raise SidecarError(
            f"The file cannot be read ({error.strerror}).", "Check that it exists and may be read.", path
        ) from error
    except TooLargeError as error:
        raise SidecarError("This file is too large to say how an export was made.", "", path) from error
    except ValueError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> SidecarError:
    return SidecarError("The file that says how an export was made is damaged.", "Export anew.", path)


def _some(scenes: tuple[SceneRecord, ...]) -> tuple[SceneRecord, ...]:
    if not scenes:
        raise ValueError("an export shows something")
    return scenes


def _record(entry: Mapping[str, Any], path: Path) -> SceneRecord:
    image, asked = entry["image"], entry["question"]
    question = Question(
        Target(_whole_numbers(asked["positive"]), _whole_numbers(asked["negative"])),
        str(asked["method"]),
        tuple(asked["parameters"].items()),
        tuple(str(layer) for layer in asked["layers"]),
        Fusion(asked["fusion"]),
        int(asked["smoothing"]),
    )
    moment = datetime.fromisoformat(entry["moment"])
    card = card_from_table(entry["model"], path)
    return SceneRecord(entry, str(image["sha256"]), int(image["frame"]), card, question, moment)


def _whole_numbers(values: Iterable[object]) -> tuple[int, ...]:
    return tuple(int(str(value)) for value in values)


def _scene(record: SceneRecord, radiograph: Radiograph, analysis: Analysis, path: Path) -> Scene:
    look, view = record.content["heatmap"], record.content["view"]
    style = recorded_style(look)
    scale = STRETCHED if look["scale"] is None else Scale(float(look["scale"]))
    display = display_map(analysis.result.attribution, scale, style.signed)
    heatmap = None
    if display.state is MapState.SHOWN:
        rows, columns = display.values.shape
        place = analysis.geometry.grid_to_stored((rows, columns))
        heatmap = Heatmap(display.values, place, display.signed)
    voi = recorded_voi(view["window"], radiograph)
    inverted = bool(view["inverted"])
    marks = marks_of_record(record.content["marks"], radiograph, path)
    return Scene(
        radiograph,
        recorded_viewport(view),
        presentation_table(radiograph, voi, inverted),
        display,
        heatmap,
        style,
        record.card,
        analysis.result,
        analysis.geometry,
        record.moment,
        top_share=None if look["top_share"] is None else float(look["top_share"]),
        faded=bool(look["faded"]),
        voi=voi,
        inverted=inverted,
        lungs=lungs_of_record(record.content.get("lungs")),
        marks=scene_marks(marks, radiograph, analysis if style.visible else None) if marks else None,
    )
