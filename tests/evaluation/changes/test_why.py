"""A run is kept whole and read back as it was; every change between two runs splits exactly into its four parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.evaluation import load_territory
from ntm_lib.evaluation.changes import snapshot as kept_runs
from ntm_lib.evaluation.changes.headlines import headlines
from ntm_lib.evaluation.changes.snapshot import (
    Snapshot,
    changed_files,
    read_snapshot,
    run_folder,
    snapshot,
    write_snapshot,
)
from ntm_lib.evaluation.changes.why import PARTS, recomputed, why_changed
from ntm_lib.project import Project
from ntm_lib.review import NotAssessedRule

DATES = ["2019-12-31", "2020-12-31"]


@pytest.fixture(scope="module")
def runs(project: Project) -> dict[str, Snapshot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return {on: snapshot(load_territory("052", on=on, first_year=2019)) for on in DATES}


def computed_anew(held: Snapshot) -> Snapshot:
    return replace(held, figures=recomputed(held))


def assert_exact(table: pd.DataFrame) -> None:
    told = table.dropna(subset="change")
    np.testing.assert_allclose(told[list(PARTS)].sum(axis=1), told["change"], atol=1e-9)
    np.testing.assert_allclose(told["new"] - told["old"], told["change"], atol=1e-9)


def with_values(held: Snapshot, seed: int, share: float) -> Snapshot:
    """Return the run with a share of its values missing or turned round."""
    rng = np.random.default_rng(seed)
    values = {}
    for name, frame in held.values.items():
        table = frame.to_numpy(copy=True)
        is_yes = np.isin(table, [0.0, 1.0])
        drawn = rng.random(table.shape)
        table[(drawn < share) & is_yes] = 1 - table[(drawn < share) & is_yes]
        table[(drawn > 1 - share / 2) & np.isfinite(table)] = np.nan
        values[name] = pd.DataFrame(table, index=frame.index, columns=frame.columns)
    return computed_anew(replace(held, values=values))


def with_levels(held: Snapshot, requirement: str, factor: float) -> Snapshot:
    levels = held.levels.copy()
    levels.loc[levels["requirement"] == requirement, "level"] *= factor
    return computed_anew(replace(held, levels=levels))


def with_review(held: Snapshot, **choices: object) -> Snapshot:
    review = held.about.review.model_copy(update=choices)
    return computed_anew(replace(held, about=held.about.model_copy(update={"review": review})))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_parts_add_up_whatever_changed(runs: dict[str, Snapshot], data: st.DataObject) -> None:
    old, new = runs[data.draw(st.sampled_from(DATES))], runs[data.draw(st.sampled_from(DATES))]
    new = with_values(new, data.draw(st.integers(0, 99)), data.draw(st.sampled_from([0.0, 0.02, 0.3])))
    new = with_levels(
        new, data.draw(st.sampled_from(["10", "15.1", "2.1"])), data.draw(st.sampled_from([0.5, 1.0, np.nan]))
    )
    new = with_review(
        new,
        merge_rule=data.draw(st.sampled_from(["all_parts", "any_part", "people_majority"])),
        not_assessed=data.draw(st.sampled_from(NotAssessedRule)),
    )
    shift = data.draw(st.sampled_from([0.0, 1.0]))
    old = replace(old, figures=old.figures + shift)  # as if the code of then had counted otherwise
    table = why_changed(old, new)
    assert_exact(table)
    if shift:
        np.testing.assert_allclose(table["code"].dropna(), -1.0)


def test_each_part_stands_alone(runs: dict[str, Snapshot]) -> None:
    held = runs[DATES[0]]
    cases = {
        "data": with_values(held, 1, 0.2),
        "criteria": with_levels(held, "10", 0.5),
        "boundary": runs[DATES[1]],
        "code": replace(held, figures=held.figures * 2),
    }
    for part, new in cases.items():
        table = why_changed(held, new)
        assert_exact(table)
        assert (table["change"] != 0).any()
        np.testing.assert_allclose(table[part], table["change"])
        np.testing.assert_allclose(table[[name for name in PARTS if name != part]], 0)
    rule = why_changed(held, with_review(held, not_assessed=NotAssessedRule.LEFT_OUT))
    np.testing.assert_allclose(rule["criteria"], rule["change"])


def test_a_run_and_itself_tell_nothing(runs: dict[str, Snapshot]) -> None:
    for held in runs.values():
        assert why_changed(held, held).empty
        pd.testing.assert_series_equal(recomputed(held).sort_index(), held.figures.sort_index())


def test_a_run_is_read_back_as_it_was_written(runs: dict[str, Snapshot], tmp_path: Path) -> None:
    territory = load_territory("052", on=DATES[1], first_year=2019)
    held = write_snapshot(tmp_path / "runs" / "one", territory)
    read = read_snapshot(tmp_path / "runs" / "one")
    assert read.about == held.about
    assert why_changed(held, read).empty
    pd.testing.assert_frame_equal(read.verdicts, held.verdicts, check_index_type=False, check_dtype=False)
    pd.testing.assert_frame_equal(read.counts, held.counts, check_index_type=False, check_dtype=False)
    pd.testing.assert_series_equal(
        read.figures, headlines(territory.counts, territory.scores.criteria), check_index_type=False
    )
    pd.testing.assert_series_equal(recomputed(read).sort_index(), read.figures.sort_index(), check_index_type=False)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["one"]
    with pytest.raises(UsageError, match="one"):
        write_snapshot(tmp_path / "runs" / "one", territory)


@pytest.mark.parametrize("name", kept_runs.FILES)
def test_a_changed_or_missing_file_of_a_run_stops(runs: dict[str, Snapshot], tmp_path: Path, name: str) -> None:
    folder = tmp_path / "one"
    write_snapshot(folder, load_territory("052", first_year=2020))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(FaultsError, match=name.replace(".", r"\.")):
        read_snapshot(folder)
    (folder / name).unlink()
    with pytest.raises(FaultsError, match=name.replace(".", r"\.")):
        read_snapshot(folder)


def test_a_changed_record_of_a_run_stops(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "one", load_territory("052", first_year=2020))
    path = tmp_path / "one" / "run.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"merge_rule": "all_parts"', '"merge_rule": "any_part"'), encoding="utf-8")
    with pytest.raises(FaultsError, match=r"run\.json"):
        read_snapshot(tmp_path / "one")
    for wrong in ("{", "[]", "{}", text.replace('"format": 1', '"format": 2')):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(NtmError, match=r"run\.json"):
            read_snapshot(tmp_path / "one")


def test_what_stops_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    territory = load_territory("052", first_year=2020)
    monkeypatch.setattr("ntm_lib.evaluation.changes.kept._canonical", lambda _record: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_snapshot(tmp_path / "one", territory)
    assert list(tmp_path.iterdir()) == []


def test_runs_that_cannot_be_compared_are_refused(runs: dict[str, Snapshot], project: Project) -> None:
    other = snapshot(load_territory("051", first_year=2020))
    with pytest.raises(UsageError):
        why_changed(runs[DATES[0]], other)
    with pytest.raises(UsageError):
        why_changed(runs[DATES[0]], snapshot(load_territory("052", first_year=2010, last_year=2012)))
    for name in ("../up", "", "a/b", ".hidden"):
        with pytest.raises(UsageError):
            run_folder(project, name)
    assert run_folder(project, "ky-2019").parent == project.outputs / "runs"


def test_the_files_that_changed_between_two_runs_are_named(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    old = snapshot(load_territory("052", first_year=2020))
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("counts_as_met", "left_out"), encoding="utf-8")
    new = snapshot(load_territory("052", first_year=2020))
    assert changed_files(old, new)["what"].to_dict() == {"parameters/review.yaml": "changed"}
    table = why_changed(old, new)
    assert_exact(table)
    assert (table["criteria"] == table["change"]).all()
