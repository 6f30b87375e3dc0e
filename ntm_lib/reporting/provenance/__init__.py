"""Lead each figure of a page to communes, verdicts, rules, values and submissions, inside the page itself."""

from markupsafe import Markup

from ntm_lib.evaluation import Territory
from ntm_lib.reporting.display import Slot, keys_shown, show
from ntm_lib.reporting.provenance import communes, contents, results, table_cells  # noqa: F401 - they register how keys lead on
from ntm_lib.reporting.provenance.pack import block, unpack
from ntm_lib.reporting.provenance.record import record
from ntm_lib.reporting.provenance.selection import Ground, Selection, resolve

__all__ = ["Ground", "Selection", "provenance", "record", "resolve", "show_provenance", "unpack"]


def provenance(territory: Territory, slot: Slot) -> Markup:
    """Return the record of the figures shown so far in one place of the page, with the script that opens it."""
    return block(record(territory, keys_shown(slot)))


def show_provenance(territory: Territory, slot: Slot = "body") -> None:
    """Put the record of the figures shown so far on the page; the last block of each page."""
    show(provenance(territory, slot), slot=slot)
