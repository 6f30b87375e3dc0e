"""A run as a whole, its notebooks run in this process: what is made, kept, linked and told on the index."""

import datetime as dt
from pathlib import Path

import pytest

from batch import tiny
from ntm_lib import batch
from ntm_lib.batch.ledger import read_ledger
from ntm_lib.project import Project

ON = dt.date(2019, 12, 31)
FAIL = tiny.GOOD + '\nif unit.code == "042": raise NtmError("thiếu tệp <b>số liệu</b>")'
WRONG_UNIT = 'declare(unit_name="Huyện Khác")\nshow(Markup("<p>Huyện Khác</p>"))'


@pytest.fixture
def small(own_project: Project, monkeypatch: pytest.MonkeyPatch, without_kernels: None) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    for name in tiny.PARAMETERS:
        tiny.write_notebook(own_project, name)
    return own_project


def shorten_outlines(project: Project, *names: str) -> None:
    """Leave of each outline its office and one block."""
    for name in names:
        path = project.parameters / "review" / f"{name}.yaml"
        office = path.read_text(encoding="utf-8").partition("parts:\n")[0]
        part = "  - {heading: KẾT QUẢ, sections: [{heading: Khối lượng, blocks: [{machine: volumes}]}]}\n"
        path.write_text(f"{office}parts:\n{part}", encoding="utf-8")


def run(project: Project, *districts: str) -> batch.RunReport:
    return batch.run(project, project.root / "out", on=ON, districts=list(districts), jobs=2)


def pages(project: Project) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (project.root / "out").rglob("*.html")}


def test_a_district_that_never_succeeded_has_no_page_and_no_link(small: Project) -> None:
    tiny.write_notebook(small, "district_evaluation", FAIL)
    report = run(small, "042", "052")
    assert [outcome.is_good for outcome in report.districts] == [False, True]
    assert "042-2019.html" not in pages(small)
    assert "districts/042-2019.html" not in pages(small)["index.html"]


def test_a_page_about_another_unit_is_refused(small: Project) -> None:
    tiny.write_notebook(small, "district_evaluation", WRONG_UNIT)
    report = run(small, "052")
    assert "Nguyên Bình" in report.districts[0].reason
    assert "052-2019.html" not in pages(small)


def test_a_province_page_that_fails_still_leads_to_the_districts(small: Project) -> None:
    tiny.write_notebook(small, "province_overview", 'raise NtmError("không đọc được")')
    report = run(small, "052")
    assert not report.province.is_good
    index = pages(small)["index.html"]
    assert "không đọc được" in index
    assert 'href="districts/052-2019.html"' in index


def test_a_later_run_of_one_district_keeps_the_others_on_the_index(small: Project) -> None:
    run(small, "042")
    run(small, "052")
    index = pages(small)["index.html"]
    assert "districts/042-2019.html" in index
    assert "districts/052-2019.html" in index


def test_nothing_temporary_is_left(small: Project) -> None:
    run(small, "052")
    left = [path.name for path in (small.root / "out").rglob("*") if path.is_file() and path.name.startswith(".")]
    assert left == []
    assert Path(small.root / "out" / "run.json").exists()


def test_a_province_page_that_fails_later_keeps_its_last_good_report(small: Project) -> None:
    tiny.write_notebook(small, "province_overview", tiny.GOOD + '\nshow(Markup("<p>kết quả tốt</p>"))')
    run(small, "052")
    tiny.write_notebook(small, "province_overview", 'raise NtmError("không đọc được")')
    run(small, "052")
    index = pages(small)["index.html"]
    assert "không đọc được" in index
    assert "kết quả tốt" in index


def test_a_reason_with_a_path_of_this_machine_still_reaches_the_index(small: Project) -> None:
    tiny.write_notebook(small, "district_evaluation", f"raise NtmError({str(small.root / 'data' / 'x.csv')!r})")
    run(small, "052")
    index = pages(small)["index.html"]
    assert "data/x.csv" in index
    assert str(small.root) not in index


def test_unreadable_notes_of_earlier_runs_count_as_none(small: Project) -> None:
    (small.root / "out").mkdir()
    for text in ("[]", "{", '{"2019": [{"name": "../../x"}]}'):
        (small.root / "out" / "run.json").write_text(text, encoding="utf-8")
        assert read_ledger(small.root / "out") == {}


def test_pages_on_other_units_stay_on_the_index(small: Project) -> None:
    run(small, "052")
    batch.run(small, small.root / "out", on=dt.date(2020, 12, 31), districts=["052"], jobs=2)
    index = pages(small)["index.html"]
    assert "districts/052-2019.html" in index
    assert "districts/052-2020.html" in index


def test_the_report_is_a_page_of_its_own_and_both_lead_to_each_other(small: Project) -> None:
    shown = tiny.GOOD + '\nshow(Markup("<p>theo đề cương</p>"), slot="report")'
    tiny.write_notebook(small, "district_evaluation", shown)
    run(small, "052")
    page, report = (
        (small.root / "out" / folder / "052-2019.html").read_text(encoding="utf-8")
        for folder in ("districts", "reports")
    )
    assert "theo đề cương" in report
    assert "theo đề cương" not in page
    assert 'href="../reports/052-2019.html"' in page
    assert 'href="../districts/052-2019.html"' in report


@pytest.mark.parametrize("shortened", [["outline_province"], pytest.param([], marks=pytest.mark.long, id="whole")])
def test_word_is_written_for_the_unit_and_linked(small: Project, shortened: list[str]) -> None:
    shorten_outlines(small, *shortened)
    report = batch.run(small, small.root / "out", on=ON, districts=["052"], jobs=2, papers=("docx",))
    assert report.failed == ()
    assert {outcome.name for outcome in report.papers} == {"052-2019.docx", "04-2019.docx", "04-2019.run"}
    assert 'href="../reports/052-2019.docx"' in pages(small)["052-2019.html"]


def test_a_paper_that_fails_is_told_and_stops_nothing(small: Project) -> None:
    shorten_outlines(small, "outline_district", "outline_province")
    outline = small.parameters / "review" / "outline_district.yaml"
    outline.write_text(
        outline.read_text(encoding="utf-8").replace("machine: volumes", "machine: volumse"), encoding="utf-8"
    )
    report = batch.run(small, small.root / "out", on=ON, districts=["052"], jobs=2, papers=("docx",))
    (failed,) = report.failed
    assert failed.name == "052-2019.docx"
    assert "volumse" in failed.reason
    assert not (small.root / "out" / "reports" / "052-2019.docx").exists()
    assert "052-2019.html" in pages(small)
