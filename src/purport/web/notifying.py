"""The process that tells readers: it fans events out, and sends what is due, by mail and push.

Several may run side by side, and each may die at any instant: what they share stands in the
database alone. It ends with the process that started it, and finishes what is under way first.
"""

import os
import signal
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from purport.casework import CaseRoom
from purport.core.notices import Channel, DeliveryState, Event, Hearing, Parcel, Settled
from purport.readers.announcing import announce_editions
from purport.readers.delivering import LEASE, deliver, settle_mail, try_again
from purport.readers.leaving import remove_those_who_left
from purport.readers.planning import plan_telling
from purport.readers.pushing import Pusher, settle_push, vapid_keys
from purport.readers.telling import Telling, tell
from purport.store.readers.comments import forget_changes
from purport.store.readers.deliveries import give_up_on_the_dead
from purport.store.readers.pruning import forget_told
from purport.store.readers.telling import tell_some
from purport.web.configuration import RoomSettings, configure_room

__all__ = ["NotifyOptions", "notify"]

_POLL_S = 0.5
_MAILS_AT_ONCE = 10
_PUSHES_AT_ONCE = 16
_WORDS_KEPT_S = 2.0
_LOOK_ROUND_S = 60.0
_WORDS_KEPT = 250
_CHANGES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyOptions:
    """How readers are told."""

    workspace: Path
    """Folder of the workspace."""
    link: str
    """Scheme and host of the site, for links in mails."""
    database: str | None = None
    """Address of a PostgreSQL database; None for the file in the folder."""
    mail: str | None = None
    """Address of a mail server; None to write mails into the workspace."""
    publisher: str = "Unnamed publisher"
    """Who publishes."""
    push_hosts: frozenset[str] = frozenset()
    """Push services that are taken beside those that everybody knows."""
    notices_kept: timedelta = timedelta(days=180)
    """How long readers' notices are kept, with what became of their mails and pushes."""


def notify(options: NotifyOptions, *, parent: int | None = None) -> None:
    """Tell readers of what happens, until told to stop or the process that started this ends.

    Args:
        options: How.
        parent: The process that started this one, as that knows itself; None for whichever it is.

    Raises:
        WorkspaceBusyError: A process that is not the server's is writing to the workspace.
        InputError: An address cannot be read.
    """
    parent = os.getppid() if parent is None else parent
    folder = options.workspace.absolute()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with CaseRoom.join(folder, database=options.database) as room:
        configure_room(
            RoomSettings(
                workspace=folder,
                database=options.database,
                mail=options.mail,
                publisher=options.publisher,
                beside=True,
            )
        )
        _Notifier(room, options, stop).run(lambda: os.getppid() == parent)


