"""Give every test the shipped project, without what a user may have brought."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ntm_lib.project import Project

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the shipped project with an empty ``data/local``, so that no test depends on what a user brought."""
    root = tmp_path_factory.mktemp("project")
    for name in ("parameters", "notebooks"):
        (root / name).symlink_to(ROOT / name)
    (root / "data").mkdir()
    for path in (ROOT / "data").iterdir():
        if path.name != "local":
            (root / "data" / path.name).symlink_to(path)
    return Project(root)


@pytest.fixture(autouse=True)
def _active(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(project.root))
    monkeypatch.setenv("NTM_LANG", "vi")


def copy_project(folder: Path) -> Project:
    """Return a copy of the shipped project in ``folder``."""
    root = folder / "project"
    ignore = shutil.ignore_patterns("local", ".ipynb_checkpoints")
    for name in ("data", "parameters", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    return Project(root)


@pytest.fixture
def own_project(tmp_path: Path) -> Project:
    """Return a copy of the shipped project that a test may change."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def copied_project() -> Callable[[Path], Project]:
    """Return a function that copies the shipped project into a folder, for what several tests of a file read."""
    return copy_project
