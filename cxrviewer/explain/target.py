"""Which scalar is explained for a label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.head import Head


def score_matrix(head: Head) -> NDArray[np.float32]:
    """Return the scores of all labels as weights on the model's logits: ``S = matrix @ z``.

    A label of a softmax over three or more units and one of a multi-label model is explained by its
    logit. Of two softmax units only the difference is identified, so a label is explained by its
    margin over the other; so are the two labels of a single unit, by plus and minus its logit.

    Returns
    -------
    (labels, units) float32 array
    """
    if head.units == 1 and head.labels == 2:
        return np.array([[-1], [1]], np.float32)
    if head.units == 2 and head.softmax:
        return np.array([[1, -1], [-1, 1]], np.float32)
    return np.eye(head.units, dtype=np.float32)
