"""Asking a language model for attributions: any endpoint that speaks OpenAI's chat protocol.

Optional, and never trusted: an answer that is late, too long, not JSON or off the schema is
recorded as such and changes nothing. What a model said lies in the vault, with the counts of what
was kept and dropped, so that a later run needs no model to come to the same claims. The story's
text goes to the address that the user names, and nowhere else.
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.core.digests import Digest, JsonObject
from purport.core.errors import InputError
from purport.ledger import (
    Dropped,
    Settled,
    chat_request,
    parse_answer,
    portions,
    settle_proposals,
)
from purport.store import Attachment, AttachmentKind

__all__ = ["ModelChoice", "ModelReport", "ask_model", "proposed_claims"]

_MAX_ANSWER_BYTES = 4 << 20
"""Longest answer that is read; 200 attributions of a story take about 100 kB."""
_CHUNK_BYTES = 1 << 16
_MAX_PORTIONS = 200
_MAX_KEPT_TEXT = 1 << 20
"""Characters of an answer that go on record."""
_SCHEMA = "purport.model-answers/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which model is asked, and where.

    Args:
        url: Address of the endpoint ("http://localhost:11434/v1").
        model: Name of the model there.
        timeout_s: Longest time that an answer to one portion may take, from asking to its last
            byte. [s]

    Raises:
        InputError: The address is not http or https, or holds a password.
    """

    url: str
    model: str
    timeout_s: float = 120.0

    def __post_init__(self) -> None:
        """Refuse an address that cannot be asked, or that would put a secret on record."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError(
                "--llm",
                f"{self.url!r} is no http or https address",
                remedy="Give the endpoint's address, as http://localhost:11434/v1.",
            )
        if parts.username or parts.password or parts.query:
            raise InputError(
                "--llm",
                "the address holds a name, password or query, which would go on record",
                remedy="Give the key in the environment variable PURPORT_LLM_KEY.",
            )

    @property
    def endpoint(self) -> str:
        """Address that takes chat requests."""
        plain = self.url.rstrip("/")
        if plain.endswith("/chat/completions"):
            return plain
        return f"{plain if plain.endswith('/v1') else f'{plain}/v1'}/chat/completions"

    @property
    def label(self) -> str:
        """How the record names it."""
        return f"{self.model} at {self.url}"


class AnswerOutcome(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    """It answered after the schema."""
    INVALID = "invalid"
    """Its answer was not JSON, or not after the schema."""
    NO_CHAT = "no_chat"
    """What came is no chat answer."""
    REFUSED = "refused"
    """The endpoint answered with an error."""
    TIMED_OUT = "timed_out"
    """It took too long."""
    TOO_LONG = "too_long"
    """Its answer was longer than is read."""
    UNREACHABLE = "unreachable"
    """Nothing could be reached, or the connection broke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    outcome: AnswerOutcome
    said: str = ""
    """What came, as far as it is kept."""
    fault: str | None = None
    attributions: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """What came of asking a model about a story."""

    label: str
    """Which model."""
    requests: int
    """Portions put to it."""
    faults: tuple[str, ...]
    """What was wrong with answers that could not be used, one for each."""
    proposed: int
    """Attributions in the answers that could."""
    kept: int
    """Of these, those that became claims."""
    dropped: tuple[tuple[str, int], ...]
    """Reasons and counts of what was dropped, whole proposals and single fields, sorted."""


def ask_model(
    workspace: Workspace, story: StoryText, choice: ModelChoice, known: Sequence[Claim]
) -> ModelReport:
    """Ask a model about a story, put what it said on record, and tell what can be kept of it.

    Args:
        workspace: Where the record goes.
        story: The story.
        choice: Which model.
        known: The claims of the rules.
    """
    asked = portions(story)[:_MAX_PORTIONS]
    answers = [_ask(choice, portion) for portion in asked]
    proposals = [each for answer in answers for each in answer.attributions]
    settled = settle_proposals(story, proposals, known, proposed_by=choice.label)
    _record(workspace, story, choice, answers=answers, settled=settled)
    return ModelReport(
        label=choice.label,
        requests=len(asked),
        faults=tuple(answer.fault for answer in answers if answer.fault is not None),
        proposed=len(proposals),
        kept=len(settled.claims),
        dropped=_counts(settled.dropped),
    )


