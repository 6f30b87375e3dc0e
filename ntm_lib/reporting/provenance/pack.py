"""Pack a record small, put it into a page with the script that shows it, and read it back."""

import base64
import json
import re
import zlib
from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import stamps
from ntm_lib.reporting.templates import PROVENANCE, script

_BLOCK = re.compile(r'<script type="application/json" class="ntm-provenance">(.*?)</script>', re.DOTALL)


def pack(record: dict[str, Any]) -> str:
    """Return a record as base64 of its deflated JSON."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def block(record: dict[str, Any]) -> Markup:
    """Return the record and its script as they stand in a page."""
    held = {"words": words(), "packed": pack(record)}
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Markup('<script type="application/json" class="ntm-provenance">{}</script>\n<script>{}</script>\n').format(
        Markup(text),  # noqa: S704 - JSON without "<"
        Markup(script(PROVENANCE)),  # noqa: S704 - a static file
    )


def unpack(page: str) -> dict[str, Any]:
    """Return the record of a page; KeyError when it has none."""
    found = _BLOCK.search(page)
    if found is None:
        raise KeyError("the page has no provenance")
    record: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(json.loads(found[1])["packed"])))
    return record


def words() -> dict[str, str]:
    """Return the words of the panel."""
    return {
        "hint": _("Select a figure to see what it was made from."),
        "open": _("Where this figure comes from"),
        "close": _("Close"),
        "where": _("Where it stands"),
        "meaning": _("What it tells"),
        "rule": _("Rule applied"),
        "communes": _("Communes behind it: {count}"),
        "nobody": _("No commune."),
        "more": _("Show {count} more"),
        "filter": _("Find a commune"),
        "count": _("{count} criteria"),
        "no_data": _("no data"),
        "met": _("met"),
        "not_met": _("not met"),
        "unknown": _("not enough data"),
        "not_assessed": _("not assessed"),
        "not_reported": _("not reported"),
        "yes": _("yes"),
        "no": _("no"),
        "requirement": _("Requirement"),
        "level": _("Required level"),
        "value": _("Value"),
        "verdict": _("Verdict"),
        "citation": _("Decision, clause"),
        "decision": _("Decision {number} of {issued}, in force from {since}"),
        "until": _("to {date}"),
        "place": _("Where it stands in the file"),
        "cell": _("row {row}, column {column}"),
        "file": _("File {file}"),
        "finding": _("by finding"),
        "status": _("{status}, data as of {date}"),
        "hash": "SHA-256 {hash}",
        "reported_by": _("Reported by {name}"),
        "sources": _("Sources and versions"),
        "cut_off": _("Data as of {date}"),
        "units": _("Administrative units of {date}; register {hash}"),
        "reported_on": _("Reported by the communes of {date}: {rule}"),
        "code": _("Version of the software: {version}."),
        "hidden": _("The lines of this table are not shown in this version; the file is named above."),
        "unresolved": _("The way of this figure to its sources is not laid in this version of the page."),
        "broken": _("The record of this page cannot be read in this browser."),
        "item": _("Content"),
        "illustrative": stamps.illustrative(),
        "norms": _("Unit costs applied"),
        "measure": _("Work or task"),
        "unit_cost": _("Unit cost, million VND"),
        "prices": _("Prices of"),
        "norm_source": _("Basis and source"),
        "row": _("row {row}"),
        "year": _("Year"),
        "work": _("Criterion and work"),
        "volume": _("Scale"),
        "money": _("Money (million VND)"),
        "scenario": _("Scenario"),
        "changed": _("Block {block}: {setting} = {value} (base: {base})."),
        "settings": _(
            "Parts of the settings that decide it: {parts}; as in {file} where the scenario changes nothing."
        ),
        "digest": _("Fingerprint of the planning problem: {digest}"),
    }
