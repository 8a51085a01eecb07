"""What a method of attribution says about itself, and the parameters that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cxrviewer.errors import ExplainError

Value = int | float | str
Values = tuple[tuple[str, Value], ...]
"""Names and values of parameters, in the order of the method's specification."""


class Family(StrEnum):
    """What a method is made from; the headings of the menu."""

    GRADIENT_CAM = "Class activation maps"
    PERTURBATION_CAM = "Class activation maps by perturbation"
    INPUT_GRADIENT = "Gradients at the input"
    BLACK_BOX = "Black box: only the output is used"
    CONTROL = "Controls"


class Units(StrEnum):
    """What the values of a map are in.

    SHARE: their sum is a contribution to the logit. CHANGE: each is a change of the logit. NONE: only their
    ratios mean something.
    """

    SHARE = "share of the logit"
    CHANGE = "change of the logit"
    NONE = "none"


@dataclass(frozen=True)
class Parameter:
    """One setting of a method.

    Parameters
    ----------
    name : str
        As the keyword of the method's function and on the command line.
    label : str
        In the form.
    default : int, float or str
        Its type is the parameter's type.
    help : str
        What a change of it does, one sentence.
    minimum, maximum : float
        Range of a number, both included.
    choices : tuple of str
        Of a text.
    """

    name: str
    label: str
    default: Value
    help: str
    minimum: float = 0.0
    maximum: float = 0.0
    choices: tuple[str, ...] = ()

    def checked(self, value: Value) -> Value:
        """Return a value as the parameter's type.

        Raises
        ------
        ExplainError
            It is of another type or outside the range.
        """
        if isinstance(self.default, str):
            if value in self.choices:
                return value
            raise ExplainError(
                f"{value!r} is no value of '{self.name}'.", f"Choose {', '.join(self.choices)}."
            )
        try:
            number = type(self.default)(value)
            exact = float(value) == number
        except (TypeError, ValueError, OverflowError):
            number, exact = self.default, False
        if not exact or not self.minimum <= number <= self.maximum:
            kind = "whole number" if isinstance(self.default, int) else "number"
            hint = f"Give a {kind} from {self.minimum:g} to {self.maximum:g}."
            raise ExplainError(f"{value!r} is no value of '{self.name}'.", hint)
        return number


@dataclass(frozen=True)
class MethodSpec:
    """Identity, needs and limits of a method.

    Parameters
    ----------
    id : str
        Short name, stored in results and used on the command line.
    name : str
        As in the literature.
    summary : str
        What a map of it shows, one sentence.
    caution : str
        What a map of it does not show, one sentence.
    reference : str
        The paper.
    family : Family
        What it is made from.
    signed : bool
        Whether its maps have negative values where a region spoke against the target.
    order : int
        Position in menus.
    cost : str
        What is computed for a map, in words.
    class_discriminative : bool
        Whether another target gives another map.
    uses_layer : bool
        Whether it explains a target layer; the others explain the input.
    units : Units
        What its values are in.
    parameters : tuple of Parameter
        In the order of the form.
    """

    id: str
    name: str
    summary: str
    caution: str
    reference: str
    family: Family
    signed: bool
    order: int
    cost: str
    class_discriminative: bool = True
    uses_layer: bool = True
    units: Units = Units.NONE
    parameters: tuple[Parameter, ...] = ()

    @property
    def black_box(self) -> bool:
        """Whether only the model's output is used, so that any model will do."""
        return self.family is Family.BLACK_BOX

    def values(self, given: Mapping[str, Value] | Iterable[tuple[str, Value]] = ()) -> Values:
        """Return the values of all parameters, the defaults where none is given.

        Raises
        ------
        ExplainError
            There is no such parameter, or its value is outside its range.
        """
        wanted = dict(given)
        known = [parameter.name for parameter in self.parameters]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            hint = f"Choose {', '.join(known)}." if known else "It has none."
            raise ExplainError(f"{self.name} has no parameter {unknown[0]!r}.", hint)
        return tuple((p.name, p.checked(wanted.get(p.name, p.default))) for p in self.parameters)
