"""The same results by each criteria set, and requirement by requirement what cannot be compared."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.changes.by_sets import Reason, comparability
from ntm_lib.evaluation.changes.worlds import World, reported_by, rules_of
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.changes.held import sets_table
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import decisions, label_of, source_line
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet


def reason_words() -> dict[str, str]:
    """Return the words for why a requirement is compared or not."""
    return {
        Reason.COMPARED: _("compared"),
        Reason.ONE_WAY: _("only one way can be concluded"),
        Reason.NEW: _("asked in one set only"),
        Reason.OTHERWISE: _("measured otherwise"),
        Reason.NO_BRIDGE: _("no way from the set reported"),
        Reason.NO_LEVEL: _("no required level held"),
        Reason.NEVER_REPORTED: _("never reported"),
    }


def set_name(territory: Territory, set_id: str) -> str:
    """Name a set by its decisions."""
    return decisions(rules_of(territory, World(territory.review.last_year, set_id, territory.review.last_year)))


def sets_said(subject: Subject) -> Sequence[Sentence]:
    """Say the last year by each set, how much of each can be concluded, and the years reported by two sets."""
    if subject.commune:
        return []
    territory = subject.territory
    last = territory.review.last_year
    table = sets_table(territory).xs(last, level="year")
    own = table[table["is_own"]]
    if own.empty or own["reported"].iloc[0] == 0:
        return []
    said = [_own_said(subject, own.iloc[0], str(own.index[0]), last)]
    said += [_other_said(subject, row, str(name), last) for name, row in table[~table["is_own"]].iterrows()]
    return [*said, *_both_said(subject)]


def _own_said(subject: Subject, row: pd.Series, name: str, year: int) -> Sentence:
    key = partial(subject.key, "by_set", _part(name), year)
    text = _("In {year}, judged by the set that applied ({set}), communes met {mean} criteria on average.")
    return sentence(
        text, year=fig(key("year"), year, "year"), set=set_name(subject.territory, name),
        mean=_mean(key("mean"), row),
    )  # fmt: skip


def _other_said(subject: Subject, row: pd.Series, name: str, year: int) -> Sentence:
    key = partial(subject.key, "by_set", _part(name), year)
    found = comparability(subject.territory, year, name)["reason"].value_counts()
    counts = {
        "compared": _("{compared} compare"),
        "one_way": _("{one_way} let only one way be concluded"),
        "otherwise": _("{otherwise} are measured otherwise"),
        "new": _("{new} are asked in one set only"),
        "no_level": _("{no_level} have no required level held"),
        "never_reported": _("{never_reported} were never reported"),
    }
    told = ", ".join(words for reason, words in counts.items() if found.get(reason, 0))
    head = _("The same results judged by {set}: of {requirements} requirements")
    tail = _(
        "So on average {decided} of {criteria} criteria of a commune can be concluded, and the mean lies between {low} and {high}; it is not to be set against the figure above."
    )
    criteria = len(rules_of(subject.territory, World(year, name, year)).criteria)
    return sentence(
        f"{head} {told}. {tail}", set=set_name(subject.territory, name),
        requirements=fig(key("requirements"), int(found.sum()), "count"),
        **{reason: fig(key(reason), int(found.get(reason, 0)), "count") for reason in counts},
        decided=fig(key("decided"), row["decided"], "number", digits=1), criteria=fig(key("criteria"), criteria, "count"),
        low=fig(key("low"), row["mean_low"], "number", digits=2), high=fig(key("high"), row["mean_high"], "number", digits=2),
    )  # fmt: skip


def _both_said(subject: Subject) -> list[Sentence]:
    """Set the two sets side by side for each year that communes reported by both."""
    table, territory = sets_table(subject.territory), subject.territory
    text = _(
        "For {year} communes reported by both sets: {mean} criteria on average by {set}, {other_mean} by {other}. The difference is the change of law, not of the communes."
    )
    said = []
    for year in territory.years:
        held = [name for name in table.index.unique("set_id") if reported_by(territory, year, name)]
        if len(held) != 2 or table.loc[(year, held[0]), "reported"] == 0:
            continue
        key = partial(subject.key, "by_both", year)
        said.append(
            sentence(
                text, year=fig(key("year"), year, "year"), set=set_name(territory, held[0]), other=set_name(territory, held[1]),
                mean=_mean(key("first"), table.loc[(year, held[0])]), other_mean=_mean(key("second"), table.loc[(year, held[1])]),
            )
        )  # fmt: skip
    return said


def _mean(key: str, row: pd.Series) -> Fig:
    return fig(key, row["mean_low"], "interval", high=row["mean_high"], digits=2)


def _part(name: str) -> str:
    return name.replace("+", "_")


def sets_sheet(subject: Subject) -> Sheet:
    """Return a row a year: by each set the mean, the criteria that can be concluded, and the communes with all criteria."""
    territory = subject.territory
    table = sets_table(territory)
    names = list(table.index.unique("set_id"))
    columns = [Column("year", _("Year"), "year", width=8), Column("own", _("Set that applied"), "text", width=26)]
    frame = pd.DataFrame({"year": list(territory.years)})
    frame["own"] = [decisions(territory.reported.rules[year]) for year in territory.years]
    for name in names:
        rows, group = table.xs(name, level="set_id").reindex(list(territory.years)), set_name(territory, name)
        key = _part(name)
        frame[f"{key}_mean"] = list(zip(rows["mean_low"], rows["mean_high"], strict=True))
        frame[f"{key}_decided"] = rows["decided"].to_numpy()
        frame[f"{key}_all"] = list(zip(rows["all_low"], rows["all_high"], strict=True))
        columns += [
            Column(f"{key}_mean", _("Criteria per commune"), "interval", group, 12, 2),
            Column(f"{key}_decided", _("criteria concluded"), "decimal", group, 10, 1),
            Column(f"{key}_all", _("communes with all criteria"), "interval", group, 10),
        ]
    notes = [
        _(
            "Least and most: unknown criteria not counted, and counted. Criteria concluded: known either way, on average per commune. Where few are concluded the sets must not be compared; the table of requirements says why."
        ),
        _("Which requirement continues as which is our own reading of the two sets; no official table was found."),
    ]
    return Sheet(
        name=_("Same results by set"), title=_("The same results judged by each criteria set"), columns=columns, frame=frame,
        source=source_line(territory), notes=notes, stamps=subject.stamps, row_key="year",
    )  # fmt: skip


def not_comparable_sheet(subject: Subject, *, end: Literal["first", "last"]) -> Sheet:
    """Return the requirements of the other sets that the results of the first or last year do not, or only partly, tell of."""
    territory = subject.territory
    year = territory.review.first_year if end == "first" else territory.review.last_year
    table = sets_table(territory).xs(year, level="year")
    frames = [_refused(territory, year, str(name)) for name in table.index[~table["is_own"]]]
    columns = [
        Column("set", _("Set, by its decision"), "text", width=24),
        Column("requirement", _("Number of the requirement"), "text", width=9),
        Column("label", _("Requirement"), "text", width=46),
        Column("reason", _("Why it is not compared"), "text", width=24),
        Column("why", _("In detail"), "text", width=40),
        Column("open", _("Communes not concluded"), "count", width=12),
    ]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["key", *(c.key for c in columns)])
    return Sheet(
        name=_("Not compared {year}").format(year=year),
        title=_("What the results of {year} do not tell of the other criteria sets").format(year=year),
        columns=columns, frame=frame, source=source_line(territory, year), stamps=subject.stamps, row_key="key",
        empty=_("Every requirement compares."),
        notes=[_("Which requirement continues as which is our own reading of the two sets; no official table was found.")],
    )  # fmt: skip


def _refused(territory: Territory, year: int, name: str) -> pd.DataFrame:
    table = comparability(territory, year, name)
    table = table[
        (table["reason"] != Reason.COMPARED) & table["criterion"].isin(territory.shown(table["criterion"].unique()))
    ]
    return pd.DataFrame(
        {
            "key": [f"{_part(name)}_{key}" for key in table.index],
            "set": set_name(territory, name),
            "requirement": [str(key).split("/")[0] for key in table.index],
            "label": [label_of(row) for _key, row in table.iterrows()],
            "reason": table["reason"].map(reason_words()).to_numpy(),
            "why": table["why"].to_numpy(),
            "open": (table["not_concluded"] + table["not_reported"]).to_numpy(),
        }
    )
