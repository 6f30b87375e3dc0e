"""The controls: scenario, place, money by year, priorities, aims, communes to pin or leave out, comparison."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
from markupsafe import Markup

from ntm_lib.errors import NtmError
from ntm_lib.explore.model import Explorer
from ntm_lib.explore.views import objective_labels
from ntm_lib.explore.wish import AIMS, GROUPS, Wish, aim_labels
from ntm_lib.messages import _
from ntm_lib.reporting import formats

WHOLE_PROVINCE = ""
MILLION = 1000.0
"""Million VND in a billion."""
_WIDE = {"width": "100%"}
_LABEL = {"description_width": "7.5rem"}


class Controls:
    """All controls.

    ``changed`` is called after each change that a plan follows from, ``failed`` when a scenario cannot be shown.
    """

    def __init__(
        self,
        explorer: Explorer,
        name: str,
        district: str | None,
        changed: Callable[[], None],
        failed: Callable[[NtmError], None],
    ) -> None:
        self._explorer = explorer
        self._changed = changed
        self._failed = failed
        self._is_quiet = True
        self.titles = explorer.scenario_titles()
        stored = explorer.scenario(name)
        self._districts = explorer.districts(stored)
        if district is not None and district not in self._districts:
            explorer.answer(name, None, district)  # says in words what is wrong
        self.scenario_choice = _dropdown(_("Scenario"), _options(self.titles), name)
        self.place_choice = _dropdown(_("Territory shown"), [], None)
        self.compare_choice = _dropdown(_("Scenario"), [(_("no comparison"), ""), *_options(self.titles)], name)
        self.objective = _dropdown(_("The plan seeks"), _options(objective_labels(), by_value=True), None)
        self.money: dict[int, Any] = {}
        self.money_box = widgets.VBox([])
        self.weights = {name: _weight(label) for name, label in group_labels().items()}
        self.aims = {name: _text(label) for name, label in aim_labels().items()}
        self.commune = widgets.Dropdown(description=_("Commune"), layout=_WIDE, style=_LABEL)
        self.year = widgets.Dropdown(description=_("By year"), layout=_WIDE, style=_LABEL)
        self.chosen = widgets.HTML()
        self._pinned: dict[str, int] = {}
        self._excluded: tuple[str, ...] = ()
        self.aims_note = widgets.HTML()
        self.box = self._layout()
        self._load(district)
        self._observe()
        self._is_quiet = False

    @property
    def scenario(self) -> str:
        """Id of the scenario that is changed."""
        return str(self.scenario_choice.value)

    @property
    def district(self) -> str | None:
        """Code of the district shown; None: the whole province."""
        return self.place_choice.value or None

    @property
    def compared(self) -> str | None:
        """Id of the stored scenario to compare with; None: none."""
        return self.compare_choice.value or None

    def wish(self) -> Wish:
        """Return what the controls say."""
        return Wish(
            money={
                year: self._stored.money[year] if slider.value == self._shown[year] else slider.value * MILLION
                for year, slider in self.money.items()
            },
            objective=str(self.objective.value),
            weights={name: float(slider.value) for name, slider in self.weights.items()},
            aims={name: str(text.value) for name, text in self.aims.items()},
            pinned=dict(self._pinned),
            excluded=self._excluded,
        )

    def list_scenarios(self) -> None:
        """Offer the scenarios that now stand in the project, keeping the choice."""
        self._is_quiet = True
        self.titles = self._explorer.scenario_titles()
        for choice, extra in ((self.scenario_choice, []), (self.compare_choice, [(_("no comparison"), "")])):
            kept = choice.value
            choice.options = [*extra, *_options(self.titles)]
            choice.value = kept
        self._is_quiet = False

    def _layout(self) -> Any:
        pin, leave_out, clear = (
            _button(text, click)
            for text, click in (
                (_("Must reach the standard"), self._pin),
                (_("Leave out of the plan"), self._leave_out),
                (_("Clear the choice"), self._clear),
            )
        )
        groups = (
            (_("Scenario"), [self.scenario_choice, self.place_choice]),
            (_("Money of each year (billion VND)"), [self.money_box]),
            (_("Priorities"), [self.objective, *self.weights.values()]),
            (_("Aims and least level"), [*self.aims.values(), self.aims_note]),
            (
                _("Communes that must reach the standard, or are left out"),
                [
                    self.commune,
                    self.year,
                    widgets.HBox([pin, leave_out, clear], layout={"flex_flow": "row wrap"}),
                    self.chosen,
                ],
            ),
            (_("Compare with a stored scenario"), [self.compare_choice]),
        )
        boxes = []
        for title, children in groups:
            box = widgets.VBox([widgets.HTML(str(Markup("<h3>{}</h3>").format(title))), *children])
            box.add_class("ntm-group")
            boxes.append(box)
        reset = _button(_("Back to the stored scenario"), self._reload)
        return widgets.VBox([*boxes[:-1], reset, boxes[-1]])

    def _observe(self) -> None:
        watched = [self.objective, *self.weights.values(), *self.aims.values(), self.compare_choice]
        for widget in watched:
            widget.observe(self._tell, names="value")
        self.scenario_choice.observe(lambda _change: None if self._is_quiet else self._reload(), names="value")
        self.place_choice.observe(self._moved, names="value")

    def _tell(self, _change: object = None) -> None:
        if not self._is_quiet:
            self._changed()

    def _moved(self, _change: object) -> None:
        if not self._is_quiet:
            self._list_communes()
            self._note_aims()
            self._changed()

    def _reload(self) -> None:
        """Show the chosen scenario as it is stored."""
        self._is_quiet = True
        try:
            self._load(self.district)
        except NtmError as error:
            self._failed(error)
            return
        finally:
            self._is_quiet = False
        self._changed()

    def _load(self, district: str | None) -> None:
        stored = self._explorer.scenario(self.scenario)
        self._stored = self._explorer.wish(stored)
        self._districts = self._explorer.districts(stored)
        communes = self._explorer.communes(stored)
        self._communes = communes
        self.place_choice.options = [(_("Whole province"), WHOLE_PROVINCE), *_options(self._districts)]
        self.place_choice.value = district if district in self._districts else WHOLE_PROVINCE
        self._show_money()
        self.objective.value = self._stored.objective
        for name in GROUPS:
            self.weights[name].options = _weight_options(self._stored.weights[name])
            self.weights[name].value = self._stored.weights[name]
        for name in AIMS:
            self.aims[name].value = self._stored.aims[name]
        self._pinned, self._excluded = dict(self._stored.pinned), self._stored.excluded
        self.year.options = [(str(year), year) for year in stored.years]
        self.year.value = stored.years[-1]
        self._list_communes()
        self._list_chosen()
        self._note_aims()

    def _show_money(self) -> None:
        """One slider a year, from nothing to twice what the scenario has."""
        for slider in self.money.values():
            slider.close()
        self._shown: dict[int, float] = {}
        self.money = {}
        for year, amount in self._stored.money.items():
            shown = round(amount / MILLION)
            slider = widgets.FloatSlider(
                value=shown, min=0, max=max(10, 2 * shown), step=1, readout_format=".0f", description=str(year),
                continuous_update=False, layout=_WIDE, style={"description_width": "2.6rem"},
            )  # fmt: skip
            slider.observe(self._tell, names="value")
            self.money[year], self._shown[year] = slider, slider.value
        self.money_box.children = list(self.money.values())

    def _list_communes(self) -> None:
        communes = self._communes
        if self.district is not None:
            communes = communes[communes["parent_code"] == self.district]
        labels = [
            (str(name) if self.district else f"{name} ({self._districts.get(parent, parent)})", code)
            for code, name, parent in zip(communes.index, communes["name"], communes["parent_code"], strict=True)
        ]
        self.commune.options = labels
        self.commune.index = 0 if labels else None

    def _list_chosen(self) -> None:
        names = self._communes["name"].to_dict()
        lines = [_("{name}: reaches the standard by {year}").format(name=names.get(code, code), year=year) for code, year in self._pinned.items()]  # fmt: skip
        lines += [_("{name}: left out of the plan").format(name=names.get(code, code)) for code in self._excluded]
        items = Markup().join(Markup("<li>{}</li>").format(line) for line in lines)
        empty = Markup("<p class='note'>{}</p>").format(_("No commune chosen."))
        self.chosen.value = str(Markup("<ul class='ntm-chosen'>{}</ul>").format(items) if lines else empty)

    def _note_aims(self) -> None:
        """In one district the aims of the province stand still; only the least level of each commune moves."""
        for name, text in self.aims.items():
            text.disabled = self.district is not None and name != "floor"
        note = _("A district keeps its part of the province's aims and its share of the money in the stored scenario.")
        self.aims_note.value = str(Markup("<p class='note'>{}</p>").format(note)) if self.district else ""

    def _pin(self) -> None:
        if (code := self._code()) is None:
            return
        self._excluded = tuple(other for other in self._excluded if other != code)
        self._pinned = {**self._pinned, code: int(self.year.value)}
        self._chose()

    def _leave_out(self) -> None:
        if (code := self._code()) is None:
            return
        self._pinned = {other: year for other, year in self._pinned.items() if other != code}
        self._excluded = (*(other for other in self._excluded if other != code), code)
        self._chose()

    def _clear(self) -> None:
        if (code := self._code()) is None:
            return
        self._pinned = {other: year for other, year in self._pinned.items() if other != code}
        self._excluded = tuple(other for other in self._excluded if other != code)
        self._chose()

    def _chose(self) -> None:
        self._list_chosen()
        self._changed()

    def _code(self) -> str | None:
        return None if self.commune.value is None else str(self.commune.value)


def group_labels() -> dict[str, str]:
    """Name the groups of communes that may count more."""
    return {
        "border": _("Border communes"),
        "especially_difficult": _("Especially difficult communes"),
        "safety_zone": _("Safety-zone communes"),
    }


def _options(labels: dict[str, str], *, by_value: bool = False) -> list[tuple[str, str]]:
    """Return what a drop-down lists; titles that stand twice carry their id."""
    titles = list(labels.values())
    return [
        (title if by_value or titles.count(title) == 1 else f"{title} ({key})", key) for key, title in labels.items()
    ]


def _dropdown(label: str, options: Sequence[tuple[str, str]], value: str | None) -> Any:
    return widgets.Dropdown(options=options, value=value, description=label, layout=_WIDE, style=_LABEL)


def _weight(label: str) -> Any:
    return widgets.SelectionSlider(
        options=_weight_options(1.0), value=1.0, description=label, continuous_update=False,
        layout=_WIDE, style={"description_width": "9.5rem"},
    )  # fmt: skip


def _weight_options(held: float) -> list[tuple[str, float]]:
    """Return the weights to choose from, that of the stored scenario among them, as the reader writes numbers."""
    values = sorted({*(tenth / 10 for tenth in range(5, 51)), float(held)})
    return [(formats.number(value, max(1, len(f"{value:g}".partition(".")[2]))), value) for value in values]


def _text(label: str) -> Any:
    return widgets.Text(
        description=label, placeholder=_("no aim"), continuous_update=False, layout=_WIDE,
        style={"description_width": "9.5rem"},
    )  # fmt: skip


def _button(text: str, click: Callable[[], None]) -> Any:
    button = widgets.Button(description=text, layout={"width": "auto"})
    button.on_click(lambda _button: click())
    return button
