"""The targets and the money that are handed down, by unit and year: province, districts, communes, adding up."""

from collections.abc import Mapping, Sequence

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import COUNTS, MONEY, Tier, districts_reached, targets
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.paper import roman
from ntm_lib.reporting.office.plan_marks import (
    code_column,
    district_column,
    million,
    plan_stamps,
    purse_columns,
    source_line,
)
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.sheets import Column, Sheet, sums

_TIERS: tuple[Tier, ...] = ("province", "district", "commune")
FLOWS = ["completed", "newly_standard", "newly_advanced", "newly_model", "newly_villages", *MONEY]
"""What happens in a year and adds up over the years; the other counts stand at the end of a year."""


def targets_sheet(plan: Plan, by: Tier, year: int | None = None, codes: Sequence[str] | None = None) -> Sheet:
    """Return the targets of a tier: a row a unit, for one year (None: the last), or a row a year for the province.

    ``codes``: only these units; the total is then theirs.
    """
    table = _placed(plan, targets(plan, by).reset_index(), by)
    if by == "province":
        first, title = [Column("year", _("Year"), "year", width=10)], _("Targets of the province by year")
    else:
        year = year or plan.problem.years[-1]
        table = table[table["year"] == year]
        if codes is not None:
            table = table[table["unit_code"].isin(codes)]
        names = {"district": _("Targets by district, {year}"), "commune": _("Targets by commune, {year}")}
        first, title = _unit_columns(plan, by), names[by].format(year=year)
    columns = [*first, *_count_columns(plan), *_money_columns(_("Money of the year"))]
    total = None if by == "province" else _mean_total(sums(table, columns, "name"))
    if by == "province":
        total = {key: table[key].sum() for key in [*MONEY, *FLOWS]} | {"year": _("Total")}
    return Sheet(
        name={"province": _("Province"), "district": _("Districts"), "commune": _("Communes")}[by],
        title=title,
        columns=columns,
        frame=table,
        unit=million(),
        total=total,
        source=source_line(plan),
        notes=[interval_note(), *package_notes(plan)],
        stamps=plan_stamps(plan),
    )


def _count_columns(plan: Plan) -> list[Column]:
    counts = _("Counts at the end of the year")
    return [
        Column("communes", _("Communes (count)"), "count", width=8),
        Column("criteria_low", _("Criteria met, at least"), "count", counts, 10),
        Column("criteria_high", _("Criteria met, at most"), "count", counts, 10),
        Column("mean_low", _("Average a commune, at least"), "decimal", counts, 11),
        Column("mean_high", _("Average a commune, at most"), "decimal", counts, 11),
        *_standard_columns(counts),
        *_higher_columns(plan, counts),
    ]


def _standard_columns(group: str) -> list[Column]:
    return [
        Column("standard", _("Communes reaching the standard"), "count", group, 10),
        Column("standard_high", _("Communes reaching the standard, at most"), "count", group, 11),
        Column("newly_standard", _("of them new"), "count", group, 9),
    ]


def _higher_columns(plan: Plan, group: str) -> list[Column]:
    labels = {"advanced": _("Advanced"), "model": _("Model"), "villages": _("Villages")}
    return [Column(name, labels[name], "count", group, 9) for name in higher_levels(plan)]


def higher_levels(plan: Plan) -> list[str]:
    """Return which of the higher levels and the villages are targets: those with an aim, or that somebody reaches."""
    aims, solution, years = plan.problem.aims, plan.solution, len(plan.problem.years)
    has = {
        "advanced": aims.advanced or (solution.advanced < years).any(),
        "model": aims.model or (solution.model < years).any(),
        "villages": aims.ask_for_villages or solution.villages.any(),
    }
    return [name for name, is_target in has.items() if is_target]


def _money_columns(group: str) -> list[Column]:
    return [
        Column("money_vnd_million", _("Total"), "money", group, 12),
        Column("without_credit_vnd_million", _("without credit"), "money", group, 12),
        Column("investment_vnd_million", _("investment"), "money", group, 12),
        Column("recurrent_vnd_million", _("recurrent"), "money", group, 12),
    ]


def _unit_columns(plan: Plan, by: Tier) -> list[Column]:
    """Return the columns that name a unit for good: names of communes occur twice in a province."""
    name = Column("name", _("Commune") if by == "commune" else _("District, city"), width=24)
    return [code_column("unit_code"), name, *(district_column(plan) if by == "commune" else [])]


def _placed(plan: Plan, table: pd.DataFrame, by: Tier) -> pd.DataFrame:
    """Name the district of each commune; a district or the province has none."""
    problem, names = plan.problem, plan.baseline.vintage.frame["name"]
    if by != "commune":
        return table.assign(district_code="", district="")
    owner = pd.Series(problem.districts[problem.district], index=problem.communes)
    codes = owner.reindex(table["unit_code"]).to_numpy()
    return table.assign(district_code=codes, district=names.reindex(codes).to_numpy())


