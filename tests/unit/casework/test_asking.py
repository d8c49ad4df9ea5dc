"""A language model that is asked for claims, and a stub of one that misbehaves."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from purport.casework import ModelChoice, Workspace, ask_for_claims, collect_story
from purport.casework.claims import update_claims
from purport.casework.holdings import live_claims
from purport.cli._main import purport
from purport.core.errors import InputError
from purport.store import Attachment, AttachmentKind

STORY = (
    "Raid on Selden\n\n"
    "The ministry said that eight targets were hit near Kelder.\n\n"
    "Marit Solheim heard it all. Her verdict on the raid: only the fish depot burned.\n"
)
GOOD = {
    "source": "Marit Solheim",
    "cue": "Her verdict",
    "content": ["only the fish depot burned"],
    "slots": [
        {"attr": "target_type", "text": "fish depot", "value": "fish depot"},
        {"attr": "place", "text": "Port Selden"},
    ],
}
KNOWN = {"source": "The ministry", "cue": "said", "content": ["eight targets were hit near Kelder"]}
INVENTED = {"source": "The ministry", "cue": "admitted", "content": ["we bombed the harbour"]}


class _Stub(BaseHTTPRequestHandler):
    """Answers as the test says."""

    answer: ClassVar[Callable[["_Stub"], None]]
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).asked.append(
            {"path": self.path, "body": json.loads(self.rfile.read(length)),
             "key": self.headers.get("Authorization")}
        )  # fmt: skip
        type(self).answer(self)

    def say(self, content: str, *, status: int = 200) -> None:
        body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.send(body, status=status)

    def send(self, body: bytes, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep still."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    _Stub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def story_file(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "case", create=True) as opened:
        yield opened


def _answers(text: str) -> Callable[[_Stub], None]:
    return lambda stub: stub.say(text)


def _attributions(*proposals: dict[str, Any]) -> str:
    return json.dumps({"attributions": list(proposals)})


def test_a_proposal_whose_words_are_there_becomes_a_claim(
    endpoint: str, story_file: Path, workspace: Workspace
) -> None:
    _Stub.answer = _answers(_attributions(GOOD, KNOWN, INVENTED))
    story = collect_story(workspace, story_file)
    report = ask_for_claims(workspace, story, ModelChoice(url=endpoint, model="stub"))
    assert (report.proposed, report.kept) == (3, 1)
    assert dict(report.dropped) == {"known": 1, "not_verbatim": 1, "field_not_verbatim": 1}
    by_rules, proposed = live_claims(workspace)
    assert by_rules.proposed_by == "rules"
    assert proposed.proposed_by == f"stub at {endpoint}"
    assert proposed.claimant == "Marit Solheim"
    assert [slot.span.exact for slot in proposed.slots] == ["fish depot"]
    for span in (*proposed.source, *proposed.cue, *proposed.content):
        assert story.text[span.start : span.end] == span.exact


def test_the_request_is_openai_compatible_and_holds_the_schema(
    endpoint: str, story_file: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PURPORT_LLM_KEY", "s3cret")
    _Stub.answer = _answers(_attributions())
    story = collect_story(workspace, story_file)
    ask_for_claims(workspace, story, ModelChoice(url=f"{endpoint}/v1/", model="stub"))
    (asked,) = _Stub.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["key"] == "Bearer s3cret"
    assert asked["body"]["model"] == "stub"
    assert asked["body"]["response_format"]["type"] == "json_schema"
    assert "only the fish depot burned" in asked["body"]["messages"][1]["content"]


def test_what_the_model_said_is_on_record_and_needs_no_second_asking(
    endpoint: str, story_file: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PURPORT_LLM_KEY", "s3cret")
    said = _attributions(GOOD, INVENTED)
    _Stub.answer = _answers(said)
    story = collect_story(workspace, story_file)
    ask_for_claims(workspace, story, ModelChoice(url=endpoint, model="stub"))
    before = live_claims(workspace)
    assert update_claims(workspace) == before
    assert len(_Stub.asked) == 1
    (attachment,) = (
        stored.record
        for stored in workspace.store.live(Attachment)
        if stored.record.kind is AttachmentKind.MODEL_ANSWERS
    )
    with workspace.vault.open(attachment.digest) as stream:
        content = stream.read().decode()
    record = json.loads(content)
    assert record["answers"] == [{"outcome": "answered", "fault": None, "said": said}]
    assert record["dropped"][-1] == {"reason": "not_verbatim", "words": "['we bombed the harbour']"}
    assert "s3cret" not in content


def _drip(stub: _Stub) -> None:
    stub.send_response(200)
    stub.end_headers()
    for _ in range(40):
        try:
            stub.wfile.write(b" ")
            stub.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def _sleep(stub: _Stub) -> None:
    time.sleep(1.2)
    stub.say("{}")


def _redirect(stub: _Stub) -> None:
    stub.send_response(307)
    stub.send_header("Location", "http://127.0.0.1:9/elsewhere")
    stub.end_headers()


def _hang_up(stub: _Stub) -> None:
    stub.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    stub.close_connection = True


MISBEHAVIOUR: dict[str, tuple[Callable[[_Stub], None], str]] = {
    "invalid JSON": (_answers("Sure! Here are the claims: {"), "it is not JSON"),
    "NaN": (_answers('{"attributions": [NaN]}'), "it is not JSON"),
    "off the schema": (_answers('{"attributions": [{"source": 3}]}'), "does not follow the schema"),
    "a list": (_answers("[]"), "does not follow the schema"),
    "deeply nested": (_answers("[" * 100_000 + "]" * 100_000), "JSON"),
    "no chat answer": (lambda stub: stub.send(b'{"error": "no model"}'), "no chat answer"),
    "bytes": (lambda stub: stub.send(b"\x80\xff" * 50), "no chat answer"),
    "an error": (lambda stub: stub.say("", status=500), "answered 500"),
    "a redirect": (_redirect, "answered 307"),
    "too late": (_sleep, "no whole answer in"),
    "byte by byte": (_drip, "no whole answer in"),
    "hanging up": (_hang_up, "no chat answer"),
    "huge": (lambda stub: stub.say("x" * (5 << 20)), "longer than"),
    "long": (lambda stub: stub.say("x" * (2 << 20)), "longer than"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_a_model_that_misbehaves_changes_nothing(
    name: str, endpoint: str, story_file: Path, workspace: Workspace
) -> None:
    _Stub.answer, expected = MISBEHAVIOUR[name]
    story = collect_story(workspace, story_file)
    before = live_claims(workspace)
    started = time.monotonic()
    report = ask_for_claims(
        workspace, story, ModelChoice(url=endpoint, model="stub", timeout_s=0.6)
    )
    assert time.monotonic() - started < 10
    assert report.kept == 0
    (fault,) = report.faults
    assert expected in fault
    assert live_claims(workspace) == before


def test_nobody_at_the_address(story_file: Path, workspace: Workspace) -> None:
    story = collect_story(workspace, story_file)
    choice = ModelChoice(url="http://127.0.0.1:9", model="stub", timeout_s=2)
    assert "could not be asked" in ask_for_claims(workspace, story, choice).faults[0]


@pytest.mark.parametrize("url", ["ftp://host/", "file:///etc/passwd", "https://a:b@host/", "host"])
def test_addresses_that_are_not_asked(url: str) -> None:
    with pytest.raises(InputError):
        ModelChoice(url=url, model="stub")


def test_same_words_from_another_speaker_are_counted_and_dropped(
    endpoint: str, story_file: Path, workspace: Workspace
) -> None:
    _Stub.answer = _answers(_attributions({**KNOWN, "source": "Marit Solheim"}))
    story = collect_story(workspace, story_file)
    report = ask_for_claims(workspace, story, ModelChoice(url=endpoint, model="stub"))
    assert dict(report.dropped) == {"other_source": 1}


def test_russian_and_arabic_keep_their_offsets(
    endpoint: str, tmp_path: Path, workspace: Workspace
) -> None:
    russian = "Минобороны России заявило: «поражено 8 целей ИГИЛ»."
    arabic = "قال ناشطون إن الغارات أصابت مستشفى في اللطامنة."
    path = tmp_path / "story.txt"
    path.write_text(f"Новости 🛩️\n\n{russian}\n\n{arabic}\n", encoding="utf-8")
    _Stub.answer = _answers(
        _attributions(
            {"source": "Минобороны России", "cue": "заявило", "content": ["поражено 8 целей ИГИЛ"],
             "slots": [{"attr": "target_count", "text": "8 целей"}]},
            {"source": "ناشطون", "cue": "قال", "content": ["الغارات أصابت مستشفى في اللطامنة"],
             "slots": [{"attr": "place", "text": "اللطامنة"}]},
        )
    )  # fmt: skip
    story = collect_story(workspace, path)
    report = ask_for_claims(workspace, story, ModelChoice(url=endpoint, model="stub"))
    assert (report.kept, report.dropped) == (2, ())
    claims = {claim.claimant: claim for claim in live_claims(workspace)}
    assert claims["Минобороны России"].slots[0].value == 8
    for claim in claims.values():
        for span in (*claim.source, *claim.cue, *claim.content, *(s.span for s in claim.slots)):
            assert story.text[span.start : span.end] == span.exact


def test_on_the_command_line(endpoint: str, story_file: Path, tmp_path: Path) -> None:
    _Stub.answer = _answers(_attributions(GOOD))
    runner = CliRunner()
    folder = str(tmp_path / "case")
    assert runner.invoke(purport, ["init", "-w", folder]).exit_code == 0
    added = runner.invoke(
        purport,
        ["add", "story", str(story_file), "-w", folder, "--llm", endpoint, "--model", "stub"],
    )
    assert added.exit_code == 0
    assert "1 proposed, 1 kept" in added.output
    shown = runner.invoke(purport, ["claims", "-w", folder])
    assert f"proposed by stub at {endpoint}" in shown.output
    alone = runner.invoke(
        purport, ["add", "story", str(story_file), "-w", folder, "--llm", endpoint]
    )
    assert "--model" in alone.output
