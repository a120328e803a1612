"""An addition killed at any moment leaves the project as it was, and the next one succeeds."""

import os
import subprocess
import sys
import time
from contextlib import suppress

import pandas as pd
import pytest

from tests.test_flow import PLACES, SAID, make_folder, make_project
from voice_of_care.cli import run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a kill that can't be caught is POSIX")
COMMAND = "add"


def tables_of(project, folder):
    """Return all exported tables as bytes, the runs among them."""
    assert run(["tables", "--project", str(project), "--to", str(folder)]) == 0
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def write_batch(path):
    """Write a later month's comments."""
    said = [saying.format(place) for sayings in SAID.values() for saying in sayings[:2] for place in PLACES[:3]]
    rows = [
        {"Feedback ID": f"N{number}", "Date": "14/04/2024", "Comment": f"This month too: {text}"}
        for number, text in enumerate(said)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_an_addition_killed_at_any_moment_leaves_the_project_as_it_was(tmp_path):
    project = make_project(tmp_path / "project")
    assert run(["analyse", str(make_folder(tmp_path / "in")), "--project", str(project), "--quiet"]) == 0
    before = tables_of(project, tmp_path / "before")
    batch = write_batch(tmp_path / "april.csv")
    command = [sys.executable, "-m", "voice_of_care", COMMAND, str(batch), "--project", str(project), "--quiet"]
    start = time.perf_counter()
    assert run(command[3:]) == 0
    whole = time.perf_counter() - start
    assert run(["undo", "--project", str(project)]) == 0
    assert tables_of(project, tmp_path / "undone") == before
    for share in (0.5, 0.95):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            with suppress(subprocess.TimeoutExpired):
                process.wait(1 + whole * share)
            process.kill()
        if process.returncode == 0:  # it was done before the kill
            assert run(["undo", "--project", str(project)]) == 0
        assert tables_of(project, tmp_path / f"killed-{share}") == before
    assert run(command[3:]) == 0
    assert tables_of(project, tmp_path / "after")["safe_comments.csv"] != before["safe_comments.csv"]
