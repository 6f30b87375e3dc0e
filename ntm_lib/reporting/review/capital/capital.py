"""What a report says of capital: sources, disbursement, people's contributions, arrears, cost of a criterion, checks."""

from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

from ntm_lib.evaluation.capital.arrears import arrears_by_year
from ntm_lib.evaluation.capital.book import GROUPS, Book
from ntm_lib.evaluation.capital.checks import disagreements
from ntm_lib.evaluation.capital.cost import cost_for_each_criterion
from ntm_lib.evaluation.capital.totals import by_group_and_year, by_source, full_reporters, over_period
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.charts import column_chart
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.capital import arrears_tables
from ntm_lib.reporting.review.capital import tables as capital_tables
from ntm_lib.reporting.review.capital.words import (
    capital_source,
    group_classes,
    group_labels,
    not_handed_in,
    silent_note,
    stamps_for,
)
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.gathered import arrears_of, book_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import year_text
from ntm_lib.reporting.sentences import Sentence, sentence

_NAMED = 3
_BILLION = 1000


def capital_sentences(subject: Subject) -> list[Sentence]:
    """Say what was mobilised, with and without credit, from which sources, and what of the state's money was disbursed."""
    book = book_of(subject)
    if not book.lines.is_handed_in:
        return [sentence(not_handed_in(["b06"]))]
    period, key = over_period(book.by_year), _keys(subject, "capital")
    if pd.isna(period["amount"]["total"]):
        return [sentence(_("No commune reported its capital for {period}."), period=_period(subject))]
    silent = [sentence(text) for text in silent_note(book)]
    return [_mobilised(subject, book, period, key), *silent, *_sources(book, key), *_disbursed(period, key)]


def _keys(subject: Subject, *parts: str) -> Callable[..., str]:
    return lambda *more: subject.key(*parts, *more)


def _period(subject: Subject) -> str:
    review = subject.territory.review
    return formats.period(review.first_year, review.last_year)


def _billion(key: str, million: float) -> Fig:
    """Return an amount in billion VND, a smaller one in million."""
    if abs(million) < _BILLION:
        return fig(key, million, "money", unit="million")
    return fig(key, million, "money", unit="billion", digits=1)


def _mobilised(subject: Subject, book: Book, period: pd.DataFrame, key: Callable[..., str]) -> Sentence:
    told, of = full_reporters(book)
    amounts: dict[str, Fig | str] = {
        "unit": subject.name,
        "total": _billion(key("total"), period["amount"]["total"]),
        "without": _billion(key("without_credit"), period["amount"]["without_credit"]),
        "period": _period(subject),
    }
    if period["is_complete"]["total"] and period["is_complete"]["without_credit"]:
        return sentence(_("In {period} {unit} mobilised {total} in all, {without} of it without credit."), **amounts)
    if subject.commune:
        return sentence(
            _("In {period} {unit} mobilised at least {total}, at least {without} of it without credit; some years or sources were not reported in full."),
            **amounts,
        )  # fmt: skip
    return sentence(
        _("In {period} {unit} mobilised at least {total}, at least {without} of it without credit; {told} reported every year in full."),
        told=fig(key("full_reporters"), told, "share", whole=of), **amounts,
    )  # fmt: skip


def _sources(book: Book, key: Callable[..., str]) -> list[Sentence]:
    """Name the largest groups of sources with their shares of what was reported."""
    table = by_source(book)
    groups = table.groupby("group", sort=False)["amount"].sum(min_count=1).dropna()
    groups = groups[groups > 0].sort_values(ascending=False, kind="stable")
    if len(groups) < _NAMED:
        return []
    labels = {name: formats.lowered(label) for name, label in group_labels().items()}
    values: dict[str, Fig | str] = {}
    for place, (group, amount) in enumerate(groups.head(_NAMED).items(), start=1):
        values[f"name{place}"] = labels[str(group)]
        values[f"amount{place}"] = _billion(key("group", group), amount)
        values[f"share{place}"] = fig(key("group_share", group), 100 * amount / groups.sum(), "percent")
    return [
        sentence(
            _("The largest sources are {name1} with {amount1} ({share1}), {name2} with {amount2} ({share2}) and {name3} with {amount3} ({share3})."),
            **values,
        )
    ]  # fmt: skip


