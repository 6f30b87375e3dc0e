"""Lead from the pages of the review to the pages of the scenarios, whichever of them were made last."""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ntm_lib import units
from ntm_lib.batch.engine import Outcome
from ntm_lib.batch.scenario_jobs import FOLDER
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.study import plan_title
from ntm_lib.planning.which_plan import plan_name, title_with_law
from ntm_lib.project import Project, whole_file

NAME = "scenarios.json"
_START, _END = "<!-- scenarios -->", "<!-- end of scenarios -->"
_PLACE = re.compile(f"{re.escape(_START)}.*?{re.escape(_END)}", re.DOTALL)
_PAGE = re.compile(r"\d+-\d{4}|index")
_ID = re.compile(r"[a-z][a-z0-9_]*(-\d{4}-\d{2}-\d{2})?(-from-\d{4})?")
_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
{% if entries %}
<nav class="units scenarios" aria-label="{{ title }}">
<h2>{{ title }}</h2>
<ul>
{% for href, words in entries %}
<li><a href="{{ href }}">{{ words }}</a></li>
{% endfor %}
</ul>
</nav>
{% endif %}
""")


class ScenarioNotes(BaseModel):
    """What the last runs of one plan left: its title and law, the date of its units, how each page ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    on: dt.date
    outcomes: tuple[Outcome, ...]

    @property
    def pages(self) -> dict[str, str]:
        """Names of the pages that exist, with the name of their unit; the province's is ``index``."""
        return {outcome.name: outcome.unit_name for outcome in self.outcomes if outcome.has_page}


_NOTES = TypeAdapter(dict[str, ScenarioNotes])


def read_notes(out: Path) -> dict[str, ScenarioNotes]:
    """Return the notes of the plans by name; unreadable notes count as none, pages are looked up."""
    try:
        notes = _NOTES.validate_json((out / FOLDER / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}
    return {name: _looked_up(out, name, held) for name, held in notes.items() if _ID.fullmatch(name)}


def _looked_up(out: Path, name: str, held: ScenarioNotes) -> ScenarioNotes:
    outcomes = [
        TypeAdapter(Outcome).validate_python(
            {**outcome.__dict__, "has_page": (out / FOLDER / name / f"{outcome.name}.html").exists()}
        )
        for outcome in held.outcomes
        if _PAGE.fullmatch(outcome.name)
    ]
    return held.model_copy(update={"outcomes": tuple(outcomes)})


def write_notes(
    out: Path,
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    from_year: int | None = None,
    *,
    is_relaxed: bool = False,
) -> ScenarioNotes:
    """Add the outcomes of a run and return the latest of every page, the districts in the documents' order.

    ``is_relaxed``: the plan is the nearest to aims that clash, and its title says so.
    """
    notes = read_notes(out)
    on, name = scenario.settings.horizon.on, plan_name(scenario, from_year)
    before = notes[name].outcomes if name in notes and notes[name].on == on else ()
    latest = {outcome.name: outcome for outcome in (*before, *outcomes)}
    own = ScenarioNotes(
        title=plan_title(title_with_law(scenario), is_relaxed=is_relaxed),
        on=on,
        outcomes=tuple(latest[page] for page in sorted(latest)),
    )
    notes[name] = own
    with whole_file(out / FOLDER / NAME) as path:
        path.write_bytes(_NOTES.dump_json(dict(sorted(notes.items())), indent=1))
    return own


def index_links(out: Path) -> Markup:
    """Return the list of scenario pages for the index, in a place that can be renewed."""
    entries = [
        (f"{FOLDER}/{name}/index.html", held.title) for name, held in read_notes(out).items() if "index" in held.pages
    ]
    return _marked(entries, _("Scenarios"))


def district_links(project: Project, out: Path, code: str, on: dt.date) -> Markup:
    """Return the list of scenario pages for the page of one district: of every district that its communes came to."""
    entries = []
    for name, held in read_notes(out).items():
        if held.on < on:
            continue
        pages = (f"{other}-{held.on.year}" for other in _successors(project, code, on, held.on))
        entries += [
            (f"../{FOLDER}/{name}/{page}.html", f"{held.pages[page]}: {held.title}")
            for page in pages
            if page in held.pages
        ]
    return _marked(entries, _("Scenarios"))


def _successors(project: Project, code: str, on: dt.date, later: dt.date) -> list[str]:
    """Return the districts of the later date that hold communes of a district, in the documents' order."""
    lineage = units.lineage(on, later, project)
    communes = lineage.before.communes_of(code).index
    links = lineage.links[lineage.links["from_code"].isin(communes)]
    return sorted(lineage.after.communes.loc[links["to_code"], "parent_code"].unique())


def _marked(entries: Sequence[tuple[str, str]], title: str) -> Markup:
    shown = Markup(_TEMPLATE.render(entries=entries, title=title))  # noqa: S704 - rendered with autoescape
    return Markup(_START + "\n{}" + _END + "\n").format(shown)  # noqa: S704 - constants


def refresh(project: Project, out: Path) -> None:
    """Renew the lists of scenarios on the pages that a run of the review left; pages without a place stay as they are."""
    _renew(out / "index.html", index_links(out))
    for path in sorted((out / "districts").glob("*.html")):
        code, _dash, year = path.stem.partition("-")
        if _PAGE.fullmatch(path.stem) and year:
            on = dt.date(int(year), 12, 31)
            if code in units.on(on, project).districts.index:
                _renew(path, district_links(project, out, code, on))


def _renew(path: Path, links: Markup) -> None:
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    renewed = _PLACE.sub(lambda _match: str(links).rstrip("\n"), text, count=1)
    if renewed != text:
        with whole_file(path) as temporary:
            temporary.write_text(renewed, encoding="utf-8")
