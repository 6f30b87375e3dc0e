"""A law small enough to be broken in many ways, and the shipped one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ntm_lib import criteria
from ntm_lib.errors import FaultsError
from ntm_lib.project import Project

FILES = {
    "data/criteria/regions.yaml": """
- {id: national, label: {vi: Cả nước, en: National}}
- {id: hills, label: {vi: Miền núi, en: Hills}}
- {id: delta, label: {vi: Đồng bằng, en: Delta}}
""",
    "data/criteria/groups.yaml": "- {id: I, label: {vi: Hạ tầng, en: Infrastructure}}\n",
    "data/criteria/units.yaml": """
- {id: percent, label: {vi: "%", en: "%"}, min: 0, max: 100}
- {id: yes_no, label: {vi: đạt hoặc chưa, en: yes or no}, min: 0, max: 1}
""",
    "data/criteria/bases.yaml": "- {id: provincial_mean, label: {vi: mức bình quân, en: the mean}}\n",
    "data/criteria/sources.yaml": "- {id: S1, title: Scan, urls: [https://example.org/scan]}\n",
    "data/criteria/qd-1-2000/_decision.yaml": """
id: qd-1-2000
number: 1/QĐ
title: {vi: Bộ tiêu chí, en: Criteria set}
variant: commune
issued: 2000-01-01
in_force: {from: 2000-01-01, to: 2009-12-31}
judges_years: {from: 2000, to: 2004}
totals: {criteria: 2, indicators: 4}
url: null
verified: read
""",
    "data/criteria/qd-1-2000/01_roads.yaml": """
id: "1"
group: I
label: {vi: Giao thông, en: Roads}
indicators:
  - id: "1.1"
    label: {vi: Đường xã, en: Commune roads}
    unit: percent
    sense: at_least
    clause: Phụ lục, tiêu chí 1.1
    levels:
      - {regions: [hills], value: 50, verified: read, sources: [S1]}
      - {regions: [delta], value: 70, verified: memory-low}
  - id: "1.2"
    label: {vi: Ngõ xóm, en: Lanes}
    parts:
      - id: clean
        label: {vi: Sạch, en: Clean}
        unit: percent
        sense: at_least
        clause: Phụ lục, tiêu chí 1.2
        levels:
          - {regions: all, year: 2000, value: 90, verified: read, sources: [S1]}
          - {regions: all, year: 2001, value: 95, verified: read, sources: [S1]}
      - id: hardened
        label: {vi: Cứng hóa, en: Hardened}
        unit: percent
        sense: at_least
        clause: Phụ lục, tiêu chí 1.2
        levels:
          - {regions: [hills], delegated: province, verified: read, sources: [S1]}
  - id: "1.10"
    label: {vi: Cầu, en: Bridges}
    unit: percent
    sense: at_least
    clause: Phụ lục, tiêu chí 1.10
    levels:
      - {regions: [hills], times: 1.2, of: provincial_mean, verified: memory}
""",
    "data/criteria/qd-1-2000/02_market.yaml": """
id: "2"
group: I
label: {vi: Chợ, en: Market}
indicators:
  - id: "2"
    label: {vi: Có chợ, en: Has a market}
    unit: yes_no
    sense: "yes"
    clause: Phụ lục, tiêu chí 2
    levels:
      - {regions: all, expected: "yes", verified: memory}
    allows_not_assessed:
      clause: Hướng dẫn 5
      verified: memory
""",
    "data/criteria/qd-2-2003/_decision.yaml": """
id: qd-2-2003
number: 2/QĐ
title: {vi: Sửa đổi, en: Amendment}
variant: commune
issued: 2003-01-01
in_force: {from: 2003-01-01, to: 2009-12-31}
judges_years: {from: 2005, to: 2006}
amends: qd-1-2000
totals: {criteria: 1, indicators: 1}
url: null
verified: read
""",
    "data/criteria/qd-2-2003/01_roads.yaml": """
id: "1"
group: I
label: {vi: Giao thông nông thôn, en: Rural roads}
indicators:
  - id: "1.1"
    label: {vi: Đường xã, en: Commune roads}
    unit: percent
    sense: at_least
    clause: Điều 1
    levels:
      - {regions: all, value: 80, verified: read, sources: [S1]}
""",
    "parameters/assumptions/roads.yaml": """
- set: qd-1-2000
  requirement: "1.2/hardened"
  region: hills
  years: {from: 2000, to: 2006}
  value: 40
  basis: {vi: Theo tỉnh bên, en: As the neighbouring province}
  dated: 2001-01-01
  by: Tổ biên soạn
""",
}

MiniLaw = Callable[..., Project]
Refuse = Callable[..., str]


@pytest.fixture
def mini(tmp_path: Path) -> MiniLaw:
    """Return a project with the small law; ``mini((file, old, new), …, file=text)`` changes or adds files."""

    def write(*changes: tuple[str, str, str], extra: dict[str, str] | None = None) -> Project:
        files = {**FILES, **(extra or {})}
        for file, old, new in changes:
            assert old in files[file], f"{file} does not hold {old!r}"
            files[file] = files[file].replace(old, new, 1)
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        for file, text in files.items():
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Project(tmp_path.resolve())

    return write


@pytest.fixture
def refuse(mini: MiniLaw, monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Load the changed small law, which must be refused; return the message in English."""
    monkeypatch.setenv("NTM_LANG", "en")

    def load(*changes: tuple[str, str, str], extra: dict[str, str] | None = None) -> str:
        with pytest.raises(FaultsError) as refusal:
            criteria.load(mini(*changes, extra=extra))
        return str(refusal.value)

    return load


@pytest.fixture(scope="session")
def law(project: Project) -> criteria.Law:
    return criteria.load(project)
