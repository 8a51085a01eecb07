"""What a command tells the shell when it ends, however it ends: an exit code, and one line at most."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from cxrviewer.errors import UsageError, UserError
from cxrviewer.foreign_text import printable

USER_ERROR = 1
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

_DEBUG = "CXRVIEWER_DEBUG"


def debugging() -> bool:
    """Return whether tracebacks and the libraries' own messages are wanted."""
    return bool(os.environ.get(_DEBUG))


def guarded(program: str, action: Callable[[], int]) -> int:
    """Run `action`; turn whatever it raises into one line on standard error and an exit code.

    Parameters
    ----------
    program : str
        What the line starts with, ``"cxrviewer explain"`` say.
    action : callable
        Returns an exit code.

    Returns
    -------
    int
        The code of `action`; 2 after a `UsageError`, 1 after another `UserError` or a defect, 130 after
        Ctrl-C and 141 where the reader of standard output has gone (as a shell reports the two signals).
    """
    try:
        code = action()
        print(end="", flush=True)
    except SystemExit as ending:
        # argparse ends so, after its own message.
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except UsageError as error:
        complain(program, str(error))
        return USAGE
    except UserError as error:
        complain(program, str(error))
        return USER_ERROR
    except KeyboardInterrupt:
        complain(program, "interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except Exception as defect:
        if isinstance(defect, OSError) and defect.errno == errno.ENOSPC and defect.filename is None:
            _discard_output()
            complain(program, "Standard output could not be written: the disk is full.")
            return USER_ERROR
        if debugging():
            raise
        complain(program, _defect_line(defect))
        return USER_ERROR
    return code


def complain(program: str, message: str) -> None:
    """Print one line on standard error, whatever line breaks the message has."""
    _say(f"{program}: error: {message}")


def remark(program: str, message: str) -> None:
    """Print something worth knowing on standard error; standard output is for results alone."""
    _say(f"{program}: note: {message}")


def _say(message: str) -> None:
    # Without a console there is no standard error, and print would take standard output instead.
    if sys.stderr is not None:
        print(printable(" ".join(message.splitlines())), file=sys.stderr)


def _defect_line(defect: Exception) -> str:
    # The defect's own text is left out: it may quote the content of a patient's file.
    trace = defect.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else ""
    return (
        f"internal error: {type(defect).__name__}{where}. This is a defect of the program, please report it; "
        f"with {_DEBUG}=1 set, the same command shows the details."
    )


def _discard_output() -> None:
    # The interpreter flushes standard output once more as it ends, and would complain there.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
