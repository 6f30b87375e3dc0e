"""The commune sheet, printed: exactly one page of A4, for the communes that have most to say and for others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.conftest import OpenPage
from ntm_lib.evaluation import load_province
from ntm_lib.project import Project
from ntm_lib.reporting.communes import commune_sheet, communes_of, write_commune_sheets

pytestmark = pytest.mark.browser
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Path]]]:
    """Return by units the sheets of the commune with most missing, the one with most parts, one without anything missing."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        for on in ("2019-12-31", "2020-12-31", "2025-12-31"):
            territory = load_province(on=on)
            communes = communes_of(territory)
            size = {code: len(communes.commune(code).short) for code in communes.codes}
            by_size = sorted(size, key=size.__getitem__)
            parts = max(communes.codes, key=lambda code: len(communes.commune(code).parts))
            codes = list(dict.fromkeys([*by_size[-4:], by_size[len(by_size) // 2], by_size[0], parts]))
            out = tmp_path_factory.mktemp("out")
            *papers, index = write_commune_sheets(project, out, territory, codes=codes[:1])
            sheets = [path for path in papers if not path.stem.endswith(("-report", "-minutes"))]
            for code in codes[1:]:  # without the reports and minutes, which are not printed here
                sheets.append(index.with_name(f"{code}.html"))
                sheets[-1].write_text(commune_sheet(communes.commune(code)), encoding="utf-8")
            found[on] = [*sheets, index]
        yield found


def pages_of(pdf: bytes) -> tuple[int, tuple[float, float]]:
    """Return how many pages a PDF has, and the size of the first in points."""
    count = max(map(int, re.findall(rb"/Type /Pages\s*/Count (\d+)", pdf)))
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return count, (float(box[1]), float(box[2]))


@pytest.mark.parametrize("on", ["2019-12-31", "2020-12-31", "2025-12-31"])
def test_a_printed_sheet_is_one_page_of_a4(made: dict[str, list[Path]], open_page: OpenPage, on: str) -> None:
    *sheets, _index = made[on]
    assert len(sheets) >= 6
    for path in sheets:
        opened = open_page(path)
        opened.assert_quiet()
        count, size = pages_of(opened.page.pdf(prefer_css_page_size=True, print_background=True))
        assert count == 1, path.name
        assert tuple(round(side) for side in size) == A4_POINTS, path.name


def test_nothing_of_a_printed_sheet_is_clipped(made: dict[str, list[Path]], open_page: OpenPage) -> None:
    path = made["2025-12-31"][3]
    opened = open_page(path, width=726)  # the width of A4 within the margins
    opened.page.emulate_media(media="print")
    clipped = opened.page.evaluate(
        "[...document.querySelectorAll('li, td, th, h1, h2, h3, p')].filter(e => e.scrollWidth > e.clientWidth + 1 && "
        "getComputedStyle(e).display !== 'inline').map(e => e.textContent.trim().slice(0, 40))"
    )
    assert clipped == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_sheet_is_read_on_a_phone_without_moving_sideways(
    made: dict[str, list[Path]], open_page: OpenPage, width: int
) -> None:
    opened = open_page(made["2019-12-31"][0], width=width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = opened.page.evaluate(
        "Math.min(...[...document.querySelectorAll('li, td, th, p')].map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 11


def test_the_index_leads_to_a_sheet(made: dict[str, list[Path]], open_page: OpenPage) -> None:
    *sheets, index = made["2019-12-31"]
    opened = open_page(index)
    opened.assert_quiet()
    opened.page.click(f"a[href='{sheets[0].name}']")
    assert "Phiếu xã" in opened.page.title()
