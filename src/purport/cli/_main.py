"""The entry point: one broad catch, exit codes mapped once.

Exit codes: 0 done · 1 `--fail-on` asked for it · 2 wrong use of the command · 3 an input cannot be
used · 4 bytes or records are not what was recorded · 5 something is not to be had now (busy, disk
full, missing tool) · 70 a bug of Purport · 130 interrupted.
"""

import errno
import sys
from typing import NoReturn

import click

from purport import __version__
from purport.cli._exit_codes import (
    EXIT_BUG,
    EXIT_INPUT,
    EXIT_INTEGRITY,
    EXIT_INTERRUPTED,
    EXIT_UNAVAILABLE,
)
from purport.cli._lazy import LazyGroup

__all__ = ["main", "purport"]

_REFUSED = frozenset({errno.EACCES, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EPERM})
_REFUSED |= {errno.EROFS}
_SCARCE = frozenset({errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENOSPC})

purport = LazyGroup(
    "purport",
    help=(
        "Check what published footage purports to show.\n\n"
        "Start with `purport check STORY FOOTAGE…`; the other commands do the same work step by "
        "step in a workspace."
    ),
    lazy={
        "check": ("purport.cli.check:check", "The whole job: from story and footage to verdicts."),
        "init": ("purport.cli.workspace:init", "Make an empty workspace."),
        "add": ("purport.cli.workspace:add", "Preserve stories, footage, references, layers."),
        "capture": ("purport.cli.capture:capture", "Preserve a web page with its films."),
        "claims": ("purport.cli.show:claims", "List the claims with their exact spans."),
        "findings": ("purport.cli.show:findings", "List what the checks found."),
        "items": ("purport.cli.show:items", "List the media items, or find some by words."),
        "mark": ("purport.cli.people:mark", "Record a point that a person placed."),
        "judge": ("purport.cli.people:judge", "Judge all claims, or confirm or change a rating."),
        "serve": ("purport.cli.serve:serve", "Open the case room in the browser."),
        "work": ("purport.cli.serve:work", "Do the background work of a served workspace."),
        "notify": ("purport.cli.serve:notify", "Tell readers what they follow, by mail and push."),
        "cases": ("purport.cli.serve:cases", "List the cases of the workspace."),
        "judge-sheet": (
            "purport.cli.judge_sheet:judge_sheet",
            "Judge a table of claims without any footage.",
        ),
        "report": ("purport.cli.show:report", "Write the dossier again."),
        "export": (
            "purport.cli.show:export",
            "Write tables and a map for other programs.",
        ),
        "seal": ("purport.cli.seal:seal", "Seal the case as a bag that a stranger can check."),
        "verify": ("purport.cli.seal:verify", "Is a sealed bag, or the workspace, whole?"),
        "reproduce": ("purport.cli.seal:reproduce", "Run a sealed case again and compare."),
        "copy": ("purport.cli.copying:copy", "Copy the workspace to another database or store."),
        "fixity": ("purport.cli.fixity:fixity", "Are the preserved files what they were?"),
        "key": ("purport.cli.seal:key", "Show, replace or publish the key that signs."),
        "gazetteer": ("purport.cli.gazetteer:gazetteer", "Find places by name, offline."),
        "index": ("purport.cli.index:index", "Which seconds are in a large collection of videos?"),
        "config": ("purport.cli.config:config", "Show every setting and where it comes from."),
    },
)
click.version_option(__version__, prog_name="purport")(purport)


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    try:
        code = purport.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("purport: interrupted; what was reported as stored is stored.", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the one place where the CLI catches everything
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Print an error for people, and choose the exit code."""
    from purport.core import errors  # noqa: PLC0415 - keeps `--version` fast

    if isinstance(error, errors.PurportError):
        click.echo(f"purport: {error.diagnostics()}", err=True)
        if isinstance(error, errors.InputError):
            return EXIT_INPUT
        if isinstance(error, errors.IntegrityError):
            return EXIT_INTEGRITY
        return EXIT_UNAVAILABLE if isinstance(error, errors.UnavailableError) else EXIT_BUG
    if isinstance(error, OSError) and error.errno in _REFUSED | _SCARCE:
        click.echo(f"purport: {error.filename or 'a file'}: {error.strerror}", err=True)
        click.echo("  Choose a place that can be written to, or make room there.", err=True)
        return EXIT_INPUT if error.errno in _REFUSED else EXIT_UNAVAILABLE
    import traceback  # noqa: PLC0415 - only for a bug

    traceback.print_exception(error)
    click.echo("purport: this is a bug of Purport; please report the lines above.", err=True)
    return EXIT_BUG
