"""What every section needs: keys of figures, the source line, the warnings, how a section is put on the page."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.criteria import YearRules
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, stamps
from ntm_lib.review import NotAssessedRule


def key(territory: Territory, *parts: object) -> str:
    """Return the key of a figure of this territory, e.g. ``district.052-20191231.mean.2020``."""
    return unit_key(territory.unit.level, territory.unit.code, territory.vintage.date, *parts)


def unit_key(level: str, code: str, on: dt.date, *parts: object) -> str:
    """Return the key of a figure of one unit; the date belongs to it, since codes change their meaning."""
    return ".".join([level, f"{code}-{on:%Y%m%d}", *(str(part).lower() for part in parts)])


def not_assessed_note(territory: Territory) -> str:
    """Say how a criterion that is not assessed enters the counts."""
    if territory.review.not_assessed is NotAssessedRule.COUNTS_AS_MET:
        return _("A criterion that is not assessed in a commune counts as met (rule of this review).")
    return _(
        "A criterion that is not assessed in a commune is left out of the count and of its total (rule of this review)."
    )


def withheld_note(territory: Territory) -> list[str]:
    """Say which criteria the reader does not see one by one; nothing when there is none."""
    if not territory.withheld:
        return []
    text = _(
        "Results of criteria {criteria} are not published in this version; a commune's count of criteria met stays complete."
    )
    return [text.format(criteria=", ".join(sorted(territory.withheld, key=int)))]


def warnings(territory: Territory) -> list[str]:
    """Return the warnings that stand inside each table and picture."""
    return stamps.of_data(territory)


def district_names(territory: Territory) -> pd.Series:
    """Return the names of the districts by code, marked where their communes' results are generated and others are not."""
    names, lines = territory.vintage.districts["name"], territory.generated
    owner = territory.parts.merge(territory.communes["parent_code"], left_on="to_code", right_index=True)
    owned = (
        lines.rename("generated")
        .reset_index()
        .merge(owner[["from_code", "parent_code"]], left_on="commune_code", right_on="from_code")
    )
    return stamps.marked_units(names, owned["parent_code"], owned["generated"])


def year_text(territory: Territory, year: int) -> str:
    """Write a year, marked where its results are estimated or planned: ``2020 (ước TH)``.

    Where other years were handed in, one whose every result is generated is marked so too.
    """
    words = {"actual": "{year}", "estimate": _("{year} (est.)"), "plan": _("{year} (plan)")}
    text = words[evaluation.status_of(territory, year)].format(year=year)
    return stamps.marked(text) if territory.is_mixed and territory.is_generated_year(year) else text


def source_line(territory: Territory, *years: int) -> str:
    """Return the line under every table: source, date of the data, sets applied in the years shown."""
    years = years or (territory.review.first_year, territory.review.last_year)
    numbers = dict.fromkeys(decisions(territory.reported.rules[year]) for year in years)
    estimated = [year for year in territory.years if evaluation.status_of(territory, year) != "actual"]
    text = _("Source: {origin}; data as of {date}; criteria set applied: {sets}").format(
        origin=stamps.origin(territory), date=formats.date(evaluation.cut_off(territory)), sets="; ".join(numbers)
    )
    if estimated:
        text += _("; estimated or planned: {years}").format(years=", ".join(map(str, estimated)))
    if territory.silent_years:
        text += _("; nobody reported: {years}").format(years=", ".join(map(str, territory.silent_years)))
    return text


def decisions(rules: YearRules) -> str:
    """Name the decisions of a set for printing."""
    first, *amending = (record.number for record in rules.decisions)
    text = _("Decision {number}").format(number=first)
    if amending:
        text += " " + _("(amended by Decision {number})").format(number=", ".join(amending))
    return text


def section(title: str, *parts: Markup | str, anchor: str) -> Markup:
    """Return one section of the page: its heading and its parts."""
    body = Markup("\n").join(parts)
    return Markup('<section>\n<h2 id="{anchor}">{title}</h2>\n{body}\n</section>\n').format(
        anchor=anchor, title=title, body=body
    )


def paragraph(text: str, **values: object) -> Markup:
    """Return a paragraph; ``text`` comes from the catalogue, the values are escaped unless they are markup."""
    return Markup("<p>{}</p>").format(Markup(text).format(**values))  # noqa: S704 - catalogue text


def label_of(row: pd.Series) -> str:
    """Return the label of a row in the reader's language."""
    return str(row[f"label_{language()}"])


def names(values: Iterable[str]) -> str:
    """Join names in the order given."""
    return "; ".join(values)


def rows_of(frame: pd.DataFrame) -> Iterable[Any]:
    """Return the rows of a frame as named tuples (pandas' own types do not tell their fields)."""
    return frame.itertuples()
