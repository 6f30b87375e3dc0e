"""The sentences of reasons and of one billion more, in Vietnamese, read back and held against what they are made from."""

import re
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planning.problems import make_problem

from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.problem import Aims, Problem, Solution
from ntm_lib.planning.reasons import Reason, Why, reasons
from ntm_lib.planning.reasons.changes import Change
from ntm_lib.planning.reasons.limits import limits
from ntm_lib.planning.reasons.more import one_billion
from ntm_lib.planning.settings import Objective
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.plan_sections.counterfactual import criteria_blocked, what_it_takes

YEARS, COMMUNES = 3, 10
SEEDS = (4, 9, 10)


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "vi")


@lru_cache
def solved(seed: int) -> tuple[Problem, Solution, pd.DataFrame]:
    problem = make_problem(
        COMMUNES, seed, districts=2, criteria=6, years=YEARS, aims=Aims(), keep=np.zeros(COMMUNES, dtype=bool),
        latest=np.full(COMMUNES, YEARS),
    )  # fmt: skip
    solution = optimise(problem, Options(gap=1e-3, nodes=100, ties=False))
    return problem, solution, reasons(problem, solution)


def scope_of(problem: Problem, solution: Solution, **study: object) -> Any:
    """Return what the sentences ask of a page: its plan, names and keys, seen from the first district."""
    owner = pd.Series(problem.districts[problem.district], problem.communes)
    baseline = SimpleNamespace(communes=pd.DataFrame({"parent_code": owner}))
    weights = SimpleNamespace(standard=100.0, criterion=1.0, earlier_pct=5.0)
    settings = SimpleNamespace(weights=weights, objective=Objective.MOST_COMMUNES)
    return SimpleNamespace(
        plan=SimpleNamespace(problem=problem, solution=solution, baseline=baseline),
        study=SimpleNamespace(limits=limits(problem, solution), **study),
        scenario=SimpleNamespace(settings=settings),
        is_province=False,
        unit=SimpleNamespace(code=problem.districts[0]),
        names=pd.Series([f"xã {code}" for code in problem.communes], problem.communes),
        district_of=lambda code: f"huyện {owner[code]}",
        key=lambda *parts: ".".join(["province", "04", *map(str, parts)]),
        key_of=lambda level, code, *parts: ".".join([level, code, *map(str, parts)]),
        warnings=[],
        source="Nguồn",
    )


def text_of(markup: object) -> str:
    return re.sub(r"<[^>]+>", "", str(markup))


def sentence(problem: Problem, solution: Solution, row: Any) -> str:
    return text_of(what_it_takes(scope_of(problem, solution), str(row.Index), row))


def rows(seed: int) -> list[Any]:
    return [row for row in solved(seed)[2].itertuples() if row.why.more is not None]


def opened(text: str) -> set[tuple[str, str]]:
    """Criteria and years that a text says must be met earlier."""
    found = re.findall(r"iêu chí ([\d, ]+) đạt ngay từ năm (\d+)", text)
    return {(criterion, year) for criteria, year in found for criterion in criteria.split(", ")}


def needed(problem: Problem, reason: Reason) -> set[tuple[str, str]]:
    counted = [change for change in reason.changes if change.kind == "counts"]
    return {(problem.criteria[change.criterion], str(problem.years[change.year])) for change in counted}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_change_a_reason_needs_is_said(seed: int) -> None:
    problem, solution, _table = solved(seed)
    kinds = set()
    for row in rows(seed):
        more = row.why.more
        said = sentence(problem, solution, row).partition("oặc không thêm vốn")[0]
        assert opened(said) == needed(problem, more)
        assert criteria_blocked(scope_of(problem, solution), more) == ", ".join(
            problem.criteria[change.criterion] for change in more.changes if change.kind == "counts"
        )
        for kind, pattern in (
            ("money", r"hêm ([\d.]+) triệu đồng ngoài khả năng cân đối"),
            ("cap", r"hêm ([\d.]+) triệu đồng trong mức vốn phân bổ"),
            ("works", r"hêm ([\d.,]+) công trình"),
        ):
            total = sum(change.amount for change in more.changes if change.kind == kind)
            found = [float(text.replace(".", "").replace(",", ".")) for text in re.findall(pattern, said)]
            assert found == ([pytest.approx(total, abs=0.51)] if total else [])
        assert ("không phải chờ nhau" in said) == any(change.kind == "order" for change in more.changes)
        assert f"ạt chuẩn năm {problem.years[more.year]}" in said
        kinds |= {change.kind for change in more.changes}
    assert {"money", "counts"} <= kinds


