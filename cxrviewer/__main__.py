"""The program's entry point: ``cxrviewer`` and ``python -m cxrviewer``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line or open the window; return the exit code."""
    from cxrviewer.cli.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
