"""The draft of the base scenario, made once."""

import pytest

from ntm_lib.planning.plan import draft
from ntm_lib.planning.scenario import load_scenario


@pytest.fixture(scope="session")
def base_draft(project):
    """Return the draft of the base; read it, never change it."""
    return draft(load_scenario("base", project), project)
