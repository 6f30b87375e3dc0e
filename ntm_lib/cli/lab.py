"""``ntm lab``: open JupyterLab on the notebooks."""

import subprocess
import sys
from typing import Annotated

import typer

from ntm_lib.cli.app import app
from ntm_lib.messages import _
from ntm_lib.project import Project


@app.command("lab", help=_("Open JupyterLab on the notebooks."))
def lab_command(
    port: Annotated[int, typer.Option(min=1024, max=65535)] = 8888,
    browser: Annotated[bool, typer.Option(help=_("Open the browser."))] = True,
) -> None:
    """Serve the notebooks to this machine only, asking no network; the token in the printed address is the key."""
    project = Project.find()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={project.root}",
        "--LabApp.default_url=/lab/tree/notebooks/district_evaluation.ipynb",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        *([] if browser else ["--no-browser"]),
    ]
    raise typer.Exit(subprocess.call(command))  # noqa: S603 - our own arguments
