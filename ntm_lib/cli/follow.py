"""``ntm follow``: actual against plan, by published figures and by commune and criterion."""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from ntm_lib.cli.anew import named
from ntm_lib.cli.app import app, say
from ntm_lib.cli.plan import ActualOption, FromOption, LawOption
from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.planning.later.against import (
    OUTCOMES,
    by_unit,
    outcome_labels,
    outcomes,
    told_against_start,
    told_done_at_start,
)
from ntm_lib.planning.later.follow_up import reported_years
from ntm_lib.planning.later.progress_file import Progress, progress_from_results, read_progress
from ntm_lib.planning.later.published_marks import published, status_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.study import load_study
from ntm_lib.planning.which_plan import load_many_by_law, plan_options
from ntm_lib.project import Project
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.office.follow_tables import notes, write_follow_up
from ntm_lib.reporting.office.plan_later import figure_words
from ntm_lib.reporting.office.plan_marks import law_name
from ntm_lib.reporting.office.progress_template import write_template

SHOWN = 5
"""Criteria named in a sentence; the rest is counted."""
YearOption = Annotated[
    int | None, typer.Option("--year", help=_("Up to the end of this year (default: the latest that is told of)."))
]
FormOption = Annotated[
    Path | None, typer.Option("--template", help=_("Write a form to fill in what was done: .xlsx or .csv."))
]
ExportOption = Annotated[Path | None, typer.Option("--export", help=_("The .xlsx file to write instead of printing."))]


@app.command("follow", help=_("Follow a plan up: what was really reached beside what was planned."))
def follow_command(
    scenario: Annotated[str, typer.Option(help=_("Name of a scenario that has been planned."))],
    actual: ActualOption = None,
    year: YearOption = None,
    law: LawOption = None,
    from_year: FromOption = None,
    template: FormOption = None,
    out: ExportOption = None,
) -> None:
    """Print or write the follow-up of a kept plan, or write the form to fill in."""
    project = Project.find()
    [chosen] = load_many_by_law([scenario], project, law)
    plan = load_study(chosen, project, from_year).plan
    _check_year(plan, year)
    if template is not None:
        if actual is not None or out is not None:
            raise UsageError(_("--template goes alone: fill the form in, then give it with --actual."))
        _write_form(plan, year, template, plan_options(chosen, from_year))
        return
    if out is not None and out.suffix.lower() != ".xlsx":
        raise UsageError(_("{path}: give the workbook a name that ends in .xlsx.").format(path=out.name))
    progress, year = _progress(plan, actual, year)
    table = None if progress is None or year is None else outcomes(plan, progress, year)
    source = "" if progress is None else progress.source
    if out is not None:
        written = write_follow_up(plan, out, table, year, source)
        say(_("Written: {path}").format(path=written))
    else:
        _print(plan, table, year, source)
    if progress is None or year is None:
        text = _("No results of communes were handed in for the years of this plan. A form to fill in: {command}")
        say(text.format(command=f"ntm follow {plan_options(chosen, from_year)} --year {plan.years[0]} --template …"))
        return
    for pairs, text in (
        (
            told_against_start(plan, progress),
            _(
                "{count} criteria told as not completed are met at the start of the plan; they are not compared: {names}."
            ),
        ),
        (
            told_done_at_start(plan, progress),
            _(
                "{count} criteria told as completed stand at the start of the plan already; they are not compared: {names}."
            ),
        ),
    ):
        if len(pairs):
            more = "; …" if len(pairs) > SHOWN else ""
            say(text.format(count=formats.number(len(pairs)), names=named(plan, pairs[:SHOWN]) + more))


def _check_year(plan: Plan, year: int | None) -> None:
    if year is not None and year not in plan.years:
        raise UsageError(
            _("{year} is not a year of the plan: {years}.").format(
                year=year, years=formats.years(plan.years[0], plan.years[-1])
            )
        )


def _write_form(plan: Plan, year: int | None, path: Path, options: str) -> None:
    if year is None:
        raise UsageError(_("--template needs --year: the form lists what the plan completes by the end of that year."))
    written = write_template(plan, year, path)
    say(
        _("Written: {path}. Fill it in, then: ntm follow {options} --year {year} --actual {path}").format(
            path=written, options=options, year=year
        )
    )