def test_without_more_everything_that_others_lose_is_said() -> None:
    swaps = [(seed, row) for seed in SEEDS for row in rows(seed) if row.why.swap is not None]
    assert len(swaps) >= 10
    gone = 0
    for seed, row in swaps:
        problem, solution, _table = solved(seed)
        said = sentence(problem, solution, row).partition("oặc không thêm vốn")[2]
        new = row.why.swap.witness
        for at, code in enumerate(problem.communes):
            before, after = solution.standard[at], new.standard[at]
            if at == row.why.commune or after <= before:
                assert f"xã {code} không còn" not in said
                continue
            gone += after == YEARS
            name = rf"xã {code}( \(huyện \d+\))?"
            lost = rf"{name}: không còn đạt chuẩn trong kỳ \(theo phương án: năm {problem.years[before]}\)"
            later = rf"{name}: đạt chuẩn năm {problem.years[min(after, YEARS - 1)]} thay vì năm {problem.years[before]}"
            assert re.search(lost if after == YEARS else later, said), said
        worse = new.done > solution.done
        worse[row.why.commune] = False
        for at, code in enumerate(problem.communes):
            clause = next((part for part in re.split(r"; |: (?=xã)", said) if part.startswith(f"xã {code}")), "")
            for count, words in (
                ((worse & (new.done == YEARS))[at].sum(), r"(\d+) tiêu chí không còn hoàn thành trong kỳ"),
                ((worse & (new.done < YEARS))[at].sum(), r"(\d+) tiêu chí hoàn thành muộn hơn"),
            ):
                assert [int(text) for text in re.findall(words, clause)] == ([count] if count else []), said
        assert ("không xã nào khác phải lùi" in said) == (not worse.any())
        assert opened(said) == needed(problem, row.why.more), "without more money it still needs what money cannot buy"
    assert gone, "a loss of the standard was tried"


def made(changes: tuple[Change, ...], limit: str, loss: float = 0.0) -> str:
    """Return the sentence of a reason that is written by hand."""
    problem, solution, table = solved(4)
    reason = Reason(0, 1, limit, changes, (), loss, 0.0, solution)
    row = table.assign(asked_year=problem.years[1], kind="not_planned")
    row["why"] = [Why(0, "not_planned", limit, reason, None)] * len(row)
    return sentence(problem, solution, next(row.itertuples()))


def test_each_kind_of_change_has_its_words() -> None:
    assert made((), "gap") == "Đạt chuẩn năm 2022; kết quả chung của phương án không giảm"
    assert made((), "worth", 12.5) == "Đạt chuẩn năm 2022; phương án giảm 12,5 điểm theo thứ tự ưu tiên đã chọn"
    many = (
        Change("money", 1200.0, purse=0, year=0), Change("include", commune=0), Change("order", commune=0),
        Change("counts", commune=0, criterion=4, year=1), Change("counts", commune=0, criterion=5, year=1),
        Change("cap", 30.0, commune=0), Change("works", 1.5, district=0, year=0), Change("fairness", 0.25),
    )  # fmt: skip
    assert made(many, "excluded") == (
        "Đưa xã trở lại danh sách xã phấn đấu đạt chuẩn; tiêu chí 5, 6 đạt ngay từ năm 2022; "
        "các công trình, phần việc của xã không phải chờ nhau; thêm 1.200 triệu đồng ngoài khả năng cân đối; "
        "thêm 30 triệu đồng trong mức vốn phân bổ cho xã; thêm 1,5 công trình huyện thực hiện được trong năm; "
        "hạ mức cân đối giữa các huyện xuống 25% thì đạt chuẩn năm 2022"
    )


