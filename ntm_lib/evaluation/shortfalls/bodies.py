"""Say which department usually leads on a criterion or indicator; a province's own assignment goes before it."""

from pathlib import Path

import pandas as pd

from ntm_lib.errors import FaultList
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.provenance import check_files

FILE = "lead_bodies.csv"
COLUMNS = ["criterion", "indicator", "body_vi", "body_en"]


def lead_bodies(project: Project) -> pd.Series:
    """Return the usual lead body by id of a criterion ("17") or indicator ("15.1"), in the reader's language.

    Usual, not decided, and every page says so, unless the province wrote its own assignment into ``parameters/lead_bodies.csv``
    (same columns): its lines take the place of the usual ones of the same criterion or indicator. Raises FaultsError for a file with
    other columns, an empty body or an id that stands twice.
    """
    path = project.data / "criteria" / FILE
    check_files(project, [path])
    usual = _bodies(project, path)
    if not has_own_assignment(project):
        return usual
    own = _bodies(project, project.parameters / FILE)
    joined: pd.Series = pd.concat([usual[~usual.index.isin(own.index)], own])
    return joined


def has_own_assignment(project: Project) -> bool:
    """Tell whether the province wrote its own assignment."""
    return (project.parameters / FILE).is_file()


def _bodies(project: Project, path: Path) -> pd.Series:
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    faults = FaultList(_("Lead bodies that cannot be used"))
    where = project.relative(path)
    if list(table.columns) != COLUMNS:
        faults.add(where, ", ".join(table.columns), ", ".join(COLUMNS))
        faults.stop_if_any()
    item = table["indicator"].mask(table["indicator"] == "", table["criterion"])
    for line in table.index[item.duplicated() | (table["body_vi"].str.strip() == "")]:
        faults.add(f"{where}:{line + 2}", item[line], _("one body for each criterion or indicator"))
    faults.stop_if_any()
    return pd.Series(table[f"body_{language()}"].to_numpy(), index=pd.Index(item, name="item"), name="body")


def body_of(bodies: pd.Series, criterion: str, indicator: str = "") -> str:
    """Return the lead body of an indicator, else that of its criterion; empty when neither is assigned."""
    return str(bodies.get(indicator, bodies.get(criterion, "")))
