"""The words and figures of one shortfall, for the sheet as for the report."""

from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, palette
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.verdicts import Verdict

_YES = "yes"
_ALL = 100
_NAMED = 2
"""At most so many parts of a commune are named; more are counted."""


def digits_of(row: Any) -> int:
    """Return how many decimals a value of a requirement is printed with."""
    return 0 if row.unit in {"household", "count"} else 1


def value_fig(commune: Commune, row: Any) -> Fig:
    """Return the value of a requirement, a range where the parts that a shortfall is about differ."""
    return _value_fig(commune, row, "value")


def _value_fig(commune: Commune, row: Any, name: str) -> Fig:
    key = commune.key(name, row.requirement, commune.all.year)
    return fig(key, row.value_low, "interval", high=row.value_high, digits=digits_of(row))


def met_value(commune: Commune, row: Any) -> Markup | str:
    """Return that value as markup; words where the requirement is met or not."""
    if row.sense == _YES or formats.is_missing(row.value_low):
        return palette.verdict_label(Verdict(int(row.verdict))) + commune.all.level_marks[row.requirement]
    return value_fig(commune, row).markup()


def reached(commune: Commune, row: Any) -> Fig | str:
    """Return the value that was reached; words where there is none."""
    if row.state == "unknown":
        return _("Level not set") if row.reason == "level" else _("Not enough data")
    if row.sense == _YES:
        return _("Not met")
    return value_fig(commune, row)


def required(commune: Commune, row: Any) -> str:
    """Write the level with its sign and the mark of one that was not verified or is assumed."""
    if formats.is_missing(row.level):
        return "…"
    mark = commune.all.level_marks[row.requirement]
    if row.sense == _YES:
        return _("Met") + mark
    sign = {"at_least": "≥", "at_most": "≤", "above": ">"}[row.sense]
    digits = 0 if float(row.level).is_integer() else 1
    unit = "%" if row.unit == "percent" else ""
    return f"{sign} {formats.number(row.level, digits)}{unit}{mark}"


def level_words(row: Any) -> str:
    """Write the level of a requirement measured by a number in words: ``from 50% on``, ``not more than 12%``."""
    if formats.is_missing(row.level):
        return "…"
    digits = 0 if float(row.level).is_integer() else 1
    level = formats.number(row.level, digits) + value_unit(row)
    if row.sense == "at_least":
        return level if row.unit == "percent" and row.level == _ALL else _("{level} or more").format(level=level)
    if row.sense == "above":
        return _("more than {level}").format(level=level)
    return _("not more than {level}").format(level=level) if row.level else _("none left")


def value_unit(row: Any) -> str:
    """Return what stands behind a value of a requirement."""
    return {"percent": "%", "million_vnd_per_person_year": " " + _("million VND a person and year")}.get(row.unit, "")


def parts_said(commune: Commune, row: Any) -> Sentence | str:
    """Name the parts that are short, where the commune has several; where they are many, or all, count them."""
    if row.of_parts < 2:
        return ""
    if len(row.parts) < row.of_parts and len(row.parts) <= _NAMED:
        return ", ".join(row.parts)
    about = row.requirement, commune.all.year
    return sentence(
        _("{count}/{all} former communes"),
        count=fig(commune.key(f"parts_{row.state}", *about), len(row.parts), "count"),
        all=fig(commune.key("parts_all", *about), row.of_parts, "count"),
    )


def short_with_parts(commune: Commune, row: Any) -> Sentence | str:
    """Return the short name of a requirement, with the parts of the commune that miss it."""
    return _with_parts(short_name(row), commune, row)


def said_name(commune: Commune, row: Any) -> Sentence | str:
    """Return the same below the name of its criterion, whose number it need not repeat."""
    is_alone = row.requirement == row.criterion
    name = str(getattr(row, f"short_{language()}")) if is_alone else short_name(row)
    return _with_parts(name, commune, row)


def _with_parts(name: str, commune: Commune, row: Any) -> Sentence | str:
    parts = parts_said(commune, row)
    return sentence("{name} ({parts})", name=name, parts=parts) if parts else name


