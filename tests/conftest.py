"""A case room served by a process of its own, as `purport serve` does it, and people in it."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, settings
from tests.noise import write_noise

ReportT = TypeVar("ReportT", pytest.TestReport, pytest.CollectReport)
STARTED_WITHIN_S = 180.0
ANSWERS_WITHIN_S = 300.0
SLOW_S = 60.0
LINK = re.compile(r"http://\S+/enter/\S+")
MAILS_APART = re.compile(r"^-{79}\n", re.MULTILINE)
MAILED_CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)


# How fast the machine is decides no test, and the same code is asked the same questions; others are
# asked with --hypothesis-profile=default.
settings.register_profile(
    "purport", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("purport")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail where `PURPORT_SKIP_NOTHING` is set, as it is by .ci/run."""
    return _fail_when_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a module that skips itself fail, likewise."""
    return _fail_when_skipped((yield))


def _fail_when_skipped(report: ReportT) -> ReportT:
    if report.skipped and not hasattr(report, "wasxfail") and os.getenv("PURPORT_SKIP_NOTHING"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and here nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Let a test fail which leaves its process in real time: all others starve from there on."""
    result = yield
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        pytest.fail(f"{item.nodeid} left the process under a real-time policy", pytrace=False)
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say at once what failed and what took long: a run that is cut off has no end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.failed:
        sys.stdout.write(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}\n")
    elif report.duration > SLOW_S:
        sys.stdout.write(f"\nslow: {report.nodeid} ({report.when}), {report.duration:.0f} s\n")
    sys.stdout.flush()


