"""Following a plan up and planning it anew, as a planner types it, on a kept plan that no search made."""

import sys
from dataclasses import replace

import invented_study
import openpyxl
import pytest

from ntm_lib.cli import main
from ntm_lib.planning import study as studies
from ntm_lib.planning.later.anew import draft_plan
from ntm_lib.planning.plan import draft
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.project import Project
from ntm_lib.reporting import stamps

KEYS_ROW = "commune_code"


@pytest.fixture(scope="module")
def kept(project, tmp_path_factory):
    """Return a project of its own in which a plan of the base is kept: every 40th commune completes what it can."""
    root = tmp_path_factory.mktemp("follow")
    for name in ("data", "parameters", "notebooks"):
        (root / name).symlink_to(project.root / name)
    own = Project(root)
    study = invented_study.make_study(draft(load_scenario("base", own), own), every=40)
    studies.save_study(own, study)
    return own


@pytest.fixture(scope="module")
def drafts():
    """Hold the drafts that were read: nothing a kept plan rests on changes here."""
    return {}


@pytest.fixture
def ntm(kept, drafts, capsys, monkeypatch):
    """Return a function that runs one command line on that project."""

    def once(scenario, project, anew):
        key = scenario.id, scenario.settings.model_dump_json()
        if anew is not None:
            return draft_plan(scenario, project, anew)
        if key not in drafts:
            drafts[key] = draft_plan(scenario, project, anew)
        return drafts[key]

    monkeypatch.setattr(studies, "draft_plan", once)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(kept.root), *arguments])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def fill(source, target, values):
    """Fill the two columns of a form, line by line, with what ``values`` gives for the planned state and year."""
    book = openpyxl.load_workbook(source)
    page = book.worksheets[0]
    head = next(row for row in range(1, 20) if page.cell(row, 1).value == KEYS_ROW)
    names = {page.cell(head, column).value: column for column in range(1, page.max_column + 1)}
    count = 0
    for row in range(head + 1, page.max_row + 1):
        if page.cell(row, 1).value:
            planned = page.cell(row, names["planned_state"]).value, page.cell(row, names["planned_year"]).value
            page.cell(row, names["state"]).value, page.cell(row, names["year"]).value = values(count, *planned)
            count += 1
    book.save(target)
    return count


def as_planned(_place, state, year):
    return state, year


def figures(line):
    return [int(part.replace(".", "")) for part in line.split() if part.replace(".", "").isdigit()]


def total_line(text):
    return figures(next(line for line in text.splitlines() if line.startswith("Tổng số")))


def test_the_published_figures_stand_beside_the_plan_and_the_form_is_offered(ntm):
    code, text = ntm("follow", "--scenario", "base")
    assert code == 0
    assert stamps.illustrative() in text
    for part in ("9,19", "1980/QĐ-TTg", "Không so sánh được", "--template"):
        assert part in text
    assert "2024" in text
    only = ntm("follow", "--scenario", "base", "--year", "2022")[1]
    assert "9,19" in only
    assert "\n2024" not in only


def test_a_form_filled_in_as_planned_is_on_time_and_an_empty_one_tells_nothing(ntm, tmp_path):
    form, filled = tmp_path / "form.xlsx", tmp_path / "filled.xlsx"
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--template", str(form))
    assert code == 0
    assert f"--actual {form}" in text
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--actual", str(form))
    assert code == 2
    assert "form.xlsx" in text
    lines = fill(form, filled, as_planned)
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--actual", str(filled))
    assert code == 0
    planned, ahead, on_time, late, not_done, beside, unknown, communes, actual = total_line(text)
    assert lines >= planned == on_time > 0
    assert (ahead, late, not_done, beside, unknown) == (0, 0, 0, 0, 0)
    assert communes == actual


def test_late_not_completed_and_not_reported_are_told_apart_and_written(ntm, tmp_path):
    form, filled, out = (tmp_path / name for name in ("form.xlsx", "filled.xlsx", "out.xlsx"))
    ntm("follow", "--scenario", "base", "--year", "2022", "--template", str(form))

    def mixed(place, state, year):
        if place == 0:
            return None, None
        if place == 1:
            return "chưa hoàn thành", None
        return state, year

    fill(form, filled, mixed)
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--actual", str(filled))
    assert code == 0
    planned, _ahead, on_time, late, not_done, _beside, unknown, *_communes = total_line(text)
    assert planned == on_time + late + not_done + unknown
    assert (not_done, unknown) == (1, 1)
    assert "Chưa hoàn thành: 1 tiêu chí" in text
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--actual", str(filled), "--export", str(out))
    assert code == 0
    assert str(out) in text
    book = openpyxl.load_workbook(out)
    assert len(book.worksheets) == 4
    for page in book.worksheets:
        cells = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
        assert stamps.illustrative() in cells
    assert "Chưa báo cáo" in {cell.value for row in book.worksheets[3].iter_rows() for cell in row}


def test_a_folder_that_is_missing_is_made_and_one_that_cannot_be_is_told(ntm, tmp_path):
    asked = ["follow", "--scenario", "base", "--year", "2021"]
    deep, blocked = tmp_path / "a" / "b", tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    for option, name in (("--template", "form.xlsx"), ("--export", "out.xlsx")):
        assert ntm(*asked, option, str(deep / option / name))[0] == 0
        assert (deep / option / name).is_file()
        code, text = ntm(*asked, option, str(blocked / name))
        assert code == 1
        assert f"{blocked / name}: trong đường dẫn có tệp" in text
    for command in (["scenario", "workbook", "base", "--out"], ["template", "--province", "--output"]):
        assert ntm(*command, str(deep / command[0] / "book.xlsx"))[0] == 0
        assert (deep / command[0] / "book.xlsx").is_file()
        assert ntm(*command, str(blocked / "book.xlsx"))[0] == 1


