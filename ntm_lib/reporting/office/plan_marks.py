"""What every printed table of a plan carries: warnings, source, sources of money, unit."""

import pandas as pd

from ntm_lib import criteria
from ntm_lib.messages import _
from ntm_lib.planning.handdown.register import results_year
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.sheets import Column


def plan_stamps(plan: Plan) -> list[str]:
    """Return the warnings that every sheet and table of a plan carries."""
    return stamps.of_data(plan.baseline)


def law_name(plan: Plan) -> str:
    """Return the numbers of the decisions that the plan's criteria set stands in."""
    law = criteria.load(plan.baseline.project)
    return ", ".join(decision.number for decision in law.named_set(plan.baseline.law_set).decisions)


def source_line(plan: Plan) -> str:
    """Return the source of a table made from a plan."""
    return _("scenario “{title}”, dated {date}; results of {year}; criteria set {set}").format(
        title=plan.scenario.title,
        date=formats.date(plan.scenario.dated),
        year=results_year(plan),
        set=law_name(plan),
    )


def purse_columns(width: float = 12) -> list[Column]:
    """Return a column for each source of money."""
    group = _("By source of money")
    return [Column(purse.value, label, "money", group, width) for purse, label in purse_labels().items()]


def code_column(key: str = "commune_code") -> Column:
    """Return the column of a commune's code, or of another unit's by its key."""
    return Column(key, _("Code") if key == "commune_code" else _("Code of the unit"), width=9)


def district_column(plan: Plan) -> list[Column]:
    """Return the column that names a commune's district; none for units without a district level."""
    if list(plan.problem.districts) == [plan.baseline.vintage.province.code]:
        return []
    return [Column("district", _("District, city"), width=22)]


def with_district(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of communes with ``district``, the name of each one's district."""
    problem = plan.problem
    owner = pd.Series(problem.districts[problem.district], index=problem.communes)
    codes = owner.reindex(table["commune_code"]).to_numpy()
    return table.assign(district=plan.baseline.vintage.frame["name"].reindex(codes).to_numpy())


def plain_numbers(column: pd.Series) -> pd.Series:
    """Return numbers with the whole ones as such (``int``), so that a count is not printed with decimals."""
    rounded = [None if pd.isna(value) else round(float(value), 6) for value in column]
    values = [int(value) if value is not None and value.is_integer() else value for value in rounded]
    return pd.Series(values, index=column.index, dtype=object)


def million() -> str:
    """Return the unit of money tables."""
    return _("million VND")