def _disbursed(period: pd.DataFrame, key: Callable[..., str]) -> list[Sentence]:
    """Say how the central budget splits, and what of the state's money was allotted and disbursed."""
    investment, recurrent = (period["amount"][name] for name in GROUPS["central"])
    said = [
        sentence(
            _("Of the central budget, {investment} was for investment and {recurrent} recurrent; for the other sources the table does not tell them apart."),
            investment=_billion(key("central_investment"), investment), recurrent=_billion(key("central_recurrent"), recurrent),
        )
    ]  # fmt: skip
    disbursed, allotted = (period["amount"][name] for name in ("disbursed", "allotted"))
    if pd.isna(disbursed) and pd.isna(allotted):
        return [*said, sentence(_("What was disbursed and what was allotted was not reported."))]
    if pd.isna(disbursed):
        text = _("{allotted} of the state budget was allotted; what was disbursed was not reported.")
        return [*said, sentence(text, allotted=_billion(key("allotted"), allotted))]
    return [*said, _rate(period, key)]


def _rate(period: pd.DataFrame, key: Callable[..., str]) -> Sentence:
    """Say what was disbursed; out of what was allotted only where every unit reported both."""
    values: dict[str, Fig | str] = {"disbursed": _billion(key("disbursed"), period["amount"]["disbursed"])}
    is_whole = period["is_complete"]["disbursed"]
    if pd.isna(period["amount"]["allotted"]):
        whole = _("{disbursed} of the state budget was disbursed; what was allotted was not reported, so there is no rate of disbursement.")  # fmt: skip
        part = _("At least {disbursed} of the state budget was disbursed; what was allotted was not reported, so there is no rate of disbursement.")  # fmt: skip
        return sentence(whole if is_whole else part, **values)
    values["allotted"] = _billion(key("allotted"), period["amount"]["allotted"])
    if is_whole and period["is_complete"]["allotted"] and period["amount"]["allotted"] > 0:
        rate = 100 * period["amount"]["disbursed"] / period["amount"]["allotted"]
        text = _("Of {allotted} allotted from the state budget, {disbursed} was disbursed ({rate}).")
        return sentence(text, **values, rate=fig(key("disbursement_rate"), rate, "percent"))
    text = _("At least {allotted} was allotted from the state budget and at least {disbursed} disbursed; not everybody reported both, so there is no rate of disbursement.")  # fmt: skip
    return sentence(text, **values)


def people_sentences(subject: Subject) -> list[Sentence]:
    """Say what people gave in cash and in kind."""
    book, key = book_of(subject), _keys(subject, "people")
    period = over_period(book.by_year)
    given = period.loc[["people_cash", "people_in_kind", "people_labour_days", "people_land_m2"], "amount"]
    if given.isna().all():
        return []
    is_complete = bool(period.loc[given.index, "is_complete"].all())
    text = (
        _("In {period} people gave {cash} in cash, {days} days of work and {land} m² of land; what was given in kind is valued at {kind}.")
        if is_complete
        else _("In {period} people gave at least {cash} in cash, {days} days of work and {land} m² of land; what was given in kind is valued at no less than {kind}.")
    )  # fmt: skip
    return [
        sentence(
            text,
            cash=_billion(key("cash"), given["people_cash"]),
            days=fig(key("days"), given["people_labour_days"], "count"),
            land=fig(key("land"), given["people_land_m2"], "count"),
            kind=_billion(key("in_kind"), given["people_in_kind"]),
            period=_period(subject),
        )
    ]


def arrears_sentences(subject: Subject) -> list[Sentence]:
    """Say what is owed at the end of the last year, and that the table cannot tell none from not reported."""
    found, key = arrears_of(subject), _keys(subject, "arrears")
    if not found.is_handed_in or found.last_year is None:
        return [sentence(not_handed_in(["b07"]))]
    last = found.last_year
    row = arrears_by_year(found, subject.territory.years).T[last]
    values: dict[str, Fig | str] = {"year": str(last), "unit": subject.name}
    if subject.commune and not row["owed"] > 0:
        text = _("By the end of {year} the commune had reported no work with arrears in capital construction (Table 07); the board confirms whether there are none or whether they were not reported.")  # fmt: skip
        return [sentence(text, year=str(last))]
    if pd.isna(row["owed"]) or not row["owed"] > 0:
        return [
            sentence(
                _("At the end of {year} no work with arrears in capital construction was reported in {unit}; Table 07 does not tell whether there are none or whether they were not reported."),
                **values,
            )
        ]  # fmt: skip
    values |= {
        "owed": _billion(key("owed", last), row["owed"]),
        "works": fig(key("works", last), row["works"], "count"),
    }
    if subject.commune:
        text = _("At the end of {year} {unit} reported {owed} of arrears in capital construction, of {works} works.")
        return [sentence(text, **values)]
    values["communes"] = fig(key("communes", last), row["communes"], "count")
    text = _("At the end of {year} {communes} communes of {unit} reported arrears in capital construction of {owed} for {works} works; for the communes without a line in Table 07 it is not known whether they have none.")  # fmt: skip
    return [sentence(text, **values)]


