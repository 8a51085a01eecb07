"""All writers there are, and scenes of a file that is marked all over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenes import CARD, scene

from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.request import LoadRequest
from cxrviewer.export.overlay import Scene
from cxrviewer.export.save import writers
from cxrviewer.imaging.geometry import Geometry, resize_affine
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still_scene

WRITERS = [(writer.SPEC.id, suffix) for writer in writers() for suffix in writer.SPEC.suffixes]


def marked_scenes(path: Path) -> tuple[Scene, Scene]:
    """Return two scenes of a file, of two methods."""
    radiograph = read_radiograph(path)
    assert radiograph.header.patient_name, "what is searched for has been read"
    loaded = LoadedChoice(LoadRequest(str(path.parent / "tiny.keras"), CARD), ModelInfo(CARD, (), ""))
    geometry = Geometry(radiograph.shape, (64, 64), resize_affine((64, 64), radiograph.shape))
    made = scene()
    analyses = [Analysis(made.result, geometry, made.moment)]
    asked = replace(made.result.attribution.question, method="layer-cam")
    other = replace(made.result.attribution, question=asked, values=made.result.attribution.values[::-1])
    analyses.append(Analysis(replace(made.result, attribution=other), geometry, made.moment))
    first, second = (still_scene(ViewState(), radiograph, loaded, each) for each in analyses)
    return first, second
