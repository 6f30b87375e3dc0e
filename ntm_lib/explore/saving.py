"""The form that saves what the controls say as a new scenario."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from markupsafe import Markup

from ntm_lib.errors import NtmError, disk_reason
from ntm_lib.explore import views
from ntm_lib.explore.controls import Controls
from ntm_lib.explore.model import Explorer
from ntm_lib.messages import _


class SaveForm:
    """File name, title, author and reason, all required; the answer stands below the button."""

    def __init__(self, explorer: Explorer, controls: Controls, saved: Callable[[], None]) -> None:
        self._explorer = explorer
        self._controls = controls
        self._saved = saved
        self.name = _line(_("File name"), "phuong_an_moi")
        self.title = _line(_("Title"), "")
        self.author = _line(_("Author"), "")
        self.reason = widgets.Textarea(
            description=_("Reason"), rows=3, layout={"width": "100%"}, style={"description_width": "7.5rem"}
        )
        self.button = widgets.Button(description=_("Save"), button_style="primary", layout={"width": "auto"})
        self.button.on_click(lambda _button: self.save())
        self.message = widgets.HTML()
        heading = widgets.HTML(str(Markup("<h3>{}</h3>").format(_("Save as a new scenario"))))
        self.box = widgets.VBox([heading, self.name, self.title, self.author, self.reason, self.button, self.message])
        self.box.add_class("ntm-group")

    def save(self) -> None:
        """Save, or say what is missing."""
        try:
            path = self._explorer.save(
                self._controls.scenario,
                self._controls.wish(),
                new=self.name.value,
                title=self.title.value,
                author=self.author.value,
                reason=self.reason.value,
            )
        except NtmError as error:
            self.message.value = str(views.problem_box(error))
            return
        except OSError as error:
            text = _("The file could not be written: {reason}").format(reason=disk_reason(error))
            self.message.value = str(views.notice(text))
            return
        words = _("Saved: {path}. To make its pages: {command}").format(
            path=path, command=f"ntm plan --scenario {self.name.value.strip()}"
        )
        self.message.value = str(Markup("<p class='ntm-saved' role='status'>{}</p>").format(words))
        self._saved()


def _line(label: str, placeholder: str) -> Any:
    return widgets.Text(
        description=label, placeholder=placeholder, layout={"width": "100%"}, style={"description_width": "7.5rem"}
    )
