"""Read a table of published facts."""

from collections.abc import Sequence

import pandas as pd

from ntm_lib.errors import NtmError, preview
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import check_files


def read_published(project: Project, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read a table of published facts as text; a missing, changed or misshapen file stops."""
    path = project.data / "published" / name
    where = project.relative(path)
    if not path.is_file():
        raise NtmError(_("{path}: the file does not exist.").format(path=where))
    check_files(project, [path])
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if missing := [column for column in columns if column not in table.columns]:
        raise NtmError(_("{path}: columns missing: {names}").format(path=where, names=preview(missing)))
    return table
