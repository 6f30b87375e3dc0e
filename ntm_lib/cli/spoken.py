"""What typer itself says, in the language of the catalogue: usage, headings of the help, faults of the command line."""

import re
from collections.abc import Callable
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from ntm_lib.errors import Fault
from ntm_lib.messages import _
from ntm_lib.model_words import model_words

_KIND = re.compile(r"<(?:list\[)?(\w+)(?: range)?\]?>")
_RANGE = re.compile(r"(-?[\d.]+)<=x<=(-?[\d.]+)")
_BRACED = re.compile(r"(?<=[\[{])[a-z_]+(?=[\]}])")
_BARE = re.compile(r"^[a-z_]+(?= |$)")
_EXTRA = re.compile(r"\[([^\[\]]+)\]$")


class Commands(typer.Typer):
    """A group of commands whose help is in the language of the catalogue."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=_Group, no_args_is_help=True, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Return the decorator that makes a function a command, as typer's own does."""
        return super().command(name, cls=_Command, **settings)


class _Spoken:
    """How a command writes its usage and its help."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        words = {"[OPTIONS]": _("[OPTIONS]"), "COMMAND [ARGS]...": _("COMMAND [ARGS]...")}
        pieces = [words.get(piece, _named(_BRACED.sub(_upper, piece))) for piece in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                is_help = record[0] == "--help"
                text = _("Show this help and stop.") if is_help else _extra(record[1])
                head = _BARE.sub(_upper, record[0]) if param.param_type_name == "argument" else record[0]
                rows[param.param_type_name].append((_named(head), text))
        for heading, kind in ((_("Arguments"), "argument"), (_("Options"), "option")):
            _section(formatter, heading, rows[kind])


class _Command(_Spoken, TyperCommand):
    pass


class _Group(_Spoken, TyperGroup):
    def format_options(self, ctx: Any, formatter: Any) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        limit = formatter.width - 6 - max(map(len, found), default=0)
        rows = [(name, one.get_short_help_str(limit)) for name, one in found.items() if one and not one.hidden]
        _section(formatter, _("Commands"), rows)


def _section(formatter: Any, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


def _upper(found: re.Match[str]) -> str:
    """Write the name of an argument as a placeholder."""
    return found[0].upper()


def _named(text: str) -> str:
    """Name what is to be typed: a placeholder such as FILE, or typer's name of a type."""
    kinds = {"Path": "PATH", "path": "PATH", "file": "FILE", "str": "TEXT", "int": "NUMBER", "float": "NUMBER"}
    has_name = not text.startswith("-")  # an argument is named already
    text = _KIND.sub(lambda kind: "" if has_name else kinds.get(kind[1], kind[0]), text).strip()
    words = {
        "FILE": _("FILE"), "PATH": _("PATH"), "FOLDER": _("FOLDER"), "CODE": _("CODE"), "ID": _("ID"), "ITEM": _("ITEM"),
        "ROUND": _("ROUND"), "TEXT": _("TEXT"), "NUMBER": _("NUMBER"), "YYYY-MM-DD": _("YYYY-MM-DD"),
        "FIRST-LAST": _("FIRST-LAST"), "NAME": _("NAME"), "COMMUNE": _("COMMUNE"), "OLD": _("OLD"), "NEW": _("NEW"),
    }  # fmt: skip
    return re.sub(r"(?<![\w-])[A-Z][A-Z-]+(?![\w-])", lambda word: words.get(word[0], word[0]), text)


def _extra(text: str) -> str:
    """Say in words what typer adds to the help of a parameter: its default, that it is required."""
    found = _EXTRA.search(text)
    if found is None:
        return text
    said = "; ".join(_one_extra(part) for part in found[1].split("; "))
    return f"{text[: found.start()]}[{said}]"


def _one_extra(part: str) -> str:
    name, _mark, value = part.partition("default: ")
    if ends := _RANGE.fullmatch(part):
        return _("{low} to {high}").format(low=ends[1], high=ends[2])
    if not name and value:
        return _("default: {value}").format(value=value)
    return _("required") if part == "required" else part


def usage_fault(error: TyperException) -> str:
    """Return what is wrong with a command line, after its usage and with how to get help."""
    ctx: Any = getattr(error, "ctx", None)
    if ctx is None:
        return _in_words(error)
    message, usage = error.format_message(), ctx.get_usage()
    if message.startswith(usage):  # the help of a group that was called without a command
        return message
    hint = _("How to use it: {command}").format(command=f"{ctx.command_path} --help")
    return f"{usage}\n\n{_in_words(error)}\n{hint}"


def _in_words(error: TyperException) -> str:
    message = error.format_message()
    for pattern, text in _patterns().items():
        if found := re.fullmatch(pattern, message, re.DOTALL):
            held = {name: value or "" for name, value in found.groupdict().items()}
            known = " " + _("Meant perhaps: {known}.").format(known=held["known"]) if held.get("known") else ""
            name = _BARE.sub(_upper, held["name"]) if message.startswith("Missing") else held["name"]
            return text.format(name=_named(name)) + known
    if found := re.fullmatch(r"Invalid value for '?(?P<name>.*?)'?: (?P<reason>.*)", message, re.DOTALL):
        if isinstance(cause := error.__cause__, ValidationError):
            [fault, *_more] = model_words(cause)
            return str(Fault(found["name"], fault.found, fault.expected))
        return f"{found['name']}: {found['reason']}"
    return message


def _patterns() -> dict[str, str]:
    """Return typer's messages about a command line with their words; ``name`` is what was typed or is missing."""
    return {
        r"Missing (?:argument|option|parameter) '(?P<name>.*?)'\..*": _("{name} is missing."),
        r"Missing command\.(?P<name>)": _("The command is missing."),
        r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<known>.*)\?)?": _("There is no command '{name}'."),
        r"No such option: (?P<name>\S+)(?: \((?:Possible options: |Did you mean )(?P<known>.*?)\??\))?": _(
            "There is no option {name}."
        ),
        r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)": _("Nothing can be done with: {name}."),
        r"Option '(?P<name>.*)' requires (?:an argument|\d+ arguments)\.": _("Something has to follow {name}."),
        r"Option '(?P<name>.*)' does not take a value\.": _("Nothing may follow {name}."),
    }
