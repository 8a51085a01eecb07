"""Optional attributes of a DICOM data set: what is malformed is noted, and never hides the pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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
    before : sequence of Dataset
        Data sets whose attributes come before those of `dataset`: what is said of one frame, say.
    """

    def __init__(
        self, dataset: Dataset, notes: list[str] | None = None, before: Sequence[Dataset] = ()
    ) -> None:
        self.dataset = dataset
        self.notes: list[str] = notes if notes is not None else []
        self._searched = (*before, dataset)

    def note(self, text: str) -> None:
        """Remember something that the user should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def value(self, attribute: str | tuple[int, int]) -> Any:
        """Return the value of an attribute, None where it is absent, empty or unreadable.

        Parameters
        ----------
        attribute : str or tuple of int
            Keyword; group and element for those of repeating groups, which have none.
        """
        dataset = next((each for each in self._searched if attribute in each), None)
        if dataset is None:
            return None
        # pydicom converts a value when it is first used, with whatever exception its bytes provoke.
        try:
            value = dataset[attribute].value
        except Exception:
            self.malformed(attribute)
            return None
        return None if value is None or value in ("", b"") else value

    def malformed(self, attribute: str | tuple[int, int]) -> None:
        """Note that an attribute is not used."""
        name = attribute if isinstance(attribute, str) else "({:04X},{:04X})".format(*attribute)
        self.note(f"{name} is malformed and was ignored.")

    def texts(self, attribute: str | tuple[int, int]) -> list[str]:
        """Return the values of a text attribute, without outer blanks."""
        return [str(value).strip(" \0") for value in _each(self.value(attribute))]

    def text(self, attribute: str | tuple[int, int]) -> str:
        """Return the first value of a text attribute, or an empty string."""
        return next(iter(self.texts(attribute)), "")

    def numbers(self, attribute: str | tuple[int, int]) -> list[float]:
        """Return the values of a numeric attribute; NaN for those that are no finite number."""
        numbers = []
        for value in _each(self.value(attribute)):
            try:
                number = float(value)
            except (TypeError, ValueError, OverflowError):
                number = math.nan
            if not math.isfinite(number):
                self.malformed(attribute)
                number = math.nan
            numbers.append(number)
        return numbers

    def number(self, attribute: str | tuple[int, int]) -> float | None:
        """Return the first value of a numeric attribute, None where there is no usable one."""
        first = next(iter(self.numbers(attribute)), math.nan)
        return None if math.isnan(first) else first

    def integer(self, attribute: str | tuple[int, int]) -> int | None:
        """Return the first value of a numeric attribute as an integer."""
        number = self.number(attribute)
        return None if number is None else int(number)

    def items(self, attribute: str | tuple[int, int]) -> list[Tags]:
        """Return the items of a sequence."""
        value = self.value(attribute)
        items = [item for item in _each(value) if isinstance(item, Dataset)]
        if value is not None and not items and len(_each(value)) > 0:
            self.malformed(attribute)
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
