"""The pages of a scenario stand in a folder of its own, lead back, and are led to by the districts they came from."""

import datetime as dt

import nbformat
import pytest
from pydantic import ValidationError

from batch import tiny
from ntm_lib import batch
from ntm_lib.batch.parameters import DistrictScenarios
from ntm_lib.batch.scenario_jobs import district_scenario_jobs, province_scenario_job
from ntm_lib.batch.scenario_links import _successors, district_links, read_notes
from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.project import Project

ON = dt.date(2019, 12, 31)
PARAMETERS = {
    "district_scenarios": 'district = "052"\nscenario = "base"\nlaw = None\nfrom_year = None',
    "province_scenarios": 'scenario = "base"\nlaw = None\nfrom_year = None\ncompare = []\npages = []',
}
BODY = """
from markupsafe import Markup
from ntm_lib import units
from ntm_lib.errors import NtmError
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.reporting.display import declare, show
vintage = units.on(load_scenario(scenario).settings.horizon.on)
unit = vintage.unit(district) if "district" in globals() else vintage.province
declare(unit_name=unit.name)
show(Markup("<p>{} {} law: {}, from: {}</p>").format(unit.name, globals().get("compare", ""), law, from_year))
"""

pytestmark = pytest.mark.xdist_group("run")


def write_notebook(project: Project, name: str, body: str = BODY) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    first = nbformat.v4.new_code_cell(PARAMETERS[name])
    first.metadata["tags"] = ["parameters"]
    notebook.cells = [first, nbformat.v4.new_code_cell(body)]
    nbformat.write(notebook, project.notebooks / f"{name}.ipynb")


@pytest.fixture
def small(own_project: Project, monkeypatch: pytest.MonkeyPatch, without_kernels: None) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    for name in PARAMETERS:
        write_notebook(own_project, name)
    for name in tiny.PARAMETERS:
        tiny.write_notebook(own_project, name)
    return own_project


def test_pages_of_a_scenario_and_the_links_to_them(small: Project) -> None:
    out = small.root / "out"
    batch.run(small, out, on=ON, districts=["048"], jobs=2)
    assert "scenarios/base" not in (out / "index.html").read_text(encoding="utf-8")
    report = batch.run_scenario(small, out, "base", districts=["048", "052"], compare=["most_communes"], jobs=2)
    assert report.failed == ()
    folder = out / "scenarios" / "base"
    assert {path.name for path in folder.iterdir()} == {"index.html", "048-2020.html", "052-2020.html"}
    assert 'href="index.html"' in (folder / "048-2020.html").read_text(encoding="utf-8")
    province = (folder / "index.html").read_text(encoding="utf-8")
    assert 'href="048-2020.html"' in province
    assert "most_communes" in province
    assert {path.name for path in (out / "notebooks").glob("scenario-*")} == {
        f"scenario-base-{name}.ipynb" for name in ("index", "048-2020", "052-2020")
    }
    # Pages of the review made before now lead to the scenario, once; those made after do so as well.
    assert (out / "index.html").read_text(encoding="utf-8").count('href="scenarios/base/index.html"') == 1
    link = 'href="../scenarios/base/048-2020.html"'
    assert (out / "districts" / "048-2019.html").read_text(encoding="utf-8").count(link) == 1
    batch.run(small, out, on=ON, districts=["048"], jobs=2)
    assert (out / "districts" / "048-2019.html").read_text(encoding="utf-8").count(link) == 1
    assert 'href="scenarios/base/index.html"' in (out / "index.html").read_text(encoding="utf-8")


def test_a_page_that_fails_is_told_and_keeps_its_last_good_version(small: Project) -> None:
    out = small.root / "out"
    batch.run_scenario(small, out, "base", districts=["052"], jobs=1)
    index = (out / "index.html").read_text(encoding="utf-8")  # without a review: an index of the scenarios alone
    assert 'href="scenarios/base/index.html"' in index
    good = (out / "scenarios/base/052-2020.html").read_text(encoding="utf-8")
    write_notebook(small, "district_scenarios", BODY + '\nraise NtmError("thiếu <b>vốn</b>")')
    report = batch.run_scenario(small, out, "base", districts=["052"], jobs=1)
    assert [outcome.name for outcome in report.failed] == ["052-2020"]
    assert (out / "scenarios/base/052-2020.html").read_text(encoding="utf-8") == good
    assert "thiếu &lt;b&gt;vốn&lt;/b&gt;" in (out / "scenarios/base/index.html").read_text(encoding="utf-8")