def reached_said(commune: Commune, row: Any) -> Sentence | str:
    """Say the value of a requirement, met or not, over all parts of a commune, for a table; words where there is none."""
    verdict = Verdict(int(row.verdict))
    if verdict is Verdict.NOT_APPLICABLE or formats.is_missing(row.value_low):
        return palette.verdict_label(verdict) if verdict is not Verdict.MET else formats.not_reported()
    return palette.verdict_label(verdict) if row.sense == _YES else _with_sign(_value_fig(commune, row, "reached"), row)


def _with_sign(value: Fig, row: Any) -> Sentence:
    return sentence("{value}{sign}", value=value, sign=_sign(row))


def _sign(row: Any) -> str:
    """Return the sign of a share; in a table other units stand with the level."""
    return "%" if row.unit == "percent" else ""


def short_of_said(commune: Commune, row: Any) -> Sentence | str:
    """Say the value that was reached where a requirement is missing, for a table; words where there is none."""
    value = reached(commune, row)
    return _with_sign(value, row) if isinstance(value, Fig) else value


def met_level(commune: Commune, row: Any) -> str:
    """Write the level of a requirement measured by a number; empty for yes or no."""
    return "" if row.sense == _YES else required(commune, row)


def missing(commune: Commune, row: Any) -> Fig | str:
    """Return what is missing, without its unit: pieces where the whole is known, else the distance; empty for yes or no."""
    key = commune.key("missing", row.requirement, commune.all.year)
    if row.state == "unknown" or row.sense == _YES:
        return ""
    if formats.is_missing(row.amount):
        return fig(key, row.gap, "number", digits=digits_of(row))
    whole = float(row.amount).is_integer() and row.amount_unit_vi not in {"km", "ha"}
    return fig(key, row.amount, "number", digits=0 if whole else 1)


def missing_said(commune: Commune, row: Any) -> Sentence | str:
    """Say what is missing with its unit, for a table; empty for yes or no."""
    amount = missing(commune, row)
    if not isinstance(amount, Fig):
        return ""
    unit = missing_unit(row)
    text = "{before}{amount} {unit}" if unit else "{before}{amount}"
    return sentence(text, before=before(row), amount=amount, unit=unit)


def missing_unit(row: Any) -> str:
    """Return the unit of what is missing."""
    if row.state == "unknown" or row.sense == _YES:
        return ""
    if not formats.is_missing(row.amount):
        return str(getattr(row, f"amount_unit_{language()}"))
    return {"percent": _("percentage points"), "million_vnd_per_person_year": _("million VND")}.get(row.unit, "")


def short_name(row: Any) -> str:
    """Return the short name of a requirement with its number."""
    return f"{row.requirement.split('/')[0]}. {getattr(row, f'short_{language()}')}"


def cost(commune: Commune, row: Any) -> Fig | None:
    """Return the cost by the norms, million VND; None where it cannot be told."""
    if formats.is_missing(row.low_vnd_million):
        return None
    key = commune.key("cost", row.requirement, commune.all.year)
    return fig(key, rounded(row.low_vnd_million), "interval", high=rounded(row.high_vnd_million))


def rounded(million: float) -> float:
    """Round an amount that is only a rough one: to tens from 100 on, to hundreds from 10 000 on."""
    step = 1 if million < 100 else 10 if million < 10_000 else 100
    return float(round(million / step) * step)


def plain_of(value: Fig | str) -> str:
    """Return a figure or words as text."""
    return value.plain() if isinstance(value, Fig) else value


def cost_said(commune: Commune, row: Any) -> Sentence | str:
    """Say the cost by the norms with its marks; words where it cannot be told, nothing where the need is not known."""
    if row.state == "unknown":
        return ""
    amount = cost(commune, row)
    return _("no norm yet") if amount is None else sentence("{cost}{marks}", cost=amount, marks=cost_marks(row))


def cost_marks(row: Any) -> str:
    """Say of a cost whether it is that of a year, and whether its norm is assumed."""
    return (_("/year") if row.is_yearly else "") + (_(" (as)") if row.is_assumed_norm else "")


def before(row: Any) -> str:
    """Return what stands before an amount: a ceiling asks for fewer, and a part that is not known makes it a least."""
    fewer = _("fewer by ") if row.sense == "at_most" and row.state != "unknown" else ""
    return fewer + (_("at least ") if row.amount_is_least else "")
