"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public test data that lies beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip("the test data folder 'shared/data' is not beside this checkout")
    return _SHARED
