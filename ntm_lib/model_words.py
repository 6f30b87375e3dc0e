"""Turn the errors of a pydantic model into the reader's words: what was found, what was expected."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import digits
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ntm_lib.errors import FaultList, preview
from ntm_lib.messages import _

_MAX_SHOWN = 60
_MAX_LISTED = 40
_MAX_CLOSE = 8
_MAX_ALIKE = 3


@dataclass(frozen=True)
class ModelFault:
    """One error: the way to the value (names and positions), pydantic's ``type``, what was found and expected."""

    loc: tuple[int | str, ...]
    type: str
    found: str
    expected: str = ""


def nearest(name: object, known: Iterable[str], labels: Mapping[Any, object] | None = None) -> str:
    """Say which known name is meant, or list them, the first of very many; ``labels``: what a code is called.

    Of codes every one that is equally near is told, since no digit looks more like another.
    """
    known = list(known)
    told = {item: f"{item} {labels[item]}" if labels and item in labels else item for item in known}
    close = close_to(str(name), known)
    if close:
        return ", ".join(f"'{told[item]}'" for item in (close if str(name).isdigit() else close[:1]))
    return ", ".join(told.values()) if len(known) <= _MAX_LISTED else preview(told.values())


def close_to(name: str, known: Iterable[str], limit: int = _MAX_CLOSE) -> list[str]:
    """Return the known names that are likely meant, at most ``limit``.

    A code of digits that nobody has is most often one slip away from the one meant: all such codes, those with two digits
    turned round first, and only where there are none what looks like it.
    """
    known = dict.fromkeys(known)
    if name.isdigit() and (close := [item for item in _one_slip_away(name) if item in known]):
        return close[:limit]
    return list(difflib.get_close_matches(name, known, n=min(limit, _MAX_ALIKE)))


def _one_slip_away(code: str) -> dict[str, None]:
    """List what one slip turns into the code: two neighbours turned round, a digit wrong, one too many, one missing."""
    cuts = [(code[:place], code[place:]) for place in range(len(code) + 1)]
    turned = [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    wrong = [head + digit + tail[1:] for head, tail in cuts if tail for digit in digits]
    shorter = [head + tail[1:] for head, tail in cuts if tail]
    longer = [head + digit + tail for head, tail in cuts for digit in digits]
    return dict.fromkeys([*turned, *wrong, *shorter, *longer])


def model_words(error: ValidationError, model: type[BaseModel] | None = None) -> list[ModelFault]:
    """Return every error in words; with ``model`` an unknown key is told with the nearest known one."""
    return [_fault(item, model) for item in error.errors(include_url=False)]


def tell(faults: FaultList, where: str, error: ValidationError, model: type[BaseModel] | None = None) -> None:
    """Note every error in ``faults``, at ``where`` and the dotted way to the value."""
    for fault in model_words(error, model):
        place = ".".join(str(part) for part in fault.loc if part != "[key]")
        faults.add(f"{where}: {place}" if place else where, fault.found, fault.expected)


def _fault(item: Any, model: type[BaseModel] | None) -> ModelFault:
    loc, kind = item["loc"], item["type"]
    key = loc[-1] if loc else ""
    match kind:
        case "missing":
            return ModelFault(loc, kind, _("key '{key}' is missing").format(key=key))
        case "extra_forbidden":
            return ModelFault(loc, kind, _("unknown key '{key}'").format(key=key), nearest(key, _known(model, loc)))
        case "value_error":
            return ModelFault(loc, kind, str(item["ctx"]["error"]))
        case _:
            return ModelFault(loc, kind, _shown(item["input"]), _expected(kind, item.get("ctx", {}), item["msg"]))


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    """Return what the model asks for, by the type of the error; an unforeseen type keeps pydantic's reason."""
    if kind in {"enum", "literal_error"}:
        return _("one of {known}").format(known=str(context["expected"]).replace("' or '", "', '"))
    for name, text in (
        ("gt", _("more than {limit}")),
        ("ge", _("at least {limit}")),
        ("lt", _("less than {limit}")),
        ("le", _("at most {limit}")),
        ("min_length", _("length at least {limit}")),
        ("max_length", _("length at most {limit}")),
        ("pattern", _("text of the form {limit}")),
    ):
        if name in context:
            limit = context[name]
            return text.format(limit=f"{limit:g}" if isinstance(limit, float) else limit)
    if kind in {"int_type", "float_type"}:
        return _("a number without quotation marks")
    return _kinds().get(kind.split("_", maxsplit=1)[0]) or _("another value ({reason})").format(reason=message)


def _kinds() -> dict[str, str]:
    """Return the words for a kind of value, by the first word of pydantic's error type."""
    entries = _("a list")
    lines = _("lines of the form `name: value`")
    return {
        "int": _("a whole number"),
        "float": _("a number"),
        "finite": _("a finite number"),
        "bool": _("true or false"),
        "date": _("a date such as 2019-12-31"),
        "string": _("text"),
        "tuple": entries,
        "list": entries,
        "dict": lines,
        "mapping": lines,
        "model": lines,
        "invalid": _("a name"),
    }


def _shown(value: object) -> str:
    match value:
        case None:
            return _("empty")
        case bool():
            return str(value).lower()
        case Mapping():
            return _("lines of the form `name: value`")
        case list() | tuple():
            return _("a list")
        case _:
            if isinstance(value, (int, float)):
                return str(value)
            text = str(value)
            return f"'{text}'" if len(text) <= _MAX_SHOWN else f"'{text[:_MAX_SHOWN]}…'"


def _known(model: type[BaseModel] | None, loc: tuple[int | str, ...]) -> list[str]:
    """List the names that may stand where ``loc`` ends; positions and keys of a mapping lead no deeper."""
    kind: Any = model
    for part in loc[:-1]:
        fields = {name: field for held in _models(kind) for name, field in _fields(held).items()}
        kind = fields.get(str(part), kind)
    return [name for held in _models(kind) for name in _fields(held)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for part in get_args(kind) for model in _models(part)]
