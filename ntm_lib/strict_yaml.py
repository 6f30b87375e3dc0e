"""Read YAML safely and strictly: no objects, no key twice, and only what YAML 1.2 takes for a truth value or a number."""

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ntm_lib.errors import NtmError, disk_reason
from ntm_lib.messages import _

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OWN = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader of PyYAML without the surprises of YAML 1.1 (``on``, ``yes``, ``1:30``, ``017``)."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag not in _OWN]
        for letter, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice, which plain YAML would silently overwrite."""
        keys = [key.value for key, _value in node.value]
        for (key, _value), name in zip(node.value, keys, strict=True):
            if keys.count(name) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, _("the key '{key}' stands twice").format(key=name), key.start_mark
                )
        return dict(super().construct_mapping(node, deep=deep))


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789."),
)


def _date(loader: Any, node: Any) -> Any:
    """Refuse a day that no calendar has."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        text = _("'{text}' is not a day of the calendar").format(text=node.value)
        raise yaml.constructor.ConstructorError(None, None, text, node.start_mark) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def read_yaml(path: Path) -> Any:
    """Read one YAML file; broken syntax, an impossible day and a key that stands twice stop with file and line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise NtmError(f"{path}{line}: {_problem(error)}") from error
    except yaml.YAMLError as error:
        raise NtmError(f"{path}: {_('not the form of a YAML file')}") from error
    except FileNotFoundError as error:
        raise NtmError(_("{path}: the file does not exist.").format(path=path)) from error
    except OSError as error:
        raise NtmError(_("{file} cannot be read: {reason}").format(file=path, reason=disk_reason(error))) from error
    except UnicodeDecodeError as error:
        raise NtmError(_("{path}: the file is not UTF-8 text.").format(path=path)) from error
    except ValueError as error:
        raise NtmError(f"{path}: {error}") from error


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Say in words what the reader of YAML found; what this module itself refuses is in words already."""
    problem = str(error.problem or "")
    if isinstance(error, yaml.constructor.ConstructorError) and not problem.startswith("could not determine"):
        return problem
    words = {
        "mapping values are not allowed": _("a second colon on the line, or the line above lacks one: put text with a colon in quotes"),
        "found character that cannot start": _("a sign that may not stand first, such as a tab, @ or %: indent with spaces, put text in quotes"),
        "found unexpected end of stream": _("a quotation mark is not closed"),
        "could not find expected ':'": _("a colon is missing after a name"),
        "did not find expected": _("a bracket, a quotation mark or the indentation does not fit"),
    }  # fmt: skip
    return next((text for start, text in words.items() if problem.startswith(start)), _("not the form of a YAML file"))
