"""The maps agree with those of other libraries on real architectures; prints the table."""

from __future__ import annotations

import sys

import pytest

from benchmarks.references.agreement import MODELS, REFERENCES, agreements, table

# Two sums of gradients along a jagged way differ more than two products do.
_EXACT = {"integrated-gradients": 0.05}
_ELSE = 1e-3
_ALIKE = {"grad-cam++": 0.95}


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_maps_agree_with_other_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    found = list(agreements())
    with capsys.disabled():
        sys.stdout.write(f"\n{table(found)}\n")
    assert len(found) == len(MODELS) * len(REFERENCES)
    for one in found:
        what = f"{one.reference.library} {one.reference.method} on {one.model}"
        if one.reference.exact:
            assert one.difference < _EXACT.get(one.reference.method, _ELSE), what
        else:
            assert one.correlation > _ALIKE[one.reference.method], what
