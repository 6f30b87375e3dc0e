"""Name what stands in short in the workbook of budgets and norms, and read the names back: sources, measures, kinds."""

from collections.abc import Mapping

import pandas as pd

from ntm_lib.errors import FaultList
from ntm_lib.messages import LANGUAGES, _, in_every_language, speaking
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.settings import Purse


def heading_words() -> dict[str, str]:
    """Name every heading."""
    purses = purse_labels()
    return {
        "purse": _("Code of the line"),
        "purse_name": _("Source of money"),
        "year": _("Year"),
        "amount_vnd_million": _("Amount (million VND)"),
        "basis": _("Basis of the figure"),
        "source": _("Source of the figure"),
        "note": _("Note"),
        "measure": _("Code of the line"),
        "measure_name": _("Measure"),
        "unit": _("Unit"),
        "low": _("Cost of a unit, low estimate (million VND)"),
        "middle": _("Cost of a unit, middle estimate (million VND)"),
        "high": _("Cost of a unit, high estimate (million VND)"),
        "price_year": _("Year of the prices"),
        "nature": _("Kind of money"),
        "upkeep_pct": _("Yearly upkeep, % of the cost"),
        "lead_years": _("Years from start to finish"),
        **{f"{purse.value}_pct": _("{source}, % of the cost").format(source=purses[purse]) for purse in Purse},
    }


def value_words(measures: Measures) -> dict[str, str]:
    """Name every code that a cell may hold."""
    return {
        **key_names("purse", measures),
        **key_names("measure", measures),
        **choice_words("basis"),
        **choice_words("nature"),
    }


def key_names(key: str, measures: Measures) -> dict[str, str]:
    """Name every code of a key column (purse, measure)."""
    if key == "purse":
        return {purse.value: label for purse, label in purse_labels().items()}
    return {name: str(item.label) for name, item in measures.measures.items()}


def choice_words(column: str) -> dict[str, str]:
    """Name every code of a column whose cells hold one of a few words; empty for other columns."""
    return {
        "basis": {
            "read": _("read in a source"),
            "derived": _("derived from what was read"),
            "assumed": _("assumed"),
        },
        "nature": {"investment": _("Investment"), "recurrent": _("Recurrent")},
    }.get(column, {})


def in_codes(table: pd.DataFrame, key: str, measures: Measures, where: str, faults: FaultList) -> pd.DataFrame:
    """Return what a planner's sheet says in the codes of the file, without the names and without the row of headings.

    ``table``: text by code of the heading, rows as the sheet counts them. A line without a code is known by its name, in
    either language; a name that belongs to another code than the one beside it is a fault, since one of them was changed.
    A word that no cell of its column may hold is one too.
    """
    if key not in table:
        return table
    table = table.drop(index=table.index[:1][table[key].iloc[:1].isin(in_every_language("Code of the line"))])
    names = f"{key}_name"
    if names in table:
        table = _keyed(table, key, names, measures, where, faults).drop(columns=names)
    for column in ("basis", "nature"):
        if column in table:
            table[column] = _chosen(table[column], where, faults)
    return table


def _keyed(
    table: pd.DataFrame, key: str, names: str, measures: Measures, where: str, faults: FaultList
) -> pd.DataFrame:
    """Fill in codes from names, and note names that contradict their code."""
    labels: dict[str, list[str]] = {}
    for tongue in LANGUAGES:
        with speaking(tongue):
            for code, label in key_names(key, measures).items():
                labels.setdefault(code, []).append(label)
    codes = _unlike({code: labels[code] for code in labels})
    filled = table.copy()
    for row, code, name in zip(table.index, table[key], table[names], strict=True):
        found = codes.get(_folded(name))
        if not code and found:
            filled.loc[row, key] = found
        elif not code:
            faults.add(
                f"{where}: {row}",
                _("'{name}' is not known").format(name=name),
                nearest(name, [label for held in labels.values() for label in held]),
                _("Write the name as in the legend, or its code"),
            )
        elif name and code in labels and found != code:
            faults.add(
                f"{where}: {row}",
                _("'{name}' beside the code '{code}'").format(name=name, code=code),
                labels[code][0],
                _("Correct the one that is wrong; a new line needs only one of them"),
            )
    return filled


def _unlike(labels: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the code of each name; a name that two codes share tells none of them."""
    found: dict[str, set[str]] = {}
    for code, names in labels.items():
        for name in names:
            found.setdefault(_folded(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _chosen(cells: pd.Series, where: str, faults: FaultList) -> pd.Series:
    """Return the codes of words that were chosen; what is none of them is noted, and taken for the first one."""
    words = choice_words(str(cells.name))
    codes = {_folded(code): code for code in words}
    for tongue in LANGUAGES:
        with speaking(tongue):
            codes |= {_folded(word): code for code, word in choice_words(str(cells.name)).items()}
    found = cells.map(_folded).map(codes)
    for row in cells.index[found.isna()]:
        faults.add(f"{where}: {row}: {cells.name}", f"'{cells[row]}'", ", ".join(words.values()))
    return found.fillna("assumed" if cells.name == "basis" else next(iter(words)))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
