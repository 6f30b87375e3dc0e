"""The words that stand in the cells of a form for the ids of the contracts."""

from functools import lru_cache

from ntm_lib.messages import _, language
from ntm_lib.submissions.model import Level


def status_words() -> dict[str, str]:
    """Return the words for the status of a value."""
    return {"actual": _("Actual"), "estimate": _("Estimated outturn"), "plan": _("Planned")}


def yes_no_words() -> dict[str, str]:
    """Return the words for a yes/no cell; the ids are those of numbers."""
    return {"1": _("Yes (in a form)"), "0": _("No (in a form)")}


def met_words() -> dict[str, str]:
    """Return the words for a yes/no requirement."""
    return {"1": _("Met"), "0": _("Not met")}


def finding_word(level: Level) -> str:
    """Return the word for what a level finds."""
    return {
        Level.COMMUNE: _("self-assessment"),
        Level.DISTRICT: _("verification"),
        Level.PROVINCE: _("appraisal"),
    }[level]


def not_assessed_word() -> str:
    """Return the word for a requirement that is not carried out in a commune."""
    return _("Not assessed")


def choice_words(column: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the words for the allowed values of a choice; one without words stands as it is."""
    known = _choices(language()).get(column, {})
    return {value: known.get(value) or _line_of_a_period(value) for value in allowed}


def _line_of_a_period(value: str) -> str:
    kind, _first, rest = value.partition("_")
    first, _mark, last = rest.partition("_")
    words = {
        "income": _("income line of {first}-{last}"),
        "multidimensional": _("multidimensional line of {first}-{last}"),
    }
    return words[kind].format(first=first, last=last) if kind in words and last.isdigit() else value


@lru_cache(maxsize=4)
def _choices(_language: str) -> dict[str, dict[str, str]]:
    titles = {"ntm": _("NTM commune"), "advanced": _("Advanced NTM commune"), "model": _("Model NTM commune")}
    return {
        "status": status_words(),
        "title": titles,
        "target_level": titles,
        "review": {
            "kept": _("Kept after re-review"),
            "again": _("Recognised again after a period"),
            "confirmed": _("Confirmed after a merger"),
            "withdrawn": _("Withdrawn"),
        },
        "activity": {
            "planning": _("Planning"),
            "communication": _("Communication"),
            "training": _("Training"),
            "management": _("Management of the programme"),
            "emulation": _("Emulation and commendation"),
            "inspection": _("Inspection and supervision"),
        },
        "kind": {
            "difficulty": _("Difficulty"),
            "cause": _("Cause"),
            "request": _("Request"),
            "collective": _("Collective"),
            "person": _("Person"),
            "household": _("Family household"),
            "enterprise": _("Enterprise"),
        },
        "cause_kind": {"objective": _("Objective"), "subjective": _("Subjective")},
        "money_source": {
            "central": _("Central budget"),
            "provincial": _("Provincial budget"),
            "district": _("District budget"),
            "commune": _("Commune budget"),
            "integrated": _("Integrated from other programmes and projects"),
            "credit": _("Credit"),
            "firms": _("Enterprises and cooperatives"),
            "people": _("People and community"),
        },
    }
