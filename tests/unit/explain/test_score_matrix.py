from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.explain.target import score_matrix
from cxrviewer.models.card import Activation
from cxrviewer.models.head import Head


@pytest.mark.parametrize(
    ("head", "z", "scores"),
    [
        (Head(Activation.SOFTMAX, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(Activation.LOGITS, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(Activation.SIGMOID, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(Activation.SIGMOID, 2, 2), [1, 5], [1, 5]),
        (Head(Activation.SOFTMAX, 2, 2), [1, 5], [-4, 4]),
        (Head(Activation.LOGITS, 2, 2), [1, 5], [-4, 4]),
        (Head(Activation.SIGMOID, 1, 2), [3], [-3, 3]),
        (Head(Activation.SIGMOID, 1, 1), [3], [3]),
    ],
)
def test_the_score_of_each_label(head: Head, z: list[float], scores: list[float]) -> None:
    found = score_matrix(head) @ np.array(z, np.float32)
    assert found.tolist() == scores
    assert int(np.argmax(found)) == head.predict(np.array(z, np.float32)).top
