"""Every writer, of a model whose card says what would break out of texts, pages, tags and formulas."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from canary import write_marked
from marked import WRITERS, marked_scenes

from cxrviewer.export.export import export
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene

NAME = "a\\b\x1b[31m\n\t\u202e(\\)$\\frac$ <script> %s^=" + "long" * 100

TEXTS = ("LO", "SH", "ST", "LT", "UT", "UC", "PN", "CS", "DS", "IS")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, ...]:
    made = marked_scenes(write_marked(tmp_path_factory.mktemp("scans") / "scan.dcm"))
    card = made[0].card
    labels = tuple(f"{NAME}{place}" for place in range(len(card.labels)))
    hostile = replace(
        card,
        id=NAME,
        name=NAME,
        version=NAME,
        labels=labels,
        label_groups=(),
        **dict.fromkeys(("training_data", "licence", "intended_use", "limits"), NAME * 3),
    )
    return tuple(replace(scene, card=hostile) for scene in made)


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
@pytest.mark.parametrize(("writer", "suffix"), dict(WRITERS).items())
def test_each_writer_takes_any_text(
    scenes: tuple[Scene, ...], writer: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"out{suffix}"
    export(scenes, path, ExportOptions(writer, columns=2))
    assert path.stat().st_size > 0
    for made in tmp_path.rglob("*.dcm"):
        texts = [str(each.value) for each in pydicom.dcmread(made).iterall() if each.VR in TEXTS]
        assert not [text for text in texts if any(ord(letter) < 32 for letter in re.sub("[\r\n]", "", text))]
        if shutil.which("dciodvfy") is not None:
            found = subprocess.run(["dciodvfy", str(made)], capture_output=True, text=True, check=False)
            assert not [line for line in found.stderr.splitlines() if line.startswith("Error")]
