"""Lay the generated values out in the tables B2, B8, B10, B11 and B12."""

import numpy as np
import pandas as pd

from ntm_lib.criteria import Law
from ntm_lib.submissions.illustrative.communes import stream
from ntm_lib.submissions.illustrative.latent import World
from ntm_lib.submissions.illustrative.settings import sets_of
from ntm_lib.submissions.illustrative.values import Sheet
from ntm_lib.submissions.wide import NOT_ASSESSED_TEXT
from ntm_lib.tables import contract

SOURCE_DOC = "Số liệu minh họa"


def wide_files(world: World, law: Law, found: list[Sheet]) -> dict[str, pd.DataFrame]:
    """Return file name → lines of B2 as text, for the communes in the programme."""
    files = {}
    for sheet in found:
        year = sheet.occasion.year
        suffix = "" if sheet.occasion.status == "actual" else f"-at-{sheet.occasion.as_of}"
        for position, set_id in enumerate(sets_of(world.settings, law, year)):
            other = f"-by-{set_id}" if position else ""
            files[f"b02/{year}{suffix}{other}.csv"] = _wide(world, law, sheet, set_id)
    return files


def _wide(world: World, law: Law, sheet: Sheet, set_id: str) -> pd.DataFrame:
    codes = world.communes.index[world.inside]
    occasion = sheet.occasion
    head = {
        "commune_code": codes,
        "year": str(occasion.year),
        "set_id": set_id,
        "status": occasion.status,
        "as_of_date": occasion.as_of.isoformat(),
    }
    measured = world.settings.requirement_measures(set_id, occasion.year)
    requirements = law.sets[set_id].requirements
    cells = {}
    for requirement, item in requirements.items():
        name = measured[requirement]
        texts = sheet.values.loc[codes, name].map(text).to_numpy(object)
        if item.demand.allows_not_assessed is not None:
            texts[sheet.is_not_assessed.loc[codes, name].to_numpy()] = NOT_ASSESSED_TEXT
        cells[requirement] = texts
    return pd.DataFrame(head | cells)


def text(value: float) -> str:
    """Write a number without idle zeros; missing is empty."""
    return "" if np.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def volume_table(world: World, found: list[Sheet], table: str) -> pd.DataFrame:
    """Return B8, B11 or B12: numerators and denominators of the measures, communes in the programme."""
    codes = world.communes.index[world.inside]
    frames = []
    for sheet in found:
        columns = {}
        for name, measure in world.settings.measures.items():
            volume = measure.volume
            if volume is None or volume.table != table:
                continue
            columns[volume.part] = sheet.parts.loc[codes, name]
            if volume.whole in sheet.wholes:
                columns[str(volume.whole)] = sheet.wholes.loc[codes, str(volume.whole)]
        if table == "b08":
            planned = ~sheet.is_not_assessed.loc[codes, world.settings.not_assessed.measure]
            columns["is_market_planned"] = planned.astype(float)
        frames.append(pd.DataFrame(columns).rename_axis("commune_code").reset_index().assign(**_head(sheet)))
    return in_form(pd.concat(frames, ignore_index=True), table)


def income_and_poverty(world: World, found: list[Sheet]) -> pd.DataFrame:
    """Return B10 for every commune, town and ward; a year may stand on two poverty lines."""
    frames = []
    for sheet in found:
        year = sheet.occasion.year
        frames += [
            _poverty(world, sheet, standards[year], name)
            for name, standards in world.settings.poverty_lines.items()
            if year in standards
        ]
    return in_form(pd.concat(frames, ignore_index=True), "b10")


def _poverty(world: World, sheet: Sheet, standard: str, name: str) -> pd.DataFrame:
    year, households = sheet.occasion.year, sheet.wholes["households"]
    known = world.settings.near_poor_share
    share = np.interp(year, list(known), list(known.values())) / 100
    chance = stream(world.settings, f"near poor {year}").lognormal(0, 0.25, len(households))
    poor = sheet.parts[name]
    near = np.minimum(np.rint(households * share * chance), households - poor.fillna(0)).where(poor.notna())
    return (
        pd.DataFrame(
            {
                "poverty_standard": standard,
                "households": households,
                "poor_households": poor,
                "near_poor_households": near,
                "poor_pct": sheet.values[name],
                "income_per_head_vnd_million": sheet.values["income"],
            }
        )
        .rename_axis("commune_code")
        .reset_index()
        .assign(**_head(sheet))
    )


def _head(sheet: Sheet) -> dict[str, str | int]:
    return {
        "year": sheet.occasion.year,
        "status": sheet.occasion.status,
        "as_of_date": sheet.occasion.as_of.isoformat(),
        "source_doc": SOURCE_DOC,
    }


def in_form(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the columns of a contract in its order, cells as text."""
    agreed = contract(table)
    frame = frame.reindex(columns=agreed.names)
    for column in agreed.columns:
        cells = frame[column.name]
        if column.dtype in {"float64", "Int64", "boolean"}:
            frame[column.name] = cells.astype(float).map(text)
        else:
            frame[column.name] = cells.astype(object).where(cells.notna(), "").astype(str)
    return frame
