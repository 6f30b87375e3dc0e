"""Run the notebooks: strict parameters, papermill, one page a unit, the ledger and the index."""

from ntm_lib.batch.engine import Outcome
from ntm_lib.batch.run import FORMATS, RunReport, check_formats, run
from ntm_lib.batch.scenario_run import run_scenario

__all__ = ["FORMATS", "Outcome", "RunReport", "check_formats", "run", "run_scenario"]
