"""The sections of a plan's page: each puts one part of a study on the page, for a district or for the province."""

from ntm_lib.reporting.plan_sections.billion import billion
from ntm_lib.reporting.plan_sections.chance import chance
from ntm_lib.reporting.plan_sections.closing import closing
from ntm_lib.reporting.plan_sections.compare import comparison
from ntm_lib.reporting.plan_sections.follow import follow_up
from ntm_lib.reporting.plan_sections.later import orientation, villages
from ntm_lib.reporting.plan_sections.money import money
from ntm_lib.reporting.plan_sections.nearest import near_equal, nearest
from ntm_lib.reporting.plan_sections.opening import opening
from ntm_lib.reporting.plan_sections.roadmap import plan_map
from ntm_lib.reporting.plan_sections.scope import Scope, scope
from ntm_lib.reporting.plan_sections.start import start
from ntm_lib.reporting.plan_sections.targets import targets_by_year
from ntm_lib.reporting.plan_sections.tasks import tasks_by_year
from ntm_lib.reporting.plan_sections.why import why
from ntm_lib.reporting.plan_sections.works import works_list

__all__ = [
    "Scope",
    "billion",
    "chance",
    "closing",
    "comparison",
    "follow_up",
    "money",
    "near_equal",
    "nearest",
    "opening",
    "orientation",
    "plan_map",
    "scope",
    "start",
    "targets_by_year",
    "tasks_by_year",
    "villages",
    "why",
    "works_list",
]
