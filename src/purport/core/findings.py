"""Findings: answers of named, versioned checks. A finding takes no side."""

from dataclasses import dataclass

from purport.core.digests import Digest, JsonObject

__all__ = ["CANNOT_TELL", "Derivation", "Finding", "NotRun"]

CANNOT_TELL = "cannot_tell"
"""The answer that every check's enum must contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a finding came about, so that it can be made again."""

    inputs: tuple[tuple[str, Digest], ...]
    """Name and digest of every input the check could see, sorted by name."""
    parameters: JsonObject
    """All public parameters of the check."""
    libraries: tuple[tuple[str, str], ...]
    """Name and version of the libraries that did the work, sorted."""
    seed: int | None = None
    """Seed of the random generator; None when the method uses none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check's answer about one item, or about the case."""

    id: str
    """"f" and the first 12 digits of the digest of all the rest."""
    check: str
    """Name of the check."""
    version: str
    """Version of the check."""
    item: Digest | None
    """The media item; None for a finding about the whole case."""
    answer: str
    """A value of the check's own enum; "cannot_tell" is always among them."""
    reason: str
    """Why this answer, one or two sentences for a reader who is not a programmer."""
    values: JsonObject
    """The check's numbers with their uncertainties, documented in the JSON Schema."""
    limits: tuple[str, ...]
    """What this answer cannot exclude, in words."""
    derivation: Derivation
    """How it came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A check that did not run: never a finding against anybody."""

    check: str
    """Name of the check."""
    item: Digest | None
    """The media item; None for a check of the whole case."""
    missing: tuple[str, ...]
    """The inputs it lacked, in words, with how to give them."""
