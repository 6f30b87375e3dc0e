"""Notebooks in kernels of their own: one that fails, dies or prints without end stops no other and is told on the index alone."""

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import nbformat
import pytest
from in_this_process import in_this_process
from nbclient.exceptions import CellTimeoutError

from batch import tiny
from ntm_lib import batch
from ntm_lib.batch.kernel import CELL_TIMEOUT_SECONDS, reason_of
from ntm_lib.project import Project

ON = dt.date(2019, 12, 31)
GOOD, FAILS, DIES, PRINTS = ("052", "042", "053", "049")
# The kernel of the good district stays with its last answer for a while, so that the interrupt before its end meets it there.
BODY = f"""{tiny.GOOD}
import os, sys, time
def answer_slowly(kernel):
    answer = kernel.shell_handlers["kernel_info_request"]
    async def slow(*message):
        await answer(*message)
        time.sleep(0.5)
    kernel.shell_handlers["kernel_info_request"] = slow
if unit.code == "{GOOD}":
    os.write(2, b"past the notebook")
    answer_slowly(get_ipython().kernel)
elif unit.code == "{FAILS}":
    raise NtmError("thiếu tệp <b>số liệu</b>")
elif unit.code == "{DIES}":
    os.kill(os.getpid(), 9)
elif unit.code == "{PRINTS}":
    print("x" * 6_000_000)
"""


@dataclass(frozen=True)
class Made:
    """A project before and after a run in kernels, and what the run said to the terminal."""

    project: Project
    before: dict[str, str]
    after: dict[str, str]
    report: batch.RunReport
    said: str

    @property
    def reasons(self) -> dict[str, str]:
        return {outcome.name.split("-")[0]: outcome.reason for outcome in self.report.districts}


def pages(project: Project) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (project.root / "out").rglob("*.html")}


@contextmanager
def terminal() -> Iterator[IO[bytes]]:
    """Take what this process and those it starts write to both outputs."""
    kept = [os.dup(number) for number in (1, 2)]
    with tempfile.TemporaryFile() as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
        try:
            yield file
        finally:
            for number, place in enumerate(kept, start=1):
                os.dup2(place, number)
                os.close(place)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, copied_project: Callable[[Path], Project]) -> Iterator[Made]:
    project = copied_project(tmp_path_factory.mktemp("kernels"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        for name in tiny.PARAMETERS:
            tiny.write_notebook(project, name)
        with in_this_process():
            batch.run(project, project.root / "out", on=ON, districts=[FAILS, GOOD])
        before = pages(project)
        tiny.write_notebook(project, "district_evaluation", BODY)
        with terminal() as file:
            report = batch.run(project, project.root / "out", on=ON, districts=[GOOD, FAILS, DIES, PRINTS], jobs=2)
            file.seek(0)
            said = file.read().decode("utf-8")
        yield Made(project, before, pages(project), report, said)


def test_pages_notebooks_and_index_are_made(made: Made) -> None:
    assert made.report.province.is_good
    assert set(made.after) == {"index.html", "042-2019.html", "052-2019.html"}
    assert "Huyện Nguyên Bình" in made.after["052-2019.html"]
    assert "Huyện Bảo Lâm" not in made.after["052-2019.html"]
    assert 'href="districts/052-2019.html"' in made.after["index.html"]
    executed = {path.name: path for path in (made.project.root / "out" / "notebooks").glob("*.ipynb")}
    assert {"052-2019.ipynb", "04-2019.ipynb"} <= set(executed)
    for path in executed.values():
        text = path.read_text(encoding="utf-8")
        assert str(made.project.root) not in text
        assert "papermill" not in nbformat.read(path, as_version=4).metadata


def test_a_failing_district_keeps_its_last_good_page_and_the_index_says_why(made: Made) -> None:
    assert {code for code, reason in made.reasons.items() if reason} == {FAILS, DIES, PRINTS}
    assert made.after["042-2019.html"] == made.before["042-2019.html"]
    index = made.after["index.html"]
    assert "thiếu tệp &lt;b&gt;số liệu&lt;/b&gt;" in index
    assert "<b>số liệu</b>" not in index
    assert "Traceback" not in index
    assert 'href="districts/042-2019.html"' in index


def test_a_notebook_that_prints_without_end_is_refused(made: Made) -> None:
    assert "5000000" in made.reasons[PRINTS]
    assert not (made.project.root / "out" / "notebooks" / f"{PRINTS}-2019.ipynb").exists()


def test_no_kernel_says_a_word_to_the_terminal(made: Made) -> None:
    assert made.said == ""
    executed = (made.project.root / "out" / "notebooks" / f"{GOOD}-2019.ipynb").read_text(encoding="utf-8")
    assert "past the notebook" in executed


def test_a_kernel_that_gives_no_result_is_told_in_the_planners_words(made: Made) -> None:
    assert "bộ nhớ" in made.reasons[DIES]
    assert "Kernel" not in made.reasons[DIES]
    late = CellTimeoutError.error_from_timeout_and_cell("", CELL_TIMEOUT_SECONDS, nbformat.v4.new_code_cell("1"))
    assert "10 phút" in reason_of(late)
    assert reason_of(RuntimeError("Kernel died")) == ""
