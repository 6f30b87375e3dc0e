from collections.abc import Callable
from functools import cache

import pytest

from ntm_lib.evaluation import Territory, load_province
from ntm_lib.project import Project
from ntm_lib.reporting.communes import Communes


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="session")
def province(project: Project) -> Callable[[str], Territory]:
    """Return a function that gives the province on the units of a day, loaded once."""

    @cache
    def loaded(on: str) -> Territory:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NTM_PROJECT", str(project.root))
            return load_province(on=on)

    return loaded


@pytest.fixture(scope="session")
def communes(project: Project, province: Callable[[str], Territory]) -> Callable[[str], Communes]:
    """Return a function that gives the communes of the province on the units of a day, prepared once."""

    @cache
    def prepared(on: str) -> Communes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NTM_PROJECT", str(project.root))
            patch.setenv("NTM_LANG", "vi")
            return Communes.load(province(on))

    return prepared
