"""Kills, full disks and torn copies: the project opens, all of a run is there or nothing, and the next run succeeds."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pandas as pd
import pytest

from tests.store.made import run_row, segments
from voice_of_care.store import Store

posix = pytest.mark.skipif(os.name != "posix", reason="a kill or a limit like this one is POSIX")


WRITER = """
import sys
from pathlib import Path
from tests.store.made import run_row, segments
from voice_of_care.store import Store

store = Store(Path(sys.argv[1]))
print("open", flush=True)
store.write_run({"segments": segments(*(f"n{number:06}" for number in range(60_000)))}, run_row(2))
print("written", flush=True)
store.close()
print("closed", flush=True)
"""


@posix
def test_a_process_killed_at_any_moment_of_a_run_leaves_all_or_nothing(tmp_path):
    first, many = segments("a", "b"), 60_000
    with Store(tmp_path) as store:
        store.write_run({"segments": first}, run_row(1))
    seen = set()
    for moment in range(6):
        folder = tmp_path / str(moment)
        folder.mkdir()
        shutil.copy(tmp_path / "project.duckdb", folder)
        command = [sys.executable, "-c", WRITER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603
            assert process.stdout.readline() == b"open\n"
            if moment == 5:
                assert process.stdout.readline() == b"written\n"
            else:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(moment * 0.06)
            process.send_signal(signal.SIGKILL)
        with Store(folder) as store:
            found = store.read("segments")
            assert len(found) == {1: 2, 2: many}[len(store.read("runs"))]
            seen.add(len(found))
            store.write_run({"segments": first}, run_row(store.next_run_id()))
            pd.testing.assert_frame_equal(store.read("segments"), first)
    assert seen == {2, many}


FILLER = """
import resource, signal, sys
from pathlib import Path
from tests.store.made import run_row, segments
from voice_of_care.errors import StoreError
from voice_of_care.store import Store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path(sys.argv[1]))
room = (Path(sys.argv[1]) / "project.duckdb").stat().st_size + 200_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
try:
    store.write_run({"segments": segments(*(f"n{number:06}{'x' * 50}" for number in range(100_000)))}, run_row(2))
except StoreError as error:
    print(error)
print(len(store.read("segments")))
"""


@posix
def test_a_full_disk_is_said_and_leaves_the_project_as_it_was(tmp_path):
    with Store(tmp_path) as store:
        store.write_run({"segments": segments("a", "b")}, run_row(1))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FILLER, str(tmp_path)], stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    told, rows = done.stdout.splitlines()
    assert "free space" in told
    assert rows == "2"
    with Store(tmp_path) as store:
        assert len(store.read("segments")) == 2
        assert store.next_run_id() == 2


@posix
@pytest.mark.parametrize("share", [0, 0.5, 0.97, 1])
def test_a_copy_made_while_a_run_is_written_has_all_of_it_or_nothing(tmp_path, share):
    first, second = segments("a", "b"), segments(*(f"n{number:05}" for number in range(3000)))
    whole, copy = tmp_path / "whole", tmp_path / "copy"
    whole.mkdir()
    copy.mkdir()
    with Store(whole) as store:
        store.write_run({"segments": first}, run_row(1))
    with Store(whole) as store:
        store.write_run({"segments": second}, run_row(2))
        log = (whole / "project.duckdb.wal").read_bytes()
        shutil.copy(whole / "project.duckdb", copy)
        (copy / "project.duckdb.wal").write_bytes(log[: int(len(log) * share)])
    for _opening in range(2):
        with Store(copy) as store:
            there = second if share == 1 else first
            pd.testing.assert_frame_equal(store.read("segments"), there)
            store.write_run({"segments": there.tail(1)}, run_row(store.next_run_id()))
            store.undo_run(at_utc="2026-01-01T00:00:00+00:00")


def test_what_a_killed_forgetting_left_is_removed_when_the_project_is_opened(tmp_path):
    for ending in ("", ".wal"):
        (tmp_path / f"project.duckdb.unfinished{ending}").write_bytes(b"words")
    with Store(tmp_path) as store:
        assert store.last_run() is None
    assert [path.name for path in tmp_path.iterdir()] == ["project.duckdb"]
