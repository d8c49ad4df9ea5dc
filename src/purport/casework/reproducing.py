"""Running a sealed case again, and holding every number against the sealed one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from purport.casework.checking import run_checks
from purport.casework.claims import update_claims
from purport.casework.importing import Imported, import_bag
from purport.casework.judging import judge_case
from purport.casework.opening_bags import open_verified
from purport.casework.progress import Progress, quiet
from purport.casework.workspace import Workspace, require_workspace
from purport.core.digests import JsonObject, JsonValue
from purport.core.errors import InputError
from purport.seals import (
    Difference,
    Environment,
    KnownParties,
    Tolerance,
    compare,
    describe_environment,
    layout,
)
from purport.vault import Row, live_rows

__all__ = ["Cause", "Compared", "Reproduction", "reproduce_bag"]

_COMPARED = ("survey", "claim", "outcome", "proposal")
"""Tables of what was found and judged; the others hold what was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why numbers may differ."""

    what: str
    """What is not as it was."""
    sealed: str
    """As it was; empty when it was not there."""
    found: str
    """As it is; empty when it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One record, found again."""

    table: str
    """"survey", "claim", "outcome" or "proposal"."""
    key: str
    """Which record."""
    name: str
    """What people call it: check and item."""
    differences: tuple[Difference, ...]
    """Where it is not what was sealed, within tolerance or not."""
    causes: tuple[Cause, ...]
    """What of machine, versions, parameters or inputs is not as it was, as far as it concerns
    this record."""

    @property
    def agrees(self) -> bool:
        """Whether everything lies within its tolerance."""
        return all(difference.within for difference in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What came of running a case again."""

    case: str
    """Name of the case."""
    identical: bool
    """Whether nothing differs at all; not where nothing could be compared."""
    agrees: bool
    """Whether everything that could be found again lies within its tolerance; not where that is
    nothing."""
    same_environment: bool
    """Whether machine, system and versions are the same, so that nothing may differ."""
    causes: tuple[Cause, ...]
    """What of them is not as it was."""
    withheld: tuple[str, ...]
    """Files that are not in the bag and were not given: nothing about them was run again."""
    records: tuple[Compared, ...]
    """Every record of what was found and judged."""
    numbers: int
    """Numbers that were compared."""


def reproduce_bag(
    path: Path,
    *,
    known: KnownParties | None = None,
    media: Path | None = None,
    into: Path | None = None,
    workers: int | None = None,
    agent: str = "purport",
    progress: Progress = quiet,
) -> Reproduction:
    """Verify a sealed bag, run all checks again in a fresh workspace, and compare.

    Args:
        path: The bag: a folder, or a zip or tar of one.
        known: Whom the reader knows; None for nobody.
        media: Folder with files that were withheld from the bag.
        into: Folder of the workspace to be made and kept, not there yet; None for one that is
            thrown away.
        workers: Processes; None for one a core.
        agent: Who acts, as the fresh custody chain names it.
        progress: Is told of every step.

    Raises:
        ForgedBagError: The bag is not as it was sealed.
        InputError: It is no sealed bag, or of a version that cannot be read; or there is a
            workspace at `into`.
    """
    with open_verified(path, known=known) as (root, report), TemporaryDirectory() as passing:
        sealed_environment = _read_environment(root)
        if into is not None and require_workspace(into, create=True, has_database=False):
            raise InputError(
                str(into),
                "is a workspace already: what it holds would be mixed with the case",
                remedy="Name a folder that does not exist yet.",
            )
        folder = into if into is not None else Path(passing) / "case"
        with Workspace.open(folder, create=True, agent=agent) as workspace:
            imported = import_bag(workspace, root, report, media=media)
            update_claims(workspace)
            run_checks(workspace, workers=workers, progress=progress)
            judge_case(workspace)
            found = live_rows(workspace.store.rows())
    name = report.statement.case if report.statement is not None else path.name
    return _conclude(name, imported, found, sealed_environment)


def _read_environment(root: Path) -> JsonObject:
    """Read with what the case was checked."""
    try:
        stated: JsonObject = json.loads((root / layout.ENVIRONMENT_FILE).read_bytes())
        for part in ("packages", "optional"):
            _versions(stated.get(part))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise InputError(
            layout.ENVIRONMENT_FILE,
            f"cannot be read, so that nothing tells with what the case was checked ({error})",
            remedy="Ask whoever sealed the bag for it again.",
        ) from error
    return stated


def _conclude(
    name: str, imported: Imported, found: Sequence[Row], sealed_environment: JsonObject
) -> Reproduction:
    used = {name for row in (*imported.rows, *found) for name in _libraries(_value(row))}
    causes = tuple(_environment_causes(sealed_environment, describe_environment(), used))
    again = {(row.table, row.key): row for row in found}
    sealed = {(row.table, row.key): row for row in imported.rows if row.table in _COMPARED}
    withheld = {each.digest for each in imported.missing}
    records = []
    numbers = 0
    for place in sorted(sealed.keys() | {key for key in again if key[0] in _COMPARED}):
        one = _value(sealed.get(place))
        if _item_of(place, one) in withheld:
            continue
        other = _value(again.get(place))
        numbers += _count_numbers(one)
        records.append(_compared(place, one, other, causes, without=bool(withheld)))
    return Reproduction(
        case=name,
        identical=bool(records) and not any(record.differences for record in records),
        agrees=bool(records) and all(record.agrees for record in records),
        same_environment=not causes,
        causes=causes,
        withheld=tuple(each.name for each in imported.missing),
        records=tuple(records),
        numbers=numbers,
    )


