"""Say on the index which district pages there are, and which failed and why."""

from collections.abc import Sequence

from jinja2 import Environment
from markupsafe import Markup

from ntm_lib.batch.engine import Outcome
from ntm_lib.messages import _
from ntm_lib.reporting.page import standalone_page

_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<nav class="units" aria-label="{{ words.title }}">
<h2>{{ words.title }}</h2>
<ol>
{% for entry in entries %}
<li>{% if entry.has_page %}<a href="districts/{{ entry.name }}.html">{{ entry.unit_name }}</a>\
{% else %}{{ entry.unit_name }}{% endif %}
{% if not entry.is_good %}<div class="failed"><strong>{{ words.failed }}</strong> {{ entry.reason }}
{% if entry.has_page %}<em>{{ words.kept }}</em>{% endif %}</div>{% endif %}</li>
{% endfor %}
</ol>
</nav>
""")


def status_table(entries: Sequence[Outcome]) -> Markup:
    """Return the list of districts with links, and for a failed one its reason and whether an older page is kept."""
    words = {
        "title": _("Reports of the districts"),
        "failed": _("This report could not be made in the last run:"),
        "kept": _("The last good report is kept."),
    }
    return Markup(_TEMPLATE.render(entries=entries, words=words))  # noqa: S704 - rendered with autoescape


def failed_index(title: str, province: Outcome, entries: Sequence[Outcome]) -> str:
    """Return an index without the province's own report, which failed; it says why and leads to the districts."""
    reason = Markup("<p class='failed'><strong>{}</strong> {}</p>").format(
        _("The province page could not be made in the last run:"), province.reason
    )
    return standalone_page(reason + status_table(entries), title=title)
