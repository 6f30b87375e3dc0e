"""Generate the profile (B1), capital (B6), arrears (B7) and remarks (B15) of the communes."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.submissions.illustrative.communes import stream
from ntm_lib.submissions.illustrative.latent import Array, World, verdicts
from ntm_lib.submissions.illustrative.tables import SOURCE_DOC, in_form
from ntm_lib.submissions.illustrative.values import Sheet
from ntm_lib.verdicts import Verdict

_REMARKS = (
    ("difficulty", "", "Nguồn vốn thực hiện tiêu chí {label} còn hạn chế so với nhu cầu"),
    ("difficulty", "", "Địa hình chia cắt, suất đầu tư cao khi thực hiện tiêu chí {label}"),
    ("cause", "objective", "Điểm xuất phát của xã thấp, tiêu chí {label} cần khối lượng lớn"),
    ("cause", "objective", "Thời tiết bất thuận làm chậm các công việc của tiêu chí {label}"),
    ("cause", "subjective", "Kế hoạch thực hiện tiêu chí {label} chưa sát với điều kiện của xã"),
    ("cause", "subjective", "Công tác tuyên truyền về tiêu chí {label} chưa thường xuyên"),
    ("request", "", "Đề nghị ưu tiên bố trí vốn cho tiêu chí {label}"),
    ("request", "", "Đề nghị hướng dẫn cụ thể cách đánh giá tiêu chí {label}"),
)
_PREFIX = "(Minh họa) "


def profiles(world: World, found: list[Sheet]) -> pd.DataFrame:
    """Return B1; area, border and poor district are facts, the rest is generated."""
    communes = world.communes[world.inside]
    quality = communes["quality"]
    share = 92 + 6 * np.tanh(-quality) + stream(world.settings, "ethnic").normal(0, 1.5, len(communes))
    zone = np.select([quality > 1.6, quality > 0.7], ["I", "II"], "III")
    pilots = quality.rank(ascending=False) <= world.settings.pilots
    fixed = pd.DataFrame(
        {
            "area_km2": communes["area_km2"],
            "ethnic_minority_pct": share.clip(30, 100).round(1),
            "zone": zone,
            "is_especially_difficult": zone == "III",
            "is_border": communes["is_border"],
            "is_poor_district": communes["parent_code"].isin(world.settings.poor_districts),
            "is_pilot": pilots,
        }
    )
    frames = [
        fixed.join(sheet.wholes[["households", "people", "villages"]]).assign(**_head(sheet.occasion.year))
        for sheet in found
        if sheet.occasion.status == "actual"
    ]
    return in_form(pd.concat(frames).rename_axis("commune_code").reset_index(), "b01")


def capital(world: World) -> pd.DataFrame:
    """Return B6 by commune and year; the sources add up to the totals exactly."""
    choice = world.settings.capital
    communes = world.communes[world.inside]
    random = stream(world.settings, "capital")
    weight = np.sqrt(communes["people_2019"].to_numpy(float)) * random.lognormal(0, 0.25, len(communes))
    frames = []
    for year, total in choice.totals.items():
        each = weight * random.lognormal(0, 0.2, len(weight))
        each *= 1000 * total / each.sum()
        shares = np.array(list(choice.shares.values())) * random.lognormal(0, 0.25, (len(each), len(choice.shares)))
        money = np.round(each[:, None] * shares / shares.sum(axis=1, keepdims=True), 1)
        frames.append(_capital_of(world, communes.index, year, money))
    return in_form(pd.concat(frames, ignore_index=True), "b06")


def _capital_of(world: World, codes: pd.Index, year: int, money: Array) -> pd.DataFrame:
    choice = world.settings.capital
    frame = pd.DataFrame(money, columns=[f"{name}_vnd_million" for name in choice.shares])
    in_kind = frame["people_in_kind_vnd_million"]
    total = frame.sum(axis=1).round(1)
    state = frame.filter(regex="^(central|provincial|district|commune|integrated)").sum(axis=1)
    extra: dict[str, Any] = {
        "commune_code": codes,
        "period_from": dt.date(year, 1, 1).isoformat(),
        "period_to": dt.date(year, 12, 31).isoformat(),
        "people_labour_days": (in_kind * 0.6 / choice.labour_day_vnd_million).round(),
        "people_land_m2": (in_kind * 0.3 / choice.land_m2_vnd_million).round(),
        "people_material_m3": (in_kind * 0.1 / choice.material_m3_vnd_million).round(1),
        "total_vnd_million": total,
        "total_without_credit_vnd_million": (total - frame["credit_vnd_million"]).round(1),
        "allotted_vnd_million": np.nan,
        "disbursed_vnd_million": (state * 0.97).round(1),
    }
    return frame.assign(**extra, **_head(year))


def arrears(world: World) -> pd.DataFrame:
    """Return B7: works not yet paid in full, none where a commune stands at nineteen."""
    choice = world.settings.capital.arrears
    random = stream(world.settings, "arrears")
    codes = world.communes.index[world.inside]
    start = world.start[world.inside]
    frames = []
    for year in world.settings.span:
        owes = (random.uniform(size=len(codes)) < choice.share) & ~(start <= year) & (year >= choice.from_year)
        approved = random.uniform(800, 6000, len(codes)).round()
        done = (approved * random.uniform(0.7, 1.0, len(codes))).round()
        paid = (done * random.uniform(0.6, 0.95, len(codes))).round()
        frame = pd.DataFrame(
            {
                "commune_code": codes,
                "work_id": "1",
                "work": "Đường trục xóm (công trình minh họa)",
                "approved_vnd_million": approved,
                "done_vnd_million": done,
                "paid_vnd_million": paid,
                "owed_vnd_million": done - paid,
                "pay_by_year": year + 2,
            }
        )
        frames.append(frame[owes].assign(**_head(year)))
    return in_form(pd.concat(frames, ignore_index=True), "b07")


def remarks(world: World, latent: Array) -> pd.DataFrame:
    """Return B15: a difficulty, a cause and a request about criteria not met, from neutral templates."""
    found = verdicts(world, latent)
    random = stream(world.settings, "remarks")
    codes = world.communes.index.to_numpy()
    rows = []
    for year in world.settings.texts_in:
        row = list(world.settings.span).index(year)
        labels = world.rules[year, next(key for number, key in world.rules if number == year)].criteria["label_vi"]
        for position in np.flatnonzero(world.inside):
            missed = [key for key, judged in found.items() if judged[position, row] == Verdict.NOT_MET]
            for kind in ("difficulty", "cause", "request"):
                if not missed:
                    continue
                criterion = missed[random.integers(len(missed))]
                options = [item for item in _REMARKS if item[0] == kind]
                _kind, cause, words = options[random.integers(len(options))]
                rows.append(
                    {
                        "commune_code": codes[position],
                        "kind": kind,
                        "item": 1,
                        "criterion": criterion,
                        "cause_kind": cause,
                        "text": _PREFIX + words.format(label=labels[criterion]),
                        **_head(year),
                    }
                )
    return in_form(pd.DataFrame(rows), "b15")


def _head(year: int) -> dict[str, str | int]:
    return {
        "year": year,
        "status": "actual",
        "as_of_date": dt.date(year, 12, 31).isoformat(),
        "source_doc": SOURCE_DOC,
    }
