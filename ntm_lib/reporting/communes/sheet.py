"""Make the commune sheet (phiếu xã): one page of A4 that people carry, also read on a phone, without a network.

Read without its script the page says the same; the script only opens, for a figure, what it was made from.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, palette, stamps
from ntm_lib.reporting.communes import words
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.communes.layout import Entry, choose
from ntm_lib.reporting.communes.trend import trend_picture
from ntm_lib.reporting.display import keys_in
from ntm_lib.reporting.figures import fig, figure
from ntm_lib.reporting.page import content_policy
from ntm_lib.reporting.page_check import check_page
from ntm_lib.reporting.provenance.pack import block
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import decisions, not_assessed_note, rows_of, withheld_note
from ntm_lib.reporting.sections.levels import ASSUMED_MARK, UNVERIFIED_MARK
from ntm_lib.reporting.sentences import Sentence, markup_of, said, sentence
from ntm_lib.reporting.templates import PROVENANCE, render, script, script_hash, style
from ntm_lib.review import Audience
from ntm_lib.verdicts import Verdict

MAX_BYTES = 200_000
_MET_COLUMNS, _NEAREST = 2, 3


def commune_sheet(commune: Commune, audience: Audience = Audience.PUBLIC, links: Sequence[tuple[str, str]] = ()) -> str:
    """Return the sheet of one commune as a page; ``links``: address and words of its other papers, not printed.

    Raises NtmError when the page must not be published.
    """
    rows = list(rows_of(commune.short))
    units_note = commune.units_note()
    steps = next_steps(commune)
    layout, room = choose(
        [_entry(commune, row) for row in rows], list(map(str, steps)), [units_note] if units_note else []
    )
    heads = [
        _("Criterion; body to call"),
        _("Requirement not met"),
        _("Reached / required"),
        _("Still missing"),
        *([_("What to do")] if layout.has_steps else []),
        _("Indicative cost, million VND"),
    ]
    title = _("Commune sheet") + ": " + commune.full_name
    page = render(
        "commune_sheet.html.j2",
        title=title,
        policy=content_policy(_scripts()),
        links=links,
        css=Markup(style("commune.css") + style("provenance.css")),  # noqa: S704 - static files
        density=layout.name,
        programme=_("National Target Programme on New Rural Development"),
        who=commune.full_name,
        subtitle=_subtitle(commune),
        count=_count(commune),
        status=commune.status(),
        stamps=_stamps(commune, audience),
        is_illustrative=commune.is_illustrative_now,
        are_amounts_illustrative=commune.are_amounts_illustrative,
        is_trend_illustrative=commune.is_illustrative and not commune.is_mixed,
        units_note=units_note,
        groups=_groups(commune),
        trend=trend_picture(commune),
        next_steps=[step.markup() for step in steps],
        short_title=_("What is missing, by criterion"),
        heads=heads,
        has_steps=layout.has_steps,
        criteria=_criteria(commune, rows),
        total=_total(commune) if rows else "",
        met=_met(commune, int(room / (layout.line_mm + 0.7)) - 3),
        met_title=_("What was reached: requirements met"),
        nothing=_nothing(commune),
        notes=_notes(commune),
    )
    whole = _with_record(commune, page)
    check_page(whole, title, _scripts(), MAX_BYTES)
    return whole


def _scripts() -> frozenset[str]:
    return frozenset({script_hash(script(PROVENANCE))})


def _with_record(commune: Commune, page: str) -> str:
    """Put what the figures of the sheet lead to at its end."""
    record = commune.all.records.record(commune.code, keys_in(page))
    body, end = page.rsplit("</body>", 1)
    return f"{body}{block(record)}</body>{end}"


def _stamps(commune: Commune, audience: Audience) -> list[str]:
    """Return the warnings of the sheet; what is missing may rest on generated volumes where every result was handed in."""
    subject = Subject(commune.territory, audience, commune.code)
    is_told = commune.is_illustrative or not commune.are_amounts_illustrative
    return subject.stamps if is_told else [*subject.stamps, stamps.mixed()]


def _subtitle(commune: Commune) -> str:
    territory = commune.territory
    is_one = territory.review.first_year == territory.review.last_year
    text = _("Period {first}-{last}; results of {year}; data as of {date}; set: {set}")
    return (_("Results of {year}; data as of {date}; set: {set}") if is_one else text).format(
        first=territory.review.first_year,
        last=territory.review.last_year,
        year=commune.all.year_words,
        date=formats.date(commune.all.cut_off),
        set=decisions(territory.reported.rules[commune.all.year]),
    )


def _count(commune: Commune) -> Markup | str:
    count = commune.count
    if not count["is_reported"]:
        return _("Not enough data: the commune did not report")
    key = commune.key("count_words", commune.all.year)
    return figure(key, count["low"], "interval_sentence", high=count["high"], of=count["of"])


def _groups(commune: Commune) -> list[dict[str, Any]]:
    """Return the boxes by the groups of criteria."""
    criteria = commune.territory.reported.rules[commune.all.year].criteria
    marks = commune.all.marks
    return [
        {
            "label": f"{group}. {part[f'group_{language()}'].iloc[0]}",
            "boxes": [_box(commune, name, marks[name]) for name in part.index],
        }
        for group, part in criteria.groupby("group", sort=False)
    ]


def _box(commune: Commune, criterion: str, mark: str) -> dict[str, Any]:
    verdict = commune.verdicts.get(criterion)
    if verdict is None:
        return {
            "number": criterion,
            "name": commune.criterion_name(criterion),
            "verdict": "withheld",
            "sign": "",
            "words": _("Not published"),
        }
    return {
        "number": criterion + mark,
        "name": commune.criterion_name(criterion),
        "verdict": int(verdict),
        "sign": palette.verdict_mark(verdict),
        "words": palette.verdict_label(verdict),
    }


def _criteria(commune: Commune, rows: Sequence[Any]) -> list[dict[str, Any]]:
    held: dict[str, list[Any]] = {}
    for row in rows:
        held.setdefault(row.criterion, []).append(row)
    return [
        {
            "name": f"{criterion}. {commune.criterion_name(criterion)}",
            "body": commune.body(criterion),
            "rows": [_row(commune, row) for row in of_criterion],
        }
        for criterion, of_criterion in held.items()
    ]


def _row(commune: Commune, row: Any) -> dict[str, Any]:
    measures = commune.all.measures
    is_open = row.state == "unknown"
    step = _("Report the data") if is_open else str(measures[row.measure].label) if row.measure else ""
    missing, unit = words.missing(commune, row), words.missing_unit(row)
    return {
        "what": words.short_name(row),
        "parts": markup_of(words.parts_said(commune, row)),
        "reached": markup_of(words.reached(commune, row)),
        "required": "" if is_open or row.sense == "yes" else words.required(commune, row),
        "missing": Markup("{}{} {}").format(words.before(row), markup_of(missing), unit) if missing else "",
        "step": step,
        "cost": _cost(commune, row),
    }


def _cost(commune: Commune, row: Any) -> Markup:
    return markup_of(words.cost_said(commune, row))


def _total(commune: Commune) -> Markup:
    """Add up what can be told: the cost once, that of a year, and how many have no norm."""
    parts = []
    for is_yearly, text in ((False, _("Once: {money} million VND")), (True, _("each year: {money} million VND"))):
        low, high = commune.cost(is_yearly=is_yearly)
        if formats.is_missing(low):
            continue
        key = commune.key("cost_yearly" if is_yearly else "cost_once", commune.all.year)
        money = figure(key, words.rounded(low), "interval", high=words.rounded(high))
        parts.append(Markup(text).format(money=money))  # noqa: S704 - catalogue text
    short = commune.short
    untold = int((short["low_vnd_million"].isna()).sum())
    if untold:
        key = commune.key("without_norm", commune.all.year)
        count = figure(key, untold, "two_digits")
        parts.append(Markup(_("{count} requirements not in the sum")).format(count=count))  # noqa: S704 - catalogue text
    return Markup("{}: {}").format(_("Indicative cost"), Markup("; ").join(parts))


def next_steps(commune: Commune) -> list[Sentence]:
    """Say what comes first: work that other work waits for, criteria that lack one thing, data to be reported."""
    steps = [
        sentence(
            _("First: {work} ({count} other works wait for it)."),
            work=name,
            count=fig(commune.key("waiting", commune.all.year, place), count, "two_digits"),
        )
        for place, (name, count) in enumerate(commune.first_steps[:2], start=1)
    ]
    nearest, measures = commune.nearest, commune.all.measures
    steps += [
        sentence(
            _("Criterion {number} lacks one requirement: {work} ({body})."),
            number=str(row.criterion),
            work=str(measures[row.measure].label) if row.measure else words.short_name(row),
            body=str(measures.bodies[measures[row.measure].lead]) if row.measure else commune.body(row.criterion),
        )
        for row in rows_of(nearest.head(_NEAREST))
    ]
    if len(nearest) > _NEAREST:
        others = ", ".join(nearest["criterion"].iloc[_NEAREST:])
        steps.append(sentence(_("Criteria {names} lack one requirement each as well."), names=others))
    if commune.unknown:
        names = ", ".join(commune.unknown)
        steps.append(sentence(_("Report the data of criteria {names}, so that they can be judged."), names=names))
    if not steps and len(commune.short):
        steps.append(said(_("Agree with the bodies named below which work comes first.")))
    return steps or [said(_("Keep what was reached; have the criteria checked every year."))]


def _met(commune: Commune, lines: int) -> list[dict[str, Any]]:
    """Return the requirements met, where the page has room for all of them; else only those measured by a number."""
    rows = commune.results
    rows = rows[rows["verdict"] == Verdict.MET]
    measured = rows[(rows["sense"] != "yes") & rows["value_low"].notna()]
    shown = next((part for part in (rows, measured) if ceil(len(part) / _MET_COLUMNS) <= lines), rows.iloc[:0])
    return [
        {
            "what": words.short_name(row),
            "reached": words.met_value(commune, row),
            "required": words.met_level(commune, row),
        }
        for row in rows_of(shown)
    ]


def _nothing(commune: Commune) -> str:
    if not commune.count["is_reported"]:
        return _("The commune did not report: what is missing cannot be told.")
    if commune.unknown:
        return _("Data are missing; what else is missing cannot be told.")
    return _("No criterion is left unmet.")


def _notes(commune: Commune) -> list[str]:
    """Return what must be known to read the sheet."""
    territory = commune.territory
    prices = commune.short["price_year"].dropna()
    cost = _(
        "Indicative cost: unit costs by the norms of the plan, low to high, at prices of {year}, without factors of "
        "terrain and distance; (as): the norm is an assumption. It is no estimate of a project."
    ).format(year=formats.year(prices.max()) if len(prices) else "…")
    marks = " ".join(
        [
            f"{UNVERIFIED_MARK} " + _("Level not checked against the signed text."),
            f"{ASSUMED_MARK} " + _("Assumed level, awaiting a decision of the province."),
        ]
    )
    legend = "; ".join(
        f"{palette.verdict_mark(verdict)} {palette.verdict_label(verdict)}" for verdict in palette.verdict_classes()
    )
    return [
        " ".join([f"{legend}.", not_assessed_note(territory), *withheld_note(territory), marks]),
        *([cost] if len(commune.short) else []),
        _("Body to call: usual division of work in 2019; check the province's own assignment."),
        f"{commune.all.source}. {stamps.draft()}.",
    ]


def _entry(commune: Commune, row: Any) -> Entry:
    """Return one row as text, to estimate the height of the table."""
    measures = commune.all.measures
    missing = words.missing(commune, row)
    return Entry(
        criterion=f"{row.criterion}. {commune.criterion_name(row.criterion)}",
        body=commune.body(row.criterion),
        what=str(words.short_with_parts(commune, row)),
        step=str(measures[row.measure].label) if row.measure else "",
        missing=f"{words.before(row)}{words.plain_of(missing)} {words.missing_unit(row)}",
    )
