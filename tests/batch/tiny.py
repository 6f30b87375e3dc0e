"""Small notebooks for trying the run itself in seconds."""

import nbformat

from ntm_lib.project import Project

PARAMETERS = {
    "district_evaluation": 'district = "052"\non = "2019-12-31"\nfirst_year = 2010\nlast_year = 2020\naudience = "public"',
    "province_overview": 'on = "2019-12-31"\nfirst_year = 2010\nlast_year = 2020\npages = []\naudience = "public"',
}
DECLARE = """
from markupsafe import Markup
from ntm_lib.reporting.display import declare, show
from ntm_lib.errors import NtmError
from ntm_lib import units
import datetime as dt
vintage = units.on(dt.date.fromisoformat(on))
unit = vintage.unit(district) if "district" in globals() else vintage.province
"""
GOOD = 'declare(unit_name=unit.name)\nshow(Markup("<p>{}</p>").format(unit.name))'


def write_notebook(project: Project, name: str, body: str = GOOD, tag: str = "parameters") -> None:
    """Replace a notebook of ``project`` by one that declares its unit and then runs ``body``."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    first = nbformat.v4.new_code_cell(PARAMETERS[name])
    first.metadata["tags"] = [tag]
    notebook.cells = [first, nbformat.v4.new_code_cell(DECLARE), nbformat.v4.new_code_cell(body)]
    path = project.notebooks / f"{name}.ipynb"
    path.unlink(missing_ok=True)
    nbformat.write(notebook, path)
