"""Generate the illustrative data: raw values only, calibrated to the published marks; never verdicts."""

import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.project import Project
from ntm_lib.submissions.illustrative import tables
from ntm_lib.submissions.illustrative.calibrate import calibrated
from ntm_lib.submissions.illustrative.communes import describe
from ntm_lib.submissions.illustrative.files import write
from ntm_lib.submissions.illustrative.latent import World, build
from ntm_lib.submissions.illustrative.others import arrears, capital, profiles, remarks
from ntm_lib.submissions.illustrative.settings import load_settings, sets_of
from ntm_lib.submissions.illustrative.values import sheets

__all__ = ["generate", "make"]


def make(project: Project) -> dict[str, pd.DataFrame]:
    """Return every file of the illustrative data, name → cells as text; the same seed gives the same files."""
    law = criteria.load(project)
    world = _world(project, law)
    latent = calibrated(world)
    found = sheets(world, latent)
    files = tables.wide_files(world, law, found)
    files |= {f"{table}.csv": tables.volume_table(world, found, table) for table in ("b08", "b11", "b12")}
    files["b10.csv"] = tables.income_and_poverty(world, found)
    files["b01.csv"] = profiles(world, found)
    files["b06.csv"] = capital(world)
    files["b07.csv"] = arrears(world)
    files["b15.csv"] = remarks(world, latent)
    return files


def _world(project: Project, law: criteria.Law) -> World:
    settings = load_settings(project, law)
    vintage = units.on(settings.units_on, project)
    rules = {
        (year, set_id): law.rules(law.sets[set_id], year, vintage.region)
        for year in settings.span
        for set_id in sets_of(settings, law, year)
    }
    lineage = units.lineage(settings.units_on, settings.units_after, project)
    return build(settings, law, describe(vintage, settings), lineage, rules)


def generate(project: Project | None = None) -> None:
    """Write the illustrative data and its source records anew."""
    project = project or Project.find()
    write(project, make(project))
