"""`purport seal`, `verify`, `reproduce` and `key`: a case that others can check and run again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from purport.casework import (
    Reproduction,
    reproduce_bag,
    seal_case,
    verify_bag,
    verify_workspace,
)
from purport.cli._lazy import WholeGroup
from purport.cli._opening import open_workspace
from purport.cli._options import as_json, example, workspace, workspace_folder
from purport.cli._output import print_json, progress_bars
from purport.cli._settings import resolve
from purport.core.digests import Digest, JsonObject
from purport.core.errors import InputError
from purport.core.instants import format_utc
from purport.core.records import to_json
from purport.seals import (
    Authority,
    BagReport,
    Ending,
    KeyRing,
    KnownParties,
    Profile,
    fingerprint_of,
    load_certificates,
    public_key_page,
    read_public_pem,
    system_roots,
    visible,
)

if TYPE_CHECKING:
    from purport.seals import KnownToken

__all__ = ["key", "reproduce", "seal", "verify"]

_EXIT_DIFFERS = 1
_DIGEST_LENGTH = 64
_LISTED = 20
_WORKSPACE_FILES = ("purport.sqlite3", "case")

_keys_option = click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    help="A key that you know from elsewhere: a PEM file, or a fingerprint. Repeat for more.",
)
_trust_option = click.option(
    "--trust",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ROOT.pem",
    help="Root of a time-stamp authority that you know from elsewhere. Repeat for more.",
)


@click.command(
    epilog=example(
        "purport seal my-case case.bag",
        "purport seal my-case case.bag --tsa https://freetsa.org/tsr,freetsa-root.pem",
    )
)
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--tsa",
    multiple=True,
    metavar="URL[,ROOT.pem]",
    help="Time-stamp authority, with its root unless this system trusts it; two are better than "
    "one. Only a digest is sent. [PURPORT_TSA]",
)
@click.option("--without-media", is_flag=True, help="Leave footage out; its digests stay.")
def seal(*, case: Path, out: Path, tsa: tuple[str, ...], without_media: bool) -> None:
    """Seal the workspace CASE as the bag OUT, a folder that does not exist yet.

    A bag holds the evidence, all records, the custody chain, the dossier, the versions and
    parameters of every check, and Purport itself. It is signed with your key, which is made on
    first use, and time-stamped by the authorities that you name.
    """
    named = tsa or tuple((resolve("tsa") or "").split())
    authorities = [_authority(text) for text in named]
    with (
        open_workspace(str(case)) as opened,
        progress_bars(wanted=True) as progress,
    ):
        sealed = seal_case(
            opened,
            out,
            keys=_key_ring(),
            authorities=authorities,
            media=not without_media,
            agent=resolve("agent") or "purport",
            progress=progress,
        )
    click.echo(f"Sealed: {sealed.bag}")
    click.echo(f"Manifest (SHA-256): {sealed.manifest}")
    click.echo(f"Key: {sealed.key}")
    for name, time in sealed.stamps:
        click.echo(f"Stamped: {format_utc(time)} by {name}")
    if len(sealed.stamps) < 2:  # noqa: PLR2004 - two authorities, one may fail or be distrusted
        click.echo(
            "purport: " + ("no time stamp" if not sealed.stamps else "one time stamp") + "; two "
            "authorities are recommended (--tsa URL): without them only you say when.",
            err=True,
        )


@click.command(
    epilog=example("purport verify case.bag --key publisher.pem", "purport verify -w my-case")
)
@click.argument("bag", required=False, type=click.Path(exists=True, path_type=Path))
@_keys_option
@_trust_option
@workspace
@as_json
def verify(
    *,
    bag: Path | None,
    keys: tuple[str, ...],
    trust: tuple[Path, ...],
    workspace: str | None,
    as_json: bool,
) -> None:
    """Verify BAG (a folder, zip or tar), or without it the workspace; offline.

    Recomputes every digest and the custody chain, verifies signature and time stamps, and names
    the first thing that is off and every other.
    """
    if bag is None or _is_workspace(bag):
        if keys or trust:
            raise click.UsageError("--key and --trust are for bags; this is a workspace.")
        _verify_workspace(str(bag) if bag is not None else workspace, as_json=as_json)
        return
    report = verify_bag(bag, known=_known(keys, trust))
    if as_json:
        print_json(to_json(report))
        return
    _print_report(report)


@click.command(
    epilog=example("purport reproduce case.bag", "purport reproduce case.bag --into again --json")
)
@click.argument("bag", type=click.Path(exists=True, path_type=Path))
@_keys_option
@_trust_option
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with files that were withheld from the bag.",
)
@click.option("--into", type=click.Path(path_type=Path), help="Keep the fresh workspace there.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes [PURPORT_WORKERS].")
@as_json
def reproduce(
    *,
    bag: Path,
    keys: tuple[str, ...],
    trust: tuple[Path, ...],
    media: Path | None,
    into: Path | None,
    workers: int | None,
    as_json: bool,
) -> int:
    """Run all checks of a sealed case again, and compare every number with the sealed one.

    Leaves with 0 when every number lies within its tolerance, else, and where nothing could be
    compared, with 1.
    """
    number = resolve("workers", str(workers) if workers else None)
    with progress_bars(wanted=not as_json) as progress:
        result = reproduce_bag(
            bag,
            known=_known(keys, trust),
            media=media,
            into=into,
            workers=int(number) if number else None,
            agent=resolve("agent") or "purport",
            progress=progress,
        )
    if as_json:
        print_json(_reproduction_json(result))
    else:
        _print_reproduction(result)
    return 0 if result.agrees else _EXIT_DIFFERS


@click.group(
    cls=WholeGroup, epilog=example("purport key show", 'purport key page --owner "The Desk"')
)
def key() -> None:
    """Show, replace or publish the key that signs your bags."""


@key.command("show", epilog=example("purport key show"))
def key_show() -> None:
    """Print the fingerprint and public half of the key; the first one is made now."""
    ring = _key_ring()
    current = ring.current(datetime.now(UTC))
    click.echo(f"{current.fingerprint}\n{current.pem.strip()}")
    click.echo(f"Private halves, for your eyes alone: {ring.folder}", err=True)


@key.command("rotate", epilog=example("purport key rotate"))
@click.option("--compromised", is_flag=True, help="Somebody else may have the old key.")
def key_rotate(*, compromised: bool) -> None:
    """Make a new key; the old one vouches for it, unless it was compromised."""
    ending = Ending.COMPROMISED if compromised else Ending.ROTATED
    fresh = _key_ring().rotate(datetime.now(UTC), ending=ending)
    click.echo(fresh.fingerprint)
    click.echo("Publish the page again: purport key page", err=True)


@key.command("page", epilog=example('purport key page --owner "The Desk" > keys.md'))
@click.option("--owner", required=True, help="Whose keys these are, as readers know you.")
def key_page(*, owner: str) -> None:
    """Print the page to publish: all your keys, from when to when."""
    click.echo(public_key_page(_key_ring().public_keys(), owner=owner), nl=False)


def _key_ring() -> KeyRing:
    folder = resolve("keys")
    if folder is not None:
        return KeyRing(Path(folder))
    from platformdirs import user_data_path  # noqa: PLC0415 - keeps start-up fast

    return KeyRing(user_data_path("purport", appauthor=False) / "keys")


def _authority(text: str) -> Authority:
    url, _, root = text.partition(",")
    if not root:
        return Authority(url=url)
    path = Path(root)
    if not path.is_file():
        raise InputError(root, "is no file", remedy="Write --tsa URL,ROOT.pem.")
    return Authority(url=url, roots=load_certificates(path))


def _known(keys: tuple[str, ...], trust: tuple[Path, ...]) -> KnownParties:
    return KnownParties(
        keys=tuple(_fingerprint(text) for text in keys),
        roots=system_roots(),
        named_roots=tuple(root for path in trust for root in load_certificates(path)),
    )


def _fingerprint(text: str) -> Digest:
    plain = text.strip().lower()
    if len(plain) == _DIGEST_LENGTH and all(letter in "0123456789abcdef" for letter in plain):
        return Digest(plain)
    path = Path(text)
    if not path.is_file():
        raise InputError(text, "is no key", remedy="Give a PEM file, or 64 hexadecimal digits.")
    pem = path.read_text(encoding="ascii", errors="replace")
    return fingerprint_of(read_public_pem(pem, subject=text))


def _is_workspace(folder: Path) -> bool:
    """Tell a workspace from a bag, in which files of the same names may be a trap."""
    named = any((folder / name).is_file() for name in _WORKSPACE_FILES)
    return named and not (folder / "bagit.txt").exists()


def _verify_workspace(folder: str | None, *, as_json: bool) -> None:
    result = verify_workspace(
        workspace_folder(folder),
        agent=resolve("agent") or "purport",
        database=resolve("database"),
    )
    if as_json:
        print_json(to_json(result))
        return
    click.echo(
        f"Whole: {result.objects} preserved objects, {result.records} records, "
        f"{result.events} custody events. Head of the chain: {result.head}"
    )


def _print_report(report: BagReport) -> None:
    if report.profile is Profile.PLAIN:
        click.echo(f"Whole: a BagIt bag of {report.files} files. It is not sealed: nobody signed.")
    statement = report.statement
    if statement is not None:
        click.echo(
            f"Whole: {visible(statement.case)}, {report.files} files, {report.records} records, "
            f"{report.events} custody events. Head of the chain: {statement.custody_head}"
        )
        click.echo(f"Signed by: {statement.key} ({_standing(report)})")
        for token in report.tokens:
            click.echo(f"Stamped: {_token_words(token)}")
        if not report.tokens:
            sealed = format_utc(statement.sealed_utc.replace(microsecond=0))
            click.echo(f"Stamped: by nobody; the sealer says {sealed}.")
    for warning in report.warnings:
        click.echo(f"purport: {warning}", err=True)


def _standing(report: BagReport) -> str:
    if report.signer_known:
        return "a key that you named, or that one of these vouches for"
    own = {each.fingerprint for each in _key_ring().public_keys()}
    if report.statement is not None and report.statement.key in own:
        return "a key of your own"
    return "compare it with the key that the sealer publishes, or give that with --key"


def _token_words(token: "KnownToken") -> str:
    accuracy = "" if token.accuracy_s is None else f" (to {token.accuracy_s:g} s)"
    trust = "" if token.trusted else f"; its root, {token.root}, is not known to this system"
    return visible(f"{format_utc(token.time_utc)}{accuracy} by {token.authority}{trust}")


def _print_reproduction(result: Reproduction) -> None:
    differing = [record for record in result.records if record.differences]
    outside = [record for record in differing if not record.agrees]
    if not result.records:
        words = "nothing that could be compared"
    elif result.identical:
        words = "the same to the last digit"
    elif result.agrees:
        words = "within their tolerances"
    else:
        words = f"not all within their tolerances: {len(outside)} records differ by more"
    case = visible(result.case)
    click.echo(f"{case}: {result.numbers} numbers in {len(result.records)} records, {words}.")
    for name in result.withheld:
        click.echo(f"not run again: {visible(name)} was withheld from the bag")
    for record in differing:
        worst = [each for each in record.differences if not each.within] or record.differences
        mark = "differs" if not record.agrees else "within"
        click.echo(f"{mark}: {visible(record.name)} ({len(record.differences)} places)")
        for each in worst[:_LISTED]:
            words = f"{each.path}: sealed {_brief(each.sealed)}, found {_brief(each.found)}"
            click.echo(f"    {visible(words)}")
        causes = "; ".join(
            f"{cause.what} ({cause.sealed or 'none'} → {cause.found or 'none'})"
            for cause in record.causes
        )
        because = visible(causes) or "nothing that is known: please report this"
        click.echo(f"    because of: {because}")
    for cause in result.causes:
        words = f"{cause.what}: {cause.sealed or 'none'} → {cause.found or 'none'}"
        click.echo(f"not as sealed: {visible(words)}")


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - a line


def _reproduction_json(result: Reproduction) -> JsonObject:
    value = cast("dict[str, object]", to_json(result))
    value["records"] = [
        to_json(record) if record.differences else record.name for record in result.records
    ]
    return cast("JsonObject", value)
