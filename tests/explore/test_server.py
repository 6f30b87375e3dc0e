"""The server of the exploring page gives nothing away without its token, whatever a configuration file says."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import invented_study
import pytest

from ntm_lib.planning.plan import draft
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import save_study
from ntm_lib.project import Project

ADDRESS = re.compile(r"http://(127\.0\.0\.1:\d+)/\?token=(\w+)")
LAX = {
    "Voila": {"token": "", "ip": "0.0.0.0"},  # noqa: S104 - what the server must not do
    "VoilaConfiguration": {"show_tracebacks": True, "strip_sources": False, "file_allowlist": [".*"]},
}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


@pytest.fixture(scope="module")
def planned(project, tmp_path_factory):
    """Return a project of its own in which a plan of the base is kept that no search made."""
    root = tmp_path_factory.mktemp("planned")
    for name in ("data", "parameters", "notebooks"):
        (root / name).symlink_to(project.root / name)
    own = Project(root)
    save_study(own, invented_study.make_study(draft(load_scenario("base", own), own), every=40))
    return own


@pytest.fixture(scope="module")
def server(planned, tmp_path_factory):
    """Start the server in a folder whose configuration would open everything."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "voila.json").write_text(json.dumps(LAX), encoding="utf-8")
    log = folder / "log"
    own = {"NTM_PROJECT": str(planned.root), "NTM_LANG": "en", "HOME": str(folder), "JUPYTER_TOKEN": ""}
    command = [str(Path(sys.executable).with_name("ntm")), "explore", "--no-browser", "--port", "18966"]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, env={**os.environ, **own}) as process,
    ):
        found, deadline = None, time.monotonic() + 90
        while found is None and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
            found = ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
        try:
            assert found, log.read_text(encoding="utf-8", errors="replace")
            yield found[1], found[2]
        finally:
            process.terminate()


def answer(address, path, **headers):
    """Return status, body and headers; redirects are not followed."""
    request = urllib.request.Request(f"http://{address}{path}", headers=headers)
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=60) as response:
            return response.status, response.read().decode(errors="replace"), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace"), error.headers


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/api/kernels/0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"])
def test_nothing_without_the_token(server, path):
    status, body, headers = answer(server[0], path)
    assert status == 403 or (status == 302 and headers["Location"].startswith("/login"))
    assert "ntm-explore" not in body


def test_no_file_of_the_project_is_served(server):
    address, token = server
    for path in ("/voila/files/parameters/review.yaml", "/voila/files/notebooks/explore.ipynb"):
        assert answer(address, f"{path}?token={token}")[0] == 403


def test_another_host_name_is_refused_even_with_the_token(server):
    address, token = server
    assert answer(address, f"/?token={token}", Host="evil.example")[0] == 403


def test_the_page_names_no_other_server_and_shows_no_code(server):
    address, token = server
    status, body, headers = answer(address, f"/?token={token}&template=classic")
    assert status == 200
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    fetched = re.findall(r"""(?:src|href)=["'](?:https?:)?//([^/"']+)""", body)
    assert [host for host in fetched if host != address] == []
    assert "explore(scenario" not in body
