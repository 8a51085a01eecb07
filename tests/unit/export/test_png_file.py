"""PNG files that two other libraries read."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from cxrviewer.export.png_file import png_file


@pytest.mark.parametrize("shape", [(7, 5, 3), (1, 1, 3), (64, 33), (1, 300), (2, 2, 3)])
def test_pixels_and_texts_are_read_as_they_were_written(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    texts = {"Comment": "Müller", "Model": "αβ 模型"}
    data = png_file(picture, texts)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.mode == ("RGB" if len(shape) == 3 else "L")
        assert np.array_equal(np.asarray(opened), picture)
        assert opened.text == texts
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(decoded[..., ::-1] if len(shape) == 3 else decoded, picture)


def test_a_view_that_is_not_contiguous() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)[::2, ::-1]
    with Image.open(io.BytesIO(png_file(picture, {}))) as opened:
        assert np.array_equal(np.asarray(opened), picture)