def test_unknown_scenarios_and_districts_stop_before_anything_runs(small: Project) -> None:
    out = small.root / "out"
    with pytest.raises(UsageError, match="bass"):
        batch.run_scenario(small, out, "bass")
    with pytest.raises(UsageError, match="nothing_known"):
        batch.run_scenario(small, out, "base", compare=["nothing_known"])
    with pytest.raises(FaultsError) as refused:
        batch.run_scenario(small, out, "base", districts=["999", "046"])  # 046 was merged before the plan's date
    assert len(refused.value.faults) == 2
    with pytest.raises(UsageError, match="base"):
        province_scenario_job(small, out, load_scenario("base", small), ["base"], [])
    assert not out.exists()


def test_each_district_of_the_plan_has_a_job(project: Project) -> None:
    jobs = district_scenario_jobs(project, project.root / "out", load_scenario("base", project), [])
    assert len(jobs) == 10
    assert len({job.page for job in jobs} | {job.executed for job in jobs}) == 20
    own = {"scenario": "base", "law": None, "from_year": None}
    assert all(job.parameters.injected() == {"district": job.name[:3], **own} for job in jobs)


def test_pages_by_another_law_stand_apart_and_say_so(small: Project) -> None:
    out = small.root / "out"
    batch.run(small, out, on=ON, districts=["048"], jobs=2)
    batch.run_scenario(small, out, "base", districts=["048"], jobs=2)
    own = (out / "scenarios/base/index.html").read_bytes()
    law = dt.date(2022, 12, 31)
    report = batch.run_scenario(small, out, "base", law=law, districts=["048"], compare=["most_communes"], jobs=2)
    assert report.failed == ()
    folder = out / "scenarios" / "base-2022-12-31"
    assert {path.name for path in folder.iterdir()} == {"index.html", "048-2020.html"}
    assert (out / "scenarios/base/index.html").read_bytes() == own
    assert (out / "notebooks" / "scenario-base-2022-12-31-048-2020.ipynb").is_file()
    page = (folder / "048-2020.html").read_text(encoding="utf-8")
    assert "law: 2022-12-31, from: None" in page
    assert "31/12/2022" in page.partition("</title>")[0]
    index = (out / "index.html").read_text(encoding="utf-8")
    for name, day in (("base", "31/12/2020"), ("base-2022-12-31", "31/12/2022")):
        entry = index.partition(f'href="scenarios/{name}/index.html"')[2].partition("</a>")[0]
        assert day in entry
    district = (out / "districts" / "048-2019.html").read_text(encoding="utf-8")
    assert 'href="../scenarios/base-2022-12-31/048-2020.html"' in district
    assert 'href="../scenarios/base/048-2020.html"' in district


def test_parameters_of_a_plan_are_checked_strictly() -> None:
    for wrong in ({"law": "2022-12-31"}, {"law": 1}, {"from_year": "2023"}, {"from_year": 23}, {"laws": None}):
        with pytest.raises(ValidationError):
            DistrictScenarios(district="052", scenario="base", **wrong)


def test_pages_of_a_plan_made_anew_need_the_kept_plan(small: Project) -> None:
    with pytest.raises(UsageError, match="--from 2023"):
        batch.run_scenario(small, small.root / "out", "base", from_year=2023)
    assert not (small.root / "out").exists()


def test_a_district_leads_to_every_district_its_communes_came_to(project: Project) -> None:
    later = dt.date(2020, 12, 31)
    assert _successors(project, "048", ON, later) == ["048"]
    assert _successors(project, "046", ON, later) == ["047", "049"]  # divided between two
    into = {code for old in ("050", "044") for code in _successors(project, old, ON, later)}
    assert into == {"049", "045"}


def test_unreadable_notes_count_as_none(project: Project, tmp_path) -> None:
    (tmp_path / "scenarios").mkdir()
    for text in ("[]", "{", '{"../x": {"title": "a", "on": "2020-12-31", "outcomes": []}}'):
        (tmp_path / "scenarios" / "scenarios.json").write_text(text, encoding="utf-8")
        assert read_notes(tmp_path) == {}
    assert "<a" not in district_links(project, tmp_path, "052", ON)
