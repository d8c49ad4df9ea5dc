"""`purport serve`, `work`, `notify` and `cases`: the case room, what works beside it, its cases."""

from datetime import timedelta

import click

from purport.cli._options import as_json, example, workspace, workspace_folder
from purport.cli._output import count_of, print_json
from purport.cli._settings import resolve

__all__ = ["cases", "notify", "serve", "work"]

_NOTICES_KEPT_DAYS = 31
"""At least so long, and longer than what a comment says is news (`purport.readers.announcing`)."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_push_hosts = click.option(
    "--push-host",
    "push_hosts",
    multiple=True,
    metavar="HOST[:PORT]",
    help="A push service to take beside those of browsers' makers, without TLS too.",
)


@click.command(
    epilog=example(
        "purport serve -w my-case",
        "purport serve -w my-case --https --name cases.example.org --sign-up \\\n"
        '    --publisher "The Desk" --mail smtp://mail.example.org',
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port; 0 for any that is free.",
)
@click.option("--name", "names", multiple=True, help="A further host name that it is called by.")
@click.option("--https", "secure", is_flag=True, help="It is reached by https alone.")
@click.option("--owner", default="owner", show_default=True, help="Account of the room's owner.")
@click.option("--mail", metavar="SMTP-URL", help="Mail server [PURPORT_MAIL].")
@click.option("--sign-up", is_flag=True, help="Let strangers make themselves an account.")
@click.option("--publisher", help="Who publishes, as readers are told [PURPORT_PUBLISHER].")
@click.option(
    "--background",
    type=click.IntRange(0, 64),
    default=1,
    show_default=True,
    help="Processes for work in the background; 0 leaves it to purport work.",
)
@click.option(
    "--senders",
    type=click.IntRange(0, 16),
    default=1,
    show_default=True,
    help="Processes that tell readers what they follow; 0 leaves it to purport notify.",
)
@_push_hosts
@workspace
def serve(  # noqa: PLR0913 - click passes every option by its name
    *,
    host: str,
    port: int,
    names: tuple[str, ...],
    secure: bool,
    owner: str,
    mail: str | None,
    sign_up: bool,
    publisher: str | None,
    background: int,
    senders: int,
    push_hosts: tuple[str, ...],
    workspace: str | None,
) -> None:
    """Open the case room: the workspace in the browser, on this computer alone.

    It prints a link that signs you in once. While it runs, other commands may read the workspace.
    """
    from purport.web import ServeOptions  # noqa: PLC0415 - the web application is slow to import
    from purport.web import serve as serve_room  # noqa: PLC0415

    if host not in _LOOPBACK and not secure:
        click.echo(
            "purport: others on the network can read what you send here: put a server with https "
            "in front, and say --https --name.",
            err=True,
        )
    options = ServeOptions(
        workspace=workspace_folder(workspace),
        host=host,
        port=port,
        names=names,
        secure=secure,
        owner=owner,
        database=resolve("database"),
        vault=resolve("vault"),
        mail=resolve("mail", mail),
        sign_up=sign_up,
        publisher=resolve("publisher", publisher) or "Unnamed publisher",
        workers=background,
        senders=senders,
        push_hosts=frozenset(push_hosts),
    )
    serve_room(options, announce=_announce)


def _announce(link: str) -> None:
    click.echo("The case room is open. This link signs you in once, within a quarter of an hour:")
    click.echo(f"  {link}")
    click.echo("Stop it with Ctrl+C.")


@click.command(epilog=example("purport work -w my-case"))
@click.option("--parent", type=int, hidden=True, help="Process with which this one ends.")
@workspace
def work(*, parent: int | None, workspace: str | None) -> None:
    """Do the background work of a served workspace, until the process that started this ends.

    purport serve starts one by itself; further ones share the work, on PostgreSQL from other
    machines too. A job whose worker dies is taken up by another within seconds.
    """
    from purport.casework import work as do_work  # noqa: PLC0415 - loads the checks

    do_work(workspace_folder(workspace), database=resolve("database"), parent=parent)


@click.command(epilog=example("purport notify -w my-case --link https://cases.example.org"))
@click.option("--link", required=True, metavar="URL", help="Scheme and host of the site.")
@click.option("--mail", metavar="SMTP-URL", help="Mail server [PURPORT_MAIL].")
@click.option("--publisher", help="Who publishes, as readers are told [PURPORT_PUBLISHER].")
@click.option("--parent", type=int, hidden=True, help="Process with which this one ends.")
@_push_hosts
@workspace
def notify(
    *,
    link: str,
    mail: str | None,
    publisher: str | None,
    parent: int | None,
    push_hosts: tuple[str, ...],
    workspace: str | None,
) -> None:
    """Tell readers of a served workspace what they follow, by mail and push, until stopped.

    purport serve starts one by itself; further ones share the work, on PostgreSQL from other
    machines too. Of what one is sending when it dies nothing is sent again.
    """
    from purport.web import NotifyOptions  # noqa: PLC0415 - the web application is slow to import
    from purport.web import notify as tell_readers  # noqa: PLC0415

    options = NotifyOptions(
        workspace=workspace_folder(workspace),
        link=link.rstrip("/"),
        database=resolve("database"),
        mail=resolve("mail", mail),
        publisher=resolve("publisher", publisher) or "Unnamed publisher",
        push_hosts=frozenset(push_hosts),
        notices_kept=timedelta(
            days=max(_NOTICES_KEPT_DAYS, int(resolve("notices_kept_days") or _NOTICES_KEPT_DAYS))
        ),
    )
    tell_readers(options, parent=parent)


@click.command(epilog=example("purport cases -w my-case"))
@workspace
@as_json
def cases(*, workspace: str | None, as_json: bool) -> None:
    """List the cases of the workspace; PURPORT_CASE names the one that other commands work on."""
    from purport.casework import list_cases  # noqa: PLC0415 - reads the database

    listed = list_cases(workspace_folder(workspace), database=resolve("database"))
    if as_json:
        print_json([{"key": one.key, "name": one.name} for one in listed])
        return
    for one in listed:
        click.echo(
            f"{one.key}  {one.name or ''}  "
            f"({count_of(one.items, 'item')}, {count_of(one.claims, 'claim')})"
        )
