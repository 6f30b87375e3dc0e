"""Progress: criteria met by year, communes by number of criteria, districts, the groups that planners use."""

from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import GROUP_UNKNOWN
from ntm_lib.evaluation.counts import planner_groups
from ntm_lib.evaluation.counts.progress import GROUP_FLOORS
from ntm_lib.messages import _
from ntm_lib.reporting import palette
from ntm_lib.reporting.charts import column_chart, trend_chart
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.counts import tables as progress_tables
from ntm_lib.reporting.review.counts.held import planners_of
from ntm_lib.reporting.review.counts.wording import Piece, as_shown, at_least, listed, low_number, row_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line, year_text
from ntm_lib.reporting.sentences import Sentence, sentence


def headline(subject: Subject) -> list[Sentence]:
    """Say where the unit stands, and how far that is from the first year."""
    return _commune_headline(subject) if subject.commune else _territory_headline(subject)


def _territory_headline(subject: Subject) -> list[Sentence]:
    head = evaluation.headline(subject.territory)
    first, last, row = head.first_year, head.last_year, head.last
    text = at_least(
        _("By {year}, the communes of {name} meet {number} criteria per commune on average, counted over {base} that reported."),
        row["mean_low"], row["mean_high"], 1,
    )  # fmt: skip
    said = [
        sentence(
            text,
            year=year_text(subject.territory, last),
            name=subject.name,
            number=low_number(subject.key("progress", "mean_low", last), row["mean_low"]),
            base=fig(subject.key("progress", "base", last), int(row["reported"]), "share", whole=int(row["communes"])),
        )
    ]
    low, high = head.gain()
    if low > 0:
        gain = at_least(_("That is {number} criteria per commune more than in {first}."), low, high, 1)
        number = low_number(subject.key("progress", "gain"), low)
        said.append(sentence(gain, number=number, first=str(first)))
    rules = subject.territory.reported.rules
    if rules[first].set_id != rules[last].set_id:
        text = _("{first} and {last} are judged by two different criteria sets; the change of the law is told apart.")
        said.append(sentence(text, first=str(first), last=str(last)))
    return said


def _commune_headline(subject: Subject) -> list[Sentence]:
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    now, then = (territory.of_year(territory.counts, year) for year in (last, first))

    def count(year: int, row: pd.Series) -> Piece:
        shown = fig(
            subject.key("progress", "count", year), int(row["low"]), "interval_sentence",
            high=int(row["high"]), of=int(row["of"]),
        )  # fmt: skip
        return _("{year}: {count}"), {"year": year_text(territory, year), "count": shown}

    rows = [(first, row_of(then, subject.commune)), (last, row_of(now, subject.commune))][first == last :]
    return [listed(_("{name}: {items}."), [count(year, row) for year, row in rows], name=subject.unit.name)]


def count_groups(subject: Subject) -> list[Sentence]:
    """Say how many communes stand in each group of criteria met, now and in the first year."""
    if subject.commune:
        return []
    head = evaluation.headline(subject.territory)
    last, labels = head.last_year, evaluation.group_labels()

    def piece(group: str) -> Piece:
        whole = int(head.last["communes"])
        shown = fig(subject.key("progress", "group", group, last), int(head.last[group]), "share", whole=whole)
        return _("{group}: {share}"), {"group": labels[group], "share": shown}

    groups = [group for group in labels if group != GROUP_UNKNOWN and (head.last[group] or group == "all")]
    year = year_text(subject.territory, last)
    said = [
        listed(_("Communes by number of criteria met, {year}: {items}."), [piece(name) for name in groups], year=year)
    ]
    if unknown := int(head.last[GROUP_UNKNOWN]):
        number = fig(subject.key("progress", "group", GROUP_UNKNOWN, last), unknown, "count")
        text = _("{number} communes are not placed: what is missing could move them to another group.")
        said.append(sentence(text, number=number))
    return said + _few(subject)


