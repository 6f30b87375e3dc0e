"""``ntm explore``: change a scenario in the browser and see what follows."""

from typing import Annotated

import typer

from ntm_lib.cli.app import app
from ntm_lib.messages import _
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.project import Project


@app.command("explore", help=_("Change a scenario in the browser and see what follows."))
def explore_command(
    scenario: Annotated[str | None, typer.Option(help=_("Scenario to begin with."))] = None,
    port: Annotated[int, typer.Option(min=1024, max=65535)] = 8866,
    browser: Annotated[bool, typer.Option(help=_("Open the browser."))] = True,
) -> None:
    """Serve the notebook to this machine only; the token in the printed address is the key."""
    from ntm_lib.explore.server import serve

    project = Project.find()
    if scenario is not None:
        load_scenario(scenario, project)
    serve(project, scenario=scenario, port=port, browser=browser)
