"""Groups of commands: one that imports each only when it is needed, one that tells each whole."""

from collections.abc import Mapping
from importlib import import_module

import click
from click.exceptions import NoSuchCommand

__all__ = ["LazyGroup", "WholeGroup"]


class LazyGroup(click.Group):
    """A group of commands named by "module:attribute" with a line of help each.

    Args:
        name: Name of the group.
        help: Its help text.
        lazy: Name of each command, to where it is defined and its short help.
    """

    def __init__(self, name: str, *, help: str, lazy: Mapping[str, tuple[str, str]]) -> None:  # noqa: A002 - click's own name
        super().__init__(
            name,
            help=help,
            no_args_is_help=True,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work, not of the alphabet."""
        del ctx
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None when there is no such name."""
        del ctx
        if cmd_name not in self._lazy:
            return None
        module, attribute = self._lazy[cmd_name][0].split(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command, and on a typo suggest the nearest names."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            raise NoSuchCommand(args[0], possibilities=self._lazy, ctx=ctx) from error


class WholeGroup(click.Group):
    """A group whose help says of each command its whole first sentence, not the beginning of it."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, in the order in which they were made."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self._sentence(ctx, name)) for name in self.list_commands(ctx)]
            )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work, not of the alphabet."""
        del ctx
        return list(self.commands)

    def _sentence(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        lines = (command.help or "").split("\n\n", maxsplit=1)[0] if command else ""
        return " ".join(lines.split())
