"""A plan made by ``ntm plan``, and the pages that the notebooks make of it: the whole way on two years and short searches.

``make check-all`` goes it on a scenario as it is shipped.
"""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from in_this_process import in_this_process

from ntm_lib import batch
from ntm_lib.cli import main
from ntm_lib.errors import NtmError
from ntm_lib.planning import study as studies
from ntm_lib.planning.optimise import Options, check
from ntm_lib.planning.scenario import Scenario, load_scenario
from ntm_lib.project import Project

SHIPPED, SHORT, DISTRICT = "most_communes", "two_years", "052"
BLOCK = """
  short:
    reason: {vi: Hai năm và tìm nhanh, en: Two years and short searches}
    set:
      horizon.last_year: 2022
      search.gap: 0.05
      search.nodes: 1
      uncertainty.draws: 100
"""


@pytest.fixture(scope="module")
def own(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with the shipped scenario shortened beside it."""
    root = tmp_path_factory.mktemp("plan")
    for name in ("data", "notebooks"):
        (root / name).symlink_to(project.root / name)
    (root / "parameters").mkdir()
    for path in project.parameters.iterdir():
        if path.name != "scenarios":
            (root / "parameters" / path.name).symlink_to(path)
    scenarios = root / "parameters" / "scenarios"
    scenarios.mkdir()
    for path in (project.parameters / "scenarios").iterdir():
        (scenarios / path.name).symlink_to(path)
    text = (scenarios / f"{SHIPPED}.yaml").read_text(encoding="utf-8")
    (scenarios / f"{SHORT}.yaml").write_text(text.rstrip() + BLOCK, encoding="utf-8")
    return Project(root)


def test_one_scenario_without_a_plan_does_not_stop_the_others(
    own: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = []

    def plan_one(_project: Project, scenario: Scenario, _out: Path | None) -> SimpleNamespace:
        planned.append(scenario.id)
        if scenario.id == "bad_year":
            raise NtmError("no plan keeps its limits")
        return SimpleNamespace(is_relaxed=False)

    monkeypatch.setattr("ntm_lib.cli.plan.plan_one", plan_one)
    monkeypatch.setenv("NTM_PROJECT", str(own.root))
    names = [option for name in ("bad_year", SHORT) for option in ("--scenario", name)]
    monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(own.root), "plan", *names])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert planned == ["bad_year", SHORT]
    assert "bad_year: no plan keeps its limits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--scenario", SHORT, "--district", "999"], "--district 999"),
        (["run", "--scenario", SHORT, "--district", "01762"], "052"),
        (["run", "--scenario", SHORT, "--district", "052", "--out", "{file}"], "a file, not a folder"),
        (["plan", "--scenario", SHORT, "--export", "{file}/x"], "--export"),
        (["plan", "--scenario", SHORT, "--law", "1990-01-01"], "01/01/1990"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_planned(
    own: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], told: str,
) -> None:  # fmt: skip
    file = tmp_path / "file"
    file.write_text("")

    def plan_one(*_given: object) -> None:
        pytest.fail("planned for nothing")

    for module in ("plan", "run"):
        monkeypatch.setattr(f"ntm_lib.cli.{module}.plan_one", plan_one)
    given = [part.format(file=file) for part in arguments]
    monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(own.root), "--lang", "en", *given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
    assert not (own.root / "outputs" / "plans").exists()


@pytest.fixture(scope="module")
def planned(own: Project) -> Project:
    """Return the project after ``ntm plan`` kept the plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(own.root))
        patch.setenv("NTM_LANG", "vi")
        patch.setattr(studies, "FEW", Options(gap=0.05, nodes=1, ties=False))
        patch.setattr(sys, "argv", ["ntm", "--project", str(own.root), "plan", "--scenario", SHORT])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
    return own


def test_the_plan_is_kept_whole_and_keeps_every_limit(planned: Project) -> None:
    study = studies.load_study(load_scenario(SHORT, planned), planned)
    assert list(study.plan.problem.years) == [2021, 2022]
    assert check(study.plan.problem, study.plan.solution) == []
    assert not study.is_relaxed
    assert len(study.why) == len(study.plan.problem.communes)
    assert study.robust is not None
    assert study.near_equal.plans


def test_the_notebooks_make_their_pages_of_the_kept_plan(
    planned: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(planned.root))
    with in_this_process():
        report = batch.run_scenario(planned, tmp_path, SHORT, districts=[DISTRICT], jobs=1)
    assert [outcome.reason for outcome in (*report.districts, report.province)] == ["", ""]
    made = studies.load_study(load_scenario(SHORT, planned), planned).plan
    folder = tmp_path / "scenarios" / SHORT
    for name in ("index.html", f"{DISTRICT}-2020.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert str(made.scenario.title) in page
        assert "SỐ LIỆU MINH HỌA" in page
        assert len(set(re.findall(r'data-figure="([^"]+)"', page))) > 50
