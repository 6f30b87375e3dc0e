"""Settings by commune: no commune is lost where two have one name."""

from types import SimpleNamespace

import pandas as pd

from ntm_lib.reporting.plan_sections.scope import names_apart
from ntm_lib.reporting.setting_words import setting_value


def test_two_pinned_communes_of_one_name_are_both_told() -> None:
    names = pd.Series({"00001": "Xã Quang Trung", "00002": "Xã Quang Trung", "00003": "Xã An Lạc", "041": "Huyện A"})
    scope = SimpleNamespace(
        names=names,
        plan=SimpleNamespace(baseline=SimpleNamespace(communes=pd.DataFrame(index=names.index[:3]))),
        district_of={"00001": "Huyện A", "00002": "Huyện B", "00003": "Huyện A"}.__getitem__,
    )
    told = setting_value("limits.pinned", {"00001": 2023, "00002": 2024, "00003": 2025}, names_apart(scope))
    assert told == {
        "Xã Quang Trung (Huyện A)": "2023", "Xã Quang Trung (Huyện B)": "2024", "Xã An Lạc": "2025",
    }  # fmt: skip
