"""Which scalar is explained for a label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.head import Head


def score_matrix(head: Head) -> NDArray[np.float32]:
    """Return the scores of all labels as weights on the model's logits: ``S = matrix @ z``.

    A label of a softmax over three or more units, or of a multi-label model, is explained by its
    logit. Of two softmax units only the difference is identified, so that a label is explained by
    its margin over the other; the two labels of a single unit by minus and plus its logit.

    Returns
    -------
    (labels, units) float32 array
    """
    if head.single:
        return np.array([[-1], [1]], np.float32)
    if head.units == 2 and head.exclusive:
        return np.array([[1, -1], [-1, 1]], np.float32)
    return np.eye(head.units, dtype=np.float32)
