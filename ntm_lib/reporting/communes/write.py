"""Write the papers of all communes of a territory in one go."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.project import Project, whole_file
from ntm_lib.reporting import figures
from ntm_lib.reporting.communes.facts import Commune, Communes, communes_of
from ntm_lib.reporting.communes.index import INDEX, communes_index, papers_of
from ntm_lib.reporting.communes.report import papers
from ntm_lib.reporting.communes.sheet import commune_sheet
from ntm_lib.review import Audience

FOLDER = "communes"
FORMATS = ("html", "docx")


def write_commune_sheets(
    project: Project,
    out: Path,
    territory: Territory,
    *,
    codes: Sequence[str] | None = None,
    formats: Sequence[str] = ("html",),
    audience: Audience = Audience.PUBLIC,
    finished: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the papers of the communes of a territory into ``out/communes``, and the index that leads to them.

    Parameters
    ----------
    project
        The project that the territory was loaded from.
    out
        The folder of results. Files are named by code and year of the units: ``01762-2019.html`` (the sheet),
        ``01762-2019-report.html``, ``01762-2019-minutes.html``, ``01762-2019.docx`` (the report), ``01762-2019-minutes.docx``.
    territory
        A province or district, loaded once; nothing is read again for a single commune.
    codes
        Communes of the programme; None: all of the territory. The index always names all of them.
    formats
        ``html``, ``docx``.
    audience
        That for which the territory was loaded; the internal version bears its mark.
    finished
        Told the code of each commune when its files stand.

    Returns
    -------
    list of Path
        The files in the order written, the index last. Each appears whole or not at all.

    Raises UsageFaultsError with every unknown code, UsageError for an unknown format or another project.
    """
    communes = communes_of(territory)
    wanted = _checked(project, communes, codes, formats)
    folder = out / FOLDER
    written: list[Path] = []
    for code in wanted:
        written += write_commune(communes.commune(code), folder, formats, audience)
        if finished is not None:
            finished(code)
    page = communes_index(communes, folder, communes.codes)
    return [*written, _text(folder / INDEX, page)]


def write_commune(
    commune: Commune, folder: Path, formats: Sequence[str] = FORMATS, audience: Audience = Audience.PUBLIC
) -> list[Path]:
    """Write the papers of one commune into a folder; see `write_commune_sheets`."""
    names, written = papers_of(commune), []
    made = papers(commune, audience)
    if "docx" in formats:
        written += [made[paper].write(folder / name) for paper, name in names.documents.items()]
    if "html" in formats:
        sheet = commune_sheet(commune, audience, names.links(folder, names.sheet))
        written.append(_text(folder / names.sheet, sheet))
        written += [
            _text(folder / name, made[paper].page(names.links(folder, name))) for paper, name in names.pages.items()
        ]
        figures.forget()
    return written


def _text(path: Path, text: str) -> Path:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def _checked(
    project: Project, communes: Communes, codes: Sequence[str] | None, formats: Sequence[str]
) -> Sequence[str]:
    if communes.territory.project != project:
        raise UsageError(_("The territory was loaded from another project."))
    if unknown := [name for name in formats if name not in FORMATS]:
        raise UsageError(
            _("Unknown formats: {names}. Known: {known}.").format(names=", ".join(unknown), known=", ".join(FORMATS))
        )
    if codes is None:
        return communes.codes
    faults = FaultList(_("Communes that cannot be written"))
    held = communes.territory.communes.index
    for code in codes:
        if code not in communes.codes:
            found = _("outside the Programme") if code in held else _("not a commune of this unit on this date")
            faults.add(code, found, nearest(code, communes.codes))
    faults.stop_if_any(UsageFaultsError)
    return codes
