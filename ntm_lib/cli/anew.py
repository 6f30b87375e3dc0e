"""Planning anew on the command line: what was done before, and what the new plan changes."""

from pathlib import Path
from typing import Any

import pandas as pd

from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.planning.later.against import outcomes, told_against_start
from ntm_lib.planning.later.anew import Anew
from ntm_lib.planning.later.follow_up import UNDER_WAY, reported_years
from ntm_lib.planning.later.plan_changes import change_labels, commune_changes, money_changes, standard_counts
from ntm_lib.planning.later.progress_file import Progress, progress_from_results, read_progress
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.which_plan import plan_options
from ntm_lib.reporting import formats


def read_past(old: Plan, scenario: Scenario, from_year: int, path: Path | None) -> Progress:
    """Read what was done before ``from_year``: from a filled-in form, or without one from the results handed in.

    Raises UsageError where the year cannot be planned anew, nothing is known of the years before, or the form takes back
    what the plan starts from.
    """
    years = old.problem.years
    if from_year not in years[1:]:
        raise UsageError(
            _("{year}: a plan can be made anew from {first} to {last}.").format(
                year=from_year, first=years[min(1, len(years) - 1)], last=years[-1]
            )
        )
    before = from_year - 1
    if path is None:
        if before not in reported_years(old):
            raise UsageError(
                _(
                    "No results of {year} by the plan's criteria set were handed in. Write a form with ntm follow {options} "
                    "--year {year} --template FILE.xlsx, fill it in, and give it with --actual FILE.xlsx."
                ).format(year=before, options=plan_options(scenario))
            )
        return progress_from_results(old, before)
    progress = read_progress(path, old, from_year)
    if not len(progress):
        raise UsageError(
            _("{path} tells nothing yet: no state and no year is filled in. What is not told would count as not done.").format(
                path=path.name
            )
        )  # fmt: skip
    if len(lost := told_against_start(old, progress)):
        raise UsageError(
            _(
                "{path} tells {count} criteria as not completed that are met at the start of the plan: {names}. A plan made anew "
                "cannot take a criterion back; correct the results of the start, or leave these lines empty."
            ).format(path=path.name, count=len(lost), names=named(old, lost[:5]))
        )
    return progress


def named(plan: Plan, pairs: pd.DataFrame) -> str:
    """Name pairs of commune and criterion for a sentence."""
    names = plan.baseline.vintage.frame["name"].to_dict()
    return "; ".join(f"{names[row['commune_code']]}, {row['criterion']}" for row in pairs.to_dict("records"))


def past_lines(old: Plan, progress: Progress, anew: Anew) -> list[str]:
    """Say what is taken as done, and how much of the plan was not told of and so is planned anew."""
    from_year = anew.from_year
    done = int((progress.actual["state"] != UNDER_WAY).sum())
    untold = int((outcomes(old, progress, from_year - 1)["outcome"] == "unknown").sum())
    return [
        _("Before {year}, by {source}: {done} criteria completed, {open} under way.").format(
            year=from_year,
            source=progress.source or _("results handed in"),
            done=formats.number(done),
            open=formats.number(len(progress.actual) - done),
        ),
        _("{count} criteria planned by then were not reported; they count as not done and are planned anew.").format(
            count=formats.number(untold)
        ),
        _(
            "Money of the years before counts as spent: what may be carried on must be entered as extra money of the scenario."
        ),
        *_past_villages(old, anew),
    ]


def _past_villages(old: Plan, anew: Anew) -> list[str]:
    """Say how many villages count as done, or that none does; nothing where the plan has none."""
    if not (old.problem.aims.ask_for_villages or old.solution.villages.any()):
        return []
    if anew.villages is None:
        return [_("Villages completed before are not told of (--villages) and are planned as if still to do.")]
    text = _("Villages completed before: {count}, taken to lie in the communes in proportion to their villages.")
    return [text.format(count=formats.number(anew.villages))]


def change_lines(old: Plan, new: Plan, anew: Anew) -> list[str]:
    """Say what the new plan changes: communes by year, which earlier, later or dropped, money of the years to come."""
    counts = standard_counts(old, new, anew)
    money: Any = money_changes(old, new, anew)  # a DataFrame, whose cells pandas' types cannot tell
    rows = [
        [
            year,
            *(formats.number(counts.at[year, name]) for name in ("old", "new")),
            *(formats.number(money.at[year, name] / 1000, 1) for name in ("old", "committed", "new")),
        ]
        for year in counts.index
    ]
    sums = [formats.number(money[name].sum() / 1000, 1) for name in ("old", "committed", "new")]
    head = [
        _("Year"),
        _("communes, plan before"),
        _("communes, new plan"),
        _("money before"),
        _("for what was done"),
        _("money of the new plan"),
    ]
    lines = [
        "",
        _("What changes against the plan before (communes meeting all criteria; money in billion VND):"),
        *text_table(head, [*rows, [_("Total"), "", "", *sums]], range(1, 6)),
        "",
    ]
    return lines + _communes(old, new, anew)


def _communes(old: Plan, new: Plan, anew: Anew) -> list[str]:
    table = commune_changes(old, new, anew)
    names = old.baseline.vintage.frame["name"]
    lines = []
    for kind, label in change_labels().items():
        held = table[table["kind"] == kind]
        lines.append(_("{label}: {count} communes").format(label=label, count=len(held)))
        if kind in {"same", "never"}:
            continue
        lines += [
            f"  {row['name']} ({formats.in_sentence(str(names[row['district_code']]))}): "
            f"{_year(row['old_year'])} → {_year(row['new_year'])}"
            for row in held.to_dict("records")
        ]
    return lines


def _year(value: object) -> str:
    return _("not within the plan") if formats.is_missing(value) else formats.year(value)
