"""The command line: `voice-of-care COMMAND`. Expected errors print one line and exit 2, unexpected ones exit 1."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from voice_of_care.cli import (  # noqa: F401 (their commands join the app)
    actions,
    ballot,
    batches,
    explain,
    frameworks,
    learn,
    measure,
    project,
    runs,
    spc,
)
from voice_of_care.cli.app import app
from voice_of_care.console import say
from voice_of_care.errors import VoiceOfCareError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "main", "run"]

_STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = app(args=arguments, standalone_mode=False)
    except VoiceOfCareError as error:
        say(f"voice-of-care: {error}")
        return 2
    except typer.TyperException as error:
        show = getattr(error, "show", None)
        if show is not None:
            show()
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        result = _STOPPED
    except MemoryError:
        say("voice-of-care: not enough memory. Close other programs, or analyse fewer files at a time.")
        return 2
    except Exception as error:  # the last line of defence: its message could quote a respondent, so it is not shown
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        say(f"voice-of-care: an error in the program ({type(error).__name__} in {where}). Finished runs are kept.")
        return 1
    if result == _STOPPED:  # typer turns Ctrl-C into this code itself, and says nothing
        say("voice-of-care: stopped. The project holds its last finished run.")
    return result if isinstance(result, int) else 0
