"""The answers of a benchmark as JSON lines, a question a line; one that was broken off goes on."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["ask_rest", "read_answers"]


def read_answers(path: Path) -> list[dict[str, Any]]:
    """Return the answers so far."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def ask_rest(
    path: Path,
    answers: Sequence[dict[str, Any]],
    indices: Iterable[int],
    ask: Callable[[int], dict[str, Any]],
) -> None:
    """Ask the questions that are not among the answers yet, and add a line for each."""
    done = {answer["index"] for answer in answers}
    for index in indices:
        if index not in done:
            answer = ask(index)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(answer) + "\n")
