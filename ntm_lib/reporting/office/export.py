"""Write what a study hands down into a folder: the workbook and the draft document."""

from pathlib import Path
from typing import TYPE_CHECKING

from ntm_lib.reporting.office.plan_text import write_plan_document, write_plan_workbook

if TYPE_CHECKING:
    from ntm_lib.planning.study import Study


def export_study(study: "Study", out: Path) -> list[Path]:
    """Write ``<scenario>.xlsx`` and ``<scenario>.docx`` into ``out`` and return their paths; each whole or not at all."""
    name = study.plan.scenario.id
    return [
        write_plan_workbook(study.plan, out / f"{name}.xlsx"),
        write_plan_document(study.plan, out / f"{name}.docx"),
    ]
