"""Asking where the lungs are on an image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.request import LungRequest, LungResult, Request, Result
from cxrviewer.imaging.lungs import LungField, lung_field
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.lungs import lung_card, segmenter
from cxrviewer.models.preprocess import prepare_input


def find_lungs(run: Callable[[Request], Result], radiograph: Radiograph) -> LungField:
    """Return the lungs on an image.

    Parameters
    ----------
    run : callable
        Answers requests.
    radiograph : Radiograph
        The image.

    Raises
    ------
    ModelError
        The segmenter cannot be used.
    """
    card = lung_card()
    prepared = prepare_input(radiograph, card.input)
    answer = run(LungRequest(prepared.key, prepared.values))
    assert isinstance(answer, LungResult)
    return lung_field(answer.probabilities, card.thresholds[0], prepared.geometry)


def lung_mask(radiograph: Radiograph) -> NDArray[np.bool_] | None:
    """Return the mask of the lungs over the whole image, found in this process, which runs TensorFlow.

    Returns
    -------
    (h, w) bool array or None
        None where what is found does not look like two lungs.

    Raises
    ------
    ModelError
        The segmenter cannot be used.
    """
    found = find_lungs(_answer_here, radiograph)
    return found.mask if found.plausible else None


def _answer_here(request: Request) -> Result:
    assert isinstance(request, LungRequest)
    return LungResult(segmenter().probabilities(request.inputs)[0])
