"""Write what a study hands down into a folder: the workbook and the draft document."""

from pathlib import Path
from typing import TYPE_CHECKING

from ntm_lib.planning.which_plan import plan_name
from ntm_lib.reporting.office.plan_text import write_plan_document, write_plan_workbook

if TYPE_CHECKING:
    from ntm_lib.planning.study import Study


def export_study(study: "Study", out: Path) -> list[Path]:
    """Write the workbook and the draft into ``out`` and return their paths; each whole or not at all.

    They are named as the plan is kept, so that plans by two laws never take each other's place.
    """
    name = plan_name(study.plan.scenario, study.from_year)
    return [
        write_plan_workbook(study, out / f"{name}.xlsx"),
        write_plan_document(study, out / f"{name}.docx"),
    ]