class _Notifier:
    """The three things that go on side by side: fanning out, mails, pushes."""

    def __init__(self, room: CaseRoom, options: NotifyOptions, stop: threading.Event) -> None:
        from django.conf import settings  # noqa: PLC0415 - set up by now

        self._room = room
        self._stop = stop
        self._notices_kept = options.notices_kept
        self._owner = f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid4().hex[:8]}"
        self._words = _Words(room)
        self._mails = _MailPost(self._words, options.link)
        self._pusher = Pusher(
            vapid_keys(room.folder / "web"),
            contact=settings.DEFAULT_FROM_EMAIL,
            hosts=options.push_hosts,
        )
        self._looked_round = 0.0

    def run(self, parent_lives: Callable[[], bool]) -> None:
        """Go on until told to stop, the parent ends, or one of the three fails."""
        steps = (self._tell, self._send_mails, self._send_pushes)
        with ThreadPoolExecutor(len(steps)) as threads:
            going = [threads.submit(self._keep, step) for step in steps]
            while parent_lives() and not self._stop.wait(_POLL_S):
                if any(one.done() for one in going):
                    break
            self._stop.set()
            for one in going:
                one.result()
        self._pusher.close()

    def _keep(self, step: Callable[[], bool]) -> None:
        from django.db import connections  # noqa: PLC0415 - set up by now

        try:
            while not self._stop.is_set():
                if not step():
                    self._stop.wait(_POLL_S)
        finally:
            self._stop.set()
            connections.close_all()

    def _tell(self) -> bool:
        self._look_round()
        now = datetime.now(UTC)

        def plan(event: Event, hearing: Hearing) -> Any:  # noqa: ANN401 - as plan_telling has it
            return plan_telling(event, hearing, now)

        return tell_some(plan, now=now) is not None

    def _look_round(self) -> None:
        """See to what nobody asks for: what those who died left, and those who left themselves."""
        if time.monotonic() - self._looked_round < _LOOK_ROUND_S and self._looked_round:
            return
        self._looked_round = time.monotonic()
        for key, editions in self._room.shelf.editions().items():
            announce_editions(key, editions)
        now = datetime.now(UTC)
        give_up_on_the_dead(now=now, lease=LEASE)
        remove_those_who_left(now)
        forget_changes(now - _CHANGES_KEPT)
        forget_told(now - self._notices_kept)

    def _send_mails(self) -> bool:
        try:
            return bool(self._deliver(Channel.MAIL, self._mails.send_all, _MAILS_AT_ONCE))
        finally:
            self._mails.close()

    def _send_pushes(self) -> bool:
        return bool(self._deliver(Channel.PUSH, self._push_all, _PUSHES_AT_ONCE))

    def _deliver(
        self, channel: Channel, send: Callable[[Sequence[Parcel]], Sequence[Settled]], most: int
    ) -> int:
        return deliver(
            channel,
            send,
            owner=self._owner,
            most=most,
            going_on=lambda: not self._stop.is_set(),
        )

    def _push_all(self, parcels: Sequence[Parcel]) -> Sequence[Settled]:
        sent = [(parcel, self._words.payload(parcel)) for parcel in parcels]
        answers = self._pusher.send_all(sent)
        now = datetime.now(UTC)
        return [settle_push(one, answer, now) for one, answer in zip(parcels, answers, strict=True)]


class _Words:
    """What readers are told of events; put together anew after two seconds."""

    def __init__(self, room: CaseRoom) -> None:
        self._room = room
        self._kept: dict[str, tuple[float, Telling]] = {}
        self._lock = threading.Lock()

    def of(self, event: Event) -> Telling:
        """Return what readers are told of an event."""
        now = time.monotonic()
        with self._lock:
            kept = self._kept.get(event.id)
        if kept is not None and now - kept[0] < _WORDS_KEPT_S:
            return kept[1]
        told = tell(event, self._room.published_case(event.case, datetime.now(UTC)))
        with self._lock:
            if len(self._kept) > _WORDS_KEPT:
                self._kept.clear()
            self._kept[event.id] = (now, told)
        return told

    def payload(self, parcel: Parcel) -> bytes:
        """Return what is pushed to a browser."""
        from purport.web.push_words import push_payload  # noqa: PLC0415 - needs Django set up

        return push_payload(parcel, self.of(parcel.events[-1]))


class _MailPost:
    """Sends mails over one connection."""

    def __init__(self, words: _Words, link: str) -> None:
        self._words = words
        self._link = link
        self._connection: Any = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.close()
            self._connection = None

    def send_all(self, parcels: Sequence[Parcel]) -> Sequence[Settled]:
        """Send mails, and tell what became of each."""
        return [self._send(parcel) for parcel in parcels]

    def _send(self, parcel: Parcel) -> Settled:
        from purport.web.mailing import compose_mail  # noqa: PLC0415 - needs Django set up

        now = datetime.now(UTC)
        if not parcel.mail_to:
            return Settled(
                deliveries=parcel.deliveries,
                state=DeliveryState.SKIPPED,
                fault="there is no confirmed address any more",
            )
        try:
            self._open()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return try_again(parcel, f"mail server: {type(error).__name__}", now)
        told = [self._words.of(event) for event in parcel.events]
        try:
            self._connection.send_messages([compose_mail(parcel, told, link=self._link)])
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if not isinstance(error, ValueError):
                self.close()
            return settle_mail(parcel, error, now)
        return settle_mail(parcel, None, now)

    def _open(self) -> None:
        """Open the connection, anew when the server closed it meanwhile."""
        from django.core.mail import get_connection  # noqa: PLC0415 - needs Django set up

        if self._connection is None:
            connection = get_connection()
            connection.open()
            self._connection = connection
