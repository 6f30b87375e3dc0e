"""Find and read the tables that a planner edits: ``parameters/planning/<name>.csv``."""

from pathlib import Path

import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.project import Project


def table_path(project: Project, name: str) -> Path:
    """Return where a table stands, whether or not it exists."""
    return project.parameters / "planning" / f"{name}.csv"


def read_cells(project: Project, name: str, faults: FaultList) -> pd.DataFrame:
    """Return a table as text; one that does not exist stops with the nearest name."""
    path = table_path(project, name)
    if not path.exists():
        held = [other.stem for other in path.parent.glob("*.csv")]
        faults.add(project.relative(path), _("the file does not exist"), nearest(name, held))
        faults.stop_if_any(UsageFaultsError)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