def test_a_plan_of_least_cost_says_what_one_commune_more_costs() -> None:
    problem, solution, table = solved(4)
    least = _least(problem)
    row = table.assign(asked_year=2022, kind="not_planned")
    row["why"] = [Why(0, "not_planned", "worth", Reason(0, 1, "worth", (), (), 4321.0, 0.0, solution), None)] * len(row)
    said = sentence(least, solution, next(row.itertuples()))
    assert said == "Đạt chuẩn năm 2022; tổng nhu cầu vốn của phương án tăng 4.321 triệu đồng"


def _least(problem: Problem) -> Problem:
    return replace(
        problem, cost_weight=1.0, standard_value=problem.standard_value * 0, advanced_value=0.0, model_value=0.0,
        village_value=0.0, steps=replace(problem.steps, value=problem.steps.value * 0),
    )  # fmt: skip


def shown(monkeypatch: pytest.MonkeyPatch, scope: Any) -> str:
    pages: list[str] = []
    monkeypatch.setattr(display, "_publish", lambda html, *_more, **_text: pages.append(str(html)))
    plan_sections.billion(scope)
    return "".join(pages)


def test_one_billion_prints_what_was_found_and_what_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, solution, _table = solved(4)
    found = one_billion(problem, solution, years=[0, 1])
    page = shown(monkeypatch, scope_of(problem, solution, billion=found))
    values = {key: float(value) for key, value in re.findall(r'data-figure="([^"]+)" data-value="([^"]+)"', page)}
    assert any(more.gain > 0 for more in found)
    text = text_of(page)
    for more in found:
        key = f"province.04.billion.{'state' if more.is_state else 'any'}.{more.year}"
        assert more.solution is not None
        assert values[f"{key}.criteria"] == (more.solution.done < YEARS).sum() - (solution.done < YEARS).sum()
        assert values[f"{key}.communes"] == (more.solution.standard < YEARS).sum() - (solution.standard < YEARS).sum()
        assert more.gain - 0.1 < values[f"{key}.at_least"] <= more.gain + 1e-3
        assert more.gain_at_most - 1e-3 <= values[f"{key}.at_most"] < more.gain_at_most + 0.1
        for criterion, communes in more.criteria.groupby("criterion")["commune_code"]:
            places = problem.district[problem.communes.get_indexer(communes)]
            named = [f"xã {code} (huyện {problem.districts[at]})" for code, at in zip(communes, places, strict=True)]
            assert f"iêu chí {criterion}: {', '.join(named)}" in text
    assert "không có số vốn đó thì không làm thêm được việc gì" in text
    assert "kể cả lập lại toàn bộ với số vốn tăng thêm" in text


def test_what_is_not_proven_or_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, solution, _table = solved(4)
    [more, _state] = one_billion(problem, solution, years=[0])
    loose = replace(more, gain_beside=more.gain + 2, left_over=1.5)
    text = text_of(shown(monkeypatch, scope_of(problem, solution, billion=(loose,))))
    assert "riêng năm 2021 chưa loại trừ có thể hơn tối đa 2,0 điểm" in text
    assert "chưa loại trừ có thể thêm tối đa 1,5 điểm" in text
    lost = replace(more, solution=None, gain=float("nan"))
    assert "Chưa tìm được phương án qua được bước kiểm tra" in text_of(
        shown(monkeypatch, scope_of(problem, solution, billion=(lost,)))
    )
    nothing = text_of(shown(monkeypatch, scope_of(_least(problem), solution, billion=())))
    assert "không tính thêm một tỷ đồng thì làm thêm được gì" in nothing
    assert "tỷ đồng của khả năng cân đối vốn đã nhập chưa dùng đến" in nothing
