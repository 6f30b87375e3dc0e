"""The page of one round: which communes and districts have handed in, and how complete it is."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib import tables as agreed
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.page import standalone_page
from ntm_lib.reporting.sections.common import paragraph, section
from ntm_lib.reporting.tables import Cell, Column, html_table
from ntm_lib.submissions.calendar import HANDED_IN, Calendar, State, state_words
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.rounds import VIETNAM

_BAR = 60  # pixels of a whole bar
_SIGNS = {State.ON_TIME: "●", State.LATE: "◐", State.RECEIVED: "●", State.RETURNED: "↺", State.NOT_SENT: "○"}


def level_words() -> dict[str, str]:
    """Return the words for the units of each level."""
    return {Level.COMMUNE: _("Communes"), Level.DISTRICT: _("Districts, city"), Level.PROVINCE: _("Province")}


def status_page(calendar: Calendar) -> str:
    """Return the page of a round, marked for internal use; it names offices and no persons."""
    body = [_opening(calendar), _by_level(calendar), _by_table(calendar), *_by_district(calendar), _strangers(calendar)]
    return standalone_page(
        Markup("\n").join(body),
        title=_("Submissions: {round}").format(round=calendar.round.title),
        subtitle=_("Data as of {date}").format(date=formats.date(calendar.round.as_of)),
        bands=[stamps.internal()],
    )


def state_text(state: str) -> str:
    """Write a state with its sign, so that no meaning rests on colour."""
    return f"{_SIGNS[State(state)]} {state_words()[state]}"


def due_lines(calendar: Calendar) -> list[str]:
    """Say until when each level hands in."""
    text = _("{level}: before {date}; what is received on that day is late.")
    return [
        text.format(level=level_words()[level], date=formats.date(calendar.round.due[level]))
        for level in calendar.levels
        if level in calendar.round.due
    ]


def refused_note() -> str:
    """Say how a unit stands whose file was refused."""
    return _("A file that was refused is not kept: until it is sent again the unit counts as not having sent.")


def moment_text(moment: pd.Timestamp) -> str:
    """Write the day and hour of a receipt in the time of Viet Nam; empty without one."""
    return "" if pd.isna(moment) else f"{moment.tz_convert(VIETNAM):%d/%m/%Y %H:%M}"


def share_of(filled: float, asked: float) -> float | None:
    """Return how many per cent of the cells asked for are filled; None where none are asked for."""
    return 100 * filled / asked if asked else None


def _opening(calendar: Calendar) -> Markup:
    notes = [
        *due_lines(calendar),
        _("The first file that was not withdrawn decides; a correction sent later does not make a unit late."),
        refused_note(),
    ]
    return Markup("\n").join(paragraph("{words}", words=text) for text in notes)


def _by_level(calendar: Calendar) -> Markup:
    counts, states = calendar.by_state(), _states(calendar)
    rows: list[list[Cell]] = [
        [
            level_words()[level],
            *(
                figure(_key(calendar, level, "all", name), value, "count")
                for name, value in _counted(counts, level, states)
            ),
        ]
        for level in calendar.levels
    ]
    heads = [_("Units that report"), *(state_words()[state] for state in states)]
    table = html_table(
        [Column(_("Tier")), *(Column(head, "figure") for head in heads)],
        rows,
        caption=_("Units by level and state"),
        is_numbered=False,
        source=_source(calendar),
    )
    return section(_("Overview"), table, _districts(calendar, states), anchor="overview")


def _states(calendar: Calendar) -> list[State]:
    """Return the states to show: that of a round without due days only where it is met."""
    counts = calendar.by_state()
    return [state for state in State if state is not State.RECEIVED or counts[state].any()]


def _districts(calendar: Calendar, states: Sequence[State]) -> Markup:
    """Return a line a district, its own state and its communes by state; nothing where there is no district."""
    rows: list[list[Cell]] = []
    for code in _shown_districts(calendar):
        communes, own = calendar.communes_of(code), calendar.senders["state"].get((Level.DISTRICT, code))
        link = Markup('<a href="#u{code}">{name}</a>').format(code=code, name=calendar.vintage.unit(code).name)
        key = _key(calendar, Level.DISTRICT, code, "communes")
        counts = [(state.value, int((communes["state"] == state).sum())) for state in states]
        counted = [figure(f"{key}.{name}", value, "count") for name, value in [("all", len(communes)), *counts]]
        rows.append([link, None if own is None else state_text(own), *counted])
    if not rows:
        return Markup()
    group = _("Communes")
    columns = [
        Column(_("District")),
        Column(_("The district's own report")),
        Column(_("Units that report"), "figure", group=group),
        *(Column(state_words()[state], "figure", group=group) for state in states),
    ]
    return html_table(columns, rows, caption=_("Districts and their communes by state"), source=_source(calendar))


def _counted(counts: pd.DataFrame, level: str, states: Sequence[State]) -> list[tuple[str, int]]:
    held = counts.T[level].to_dict()
    return [("units", sum(held.values())), *((state.value, held[state]) for state in states)]


def _by_table(calendar: Calendar) -> Markup:
    found = calendar.by_table()
    levels = [level for level in calendar.levels if level in found.index.get_level_values("level")]
    rows: list[list[Cell]] = []
    for table in found.index.unique("table"):
        title = agreed.contract(table).title
        cells: list[Cell] = [title.vi if language() == "vi" else title.en]
        for level in levels:
            row = found.loc[(table, level)] if (table, level) in found.index else None
            cells += [None, None] if row is None else _complete(_key(calendar, level, "all", table), row)
        rows.append(cells)
    columns = [
        Column(_("Table")),
        *(
            Column(head, "figure", group=level_words()[level])
            for level in levels
            for head in (_("Filled in"), _("Lines"))
        ),
    ]
    notes = [
        _("Filled in: cells with a value out of the cells that the form asks for, in the units that have handed in."),
        _("Lists such as works or villages ask for no certain number of lines; only their lines are counted."),
    ]
    table = html_table(
        columns,
        rows,
        caption=_("What the units that have handed in filled in, by table"),
        source=_source(calendar),
        notes=notes,
        is_numbered=False,
        empty=_("Nobody has handed in yet."),
    )
    return section(_("Completeness by table"), table, anchor="tables")


def _complete(key: str, row: pd.Series) -> list[Cell]:
    share = share_of(row["filled"], row["asked"])
    filled: Cell = None if share is None else _bar_with(share, f"{key}.filled")
    return [filled, figure(f"{key}.lines", int(row["lines"]), "count")]


def progress_bar(share: float) -> Markup:
    """Return a small bar of a share in per cent; the figure stands beside it, so a reader with a screen reader skips it."""
    width = round(_BAR * min(max(share, 0), 100) / 100)
    return Markup(
        '<svg width="{whole}" height="9" aria-hidden="true" style="margin-right:.4em;vertical-align:baseline">'
        '<rect width="{whole}" height="9" fill="#e1e6ea"/><rect width="{width}" height="9" fill="#1f6aa5"/></svg>'
    ).format(whole=_BAR, width=width)


def _bar_with(share: float, key: str) -> Markup:
    """Return a bar with its figure beside it, which takes the same room whatever it is, so that bars begin on one line."""
    shown = figure(key, share, "percent", digits=0)
    room = Markup('<span style="display:inline-block;min-width:3.2em;text-align:right">{}</span>').format(shown)
    return Markup('<span style="white-space:nowrap">{}{}</span>').format(progress_bar(share), room)


def _shown_districts(calendar: Calendar) -> list[str]:
    return [str(code) for code in calendar.vintage.districts.index if not calendar.communes_of(str(code)).empty]


def _by_district(calendar: Calendar) -> list[Markup]:
    """Return a section for each district, in the documents' order; without districts one of the whole province."""
    codes = _shown_districts(calendar)
    if calendar.vintage.districts.empty:
        codes = [calendar.vintage.province.code]
    return [_district(calendar, code) for code in codes]


