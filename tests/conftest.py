"""Give every test the shipped project, without what a user may have brought."""

import shutil
from pathlib import Path

import pytest

from ntm_lib.project import Project

ROOT = Path(__file__).parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together, so that what a file sets up is set up in one process."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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


@pytest.fixture
def own_project(tmp_path: Path) -> Project:
    """Return a copy of the shipped project that a test may change."""
    root = tmp_path / "project"
    ignore = shutil.ignore_patterns("local", ".ipynb_checkpoints")
    for name in ("data", "parameters", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    return Project(root)
