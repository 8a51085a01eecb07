"""DCMTK, the independent implementation that display and decoders are compared with."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import gettempdir

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

needed = pytest.mark.skipif(
    shutil.which("dcmj2pnm") is None, reason="DCMTK's dcmj2pnm (Debian package dcmtk) is not installed"
)

_GROUPS = ("(0002,", "(0008,", "(0020,", "(0028,", "(0070,", "(2050,", "(7fe0,")


def presentation(path: Path, *options: str, program: str = "dcmj2pnm") -> NDArray[np.uint8]:
    """Return the presentation values of a file, uint8 (H, W).

    Parameters
    ----------
    path : Path
        The file.
    *options : str
        Which VOI is applied, "+Wi 1" say.
    program : str
        dcmj2pnm; dcml2pnm for JPEG-LS.
    """
    done = subprocess.run(
        [program, "--quiet", *options, "+op", str(path)], check=True, capture_output=True, env=environment()
    )
    picture = cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None, f"{program} made no picture of {path}"
    return np.asarray(picture, np.uint8)


def convert(program: str, source: Path, target: Path, *options: str) -> None:
    """Have another program of DCMTK write `target` from `source`."""
    subprocess.run([program, "--quiet", *options, str(source), str(target)], check=True, capture_output=True)


@cache
def environment() -> dict[str, str]:
    """Return an environment with a dictionary of a few groups: to read all takes longer than the image."""
    whole = next(iter(sorted(Path("/usr/share").glob("libdcmtk*/dicom.dic"))), None)
    if whole is None:
        return dict(os.environ)
    few = Path(gettempdir(), f"dicom-{os.getpid()}.dic")
    lines = whole.read_text(encoding="latin-1").splitlines()
    few.write_text("\n".join(line for line in lines if line.lower().startswith(_GROUPS)) + "\n")
    return {**os.environ, "DCMDICTPATH": str(few)}
