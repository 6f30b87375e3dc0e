"""Run notebooks in this process, where a kernel for each is not what a test is about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from ntm_lib.reporting import display


@contextmanager
def in_this_process() -> Iterator[None]:
    """Let papermill's place be taken by one run of the cells here: same parameters, outputs and error."""
    one_at_a_time = threading.Lock()
    shown: list[Any] = []

    def keep(data: dict[str, str], *, raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        shown.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))

    def execute(source: str, target: str, *, parameters: dict[str, Any], **_options: object) -> nbformat.NotebookNode:
        notebook, names = nbformat.read(source, as_version=4), {}
        assert Path(target).parent.is_dir()
        for place, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            shown.clear()
            try:
                exec(cell.source, names)  # noqa: S102 - a cell of a notebook of the project
            except Exception as error:
                name = type(error).__name__
                raise PapermillExecutionError(place, place, cell.source, name, str(error), []) from error
            if "parameters" in cell.metadata.get("tags", []):
                names |= parameters
            cell.outputs = list(shown)
        return notebook

    def locked(*given: str, **options: Any) -> nbformat.NotebookNode:
        with one_at_a_time:
            return execute(*given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "display", keep)
        patch.setattr(papermill, "execute_notebook", locked)
        yield
