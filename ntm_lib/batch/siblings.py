"""What stands beside a page: the written report, Word, slides, the sheets of the communes; and the links between them."""

from pathlib import Path

from markupsafe import Markup

from ntm_lib.batch.jobs import REPORTS, SLIDES, Job
from ntm_lib.messages import _
from ntm_lib.reporting.communes import FOLDER as COMMUNES


def sibling_links(out: Path, job: Job, folder: str) -> Markup:
    """Return links from a page in ``folder`` ("" for the index) to what there is about the same unit."""
    up = "../" if folder else ""
    home = job.page.relative_to(out).as_posix()
    found = [(home, _("Evaluation page")), (f"{REPORTS}/{job.name}.html", _("Report of the review"))]
    found = [(place, words) for place, words in found if place != f"{folder}/{job.name}.html".lstrip("/")]
    files = [
        (f"{REPORTS}/{job.name}.docx", _("Report (Word)")),
        (f"{SLIDES}/{job.name}.html", _("Slides")),
        (f"{SLIDES}/{job.name}.pptx", _("Slides (PowerPoint)")),
        (f"{COMMUNES}/index.html", _("Sheets of the communes")),
        (f"press-{job.name}.html", _("Maps and figures for the press")),
    ]
    found += [(place, words) for place, words in files if (out / place).exists()]
    links = Markup("\n").join(Markup('<a href="{}">{}</a>').format(up + place, words) for place, words in found)
    return Markup('<nav class="formats" aria-label="{}">\n{}\n</nav>\n').format(_("Other forms"), links)
