"""The criteria over the years: shares, the groups of criteria, what was gained and kept, how long each took."""

import pandas as pd
from markupsafe import Markup

from ntm_lib.evaluation.counts import durations, kept, shares
from ntm_lib.evaluation.counts.kept import Outcome, Step
from ntm_lib.messages import _
from ntm_lib.reporting.charts import column_chart
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.heat_chart import heat_chart
from ntm_lib.reporting.palette import MapClass
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.counts import criteria_tables
from ntm_lib.reporting.review.counts.held import cube_of
from ntm_lib.reporting.review.counts.progress import set_changes
from ntm_lib.reporting.review.counts.wording import Piece, as_shown, criteria_names, listed, low_number, row_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line, year_text
from ntm_lib.reporting.sentences import Sentence, sentence


def criteria_groups(subject: Subject) -> list[Sentence]:
    """Say how many criteria communes meet in each of the groups of criteria."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    cube = cube_of(territory)
    if subject.commune:
        cube = criteria_tables.only_commune(cube, subject.commune)
    table = shares.criteria_groups_by_year(
        cube, criteria_tables.group_of(territory), criteria_tables.reported(territory, cube)
    )
    names = criteria_tables.group_names(territory)
    digits = 0 if subject.commune else 1

    def piece(group: str) -> Piece:
        now, then = row_of(table, group, last), row_of(table, group, first)
        key = subject.key("progress", "criteria_group", group)
        text = _("{group}: {number}/{of} ({first}: {then})")
        values: dict[str, Fig | str] = {
            "group": names[group],
            "number": low_number(f"{key}.{last}", now["mean_low"], digits),
            "of": fig(f"{key}.of", int(now["criteria"]), "count"),
            "first": str(first),
            "then": low_number(f"{key}.{first}", then["mean_low"], digits),
        }
        return text, values

    groups = [piece(str(group)) for group in names]
    text = _("Criteria met in each group, {year}{basis}: {items}.")
    if not subject.commune:
        text = _("Criteria met per commune in each group, {year}{basis}: {items}.")
    shown = table.loc[table.index.get_level_values("year").isin([first, last])]
    is_certain = bool((shown["mean_low"].round(digits) == shown["mean_high"].round(digits)).all())
    text = as_shown(text, is_certain=is_certain)
    return [listed(text, groups, year=year_text(territory, last))]


def gained_and_kept(subject: Subject) -> list[Sentence]:
    """Say what was gained since the first year, what was not kept, and what only the law took away."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    found = kept.outcomes(cube_of(territory), last)
    if subject.commune:
        return _commune_gained(subject, row_of(found, subject.commune))
    numbers = {outcome: int((found == outcome.value).to_numpy().sum()) for outcome in Outcome}

    def shown(outcome: Outcome) -> Fig:
        return fig(subject.key("progress", "outcome", outcome.value, last), numbers[outcome], "count")

    text = _(
        "{number} times a criterion that a commune did not meet in {first} is met in {year} (one criterion of one commune each)."
    )
    said = [sentence(text, number=shown(Outcome.GAINED), first=str(first), year=year_text(territory, last))]
    if numbers[Outcome.NOT_KEPT]:
        said.append(_not_kept(subject, found))
    if numbers[Outcome.NEW_RULES]:
        text = _(
            "{number} times a criterion was met by earlier requirements and is not met by those of {year}: not met by the new "
            "criteria set, which is no fall of the commune."
        )
        said.append(sentence(text, number=shown(Outcome.NEW_RULES), year=str(last)))
    return said


def _not_kept(subject: Subject, found: pd.DataFrame) -> Sentence:
    last = subject.territory.review.last_year
    names = criteria_names(subject.territory, found.columns, numbered=False)
    counted = (found == Outcome.NOT_KEPT.value).sum()
    total = int(counted.sum())
    by_criterion = counted[subject.territory.shown(counted.index)]
    by_criterion = by_criterion[by_criterion > 0].sort_values(ascending=False, kind="stable")
    pieces: list[Piece] = [
        (
            _("{criterion} ({number} communes)"),
            {
                "criterion": names[str(criterion)],
                "number": fig(subject.key("progress", "not_kept", criterion, last), int(number), "count"),
            },
        )
        for criterion, number in by_criterion.items()
    ]
    shown_total = fig(subject.key("progress", "outcome", Outcome.NOT_KEPT.value, last), total, "count")
    if not pieces or int(by_criterion.sum()) < total:
        text = _("In {total} cases a criterion once met was not kept up to {year}.")
        return sentence(text, total=shown_total, year=str(last))
    text = _("In {total} cases a criterion once met was not kept up to {year}: {items}.")
    return listed(text, pieces, total=shown_total, year=str(last))


