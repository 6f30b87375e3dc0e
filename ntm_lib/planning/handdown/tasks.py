"""Tasks of a plan by year and responsible body, with the policies that they need."""

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, FaultsError, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.means.policies import Policies

KEYS = ["commune_code", "criterion", "requirement", "measure", "start_year", "year"]
COST = "cost_vnd_million"
CENT = 1e-9  # of the sum: what rounding may lose
ROLES = ("lead", "with", "district", "commune", "people")
TASK_COLUMNS = [
    "year", "role", "body", "body_label", "measure", "task", "does", "criteria", "requirements", "communes",
    "starts", "completes", "policies", "basis",
]  # fmt: skip


def active_years(steps: pd.DataFrame) -> pd.DataFrame:
    """Give each planned step one row for each year in which it is under way, from ``start_year`` to ``year``.

    Adds ``active_year, starts, completes`` (bool). A step that ends before it starts, or lacks a column, stops.
    """
    faults = FaultList(_("Steps that cannot be turned into tasks"))
    if missing := [name for name in KEYS if name not in steps.columns]:
        faults.add("steps", _("columns are missing: {names}").format(names=preview(missing)))
        faults.stop_if_any()
    backward = steps[steps["start_year"] > steps["year"]]
    for row in backward.itertuples():
        found = f"{row.start_year} > {row.year}"
        faults.add(f"{row.commune_code}, {row.requirement}", found, "start_year <= year")
    faults.stop_if_any()
    years = (steps["year"] - steps["start_year"] + 1).astype(int)
    spread = steps.loc[steps.index.repeat(years)].copy()
    spread["active_year"] = spread["start_year"].astype(int) + spread.groupby(level=0).cumcount()
    return spread.assign(
        starts=spread["active_year"] == spread["start_year"], completes=spread["active_year"] == spread["year"]
    ).reset_index(drop=True)


def tasks(steps: pd.DataFrame, measures: Measures, policies: Policies) -> pd.DataFrame:
    """List what each responsible body does in each year.

    Parameters
    ----------
    steps
        One row a planned step, unique index: ``commune_code, criterion, requirement, measure, start_year, year`` (of
        completion) and one column a calendar year (an int): million VND that the step is paid in it, none outside of its
        years. See ``works``.

    Returns
    -------
    DataFrame
        One row for each year, role (lead | with | district | commune | people), body and measure: ``body`` (id; empty
        below the province), ``body_label, task, does`` (in the reader's language), ``criteria, requirements``,
        ``communes, starts, completes`` (counts), ``policies`` (ids, "; " between), ``basis`` of the measure,
        ``cost_vnd_million``: what is paid in the year, only in the rows of role ``lead``, so that each year adds up to
        the works' money. Sorted by year, role, body, then the menu's order.

    Raises FaultsError naming every measure that the menu does not have, and steps that are paid outside of their years.
    """
    if unknown := sorted(set(steps.get("measure", pd.Series(dtype=str))) - set(measures.measures)):
        faults = FaultList(_("Steps that cannot be turned into tasks"))
        faults.add("steps", _("measures that the menu does not have: {names}").format(names=preview(unknown)))
        raise FaultsError(faults.title, faults.faults)
    rows = _by_year(_paid(active_years(steps), steps)).merge(_bodies(measures), on="measure", how="left", sort=False)
    rows[COST] = rows[COST].where(rows["role"] == "lead", 0.0)
    rows["policies"] = rows["measure"].map(
        {
            key: "; ".join(name for name in policies.entries if name in item.policies)
            for key, item in measures.measures.items()
        }
    )
    rows["basis"] = rows["measure"].map({key: item.basis for key, item in measures.measures.items()})
    order = rows.assign(
        _role=rows["role"].map(ROLES.index),
        _body=rows["body"].map({name: place for place, name in enumerate(measures.bodies)}).fillna(-1),
        _measure=rows["measure"].map({name: place for place, name in enumerate(measures.measures)}),
    )
    order = order.sort_values(["active_year", "_role", "_body", "_measure"], kind="stable", ignore_index=True)
    return order.rename(columns={"active_year": "year"})[[*TASK_COLUMNS, COST]]


