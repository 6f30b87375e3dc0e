"""Figures of a signed period: frozen once, printed as they were signed, with what is computed later beside them."""

import datetime as dt
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ntm_lib.errors import FaultList, FaultsError, NtmError, UsageError
from ntm_lib.evaluation.changes.headlines import COUNTED, MEANS, headlines
from ntm_lib.evaluation.changes.kept import code_version, read_kept, write_kept
from ntm_lib.evaluation.counts.progress import trend
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project

NAME, FORMAT = "signed.json", 1
FILES = ("figures.csv", "counts.csv", "criteria.csv")
_KEY = ["commune_code", "year"]
_TEXT = {"unit_code": str, "commune_code": str, "figure": str}


class AboutSigned(BaseModel):
    """Who signed what: the unit, the day of its units, the period, the cut-off date, and the code that computed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit_code: str
    unit_name: str
    on: dt.date
    first_year: int
    last_year: int
    as_of: dt.date | None
    signed_by: str
    signed_on: dt.date
    is_illustrative: bool
    code: dict[str, str]


@dataclass(frozen=True, eq=False)
class Signed:
    """A signed period.

    ``figures``: index (unit_code, figure, year), the headlines (see ``headlines``) of the unit that signed and of its districts;
    ``counts`` and ``criteria``: by commune and year, as in `Territory`.
    """

    about: AboutSigned
    figures: pd.Series
    counts: pd.DataFrame
    criteria: pd.DataFrame


def sign_period(project: Project, territory: Territory, by: str, on_date: dt.date) -> Path:
    """Freeze the figures of a territory's period and return the folder; signing a period again is refused.

    ``by``: who signed, as printed; ``on_date``: the day of the signature. Written whole or not at all under
    ``data/local/signed/<unit>-<day of units>-<years>/``: ``figures.csv, counts.csv, criteria.csv`` and ``signed.json`` with their
    fingerprints. Data that are illustrative stay marked as such.
    """
    if not by.strip():
        raise UsageError(_("A signed period needs the name of who signed."))
    folder = signed_folder(project, territory, territory.unit.code)
    if folder.exists():
        held = _about(folder)
        raise UsageError(
            _("{unit}, {first}-{last}: signed by {by} on {date}. Signed figures are never replaced.").format(
                unit=held.unit_name, first=held.first_year, last=held.last_year, by=held.signed_by,
                date=f"{held.signed_on:%d/%m/%Y}",
            )
        )  # fmt: skip
    about = AboutSigned(
        unit_code=territory.unit.code,
        unit_name=territory.unit.name,
        on=territory.vintage.date,
        first_year=territory.review.first_year,
        last_year=territory.review.last_year,
        as_of=territory.review.as_of,
        signed_by=by.strip(),
        signed_on=on_date,
        is_illustrative=territory.is_illustrative,
        code=code_version(),
    )
    files = {
        "figures.csv": _csv(_by_unit(territory).reset_index()),
        "counts.csv": _csv(territory.counts.reset_index()),
        "criteria.csv": _csv(territory.scores.criteria.reset_index()),
    }
    write_kept(folder, NAME, FORMAT, json.loads(about.model_dump_json()), files)
    return folder


def read_signed(project: Project, territory: Territory) -> Signed | None:
    """Return what was signed for a territory's period, by itself or by its province; None where nothing was.

    A file that is no longer the one that was signed stops with a message.
    """
    province = territory.vintage.province.code
    folders = [signed_folder(project, territory, code) for code in (territory.unit.code, province)]
    folder = next((folder for folder in folders if folder.exists()), None)
    if folder is None:
        return None
    about, files = _about(folder), read_kept(folder, NAME, FORMAT, FILES)[1]
    figures, counts, criteria = (pd.read_csv(io.BytesIO(files[name]), dtype=_TEXT) for name in FILES)
    return Signed(
        about,
        figures.set_index(["unit_code", "figure", "year"])["value"],
        counts.set_index(_KEY),
        criteria.set_index(_KEY),
    )


def signed_beside(territory: Territory, signed: Signed) -> pd.DataFrame:
    """Return the signed headlines of the territory beside those computed now.

    Index (figure, year); ``signed, recomputed, difference`` (recomputed less signed). NaN: not computed at one of the times.
    """
    held = signed.figures.xs(territory.unit.code, level="unit_code")
    now = headlines(territory.counts, territory.scores.criteria)
    table = pd.DataFrame({"signed": held, "recomputed": now.reindex(held.index)})
    return table.assign(difference=table["recomputed"] - table["signed"])


def signed_differences(territory: Territory, signed: Signed) -> pd.DataFrame:
    """Return the rows of `signed_beside` that do not agree."""
    table = signed_beside(territory, signed)
    is_same = (table["difference"].abs() < 1e-9) | (table["signed"].isna() & table["recomputed"].isna())
    return table[~is_same]


def as_signed(territory: Territory, signed: Signed | None) -> Territory:
    """Return the territory with the counts and criteria that were signed, so that every page prints the signed figures.

    Unchanged where nothing was signed. The results and single requirements stay as they are known now. A commune-year that
    the signed tables do not hold stops: they are of other units then.
    """
    if signed is None:
        return territory
    index = territory.counts.index
    if not index.isin(signed.counts.index).all():
        raise NtmError(_("{unit}: the signed figures are of other communes or years.").format(unit=territory.unit.name))
    counts = signed.counts.reindex(index).astype(territory.counts.dtypes.to_dict())
    known = territory.scores.criteria
    criteria = signed.criteria.reindex(index=known.index, columns=known.columns).astype(np.int8)
    return replace(territory, counts=counts, scores=replace(territory.scores, criteria=criteria))


def printed_trend(territory: Territory, signed: Signed | None) -> pd.DataFrame:
    """Return `trend` as it is printed: the signed figures where the period was signed, else those computed now."""
    now = trend(territory)
    if signed is None:
        return now
    held = signed.figures.xs(territory.unit.code, level="unit_code")
    table = pd.DataFrame({name: held.xs(name, level="figure") for name in now.columns if name in {*COUNTED, *MEANS}})
    return table.reindex(now.index).astype(now.dtypes.to_dict())


def signed_folder(project: Project, territory: Territory, unit_code: str) -> Path:
    """Return where the signed figures of a unit's period stand."""
    review = territory.review
    name = f"{unit_code}-{territory.vintage.date:%Y%m%d}-{review.first_year}-{review.last_year}"
    return project.local / "signed" / name


def _about(folder: Path) -> AboutSigned:
    try:
        return AboutSigned.model_validate(read_kept(folder, NAME, FORMAT, FILES)[0])
    except ValidationError as error:
        faults = FaultList(_("A signed period that cannot be read"))
        tell(faults, f"{folder.name}/{NAME}", error, AboutSigned)
        raise FaultsError(faults.title, faults.faults) from error


def _by_unit(territory: Territory) -> pd.Series:
    """Return the headlines of the territory and of each district in it."""
    counts, criteria = territory.counts, territory.scores.criteria
    parents = territory.in_programme["parent_code"]
    held = {territory.unit.code: headlines(counts, criteria)}
    for code in sorted(set(parents) - {territory.unit.code}):
        is_in = counts.index.get_level_values("commune_code").isin(parents.index[parents == code])
        held[str(code)] = headlines(counts[is_in], criteria.reindex(counts.index)[is_in])
    figures: pd.Series = pd.concat(held, names=["unit_code"])
    return figures


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()
