"""Options that several commands share, each defined once."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from purport.cli._settings import resolve
from purport.core.case import ViewHint
from purport.core.errors import InputError

if TYPE_CHECKING:
    from purport.casework import ModelChoice

__all__ = [
    "as_json",
    "author",
    "encoding",
    "example",
    "existing_file",
    "model_choice",
    "model_options",
    "view_hint",
    "view_hint_options",
    "workspace",
    "workspace_folder",
]

FunctionT = TypeVar("FunctionT", bound=Callable[..., object])

existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)

workspace = click.option(
    "-w", "--workspace", metavar="DIR", help="Folder of the workspace [PURPORT_WORKSPACE]."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
encoding = click.option(
    "--encoding", help="Encoding of the story, when it does not say it itself (e.g. windows-1251)."
)
author = click.option("--author", required=True, help="Your name, as the record keeps it.")


def example(*calls: str) -> str:
    """Return what stands at the foot of a command's help: how it is called, word for word."""
    lines = [f"  {line}" for call in calls for line in call.splitlines()]
    return "\n".join(["\b", "Example:" if len(calls) == 1 else "Examples:", *lines])


def model_options(command: FunctionT) -> FunctionT:
    """Add the options that name a language model to ask about a story."""
    for option in (
        click.option("--model", metavar="NAME", help="Name of the language model there."),
        click.option(
            "--llm",
            metavar="URL",
            help="OpenAI-compatible endpoint that may propose claims; the story's text goes there.",
        ),
    ):
        command = option(command)
    return command


def model_choice(url: str | None, model: str | None) -> "ModelChoice | None":
    """Return the model that `--llm` and `--model` name; None when neither was given.

    Raises:
        click.UsageError: One was given without the other.
        InputError: The address cannot be asked.
    """
    from purport.casework import ModelChoice  # noqa: PLC0415 - most commands need none

    if url is None and model is None:
        return None
    if url is None or model is None:
        raise click.UsageError("Give --llm and --model together.")
    return ModelChoice(url=url, model=model)


def view_hint_options(command: FunctionT) -> FunctionT:
    """Add the options that say what is roughly known of the camera."""
    for option in (
        click.option(
            "--heading-sd", type=float, metavar="DEGREES", help="Standard uncertainty of --heading."
        ),
        click.option(
            "--heading",
            type=float,
            metavar="DEGREES",
            help="Where the picture's top points, roughly.",
        ),
        click.option(
            "--gsd",
            type=float,
            nargs=2,
            metavar="LOW HIGH",
            help="Metres of ground to a pixel of the footage, roughly.",
        ),
    ):
        command = option(command)
    return command


def view_hint(
    gsd: tuple[float, float] | None, heading: float | None, heading_sd: float | None
) -> ViewHint | None:
    """Return what is roughly known of the camera; None for nothing.

    Raises:
        InputError: No camera is so.
    """
    if gsd is None and heading is None:
        return None
    try:
        if heading_sd is None:
            return ViewHint(gsd_m=gsd, heading_deg=heading)
        return ViewHint(gsd_m=gsd, heading_deg=heading, heading_sd_deg=heading_sd)
    except ValueError as error:
        raise InputError(
            "--gsd, --heading", str(error), remedy="Write --gsd 0.2 0.5 --heading 270."
        ) from error


def workspace_folder(option: str | None) -> Path:
    """Return the folder that option, environment, file or default name."""
    return Path(resolve("workspace", option) or ".")
