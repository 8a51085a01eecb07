"""The environment of the references: made once, beside the build's other products."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parent
_REQUIREMENTS = _FOLDER / "requirements.txt"
_BUILD = _FOLDER.parents[1] / "build"


def reference_python() -> Path:
    """Return the interpreter of the environment, after making it where there is none yet; takes minutes."""
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = _BUILD / f"references-{digest}"
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", _REQUIREMENTS], check=True)
        done.touch()
    return python


def run_reference(script: str, *arguments: str | Path) -> str:
    """Run a script of this folder in the environment and return what it prints.

    Raises
    ------
    RuntimeError
        It failed; with what it wrote to standard error.
    """
    command = [reference_python(), _FOLDER / script, *arguments]
    environment = {**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": ""}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode != 0:
        raise RuntimeError(f"{script} failed:\n{result.stderr[-4000:]}")
    return result.stdout