def _paid(active: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Give each step in each of its years what is paid for it in that year."""
    years = [name for name in steps.columns if isinstance(name, int)]
    if not years:
        return active.assign(**{COST: 0.0})
    amounts = active[years].to_numpy(float)
    is_now = np.array(years)[None, :] == active["active_year"].to_numpy(int)[:, None]
    paid = active.assign(**{COST: (amounts * is_now).sum(axis=1)})
    faults = FaultList(_("Steps that cannot be turned into tasks"))
    lost = steps[years].to_numpy(float).sum() - paid[COST].sum()
    if abs(lost) > CENT * max(1.0, abs(paid[COST].sum())):
        faults.add(
            "steps", _("{amount} million VND are paid outside of the years of the steps").format(amount=round(lost))
        )
    faults.stop_if_any()
    return paid


def _by_year(active: pd.DataFrame) -> pd.DataFrame:
    """Add up the steps of one measure in one year."""
    grouped = active.groupby(["active_year", "measure"], sort=False)
    work = grouped.agg(
        criteria=("criterion", _joined),
        requirements=("requirement", _joined),
        communes=("commune_code", "nunique"),
        starts=("starts", "sum"),
        completes=("completes", "sum"),
        **{COST: (COST, "sum")},
    )
    return work.reset_index()


def _joined(values: pd.Series) -> str:
    return ", ".join(values.astype(str).drop_duplicates())


def _bodies(measures: Measures) -> pd.DataFrame:
    """List, for each measure, who takes part and what each does."""
    below = {
        "district": _("District People's Committee"),
        "commune": _("Commune People's Committee"),
        "people": _("People and village"),
    }
    rows = []
    for item in measures.measures.values():
        roles = measures.roles[item.roles]
        common = {"measure": item.id, "task": str(item.label)}
        lead = _("Leads: guides, appraises, follows the results of the whole province")
        beside = _("Takes part in its own field")
        provincial = [("lead", item.lead, lead), *(("with", name, beside) for name in item.with_bodies)]
        rows += [
            {**common, "role": role, "body": body, "body_label": str(measures.bodies[body]), "does": does}
            for role, body, does in provincial
        ]
        rows += [
            {**common, "role": role, "body": "", "body_label": label, "does": str(getattr(roles, role))}
            for role, label in below.items()
        ]
    return pd.DataFrame(rows)


def policies_needed(task_rows: pd.DataFrame, policies: Policies) -> pd.DataFrame:
    """List the policies that the tasks need: ``policy, group, label, text, basis, first_year, measures`` (count).

    Principles and main solutions that no measure names are listed too (first_year NA, 0 measures): they hold for all.
    """
    if "policies" not in task_rows.columns:
        raise UsageError(_("The rows are not tasks: column '{name}' is missing.").format(name="policies"))
    lead = task_rows[task_rows["role"] == "lead"]
    named = lead.assign(policy=lead["policies"].str.split("; ")).explode("policy")
    grouped = named.groupby("policy").agg(first_year=("year", "min"), measures=("measure", "nunique"))
    rows = pd.DataFrame(
        [
            {
                "policy": key,
                "group": policies.group[key],
                "label": str(item.label),
                "text": str(item.text),
                "basis": item.basis,
            }
            for key, item in policies.entries.items()
        ]
    )
    rows = rows.merge(grouped, left_on="policy", right_index=True, how="left")
    rows["first_year"] = rows["first_year"].astype("Int64")
    rows["measures"] = rows["measures"].fillna(0).astype(int)
    general = rows["group"].isin(["principles", "solutions"])
    return rows[general | (rows["measures"] > 0)].reset_index(drop=True)