def cost_sentences(subject: Subject) -> list[Sentence]:
    """Say what a gained criterion went with in capital, and what that cannot mean."""
    total, without = cost_for_each_criterion(book_of(subject), subject.territory, subject.commune)
    if total.low is None or without.low is None:
        return []
    key = _keys(subject, "cost")
    values: dict[str, Fig | str] = {
        "total": _billion(key("total"), total.low),
        "without": _billion(key("without"), without.low),
        "gained": fig(key("gained"), total.gained_low, "interval", high=total.gained_high),
        "first": str(total.first_year),
        "last": year_text(subject.territory, total.last_year),
    }
    if total.high is None or without.high is None:
        text = _("Between {first} and {last} {gained} criteria were gained net; that is at least {total} of capital for each, or {without} without credit.")  # fmt: skip
    elif total.gained_low == total.gained_high:
        text = _("Between {first} and {last} {gained} criteria were gained net; that is {total} of capital for each, or {without} without credit.")  # fmt: skip
    else:
        values |= {
            "total_high": _billion(key("total_high"), total.high),
            "without_high": _billion(key("without_high"), without.high),
        }
        text = _("Between {first} and {last} {gained} criteria were gained net; that is {total} to {total_high} of capital for each, or {without} to {without_high} without credit.")  # fmt: skip
    meaning = _("This is no price of a criterion: capital also kept up what had been reached and served other purposes, credit is borrowed by households, and the criteria sets changed in between.")  # fmt: skip
    return [sentence(text, **values), sentence(meaning)]


def check_sentences(subject: Subject) -> list[Sentence]:
    """Say whether the sums that must agree do."""
    book = book_of(subject)
    if not book.lines.is_handed_in:
        return []
    count = len(disagreements(book, subject.territory, subject.commune))
    if not count:
        return [sentence(_("The sums that must agree (sources, total, total without credit, disbursement, arrears, tiers) were checked and agree."))]  # fmt: skip
    text = _("{count} figures on capital and arrears do not agree with the sums they must agree with; the annex shows them as reported, unchanged.")  # fmt: skip
    return [sentence(text, count=fig(subject.key("capital", "disagreements"), count, "count"))]


def trend_picture(subject: Subject) -> Markup:
    """Draw capital by year and group of sources, credit included."""
    return _picture(subject, _("Capital mobilised by year and source, {unit}"), with_credit=True)


def trend_without_credit_picture(subject: Subject) -> Markup:
    """Draw capital by year and group of sources without credit."""
    return _picture(subject, _("Capital mobilised by year and source, without credit, {unit}"), with_credit=False)


def _picture(subject: Subject, title: str, *, with_credit: bool) -> Markup:
    book = book_of(subject)
    table = by_group_and_year(book)
    groups = [str(group) for group in table if with_credit or group != "credit"]
    is_large = subject.tier != "commune"
    amounts = table[groups] / _BILLION if is_large else table[groups]
    return column_chart(
        amounts.round(),
        group_classes(groups),
        key=subject.key("capital_picture" if with_credit else "capital_picture_without_credit"),
        title=title.format(unit=subject.name),
        unit=_("billion VND") if is_large else _("million VND"),
        stamps=stamps_for(subject, is_illustrative=book.lines.is_illustrative),
        source=capital_source(subject, book),
        is_amount=True,
    )


CONTENTS = Contents(
    sentences={
        "capital": capital_sentences,
        "capital_people": people_sentences,
        "capital_arrears": arrears_sentences,
        "capital_cost": cost_sentences,
        "capital_checks": check_sentences,
    },
    tables={
        "capital_by_source": capital_tables.by_source_sheet,
        "capital_by_source_and_year": capital_tables.by_source_and_year_sheet,
        "capital_by_year": capital_tables.by_year_sheet,
        "capital_by_unit": capital_tables.by_unit_sheet,
        "capital_in_kind": capital_tables.in_kind_sheet,
        "capital_cost_for_each_criterion": capital_tables.cost_sheet,
        "capital_disagreements": arrears_tables.disagreements_sheet,
        "arrears_by_year": arrears_tables.arrears_by_year_sheet,
        "arrears_by_work": arrears_tables.arrears_by_work_sheet,
    },
    pictures={"capital_trend": trend_picture, "capital_trend_without_credit": trend_without_credit_picture},
    internal=frozenset({"arrears_by_work"}),
)
