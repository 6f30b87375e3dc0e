"""Open the store that a project chose."""

import datetime as dt
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ntm_lib import units
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import model_faults
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions.vault.book_store import BookStore
from ntm_lib.submissions.vault.content import UnitsOn
from ntm_lib.submissions.vault.files import FileStore

URL_VARIABLE = "NTM_STORE_URL"
"""The address of the database, with its password: it stands in no file."""


class StoreChoice(BaseModel):
    """Where submissions are kept, read from ``parameters/store.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["files", "postgres"] = "files"


def open_store(project: Project | None = None) -> BookStore:
    """Open the store of a project: files under ``data/local/submissions``, or the database that NTM_STORE_URL names.

    Without ``parameters/store.yaml`` it is files. Raises UsageError when the database is not named or its packages are not
    installed.
    """
    project = project or Project.find()
    if _choice(project).kind == "files":
        return FileStore(project.local / "submissions", units_of(project))
    url = os.environ.get(URL_VARIABLE)
    if not url:
        text = _("The store is a database, but {variable} does not say where it is.")
        raise UsageError(text.format(variable=URL_VARIABLE))
    try:
        from ntm_lib.submissions.vault.postgres import PostgresStore
    except ImportError as error:
        text = _("A store on a server needs further packages: pip install 'ntm-workbench[server]' ({reason})")
        raise UsageError(text.format(reason=error)) from error
    return PostgresStore(url, units_of(project))


def units_of(project: Project) -> UnitsOn:
    """Return the function that tells since when each code has meant its unit; a day before the register knows none."""

    @lru_cache(maxsize=64)
    def units_on(date: dt.date) -> Mapping[str, dt.date]:
        try:
            frame = units.on(date, project)
        except UsageError:
            return {}
        return {unit.code: unit.valid_from for unit in frame.units}

    return units_on


def _choice(project: Project) -> StoreChoice:
    path = project.parameters / "store.yaml"
    if not path.exists():
        return StoreChoice()
    try:
        return StoreChoice.model_validate(read_yaml(path) or {})
    except ValidationError as error:
        raise model_faults(project.relative(path), error, StoreChoice) from error
