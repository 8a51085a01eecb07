"""Settings of a training from the command line."""

from __future__ import annotations

import pytest

from cxrviewer.errors import UsageError
from cxrviewer.learning.settings import TrainSettings, changed


def test_settings_are_changed_by_name() -> None:
    found = changed(
        TrainSettings(), ["batch=7", "averaging = 0.5", "augmentation.noise=0.2", "augmentation.flip=yes"]
    )
    assert (found.batch, found.averaging) == (7, 0.5)
    assert (found.augmentation.noise, found.augmentation.flip) == (0.2, True)
    assert found.augmentation.rotation == TrainSettings().augmentation.rotation


@pytest.mark.parametrize(
    "text",
    [
        "batch",
        "size=3",
        "batch=two",
        "augmentation=3",
        "augmentation.size=1",
        "batch.more=1",
        "augmentation.flip=3",
    ],
)
def test_what_is_no_setting_is_said(text: str) -> None:
    with pytest.raises(UsageError):
        changed(TrainSettings(), [text])
