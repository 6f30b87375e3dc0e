"""Put what was published of the plan's years, results and aims, beside the plan of the province and of a district."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from ntm_lib import criteria
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.planning.handdown.targets import targets
from ntm_lib.provenance import check_files
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

GROUP, DISTRICTS, DISTRICTS_OVER = "group", "districts", "districts_over"
Ends = tuple[float, float]
UNKNOWN: Ends = (float("nan"), float("nan"))


class _Mark(BaseModel):
    """One line of ``data/planning/follow_up.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    measure: str = Field(alias="indicator", default="")
    figure: str
    set: str = ""
    times: float = 1.0
    from_: int = Field(alias="from", default=0)
    to: int = 0
    share_pct: int = Field(default=0, ge=0, le=100)
    as_of: dt.date | None = None
    is_upper_limit: StrictBool = False
    scope_differs: Labels | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    results: tuple[_Mark, ...]
    targets: tuple[_Mark, ...]


def status_labels() -> dict[str, str]:
    """Name the outcomes of a comparison, best first."""
    return {
        "exceeded": _("Above the plan"),
        "reached": _("Reached"),
        "missed": _("Not reached"),
        "not_known": _("Not enough data"),
        "not_comparable": _("Cannot be compared"),
    }


@dataclass(frozen=True, eq=False)
class _Planned:
    """The targets of one unit (DataFrame, a row a year), and those of its communes and its districts, by code and year.

    ``apart``: districts with a title of their own, that are not counted among those at the standard.
    """

    own: Any
    communes: pd.DataFrame
    districts: pd.DataFrame
    apart: tuple[str, ...]

    def figure(self, name: str, year: int, first: int = 0, last: int = 0) -> Ends:
        """Return one figure of a year, least and greatest; see ``plan_figure``."""
        if name == GROUP:
            counts = self.communes.xs(year, level="year")
            surely = (counts["criteria_low"] >= first) & (counts["criteria_high"] <= last)
            perhaps = (counts["criteria_high"] >= first) & (counts["criteria_low"] <= last)
            return float(surely.sum()), float(perhaps.sum())
        if name in {DISTRICTS, DISTRICTS_OVER}:
            return self._districts(year, first, is_more=name == DISTRICTS_OVER)
        row = self.own.loc[year]
        if name == "mean":
            return float(row["mean_low"]), float(row["mean_high"])
        return float(row[name]), float(row.get(f"{name}_high", row[name]))

    def _districts(self, year: int, share_pct: int, *, is_more: bool) -> Ends:
        """Count the districts of which so many per cent of the communes stand, or more than so many (those apart too)."""
        held = self.districts.xs(year, level="year")
        held = held if is_more else held[~held.index.get_level_values("unit_code").isin(self.apart)]
        least = share_pct / 100 * held["communes"]
        low, high = (
            (held[name] > least + 1e-9) if is_more else (held[name] >= least - 1e-9)
            for name in ("standard", "standard_high")
        )
        return float(low.sum()), float(high.sum())

    def ends(self, mark: _Mark, year: int, first_year: int) -> list[Ends]:
        """Return the figure at the end of a year; of a figure of the middle of a year also at the end of the year before."""
        years = [year, year - 1] if mark.as_of and year > first_year else [year]
        return [self.figure(mark.figure, item, mark.share_pct or mark.from_, mark.to) for item in years]