def _compared(
    place: tuple[str, str],
    sealed: JsonValue,
    found: JsonValue,
    environment: Sequence[Cause],
    *,
    without: bool,
) -> Compared:
    causes = [*_own_causes(sealed, found)]
    if without:
        causes.append(Cause(what="other items of the case", sealed="there", found="withheld"))
    concerned = [*causes, *_concerning(sealed, environment)]
    exactly = not environment and not causes
    differences = tuple(_differences(sealed, found, exactly=exactly))
    return Compared(
        table=place[0],
        key=place[1],
        name=_name(place, sealed if sealed is not None else found),
        differences=differences,
        causes=tuple(concerned) if differences else (),
    )


def _differences(sealed: JsonValue, found: JsonValue, *, exactly: bool) -> Iterator[Difference]:
    if sealed is None or found is None:
        yield Difference(
            path="record",
            sealed=None if sealed is None else "there",
            found=None if found is None else "there",
            tolerance=Tolerance.EXACT,
            allowed=None,
            within=False,
        )
        return
    yield from compare(_without_ids(sealed), _without_ids(found), exactly=exactly)


def _without_ids(value: JsonValue) -> JsonValue:
    """Leave out what follows from the rest: ids are digests of what is compared anyway."""
    if isinstance(value, Mapping):
        return {name: _without_ids(part) for name, part in value.items() if name != "finding"}
    if isinstance(value, list | tuple):
        return [_without_ids(part) for part in value]
    return value


def _environment_causes(sealed: JsonObject, now: Environment, used: set[str]) -> Iterator[Cause]:
    """Name what of machine and versions is not as it was; of optional parts, what was used."""
    for name in ("purport", "python", "system", "machine", "processor"):
        yield from _if_differs(_WORDS[name], str(sealed.get(name, "")), str(getattr(now, name)))
    for part, word in (("packages", "version of"), ("optional", "optional part")):
        before = _versions(sealed.get(part))
        after = dict(cast("Sequence[tuple[str, str]]", getattr(now, part)))
        for package in sorted(before.keys() | after.keys()):
            if part == "optional" and package not in used:
                continue
            what = f"{word} {package}"
            yield from _if_differs(what, before.get(package, ""), after.get(package, ""))


_WORDS = {
    "purport": "version of purport",
    "python": "version of Python",
    "system": "operating system",
    "machine": "architecture",
    "processor": "processor",
}


def _versions(value: JsonValue) -> dict[str, str]:
    pairs = value if isinstance(value, list) else []
    return {str(pair[0]): str(pair[1]) for pair in cast("list[Sequence[str]]", pairs)}


def _if_differs(what: str, sealed: str, found: str) -> Iterator[Cause]:
    if sealed != found:
        yield Cause(what=what, sealed=sealed, found=found)


def _own_causes(sealed: JsonValue, found: JsonValue) -> Iterator[Cause]:
    """Name what of a check is not as it was: version, parameters, an input that it lacked."""
    if not isinstance(sealed, Mapping) or not isinstance(found, Mapping):
        return
    yield from _if_differs(
        "version of the check", str(sealed.get("version", "")), str(found.get("version", ""))
    )
    if sealed.get("parameters") != found.get("parameters"):
        yield Cause(what="parameters of the check", sealed="others", found="")
    for key, words in (("not_run", "an input or optional part"), ("fault", "whether it went well")):
        if bool(sealed.get(key)) != bool(found.get(key)):
            yield Cause(what=words, sealed=_reason(sealed.get(key)), found=_reason(found.get(key)))


def _reason(value: Any) -> str:  # noqa: ANN401 - any JSON
    if not isinstance(value, Mapping):
        return "there"
    missing = value.get("missing") or value.get("fault")
    return "; ".join(missing) if isinstance(missing, list | tuple) else str(missing)


def _concerning(sealed: JsonValue, environment: Sequence[Cause]) -> Iterator[Cause]:
    """Choose, of what is not as it was, what the record's own check works with."""
    libraries = {"version of " + name for name in _libraries(sealed)}
    general = set(_WORDS.values())
    for cause in environment:
        is_library = cause.what.startswith("version of ") and cause.what not in general
        if not is_library or not libraries or cause.what in libraries:
            yield cause


def _libraries(value: JsonValue) -> Iterator[str]:
    findings = value.get("findings", []) if isinstance(value, Mapping) else []
    for finding in findings if isinstance(findings, list) else ():
        derivation = finding.get("derivation", {}) if isinstance(finding, Mapping) else {}
        for pair in derivation.get("libraries", []) if isinstance(derivation, Mapping) else []:
            yield str(pair[0]).lower().replace("_", "-")


def _value(row: Row | None) -> JsonValue:
    return None if row is None else cast("JsonValue", json.loads(row.body))


def _item_of(place: tuple[str, str], sealed: JsonValue) -> str | None:
    if place[0] in {"survey", "outcome"} and isinstance(sealed, Mapping):
        return str(sealed.get("item"))
    return None


def _name(place: tuple[str, str], value: JsonValue) -> str:
    table, key = place
    if table == "outcome" and isinstance(value, Mapping):
        return f"{value.get('check')} of {str(value.get('item'))[:12]}"
    return f"{table} {key[:24]}"


def _count_numbers(value: JsonValue) -> int:
    if isinstance(value, bool):
        return 0
    if isinstance(value, int | float):
        return 1
    if isinstance(value, Mapping):
        return sum(_count_numbers(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(_count_numbers(part) for part in value)
    return 0
