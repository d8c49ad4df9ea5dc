"""Pages of the case room in a real Chromium: who sits there, what was said, what was asked for."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.core.editions import Safety
from purport.core.ratings import Rating

ROOT = Path(__file__).parents[3]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DRAWN_SLOWLY = "GL Driver Message (OpenGL, Performance"
"""What Chromium says of itself where it draws WebGL without a graphics card; not of the page."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Sitting:
    """A browser in which somebody is signed in, and what went on in it."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.base + path, wait_until="load")
        return self.page

    def settle(self, script: str, *, wanted: object = True, within_ms: int = 15_000) -> None:
        """Ask the page until it answers as wanted (the policy forbids Playwright's own wait)."""
        for _ in range(within_ms // 50):
            if self.ask(script) == wanted:
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"{script} was not {wanted!r} but {self.ask(script)!r}")

    def ask(self, script: str) -> object:
        """Ask the page something; a page that is just being left for the next has no answer."""
        try:
            return self.page.evaluate(script)
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
            return None

    def violations(self) -> list[str]:
        """Return what axe-core holds against the page, by WCAG 2.2 AA."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
            ".then(told => told.violations)",
            RULES,
        )
        return [
            f"{one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for one in found
            for node in one["nodes"]
        ]

    def require_calm(self) -> None:
        """Check that no script complained, and that nothing was asked of another host."""
        assert self.complaints == []
        assert self.elsewhere == []


Seat = Callable[..., Any]


def _confirm(folder: Path, safety: Callable[..., Safety] | None) -> str:
    """Stand behind one rating, and publish the case where it is said how; return the claim."""
    with Workspace.open(folder) as workspace:
        case = case_file(workspace)
        verdict = next(
            one for one in case.verdicts if one.links and one.rating is not Rating.NOT_CHECKABLE
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked at it."
        )
        if safety is not None:
            said = safety(tuple(item.record.digest for item in case.items))
            draft = EditionDraft(
                key="case", title="Harbour Road", summary="Nobody could tell.", safety=said
            )
            edition = ask_for_edition(workspace, draft, author="Ann")
            decide_edition(workspace, edition.number, publish=True, author="Ben")
    return verdict.claim


@pytest.fixture(scope="module")
def confirmed_case(
    checked_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., tuple[Path, str]]:
    """The story checked and one rating confirmed: `folder, claim = confirmed_case(publish=True)`.

    With `publish` readers see it; `safety`, called with the digests of the items, says what of it.
    """

    def make(
        *, publish: bool = False, safety: Callable[..., Safety] = lambda _items: Safety()
    ) -> tuple[Path, str]:
        folder = tmp_path_factory.mktemp("confirmed") / "room"
        shutil.copytree(checked_folder, folder, symlinks=True)
        with ThreadPoolExecutor(1) as apart:  # Playwright's event loop is in this thread
            claim = apart.submit(_confirm, folder, safety if publish else None).result()
        return folder, claim

    return make


@pytest.fixture(scope="session", autouse=True)
def axe() -> None:
    """See to it that axe-core is there, as it is locked."""
    if not AXE.is_file():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=ROOT / "frontend", check=True)


@pytest.fixture
def seat(chromium: Browser) -> Seat:
    """Sit somebody down at a browser: `with seat(room, person, scheme="dark") as sitting`."""

    @contextmanager
    def seated(
        room: Any,  # noqa: ANN401 - its class lives in a conftest
        person: Any = None,  # noqa: ANN401 - its class lives in a conftest
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
    ) -> Iterator[Sitting]:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        if person is not None:
            context.add_cookies(
                [
                    {"name": cookie.name, "value": cookie.value or "", "url": room.base}
                    for cookie in person.client.cookies.jar
                ]
            )
        sitting = Sitting(context=context, page=context.new_page(), base=room.base)
        host = urlsplit(room.base).netloc
        sitting.page.on(
            "console",
            lambda said: (
                sitting.complaints.append(said.text)
                if said.type in {"error", "warning"} and DRAWN_SLOWLY not in said.text
                else None
            ),
        )
        sitting.page.on("pageerror", lambda error: sitting.complaints.append(str(error)))
        sitting.page.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).scheme in {"data", "blob"}
                or urlsplit(request.url).netloc == host
                else sitting.elsewhere.append(request.url)
            ),
        )
        yield sitting
        context.close()

    return seated