@dataclass
class Person:
    """Somebody who is signed in, by a client that keeps cookies."""

    client: httpx.Client
    name: str

    def get(self, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Ask for a page."""
        return self.client.get(path, **rest)

    def post(self, path: str, data: dict[str, Any] | None = None, **rest: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a form, with the secret that its page gave."""
        headers = {
            "X-CSRFToken": self.client.cookies.get("purport_csrf") or "",
            **rest.pop("headers", {}),
        }
        return self.client.post(path, data=data or {}, headers=headers, **rest)

    def send(self, method: str, path: str, json: Any = None) -> httpx.Response:  # noqa: ANN401
        """Ask the API."""
        headers = {"X-CSRFToken": self.client.cookies.get("purport_csrf") or ""}
        return self.client.request(method, path, json=json, headers=headers)


@dataclass
class ServedRoom:
    """A room that is being served."""

    folder: Path
    process: subprocess.Popen[bytes]
    link: str
    log: Path
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def base(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def stranger(self) -> Person:
        """Somebody who is not signed in."""
        client = httpx.Client(base_url=self.base, follow_redirects=False, timeout=ANSWERS_WITHIN_S)
        self.clients.append(client)
        return Person(client, "")

    def owner(self) -> Person:
        """The owner, by the link of the terminal; of each room this works once."""
        someone = self.stranger()
        assert someone.get(urlsplit(self.link).path).status_code == 302
        someone.get("/")
        return Person(someone.client, "owner")

    def newcomer(self, owner: Person, key: str, role: str, name: str) -> Person:
        """Somebody new whom the owner invites into a case."""
        page = owner.post(f"/cases/{key}/people", {"role": role}).text
        found = LINK.search(page)
        assert found is not None
        path = urlsplit(found.group().split("<")[0]).path
        someone = self.stranger()
        someone.get(path)
        entered = someone.post(path, {"name": name, "password": "correct horse battery staple"})
        assert entered.status_code == 302, entered.text
        someone.get("/")
        return Person(someone.client, name)

    def reader(self, name: str) -> Person:
        """Somebody who makes themselves an account, by the code that is mailed to them."""
        someone = self.stranger()
        someone.get("/accounts/signup/")
        asked = {
            "email": f"{name}@example.org",
            "username": name,
            "password1": "correct horse battery staple",
        }
        signed = someone.post("/accounts/signup/", asked)
        assert signed.status_code == 302, signed.text
        code = MAILED_CODE.search(self._mail_to(name))
        assert code is not None
        someone.get(signed.headers["location"])
        entered = someone.post(signed.headers["location"], {"code": code.group(1)})
        assert entered.status_code == 302, entered.text
        someone.get("/published/")
        return Person(someone.client, name)

    @staticmethod
    def publish(
        asker: Person, reviewer: Person, form: dict[str, str], *, key: str = "case"
    ) -> None:
        """Have one person ask for an edition of a case, and another publish it."""
        at = f"/cases/{key}/publish"
        asked = asker.post(f"{at}/ask", form)
        assert asked.status_code == 302, asked.text
        waiting = re.search(rf'action="{at}/(\d+)"', reviewer.get(at).text)
        assert waiting is not None
        decided = reviewer.post(f"{at}/{waiting.group(1)}", {"decision": "publish"})
        assert decided.status_code == 302, decided.text

    def _mail_to(self, name: str) -> str:
        """Return the last mail to somebody, which a room without a mail server writes down."""
        files = sorted(
            (self.folder / "web" / "mail").iterdir(), key=lambda one: one.stat().st_mtime
        )
        # mails of one second may share a file: Django names it by the second and an object's number
        mails = [mail for one in files for mail in MAILS_APART.split(one.read_text("utf-8"))]
        told = [mail for mail in mails if f"\nTo: {name}@" in mail]
        return told[-1]

    def kill(self) -> None:
        """End it as a power cut would, with all processes that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(
    folder: Path, *options: str, environment: dict[str, str] | None = None
) -> Iterator[ServedRoom]:
    """Serve a workspace as a user would, on a free port."""
    command = [
        sys.executable,
        "-m",
        "purport.cli",
        "serve",
        "-w",
        str(folder),
        "--port",
        "0",
        *options,
    ]
    log = folder.with_name(f"{folder.name}.log")
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        )
    room = ServedRoom(folder=folder, process=process, link="", log=log)
    try:
        room.link = _link_of(process, log)
        yield room
    finally:
        for client in room.clients:
            client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                room.kill()
        print(f"--- what the server said\n{log.read_text(encoding='utf-8')}")  # noqa: T201 - shown when a test fails


def _link_of(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        found = LINK.search(log.read_text(encoding="utf-8"))
        if found is not None:
            return found.group()
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the room did not open: {log.read_text(encoding='utf-8')}")


def _server_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not versions:
        pytest.fail("PostgreSQL is not installed; run scripts/install-test-packages")
    return versions[-1]


def _as_postgres(*command: str | Path) -> None:
    subprocess.run(
        ["runuser", "-u", "postgres", "--", *map(str, command)],
        check=True,
        capture_output=True,
        cwd="/",
    )


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """Start a cluster of our own on a Unix socket; nothing listens on the network."""
    programs = _server_programs()
    folder = Path(tempfile.mkdtemp(prefix="purport-postgres-"))
    shutil.chown(folder, "postgres")
    data = folder / "data"
    try:
        _as_postgres(programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = programs / "pg_ctl"
        _as_postgres(control, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _as_postgres(control, "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def serve_room() -> Callable[..., Any]:
    """Serve a workspace; use as `with serve_room(folder) as room`."""
    return serving


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedRoom]:
    """An empty room, for all tests of a module."""
    with serving(tmp_path_factory.mktemp("room")) as served:
        yield served


@pytest.fixture(scope="module")
def owner(room: ServedRoom) -> Person:
    """The room's owner."""
    return room.owner()


@pytest.fixture(scope="module")
def example(owner: Person) -> str:
    """Key of the example case in the room, not checked yet."""
    response = owner.post("/example")
    assert response.status_code == 302, response.text
    return response.headers["location"].rstrip("/").rsplit("/", 1)[-1]


@pytest.fixture(scope="session")
def checked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the example's story and a clip of noise, checked; copy it before use.

    A process of its own makes it, so that it can be asked for while a browser is open.
    """
    made = tmp_path_factory.mktemp("checked")
    story = Path(__file__).parents[1] / "examples" / "harbour-road" / "story.html"
    clip = write_noise(made / "noise.mp4")
    folder = made / "case"
    command = [sys.executable, "-m", "purport.cli", "check", str(story), str(clip)]
    options = ["-w", str(folder), "--date", "2019-03-13", "--name", "Harbour Road"]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return folder


def _receivers() -> Any:  # noqa: ANN401 - a module that is loaded by its path
    return _beside("receivers")


def _beside(name: str) -> Any:  # noqa: ANN401 - a module that is loaded by its path
    spec = importlib.util.spec_from_file_location(
        f"purport_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(f"purport_{name}", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def trouble() -> Any:  # noqa: ANN401 - a module that is loaded by its path
    """What a web server can do to who asks it; `tests/misbehaving.py`."""
    return _beside("misbehaving")


@pytest.fixture
def site(trouble: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """A web server of ours that does what a test puts into its pages."""
    with trouble.served() as server:
        yield server


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An S3-compatible server in a process of its own, with an empty bucket `archive`."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    server = _beside("object_server").ObjectServer(tmp_path_factory.mktemp("moto") / "log")
    try:
        server.make_bucket("archive")
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def object_proxy(object_server: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """A proxy before that server that misbehaves when it is told to."""
    made = _beside("object_server").Proxy(object_server)
    yield made
    made.close()


@pytest.fixture
def s3(object_proxy: Any, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - as above
    """The proxy, on its best behaviour, as the store that the environment names."""
    import fsspec  # noqa: PLC0415 - an extra

    fsspec.get_filesystem_class("s3").clear_instance_cache()  # another module's speak to its proxy
    object_proxy.misdeed = lambda *_: None
    object_proxy.asked.clear()
    told = {"AWS_ENDPOINT_URL": object_proxy.address, **_beside("object_server").ENVIRONMENT}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("purport.vault.bucket._PAUSES_S", (0.0, 0.0, 0.0))
    return object_proxy


@pytest.fixture
def mail_sink() -> Iterator[Any]:
    """A mail server that keeps what it is given."""
    sink = _receivers().MailSink()
    yield sink
    sink.close()


@pytest.fixture
def push_service() -> Iterator[Any]:
    """A push service that checks who signed, and decrypts."""
    service = _receivers().PushService()
    yield service
    service.close()


@pytest.fixture
def subscriber() -> Any:  # noqa: ANN401 - its class lives in a module that is loaded by its path
    """A browser's keys, and how it reads what was encrypted for it."""
    return _receivers().Subscriber()
