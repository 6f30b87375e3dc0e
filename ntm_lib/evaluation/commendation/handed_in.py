"""What only the office knows of a commune: rewarded before, discipline, dossier, satisfaction."""

import pandas as pd

from ntm_lib.errors import FaultList, NtmError
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _

FLAGS = ("is_rewarded_before", "is_disciplined", "is_dossier_complete")
COLUMNS = ("commune_code", *FLAGS, "satisfaction_pct")


def handed_in(territory: Territory) -> pd.DataFrame:
    """Read ``data/local/commendation.csv`` for the reporting communes; without the file everything is unknown.

    Columns: ``is_rewarded_before``, ``is_disciplined``, ``is_dossier_complete`` (1, 0 or missing = unknown),
    ``satisfaction_pct`` (0-100 or missing). Raises FaultsError with every fault of the file.
    """
    communes = territory.reported.criteria.index.unique("commune_code")
    path = territory.project.local / "commendation.csv"
    if not path.is_file():
        return pd.DataFrame(float("nan"), index=communes, columns=list(COLUMNS[1:]))
    where = territory.project.relative(path)
    faults = FaultList(_("Facts for commendation that cannot be used"))
    try:
        text = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise NtmError(f"{where}: {error}") from error
    if list(text.columns) != list(COLUMNS):
        faults.add(where, ", ".join(text.columns), ", ".join(COLUMNS))
        faults.stop_if_any()
    known = territory.results.values[next(iter(territory.results.values))].index.unique("commune_code")
    numbers = text[list(COLUMNS[1:])].apply(pd.to_numeric, errors="coerce")
    good = {name: numbers[name].isin([0, 1]) for name in FLAGS}
    good["satisfaction_pct"] = numbers["satisfaction_pct"].between(0, 100)
    expected = {**dict.fromkeys(FLAGS, _("1, 0 or empty")), "satisfaction_pct": _("a number from 0 to 100, or empty")}
    for name, is_good in good.items():
        for row, value in text.loc[~is_good & (text[name] != ""), name].items():
            faults.add(f"{where}:{int(str(row)) + 2}, {name}", f"'{value}'", expected[name])
    codes = text["commune_code"]
    for row, value in codes[~codes.isin(known) | codes.duplicated()].items():
        faults.add(f"{where}:{int(str(row)) + 2}, commune_code", f"'{value}'", _("a commune of the results, once"))
    faults.stop_if_any()
    stated: pd.DataFrame = numbers.set_index(codes).reindex(communes)
    return stated
