"""Starting the case room: the database brought up to date, the owner's link, and the server."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from purport.casework import CaseRoom
from purport.core.errors import InputError, WorkspaceBusyError
from purport.web.configuration import RoomSettings, configure_room
from purport.web.workers import Workers

__all__ = ["ServeOptions", "serve"]

_BACKLOG = 128
_PATIENCE_S = 8.0
_KEEP_ALIVE_S = 65  # readers come back within it, and a server in front closes before


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How a room is served."""

    workspace: Path
    """Folder of the workspace; made when it does not exist."""
    host: str = "127.0.0.1"
    """Address to listen at."""
    port: int = 8765
    """Port; 0 for any that is free."""
    names: tuple[str, ...] = ()
    """Further names under which it may be called."""
    secure: bool = False
    """Whether it is reached by https alone, through a server in front."""
    owner: str = "owner"
    """Name of the account that owns the room."""
    database: str | None = None
    """Address of a PostgreSQL database; None for the file in the folder."""
    vault: str | None = None
    """Address of an S3 store for the files of a new workspace; None for a folder in it."""
    mail: str | None = None
    """Address of a mail server; None to write mails into the workspace."""
    sign_up: bool = False
    """Whether strangers may make themselves an account."""
    publisher: str = "Unnamed publisher"
    """Who publishes, as published cases name them."""
    workers: int = 1
    """Processes for work in the background."""
    senders: int = 1
    """Processes that tell readers of what they follow."""
    push_hosts: frozenset[str] = frozenset()
    """Push services that are taken beside those that everybody knows."""


def serve(options: ServeOptions, *, announce: Callable[[str], None]) -> None:
    """Serve a workspace until the process is told to stop.

    Args:
        options: What to serve, and where.
        announce: Is told the link by which the owner comes in, once the server listens.

    Raises:
        InputError: The folder is no workspace, or the port is taken.
        WorkspaceBusyError: Another process is writing to the workspace.
    """
    folder = options.workspace.absolute()
    listener = _listen(options)
    room = None
    try:
        room = _open_patiently(options, folder)
        _serve_room(room, options, listener, announce)
    finally:
        listener.close()
        if room is not None:
            room.close()


def _open_patiently(options: ServeOptions, folder: Path) -> CaseRoom:
    """Open the room; workers of a server that was just killed may take a moment to end."""
    patience = time.monotonic() + _PATIENCE_S
    configured: list[bool] = []

    def set_up() -> None:
        if not configured:
            configure_room(_settings(options, folder))
            configured.append(True)

    while True:
        try:
            return CaseRoom.open(
                folder, database=options.database, vault=options.vault, set_up=set_up
            )
        except WorkspaceBusyError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.25)


def _settings(options: ServeOptions, folder: Path) -> RoomSettings:
    return RoomSettings(
        workspace=folder,
        database=options.database,
        hosts=("localhost", "127.0.0.1", "[::1]", *options.names),
        secure=options.secure,
        mail=options.mail,
        sign_up=options.sign_up,
        publisher=options.publisher,
        push_hosts=options.push_hosts,
    )


def _beside(options: ServeOptions, base: str) -> list[list[str]]:
    """Return the commands of the processes beside the server."""
    hosts = [word for host in sorted(options.push_hosts) for word in ("--push-host", host)]
    sender = ["notify", "--link", base, *hosts]
    return [["work"]] * options.workers + [sender] * options.senders


def _told(options: ServeOptions) -> dict[str, str]:
    """Return what the processes beside the server are told by their environment."""
    told = {
        "PURPORT_DATABASE": options.database,
        "PURPORT_MAIL": options.mail,
        "PURPORT_PUBLISHER": options.publisher,
    }
    return {name: value for name, value in told.items() if value}


def _serve_room(
    room: CaseRoom,
    options: ServeOptions,
    listener: socket.socket,
    announce: Callable[[str], None],
) -> None:
    import uvicorn  # noqa: PLC0415 - only a server needs it
    from django.apps import apps  # noqa: PLC0415 - set up by now

    from purport.store.accounts.ledger import make_entrance  # noqa: PLC0415 - needs Django
    from purport.web.application import room_application  # noqa: PLC0415 - needs Django

    apps.get_app_config("purport_web").room = room
    application = room_application()
    port = listener.getsockname()[1]
    scheme, name = ("https", options.names[0]) if options.secure and options.names else ("http", "")
    base = f"{scheme}://{name}" if name else f"http://localhost:{port}"
    announce(f"{base}/enter/{make_entrance(_owner(options.owner))}")
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
    )
    with Workers(room.folder, _beside(options, base), environment=_told(options)):
        uvicorn.Server(config).run(sockets=[listener])


def _owner(name: str) -> int:
    """Return the account that owns the room, made on first use; it has no password but the link."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - set up by now

    accounts = get_user_model().objects
    owner, made = accounts.get_or_create(
        username=name, defaults={"is_superuser": True, "is_staff": True}
    )
    if made:
        owner.set_unusable_password()
        owner.save()
    elif not owner.is_superuser:
        raise InputError(
            "owner",
            f"{name!r} is an account that does not own this room",
            remedy="Name another with --owner.",
        )
    return int(owner.pk)


def _listen(options: ServeOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # the protocol is named so that asyncio sets TCP_NODELAY: without it each answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"{options.host}:{options.port}",
            f"cannot be listened at ({error.strerror})",
            remedy="Stop what listens there, or choose another with --port.",
        ) from error
    listener.listen(_BACKLOG)
    return listener