def money_sheet(plan: Plan, by: Tier = "district") -> Sheet:
    """Return the money of a tier by source: a row a year for the province, else a row a unit for the whole plan."""
    table = _placed(plan, targets(plan, by).reset_index(), by)
    key = "year" if by == "province" else "name"
    first = [Column("year", _("Year"), "year", width=10)] if by == "province" else _unit_columns(plan, by)
    columns = [*first, *_money_columns(""), *purse_columns(12)]
    if by != "province":
        keys = ["unit_code", "name", "district"]
        table = table.groupby(keys, sort=False, dropna=False)[MONEY].sum().reset_index()
    years = f"{plan.problem.years[0]} - {plan.problem.years[-1]}"
    title = (
        _("Planned money by year and source")
        if by == "province"
        else _("Planned money by unit and source, {years}").format(years=years)
    )
    return Sheet(
        name=_("Money by year") if by == "province" else _("Money by unit"), title=title, columns=columns, frame=table,
        unit=million(), total=sums(table, columns, key, ("money",)), source=source_line(plan), stamps=plan_stamps(plan),
    )  # fmt: skip


def _mean_total(total: dict[object, object]) -> dict[object, object]:
    for bound in ("low", "high"):
        criteria, communes = total[f"criteria_{bound}"], total["communes"]
        total[f"mean_{bound}"] = float(str(criteria)) / int(str(communes)) if communes else None
    return total


def interval_note() -> str:
    """Say what the least and the most mean."""
    return _(
        "At least: met for certain, or completed by the plan. At most: with every criterion whose state at the start is not "
        "known and which the plan does not complete. Communes reaching the standard: by the plan; not yet recognised."
    )


def year_sheets(plan: Plan) -> list[Sheet]:
    """Return targets and money by source for every district and, below each, its communes: a table a year, then the whole.

    Of the whole plan money and what is new are those of all years, the other counts stand at its end. The districts add up
    to the first row, and so do the communes.
    """
    held = {by: targets(plan, by).reset_index() for by in _TIERS}
    return [
        _year_sheet(plan, {by: _of_year(plan, held[by], by, year) for by in _TIERS}, year)
        for year in (*plan.problem.years, None)
    ]


def _year_sheet(plan: Plan, tables: Mapping[Tier, pd.DataFrame], year: int | None) -> Sheet:
    frame = _below_each_other(plan, tables["district"], tables["commune"])
    counts = _("Counts at the end of the year") if year else _("Counts at the end of the plan")
    money = _("Money of the year") if year else _("Money of all years")
    columns = [
        Column("tier", _("Tier"), width=8),
        *_unit_columns(plan, "commune"),
        Column("communes", _("Communes (count)"), "count", width=8),
        Column("criteria_low", _("Criteria met, at least"), "count", counts, 10),
        Column("criteria_high", _("Criteria met, at most"), "count", counts, 10),
        Column("completed", _("Criteria completed"), "count", counts, 10),
        *_standard_columns(counts),
        *_higher_columns(plan, counts),
        *_money_columns(money),
        *purse_columns(11),
    ]
    columns[2] = Column("name", _("Unit"), width=26)
    whole = tables["province"].iloc[0]
    first, last = plan.problem.years[0], plan.problem.years[-1]
    span = formats.years(first, last)
    return Sheet(
        name=str(year) if year else span,
        title=_("Targets and money of districts and communes, {years}").format(years=year or span),
        columns=columns,
        frame=frame,
        unit=million(),
        total={"name": _("Total")} | {key: whole[key] for key in [*COUNTS, *MONEY]},
        source=source_line(plan),
        notes=[
            interval_note(),
            *package_notes(plan),
            _("The first row is the province; the districts add up to it, and so do the communes."),
        ],
        stamps=plan_stamps(plan),
        number_key="number",
    )


def _of_year(plan: Plan, table: pd.DataFrame, by: Tier, year: int | None) -> pd.DataFrame:
    if year is not None:
        return _placed(plan, table[table["year"] == year], by)
    end = table[table["year"] == plan.problem.years[-1]].set_index("unit_code")
    end[FLOWS] = table.groupby("unit_code")[FLOWS].sum().reindex(end.index)
    return _placed(plan, end.reset_index(), by)


