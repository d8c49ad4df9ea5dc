"""The scripts and styles in the package are what the sources in frontend/ give."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "src" / "purport" / "web" / "static" / "room"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with their libraries, installed as they are locked."""
    if shutil.which("npm") is None:
        pytest.fail("npm is not installed: run scripts/install-test-packages")
    folder = tmp_path_factory.mktemp("frontend") / "frontend"
    shutil.copytree(
        ROOT / "frontend", folder, ignore=shutil.ignore_patterns("node_modules", ".gitignore")
    )
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder


def test_the_built_files_are_those_of_the_sources(frontend: Path, tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", tmp_path / "built"], cwd=frontend, check=True)
    fresh = {path.name: path.read_bytes() for path in (tmp_path / "built").iterdir()}
    kept = {path.name: path.read_bytes() for path in BUILT.iterdir()}
    assert sorted(fresh) == sorted(kept)
    assert [name for name in fresh if fresh[name] != kept[name]] == []


def test_the_sources_hold_to_their_types(frontend: Path) -> None:
    subprocess.run(["npx", "tsc", "--noEmit"], cwd=frontend, check=True)


def test_the_lock_names_no_address_of_an_index(frontend: Path) -> None:
    assert '"resolved"' not in (frontend / "package-lock.json").read_text(encoding="utf-8")
