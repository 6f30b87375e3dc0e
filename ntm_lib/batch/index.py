"""Say on the index which district pages there are, and which failed and why."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment
from markupsafe import Markup

from ntm_lib.batch.engine import Outcome
from ntm_lib.messages import _

_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<nav class="units" aria-label="{{ words.title }}">
{% for year, entries in years.items() %}
<h2>{{ words.title }}{% if years | length > 1 %}, {{ words.units }} {{ year }}{% endif %}</h2>
<ol>
{% for entry in entries %}
<li>{% if entry.has_page %}<a href="{{ folder }}{{ entry.name }}.html">{{ entry.unit_name }}</a>\
{% else %}{{ entry.unit_name }}{% endif %}
{% if not entry.is_good %}<div class="failed"><strong>{{ words.failed }}</strong> {{ entry.reason }}
{% if entry.has_page %}<em>{{ words.kept }}</em>{% endif %}</div>{% endif %}</li>
{% endfor %}
</ol>
{% endfor %}
</nav>
""")


def status_table(notes: Mapping[str, Sequence[Outcome]], year: str) -> Markup:
    """Return the lists of districts with links, those on the units of ``year`` first.

    For a failed district its reason stands there, and whether an older page is kept.
    """
    years = {year: notes[year]} | {other: notes[other] for other in sorted(notes) if other != year}
    return _lists(years, _("Reports of the districts"), "districts/")


def scenario_districts(outcomes: Sequence[Outcome]) -> Markup:
    """Return the list of a scenario's districts with links to the pages beside its own page."""
    return _lists({"": outcomes}, _("The scenario by district"), "")


def _lists(years: Mapping[str, Sequence[Outcome]], title: str, folder: str) -> Markup:
    words = {
        "title": title,
        "units": _("units of"),
        "failed": _("This report could not be made in the last run:"),
        "kept": _("The last good report is kept."),
    }
    years = {year: entries for year, entries in years.items() if entries}
    if not years:
        return Markup()
    return Markup(_TEMPLATE.render(years=years, words=words, folder=folder))  # noqa: S704 - rendered with autoescape


def failure_notice(province: Outcome, *, is_kept: bool) -> Markup:
    """Return the words for a province page that could not be made anew."""
    return Markup("<p class='failed'><strong>{}</strong> {} <em>{}</em></p>").format(
        _("The province page could not be made in the last run:"),
        province.reason,
        _("The last good report is kept.") if is_kept else "",
    )
