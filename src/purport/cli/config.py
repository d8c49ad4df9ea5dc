"""`purport config show`: every setting, its value and where that comes from."""

import json

import click

from purport.cli._lazy import WholeGroup
from purport.cli._options import as_json, example
from purport.cli._output import print_json
from purport.cli._rules import rules_with_origin
from purport.cli._settings import RULES_TABLE, config_file, resolve_all
from purport.core.records import to_json

__all__ = ["config"]


@click.group(cls=WholeGroup, epilog=example("purport config show"))
def config() -> None:
    """Show settings: options go before the environment, that before the file and defaults."""


@config.command(epilog=example("purport config show --json"))
@as_json
def show(*, as_json: bool) -> None:
    """Show every setting, its value and where it comes from."""
    settings = resolve_all()
    rules = rules_with_origin()
    if as_json:
        print_json(
            [
                {"name": one.definition.name, "value": one.value, "origin": one.origin}
                for one in settings
            ]
            + [
                {"name": f"{RULES_TABLE}.{name}", "value": to_json(value), "origin": origin}
                for name, value, origin in rules
            ]
        )
        return
    for one in settings:
        value = "(unset)" if one.value is None else one.value
        click.echo(f"{one.definition.name} = {value}    [{one.origin}]")
        click.echo(f"    {one.definition.meaning}")
    click.echo(f"\n[{RULES_TABLE}]  (each with its reason in docs/verdicts.md)")
    for name, number, origin in rules:
        click.echo(f"{name} = {json.dumps(to_json(number))}    [{origin}]")
    click.echo(f"\nFile: {config_file()}{'' if config_file().is_file() else ' (not there)'}")
