"""What is shown: the province or one district, its shapes and the warnings that go with them."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import shapely

from ntm_lib.planning.plan import Draft
from ntm_lib.reporting import geometry, stamps
from ntm_lib.units.boundaries import Shapes, load_shapes


@dataclass(frozen=True, eq=False)
class Place:
    """The shapes of what the page shows, checked and dissolved once: a province or one district."""

    draft: Draft
    district: str | None

    @cached_property
    def _shapes(self) -> Shapes:
        return load_shapes(self.draft.baseline.vintage.date, self.draft.baseline.project)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The shapes that are drawn, in the documents' order."""
        units = self.draft.baseline.vintage.communes
        if self.district is not None:
            units = units[units["parent_code"] == self.district]
        names = self.draft.baseline.vintage.frame["name"]
        return geometry.check_shapes(
            self._shapes.frame.loc[units.index].assign(
                name=units["name"],
                group_name=units["parent_code"].map(names),
                is_in_programme=units["is_in_programme"],
            )
        )

    @cached_property
    def borders(self) -> list[shapely.LineString]:
        """The lines between districts."""
        return geometry.inner_borders(self.frame)

    @property
    def name(self) -> str:
        """Name of the province or district."""
        vintage = self.draft.baseline.vintage
        code = self.district or vintage.province.code
        return str(vintage.frame.at[code, "name"]) if code in vintage.frame.index else vintage.province.name

    @property
    def warnings(self) -> list[str]:
        """What stands inside each table and picture."""
        return stamps.of_data(self.draft.baseline)

    @property
    def map_title(self) -> str:
        """What the picture is called."""
        return self._shapes.title

    @property
    def map_stamps(self) -> list[str]:
        """What stands inside the picture."""
        return [*self.warnings, self._shapes.label]
