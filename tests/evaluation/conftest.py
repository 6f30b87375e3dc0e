"""Territories loaded once; read them, never change them."""

from collections.abc import Callable

import pytest

from ntm_lib.evaluation import Territory, load_territory
from ntm_lib.project import Project

Load = Callable[[str, str], Territory]


@pytest.fixture(scope="session")
def loaded(project: Project) -> Load:
    """Return a function that loads a territory by code and date, each once."""
    held: dict[tuple[str, str], Territory] = {}

    def load(code: str, on: str) -> Territory:
        if (code, on) not in held:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("NTM_PROJECT", str(project.root))
                held[code, on] = load_territory(code, on=on)
        return held[code, on]

    return load


@pytest.fixture
def province(loaded: Load) -> Territory:
    return loaded("04", "2019-12-31")


@pytest.fixture
def district(loaded: Load) -> Territory:
    return loaded("052", "2019-12-31")
