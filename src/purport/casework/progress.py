"""How far a long job has come, for whoever shows it."""

from typing import Protocol

__all__ = ["Progress", "quiet"]


class Progress(Protocol):
    """Is told how far a job has come; always called in the thread that started the job."""

    def __call__(self, stage: str, *, done: int, total: int, label: str) -> None:
        """Take note.

        Args:
            stage: "collect", "read", "prepare", "analyse", "index", "judge", "report" or "films".
            done: Steps of the stage that are finished.
            total: Steps of the stage in all.
            label: What was finished last, or is under way.
        """
        ...


def quiet(stage: str, *, done: int, total: int, label: str) -> None:
    """Show nothing."""
