"""What leaves the workbench: values, verdicts, counts and units as files that other programs read."""

from ntm_lib.reporting.export.bundle import FORMATS, check, export
from ntm_lib.reporting.export.parts import Part, collect
from ntm_lib.reporting.export.values import WHAT, Choice

__all__ = ["FORMATS", "WHAT", "Choice", "Part", "check", "collect", "export"]
