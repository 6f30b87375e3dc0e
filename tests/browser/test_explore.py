"""Exploring a scenario through Voilà and in JupyterLab: a moved slider, a pinned commune, a saved scenario."""

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ntm_lib.planning.scenario import load_scenario
from ntm_lib.project import Project

pytestmark = pytest.mark.browser
SLOW_MS = 180_000
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*\?token=\w+")
FIRST_PORT = 18_866


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


@contextmanager
def _served(command: list[str], project: Project, log: Path) -> Iterator[str]:
    """Start a server and return its address with the token, which it prints itself."""
    environment = {
        "NTM_PROJECT": str(project.root),
        "NTM_LANG": "vi",
        "PATH": str(Path(sys.executable).parent),
        "HOME": str(log.parent),
    }
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=project.root) as process,
    ):
        try:
            address = None
            deadline = time.monotonic() + 90
            while address is None and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.3)
                address = ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
            assert address, log.read_text(encoding="utf-8", errors="replace")
            yield address.group(0)
        finally:
            process.terminate()


def _refused_without_token(address: str) -> bool:
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(address.partition("?")[0], timeout=20):
            return False
    except urllib.error.HTTPError as error:
        return error.code == 403 or (error.code == 302 and "/login" in error.headers["Location"])


@pytest.fixture
def open_server(browser: Browser) -> Iterator[Callable[[str], tuple[Page, list[str]]]]:
    contexts = []

    def opened(address: str) -> tuple[Page, list[str]]:
        context = browser.new_context(viewport={"width": 1300, "height": 1200})
        contexts.append(context)
        page, outside = context.new_page(), []
        own = address.split("/")[2]
        page.on(
            "request",
            lambda request: (
                None
                if own in request.url or request.url.startswith(("data:", "blob:"))
                else outside.append(request.url)
            ),
        )
        page.on("pageerror", lambda error: outside.append(f"error: {error}"))
        page.on(
            "response",
            lambda answer: outside.append(f"{answer.status}: {answer.url}") if answer.status >= 500 else None,
        )
        page.goto(address, timeout=SLOW_MS)
        return page, outside

    yield opened
    for context in contexts:
        context.close()


def _choose(page: Page, label: str, option: str) -> None:
    box = page.locator(".widget-dropdown", has=page.get_by_text(label, exact=True)).first
    box.locator("select").select_option(label=option)


def test_a_planner_explores_through_voila_and_saves(own_project, open_server, tmp_path):
    command = [
        str(Path(sys.executable).with_name("ntm")), "explore", "--scenario", "as_usual", "--no-browser", "--port", str(FIRST_PORT),
    ]  # fmt: skip
    with _served(command, own_project, tmp_path / "log") as address:
        assert _refused_without_token(address)
        page, outside = open_server(address)
        summary = page.locator(".ntm-results").get_by_role("heading", level=2).first
        expect(summary).to_be_visible(timeout=SLOW_MS)
        expect(page.get_by_text("SỐ LIỆU MINH HỌA").first).to_be_visible()
        _choose(page, "Phạm vi", "Huyện Nguyên Bình")
        expect(summary).to_contain_text("Nguyên Bình", timeout=SLOW_MS)
        before = page.locator(".ntm-results").inner_text()
        slider = page.get_by_role("slider").nth(2)
        slider.focus()
        for _press in range(3):
            slider.press("PageDown")
        slider.press("Home")
        expect(page.locator(".ntm-status")).to_contain_text("Kết quả theo đúng", timeout=SLOW_MS)
        page.wait_for_function(
            "text => document.querySelector('.ntm-results').innerText !== text", arg=before, timeout=SLOW_MS
        )
        expect(page.locator(".ntm-status")).to_contain_text("Kết quả theo đúng", timeout=SLOW_MS)
        _choose(page, "Xã", "Xã Minh Tâm")
        page.get_by_role("button", name="Chưa đưa vào kế hoạch").click()
        expect(page.locator(".ntm-controls")).to_contain_text(
            "Minh Tâm: chưa đưa vào", ignore_case=True, timeout=SLOW_MS
        )
        page.get_by_placeholder("phuong_an_moi").fill("tu_trinh_duyet")
        page.get_by_label("Tên phương án").fill("Phương án <b>thử</b>")
        page.get_by_label("Người lập").fill("Tổ kế hoạch")
        page.get_by_label("Lý do").fill("Thử giảm vốn năm 2023")
        page.get_by_role("button", name="Lưu", exact=True).click()
        expect(page.get_by_text("ntm plan --scenario tu_trinh_duyet").first).to_be_visible(timeout=SLOW_MS)
        assert outside == []
    made = load_scenario("tu_trinh_duyet", own_project)
    assert made.author == "Tổ kế hoạch"
    assert str(made.title) == "Phương án <b>thử</b>"
    assert made.settings.limits.excluded
    assert made.settings.money != load_scenario("as_usual", own_project).settings.money


def test_the_same_notebook_works_in_jupyterlab(own_project, open_server, tmp_path):
    notebook = own_project.notebooks / "explore.ipynb"
    text = notebook.read_text(encoding="utf-8")
    text = text.replace("scenario = None", 'scenario = \\"as_usual\\"').replace(
        "district = None", 'district = \\"052\\"'
    )
    notebook.write_text(text, encoding="utf-8")
    command = [
        sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={FIRST_PORT + 10}", "--no-browser",
        f"--ServerApp.root_dir={own_project.root}", "--allow-root", "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
    ]  # fmt: skip
    with _served(command, own_project, tmp_path / "log") as address:
        base, _question, token = address.partition("?")
        assert _refused_without_token(f"{base.rstrip('/')}/tree/notebooks/explore.ipynb")
        page, outside = open_server(f"{base.rstrip('/')}/tree/notebooks/explore.ipynb?{token}")
        page.locator(".jp-Notebook").wait_for(timeout=SLOW_MS)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=SLOW_MS)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(page.locator(".ntm-results").get_by_text("Huyện Nguyên Bình").first).to_be_visible(timeout=SLOW_MS)
        assert outside == []
