"""What a reader is told of an event, in the language that is active: pages, mails and pushes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation

from purport.core.notices import EventKind
from purport.readers.telling import Change, Telling
from purport.web.words import spoken

__all__ = ["Headline", "headline_of"]


def _(words: str) -> str:
    """Translate; Django ships no types."""
    return str(translation.gettext(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An event in words."""

    title: str
    """What happened, in a line."""
    lines: tuple[str, ...]
    """What more there is to say."""
    path: str
    """Where it can be read, from the root of the site."""


def headline_of(told: Telling) -> Headline:
    """Put into words what a reader is told of an event."""
    return Headline(title=_title(told), lines=_lines(told), path=_path(told))


def _title(told: Telling) -> str:
    if told.withdrawn and told.event.body.get("withdrawn"):
        return _("A case that you follow was withdrawn")
    return _WHAT[told.event.kind](told, told.title or _("a published case"))


def _changed(told: Telling, case: str) -> str:
    if told.claimant:
        return _("A claim of %(claimant)s is rated otherwise: %(case)s") % {
            "claimant": told.claimant,
            "case": case,
        }
    return _("A claim is rated otherwise: %(case)s") % {"case": case}


def _corrected(told: Telling, case: str) -> str:
    del told
    return _("Correction: %(case)s") % {"case": case}


def _answered(told: Telling, case: str) -> str:
    return _("%(name)s answered your comment: %(case)s") % {"name": _who(told), "case": case}


def _decided(told: Telling, case: str) -> str:
    if told.event.to is None:
        return _("A reader's evidence was taken over: %(case)s") % {"case": case}
    if told.event.body.get("state") == "refused":
        return _("Your evidence was not taken over: %(case)s") % {"case": case}
    return _("Your evidence was taken over: %(case)s") % {"case": case}


def _commented(told: Telling, case: str) -> str:
    return _("%(name)s wrote a comment: %(case)s") % {"name": _who(told), "case": case}


_WHAT = {
    EventKind.VERDICT_CHANGED: _changed,
    EventKind.CORRECTION: _corrected,
    EventKind.REPLY: _answered,
    EventKind.EVIDENCE_ACCEPTED: _decided,
    EventKind.COMMENT: _commented,
}


def _who(told: Telling) -> str:
    return told.event.actor_name or _("Somebody")


def _lines(told: Telling) -> tuple[str, ...]:
    changes = tuple(_change(one) for one in told.changes)
    return (*changes, told.words) if told.words else changes


def _change(change: Change) -> str:
    words: Mapping[str, str] = {
        "part": spoken(change.part, "part"),
        "before": spoken(change.before, "rating") if change.before else _("not rated"),
        "after": spoken(change.after, "rating") if change.after else _("not rated"),
    }
    return _("%(part)s: %(after)s, before that %(before)s") % words


def _path(told: Telling) -> str:
    """Return where it stands: the claim where there is one, at the comment where there is one."""
    event = told.event
    by_comment = event.kind in {EventKind.REPLY, EventKind.COMMENT} and event.subject
    page = (
        reverse("published_claim", args=[event.case, event.claim])
        if told.claimant
        else reverse("published_case", args=[event.case])
    )
    return f"{page}#c-{event.subject}" if by_comment else str(page)
