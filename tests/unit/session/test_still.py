"""One image with its analysis, looked at once."""

from __future__ import annotations

from dataclasses import replace

import material
import numpy as np

from cxrviewer.imaging.planes import OverlayPlane
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still, still_scene


def test_it_shows_what_was_answered() -> None:
    analysis = material.analysis(2, top=1)
    shown = still(ViewState(), material.radiograph(), material.choice(), analysis)
    assert shown.state.question == analysis.result.attribution.question
    assert shown.analysis is analysis
    assert shown.faded


def test_drawings_of_the_file_are_left_out_as_they_may_be_names() -> None:
    plain = material.radiograph()
    name = OverlayPlane(np.ones(material.SHAPE, np.bool_))
    drawn = replace(plain, planes=(name,))
    pictures = [
        still_scene(ViewState(), image, material.choice(), material.analysis()).overlay
        for image in (plain, drawn)
    ]
    assert np.array_equal(*pictures)
