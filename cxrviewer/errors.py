"""What the program tells a user when something cannot be done.

A :class:`UserError` is expected: it says what happened, in which file, and what the user can do.
Any other exception is a defect of the program.
"""

from __future__ import annotations

from pathlib import Path


class UserError(Exception):
    """An expected failure with a message for the user.

    Parameters
    ----------
    message : str
        What happened, as one sentence.
    hint : str
        What the user can do about it, as one sentence; may be empty.
    path : Path, optional
        The file that the message is about; named in the text.
    """

    def __init__(self, message: str, hint: str = "", path: Path | None = None) -> None:
        super().__init__(message, hint, path)
        self.message = message
        self.hint = hint
        self.path = path

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path is not None else ""
        return f"{where}{self.message} {self.hint}".strip()


class ImageReadError(UserError):
    """A file could not be opened as a radiograph."""


class DecoderMissingError(ImageReadError):
    """No installed decoder handles the transfer syntax of a DICOM file."""


class ModelError(UserError):
    """A model could not be loaded, or it is not a classifier that can be used here."""


class CardError(ModelError):
    """A model card is missing a field or contradicts itself."""


class ExplainError(UserError):
    """A heatmap could not be computed."""


class ExportError(UserError):
    """A result could not be written."""


class EngineError(UserError):
    """The analysis process failed twice on the same request."""


class UsageError(UserError):
    """The command line asks for something that does not exist."""


def first_line(error: BaseException) -> str:
    """Return the start of the text of a library's error, for a message of one line."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return text if len(text) <= 200 else f"{text[:197]}..."