def _commune_gained(subject: Subject, found: pd.Series) -> list[Sentence]:
    first = subject.territory.review.first_year
    texts = {
        Outcome.GAINED: _("Met since {first} ({number} criteria): {names}."),
        Outcome.NOT_KEPT: _("Met before and not kept ({number} criteria): {names}."),
        Outcome.NEW_RULES: _(
            "Met by earlier requirements, not met by the new criteria set ({number} criteria): {names}."
        ),
    }
    said = []
    for outcome, text in texts.items():
        criteria = subject.territory.shown(found.index[found == outcome.value])
        if criteria:
            number = fig(subject.key("progress", "outcome", outcome.value), len(criteria), "count")
            names = ", ".join(criteria_names(subject.territory, criteria, numbered=False).values())
            values = {"first": str(first)} if "{first}" in text else {}
            said.append(sentence(text, number=number, names=names, **values))
    return said


def times(subject: Subject) -> list[Sentence]:
    """Say how long it took until half of the communes met each criterion, and of which that has not come yet."""
    if subject.commune:
        return []
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    table = durations.time_to_criterion(cube_of(territory))
    table = table.loc[territory.shown(table.index)]
    names = criteria_names(territory, table.index, numbered=False)
    reached = table.dropna(subset=["median_low"])
    said = []
    if len(reached):
        pieces: list[Piece] = []
        for (high, low), rows in reached.groupby(["median_high", "median_low"], sort=True):
            key = subject.key("progress", "median_years", rows.index[0])
            years = fig(key, low, "interval", high=high)
            listed_names = ", ".join(names[str(criterion)] for criterion in rows.index)
            text = _("{years} years: {names}") if high else _("{years} years (met by half at the start): {names}")
            pieces.append((text, {"years": years, "names": listed_names}))
        text = _("Counted from {first}, half of the communes had met, in order of time: {items}.")
        said.append(listed(text, pieces, first=str(first)))
    waiting = table.index[table["median_low"].isna()]
    if len(waiting):
        text = _("Not met by half of the communes up to {year}: {names}.")
        said.append(sentence(text, year=str(last), names="; ".join(names[str(item)] for item in waiting)))
    return said


def heat_picture(subject: Subject) -> Markup:
    """Draw the share of communes that met each criterion, by year."""
    territory = subject.territory
    table = shares.criterion_by_year(cube_of(territory))
    share = (100 * table["low"] / table["of"].where(table["of"] > 0)).unstack("year")
    is_reported = table["unknown"].unstack("year").lt(table["of"].unstack("year"))
    years = list(territory.years)
    return heat_chart(
        share.where(is_reported).reindex(cube_of(territory).criteria),
        key=subject.key("progress", "criterion_share"),
        title=_("Share of communes meeting each criterion (%), {name}").format(name=Subject(territory).name),
        names=_short(criteria_names(territory, territory.shown(territory.scores.criteria.columns))),
        columns={year: str(year) for year in years},
        breaks=set_changes(subject),
        stamps=subject.stamps,
        source=source_line(territory, *years),
    )


def _short(names: dict[str, str], letters: int = 46) -> dict[str, str]:
    return {key: name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…" for key, name in names.items()}


def steps_picture(subject: Subject) -> Markup | None:
    """Draw what was kept from the year before and what was newly met, by year; nothing where no year follows another."""
    territory = subject.territory
    table = kept.steps_by_year(cube_of(territory))
    words = kept.step_words()
    colours = {Step.KEPT: "#c2dfe0", Step.GAINED: "#1f6aa5", Step.GAINED_NEW_RULES: "#8fbfdc"}
    classes = {step.value: MapClass(words[step], colour, "") for step, colour in colours.items()}
    if not table[list(classes)].to_numpy().any():
        return None
    return column_chart(
        table[list(classes)],
        classes,
        key=subject.key("progress", "steps"),
        title=_("Criteria kept from the year before and newly met, {name}").format(name=Subject(territory).name),
        unit=_("criteria of communes"),
        stamps=subject.stamps,
        source=source_line(territory, *territory.years),
    )


CONTENTS = Contents(
    sentences={
        "progress_criteria_groups": criteria_groups,
        "progress_kept": gained_and_kept,
        "progress_times": times,
    },
    tables=criteria_tables.TABLES,
    pictures={"progress_criteria": heat_picture, "progress_steps": steps_picture},
)
