"""The program's entry point: ``cxrviewer`` and ``python -m cxrviewer``."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line or open the window; return the exit code."""
    from cxrviewer.cli.guard import INTERRUPTED
    from cxrviewer.cli.main import main as run

    code = run(sys.argv[1:])
    if code == INTERRUPTED:
        # What was cut short, an import of TensorFlow say, may abort the interpreter as it is torn down.
        sys.stdout.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
