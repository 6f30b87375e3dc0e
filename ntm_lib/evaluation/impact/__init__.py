"""Whether reaching the standard, or money, was followed by better lives: method, tests, limits."""

from ntm_lib.evaluation.impact.outcomes import actual_years
from ntm_lib.evaluation.impact.readings import READINGS, readings
from ntm_lib.evaluation.impact.settings import ImpactSettings, load_impact_settings
from ntm_lib.evaluation.impact.study import INCOME, MAIN, PLACEBO, POVERTY, VARIANTS, ImpactStudy, impact_study

__all__ = [
    "INCOME",
    "MAIN",
    "PLACEBO",
    "POVERTY",
    "READINGS",
    "VARIANTS",
    "ImpactSettings",
    "ImpactStudy",
    "actual_years",
    "impact_study",
    "load_impact_settings",
    "readings",
]
