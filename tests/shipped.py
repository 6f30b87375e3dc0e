"""Territories of the shipped project, loaded once by each process; read them, never change them."""

from typing import Any

from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.messages import language
from ntm_lib.project import Project

_HELD: dict[tuple[object, ...], Territory] = {}


def province(**options: Any) -> Territory:
    """Return what ``load_province`` gives for these options."""
    return territory("", **options)


def territory(code: str, **options: Any) -> Territory:
    """Return what ``load_territory`` gives for these options, in the language of the test."""
    root = Project.find().root
    assert (root / "data" / "units").is_symlink(), "a project that a test may change is loaded by the test itself"
    key = (root, language(), code, *sorted(options.items()))
    if key not in _HELD:
        _HELD[key] = load_territory(code, **options) if code else load_province(**options)
    return _HELD[key]
