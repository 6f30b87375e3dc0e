"""Where the values of a page were handed in: file and row, or submission, sheet and cell, with whose word it is."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.provenance.columns import Interned, is_none, short
from ntm_lib.reporting.provenance.files import Files
from ntm_lib.submissions.levels import level_words


class Words:
    """The sheets of submissions that values stand in, each once: file, sheet and whose word it is."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.sheets = Interned()

    def place(self, row: Any) -> int:
        """Return the place of the sheet of a word (columns ``file, sha256, sheet, level``)."""
        file = self.files.place_of_submission(str(row.file), str(row.sha256))
        return self.sheets.place((file, str(row.sheet), level_words().get(str(row.level), "")))

    def of_results(self, words: pd.DataFrame, reporters: list[str], requirements: list[str]) -> list[Any]:
        """Return, a list a requirement, [commune, sheet, cell, finding] of each value that was handed in; findings 1, 0 or null."""
        places = {code: place for place, code in enumerate(reporters)}
        held: dict[str, list[list[Any]]] = {name: [] for name in requirements}
        for row in words.reset_index().itertuples():
            if row.commune_code in places and row.requirement in held:
                finding = None if is_none(row.finding) else int(bool(row.finding))
                held[str(row.requirement)].append(
                    [places[str(row.commune_code)], self.place(row), str(row.cell), finding]
                )
        return list(held.values()) if any(held.values()) else []


def of_reporters(frame: Any, year: int, reporters: list[str]) -> Any:
    """Return the lines of one year by the communes that reported, in their order; empty lines where there is none."""
    of_year = frame[frame.index.get_level_values("year") == year].droplevel("year")
    return of_year.reindex(reporters)


def origin(
    territory: Territory, set_id: str, year: int, reporters: list[str], requirements: list[str], words: Words
) -> dict[str, Any]:
    """Return file and row of each commune's line, its status and cut-off date; null where nothing was reported.

    A line of a submission has the row 0 and no file: ``words`` holds the sheet and cell of each of its values.
    """
    results = territory.results
    lines = pd.DataFrame({**results.origin[set_id], "status": results.status[set_id], "as_of": results.as_of[set_id]})
    lines = of_reporters(lines, year, reporters)
    dates = lines["as_of"].map(formats.date, na_action="ignore")
    own = lines["file"].where(lines["row"] > 0)
    told = results.words_of(set_id)
    told = told[told.index.get_level_values("year") == year]
    return {
        "file": short([None if is_none(name) else words.files.place(str(name)) for name in own]),
        "row": [None if is_none(row) else int(row) for row in lines["row"]],
        "words": words.of_results(told, reporters, requirements),
        "status": short([None if is_none(name) else status_words()[str(name)] for name in lines["status"]]),
        "as_of": short([None if is_none(date) else str(date) for date in dates]),
    }


def status_words() -> Mapping[str, str]:
    """Return the words for the status of a value."""
    return {"actual": _("actual"), "estimate": _("estimate"), "plan": _("plan")}