def proposed_claims(
    workspace: Workspace, story: StoryText, known: Sequence[Claim]
) -> tuple[Claim, ...]:
    """Return the claims that models proposed for a story, from what they said on record."""
    claims: dict[str, Claim] = {}
    for stored in workspace.store.live(Attachment):
        attachment = stored.record
        if attachment.kind is not AttachmentKind.MODEL_ANSWERS:
            continue
        record = _load(workspace, attachment.digest)
        if record.get("document") != story.document.digest:
            continue
        said = [str(answer["said"]) for answer in record["answers"]]
        proposals = [each for text in said for each in parse_answer(text).attributions]
        taken = (*known, *claims.values())
        settled = settle_proposals(story, proposals, taken, proposed_by=str(record["label"]))
        claims.update({claim.id: claim for claim in settled.claims})
    return tuple(claims.values())


def _load(workspace: Workspace, digest: Digest) -> Any:  # noqa: ANN401 - our own JSON
    with workspace.vault.open(digest) as stream:
        return json.load(stream)


def _record(
    workspace: Workspace,
    story: StoryText,
    choice: ModelChoice,
    *,
    answers: Sequence[_Answer],
    settled: Settled,
) -> None:
    """Put into the vault what the model said, and how much of it was kept."""
    content: JsonObject = {
        "schema": _SCHEMA,
        "label": choice.label,
        "model": choice.model,
        "endpoint": choice.endpoint,
        "document": story.document.digest,
        "answers": [
            {
                "outcome": answer.outcome.value,
                "fault": answer.fault,
                "said": answer.said if len(answer.said) <= _MAX_KEPT_TEXT else "",
            }
            for answer in answers
        ],
        "kept": [claim.id for claim in settled.claims],
        "dropped": [{"reason": each.reason.value, "words": each.words} for each in settled.dropped],
    }
    encoded = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode(
        "utf-8", errors="backslashreplace"
    )
    name = f"model-answers-{story.document.digest[:12]}.json"
    digest = workspace.vault.put_bytes(encoded, name=name)
    workspace.record(
        [Attachment(kind=AttachmentKind.MODEL_ANSWERS, digest=digest, name=name)],
        Act(kind="collected", subject=digest, details={"bytes": [digest]}),
    )


def _counts(dropped: Sequence[Dropped]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(each.reason.value for each in dropped).items()))


def _ask(choice: ModelChoice, portion: str) -> _Answer:
    """Put a portion to the model; whatever goes wrong is an answer that says so."""
    body = json.dumps(chat_request(choice.model, portion)).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key := os.environ.get("PURPORT_LLM_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(  # noqa: S310 - http and https only, see ModelChoice
        choice.endpoint, data=body, headers=headers, method="POST"
    )
    deadline = time.monotonic() + choice.timeout_s
    try:
        with _OPENER.open(request, timeout=choice.timeout_s) as response:
            content = _read(response, deadline)
    except urllib.error.HTTPError as error:
        return _failed(AnswerOutcome.REFUSED, f"the endpoint answered {error.code}")
    except TimeoutError:
        return _failed(AnswerOutcome.TIMED_OUT, f"no whole answer in {choice.timeout_s:g} s")
    except (OSError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            return _failed(AnswerOutcome.TIMED_OUT, f"no whole answer in {choice.timeout_s:g} s")
        return _failed(AnswerOutcome.UNREACHABLE, f"it could not be asked ({str(error)[:120]})")
    if content is None:
        return _failed(AnswerOutcome.TOO_LONG, f"its answer is longer than {_MAX_ANSWER_BYTES} B")
    return _understood(content)


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes | None:
    """Read an answer as it comes; None when it is too long."""
    parts: list[bytes] = []
    length = 0
    while part := response.read1(_CHUNK_BYTES):
        parts.append(part)
        length += len(part)
        if length > _MAX_ANSWER_BYTES:
            return None
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(parts)


def _understood(content: bytes) -> _Answer:
    try:
        said = json.loads(content)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        said = None
    if not isinstance(said, str):
        return _failed(AnswerOutcome.NO_CHAT, "what came is no chat answer")
    if len(said) > _MAX_KEPT_TEXT:
        return _failed(
            AnswerOutcome.TOO_LONG, f"its answer is longer than {_MAX_KEPT_TEXT} characters"
        )
    parsed = parse_answer(said)
    outcome = AnswerOutcome.ANSWERED if parsed.fault is None else AnswerOutcome.INVALID
    return _Answer(outcome=outcome, said=said, fault=parsed.fault, attributions=parsed.attributions)


def _failed(outcome: AnswerOutcome, fault: str) -> _Answer:
    return _Answer(outcome=outcome, fault=fault)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A story goes to the address that was given, not to where that points."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing; the answer 3xx is then an error."""
        return


_OPENER = urllib.request.build_opener(_NoRedirect)
