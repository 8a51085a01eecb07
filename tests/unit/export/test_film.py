"""Films of scenes, read again by Pillow and by ffmpeg."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs, read_frames
from PIL import Image
from scenes import scene

from cxrviewer.errors import ExportError
from cxrviewer.explain.target import Target
from cxrviewer.export.export import export
from cxrviewer.export.film.frames import film_frames, label
from cxrviewer.export.film.palette import indexed
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.permit import Permit

OPTIONS = ExportOptions(scale_bar=False, frame_seconds=0.25)


@pytest.fixture(scope="module")
def classes():
    """Scenes of three classes of an image with odd sides."""
    return tuple(scene(shape=(201, 303), target=Target((index,)), colormap="turbo") for index in range(3))


def test_pictures_have_one_size_with_even_sides_and_say_what_they_are(classes) -> None:
    frames = list(film_frames(classes, OPTIONS))
    assert len({frame.shape for frame in frames}) == 1
    assert frames[0].shape[0] % 2 == frames[0].shape[1] % 2 == 0
    texts = [label(each, classes) for each in classes]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts] == [
        "Normal 57.0 %",
        "Bacterial pneumonia 35.0 %",
        "Viral pneumonia 8.0 %",
    ]
    fading = tuple(replace(classes[0], style=replace(classes[0].style, alpha=alpha)) for alpha in (0.0, 0.5))
    assert label(fading[1], fading).replace("\N{NO-BREAK SPACE}", " ") == "Opacity 50 %"


def test_a_gif_plays_all_pictures_in_their_colours(classes, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    export(classes, path, OPTIONS)
    expected = list(film_frames(classes, OPTIONS))
    with Image.open(path) as film:
        assert (film.n_frames, film.info["duration"], film.info["loop"]) == (3, 250, 0)
        for number, frame in enumerate(expected):
            film.seek(number)
            found = np.asarray(film.convert("RGB")).astype(int)
            assert np.abs(found - frame).mean() < 6
            # Dither averages out: areas keep their shade.
            block = found[:192, :296].reshape(24, 8, 37, 8, 3).mean(axis=(1, 3))
            meant = frame[:192, :296].reshape(24, 8, 37, 8, 3).mean(axis=(1, 3))
            assert np.abs(block - meant).mean() < 4


def test_what_does_not_change_keeps_its_colour(classes) -> None:
    one, other = film_frames(classes[:2], OPTIONS)
    first, second = (np.asarray(each) for each in indexed([one, other]))
    same = (one == other).all(axis=-1)
    assert same.mean() > 0.3
    np.testing.assert_array_equal(first[same], second[same])


def test_an_mp4_is_what_presentation_programs_play(classes, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    export(classes, path, OPTIONS)
    expected = list(film_frames(classes, OPTIONS))
    reader = read_frames(str(path))
    facts = next(reader)
    assert (facts["codec"], facts["pix_fmt"][:7]) == ("h264", "yuv420p")
    assert facts["size"] == (expected[0].shape[1], expected[0].shape[0])
    frames = [np.frombuffer(data, np.uint8).reshape(expected[0].shape) for data in reader]
    assert len(frames) == 18
    assert count_frames_and_secs(str(path))[1] == pytest.approx(0.75, abs=0.05)
    for number, frame in enumerate(expected):
        assert np.abs(frames[number * 6 + 3].astype(int) - frame).mean() < 4
    data = path.read_bytes()
    # The index stands before the pictures, so that a film plays while it is loaded.
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    export(classes, tmp_path / "again.mp4", OPTIONS)
    assert (tmp_path / "again.mp4").read_bytes() == data


def test_a_full_disk_leaves_no_film_and_says_so(classes, tiny_disk: Path) -> None:
    for name in ("film.mp4", "film.gif"):
        filler = tiny_disk / "filler"
        filler.write_bytes(b"0" * 60_000)
        with pytest.raises(ExportError, match="The disk is full"):
            export(classes, tiny_disk / name, OPTIONS)
        assert [each.name for each in tiny_disk.iterdir()] == ["filler"]


class _TakenBack(Permit):
    """Withdrawn when it is asked for the so many-th time, or when the film is about to take its place."""

    def __init__(self, after: int | None = None) -> None:
        super().__init__()
        self.left = after

    def check(self) -> None:
        self.left = None if self.left is None else self.left - 1
        if self.left == 0:
            assert self.withdraw()
        super().check()

    def use(self) -> None:
        assert self.withdraw()
        super().use()


@pytest.mark.parametrize("name", ["film.gif", "film.mp4"])
@pytest.mark.parametrize("after", [5, None])
def test_a_film_that_is_given_up_while_it_is_written_leaves_what_was_there(
    classes, tmp_path: Path, name: str, after: int | None
) -> None:
    path = tmp_path / name
    path.write_bytes(b"an earlier film")
    with pytest.raises(CancelledError):
        export(classes, path, OPTIONS, _TakenBack(after))
    assert path.read_bytes() == b"an earlier film"
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_film_that_is_there_cannot_be_given_up_any_more(classes, tmp_path: Path) -> None:
    permit = Permit()
    export(classes, tmp_path / "film.gif", OPTIONS, permit)
    assert not permit.withdraw()
    permit.check()
