"""The unit costs that figures of money rest on, each with its basis, its source and its row in the table of norms."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import read_norms
from ntm_lib.planning.means.parameter_tables import table_path
from ntm_lib.planning.scenario import BASE, load_scenario
from ntm_lib.project import Project
from ntm_lib.reporting.provenance.columns import number
from ntm_lib.reporting.provenance.files import Files
from ntm_lib.reporting.provenance.selection import Selection


class Norms:
    """The table of norms of a scenario, read when a figure first asks for it."""

    def __init__(self, project: Project, table: str = "") -> None:
        self._project = project
        self._table = table

    @cached_property
    def path(self) -> Path:
        """The table: the one named, else that of the base scenario."""
        return table_path(self._project, self._table or load_scenario(BASE, self._project).settings.costs.norms)

    @cached_property
    def _rows(self) -> dict[str, list[Any]]:
        measures = load_measures(self._project)
        norms = read_norms(self._project, self.path.stem, measures)
        written = pd.read_csv(self.path, dtype=str, keep_default_na=False, usecols=["measure"])["measure"]
        rows = dict(zip(written, range(2, len(written) + 2), strict=True))
        return {
            str(name): [
                str(measures[str(name)].label), norm["unit"],
                *(number(norm[estimate]) for estimate in ("low", "middle", "high")),
                int(norm["price_year"]), basis_words()[norm["basis"]], norm["source"], norm["note"], rows[name],
            ]
            for name, norm in norms.to_dict("index").items()
        }  # fmt: skip

    def of(self, used: Iterable[Selection], files: Files) -> dict[str, Any]:
        """Return the norms that selections name: the file, and by measure what stands in its row; nothing where none does.

        A row: name, unit, low, middle and high in million VND, year of prices, basis, source, note, row of the file.
        """
        return self.of_measures((name for item in used if item.kind == "norms" for name in item.items), files)

    def of_measures(self, measures: Iterable[str], files: Files) -> dict[str, Any]:
        """Return the norms of measures, in the same form."""
        names = list(dict.fromkeys(measures))
        if not names:
            return {}
        file = files.place(self._project.relative(self.path))
        return {"file": file, "rows": {name: self._rows[name] for name in names}}


def basis_words() -> dict[str, str]:
    """Name where a norm comes from."""
    return {"read": _("read in the source"), "derived": _("derived from the source"), "assumed": _("assumed")}
