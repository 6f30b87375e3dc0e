"""What was decided: recognitions read in a source, and how many more were published without names."""

from collections.abc import Sequence

import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.errors import NtmError, preview
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import check_files


def recognitions(territory: Territory) -> pd.DataFrame:
    """List the recognitions of communes of this territory, by year and documents' order.

    Columns: commune_code (as decided), name, district, year, decision_no, decision_date, source. A commune belongs
    where it, or the commune it became part of, lies.
    """
    table = submissions.read_table("b05", territory.project, territory.review.as_of)
    check_files(territory.project, [territory.project.root / table.file])
    old = units.on(table.unit_vintage or territory.results.unit_vintage, territory.project)
    register = old.attach(table.frame, ["name", "parent_code"])
    register = register[register["year"] <= territory.review.last_year]
    rows = register[register["commune_code"].isin(_origins(territory))]
    rows = rows.assign(district=rows["parent_code"].map(old.frame["name"]))
    return rows.sort_values(["year", "commune_code"]).reset_index(drop=True)


def _origins(territory: Territory) -> pd.Series:
    lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
    links = lineage.links
    return links["from_code"][links["to_code"].isin(territory.communes.index)]


def unnamed_recognitions(territory: Territory) -> pd.DataFrame:
    """Return the published numbers of recognised communes whose names were not found; only for the province.

    Columns: first_year, last_year, recognised, named, not_named (communes), confidence, source, note.
    """
    table = read_published(
        territory.project, "recognised_counts.csv", ["first_year", "last_year", "not_named", "source"]
    )
    counts = table.astype({"first_year": int, "last_year": int, "not_named": int})
    wanted = (counts["not_named"] > 0) & (territory.unit.level == "province")
    if territory.review.as_of:  # a year's recognitions are decided in the January after it
        wanted &= counts["last_year"] < territory.review.as_of.year
    return counts[wanted].reset_index(drop=True)


def read_published(project: Project, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read a table of published facts as text; a missing, changed or misshapen file stops."""
    path = project.data / "published" / name
    where = project.relative(path)
    if not path.is_file():
        raise NtmError(_("{path}: the file does not exist.").format(path=where))
    check_files(project, [path])
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if missing := [column for column in columns if column not in table.columns]:
        raise NtmError(_("{path}: columns missing: {names}").format(path=where, names=preview(missing)))
    return table


def published_figures(territory: Territory) -> pd.DataFrame:
    """List the published figures of the province on what this review counts.

    Columns: year, measure (a key of ``published_words``), value (text, as printed), unit, confidence, source_title,
    source_url, note. Figures on other subjects stand in ``data/published/results.csv`` only.
    """
    table = read_published(
        territory.project,
        "results.csv",
        ["year", "scope", "scope_name", "measure", "value", "confidence", "source_title"],
    )
    of_province = (table["scope"] == "province") & (table["scope_name"] == territory.vintage.province.short_name)
    is_known = table["year"].astype(int) <= cut_off(territory).year
    rows = table[of_province & is_known & table["measure"].isin(published_words())]
    return rows.sort_values(["year", "measure"], kind="stable").reset_index(drop=True)


def published_words() -> dict[str, str]:
    """Return the words for the published figures that a page shows."""
    return {
        "communes in the NTM programme": _("Communes in the Programme"),
        "rural communes after mergers": _("Communes in the Programme after the mergers"),
        "communes reviewed at the start": _("Communes reviewed at the start"),
        "average criteria per commune": _("Average number of criteria met per commune"),
        "average criteria per commune (2021-2025 set)": _(
            "Average number of criteria met per commune, set of 2021-2025"
        ),
        "communes with more than 10 criteria": _("Communes meeting more than 10 criteria"),
        "communes with fewer than 5 criteria": _("Communes meeting under 5 criteria"),
        "communes recognised NTM (cumulative)": _("Communes recognised, cumulative"),
        "communes recognised NTM (cumulative, before mergers)": _(
            "Communes recognised, cumulative, before the mergers"
        ),
        "communes newly recognised": _("Communes newly recognised in the year"),
        "share of communes recognised NTM": _("Share of communes recognised (%)"),
        "poverty rate (multidimensional)": _("Poverty rate, multidimensional line of 2016-2020 (%)"),
    }