def _below_each_other(plan: Plan, districts: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Put each district above its communes; units without a district level have communes only."""
    place = pd.Series(range(len(plan.problem.districts)), index=plan.problem.districts)
    within = communes.groupby("district_code", sort=False).cumcount() + 1
    communes = communes.assign(
        tier=_("Commune"),
        number=within.astype(str),
        place=place.reindex(communes["district_code"]).to_numpy(),
        row=within,
    )
    if not has_districts(plan):
        return communes.assign(number=[str(number) for number in range(1, len(communes) + 1)], district="")
    own = place.reindex(districts["unit_code"]).to_numpy()
    numbers = [roman(number) for number in range(1, len(districts) + 1)]
    districts = districts.assign(tier=_("District"), number=numbers, place=own, row=0)
    return pd.concat([districts, communes]).sort_values(["place", "row"], kind="stable", ignore_index=True)


def has_districts(plan: Plan) -> bool:
    """Tell whether the plan's units have a district level."""
    return list(plan.problem.districts) != [plan.baseline.vintage.province.code]


def years_sheet(plan: Plan, by: Tier, codes: Sequence[str] | None = None) -> Sheet:
    """Return what each district or commune is to reach, and with what money, a column a year; for a document.

    ``codes``: only these units.
    """
    years, table = list(plan.problem.years), targets(plan, by)
    wide = {name: table[name].unstack("year")[years] for name in ("standard", "standard_high", "criteria_low", "criteria_high", "money_vnd_million")}  # fmt: skip
    low, high = ("standard", "standard_high") if by == "district" else ("criteria_low", "criteria_high")
    head = _placed(plan, table.xs(years[-1], level="year").reset_index(), by)
    frame = head[["unit_code", "name", "district", "communes"]].copy()
    for year in years:
        ends = (wide[name].loc[frame["unit_code"], year].to_numpy() for name in (low, high))
        frame[f"count_{year}"] = list(zip(*ends, strict=True))
        frame[year] = wide["money_vnd_million"].loc[frame["unit_code"], year].to_numpy()
    frame["money"] = frame[years].sum(axis=1)
    frame["reached"] = _reached(plan, by).reindex(frame["unit_code"]).to_numpy()
    frame = frame if codes is None else frame[frame["unit_code"].isin(codes)]
    counted = _("Communes reaching the standard") if by == "district" else _("Criteria met at the end of the year")
    money = _("Money of the year")
    columns = [
        *_unit_columns(plan, by),
        *([Column("communes", _("Communes (count)"), "count", width=8)] if by == "district" else []),
        *(Column(f"count_{year}", str(year), "interval", counted, 9) for year in years),
        Column("reached", _("Year of reaching the standard"), "year", width=9),
        *(Column(year, str(year), "money", money, 10) for year in years),
        Column("money", f"{years[0]} - {years[-1]}", "money", money, 11),
    ]
    total = sums(frame, columns, "name", ("count", "money"))
    if by == "district":
        total |= {
            f"count_{year}": tuple(sum(ends) for ends in zip(*frame[f"count_{year}"], strict=True)) for year in years
        }
    titles = {
        "district": _("Targets and money of the districts by year"),
        "commune": _("Targets and money of the communes by year"),
    }
    notes = [interval_note()]
    if by == "district":
        notes.append(_("A district reaches the standard here when its communes do; its own criteria are not judged."))
    return Sheet(
        name=_("Districts by year") if by == "district" else _("Communes by year"), title=titles[by], columns=columns,
        frame=frame, unit=million(), total=total, source=source_line(plan), notes=notes, stamps=plan_stamps(plan),
    )  # fmt: skip


def _reached(plan: Plan, by: Tier) -> pd.Series:
    """Return the year in which each unit reaches the standard by the plan; missing when it does not."""
    if by == "district":
        return districts_reached(plan)["year"]
    years = [plan.year_of(int(position)) for position in plan.solution.standard]
    return pd.Series(pd.array(years, dtype="Int64"), index=plan.problem.communes)


def district_text(plan: Plan) -> list[str]:
    """Name the district-level units whose communes reach the standard; nothing for units without a district level."""
    held = districts_reached(plan)
    if held.empty:
        return []
    last, share = plan.problem.years[-1], plan.problem.aims.district_share
    named = held[held["year"].notna()]
    if named.empty:
        text = _("No district-level unit has {share} of its communes at the standard by {year}.")
        return [text.format(share=formats.percent(100 * share, 0), year=last)]
    listed = ", ".join(
        _("{name} ({year})").format(name=formats.in_sentence(str(name)), year=year)
        for name, year in zip(named["name"], named["year"], strict=True)
    )
    text = _(
        "District-level units with {share} of their communes at the standard by {year}: {names}; the criteria of the district "
        "level itself are not judged here."
    )
    said = [text.format(share=formats.percent(100 * share, 0), year=last, names=listed)]
    if (apart := named[named["is_apart"]]["name"]).size:
        more = _("Not counted for the aim of districts: {names}.")
        said.append(more.format(names=", ".join(formats.in_sentence(str(name)) for name in apart)))
    return said
