"""The environments of the references: made once, beside the build's other products."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

_FOLDER = Path(__file__).parent
_BUILD = _FOLDER.parents[1] / "build"
_INHERITING = ("xplique",)
"""Environments that use the packages of this one, and bring their own beside them."""


def reference_python(name: str) -> Path:
    """Return the interpreter of an environment, after making it where there is none yet; takes minutes.

    Parameters
    ----------
    name : str
        "torch" or "xplique": its packages are listed in the text file of that name.
    """
    requirements = _FOLDER / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = _BUILD / f"references-{name}-{digest}"
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        options = ["--quiet"]
        if name in _INHERITING:
            options.append("--no-deps")
            (own,) = folder.glob("lib/python*/site-packages")
            (own / "inherited.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
        subprocess.run([python, "-m", "pip", "install", *options, "-r", requirements], check=True)
        done.touch()
    return python


def run_reference(environment: str, script: str, *arguments: str | Path) -> str:
    """Run a script of this folder in an environment and return what it prints.

    Raises
    ------
    RuntimeError
        It failed; with what it wrote to standard error.
    """
    command = [reference_python(environment), _FOLDER / script, *arguments]
    backend = "torch" if environment == "torch" else "tensorflow"
    variables = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if result.returncode != 0:
        raise RuntimeError(f"{script} failed:\n{result.stderr[-4000:]}")
    return result.stdout