def _few(subject: Subject) -> list[Sentence]:
    """Say how far communes with few criteria became fewer, where that is certain whatever is missing."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    then, now = (territory.of_year(territory.counts, year) for year in (first, last))
    floor = GROUP_FLOORS["5_9"]
    few_then = int(((then["high"] < floor) & then["is_reported"]).sum())
    few_now = int(((now["low"] < floor) | ~now["is_reported"]).sum())
    if few_now >= few_then:
        return []
    text = _("Communes under {floor} criteria: at least {then} in {first}, at most {now} in {year}.")
    return [
        sentence(
            text
            if few_now
            else _("In {year} no commune is under {floor} criteria any more; in {first} at least {then} were."),
            floor=fig(subject.key("progress", "floor"), floor, "count"),
            then=fig(subject.key("progress", "few", first), few_then, "count"),
            first=str(first),
            year=year_text(territory, last),
            **({"now": fig(subject.key("progress", "few", last), few_now, "count")} if few_now else {}),
        )
    ]


def planners(subject: Subject) -> list[Sentence]:
    """Say how the groups that planners use stand, and of which membership is not known."""
    if subject.commune:
        return []
    last = subject.territory.review.last_year
    table = planners_of(subject.territory).xs(last, level="year").reset_index()
    names = planner_groups.group_names()
    said: list[Sentence] = []
    shown = table[~table["membership"].isin([planner_groups.NO, planner_groups.PART, planner_groups.UNKNOWN])]
    if len(shown):
        pieces = [_planner_piece(subject, row, names, last) for _number, row in shown.iterrows()]
        is_certain = bool((shown["mean_low"].round(1) == shown["mean_high"].round(1)).all())
        text = as_shown(
            _("Criteria met per commune in {year} by group of communes{basis}: {items}."), is_certain=is_certain
        )
        said.append(listed(text, pieces, year=year_text(subject.territory, last)))
    whole = len(subject.territory.in_programme)
    unknown = table[(table["membership"] == planner_groups.UNKNOWN) & (table["communes"] == whole)]
    if len(unknown):
        groups = "; ".join(_inside(names[group, planner_groups.YES]) for group in unknown["group"])
        said.append(sentence(_("Membership was not reported for: {groups}."), groups=groups))
    return said


def _planner_piece(subject: Subject, row: pd.Series, names: Mapping[tuple[str, str], str], year: int) -> Piece:
    group, membership = str(row["group"]), str(row["membership"])
    key = subject.key("progress", "planners", f"{group}_{membership}", year)
    values: dict[str, Fig | str] = {
        "group": _inside(names[group, membership]),
        "communes": fig(f"{key}.communes", int(row["communes"]), "count"),
        "number": low_number(f"{key}.mean_low", row["mean_low"]),
    }
    return _("{group} {number} ({communes} communes)"), values


def _inside(name: str) -> str:
    return name[:1].lower() + name[1:]


def mean_picture(subject: Subject) -> Markup:
    """Draw the mean number of criteria met by year."""
    territory = subject.territory
    table = evaluation.trend(territory)
    return trend_chart(
        table["mean_low"],
        table["mean_high"],
        title=_("Average number of criteria met per commune, {name}").format(name=_place(subject)),
        unit=_("criteria per commune"),
        key=subject.key("progress", "mean"),
        maximum=len(territory.scores.criteria.columns),
        breaks=set_changes(subject),
        stamps=subject.stamps,
        source=source_line(territory, *territory.years),
    )


def groups_picture(subject: Subject) -> Markup:
    """Draw the communes by number of criteria met, by year."""
    labels = evaluation.group_labels()
    return column_chart(
        evaluation.trend(subject.territory)[list(labels)],
        palette.group_classes(labels),
        key=subject.key("progress", "groups"),
        title=_("Communes by number of criteria met, {name}").format(name=_place(subject)),
        unit=_("communes"),
        stamps=subject.stamps,
        source=source_line(subject.territory, *subject.territory.years),
    )


def _place(subject: Subject) -> str:
    """Return the name of the territory that a picture is of (for a commune its district)."""
    return Subject(subject.territory).name


def set_changes(subject: Subject) -> list[int]:
    """Return the years from which another criteria set judges."""
    years, rules = list(subject.territory.years), subject.territory.reported.rules
    return [year for year, before in zip(years[1:], years, strict=False) if rules[year].set_id != rules[before].set_id]


CONTENTS = Contents(
    sentences={
        "progress_headline": headline,
        "progress_count_groups": count_groups,
        "progress_planner_groups": planners,
    },
    tables={
        "progress_by_year": progress_tables.by_year,
        "progress_by_district": progress_tables.by_district,
        "progress_by_planner_group": progress_tables.by_planner_group,
        "progress_by_commune": progress_tables.by_commune,
    },
    pictures={"progress_mean": mean_picture, "progress_count_groups": groups_picture},
)
