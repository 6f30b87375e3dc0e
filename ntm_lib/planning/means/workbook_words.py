"""Name what stands in short in the workbook of budgets and norms: headings, sources of money, measures, kinds."""

from ntm_lib.messages import _
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.settings import Purse


def heading_words() -> dict[str, str]:
    """Name every heading."""
    purses = purse_labels()
    return {
        "purse": _("Source of money"),
        "year": _("Year"),
        "amount_vnd_million": _("Amount (million VND)"),
        "basis": _("Basis of the figure: read, derived or assumed"),
        "source": _("Source of the figure"),
        "note": _("Note"),
        "measure": _("Measure"),
        "unit": _("Unit"),
        "low": _("Cost of a unit, low estimate (million VND)"),
        "middle": _("Cost of a unit, middle estimate (million VND)"),
        "high": _("Cost of a unit, high estimate (million VND)"),
        "price_year": _("Year of the prices"),
        "nature": _("Kind of money: investment or recurrent"),
        "upkeep_pct": _("Yearly upkeep, % of the cost"),
        "lead_years": _("Years from start to finish"),
        **{f"{purse.value}_pct": _("{source}, % of the cost").format(source=purses[purse]) for purse in Purse},
    }


def value_words(measures: Measures) -> dict[str, str]:
    """Name every code that a cell may hold."""
    return {
        **{purse.value: label for purse, label in purse_labels().items()},
        **{key: str(item.label) for key, item in measures.measures.items()},
        "read": _("read in a source"),
        "derived": _("derived from what was read"),
        "assumed": _("assumed"),
        "investment": _("Investment"),
        "recurrent": _("Recurrent"),
    }
