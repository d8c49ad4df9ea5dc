"""Derivatives for the player, made in the background of a server, one after the other."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from purport.casework.guarding import Stopped, attempt
from purport.casework.playing import make_playable, playable_path
from purport.casework.workspace import Workspace
from purport.core.casefile import Fault
from purport.core.digests import Digest

__all__ = ["Making", "MakingState", "PlayableMaker"]

_MOST_WAITING = 16
_MOST_REMEMBERED = 256


class MakingState(StrEnum):
    """How far a derivative is."""

    READY = "ready"
    MAKING = "making"
    FAILED = "failed"
    BUSY = "busy"
    """Too many wait already; ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How far a derivative is."""

    state: MakingState
    """Its state."""
    done: float
    """Which part is done (0 to 1)."""
    fault: str = ""
    """What went wrong; empty when nothing did."""


class PlayableMaker:
    """Makes derivatives when they are asked for.

    A server that ends leaves none half made: what was begun is begun anew when it is asked for.

    Args:
        make: Makes one, as `make_playable` does.
        leave: Is called at the end of each thread, to let go of what it held.
    """

    def __init__(
        self,
        make: Callable[..., object] = make_playable,
        *,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        self._make = make
        self._leave = leave
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._works: OrderedDict[Digest, Making] = OrderedDict()

    def ask(self, workspace: Workspace, digest: Digest) -> Making:
        """Say how far an item's derivative is; begin it when nobody has."""
        if playable_path(workspace, digest).is_file():
            return Making(state=MakingState.READY, done=1.0)
        with self._lock:
            work = self._works.get(digest)
            if work is not None and work.state is not MakingState.READY:
                return work
            waiting = sum(one.state is MakingState.MAKING for one in self._works.values())
            if waiting >= _MOST_WAITING:
                return Making(state=MakingState.BUSY, done=0.0)
            work = self._works[digest] = Making(state=MakingState.MAKING, done=0.0)
            while len(self._works) > _MOST_REMEMBERED:
                self._works.popitem(last=False)
        threading.Thread(target=self._work, args=(workspace, digest), daemon=True).start()
        return work

    def _work(self, workspace: Workspace, digest: Digest) -> None:
        def progress(part: float) -> bool:
            self._note(digest, Making(state=MakingState.MAKING, done=part))
            return True

        try:
            with self._turn:
                made = attempt(
                    digest[:12], lambda: self._make(workspace, digest, progress=progress)
                )
        finally:
            self._leave()
        match made:
            case Fault(fault=fault):
                self._note(digest, Making(state=MakingState.FAILED, done=0.0, fault=fault))
            case Stopped(error=error):
                self._note(digest, Making(state=MakingState.FAILED, done=0.0, fault=error.fault))
            case _:
                self._note(digest, Making(state=MakingState.READY, done=1.0))

    def _note(self, digest: Digest, work: Making) -> None:
        with self._lock:
            self._works[digest] = work
