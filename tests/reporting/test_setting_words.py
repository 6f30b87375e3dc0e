"""Every setting, and every word it may be set to, has a name in the reader's language."""

from enum import StrEnum
from typing import get_args

from pydantic import BaseModel

from ntm_lib.planning.settings import Objective, PlanSettings
from ntm_lib.reporting.setting_words import named_values, setting_label, setting_labels, setting_value


def _keys(model: type[BaseModel], above: str = ""):
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _words(model: type[BaseModel]):
    for field in model.model_fields.values():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _words(kind)
        elif isinstance(kind, type) and issubclass(kind, StrEnum):
            yield from (item.value for item in kind)
        else:
            yield from (item for item in get_args(kind) if isinstance(item, str))


def test_every_setting_has_a_name():
    assert set(_keys(PlanSettings)) == set(setting_labels())
    assert len(set(setting_labels().values())) == len(setting_labels())


def test_every_word_of_a_setting_has_a_name():
    words = set(_words(PlanSettings))
    assert {item.value for item in Objective} <= words
    assert all(named_values(word) != word for word in words)


def test_what_stands_below_a_setting_is_told_after_it_and_other_places_stay():
    assert setting_label("money.extra_vnd_million.2024.local").startswith(
        f"{setting_label('money.extra_vnd_million')}, 2024, "
    )
    assert setting_label("parameters/scenarios/x.yaml: aims.floor") == "parameters/scenarios/x.yaml: aims.floor"
    assert named_values({"local": 5, 2024: ["credit"]}) == {named_values("local"): 5, 2024: [named_values("credit")]}


def test_units_stand_by_name_and_years_without_a_thousands_separator():
    names = {"01762": "Xã Vũ Minh"}
    assert setting_label("limits.pinned.01762", names).endswith(", Xã Vũ Minh")
    assert setting_value("limits.excluded", ["01762"], names) == ["Xã Vũ Minh"]
    assert setting_value("limits.pinned", {"01762": 2024}, names) == {"Xã Vũ Minh": "2024"}
    assert setting_value("limits.keep_standard_by", 2022) == "2022"
    assert setting_value("aims.standard", 2022) == 2022
