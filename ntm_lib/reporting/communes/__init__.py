"""The papers of a commune: the sheet that people carry, the full report, the minutes of the board's meeting."""

from ntm_lib.reporting.communes.facts import Commune, Communes, communes_of
from ntm_lib.reporting.communes.report import CommunePaper
from ntm_lib.reporting.communes.sheet import commune_sheet
from ntm_lib.reporting.communes.write import FOLDER, FORMATS, write_commune, write_commune_sheets

__all__ = [
    "FOLDER",
    "FORMATS",
    "Commune",
    "CommunePaper",
    "Communes",
    "commune_sheet",
    "communes_of",
    "write_commune",
    "write_commune_sheets",
]
