"""Optional attributes of a DICOM data set: what is malformed is noted, and never hides the pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset


class Tags:
    """Reads attributes without ever raising.

    Parameters
    ----------
    dataset : Dataset
        Read only.
    notes : list of str, optional
        Where malformed attributes are noted; shared with the items of sequences.
    """

    def __init__(self, dataset: Dataset, notes: list[str] | None = None) -> None:
        self.dataset = dataset
        self.notes: list[str] = notes if notes is not None else []

    def note(self, text: str) -> None:
        """Remember something that the user should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def value(self, keyword: str) -> Any:
        """Return the value of an attribute, None where it is absent, empty or unreadable."""
        if keyword not in self.dataset:
            return None
        # pydicom converts a value when it is first used, with whatever exception its bytes provoke.
        try:
            value = self.dataset[keyword].value
        except Exception:
            self.malformed(keyword)
            return None
        return None if value is None or value in ("", b"") else value

    def malformed(self, keyword: str) -> None:
        """Note that an attribute is not used."""
        self.note(f"{keyword} is malformed and was ignored.")

    def texts(self, keyword: str) -> list[str]:
        """Return the values of a text attribute, without outer blanks."""
        return [str(value).strip(" \0") for value in _each(self.value(keyword))]

    def text(self, keyword: str) -> str:
        """Return the first value of a text attribute, or an empty string."""
        return next(iter(self.texts(keyword)), "")

    def numbers(self, keyword: str) -> list[float]:
        """Return the values of a numeric attribute; NaN for those that are no finite number."""
        numbers = []
        for value in _each(self.value(keyword)):
            try:
                number = float(value)
            except (TypeError, ValueError, OverflowError):
                number = math.nan
            if not math.isfinite(number):
                self.malformed(keyword)
                number = math.nan
            numbers.append(number)
        return numbers

    def number(self, keyword: str) -> float | None:
        """Return the first value of a numeric attribute, None where there is no usable one."""
        first = next(iter(self.numbers(keyword)), math.nan)
        return None if math.isnan(first) else first

    def integer(self, keyword: str) -> int | None:
        """Return the first value of a numeric attribute as an integer."""
        number = self.number(keyword)
        return None if number is None else int(number)

    def items(self, keyword: str) -> list[Tags]:
        """Return the items of a sequence."""
        value = self.value(keyword)
        items = [item for item in _each(value) if isinstance(item, Dataset)]
        if value is not None and not items and len(_each(value)) > 0:
            self.malformed(keyword)
        return [Tags(item, self.notes) for item in items]


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    if (
        isinstance(value, Iterable)
        and not isinstance(value, str | bytes)
        and not hasattr(value, "components")
    ):
        return list(value)
    return [value]
