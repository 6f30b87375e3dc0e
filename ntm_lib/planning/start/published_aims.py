"""The published aims of the province for the years of a plan: which a scenario asks for, and which no plan considers."""

import pandas as pd
from pydantic import BaseModel, ConfigDict, StrictBool, TypeAdapter, ValidationError, model_validator

from ntm_lib.errors import FaultList, FaultsError
from ntm_lib.evaluation import read_published
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.planning.settings import Aims
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

COLUMNS = ["target_year", "scope", "scope_name", "indicator", "value", "source_title"]


class PlanAim(BaseModel):
    """One line of ``data/planning/published_aims.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: str
    setting: str | None = None
    label: Labels | None = None
    left_out: Labels | None = None
    is_aim: StrictBool = True

    @model_validator(mode="after")
    def _says_where_or_why_not(self) -> "PlanAim":
        if self.is_aim and (self.label is None or (self.setting is None) == (self.left_out is None)):
            raise ValueError(_("expected words, and either a setting or the reason why it is left out"))
        if self.setting is not None and self.setting not in Aims.model_fields:
            raise ValueError(_("'{name}' is no aim of a scenario").format(name=self.setting))
        return self


def published_aims(baseline: Baseline) -> pd.DataFrame:
    """List the province's published aims for the planned years, in the order of the file.

    Columns: ``label`` (``{value}`` in it stands for the figure), ``value`` (text as published), ``year``, ``source``,
    ``setting`` (name under ``aims``; empty: none), ``left_out`` (why no plan asks for it; empty where one can).
    An aim without a line in ``published_aims.yaml`` is listed by its published wording and as not considered.
    FaultsError where the file cannot be used.
    """
    table = read_published(baseline.project, "targets.csv", COLUMNS)
    years = [str(year) for year in baseline.scenario.settings.horizon.years]
    own = (table["scope"] == "province") & (table["scope_name"] == baseline.vintage.province.short_name)
    entries = {entry.indicator: entry for entry in _entries(baseline)}
    others = [name for name, entry in entries.items() if not entry.is_aim]
    table = table[own & table["target_year"].isin(years) & ~table["indicator"].isin(others)]
    rows = []
    for line in table.to_dict("records"):
        name = str(line["indicator"])
        entry = entries.get(name, PlanAim(indicator=name, is_aim=False))
        setting, reason = entry.setting or "", str(entry.left_out or _("not considered"))
        if setting:
            is_late = setting.endswith("_by_year") or line["target_year"] == years[-1]
            setting, reason = (setting, "") if is_late else ("", _("a plan asks for it in its last year only"))
        rows.append(
            {
                "label": str(entry.label or name + ": {value}"),
                "value": str(line["value"]),
                "year": int(line["target_year"]),
                "source": str(line["source_title"]),
                "setting": setting,
                "left_out": reason,
            }
        )
    return pd.DataFrame(rows, columns=["label", "value", "year", "source", "setting", "left_out"])


def _entries(baseline: Baseline) -> tuple[PlanAim, ...]:
    path = baseline.project.data / "planning" / "published_aims.yaml"
    try:
        return TypeAdapter(tuple[PlanAim, ...]).validate_python(read_yaml(path) or ())
    except ValidationError as error:
        faults = FaultList(_("The list of published aims cannot be used"))
        tell(faults, baseline.project.relative(path), error, PlanAim)
        raise FaultsError(faults.title, faults.faults) from error
