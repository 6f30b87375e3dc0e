"""Published volumes and capital of a unit beside what the review computes on the same subject and period."""

import pandas as pd
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ntm_lib.evaluation.aims.volumes import Volumes
from ntm_lib.evaluation.capital.book import Book
from ntm_lib.evaluation.capital.lines import add_up
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import language
from ntm_lib.project import Project
from ntm_lib.review import model_faults
from ntm_lib.strict_yaml import read_yaml

PATH = "review/published_words.yaml"
_IN_BILLION = 1000


class Wording(BaseModel):
    """How one published measure is worded, and what is computed beside it: a volume, or capital from ``first`` on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str
    vi: str
    en: str
    volume: str = ""
    capital: str = ""
    first: int | None = None

    def __str__(self) -> str:
        return self.vi if language() == "vi" else self.en


def published_work(territory: Territory, found: Volumes, book: Book) -> pd.DataFrame:
    """List what was published on volumes and capital of a province or district up to the cut-off date.

    Columns: year, label, value (number), unit, about (over | nearly | empty), confidence, source, low and high (computed in
    the same unit; NaN: nothing comparable), in the order of the file of words. Figures of another unit that bore the same
    code are left out.
    """
    columns = ["year", "scope", "scope_name", "measure", "value", "unit", "source_title", "confidence", "note"]
    table = read_published(territory.project, "results.csv", columns)
    unit, words = territory.unit, read_wordings(territory.project)
    year, value = table["year"].astype(int), pd.to_numeric(table["value"], errors="coerce")
    is_own = (table["scope"] == unit.level) & table["scope_name"].isin([unit.short_name, unit.name])
    is_own &= year.between(_first_year(territory), (unit.valid_to or cut_off(territory)).year) & value.notna()
    is_own &= year <= min(cut_off(territory).year, territory.review.last_year)
    rows = table[is_own & table["measure"].isin(words)]
    computed = [_computed(words[row["measure"]], int(row["year"]), found, book) for row in rows.to_dict("records")]
    order = {measure: place for place, measure in enumerate(words)}
    made = pd.DataFrame(
        {
            "year": year[rows.index],
            "label": rows["measure"].map({name: str(word) for name, word in words.items()}),
            "value": value[rows.index],
            "unit": rows["unit"],
            "about": rows["note"].str.extract(r'^"(over|nearly)', expand=False).fillna(""),
            "confidence": rows["confidence"],
            "source": rows["source_title"],
            "low": [low for low, _high in computed],
            "high": [high for _low, high in computed],
        }
    )
    made = made.assign(order=rows["measure"].map(order)).sort_values(["order", "year"], kind="stable")
    return made.drop(columns="order").reset_index(drop=True)


def _first_year(territory: Territory) -> int:
    """Return the first year of which a figure under this name speaks of this unit; no limit for its first version."""
    unit = territory.unit
    earlier = [other for other in territory.vintage.register.versions(unit.code) if other.valid_from < unit.valid_from]
    return unit.valid_from.year if earlier else 0


def _computed(word: Wording, year: int, found: Volumes, book: Book) -> tuple[float, float]:
    nothing = (float("nan"), float("nan"))
    if word.volume and (word.volume, year) in found.by_year.index:
        rows = found.by_year.xs(word.volume, level="volume")
        return float(rows["low"][year]), float(rows["high"][year])
    years = add_up(book.lines, "year")
    if not word.capital or word.first not in years.amount.index or year not in years.amount.index:
        return nothing
    amount = float(years.amount.loc[word.first : year, word.capital].sum(min_count=1))
    is_complete = bool(years.is_complete.loc[word.first : year, word.capital].all())
    amount = amount if word.capital.startswith(("people_labour", "people_land")) else amount / _IN_BILLION
    return amount, amount if is_complete else float("nan")


def read_wordings(project: Project) -> dict[str, Wording]:
    """Read the words by measure; every fault of the file is told at once."""
    path = project.parameters / PATH
    adapter: TypeAdapter[list[Wording]] = TypeAdapter(list[Wording])
    try:
        read = adapter.validate_python(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, Wording) from error
    return {word.measure: word for word in read}
