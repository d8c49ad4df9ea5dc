"""`purport capture`: a page and its films from the web, preserved with how they came."""

from dataclasses import replace

import click

from purport.casework import CaptureChoice, capture_url, parse_publication
from purport.cli._opening import open_workspace
from purport.cli._options import example, workspace
from purport.cli._settings import resolve
from purport.core.errors import InputError
from purport.sources import Limits

__all__ = ["capture"]

_MIB = 1 << 20
_YES = frozenset({"1", "true", "yes"})
_NO = frozenset({"0", "false", "no", ""})


@click.command(
    epilog=example(
        "purport capture https://example.org/news/strike.html --story -w my-case",
        "purport capture https://example.org/film --no-browser --published 2015-09-30",
    )
)
@click.argument("url")
@click.option("--story", is_flag=True, help="Read the page's claims, as purport add story does.")
@click.option("--collector", help="Who captures it.")
@click.option("--published", metavar="DATE[,URL]", help="When and where it was made public.")
@click.option(
    "--allow-private",
    is_flag=True,
    help="Ask machines of your own network too [PURPORT_ALLOW_PRIVATE].",
)
@click.option("--no-browser", is_flag=True, help="Do not show the page in Chromium.")
@click.option("--no-media", is_flag=True, help="Do not let yt-dlp look for films.")
@click.option(
    "--largest",
    type=click.IntRange(min=1),
    metavar="MIB",
    help="Largest file taken (1024 when not given).",
)
@click.option(
    "--within",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Give up after so long (1800 when not given).",
)
@workspace
def capture(  # noqa: PLR0913 - click passes every option by its name
    *,
    url: str,
    story: bool,
    collector: str | None,
    published: str | None,
    allow_private: bool,
    no_browser: bool,
    no_media: bool,
    largest: int | None,
    within: float | None,
    workspace: str | None,
) -> None:
    """Capture a page with all it loads, a picture of it, and its films.

    Walls, notices and empty players are recognised, and are not taken for the page.
    """
    limits = Limits()
    if largest is not None:
        limits = replace(limits, largest_bytes=largest * _MIB)
    if within is not None:
        limits = replace(limits, capture_s=within, exchange_s=min(within, limits.exchange_s))
    choice = CaptureChoice(
        allow_private=allow_private or _setting_allows(),
        browser=not no_browser,
        media=not no_media,
        story=story,
        limits=limits,
        collector=collector,
        publication=None if published is None else parse_publication(published),
    )
    with open_workspace(workspace) as opened:
        came = capture_url(opened, url, choice, told=click.echo)
    for line in came.record.differences:
        click.echo(f"differs from the capture before: {line}", err=True)
    if came.record.before is not None and not came.record.differences:
        click.echo("nothing differs from the capture before", err=True)
    for name, fault in came.unread:
        click.echo(f"preserved, but no item: {name} {fault}", err=True)
    for where, why in came.record.refused:
        click.echo(f"not captured: {where} ({why})", err=True)


def _setting_allows() -> bool:
    said = (resolve("allow_private") or "").strip().lower()
    if said in _YES | _NO:
        return said in _YES
    raise InputError("allow_private", f"is {said!r}", remedy="Set it to yes or no.")
