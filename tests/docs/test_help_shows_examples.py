"""The example at the foot of each command's help is one that the command takes."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from purport.cli import _main

FILES = (
    *("story.html", "strike.mp4", "place.tif", "items.csv", "who-held-what.geojson"),
    *("found.csv", "control.geojson", "heights.tif", "model.onnx", "agencies.pem", "page.wacz"),
    *("publisher.pem", "hashes.txt"),
)
FOLDERS = ("my-case", "case.bag", "videos/new")


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command and group by the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands(_main.purport))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which the files of all examples lie."""
    monkeypatch.chdir(tmp_path)
    for name in FOLDERS:
        Path(name).mkdir(parents=True)
    for name in FILES:
        Path(name).touch()


@pytest.mark.parametrize("path", ALL, ids=" ".join)
@pytest.mark.usefixtures("desk")
def test_help_ends_with_an_example_that_the_command_takes(path: tuple[str, ...]) -> None:
    head, *lines = (ALL[path].epilog or "").removeprefix("\b\n").splitlines()
    examples = "\n".join(lines).replace("\\\n", " ").splitlines()
    assert head == ("Example:" if len(examples) == 1 else "Examples:")
    for example in examples:
        call, *words = shlex.split(example.partition(" > ")[0])
        assert call == "purport"
        assert tuple(words[: len(path)]) == path
        _parse(_main.purport, words)


def _parse(command: click.Command, words: list[str]) -> None:
    """Read the words as the command would, without doing what it does."""
    context = command.make_context(command.name, list(words))
    if isinstance(command, click.Group):
        name, inner, rest = command.resolve_command(context, words)
        assert name is not None
        assert inner is not None
        _parse(inner, rest)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    silent = [
        option.opts[0]
        for option in ALL[path].params
        if isinstance(option, click.Option) and not option.hidden and not option.help
    ]
    assert silent == []
