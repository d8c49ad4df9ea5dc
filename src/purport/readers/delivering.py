"""Sending what is due, and what to make of it when that fails: nothing goes out twice.

What certainly did not go out is tried again, later each time. What was cut off on its way is left
alone, as it may have arrived: the reader finds it in the list of notices in any case.
"""

import smtplib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from purport.core.notices import Channel, DeliveryState, Parcel, Settled
from purport.store.readers.deliveries import hand_over

__all__ = [
    "LEASE",
    "MOST_ATTEMPTS",
    "READING_S",
    "back_off",
    "deliver",
    "settle_mail",
    "try_again",
]

READING_S = 60.0
"""Who was seen at a case within so long is reading it. [s]"""
MOST_ATTEMPTS = 7
"""How often something is tried before it counts as undeliverable; the last time about a day after
the first."""
LEASE = timedelta(minutes=5)
"""How long somebody may be at the parcels handed over before they count as dead."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=12)
_PERMANENT = 500


def deliver(
    channel: Channel,
    send: Callable[[Sequence[Parcel]], Sequence[Settled]],
    *,
    owner: str,
    most: int,
    going_on: Callable[[], bool],
) -> int:
    """Send all that is due of one kind.

    Args:
        channel: Which kind.
        send: Sends parcels, and tells what became of each.
        owner: Who sends, unlike anybody else.
        most: How many parcels are under way at a time; when this process dies, it is unknown of so
            many whether they went out.
        going_on: Tells whether to go on.

    Returns:
        How many parcels went through.
    """
    done, settled = 0, tuple[Settled, ...]()
    while True:
        now = datetime.now(UTC)
        parcels = hand_over(
            settled,
            owner=owner,
            channel=channel,
            now=now,
            read_since=now - timedelta(seconds=READING_S),
            most=most if going_on() else 0,
        )
        if not parcels:
            return done
        settled = tuple(send(parcels))
        done += len(settled)


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: four times as long each time.

    Examples:
        >>> str(back_off(1)), str(back_off(3))
        ('0:01:00', '0:16:00')
    """
    longer: int = 4 ** (attempts - 1)
    return min(_FIRST_PAUSE * longer, _LONGEST_PAUSE)


def try_again(
    parcel: Parcel, fault: str, now: datetime, *, not_before: datetime | None = None
) -> Settled:
    """Put a parcel off that certainly did not go out; give up when it was tried often enough.

    Args:
        parcel: What.
        fault: What went wrong.
        now: The moment.
        not_before: When the other side wants to be asked again at the earliest; None when it did
            not say, and no longer than it is waited in any case.
    """
    if parcel.attempts >= MOST_ATTEMPTS:
        return Settled(deliveries=parcel.deliveries, state=DeliveryState.FAILED, fault=fault)
    due = now + back_off(parcel.attempts)
    if not_before is not None:
        due = max(due, min(not_before, now + _LONGEST_PAUSE))
    return Settled(deliveries=parcel.deliveries, state=DeliveryState.WAITING, due=due, fault=fault)


def settle_mail(parcel: Parcel, error: Exception | None, now: datetime) -> Settled:
    """Tell what became of a mail by what its sending raised.

    Args:
        parcel: The mail.
        error: What was raised; None when the server took it.
        now: The moment.
    """
    if error is None:
        return Settled(deliveries=parcel.deliveries, state=DeliveryState.SENT)
    code = _answer(error)
    fault = f"{type(error).__name__} {code or ''}".strip()
    if code is None:
        return Settled(deliveries=parcel.deliveries, state=DeliveryState.UNKNOWN, fault=fault)
    if code >= _PERMANENT:
        return Settled(deliveries=parcel.deliveries, state=DeliveryState.FAILED, fault=fault)
    return try_again(parcel, fault, now)


def _answer(error: Exception) -> int | None:
    """Return the mail server's answer to a mail that it did not take; None when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=_PERMANENT)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError):
        return _PERMANENT
    return None
