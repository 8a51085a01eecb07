"""Images that are read and analysed before anybody asks."""

from __future__ import annotations

from controller_bench import Bench


def test_an_image_seen_before_is_there_at_once(bench: Bench, write_image) -> None:
    bench.load()
    first, second = write_image("a.png"), write_image("b.png")
    bench.open(first)
    made = bench.explained(1)
    bench.open(second)
    bench.explained(2, top=2)
    bench.change(path=first)
    assert bench.shown.radiograph.path == first
    assert bench.shown.analysis is made
    assert bench.shown.state.path == first
    assert [image.path for image in bench.opened] == [first, second, first]
    assert len(bench.engine.calls) == 3
