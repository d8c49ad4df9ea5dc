"""Mails to readers: put together in their language, each with a way to stop them at once."""

from collections.abc import Sequence
from email.utils import formataddr
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext, override

from purport.core.errors import AbsentError
from purport.core.notices import Parcel
from purport.readers.telling import Telling
from purport.web.headlines import headline_of

__all__ = ["compose_mail", "read_stop_token", "stop_token"]

_SALT = "purport.notices.stop"
_LONGEST_SUBJECT = 150


def compose_mail(parcel: Parcel, told: Sequence[Telling], *, link: str) -> EmailMessage:
    """Put a mail together.

    Args:
        parcel: Whom it goes to.
        told: What it tells.
        link: Scheme and host of the site.
    """
    with override(parcel.language or settings.LANGUAGE_CODE):
        headlines = [headline_of(one) for one in told]
        more = len(headlines) - 1
        subject = headlines[0].title
        if more:
            subject += " " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
        stop = link + reverse("stop_mails", args=[stop_token(parcel.user)])
        body = render_to_string(
            "readers/mail.txt",
            {
                "headlines": headlines,
                "link": link,
                "publisher": settings.PURPORT_PUBLISHER,
                "choose": link + reverse("wishes"),
                "stop": stop,
            },
        )
    return EmailMessage(
        subject=" ".join(subject.split())[:_LONGEST_SUBJECT],
        body=body,
        from_email=formataddr((settings.PURPORT_PUBLISHER, settings.DEFAULT_FROM_EMAIL)),
        to=[parcel.mail_to],
        headers={
            "Message-ID": _message_id(parcel),
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def stop_token(user: int) -> str:
    """Return what lets whoever holds a mail stop all mails to its reader, and nothing else."""
    return signing.dumps(user, salt=_SALT)  # type: ignore[no-any-return]  # Django ships no types


def read_stop_token(token: str) -> int:
    """Return whose mails a token stops; however old the mail is that it came with.

    Raises:
        AbsentError: It is none of ours.
    """
    try:
        user = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise AbsentError(
            "link", "is not one of our mails'", remedy="Open the link of the mail once more."
        ) from error
    return int(user)


def _message_id(parcel: Parcel) -> str:
    """Return the mail's own name, the same whenever it is made of the same notices."""
    _, _, host = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")
    what = " ".join(str(one) for one in parcel.deliveries)
    return f"<notice-{sha256(f'{what} {parcel.user}'.encode()).hexdigest()[:32]}@{host}>"
