"""Words that come from the records and from refusals, in the language that is active.

Records and errors are in English, as programs read them too. Pages of readers show them through
these two: `spoken` for the fixed words of the records, `told` for what went wrong.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from django.utils import translation
from django.utils.translation import pgettext_lazy
from django.utils.translation.trans_real import gettext_noop

from purport.core.claims import Part
from purport.core.discussion import CommentState, EvidenceKind, EvidenceState, ModerationAction
from purport.core.ratings import Confidence, Likelihood, Rating, Stance
from purport.reports import humanise

__all__ = ["FAULTS", "VOCABULARY", "spoken", "told"]

VOCABULARY: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "rating": {
            Rating.SUPPORTED: pgettext_lazy("rating", "Supported"),
            Rating.PARTLY_SUPPORTED: pgettext_lazy("rating", "Partly supported"),
            Rating.UNPROVEN: pgettext_lazy("rating", "Unproven"),
            Rating.CONTRADICTED: pgettext_lazy("rating", "Contradicted"),
            Rating.NOT_CHECKABLE: pgettext_lazy("rating", "Not checkable"),
        },
        "part": {
            Part.AUTHENTIC: pgettext_lazy("part of a claim", "authentic"),
            Part.WHERE: pgettext_lazy("part of a claim", "where"),
            Part.WHEN: pgettext_lazy("part of a claim", "when"),
            Part.WHO: pgettext_lazy("part of a claim", "who"),
            Part.WHAT: pgettext_lazy("part of a claim", "what"),
            Part.HOW_MANY: pgettext_lazy("part of a claim", "how many"),
        },
        "confidence": {
            Confidence.LOW: pgettext_lazy("confidence", "low confidence"),
            Confidence.MODERATE: pgettext_lazy("confidence", "moderate confidence"),
            Confidence.HIGH: pgettext_lazy("confidence", "high confidence"),
        },
        "likelihood": {
            Likelihood.ALMOST_NO_CHANCE: pgettext_lazy("likelihood", "almost no chance"),
            Likelihood.VERY_UNLIKELY: pgettext_lazy("likelihood", "very unlikely"),
            Likelihood.UNLIKELY: pgettext_lazy("likelihood", "unlikely"),
            Likelihood.ROUGHLY_EVEN: pgettext_lazy("likelihood", "roughly even chance"),
            Likelihood.LIKELY: pgettext_lazy("likelihood", "likely"),
            Likelihood.VERY_LIKELY: pgettext_lazy("likelihood", "very likely"),
            Likelihood.ALMOST_CERTAIN: pgettext_lazy("likelihood", "almost certain"),
        },
        "stance": {
            Stance.SUPPORTS: pgettext_lazy("evidence", "supports"),
            Stance.CONTRADICTS: pgettext_lazy("evidence", "contradicts"),
            Stance.NEUTRAL: pgettext_lazy("evidence", "neutral"),
            Stance.NOT_APPLICABLE: pgettext_lazy("evidence", "not applicable"),
        },
        "action": {
            ModerationAction.APPROVED: pgettext_lazy("what a moderator did", "approved"),
            ModerationAction.HIDDEN: pgettext_lazy("what a moderator did", "hidden"),
            ModerationAction.RESTORED: pgettext_lazy("what a moderator did", "restored"),
            ModerationAction.FEATURED: pgettext_lazy("what a moderator did", "featured"),
            ModerationAction.UNFEATURED: pgettext_lazy("what a moderator did", "unfeatured"),
            ModerationAction.CLOSED: pgettext_lazy("what a moderator did", "closed"),
            ModerationAction.OPENED: pgettext_lazy("what a moderator did", "opened"),
        },
        "offer": {
            EvidenceKind.POSITION: pgettext_lazy("what is offered", "position"),
            EvidenceKind.APPEARANCE: pgettext_lazy("what is offered", "earlier appearance"),
            EvidenceKind.CORRECTION: pgettext_lazy("what is offered", "correction"),
        },
        "state": {
            EvidenceState.WAITING: pgettext_lazy("how it stands", "waiting"),
            EvidenceState.ACCEPTED: pgettext_lazy("how it stands", "accepted"),
            EvidenceState.REFUSED: pgettext_lazy("how it stands", "refused"),
            EvidenceState.WITHDRAWN: pgettext_lazy("how it stands", "withdrawn"),
            CommentState.SHOWN: pgettext_lazy("how it stands", "shown"),
            CommentState.HIDDEN: pgettext_lazy("how it stands", "hidden"),
            CommentState.DELETED: pgettext_lazy("how it stands", "deleted"),
        },
        "field": {
            "what": pgettext_lazy("field of an offer", "what"),
            "longitude": pgettext_lazy("field of an offer", "longitude"),
            "latitude": pgettext_lazy("field of an offer", "latitude"),
            "uncertainty_m": pgettext_lazy("field of an offer", "uncertainty (m)"),
            "features": pgettext_lazy("field of an offer", "features"),
            "url": pgettext_lazy("field of an offer", "address"),
            "date": pgettext_lazy("field of an offer", "date"),
            "words": pgettext_lazy("field of an offer", "words"),
        },
        "table": {
            "addresses": pgettext_lazy("your data", "addresses"),
            "sessions": pgettext_lazy("your data", "sessions"),
            "second_factors": pgettext_lazy("your data", "second factors"),
            "roles": pgettext_lazy("your data", "roles"),
            "reader": pgettext_lazy("your data", "reader"),
            "comments": pgettext_lazy("your data", "comments"),
            "flags": pgettext_lazy("your data", "flags"),
            "evidence": pgettext_lazy("your data", "evidence"),
            "follows": pgettext_lazy("your data", "follows"),
            "open_pages": pgettext_lazy("your data", "open pages"),
            "wishes": pgettext_lazy("your data", "wishes"),
            "notices": pgettext_lazy("your data", "notices"),
            "browsers": pgettext_lazy("your data", "browsers"),
            "deliveries": pgettext_lazy("your data", "deliveries"),
        },
        "role": {
            "owner": pgettext_lazy("role", "owner"),
            "editor": pgettext_lazy("role", "editor"),
            "reviewer": pgettext_lazy("role", "reviewer"),
            "moderator": pgettext_lazy("role", "moderator"),
            "contributor": pgettext_lazy("role", "contributor"),
            "reader": pgettext_lazy("role", "reader"),
        },
        "subject": {
            "account": pgettext_lazy("what a fault is about", "account"),
            "auth": pgettext_lazy("what a fault is about", "key of the browser"),
            "browser": pgettext_lazy("what a fault is about", "browser"),
            "case": pgettext_lazy("what a fault is about", "case"),
            "claim": pgettext_lazy("what a fault is about", "claim"),
            "comment": pgettext_lazy("what a fault is about", "comment"),
            "correction": pgettext_lazy("what a fault is about", "correction"),
            "date": pgettext_lazy("what a fault is about", "date"),
            "endpoint": pgettext_lazy("what a fault is about", "address of the browser"),
            "evidence": pgettext_lazy("what a fault is about", "evidence"),
            "evidence accepted": pgettext_lazy("what a fault is about", "evidence accepted"),
            "features": pgettext_lazy("what a fault is about", "features"),
            "flag": pgettext_lazy("what a fault is about", "flag"),
            "following": pgettext_lazy("what a fault is about", "following"),
            "frame": pgettext_lazy("what a fault is about", "moment"),
            "item": pgettext_lazy("what a fault is about", "item"),
            "latitude": pgettext_lazy("what a fault is about", "latitude"),
            "link": pgettext_lazy("what a fault is about", "link"),
            "longitude": pgettext_lazy("what a fault is about", "longitude"),
            "new comment": pgettext_lazy("what a fault is about", "new comment"),
            "p256dh": pgettext_lazy("what a fault is about", "key of the browser"),
            "page": pgettext_lazy("what a fault is about", "page"),
            "point": pgettext_lazy("what a fault is about", "point"),
            "quiet hours": pgettext_lazy("what a fault is about", "quiet hours"),
            "reply": pgettext_lazy("what a fault is about", "reply"),
            "the form": pgettext_lazy("what a fault is about", "the form"),
            "this": pgettext_lazy("what a fault is about", "this"),
            "time": pgettext_lazy("what a fault is about", "time"),
            "time zone": pgettext_lazy("what a fault is about", "time zone"),
            "uncertainty_m": pgettext_lazy("what a fault is about", "uncertainty (m)"),
            "url": pgettext_lazy("what a fault is about", "address"),
            "verdict changed": pgettext_lazy("what a fault is about", "verdict changed"),
            "what": pgettext_lazy("what a fault is about", "what"),
            "words": pgettext_lazy("what a fault is about", "words"),
            "write": pgettext_lazy("what a fault is about", "write"),
        },
        "status": {
            "Forbidden": pgettext_lazy("answer of the server", "Forbidden"),
            "Not Found": pgettext_lazy("answer of the server", "Not Found"),
            "Conflict": pgettext_lazy("answer of the server", "Conflict"),
            "Unprocessable Entity": pgettext_lazy("answer of the server", "Unprocessable Entity"),
            "Unprocessable Content": pgettext_lazy("answer of the server", "Unprocessable Content"),
            "Internal Server Error": pgettext_lazy("answer of the server", "Internal Server Error"),
            "Service Unavailable": pgettext_lazy("answer of the server", "Service Unavailable"),
            "Insufficient Storage": pgettext_lazy("answer of the server", "Insufficient Storage"),
        },
    }
)
"""The fixed words of the records, by what they say something of."""

FAULTS: tuple[str, ...] = (
    # comments and flags
    gettext_noop("there is no such published claim"),
    gettext_noop("there is no such published item"),
    gettext_noop("it has no place"),
    gettext_noop("it is not on the Earth"),
    gettext_noop("it has no time"),
    gettext_noop("that time is not in the item"),
    gettext_noop("Choose it on the case's page."),
    gettext_noop("you may not write at present"),
    gettext_noop("Ask the desk why, by mail."),
    gettext_noop("Ask the desk why."),
    gettext_noop("Nothing of it is lost: change it here."),
    gettext_noop("is no comment of yours"),
    gettext_noop("Look at the case again."),
    gettext_noop("is not shown"),
    gettext_noop("There is nothing to flag."),
    gettext_noop("the comment is your own"),
    gettext_noop("Take it back instead."),
    gettext_noop("%(n)s characters are too many"),
    gettext_noop("Use %(n)s at most."),
    gettext_noop("is no comment of this case"),
    gettext_noop("Look at it again."),
    gettext_noop("what you answer is not shown any more"),
    gettext_noop("Write a comment of its own."),
    gettext_noop("is %(state)s by now"),
    gettext_noop("Look again."),
    gettext_noop("says not what is wrong"),
    gettext_noop("Choose one of the reasons."),
    gettext_noop("is of another case"),
    gettext_noop("%(text)s is none"),
    gettext_noop("Write it as 1:23 or 83.5."),
    gettext_noop("Change it here."),
    gettext_noop("there is no such comment"),
    # the steps of moderation
    gettext_noop("There is nothing in it."),
    gettext_noop("It has %(n)s characters, and %(most)s is the most; shorten it."),
    gettext_noop("The discussion of this case is closed."),
    gettext_noop("The discussion of this case is closed. %(reason)s"),
    gettext_noop("That was very quick; wait a few seconds and send it again."),
    gettext_noop("You wrote %(n)s comments within an hour; come back later."),
    gettext_noop("You wrote this already today."),
    gettext_noop("It has a word that is not wanted here; say it in another way."),
    # evidence
    gettext_noop("%(n)s offers a day are taken from one reader"),
    gettext_noop("Come back tomorrow, or put several things into one."),
    gettext_noop("is not in the published case"),
    gettext_noop("Choose one of its items."),
    gettext_noop("Choose one of its own."),
    gettext_noop("is missing"),
    gettext_noop("Say in which item it is seen."),
    gettext_noop("Say which item was public before."),
    gettext_noop("is missing or not on the Earth"),
    gettext_noop("Give decimal degrees, WGS 84."),
    gettext_noop("is missing or out of range"),
    gettext_noop("Say within how many metres it lies, %(most)s at most."),
    gettext_noop("is no address of a page"),
    gettext_noop("Give one with https://."),
    gettext_noop("is empty"),
    gettext_noop("Without it nobody can look at what you say."),
    gettext_noop("has %(n)s characters"),
    gettext_noop("is not yours"),
    gettext_noop("Look at your own offers."),
    gettext_noop("was decided already"),
    gettext_noop("there is no such offer"),
    gettext_noop("Look at the list."),
    gettext_noop("%(text)s is not a date (2015-09-30) or an instant (2015-09-30T08:15Z)"),
    gettext_noop("%(text)s is no date of the calendar"),
    gettext_noop("Write 2015-09-30 or 2015-09."),
    # following and notices
    gettext_noop("no such case is published"),
    gettext_noop("Look at the published cases."),
    gettext_noop("Look at the case."),
    gettext_noop("you follow %(n)s cases and claims already"),
    gettext_noop("Follow some of them no more."),
    gettext_noop("corrections are mailed to everybody who follows a case"),
    gettext_noop("Choose a daily mail, follow the case no more, or stop all mails."),
    gettext_noop("are no times of a day"),
    gettext_noop("Write them as 22:30."),
    gettext_noop("there is none of this name"),
    gettext_noop("Choose one, as Europe/Athens."),
    gettext_noop("is to be mailed at no pace that there is"),
    gettext_noop("Choose one."),
    gettext_noop("is not known"),
    gettext_noop("Choose it anew in the settings."),
    gettext_noop("sent what is no subscription"),
    gettext_noop("Reload the page."),
    gettext_noop("is no key of a browser"),
    gettext_noop("Let the browser subscribe anew."),
    gettext_noop("Subscribe anew."),
    gettext_noop("is not an address of a push service that is known here"),
    gettext_noop("Use a browser with a push service of its maker, or ask who runs this server."),
    gettext_noop("is not one of our mails'"),
    gettext_noop("Open the link of the mail once more."),
    # accounts
    gettext_noop("owns this room"),
    gettext_noop("Have the room served for another owner first."),
    gettext_noop("is the only owner of a case"),
    gettext_noop("Make somebody else an owner of it first."),
    # pages
    gettext_noop("was withdrawn"),
    gettext_noop("Its page says why."),
    gettext_noop("is no published item"),
    gettext_noop("is not shown clear"),
    gettext_noop("its film is not made yet"),
    gettext_noop("Come back in a while."),
    gettext_noop("several are being made just now"),
    gettext_noop("Try again in a minute."),
    gettext_noop("takes longer than %(n)s s"),
    gettext_noop("Try again later."),
    gettext_noop("needs WeasyPrint and the library Pango, which this machine lacks"),
    gettext_noop("Install them: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."),
    gettext_noop("there is no such case"),
    gettext_noop("your role in this case (%(role)s) does not allow it"),
    gettext_noop("Ask an owner of the case."),
    gettext_noop("met a bug of its own"),
    gettext_noop("Report it."),
    gettext_noop("came without the secret of its page; nothing was changed"),
    gettext_noop("Go back, reload the page and send it again."),
    gettext_noop("there is none at this address"),
    gettext_noop("Go back to the cases."),
    gettext_noop("needs you to show again who you are, and you have no password or passkey for it"),
    gettext_noop("Set a password first (in the menu); with it you can show who you are."),
)
"""What errors say to readers, with placeholders for what varies."""
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def spoken(value: object, of: str) -> str:
    """Return a fixed word of the records in the language that is active.

    Args:
        value: The word as it is recorded.
        of: What it says something of: a key of `VOCABULARY`.
    """
    word = VOCABULARY[of].get(str(value))
    return humanise(str(value)) if word is None else str(word)


def told(words: str) -> str:
    """Return what an error says in the language that is active; as it is where nobody knows it."""
    for message, values in _readings(words):
        said = {
            name: spoken(value, name) if name in VOCABULARY else value
            for name, value in values.items()
        }
        translated = str(translation.gettext(message))
        return translated % said if said else translated
    return words


@lru_cache(maxsize=1024)
def _readings(words: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    return tuple(_matches(words))


def _matches(words: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if words in FAULTS and _PLACEHOLDER.search(words) is None:
        yield words, {}
        return
    for message, pattern in _patterns():
        found = pattern.fullmatch(words)
        if found is not None:
            yield message, found.groupdict()
            return


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the messages with placeholders, and how what they are written as is read."""
    read = []
    for message in FAULTS:
        pieces = _PLACEHOLDER.split(message)
        if len(pieces) > 1:
            text = "".join(
                f"(?P<{piece}>.*)" if number % 2 else re.escape(piece)
                for number, piece in enumerate(pieces)
            )
            read.append((message, re.compile(text, re.DOTALL)))
    return tuple(read)
