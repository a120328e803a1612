"""What a person sees while a run goes on: a bar a step on a terminal, to the error stream, nothing in scripts."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def say(message: str) -> None:
    """Write one line to the error stream."""
    sys.stderr.write(message.replace("\n", " ") + "\n")


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar a step while the block runs; yields the listener (step, done, total) that moves them."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _step, _done, _total: None
        return
    columns = (TextColumn("{task.description:<14}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=None)
            progress.update(tasks[step], completed=done, total=total or None)

        yield listen


def show_seconds(seconds: Mapping[str, float]) -> None:
    """Print how long each step took."""
    console = Console(highlight=False)
    console.print("Seconds: " + ", ".join(f"{step} {taken:.1f}" for step, taken in seconds.items()), soft_wrap=True)
