"""The figures that were published on what this review counts."""

import pandas as pd

from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _


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