def _progress(plan: Plan, path: Path | None, year: int | None) -> tuple[Progress | None, int | None]:
    """Return what is known and the year up to which it is compared; None where nothing was handed in."""
    if path is not None:
        progress = read_progress(path, plan)
        if not len(progress):
            raise UsageError(_("{path} tells nothing yet: no state and no year is filled in.").format(path=path.name))
        if year is None and progress.actual.empty:
            raise UsageError(_("{path} names no year: say with --year up to which year.").format(path=path.name))
        return progress, year or int(progress.actual["year"].max())
    held = [item for item in reported_years(plan) if year is None or item <= year]
    if not held or (year is not None and year not in held):
        return None, year
    return progress_from_results(plan, held[-1]), held[-1]


def _print(plan: Plan, table: pd.DataFrame | None, year: int | None, source: str) -> None:
    say(str(plan.scenario.title))
    for warning in stamps.of_data(plan.baseline):
        say(warning)
    say()
    for line in published_lines(plan, year):
        say(line)
    if table is not None and year is not None:
        say()
        for line in outcome_lines(plan, table, year, source):
            say(line)


def published_lines(plan: Plan, year: int | None = None) -> list[str]:
    """Write the published figures and aims beside the plan; ``year``: only of that year."""
    frame = published(plan)
    frame = frame if year is None else frame[frame["year"] == year]
    title = _("Published figures and aims beside the plan")
    if frame.empty:
        return [title, _("Nothing was published for the years of the plan.")]
    labels, kinds = status_labels(), {"actual": _("Actual"), "aim": _("Aim")}
    rows: list[list[object]] = []
    why: dict[Any, int] = {}
    for words, row in zip(figure_words(frame), frame.to_dict("records"), strict=True):
        mark = ""
        if row["why"]:
            mark = f" [{why.setdefault(row['why'], len(why) + 1)}]"
        digits = 1 if row["figure"] == "mean" else 0
        planned = formats.interval(row["plan_low"], row["plan_high"], digits)
        rows.append([row["year"], words, kinds[row["kind"]], formats.number(row["value"], formats.digits_of(row["value"])), planned,
                     labels[row["status"]] + mark])  # fmt: skip
    head = [_("Year"), _("Figure"), _("Kind"), _("Published"), _("Plan"), _("Outcome")]
    notes_below = [f"[{number}] {text}" for text, number in why.items()]
    law = _("Criteria set of the plan: {set}").format(set=law_name(plan))
    return [title, law, *text_table(head, rows, (3, 4)), *notes_below]


def outcome_lines(plan: Plan, table: pd.DataFrame, year: int, source: str) -> list[str]:
    """Write the outcomes by district, then what is late, not done or not in the plan, a line a commune."""
    labels = outcome_labels()
    counts = by_unit(plan, table, year)
    columns = ["planned", *OUTCOMES, "standard_planned", "standard"]
    rows = [[row["name"], *(formats.number(row[name]) for name in columns)] for row in counts.to_dict("records")]
    total = [_("Total"), *(formats.number(counts[name].sum()) for name in columns)]
    head = [
        _("District, city"), _("Planned"), *(labels[name] for name in OUTCOMES), _("Communes, planned"),
        _("Communes, at least"),
    ]  # fmt: skip
    title = _("Actual against plan by district, up to the end of {year}").format(year=year)
    told = _("Actual: {source}").format(source=source or _("results handed in"))
    lines = [title, told, *text_table(head, [total, *rows], range(1, len(head))), *notes()]
    for outcome in ("late", "not_done", "not_planned"):
        lines += _of_outcome(plan, table[table["outcome"] == outcome], labels[outcome])
    return lines


def _of_outcome(plan: Plan, table: pd.DataFrame, label: str) -> list[str]:
    """Write the communes of one outcome with their criteria."""
    if table.empty:
        return []
    names: dict[Any, Any] = plan.baseline.vintage.frame["name"].to_dict()
    lines = ["", _("{label}: {count} criteria").format(label=label, count=formats.number(len(table)))]
    for code, held in table.groupby("commune_code", sort=False):
        criteria = ", ".join(map(str, held["criterion"]))
        district = formats.in_sentence(str(names[held["district_code"].iloc[0]]))
        lines.append("  " + _("{commune} ({district}): criteria {criteria}").format(commune=names[code], district=district, criteria=criteria))  # fmt: skip
    return lines
