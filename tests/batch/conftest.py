"""Run notebooks in this process, where a kernel for each is not what a test is about."""

from collections.abc import Iterator

import pytest
from in_this_process import in_this_process


@pytest.fixture
def without_kernels() -> Iterator[None]:
    """Run the notebooks of a test in this process."""
    with in_this_process():
        yield
