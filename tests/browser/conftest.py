"""Open pages in a real headless Chromium that has no network."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A page as it was opened: what it asked for, and what the console said."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Hold the page to no request beyond itself and nothing in the console."""
        assert self.requests == [self.path.as_uri()]
        assert self.problems == []

    def ntm(self, call: str) -> object:
        """Evaluate a call of the map's helpers, e.g. ``shapes()``."""
        return self.page.evaluate(f"window.ntmMap.{call}")


OpenPage = Callable[..., Opened]


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium found, so no page was opened; on Debian: apt-get install chromium")
    started: Playwright = request.getfixturevalue("playwright_")
    browser = started.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    )
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens a file: ``open_page(path, width=1280)``; every request and message is kept."""
    contexts = []

    def opened(path: Path, width: int = 1280) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        contexts.append(context)
        page = context.new_page()
        seen = Opened(page, path.resolve())
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.problems.append(message.text))
        page.on("pageerror", lambda error: seen.problems.append(str(error)))
        page.goto(seen.path.as_uri(), wait_until="load")
        return seen

    yield opened
    for context in contexts:
        context.close()
