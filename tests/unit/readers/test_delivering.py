"""What is made of a mail or push that did not go as it should."""

import http.client
import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from purport.core.errors import InputError
from purport.core.notices import Channel, DeliveryState, Parcel
from purport.readers.delivering import MOST_ATTEMPTS, back_off, settle_mail, try_again
from purport.readers.pushing import Answer, NotSentError, settle_push

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def parcel(attempts: int = 1) -> Parcel:
    return Parcel(
        deliveries=(1, 2),
        user=1,
        channel=Channel.MAIL,
        mail_to="a@example.org",
        browser=None,
        language="",
        zone="UTC",
        events=(),
        attempts=attempts,
    )


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, DeliveryState.SENT),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"nobody")}), DeliveryState.FAILED),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), DeliveryState.WAITING),
        (smtplib.SMTPRecipientsRefused({}), DeliveryState.FAILED),
        (smtplib.SMTPSenderRefused(421, b"later", "me"), DeliveryState.WAITING),
        (smtplib.SMTPDataError(554, b"no"), DeliveryState.FAILED),
        (smtplib.SMTPDataError(452, b"full"), DeliveryState.WAITING),
        (smtplib.SMTPNotSupportedError("utf8"), DeliveryState.FAILED),
        (ValueError("a header with a line break"), DeliveryState.FAILED),
        # cut off on its way: it may have arrived
        (smtplib.SMTPServerDisconnected("gone"), DeliveryState.UNKNOWN),
        (TimeoutError("slow"), DeliveryState.UNKNOWN),
        (ConnectionResetError("gone"), DeliveryState.UNKNOWN),
    ],
)
def test_mails(error: Exception | None, state: DeliveryState) -> None:
    settled = settle_mail(parcel(), error, NOW)
    assert settled.state is state
    assert settled.deliveries == (1, 2)
    assert (settled.due is not None) == (state is DeliveryState.WAITING)


@pytest.mark.parametrize(
    ("answer", "state", "gone"),
    [
        (Answer(status=201), DeliveryState.SENT, False),
        (Answer(status=200), DeliveryState.SENT, False),
        (Answer(status=404), DeliveryState.FAILED, True),
        (Answer(status=410), DeliveryState.FAILED, True),
        (Answer(status=301), DeliveryState.FAILED, False),
        (Answer(status=403), DeliveryState.FAILED, False),
        (Answer(status=413), DeliveryState.FAILED, False),
        (Answer(status=429), DeliveryState.WAITING, False),
        (Answer(status=503), DeliveryState.WAITING, False),
        (NotSentError("refused"), DeliveryState.WAITING, False),
        (InputError("endpoint", "is none", remedy="-"), DeliveryState.FAILED, True),
        (ValueError("too long"), DeliveryState.FAILED, False),
        (TimeoutError("slow"), DeliveryState.UNKNOWN, False),
        (http.client.BadStatusLine("?"), DeliveryState.UNKNOWN, False),
    ],
)
def test_pushes(answer: Answer | Exception, state: DeliveryState, gone: bool) -> None:  # noqa: FBT001 - of the table
    settled = settle_push(parcel(), answer, NOW)
    assert (settled.state, settled.browser_is_gone) == (state, gone)


def test_waiting_grows_and_ends() -> None:
    pauses = [back_off(number) for number in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(days=2)
    assert try_again(parcel(MOST_ATTEMPTS), "busy", NOW).state is DeliveryState.FAILED
    assert try_again(parcel(MOST_ATTEMPTS - 1), "busy", NOW).state is DeliveryState.WAITING


@pytest.mark.parametrize(
    ("wants_s", "waits"),
    [(1, timedelta(minutes=1)), (600, timedelta(minutes=10)), (10**9, timedelta(hours=12))],
)
def test_a_push_service_says_when_to_come_again_within_bounds(
    wants_s: int, waits: timedelta
) -> None:
    settled = settle_push(parcel(), Answer(status=429, retry_after_s=wants_s), NOW)
    assert settled.due == NOW + waits
