"""Steps that depend on each other, one after the other or, by Dask, on several cores."""

import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from graphlib import TopologicalSorter
from multiprocessing.connection import wait
from typing import TypeAlias

import cloudpickle  # type: ignore[import-untyped]  # it ships no types

from purport.core.errors import UnavailableError
from purport.media import borrow, lend

__all__ = ["Graph", "compute"]

Graph: TypeAlias = Mapping[str, tuple[object, ...]]
"""For each step its function and arguments; an argument, or a part of a list among the arguments,
that equals the name of another step stands for its result (Dask's own notation)."""


def compute(
    graph: Graph,
    *,
    workers: int | None,
    items: int,
    finished: Callable[[str, object], None],
    beside: Collection[str] = (),
) -> None:
    """Do all steps.

    Args:
        graph: The steps.
        workers: Processes; None for one a core; 1 does everything here.
        items: How many items there are; one alone is done here, but for the steps `beside`.
        beside: Steps of one item alone for which a second process pays.
        finished: Is given the name and result of every step as it finishes, in this thread.

    Raises:
        UnavailableError: A worker process died (it ran out of memory, or was killed).
    """
    if not graph:
        return
    most = workers or len(os.sched_getaffinity(0))
    processes = min(items, most)
    if processes == 1 and most > 1 and beside:
        _compute_beside(graph, beside, finished)
    elif processes == 1:
        _compute_here(graph, finished)
    else:
        _compute_in_processes(graph, processes, finished)


def _compute_here(graph: Graph, finished: Callable[[str, object], None]) -> None:
    """Do one step after the other, each after those whose results it takes."""
    waits = {name: _names(list(arguments), graph) for name, (_, *arguments) in graph.items()}
    results: dict[str, object] = {}
    for name in TopologicalSorter(waits).static_order():
        function, arguments = _call(graph, name, results)
        results[name] = function(*arguments)
        finished(name, results[name])


def _call(
    graph: Graph, name: str, results: Mapping[str, object]
) -> tuple[Callable[..., object], list[object]]:
    """Return the function of a step and its arguments."""
    function, *arguments = graph[name]
    if not callable(function):
        message = f"step {name!r} has no function"
        raise TypeError(message)
    return function, [_filled_in(argument, results) for argument in arguments]


def _names(argument: object, graph: Graph) -> list[str]:
    """Return the names of steps in an argument."""
    if isinstance(argument, list):
        return [name for part in argument for name in _names(part, graph)]
    return [argument] if isinstance(argument, str) and argument in graph else []


def _filled_in(argument: object, results: Mapping[str, object]) -> object:
    """Return an argument with results in the place of the names of their steps."""
    if isinstance(argument, list):
        return [_filled_in(part, results) for part in argument]
    return results.get(argument, argument) if isinstance(argument, str) else argument


def _compute_beside(
    graph: Graph, beside: Collection[str], finished: Callable[[str, object], None]
) -> None:
    """Do the steps named in `beside` in a second process while this one goes on with the others.

    The order in which steps finish for `finished` is the same each time: what this process can do
    comes first.
    """
    waits = {name: _names(list(arguments), graph) for name, (_, *arguments) in graph.items()}
    order = list(TopologicalSorter(waits).static_order())
    results: dict[str, object] = {}
    under_way: dict[str, Future[object]] = {}
    with _helper() as pool:
        pool.submit(_do, _packed(_load, [graph[name] for name in order if name in beside]))
        while len(results) < len(order):
            ready = [
                name
                for name in order
                if name not in results and all(need in results for need in waits[name])
            ]
            for name in ready:
                if name in beside and name not in under_way:
                    function, arguments = _call(graph, name, results)
                    under_way[name] = pool.submit(_do, _packed(function, *arguments))
            name = next((name for name in ready if name not in beside), ready[0])
            if name in beside:
                results[name] = under_way[name].result()
            else:
                function, arguments = _call(graph, name, results)
                results[name] = function(*arguments)
            finished(name, results[name])


@contextmanager
def _helper() -> Iterator[ProcessPoolExecutor]:
    """Give a second process.

    Raises:
        UnavailableError: It died.
    """
    pool = _pool(1)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise _died() from error
    finally:
        pool.shutdown(cancel_futures=True)


def _packed(function: Callable[..., object], *arguments: object) -> bytes:
    """Pack a call as Dask does, so that checks written in a script can be sent too."""
    packed: bytes = cloudpickle.dumps((function, arguments))
    return packed


def _do(packed: bytes) -> object:
    function, arguments = cloudpickle.loads(packed)
    return function(*arguments)


def _load(_: object) -> None:
    """Do nothing: what is sent along has been imported by then."""


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(lend(),),
    )


def _died() -> UnavailableError:
    return UnavailableError(
        "analysis",
        "a worker process ended before it had finished",
        remedy="Free memory, or run again with one worker; what was stored is kept.",
    )


def _compute_in_processes(
    graph: Graph, processes: int, finished: Callable[[str, object], None]
) -> None:
    # Imported here, as one item alone, the usual case, does without.
    from dask.callbacks import Callback  # noqa: PLC0415 - takes long, see above
    from dask.multiprocessing import get as get_in_processes  # noqa: PLC0415 - the same

    pool = _pool(processes)
    with Callback(posttask=lambda key, result, *_: finished(key, result)):
        try:
            get_in_processes(dict(graph), list(graph), pool=pool, optimize_graph=False, chunksize=1)
        except BrokenProcessPool as error:
            raise _died() from error
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(reader: socket.socket) -> None:
    """Set up a worker: what reads media for the process that started it does so for it too."""
    borrow(reader)
    _end_with_parent()


def _end_with_parent() -> None:
    """Let a worker end when the process that started it dies, however that dies."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
