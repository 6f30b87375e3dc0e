"""What a report says of the volumes of work: by content of the Programme, beside what was published."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ntm_lib.evaluation.aims.published_work import published_work
from ntm_lib.evaluation.aims.volumes import Volumes
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.capital.words import not_handed_in, source_line, stamps_for
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.gathered import book_of, volumes_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet

_SAID = 3
"""Volumes of one content that its sentence names; the table has them all."""


def volumes_sentences(subject: Subject) -> list[Sentence]:
    """Say, one sentence a content of the Programme, what stood at the end of the last year and what was done."""
    found = volumes_of(subject)
    said = [made for place in range(len(found.choice.contents)) if (made := _content(subject, found, place))]
    if said:
        last = _year_text(found, subject.territory.review.last_year)
        said.insert(0, sentence(_("Volumes of work in {unit} at the end of {year}:"), unit=subject.name, year=last))
        said += [_rise(subject, found)] if _is_longer(subject) else []
    if found.not_handed_in:
        said.append(sentence(not_handed_in(found.not_handed_in)))
    return said


def _is_longer(subject: Subject) -> bool:
    """Tell whether the period has more than one year, so that anything can rise in it."""
    return subject.territory.review.first_year < subject.territory.review.last_year


def _year_text(found: Volumes, year: int) -> str:
    """Write a year, marked where its volumes are estimates."""
    return _("{year} (est.)").format(year=year) if year in found.estimated_years else str(year)


def _rise(subject: Subject, found: Volumes) -> Sentence:
    """Say over how many communes the rises were added up."""
    told = found.done[found.done["both"] > 0]
    review = subject.territory.review
    values: dict[str, Fig | str] = {"first": str(review.first_year), "last": str(review.last_year)}
    if told.empty:
        return sentence(_("No volume was reported for both {first} and {last}, so no rise can be told."), **values)
    if subject.commune:
        return sentence(_("Rises are told where both {first} and {last} were reported."), **values)
    least, most = int(told["both"].min()), int(told["both"].max())
    values["communes"] = fig(subject.key("volume", "both"), least, "interval", high=most)
    values["all"] = fig(subject.key("volume", "communes"), int(told["communes"].max()), "count")
    text = _(
        "Rises are those of the communes that reported both {first} and {last}: {communes} of {all} communes, by volume."
    )
    return sentence(text, **values)


def _content(subject: Subject, found: Volumes, place: int) -> Sentence | None:
    """Name the first volumes of a content that anybody reported for the last year."""
    last = subject.territory.review.last_year
    rows = found.about[found.about["content"] == place]
    names = [name for name in map(str, rows.index) if _is_told(found, name, last)][:_SAID]
    if not names:
        return None
    clauses = [_clause(subject, found, name, number) for number, name in enumerate(names, start=1)]
    text = _("On {content}: {clauses}.")
    joined = "; ".join(clause for clause, _values in clauses)
    values: dict[str, Fig | str] = {"content": formats.lowered(str(found.choice.contents[place].label))}
    for _clause_text, held in clauses:
        values |= held
    return sentence(text.replace("{clauses}", joined), **values)


def _is_told(found: Volumes, name: str, year: int) -> bool:
    """Tell whether anybody reported a volume; what is nowhere planned is not told."""
    row = found.rows[name, year]
    return not pd.isna(row["low"]) and not (found.named[name]["is_count"] and row["whole"] == 0)


def _clause(subject: Subject, found: Volumes, name: str, number: int) -> tuple[str, dict[str, Fig | str]]:
    """Return one clause with numbered names of its values."""
    about, last = found.named[name], subject.territory.review.last_year
    row = found.rows[name, last]
    key, digits = subject.key("volume", name.replace(".", "-"), last), _digits(about)
    values: dict[str, Fig | str] = {
        "label": formats.lowered(_label(about)),
        "unit": _unit(about),
        "low": fig(key, row["low"], "number", digits=digits),
        "of": fig(f"{key}.communes", row["expected"], "count"),
    }
    whole = _whole(about, row)
    has_share = whole > 0 and not about["falls"]
    if has_share:
        values["share"] = fig(f"{key}.share", 100 * row["low"] / whole, "percent")
    change = 0.0 if pd.isna(about["amount"]) else round(float(about["amount"]), digits)
    values["done"] = fig(f"{key}.done", abs(change), "number", digits=digits)
    if subject.commune and about["is_count"]:
        clause = _of_one_commune(row)
    else:
        is_whole = bool(row["reported"] >= row["expected"])
        clause = _standing(about, is_whole=is_whole, has_share=has_share, is_none=row["low"] == 0)
        clause += _change(about, change)
    for part in values:
        clause = clause.replace(f"{{{part}}}", f"{{{part}{number}}}")
    return clause, {f"{part}{number}": value for part, value in values.items()}


def _standing(about: Mapping[str, Any], *, is_whole: bool, has_share: bool, is_none: bool) -> str:
    """Return the clause for what stands at the end of the year."""
    if about["falls"] and is_whole and is_none:
        return _("{label}: none left")
    if about["falls"]:
        return _("{label}: {low} {unit} left") if is_whole else _("{label}: at least {low} {unit} left")
    of_communes = {
        (True, True): _("{low} communes: {label} ({share})"),
        (True, False): _("{low} communes: {label}"),
        (False, True): _("at least {low} communes: {label} (at least {share})"),
        (False, False): _("at least {low} communes: {label}"),
    }
    of_work = {
        (True, True): _("{label}: {low} {unit} ({share})"),
        (True, False): _("{label}: {low} {unit}"),
        (False, True): _("{label}: at least {low} {unit} (at least {share})"),
        (False, False): _("{label}: at least {low} {unit}"),
    }
    return (of_communes if about["is_count"] else of_work)[is_whole, has_share]


def _change(about: Mapping[str, Any], change: float) -> str:
    """Return the clause for what was done in the period; nothing where nothing changed or is known."""
    if not change:
        return ""
    return _(", a fall of {done} {unit}") if (change > 0) == bool(about["falls"]) else _(", a rise of {done} {unit}")


def _of_one_commune(row: Mapping[str, Any]) -> str:
    """Return the clause for a yes or no of one commune, or of the communes it was formed from."""
    if row["expected"] > 1:
        return _("{low} of the {of} communes it was formed from: {label}")
    return "{label}" if row["low"] else _("not yet: {label}")


def _label(about: Mapping[str, Any]) -> str:
    return str(about[f"label_{language()}"])


def _unit(about: Mapping[str, Any]) -> str:
    return _("communes") if about["is_count"] else str(about["unit"])


def _digits(about: Mapping[str, Any]) -> int:
    return 1 if about["unit"] in {"km", "ha"} else 0


def volumes_sheet(subject: Subject) -> Sheet:
    """Return the volumes at the first year, milestones and the last, what was done, and who reported."""
    found = volumes_of(subject)
    review = subject.territory.review
    handed_in = found.about[~found.about["table"].isin(found.not_handed_in)]
    names = [str(name) for name in handed_in.index]
    of_one = bool(subject.commune) and all(row["expected"] <= 1 for row in found.rows.values())
    years = found.choice.shown_years(subject.territory.years)
    if of_one:  # a year without any report has no column
        years = [year for year in years if _is_reported(found, names, year)] or years
    is_told = not of_one or any(not pd.isna(found.named[name]["amount"]) for name in names)
    has_rise = is_told and _is_longer(subject)
    rows = [_row(found, name, years, of_one=of_one) for name in names]
    columns = [
        Column("content", _("Content"), width=14),
        Column("label", _("Volume"), width=34),
        Column("unit", _("Unit"), width=10),
        *(
            Column(year, _year_text(found, year), "interval", _("At the end of the year"), digits=1, width=14)
            for year in years
        ),
        Column("share", _("Share in {year} (%)").format(year=years[-1]), "interval", digits=1, width=12),
        *([Column("done", _("Done in the period"), "decimal", digits=1, width=12)] if has_rise else []),
        *([] if of_one else _reporters(years[-1], has_both=has_rise)),
    ]
    notes = [] if of_one else [_("Two figures are the least and the most that the missing reports allow; “≥” is a lower bound without an upper one.")]  # fmt: skip
    notes += [_rise_note(review.first_year, review.last_year, of_one=of_one)] if has_rise else []
    notes += _missing_tables(found)
    tables = list(dict.fromkeys(handed_in["table"]))
    return Sheet(
        _("Volumes of work"),
        _("Volumes of work by content of the Programme, {unit}, {period}").format(
            unit=subject.name, period=formats.period(review.first_year, review.last_year)
        ),
        columns,
        pd.DataFrame(rows, columns=["key", *(column.key for column in columns)], dtype=object),
        source=source_line(subject, tables, is_illustrative=found.is_illustrative),
        notes=notes,
        stamps=stamps_for(subject, is_illustrative=found.is_illustrative),
        row_key="key",
        empty=not_handed_in(found.not_handed_in),
    )


def _is_reported(found: Volumes, names: Sequence[str], year: int) -> bool:
    return any(not pd.isna(found.rows[name, year]["low"]) for name in names)


def _reporters(year: int, *, has_both: bool) -> list[Column]:
    return [
        *([Column("both", _("Communes that reported both years"), width=14)] if has_both else []),
        Column("reporters", _("Communes that reported in {year}").format(year=year), width=14),
    ]


def _rise_note(first: int, last: int, *, of_one: bool) -> str:
    if of_one:
        text = _(
            "“Done in the period” is the change between {first} and {last}; “-”: not reported for one of the years."
        )
        return text.format(first=first, last=last)
    return _(
        "“Done in the period” is the change between {first} and {last} over the communes that reported both years only."
    ).format(first=first, last=last)


def _missing_tables(found: Volumes) -> list[str]:
    """Name the tables that nobody handed in, and the volumes that therefore are not known."""
    notes = []
    for table in found.not_handed_in:
        labels = [formats.lowered(_label(about)) for about in found.named.values() if about["table"] == table]
        notes.append(f"{not_handed_in([table])[:-1]} ({'; '.join(labels)}).")
    return notes


def _row(found: Volumes, name: str, years: list[int], *, of_one: bool) -> dict[Any, Any]:
    about, last = found.named[name], found.rows[name, years[-1]]
    whole = _whole(about, last)
    row: dict[Any, Any] = {year: _interval(found.rows[name, year], _digits(about)) for year in years}
    row |= {
        "key": name,
        "content": str(found.choice.contents[int(about["content"])].label),
        "label": _label(about),
        "unit": _unit(about),
        "share": (100 * last["low"] / whole, 100 * last["high"] / whole) if whole > 0 else None,
        "done": _number(about["amount"], _digits(about)),
        "both": _of(about["both"], about["communes"]),
        "reporters": _of(last["reported"], last["expected"]),
    }  # fmt: skip
    if of_one and about["is_count"]:
        row |= {"unit": "", "share": "", "done": ""} | {year: _has(found.rows[name, year]) for year in years}
    return row


def _has(row: Mapping[str, Any]) -> str | None:
    """Write a yes or no of one commune."""
    return None if pd.isna(row["low"]) else _("Has") if row["low"] else _("Has not")


def _whole(about: Mapping[str, Any], row: Mapping[str, Any]) -> float:
    """Return what a share is of: the whole, or the communes where they are counted; NaN where it is not known."""
    return float(row["expected"] if about["is_count"] and not about["whole"] else row["whole"])


def _interval(row: Mapping[str, Any], digits: int) -> Any:
    """Return low and high, or the lower bound in words where no upper one is known; counts are whole numbers."""
    if pd.isna(row["low"]):
        return None
    if pd.isna(row["high"]):
        return f"≥ {formats.number(row['low'], digits)}"
    return _number(row["low"], digits), _number(row["high"], digits)


def _number(value: float, digits: int) -> float | None:
    """Return a count as a whole number; NaN is None."""
    if pd.isna(value):
        return None
    return float(value) if digits else int(value + 0.5)


def _of(reported: Any, expected: Any) -> str:
    return f"{formats.number(reported)}/{formats.number(expected)}"


def published_sheet(subject: Subject) -> Sheet:
    """Return what was published on volumes and capital beside what was computed on the same subject and period."""
    frame = pd.DataFrame(columns=["year", "label", "value", "unit", "about", "confidence", "source", "low", "high"])
    if not subject.commune:
        frame = published_work(subject.territory, volumes_of(subject), book_of(subject))
    is_computed, is_illustrative = bool(frame["low"].notna().any()), subject.territory.is_illustrative
    units, abouts = _published_units(), {"over": _("over {value}"), "nearly": _("nearly {value}"), "": "{value}"}
    rows = [
        {
            "key": str(place),
            "year": int(row["year"]),
            "label": row["label"],
            "published": abouts[row["about"]].format(value=_exact(row["value"])),
            "unit": units.get(row["unit"], row["unit"]),
            "computed": _computed(row["low"], row["high"]) or _("not computed on the same subject and period"),
            "source": row["source"],
        }
        for place, row in enumerate(frame.to_dict("records"), start=1)
    ]
    columns = [
        Column("label", _("Figure"), width=40),
        Column("year", _("Year"), "year", width=8),
        Column("unit", _("Unit"), width=12),
        Column("published", _("Published"), width=16),
        Column("computed", _("Computed"), width=22),
        Column("source", _("Source of the published figure"), width=44),
    ]
    return Sheet(
        _("Published volumes and capital"),
        _("Volumes and capital that were published, {unit}").format(unit=subject.name),
        columns,
        pd.DataFrame(rows, columns=["key", *(column.key for column in columns)]),
        source=source_line(subject, ["b06", "b08"], is_illustrative=is_illustrative) if is_computed else "",
        notes=[
            _("Published figures stand as they were printed; a computed one stands beside them only on the same subject and period. “≥”: not every commune reported.")
        ],
        stamps=stamps_for(subject, is_illustrative=is_computed and is_illustrative),
        row_key="key",
        empty=_("No published figure on volumes or capital of this unit was found."),
    )  # fmt: skip


def _published_units() -> dict[str, str]:
    return {
        "billion VND": _("billion VND"),
        "commune": _("communes"),
        "village": _("villages"),
        "station": _("stations"),
        "school": _("schools"),
        "work": _("works"),
        "project": _("projects"),
        "day": _("days of work"),
        "m2": "m²",
        "m3": "m³",
    }


def _exact(value: float) -> str:
    """Write a published number with the decimals it was printed with."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return formats.number(value, len(text.partition(".")[2]))


def _computed(low: float, high: float) -> str | None:
    if pd.isna(low):
        return None
    digits = 0 if float(low).is_integer() else 1
    if pd.isna(high):
        return f"≥ {formats.number(low, digits)}"
    return formats.interval(low, high, digits)


CONTENTS = Contents(
    sentences={"volumes": volumes_sentences},
    tables={"volumes_by_content": volumes_sheet, "published_work": published_sheet},
)
