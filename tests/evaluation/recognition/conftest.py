"""A project of a test's own, with edits that keep the source records true."""

from collections.abc import Callable

import pandas as pd
import pytest
from evaluation_signing import sign

from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord, read_record, sha256_of, write_record


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project that a test may change, made the active one."""
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


@pytest.fixture
def edit_register(own: Project) -> Callable[[Callable[[pd.DataFrame], pd.DataFrame]], None]:
    """Return a function that changes the register of recognitions, all columns as text."""

    def edit(change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        path = own.data / "published" / "b05_recognised.csv"
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        change(table).to_csv(path, index=False)
        sign(path)

    return edit


@pytest.fixture
def write_table(own: Project) -> Callable[[str, pd.DataFrame], None]:
    """Return a function that hands in one table on the units of 2019."""

    def write(name: str, table: pd.DataFrame) -> None:
        path = own.data / "illustrative" / f"{name}.csv"
        table.to_csv(path, index=False)
        record = read_record(own.data / "illustrative" / "b07.csv").model_dump()
        write_record(path, SourceRecord(**record | {"sha256": sha256_of(path), "title": f"Invented {name}"}))

    return write