def published(plan: "Plan", district: str = "") -> pd.DataFrame:
    """Put the published figures and aims of the plan's years beside the plan.

    Parameters
    ----------
    plan
        The plan.
    district
        Code of a district of the plan: its own published figures are added, and its part in the plan of the province
        stands beside those of the province. Empty: only the province.

    Returns
    -------
    DataFrame
        One row a published figure, by tier and year: ``tier`` (province | district: whose figure it is), ``year, kind``
        (actual | aim), ``figure`` (a column of ``targets``, ``mean``, ``group``, ``districts`` or ``districts_over``), ``first, last``
        (criteria of a group; of districts ``first``: per cent of their communes),
        ``law`` (number of the decision that the figure counts by; empty: any), ``value`` (in the plan's unit), ``plan_low, plan_high`` (the plan of that unit; equal but for counts of criteria),
        ``part_low, part_high`` (the plan of the district; missing without one; counts and sums of the districts add up to
        the province's), ``status`` (see ``status_labels``; of an actual figure: against the plan of that unit; of an aim:
        whether that plan keeps it), ``why`` (why it cannot be compared, or how), ``as_of``, ``source, confidence``.

    A figure by another criteria set, or of another scope, is shown and not compared. A figure of the middle of a year is
    held against the plan's figures of the year before and of that year. FaultsError tells every fault of the files.
    """
    faults = FaultList(_("Published figures that cannot be set beside a plan"))
    marks = _marks(plan, faults)
    units = {"province": _planned(plan)}
    names = {"province": {plan.baseline.vintage.province.short_name}}
    if district:
        unit = plan.baseline.vintage.unit(district)
        units["district"], names["district"] = _planned(plan, district), {unit.name, unit.short_name}
    rows = [
        _row(plan, units, tier, line, faults)
        for tier, known in names.items()
        for line in _lines(plan, marks, tier, known)
    ]
    faults.stop_if_any()
    columns = ["tier", "year", "kind", "figure", "first", "last", "law", "value", "plan_low", "plan_high", "part_low", "part_high",
               "status", "why", "as_of", "source", "confidence"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["tier", "year", "kind"], ascending=[False, True, True], kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Line:
    """One line of a file of published figures with the mark that says what it is compared with."""

    kind: Literal["actual", "aim"]
    mark: _Mark
    year: int
    row: pd.Series
    where: str


def _lines(plan: "Plan", marks: _File, tier: str, names: set[str]) -> Iterator[_Line]:
    """Yield the published lines of one unit in the plan's years that have a mark."""
    project = plan.baseline.project
    kinds: dict[Literal["actual", "aim"], tuple[str, str, str, tuple[_Mark, ...]]] = {
        "actual": ("results.csv", "measure", "year", marks.results),
        "aim": ("targets.csv", "indicator", "target_year", marks.targets),
    }
    for kind, (name, key, year, held) in kinds.items():
        path = project.data / "published" / name
        check_files(project, [path])
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        wanted = {mark.measure: mark for mark in held}
        own = (table["scope"] == tier) & table["scope_name"].isin(names) & table[key].isin(wanted)
        table = table[own & table[year].isin([str(item) for item in plan.problem.years])]
        for place, (_label, row) in zip(table.index.to_numpy(int), table.iterrows(), strict=True):
            where = f"{project.relative(path)}: {place + 2}"
            yield _Line(kind, wanted[row[key]], int(row[year]), row, where)


def _marks(plan: "Plan", faults: FaultList) -> _File:
    path = plan.baseline.project.data / "planning" / "follow_up.yaml"
    try:
        return _File.model_validate(read_yaml(path))
    except ValidationError as error:
        tell(faults, plan.baseline.project.relative(path), error, _File)
        faults.stop_if_any()
        raise


def _row(plan: "Plan", units: dict[str, _Planned], tier: str, line: _Line, faults: FaultList) -> dict[str, Any]:
    """Return one comparison."""
    mark, year, first_year = line.mark, line.year, plan.problem.years[0]
    value = pd.to_numeric(line.row["value"], errors="coerce") * mark.times
    if pd.isna(value):
        faults.add(line.where, f"'{line.row['value']}'", _("a number"))
    ends = units[tier].ends(mark, year, first_year)
    low, high = _whole(ends)
    part_low, part_high = _whole(units["district"].ends(mark, year, first_year)) if "district" in units else UNKNOWN
    why = ""
    if mark.figure == "villages" and (before := plan.problem.start_villages):
        ends = [(start + before, end + before) for start, end in ends] if tier == "province" else [UNKNOWN]
        (low, high), (part_low, part_high) = _whole(ends), UNKNOWN  # in which district they lie is not told
    if mark.as_of:
        text = _("figure of {date}; the plan's figures are those of the ends of the year before and of that year")
        why = text.format(date=f"{mark.as_of:%d/%m/%Y}")
    status = _status(line.kind, float(value), ends, is_upper_limit=mark.is_upper_limit)
    own_set = plan.baseline.law_set.split("+")[0]
    if mark.set and mark.set != own_set:
        status, why = "not_comparable", _("counted by another criteria set than the plan's")
    elif mark.scope_differs:
        status, why = "not_comparable", str(mark.scope_differs)
    elif line.kind == "aim" and high <= 0 and getattr(plan.problem.aims, mark.figure.removeprefix("newly_"), 0) is None:
        why = _("this scenario sets no such aim")
    return {
        "tier": tier, "year": year, "kind": line.kind, "figure": mark.figure, "first": mark.share_pct or mark.from_, "last": mark.to,
        "law": _decision(plan, mark.set), "value": float(value), "plan_low": low, "plan_high": high, "part_low": part_low, "part_high": part_high,
        "status": status, "why": why, "as_of": mark.as_of, "source": line.row["source_title"],
        "confidence": line.row["confidence"],
    }  # fmt: skip


def _decision(plan: "Plan", item: str) -> str:
    """Return the number of the decision of a criteria set; empty for none."""
    return str(criteria.load(plan.baseline.project).named_set(item).decisions[0].number) if item else ""


def _whole(ends: list[Ends]) -> Ends:
    return min(end[0] for end in ends), max(end[1] for end in ends)


def plan_figure(plan: "Plan", figure: str, year: int, first: int = 0, last: int = 0, district: str = "") -> Ends:
    """Return one figure of the province, or a district, in a year of the plan: least and greatest where the start is not known.

    ``figure``: a column of ``targets``, ``mean``, ``group`` (communes with ``first`` to ``last`` criteria), ``districts`` (units
    of which at least ``first`` per cent of the communes meet the standard, without those with a title of their own) or
    ``districts_over`` (more than so many per cent; all units).
    """
    return _planned(plan, district).figure(figure, year, first, last)


def _planned(plan: "Plan", district: str = "") -> _Planned:
    problem, communes, districts = plan.problem, targets(plan, "commune"), targets(plan, "district")
    apart = plan.scenario.settings.aims.districts_apart
    if not district:
        return _Planned(targets(plan).droplevel("unit_code"), communes, districts, apart)
    own = problem.communes[problem.districts[problem.district] == district]
    return _Planned(
        districts.xs(district, level="unit_code"),
        communes[communes.index.get_level_values("unit_code").isin(own)],
        districts[districts.index.get_level_values("unit_code") == district],
        apart,
    )


def _status(kind: str, value: float, ends: list[Ends], *, is_upper_limit: bool) -> str:
    """Say how an actual figure stands to the plan, or how the plan stands to an aim.

    ``ends``: the plan's figure, least and greatest, at the end of the year; of a figure of the middle of a year also at the
    end of the year before, and what lies between the two is reached. What the plan's own unknowns leave open is not known.
    """
    if is_upper_limit:
        value, ends = -value, [(-high, -low) for low, high in ends]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    if kind == "actual":
        if value > high + 1e-9:
            return "exceeded"
        surely = min(end[1] for end in ends)
        return "reached" if value >= surely - 1e-9 else "missed" if value < low - 1e-9 else "not_known"
    if low >= value - 1e-9:
        return "exceeded" if low > value + 1e-9 and not is_upper_limit else "reached"
    return "missed" if high < value - 1e-9 else "not_known"