def test_a_form_can_be_a_csv(ntm, tmp_path):
    form = tmp_path / "form.csv"
    assert ntm("follow", "--scenario", "base", "--year", "2021", "--template", str(form))[0] == 0
    head, first, *_rest = form.read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("commune_code,commune,district,criterion")
    form.write_text("\n".join([head, first[:-1] + "hoàn thành,2021"]), encoding="utf-8")
    code, text = ntm("follow", "--scenario", "base", "--actual", str(form))
    assert code == 0
    assert "đến hết năm 2021" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["follow", "--scenario", "bass"], ["bass"]),
        (["follow", "--scenario", "bad_year"], ["bad_year", "ntm plan --scenario bad_year"]),
        (["follow", "--scenario", "base", "--law", "2022-12-31"], ["ntm plan --scenario base --law 2022-12-31"]),
        (["follow", "--scenario", "base", "--law", "2008-01-01"], ["318/QĐ-TTg"]),
        (["follow", "--scenario", "base", "--year", "2030"], ["2030", "2021"]),
        (["follow", "--scenario", "base", "--template", "x.xlsx"], ["--year"]),
        (["follow", "--scenario", "base", "--year", "2022", "--template", "x.docx"], [".xlsx", ".csv"]),
        (["follow", "--scenario", "base", "--export", "x.pdf"], ["x.pdf", ".xlsx"]),
        (["plan", "--scenario", "base", "--actual", "x.xlsx"], ["--from"]),
        (["plan", "--scenario", "base", "--villages", "5"], ["--from"]),
        (["plan", "--scenario", "base", "--scenario", "bad_year", "--from", "2023"], ["--scenario"]),
        (["plan", "--scenario", "base", "--from", "2023"], ["--year 2022", "--template", "--actual"]),
        (["plan", "--scenario", "base", "--from", "2021"], ["2022", "2025"]),
        (["plan", "--scenario", "bad_year", "--from", "2023"], ["ntm plan --scenario bad_year"]),
        (["plan", "--scenario", "base", "--law", "2015-06-01"], ["2015-06-01", "318/QĐ-TTg"]),
        (["run", "--scenario", "base", "--law", "2999-01-01"], ["01/01/2999", "318/QĐ-TTg"]),
        (["run", "--scenario", "base", "--from", "2023"], ["--from 2023 --actual"]),
        (["run", "--law", "2022-12-31"], ["--scenario"]),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_to_do(ntm, arguments, told):
    code, text = ntm(*arguments)
    assert code == 2
    assert "Traceback" not in text
    for part in told:
        assert part in text


def test_a_file_that_does_not_fit_tells_every_fault(ntm, tmp_path):
    path = tmp_path / "actual.csv"
    path.write_text(
        "commune_code,criterion,state,year\n99999,2,hoàn thành,2021\n01267,99,xong,2021\n", encoding="utf-8"
    )
    code, text = ntm("follow", "--scenario", "base", "--actual", str(path))
    assert code == 1
    assert "actual.csv: 2" in text
    assert "actual.csv: 3" in text
    assert "Traceback" not in text


def test_planning_anew_tells_what_changes_and_keeps_the_plan_apart(ntm, kept, tmp_path, monkeypatch):
    form, filled = tmp_path / "form.xlsx", tmp_path / "filled.xlsx"
    ntm("follow", "--scenario", "base", "--year", "2022", "--template", str(form))
    lines = fill(form, filled, lambda place, state, year: (None, None) if place == 0 else (state, year))

    def stand_in(scenario, project, _progress, anew):
        made = draft_plan(scenario, project, anew)
        study = invented_study.make_study(made, every=10_000)  # plans nothing more
        return replace(study, plan=replace(study.plan, scenario=made.scenario), anew=anew)

    monkeypatch.setattr(studies, "make_study", stand_in)
    code, text = ntm("plan", "--scenario", "base", "--from", "2023", "--actual", str(filled))
    assert code == 0
    plans = kept.outputs / "plans"
    assert {path.name for path in plans.iterdir()} == {"base.json", "base-from-2023.json"}
    for part in ("filled.xlsx", "điều chỉnh từ năm 2023", "outputs/plans/base-from-2023.json",
                 "ntm run --scenario base --from 2023"):  # fmt: skip
        assert part in text
    done, under_way = figures(next(line for line in text.splitlines() if "filled.xlsx" in line).partition(":")[2])
    assert done + under_way == lines - 1
    assert "1 tiêu chí có trong kế hoạch" in text
    dropped = [line for line in text.splitlines() if line.endswith("→ chưa đạt trong giai đoạn")]
    assert f"Không còn đạt trong kỳ kế hoạch: {len(dropped)} xã" in text
    later = ntm("follow", "--scenario", "base", "--from", "2023")[1]
    assert "điều chỉnh từ năm 2023" in later


def test_what_the_plan_starts_from_is_not_taken_back_silently(ntm, kept, tmp_path):
    problem = studies.load_study("base", kept).plan.problem
    at = next(zip(*problem.met.nonzero(), strict=True))
    path = tmp_path / "actual.csv"
    row = f"{problem.communes[at[0]]},{problem.criteria[at[1]]},chưa hoàn thành,"
    path.write_text(f"commune_code,criterion,state,year\n{row}\n", encoding="utf-8")
    code, text = ntm("follow", "--scenario", "base", "--year", "2022", "--actual", str(path))
    assert code == 0
    assert "1 tiêu chí báo cáo chưa hoàn thành nhưng đã đạt" in text
    code, text = ntm("plan", "--scenario", "base", "--from", "2023", "--actual", str(path))
    assert code == 2
    assert "actual.csv" in text
