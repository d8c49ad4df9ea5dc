"""Real Chromium, started once; a dossier of the hand-made case, or any that is named.

`PURPORT_DOSSIER` names a finished dossier to look at instead of the hand-made one;
`PURPORT_SCREENSHOTS` names a folder into which the pictures for the README are written.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from purport.reports import write_dossier

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path

BUILDER = Path(__file__).parents[1] / "unit" / "reports" / "hand_made_case.py"


@pytest.fixture(scope="session")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier under test."""
    named = os.environ.get("PURPORT_DOSSIER")
    if named:
        return Path(named).resolve()
    folder = tmp_path_factory.mktemp("dossier")
    made = _load_builder().make_hand_made_case(folder)
    return write_dossier(
        made.case,
        media_path=made.path_of,
        reference_path=made.path_of,
        out=folder / "dossier.html",
    )


def _load_builder() -> HandMade:
    spec = importlib.util.spec_from_file_location("hand_made_case", BUILDER)
    if spec is None or spec.loader is None:
        message = f"{BUILDER} cannot be loaded"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("hand_made_case", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser that the system has installed.

    It ends with the module: Playwright keeps an event loop in this thread, in which Django refuses
    to work.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is not installed: run scripts/install-test-packages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page and what went on behind it."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Open: TypeAlias = Callable[..., Any]


@pytest.fixture
def visit(chromium: Browser, dossier: Path) -> Callable[..., Any]:
    """Open the dossier from its file; use as `with visit(width=390) as opened`."""

    @contextmanager
    def opened(
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        scale: float = 1.0,
    ) -> Iterator[Visit]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            device_scale_factor=scale,
        )
        visit = Visit(page=context.new_page())
        visit.page.on("console", lambda message: visit.console.append(message.text))
        visit.page.on("pageerror", lambda error: visit.console.append(str(error)))
        visit.page.on("request", lambda request: _note(visit, request))
        visit.page.goto(dossier.as_uri(), wait_until="load")
        yield visit
        context.close()

    return opened


def _note(visit: Visit, request: Request) -> None:
    if not request.url.startswith("data:"):
        visit.requests.append(request.url)


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of the page go."""
    named = os.environ.get("PURPORT_SCREENSHOTS")
    if not named:
        return tmp_path_factory.mktemp("screenshots")
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