def _district(calendar: Calendar, code: str) -> Markup:
    unit = calendar.vintage.unit(code)
    own = (Level(unit.level), code)
    parts = []
    if own in calendar.senders.index:
        held = calendar.senders.loc[[own]].to_dict("records")[0]
        text = _("{name} itself: {state} {received}").format(
            name=unit.name, state=state_text(held["state"]), received=moment_text(held["received"])
        )
        parts.append(paragraph("{words}", words=text.rstrip()))
    communes = calendar.communes_of(code)
    complete = calendar.of_unit().droplevel("level")
    rows = [_commune(calendar, row) for row in communes.join(complete).itertuples()]
    columns = [
        Column(_("Commune")),
        Column(_("State")),
        Column(_("Received")),
        Column(_("Filled in"), "figure"),
        Column(_("Files"), "figure"),
        Column(_("Returned files"), "figure"),
    ]
    handed_in = int(communes["state"].isin(HANDED_IN).sum())
    caption = _("{name}: {count} of {all} communes have handed in").format(
        name=unit.name, count=handed_in, all=len(communes)
    )
    parts.append(html_table(columns, rows, caption=caption, source=_source(calendar)))
    return section(unit.name, *parts, anchor=f"u{code}")


def _commune(calendar: Calendar, row: Any) -> list[Cell]:
    key = _key(calendar, Level.COMMUNE, row.Index, "cells")
    share = share_of(row.filled, row.asked) if row.state in HANDED_IN else None
    return [
        row.name,
        state_text(row.state),
        moment_text(row.received),
        None if share is None else _bar_with(share, f"{key}.filled"),
        figure(f"{key}.files", row.files, "count"),
        figure(f"{key}.returned", row.returned, "count"),
    ]


def _strangers(calendar: Calendar) -> Markup:
    if not calendar.strangers:
        return Markup()
    rows: list[list[Cell]] = [
        [one.sender, level_words()[one.level], formats.date(one.unit_vintage), one.file] for one in calendar.strangers
    ]
    columns = [Column(_("Unit code")), Column(_("Tier")), Column(_("Units as of")), Column(_("File"))]
    caption = _("Files of units that this round does not ask")
    table = html_table(columns, rows, caption=caption, source=_source(calendar))
    return section(caption, table, anchor="others")


def _source(calendar: Calendar) -> str:
    text = _("Source: submissions kept by the workbench; units of {date}")
    return text.format(date=formats.date(calendar.round.as_of))


def _key(calendar: Calendar, level: str, code: str, *parts: str) -> str:
    return ".".join(["status", calendar.round.id.lower(), str(level), code, *parts])
