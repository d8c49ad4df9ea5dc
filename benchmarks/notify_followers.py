"""Telling 10,000 followers of one case, by two processes, one of which is killed half-way.

    python benchmarks/notify_followers.py [--followers N] [--push N] [--database postgresql://…]

A workspace with a published case is made, and accounts that follow it: each with a confirmed
address that gets a mail at once; the first N of `--push` have a browser too. Then a correction is
announced, and two `purport notify` tell everybody: the notices in the pages, the mails to a mail
server of this script (a process of its own that keeps whom it heard of), the pushes to a push
service (the same; it takes what comes, tests check what is in it). When half of the mails have
come, one of the two is killed with SIGKILL, and a third is started in its place, as `purport serve`
does it.

Printed: how long it took from the announcement until nothing was on its way any more; notices,
mails and pushes, how many twice, and how many are in doubt because their sender was killed.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.core.editions import Safety
from purport.core.notices import EventKind
from purport.core.ratings import Rating

ROOT = Path(__file__).parents[1]
STORY = ROOT / "examples" / "harbour-road" / "story.html"
AIM_S = 60.0
GIVE_UP_S = 600.0
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
"""Keys of the example in RFC 8291, 5."""
LENGTH = re.compile(r"(?i)content-length: (\d+)")
RECIPIENT = re.compile(rb"(?i)^rcpt to:\s*<([^>]*)>")


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Return a line; nothing at the end, or when whoever writes was killed."""
    with suppress(ConnectionResetError):
        return await reader.readline()
    return b""


