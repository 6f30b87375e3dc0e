"""Serve the exploring notebook to this machine only: with a token, without its code, without the network."""

import os
import tempfile
from pathlib import Path
from typing import Any

from voila.app import Voila

from ntm_lib.explore.app import SCENARIO_ENV
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting.templates import ASSETS

HOST = "127.0.0.1"
NOTEBOOK = "explore.ipynb"
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    f"connect-src 'self' ws://{HOST}:* http://{HOST}:*; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""What a page may load: only from this server. The widgets' own scripts need inline code and ``eval``."""


class ExploreServer(Voila):  # type: ignore[misc] # the library tells no types
    """Voilà with what must not be configured away: loopback, token, no other host name, no file, no outside request."""

    def setup_template_dirs(self) -> None:
        """Put the project's template, which asks no network, before Voilà's own."""
        super().setup_template_dirs()
        self.ip = HOST
        self.template_paths.insert(0, str(ASSETS / "voila"))
        chosen = self.voila_configuration
        chosen.show_tracebacks, chosen.strip_sources = False, True
        chosen.allow_template_override = chosen.allow_theme_override = "NO"
        chosen.extension_allowlist = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]
        chosen.file_allowlist = []  # files are not guarded by the token

    def init_settings(self) -> dict[str, Any]:
        """Keep the token even where a configuration file empties it, and refuse other host names."""
        if not self.trait_values()["token"]:
            self.set_trait("token", None)
            self.set_trait("auto_token", value=True)
        settings: dict[str, Any] = super().init_settings()
        return {
            **settings,
            "allow_remote_access": False,
            "local_hostnames": ["localhost"],
            "headers": {"Content-Security-Policy": POLICY},
        }

    def launch_browser(self) -> None:
        """Open the address with its token through a file that only this user can read, so that no process list shows it."""
        import webbrowser

        handle, name = tempfile.mkstemp(suffix=".html")
        with os.fdopen(handle, "w", encoding="utf-8") as page:
            page.write(f'<meta http-equiv="refresh" content="0; url={self.address}">')
        webbrowser.open(Path(name).as_uri(), new=self.webbrowser_open_new)

    @property
    def address(self) -> str:
        """The address of the page with its token."""
        return f"{self._url(HOST)}?token={self.identity_provider.token}"


def serve(project: Project, *, scenario: str | None, port: int, browser: bool) -> None:
    """Serve the notebook until Ctrl-C; the address with its token is printed by the server's log."""
    if scenario is not None:
        os.environ[SCENARIO_ENV] = scenario
    notebook = project.notebooks / NOTEBOOK
    server = ExploreServer.instance()
    server.initialize(
        [
            str(notebook),
            f"--Voila.ip={HOST}",
            f"--Voila.port={port}",
            f"--Voila.root_dir={project.root}",
            "--Voila.auto_token=True",
            "--VoilaConfiguration.theme=light",
            "--VoilaConfiguration.template=lab",
            *([] if browser else ["--no-browser"]),
        ]
    )
    server.log.info(_("Open the address printed below; its token is the key. Ctrl-C ends it."))
    server.start()
