"""Nothing runs before names, types, units and the parameters cell are right."""

import datetime as dt
import shutil

import pytest

from batch import tiny
from ntm_lib import batch
from ntm_lib.batch.jobs import district_jobs
from ntm_lib.batch.parameters import MODELS, check_notebook, read_parameters
from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.project import Project

ON = dt.date(2019, 12, 31)
AT_END = ""


def change(project: Project, name: str, old: str, new: str) -> None:
    path = project.parameters / "district_evaluation" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (AT_END, "frist_year: 2010\n", "frist_year"),
        (AT_END, 'first_year: "2010"\n', "first_year"),
        ("on: 2019-12-31", "on: sometime", "on"),
        ('district: "052"', "district: 52", "district"),
        (AT_END, "last_year: 20200\n", "last_year"),
    ],
)
def test_a_wrong_parameter_stops_with_its_name(own_project: Project, old: str, new: str, told: str) -> None:
    change(own_project, "052-2019", old, new)
    with pytest.raises(UsageError, match=told):
        read_parameters(own_project, "district_evaluation", "052-2019")


def test_all_faults_of_a_file_are_told_at_once(own_project: Project) -> None:
    change(own_project, "052-2019", AT_END, "frist_year: 2010\n")
    change(own_project, "052-2019", 'district: "052"', "district: 52")
    with pytest.raises(FaultsError) as refused:
        read_parameters(own_project, "district_evaluation", "052-2019")
    assert len(refused.value.faults) == 2  # unknown name, wrong type
    assert refused.value.exit_code == 2


def test_an_unknown_district_stops_before_anything_runs(own_project: Project, tmp_path: object) -> None:
    out = own_project.root / "out"
    change(own_project, "053-2019", 'district: "053"', 'district: "999"')
    with pytest.raises(NtmError, match="053"):
        batch.run(own_project, out, on=ON, districts=["052", "053"])
    assert not out.exists()


def test_a_parameter_file_for_units_of_another_date_is_refused(own_project: Project) -> None:
    change(own_project, "049-2019", "on: 2019-12-31", "on: 2020-12-31")
    with pytest.raises(NtmError, match="049"):
        batch.run(own_project, own_project.root / "out", on=ON, districts=["049"])


def test_a_report_without_a_parameter_file_covers_the_review(own_project: Project) -> None:
    (own_project.parameters / "district_evaluation" / "052-2019.yaml").unlink()
    [job] = district_jobs(own_project, own_project.root / "out", ON, ["052"])
    assert job.parameters.injected() == {
        "district": "052", "on": "2019-12-31", "first_year": 2010, "last_year": 2020, "audience": "public"
    }  # fmt: skip


def test_a_date_without_districts_has_the_province_page_alone(own_project: Project) -> None:
    day = dt.date(2025, 12, 31)
    assert district_jobs(own_project, own_project.root / "out", day, []) == []
    with pytest.raises(UsageError, match="2025"):
        district_jobs(own_project, own_project.root / "out", day, ["052"])


def test_a_notebook_without_its_parameters_cell_stops(own_project: Project) -> None:
    tiny.write_notebook(own_project, "district_evaluation", tag="something")
    with pytest.raises(UsageError, match="parameters"):
        batch.run(own_project, own_project.root / "out", on=ON, districts=["052"])
    assert not (own_project.root / "out").exists()


def test_a_notebook_with_other_names_tells_each(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = tiny.PARAMETERS["district_evaluation"].replace("district", "distrikt")
    monkeypatch.setitem(tiny.PARAMETERS, "district_evaluation", cell)
    tiny.write_notebook(own_project, "district_evaluation")
    with pytest.raises(FaultsError) as refused:
        check_notebook(own_project.notebooks / "district_evaluation.ipynb", MODELS["district_evaluation"])
    assert {"distrikt", "district"} == {
        name for fault in refused.value.faults for name in ("distrikt", "district") if f"`{name}`" in fault.found
    }


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="html"):
        batch.check_formats("html,dotx")


def test_the_period_of_the_review_holds_where_a_report_names_none(own_project: Project) -> None:
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("last_year: 2020", "last_year: 2019"), encoding="utf-8")
    [job] = district_jobs(own_project, own_project.root / "out", ON, ["052"])
    assert (job.parameters.first_year, job.parameters.last_year) == (2010, 2019)


def test_a_year_no_set_judges_is_told_where_it_was_written(own_project: Project) -> None:
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("last_year: 2020", "last_year: 2026"), encoding="utf-8")
    shutil.rmtree(own_project.parameters / "district_evaluation")
    with pytest.raises(UsageError, match=r"parameters/review\.yaml: 2026"):
        district_jobs(own_project, own_project.root / "out", ON, ["052"])


@pytest.mark.parametrize(
    ("added", "told"),
    [("first_year: 2021\nlast_year: 2020\n", "2021"), ("last_year: 2030\n", "2030")],
)
def test_a_period_that_cannot_be_judged_stops_before_anything_runs(own_project: Project, added: str, told: str) -> None:
    change(own_project, "052-2019", AT_END, added)
    with pytest.raises(UsageError, match=told):
        batch.run(own_project, own_project.root / "out", on=ON, districts=["052"])


def test_a_mistyped_decision_in_the_review_is_told_with_its_place(own_project: Project) -> None:
    path = own_project.parameters / "review.yaml"
    text = path.read_text(encoding="utf-8").replace("2016: qd-342-2013", "2016: qd-342-2014")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"judged_by\.2016"):
        batch.run(own_project, own_project.root / "out", on=ON, districts=["052"])


def test_a_date_between_two_states_of_the_units_is_refused(own_project: Project) -> None:
    with pytest.raises(UsageError, match="2020"):
        batch.run(own_project, own_project.root / "out", on=dt.date(2020, 1, 15), districts=["052"])
