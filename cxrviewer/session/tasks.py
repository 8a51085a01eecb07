"""From names that a person or a command line gives to requests for the engine: pure, without Qt."""

from __future__ import annotations

from collections.abc import Iterable

from cxrviewer.errors import ExplainError, UsageError
from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.method_spec import Parameter, Value, Values
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, LoadRequest
from cxrviewer.explain.target import TOP, Target, check_target
from cxrviewer.imaging.geometry import Geometry
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.models.preprocess import prepare_input
from cxrviewer.models.reading import group_indices

_TOP = "top"

_NAMED_AT_MOST = 8


def explain_request(
    radiograph: Radiograph, info: ModelInfo, load: LoadRequest, question: Question
) -> tuple[ExplainRequest, Geometry]:
    """Prepare the model's input and ask for one heatmap.

    Parameters
    ----------
    radiograph : Radiograph
        The image; what the user's eye sees of it does not matter here.
    info, load : ModelInfo, LoadRequest
        The loaded model, and how the engine finds it.
    question : Question
        What is asked.

    Returns
    -------
    ExplainRequest, Geometry
        The geometry places the answer's grid on the image.
    """
    prepared = prepare_input(radiograph, info.card.input)
    request = ExplainRequest(load, prepared.key, prepared.values, prepared.black, prepared.white, question)
    return request, prepared.geometry


def resolve_target(card: ModelCard, text: str) -> Target:
    """Return the target that a text names.

    Parameters
    ----------
    card : ModelCard
        Its labels and label groups are the choices.
    text : str
        "top"; a label or a group in any case, or an index; "not LABEL"; "LABEL vs LABEL" and
        "LABEL vs rest". A label comes first where one is called "top" or is a number.

    Raises
    ------
    UsageError
        No class is called so, or a class is to be explained against itself.
    """
    wanted = text.strip().casefold()
    named = _named_classes(card, wanted)
    if named is not None:
        return Target(named)
    if wanted == _TOP:
        return TOP
    if wanted.startswith("not ") and (named := _named_classes(card, wanted[4:])) is not None:
        return Target((), named)
    first, versus, second = wanted.partition(" vs ")
    positive = _named_classes(card, first)
    if versus and positive is not None:
        rest = tuple(index for index in range(len(card.labels)) if index not in positive)
        negative = rest if second.strip() == "rest" else _named_classes(card, second)
        if negative:
            return _checked(Target(positive, negative), card)
    choices = ", ".join(f"{label} ({index})" for index, label in enumerate(card.labels))
    groups = "".join(f", {group.name} (group)" for group in card.label_groups)
    hint = f"Choose top, {choices}{groups}, 'not LABEL', 'LABEL vs LABEL' or 'LABEL vs rest'."
    raise UsageError(f"The model has no class {text!r}.", hint)


def _checked(target: Target, card: ModelCard) -> Target:
    try:
        check_target(target, card)
    except ExplainError as error:
        raise UsageError(error.message, error.hint) from error
    return target


def _named_classes(card: ModelCard, text: str) -> tuple[int, ...] | None:
    """Return the classes that a label, a group or an index stands for."""
    wanted = text.strip().casefold()
    for index, label in enumerate(card.labels):
        if label.casefold() == wanted:
            return (index,)
    for group in card.label_groups:
        if group.name.casefold() == wanted:
            return group_indices(card, group)
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(card.labels):
        return (int(wanted),)
    return None


def resolve_layer(info: ModelInfo, name: str) -> str:
    """Return the path of the layer that a text names.

    Parameters
    ----------
    info : ModelInfo
        Its layers are the choices.
    name : str
        "auto", a path, or the last name of a path where only one layer has it.

    Raises
    ------
    UsageError
        No layer, or more than one, is called so.
    """
    paths = [layer.path for layer in info.layers]
    if name == AUTO_LAYER or name in paths:
        return name
    matches = [path for path in paths if path.rpartition("/")[2] == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(f"Several layers are called {name!r}.", f"Choose one of {', '.join(matches)}.")
    if not paths:
        raise UsageError(f"The model has no layer {name!r}.", "It has no layer with a spatial output at all.")
    latest = ", ".join(paths[-_NAMED_AT_MOST:])
    others = " ('cxrviewer layers' lists the others)" if len(paths) > _NAMED_AT_MOST else ""
    raise UsageError(f"The model has no spatial layer {name!r}.", f"Choose auto, {latest}{others}.")


def resolve_layers(info: ModelInfo, names: str) -> tuple[str, ...]:
    """Return the paths of the layers that a text names, separated by commas; else as `resolve_layer`."""
    if any(layer.path == names for layer in info.layers):
        return (names,)
    return tuple(resolve_layer(info, name.strip()) for name in names.split(","))


def resolve_method(method: str) -> str:
    """Return the id of the method that a text names, in any case.

    Raises
    ------
    UsageError
        There is no such method.
    """
    known = [spec.id for spec in methods()]
    wanted = method.strip().casefold()
    if wanted in known:
        return wanted
    raise UsageError(f"There is no method {method!r}.", f"Choose {', '.join(known)}.")


def resolve_parameters(method: str, texts: Iterable[str]) -> Values:
    """Return the parameters of a method, as texts of the form NAME=VALUE set them.

    Raises
    ------
    UsageError
        The method has no such parameter, its value is no such value, or it is set twice.
    """
    spec = method_spec(method)
    known = "; ".join(f"{each.name} ({allowed_values(each)})" for each in spec.parameters)
    hint = f"Parameters of {spec.name}: {known}." if known else f"{spec.name} has no parameters."
    given: dict[str, Value] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise UsageError(f"{text!r} is not of the form NAME=VALUE.", hint)
        if name in given:
            raise UsageError(f"The parameter {name!r} is set twice.", "Set it once.")
        given[name] = value
    try:
        return spec.values(given)
    except ExplainError as error:
        raise UsageError(error.message, hint) from error


def allowed_values(parameter: Parameter) -> str:
    """Return in words what a parameter can be set to."""
    if isinstance(parameter.default, str):
        return " or ".join(parameter.choices)
    return f"{parameter.minimum:g} to {parameter.maximum:g}"
