"""Steps that depend on each other, on one core or several, by Dask."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeAlias

from dask.callbacks import Callback
from dask.local import get_sync
from dask.multiprocessing import get as get_in_processes

from purport.core.errors import UnavailableError

__all__ = ["Graph", "compute"]

Graph: TypeAlias = Mapping[str, tuple[object, ...]]
"""For each step its function and arguments; an argument, or a part of a list among the arguments,
that equals the name of another step stands for its result (Dask's own notation)."""


def compute(
    graph: Graph, *, workers: int | None, items: int, finished: Callable[[str, object], None]
) -> None:
    """Do all steps.

    Args:
        graph: The steps.
        workers: Processes; None for one a core; 1 does everything here.
        items: How many items there are; one alone is done here.
        finished: Is given the name and result of every step as it finishes, in this thread.

    Raises:
        UnavailableError: A worker process died (it ran out of memory, or was killed).
    """
    if not graph:
        return
    processes = min(items, workers or len(os.sched_getaffinity(0)))
    keep = Callback(posttask=lambda key, result, *_: finished(key, result))
    with keep:
        if processes == 1:
            get_sync(dict(graph), list(graph))
            return
        pool = ProcessPoolExecutor(
            processes, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
        )
        try:
            get_in_processes(dict(graph), list(graph), pool=pool, optimize_graph=False, chunksize=1)
        except BrokenProcessPool as error:
            raise UnavailableError(
                "analysis",
                "a worker process ended before it had finished",
                remedy="Free memory, or run again with one worker; what was stored is kept.",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Let a worker end when the process that started it dies, however that dies."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
