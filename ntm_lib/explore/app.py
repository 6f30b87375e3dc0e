"""The page: controls on the left, what follows on the right. Widgets only; what follows is worked out in ``model``."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from IPython.display import display
from markupsafe import Markup

from ntm_lib.errors import NtmError
from ntm_lib.explore import offers, views
from ntm_lib.explore.controls import Controls
from ntm_lib.explore.model import Answer, Explorer
from ntm_lib.explore.place import Place
from ntm_lib.explore.saving import SaveForm
from ntm_lib.messages import _
from ntm_lib.planning.scenario import BASE
from ntm_lib.reporting.templates import style

SCENARIO_ENV = "NTM_EXPLORE_SCENARIO"
"""Names the scenario that ``ntm explore --scenario`` opens with."""
WAIT = 0.05
"""Seconds without a further change after which the plan is made anew."""


def explore(scenario: str | None = None, district: str | None = None) -> None:
    """Show the page below the cell.

    ``scenario``: id of a file in ``parameters/scenarios``; None: the one named by ``ntm explore``, else the base.
    ``district``: code of a district; None: the whole province. What cannot be used is said in words on the page.
    """
    name = scenario or os.environ.get(SCENARIO_ENV) or BASE
    try:
        page = Page(Explorer(), name, district)
    except NtmError as error:
        display(widgets.HTML(_styled(views.problem_box(error))))  # type: ignore[no-untyped-call]
        return
    display(page.root)  # type: ignore[no-untyped-call]


def _styled(content: Markup) -> str:
    return str(Markup("<style>{}</style>{}").format(Markup(style("blocks.css") + style("explore.css")), content))  # noqa: S704 - static files


def _html() -> Any:
    return widgets.HTML()


class Page:
    """One page on one explorer."""

    def __init__(self, explorer: Explorer, name: str, district: str | None) -> None:
        self.explorer = explorer
        self.controls = Controls(
            explorer, name, district, self.soon, lambda error: self._only_message(views.problem_box(error))
        )
        self.saving = SaveForm(explorer, self.controls, self._saved)
        self.status = _html()
        self.status.add_class("ntm-status")
        self.message, self.nearest = _html(), _html()
        self.parts = {part: _html() for part in ("summary", "targets", "map", "comparison", "money", "communes")}
        self.find = self._button(_("Find the nearest scenarios"), self._find_offers)
        self.finer = self._button(_("Search longer"), self._refine)
        self._timer: asyncio.TimerHandle | None = None
        self._answer: Answer | None = None
        self._places: dict[tuple[Any, str | None], Place] = {}
        self.root = self._layout()
        self.refresh()

    def _button(self, text: str, work: Callable[[], None]) -> Any:
        """Return a button that is shown only where it serves."""
        button = widgets.Button(description=text, layout=widgets.Layout(width="auto", display="none"))
        button.on_click(lambda _button: self._guarded(work))
        return button

    def _layout(self) -> Any:
        left = widgets.VBox([self.controls.box, self.saving.box])
        left.add_class("ntm-controls")
        right = widgets.VBox([self.status, self.message, self.find, self.nearest, self.finer, *self.parts.values()])
        right.add_class("ntm-results")
        main = widgets.HBox([left, right])
        main.add_class("ntm-explore")
        return widgets.VBox([widgets.HTML(_styled(Markup())), main])

    def soon(self) -> None:
        """Answer anew once the controls rest; at once where no event loop runs."""
        self._say(_("Computing…"))
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(WAIT, self.refresh)
        except RuntimeError:
            self.refresh()

    def refresh(self) -> None:
        """Work out what follows from the controls and show it."""
        self._guarded(self._refresh)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Say in words what went wrong; a planner never sees a traceback."""
        try:
            work()
        except NtmError as error:
            self._only_message(views.problem_box(error))
        except Exception as error:  # noqa: BLE001 - the page is the last door before the reader
            text = _("Something unexpected went wrong: {kind}: {text}").format(kind=type(error).__name__, text=error)
            self._only_message(views.notice(text))

    def _only_message(self, message: Markup) -> None:
        """Show a message; results that no longer follow from the controls are marked, not left as if they did."""
        self.message.value = str(message)
        self._say("" if self._answer is None else _("The results below are from before this change."))

    def _say(self, text: str) -> None:
        """Show one line of how things stand."""
        self.status.value = str(Markup("<p class='note' role='status'>{}</p>").format(text))

    def _refresh(self) -> None:
        controls = self.controls
        answer = self.explorer.answer(controls.scenario, controls.wish(), controls.district)
        self.message.value = str(offers.infeasible_box(answer)) if answer.is_relaxed else ""
        self.find.layout.display = "" if answer.is_relaxed else "none"
        self.nearest.value = ""
        self._show(answer)

    def _show(self, answer: Answer) -> None:
        """Show one answer in place of the one before."""
        self._answer, plan = answer, answer.plan
        self.finer.layout.display = "" if answer.is_rough else "none"
        self._say(_("The results follow the controls."))
        if plan is None:
            for part in self.parts.values():
                part.value = ""
            return
        place = self._place(answer)
        self.parts["summary"].value = str(views.summary(answer, plan, place))
        self.parts["targets"].value = str(views.targets_table(plan, place))
        self.parts["map"].value = str(views.map_picture(plan, place))
        self.parts["comparison"].value = str(self._comparison(answer, place))
        self.parts["money"].value = str(views.money_table(plan, place))
        self.parts["communes"].value = str(views.communes_table(plan, place))

    def _comparison(self, answer: Answer, place: Place) -> Markup:
        other = self.controls.compared
        if answer.plan is None or other is None:
            return Markup()
        stored = self.explorer.part_of_plan(other, answer.district)
        return views.comparison(answer.plan, stored, self.controls.titles[other], place)

    def _place(self, answer: Answer) -> Place:
        key = (answer.draft.baseline.vintage.date, answer.district)
        if key not in self._places:
            self._places[key] = Place(answer.draft, answer.district)
        return self._places[key]

    def _find_offers(self) -> None:
        if self._answer is None or not self._answer.is_relaxed:
            return
        self._say(_("Computing…"))
        self.nearest.value = str(offers.offers_list(self.explorer.offers(self._answer), self._answer))
        self._say(_("The results follow the controls."))

    def _refine(self) -> None:
        if self._answer is not None:
            self._say(_("Computing…"))
            self._show(self.explorer.refine(self._answer))

    def _saved(self) -> None:
        """List a scenario that was just saved."""
        self.controls.list_scenarios()
