"""``ntm scenario``: list scenarios, say what one changes, edit its budget and norms as a workbook."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ntm_lib.cli.app import app, say
from ntm_lib.cli.spoken import Commands
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario, load_scenario, scenario_ids
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.reporting.setting_words import setting_label, setting_value
from ntm_lib.review import Labels

scenario_app = Commands(help=_("Scenarios: what each one changes, budgets and norms."))
app.add_typer(scenario_app, name="scenario")


@scenario_app.command("list", help=_("List the scenarios."))
def list_command() -> None:
    """Print one line a scenario; one that cannot be read stops with every fault."""
    project = Project.find()
    for name in scenario_ids(project):
        scenario = load_scenario(name, project)
        say(f"{name}: {scenario.title} ({scenario.author}, {formats.date(scenario.dated)})")


@scenario_app.command("show", help=_("Say what a scenario changes of the base, and why."))
def show(name: str) -> None:
    """Print title, author, reason and every change."""
    scenario = load_scenario(name, Project.find())
    say(f"{scenario.title}\n{scenario.author}, {formats.date(scenario.dated)}. {scenario.reason}")
    for line in _lines(scenario):
        say(line)


def _lines(scenario: Scenario) -> list[str]:
    if not scenario.changes:
        return [_("Changes nothing of the base.")]
    lines = []
    for block_name, block in scenario.blocks.items():
        lines.append(f"{block_name}: {block.reason}")
        for key, (before, after, owner) in scenario.changes.items():
            if owner == block_name:
                lines.append(
                    "  "
                    + _("{key}: {before} → {after}").format(
                        key=f"{setting_label(key)} ({key})", before=_shown(key, before), after=_shown(key, after)
                    )
                )
    return lines


def _shown(key: str, value: Any) -> str:
    """Write a value as the pages do, so that both tell the same."""
    from ntm_lib.reporting.plan_sections.scope import written

    return _("none") if value is None or value in ({}, []) else written(setting_value(key, value))


@scenario_app.command("workbook", help=_("Write budget and norms of a scenario as a workbook to edit."))
def workbook(name: str, out: Annotated[Path, typer.Option("--out", "-o", help=_("The .xlsx file to write."))]) -> None:
    """Write one workbook."""
    from ntm_lib.planning.means.workbook import write_workbook

    project = Project.find()
    path = write_workbook(project, load_scenario(name, project), out)
    text = _(
        'Written: {path}. Change the figures, then: ntm scenario read {path} --from {name} --id NAME --title "TITLE" '
        '--author "WHO" --reason "WHY"'
    )
    say(text.format(path=path, name=name))


@scenario_app.command("read", help=_("Make a new scenario of an edited workbook."))
def read(
    file: Path,
    new_id: Annotated[str, typer.Option("--id", help=_("Name of the new scenario, small letters."))],
    author: Annotated[str, typer.Option(help=_("Who proposes it."))],
    reason: Annotated[str, typer.Option(help=_("Why."))],
    title: Annotated[str, typer.Option(help=_("Title as reports print it."))],
    base: Annotated[str, typer.Option("--from", help=_("The scenario it starts from."))] = "base",
) -> None:
    """Read one workbook into a new scenario."""
    from ntm_lib.planning.means.workbook import read_workbook

    project = Project.find()
    origin = load_scenario(base, project)
    path = read_workbook(
        project,
        file,
        new_id,
        origin=origin,
        title=Labels(vi=title, en=title),
        author=author,
        reason=Labels(vi=reason, en=reason),
    )
    say(_("Written: {path}. Plan it: ntm plan --scenario {name}").format(path=project.relative(path), name=new_id))
