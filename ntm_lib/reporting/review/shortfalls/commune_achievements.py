"""Achievements and shortcomings of one commune: its criteria gained, what is missing in each, what was not kept."""

import pandas as pd

from ntm_lib.evaluation.shortfalls.blocking import NEAR
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.shortfalls.facts import Facts, volume_digits
from ntm_lib.reporting.review.shortfalls.rules import Item, with_list
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column
from ntm_lib.verdicts import Verdict

MOST = 5


def commune_highlights(facts: Facts) -> list[Sentence]:
    """Say what the commune gained, and which criteria are nearly met."""
    territory, code = facts.subject.territory, facts.subject.commune
    reported = territory.counts.xs(code, level="commune_code")["is_reported"]
    if not reported.any():
        return []
    start = int(reported.index[reported.to_numpy(bool)][0])
    first, last = (
        territory.of_year(territory.scores.criteria, year).loc[code] for year in (start, territory.review.last_year)
    )
    is_gained = (last == Verdict.MET) & (first == Verdict.NOT_MET) & ~last.index.isin(territory.withheld)
    gained = [str(number) for number in last.index[is_gained.to_numpy(bool)]]
    told = []
    if gained:
        told.append(
            sentence(
                _("Since {first} the commune has gained {count} criteria that it did not meet before: {names}."),
                first=facts.year(start),
                count=facts.count(len(gained), "criteria", "gained"),
                names=", ".join(facts.ground.criterion(number) for number in gained),
            )
        )
    return told


def commune_shortcomings(facts: Facts) -> list[Sentence]:
    """Say what each criterion not met lacks, nearly met ones first, then the work and what was not kept."""
    cases = facts.of_commune(facts.ground.cases)
    cases = cases.assign(is_far=cases["state"] != NEAR).sort_values("is_far", kind="stable")
    told = [_criterion(facts, row) for _index, row in cases.head(MOST).iterrows()]
    if len(cases) > MOST:
        others = ", ".join(facts.ground.criterion(number) for number in cases["criterion"].iloc[MOST:])
        told.append(sentence(_("Not met either: criteria {names}."), names=others))
    told += _works(facts)
    return told + commune_not_kept(facts)


def commune_not_kept(facts: Facts) -> list[Sentence]:
    """Say which criteria the commune had met and does not keep."""
    lost = facts.of_commune(facts.ground.lost)
    return [
        sentence(
            _("Criterion {name} was met in {before} and is not kept in {year}."),
            name=facts.ground.criterion(row.criterion),
            before=facts.year(row.met_in),
            year=facts.year(facts.ground.year),
        )
        for row in rows_of(lost[~lost["met_now"]].drop_duplicates("criterion", keep="last"))
    ]


def _criterion(facts: Facts, case: pd.Series) -> Sentence:
    """Say what one criterion lacks."""
    name = facts.ground.criterion(case["criterion"])
    blocks = facts.of_commune(facts.ground.blocks)
    blocks = blocks[blocks["criterion"] == case["criterion"]].drop_duplicates("requirement")
    items: list[Item] = [_requirement(facts, row) for _index, row in blocks.iterrows()]
    if not items:
        return sentence(_("Criterion {name} is not met."), name=name)
    text = _("Criterion {name} is nearly met; missing: {list}.") if case["state"] == NEAR else _("Criterion {name} is not met; missing: {list}.")  # fmt: skip
    return with_list(text, items, name=name)


def _requirement(facts: Facts, row: pd.Series) -> Item:
    item = row["requirement"]
    if row["sense"] == "yes":
        return _("requirement {item}"), {"item": facts.ground.requirement(item)}
    return _("requirement {item}, {value} reached, level {level}"), {
        "item": facts.ground.requirement(item),
        "value": facts.number(row["value"], "value", item, digits=digits_of(row)),
        "level": facts.ground.level(item),
    }


def digits_of(row: pd.Series) -> int:
    """Return as many decimals as show that a value is not its level."""
    if row["unit"] in {"household", "count"}:
        return 0
    return next((digits for digits in (1, 2, 3) if round(row["value"], digits) != round(row["level"], digits)), 1)


def _works(facts: Facts) -> list[Sentence]:
    """Say which works are still to be done, of the communes that the commune was formed from together."""
    totals = _volumes(facts)
    totals = totals[totals.index.isin(facts.ground.works) & (totals["volume"] > 0)]
    if totals.empty:
        return []
    items: list[Item] = [
        (
            _("{volume} {unit} {what}"),
            {
                "what": facts.ground.amount_rules["what"][row.Index],
                "volume": facts.number(row.volume, "volume", row.Index, digits=volume_digits(row.volume_unit)),
                "unit": row.volume_unit,
            },
        )
        for row in rows_of(totals)
    ]
    return [with_list(_("Works still to be done: {list}."), items)]


def _volumes(facts: Facts) -> pd.DataFrame:
    """Return the known volumes of the commune by requirement, parts added; one part unknown leaves none."""
    volumes = facts.of_parts(facts.ground.missing_volumes)
    return volumes.groupby("requirement", sort=False).agg(
        volume=("volume", lambda held: held.sum(skipna=False)), volume_unit=("volume_unit", "first")
    )


def commune_requirements(facts: Facts) -> tuple[list[Column], pd.DataFrame, list[str]]:
    """Return columns, rows and notes of the table of what is missing, part by part where the commune was merged."""
    blocks = facts.of_commune(facts.ground.blocks)
    volumes = facts.ground.missing_volumes.set_index(["commune_code", "requirement"])
    pairs = pd.MultiIndex.from_frame(blocks[["reported_code", "requirement"]])
    found = volumes.reindex(pairs)
    frame = blocks.assign(
        part=blocks["name"],
        item=blocks["requirement"].map(facts.ground.requirement),
        reached=[_reached(row) for _index, row in blocks.iterrows()],
        level_text=blocks["requirement"].map(facts.ground.level),
        short=[_short(row) for _index, row in blocks.iterrows()],
        work=[
            "" if formats.is_missing(volume) else f"{formats.number(volume, volume_digits(str(unit)))} {unit}"
            for volume, unit in zip(found["volume"], found["volume_unit"], strict=True)
        ],
        body=[facts.ground.body(*pair) for pair in zip(blocks["criterion"], blocks["indicator"], strict=True)],
        place=blocks["reported_code"] + "-" + blocks["requirement"],
    )
    columns = [
        Column("item", _("Requirement"), width=36),
        Column("reached", _("Value reached")),
        Column("level_text", _("Required level")),
        Column("short", _("Distance")),
        Column("work", _("Work still missing"), width=16),
        Column("body", _("Lead body"), width=26),
    ]
    notes: list[str] = []
    if len(blocks["reported_code"].unique()) > 1:
        columns.insert(0, Column("part", _("Commune that reported"), width=18))
        notes = [_("The commune was formed from several that reported; each part must reach the level.")]
    return columns, frame, notes


def _reached(row: pd.Series) -> str:
    return _("Not met") if row["sense"] == "yes" else formats.number(row["value"], digits_of(row))


def _short(row: pd.Series) -> str:
    return "" if row["sense"] == "yes" else formats.number(row["gap"], digits_of(row))