async def take_mails(
    taken: Counter[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Be a mail server that takes everything."""
    writer.write(b"220 sink\r\n")
    to, in_body = "", False
    while line := await _line(reader):
        if in_body:
            if line == b".\r\n":
                taken[to] += 1
                in_body = False
                writer.write(b"250 taken\r\n")
            continue
        found = RECIPIENT.match(line)
        to = found.group(1).decode() if found else to
        in_body = line[:4].upper() == b"DATA"
        writer.write(b"354 go on\r\n" if in_body else b"250 well\r\n")
    writer.close()


async def take_pushes(
    taken: Counter[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Be a push service that takes everything."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    found = LENGTH.search(head)
    await reader.readexactly(int(found.group(1)) if found else 0)
    taken[head.split()[1]] += 1
    writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


def receive(told: Connection) -> None:
    """Take mails and pushes until told to stop; a process of its own."""
    mails: Counter[str] = Counter()
    pushes: Counter[str] = Counter()

    async def main() -> None:
        takers = partial(take_mails, mails), partial(take_pushes, pushes)
        servers = [await asyncio.start_server(one, "127.0.0.1", 0) for one in takers]
        told.send([one.sockets[0].getsockname()[1] for one in servers])
        while True:
            await asyncio.sleep(0.02)
            if told.poll():
                if told.recv() == "stop":
                    return
                told.send((dict(mails), dict(pushes)))

    asyncio.run(main())


def make_case(folder: Path, database: str | None) -> None:
    """Make a workspace with a published case."""
    command = [sys.executable, "-m", "purport.cli", "check", STORY, "--date", "2019-03-13"]
    environment = {**os.environ, **({"PURPORT_DATABASE": database} if database else {})}
    subprocess.run(  # noqa: S603 - ourselves
        [*command, "-w", folder, "--quiet"], check=True, env=environment, stdout=subprocess.DEVNULL
    )
    with Workspace.open(folder, database=database) as workspace:
        verdict = next(
            one for one in case_file(workspace).verdicts if one.rating is Rating.UNPROVEN
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked at it."
        )
        for number, correction in ((1, None), (2, "The first edition named the wrong street.")):
            draft = EditionDraft(
                key="case",
                title="What fell on Harbour Road",
                summary="Nobody could tell.",
                safety=Safety(),
                correction=correction,
            )
            ask_for_edition(workspace, draft, author="ann")
            decide_edition(workspace, number, publish=True, author="ben")


def make_followers(count: int, pushed: int, push_port: int) -> None:
    """Make accounts that follow the case; Django is set up."""
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - set up by now
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - same

    from purport.store.models import CaseRow  # noqa: PLC0415 - same
    from purport.store.readers.models import FollowRow, PushRow  # noqa: PLC0415 - same

    case, long_ago = CaseRow.objects.get(), datetime(2026, 1, 1, tzinfo=UTC)
    model = get_user_model()
    users = model.objects.bulk_create(
        (model(username=f"reader{number}", password="!") for number in range(count)),  # noqa: S106 - no password
        batch_size=1000,
    )
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(
                user=user, email=f"{user.username}@example.org", verified=True, primary=True
            )
            for user in users
        ),
        batch_size=1000,
    )
    FollowRow.objects.bulk_create(
        (FollowRow(user=user, case=case, claim="", created=long_ago) for user in users),
        batch_size=1000,
    )
    addresses = [f"http://127.0.0.1:{push_port}/{number}" for number in range(pushed)]
    PushRow.objects.bulk_create(
        (
            PushRow(
                user=user,
                endpoint=address,
                endpoint_digest=sha256(address.encode()).hexdigest(),
                p256dh=P256DH,
                auth=AUTH,
                created=long_ago,
            )
            for user, address in zip(users, addresses, strict=False)
        ),
        batch_size=1000,
    )


def start_sender(
    folder: Path, database: str | None, ports: list[int], log: Path
) -> "subprocess.Popen[bytes]":
    """Start a process that tells readers."""
    command = [sys.executable, "-m", "purport.cli", "notify", "-w", folder]
    options = ["--link", "http://localhost", "--push-host", f"127.0.0.1:{ports[1]}"]
    environment = {**os.environ, "PURPORT_MAIL": f"smtp://127.0.0.1:{ports[0]}"}
    if database:
        environment["PURPORT_DATABASE"] = database
    with log.open("ab") as said:
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*command, *options], env=environment, stdout=said, stderr=said
        )


def wait_until(told: Callable[[], bool], what: str) -> None:
    """Wait for something.

    Raises:
        TimeoutError: It did not come to it in ten minutes.
    """
    until = time.monotonic() + GIVE_UP_S
    while not told():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.1)


def on_its_way() -> int:
    """Return how many deliveries wait, once everybody was told; Django is set up."""
    from purport.store.readers.models import DeliveryRow, EventRow  # noqa: PLC0415 - set up by now

    if EventRow.objects.filter(told=False).exists():
        return -1
    return int(DeliveryRow.objects.filter(state="waiting").count())


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Make the followers, tell them, and return what came of it."""
    folder = Path(mkdtemp(prefix="purport-notify-", dir=options.work))
    workspace = folder / "case"
    making = multiprocessing.Process(target=make_case, args=(workspace, options.database))
    making.start()  # apart, as it sets Django up otherwise
    making.join()
    from purport.web.configuration import RoomSettings, configure_room  # noqa: PLC0415 - slow

    configure_room(RoomSettings(workspace=workspace, database=options.database))
    from purport.readers.announcing import announce, announce_editions  # noqa: PLC0415 - set up
    from purport.store import CaseShelf  # noqa: PLC0415 - same
    from purport.store.readers.models import EventRow  # noqa: PLC0415 - same

    shelf = CaseShelf(subject="database")
    shelf.bring_up_to_date()
    ((case, editions),) = shelf.editions().items()
    announce_editions(case, editions)
    EventRow.objects.update(told=True)  # of before anybody followed
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(theirs,), daemon=True)
    receiver.start()
    ports = ours.recv()
    make_followers(options.followers, options.push, ports[1])

    def received() -> tuple[dict[str, int], dict[str, int]]:
        ours.send("tell")
        got: tuple[dict[str, int], dict[str, int]] = ours.recv()
        return got

    log = folder / "senders.log"
    senders = [start_sender(workspace, options.database, ports, log) for _ in range(2)]
    time.sleep(options.warm_s)  # they are there when something happens, as beside a server
    began = time.monotonic()
    announce(case, EventKind.CORRECTION, event_id="bench", body={"edition": 2})
    wait_until(lambda: len(received()[0]) >= options.followers / 2, "half of the mails")
    half_s = time.monotonic() - began
    senders[0].send_signal(signal.SIGKILL)
    senders[0].wait()
    senders[0] = start_sender(workspace, options.database, ports, log)
    wait_until(lambda: on_its_way() == 0, "the end")
    took_s = time.monotonic() - began
    for one in senders:
        one.terminate()
    for one in senders:
        one.wait()
    mails, pushes = received()
    ours.send("stop")
    cpu = sum(os.times()[2:4])
    return {"half_s": half_s, "took_s": took_s, "cpu_s": cpu, **outcome(mails, pushes, options)}


def outcome(
    mails: dict[str, int], pushes: dict[str, int], options: argparse.Namespace
) -> dict[str, Any]:
    """Hold what arrived against what the database says."""
    from purport.store.readers.models import DeliveryRow, NoticeRow  # noqa: PLC0415 - set up by now

    notices = Counter(NoticeRow.objects.values_list("user", flat=True))
    states = Counter(
        f"{channel} {state}"
        for channel, state in DeliveryRow.objects.values_list("channel", "state")
    )
    return {
        "notices": sum(notices.values()),
        "readers with exactly one": sum(1 for number in notices.values() if number == 1),
        "mails": sum(mails.values()),
        "mails twice": sum(1 for number in mails.values() if number > 1),
        "pushes": sum(pushes.values()),
        "pushes twice": sum(1 for number in pushes.values() if number > 1),
        "in doubt": sum(number for name, number in states.items() if name.endswith("sending")),
        "not heard of": options.followers + options.push - len(mails) - len(pushes),
        "states": dict(states),
    }


def main() -> None:
    """Run it once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=10_000)
    parser.add_argument("--push", type=int, default=0, help="so many have a browser too")
    parser.add_argument("--database", help="postgresql:// address of an empty database")
    parser.add_argument("--work", type=Path, help="folder for what is made")
    parser.add_argument("--warm-s", type=float, default=15.0, help="time for the senders to start")
    figures = run(parser.parse_args())
    figures["met"] = (
        figures["took_s"] < AIM_S
        and figures["mails twice"] == figures["pushes twice"] == 0
        and figures["not heard of"] <= figures["in doubt"]
    )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
