"""Give the shapes of the communes at a date: the user's own file where it serves, otherwise the schematic."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of
from ntm_lib.units.coverage import WGS84, nest, to_metres, unite
from ntm_lib.units.schematic import schematic
from ntm_lib.units.territories import state_of, states, steps

BOUNDARY_FILE = "boundaries.parquet"


@dataclass(frozen=True)
class Shapes:
    """The shapes of one state of the communes, and what a picture of them must say.

    ``frame``: EPSG:4326, index ``code``, a coverage. ``vintage``: first day of the state the shapes are of.
    ``derived_from``: first day of the state of the imported file, None on the schematic. ``source_label``:
    name and date of the imported file, empty on the schematic. No area or length is taken from a schematic.
    """

    frame: gpd.GeoDataFrame
    is_schematic: bool
    vintage: dt.date
    source_label: str = ""
    derived_from: dt.date | None = None

    @property
    def label(self) -> str:
        """The words that stand inside every picture of these shapes."""
        if self.is_schematic:
            return _("SCHEMATIC: not a map of administrative boundaries, of no legal value for any border")
        return _("Boundaries imported by the user: {source}; not confirmed by the competent authority").format(
            source=self.source_label
        )

    @property
    def title(self) -> str:
        """What a picture is called: never a map while it is schematic."""
        return _("Schematic") if self.is_schematic else _("Map")

    def united(self, by: pd.Series) -> gpd.GeoDataFrame:
        """Return the shapes united by a code for each commune, such as its district; missing is left out."""
        groups = by.reindex(self.frame.index)
        return gpd.GeoDataFrame(geometry=unite(self.frame.geometry.to_numpy(), groups.to_numpy(), WGS84))


def boundary_folder(project: Project) -> Path:
    """Return the folder that holds imported boundaries, one folder a state of the communes."""
    return project.local / "boundaries"


def imported_states(project: Project) -> list[dt.date]:
    """Return the states (first days) for which the user imported a file, oldest first."""
    folder = boundary_folder(project)
    return [start for start in states(project) if (folder / start.isoformat() / BOUNDARY_FILE).exists()]


def load_shapes(date: dt.date, project: Project | None = None) -> Shapes:
    """Return the shapes of the communes at ``date``.

    An imported file serves its own state and, united by lineage, the states formed from it; never a finer
    one. Of several the nearest is taken. Without one the schematic is returned. A stored file that is no
    longer the one that was imported stops.
    """
    project = project or Project.find()
    state = state_of(date, project)
    served = [start for start in imported_states(project) if start <= state]
    if not served:
        return Shapes(schematic(date, project), is_schematic=True, vintage=state)
    path = boundary_folder(project) / served[-1].isoformat() / BOUNDARY_FILE
    record = read_record(path)
    frame = _imported(project, path, record.sha256, served[-1], state)
    label = f"{record.origin}, {record.retrieved:%d/%m/%Y}"
    return Shapes(frame.copy(), is_schematic=False, vintage=state, source_label=label, derived_from=served[-1])


@lru_cache(maxsize=8)
def _imported(project: Project, path: Path, sha256: str, start: dt.date, state: dt.date) -> gpd.GeoDataFrame:
    if sha256_of(path) != sha256:
        raise NtmError(
            _("{path}: the file was changed after the import. Import the boundaries again.").format(
                path=project.relative(path)
            )
        )
    shapes = gpd.read_parquet(path).geometry
    if start != state:
        shapes = nest(to_metres(shapes), steps(start, state, project))[-1]
    return gpd.GeoDataFrame(geometry=shapes.rename_axis("code"), crs=WGS84)
