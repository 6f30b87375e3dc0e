"""The files of the project itself agree with one another."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from ntm_lib.strict_yaml import read_yaml

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOSTS = re.compile(r"files\.python" + r"hosted|py" + r"pi\.org|registry\.npm" + r"js|deb\.deb" + r"ian")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def test_environment_yml_has_the_packages_and_bounds_of_pyproject() -> None:
    environment = read_yaml(ROOT / "environment.yml")
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    found = sorted([*conda, *pip])
    extras = PYPROJECT["optional-dependencies"]
    wanted = sorted(
        [f"python{PYPROJECT['requires-python']}", "pip", *PYPROJECT["dependencies"], *extras["dev"], "-e ."]
    )
    assert found == wanted


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_every_dependency_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text)
    pinned = {re.match(r"[a-z0-9.\-_]+", entry)[0] for entry in entries if "==" in entry}
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
    direct = [re.match(r"[A-Za-z0-9.\-_]+", entry)[0] for entry in PYPROJECT["dependencies"]]
    assert {dependency.replace(".", "-") for dependency in direct} <= {pin.replace(".", "-") for pin in pinned}
    assert "://" not in text


def test_no_tracked_file_names_a_registry_host_or_is_too_large() -> None:
    for path in _tracked():
        if path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".csv", ""}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not HOSTS.search(text), f"{path.relative_to(ROOT)} names a registry host"
        assert path.stat().st_size < 1_500_000, f"{path.relative_to(ROOT)} is too large"


def test_modules_stay_small() -> None:
    long = [path.name for path in _tracked() if path.suffix == ".py" and len(path.read_text().splitlines()) > 400]
    assert not long


def test_notebooks_are_stored_without_outputs() -> None:
    import nbformat

    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                assert not cell.outputs
                assert cell.execution_count is None
                assert len(cell.source.splitlines()) <= 10
                assert "def " not in cell.source


def test_readme_names_the_two_commands_and_every_ntm_command() -> None:
    from typer.main import get_command

    from ntm_lib.cli import app

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make reports" in text
    assert "make test" in text
    for name in get_command(app).commands:
        assert f"`ntm {name}" in text, f"the README does not tell of `ntm {name}`"
