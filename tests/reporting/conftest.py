import pytest
from invented_map import grid, layers_of

from ntm_lib.reporting import figures


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    """Words in English, so that the tests do not depend on the catalogue; numbers have tests of their own."""
    monkeypatch.setenv("NTM_LANG", "en")
    figures.forget()


@pytest.fixture
def shapes():
    return grid()


@pytest.fixture
def layers(shapes):
    return layers_of(shapes)
