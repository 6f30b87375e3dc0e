"""Tell which communes a plan knows from generated values, so that nobody takes them for reported ones."""

import pandas as pd

from ntm_lib import submissions
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import Review
from ntm_lib.submissions import Results
from ntm_lib.tables import table_ids

_NOT_PLANNED_FROM = {"b02", "b05", "b15"}  # read on its own; decisions, never generated; remarks, which no plan uses


def generated_communes(
    project: Project, review: Review, results: Results, parts: pd.DataFrame, start_year: int
) -> pd.Series:
    """Tell of each plan commune whether any line of its parts up to the start year is generated, in B2 or another table."""
    codes = {
        code
        for lines in results.generated.values()
        for code in lines.index[lines.to_numpy(bool) & (lines.index.get_level_values("year") <= start_year)]
        .get_level_values("commune_code")
        .unique()
    }
    for table in sorted(set(table_ids(project)) - _NOT_PLANNED_FROM):
        if submissions.is_handed_in(table, project):
            read = submissions.read_table(table, project, review.as_of, may_disagree=True)
            if read.is_illustrative:
                rows = read.frame[read.generated & (read.frame["year"] <= start_year)]
                codes |= set(rows["commune_code"])
    return parts["from_code"].isin(codes).groupby(parts["to_code"]).any()


def with_marks(communes: pd.DataFrame, generated: pd.Series) -> pd.DataFrame:
    """Mark the names of communes known from generated values where others are not."""
    if generated.all() or not generated.any():
        return communes
    mark = _("{name} (ill.)")
    names = ("name", "short_name")
    return communes.assign(
        **{
            name: communes[name].where(~generated, [mark.format(name=text) for text in communes[name]])
            for name in names
        }
    )
