"""Runs write what is different, tables are read as they stood, and the last run can be taken back."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.made import all_tables, run_row, segments
from voice_of_care.errors import StoreError
from voice_of_care.store import Store
from voice_of_care.store.layout import VERSIONED
from voice_of_care.tables import EXAMPLES, TABLES, THEME_VECTORS, conform

NOW = "2026-01-01T00:00:00+00:00"


def named(frame):
    return "".join(frame["segment_id"])


def rows_written(store, name, run):
    return store._connection.execute(f"SELECT count(*) FROM {name} WHERE from_run = {run}").fetchall()[0][0]  # noqa: S608


def rows_closed(store, name, run):
    return store._connection.execute(f"SELECT count(*) FROM {name} WHERE to_run = {run}").fetchall()[0][0]  # noqa: S608


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as opened:
        yield opened


def test_a_table_is_read_as_each_run_left_it(store):
    orders = ("abcd", "axbcd", "xbdc", "", "dcba", "abcd")
    for number, order in enumerate(orders, start=1):
        store.write_run({"segments": segments(*order)}, run_row(number))
        assert named(store.read("segments")) == order
    assert [named(store.read("segments", as_of=number)) for number in range(1, 7)] == list(orders)
    assert store.read("runs", as_of=2)["run_id"].tolist() == [1, 2]


def test_only_what_changed_is_written(store):
    many = [f"s{number:04}" for number in range(2000)]
    store.write_run({"segments": segments(*many)}, run_row(1))
    between = [*many[:700], "new", *many[700:1500], *many[1501:]]
    store.write_run({"segments": segments(*between)}, run_row(2))
    assert (rows_written(store, "segments", 2), rows_closed(store, "segments", 2)) == (1, 1)
    changed = segments(*between)
    changed.loc[5, "text"] = "another"
    store.write_run({"segments": changed}, run_row(3))
    assert (rows_written(store, "segments", 3), rows_closed(store, "segments", 3)) == (1, 1)
    pd.testing.assert_frame_equal(store.read("segments"), changed)


def test_all_tables_handed_again_write_nothing(store):
    store.write_run(all_tables(), run_row(1))
    store.write_run(all_tables(), run_row(2))
    assert {name: rows_written(store, name, 2) for name in VERSIONED} == dict.fromkeys(VERSIONED, 0)


def test_a_table_that_is_left_out_stays_and_one_that_is_computed_is_not_stored(store):
    series = TABLES["series"].empty()
    store.write_run({"segments": segments("a"), "series": series}, run_row(1))
    store.write_run({}, run_row(2))
    assert named(store.read("segments")) == "a"
    assert store.read("series").empty


def test_rows_that_come_between_two_again_and_again_keep_their_order(store):
    order = ["a", "z"]
    for number in range(1, 60):
        order.insert(1, f"b{number}")
        store.write_run({"segments": segments(*order)}, run_row(number))
    assert store.read("segments")["segment_id"].tolist() == order
    assert store.read("segments", as_of=58)["segment_id"].tolist() == [order[0], *order[2:]]


def test_numbers_lists_and_gaps_are_compared_exactly(store):
    third = 1 / 3
    vectors = pd.DataFrame(
        {"theme_id": ["T1", "T2", "T3"], "model": "m", "vector": [[third, float("nan")], [], [0.1 + 0.2, -0.0]]}
    )
    store.write_run({"theme_vectors": conform(vectors, THEME_VECTORS)}, run_row(1))
    store.write_run({"theme_vectors": conform(vectors.copy(), THEME_VECTORS)}, run_row(2))
    assert rows_written(store, "theme_vectors", 2) == 0
    nearly = vectors.assign(vector=[[np.nextafter(third, 1), float("nan")], [], [0.1 + 0.2, -0.0]])
    store.write_run({"theme_vectors": conform(nearly, THEME_VECTORS)}, run_row(3))
    assert rows_written(store, "theme_vectors", 3) == 1
    themes = all_tables()["themes"]
    store.write_run({"themes": themes}, run_row(4))
    store.write_run({"themes": themes.assign(stability=[0.9, None, None])}, run_row(5))
    assert rows_written(store, "themes", 5) == 1
    store.write_run({"themes": themes.assign(keywords=[["care", "x"], ["kind"], ["parking"]])}, run_row(6))
    assert rows_written(store, "themes", 6) == 2  # with the row that gets its stability back


def test_runs_are_undone_one_after_the_other(store):
    orders = ("ab", "axb", "b", "bcd")
    for number, order in enumerate(orders, start=1):
        store.write_run({"segments": segments(*order)}, run_row(number))
    for number in (4, 3, 2):
        undone = store.undo_run(at_utc=NOW)
        assert undone["run_id"].tolist() == [number]
        assert undone["undone_at"].tolist() == [NOW]
        assert named(store.read("segments")) == orders[number - 2]
        assert int(store.last_run()["run_id"]) == number - 1
    assert named(store.read("segments", as_of=1)) == "ab"
    with pytest.raises(StoreError, match="no run 3 that stands"):
        store.read("segments", as_of=3)


def test_several_runs_are_undone_at_once_newest_first(store):
    for number, order in enumerate(("ab", "axb", "b"), start=1):
        store.write_run({"segments": segments(*order)}, run_row(number))
    assert store.undo_run(at_utc=NOW, run_id=2)["run_id"].tolist() == [3, 2]
    assert named(store.read("segments")) == "ab"
    with pytest.raises(StoreError, match="no run 2 that stands"):
        store.undo_run(at_utc=NOW, run_id=2)


def test_a_number_is_never_used_again(store):
    store.write_run({"segments": segments("a")}, run_row(1))
    store.write_run({"segments": segments("b")}, run_row(2).assign(last_theme_number=41))
    store.undo_run(at_utc=NOW)
    assert store.next_run_id() == 3
    assert store.last_theme_number() == 41
    with pytest.raises(StoreError, match="run 2 before"):
        store.write_run({"segments": segments("c")}, run_row(2))
    store.write_run({"segments": segments("c")}, run_row(3))
    assert [named(store.read("segments", as_of=number)) for number in (1, 3)] == ["a", "c"]
    assert store.read("runs")["undone_at"].isna().tolist() == [True, False, True]
    assert store.standing_runs()["run_id"].tolist() == [1, 3]
    assert store.read("runs", as_of=3)["run_id"].tolist() == [1, 3]


def test_the_only_run_leaves_an_empty_project_that_can_be_analysed_again(store):
    store.write_run(all_tables(), run_row(1))
    store.undo_run(at_utc=NOW)
    assert store.last_run() is None
    assert all(store.read(name).empty for name in VERSIONED)
    with pytest.raises(StoreError, match="no run to undo"):
        store.undo_run(at_utc=NOW)
    store.write_run(all_tables(), run_row(store.next_run_id()))
    pd.testing.assert_frame_equal(store.read("themes"), all_tables()["themes"])


ORDERS = st.lists(st.sampled_from("abcde"), unique=True, max_size=5)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(ORDERS, st.just("undo")), min_size=2, max_size=9))
def test_whatever_runs_and_undoings_come_each_standing_run_is_read_as_it_left_things(steps):
    standing, number = [], 0
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        for step in steps:
            if step != "undo":
                number += 1
                store.write_run({"segments": segments(*step)}, run_row(number))
                standing.append((number, step))
            elif standing:
                assert store.undo_run(at_utc=NOW)["run_id"].tolist() == [standing.pop()[0]]
        assert store.standing_runs()["run_id"].tolist() == [run_id for run_id, _left in standing]
        assert [list(named(store.read("segments", as_of=run_id))) for run_id, _left in standing] == [
            left for _run_id, left in standing
        ]
        assert list(named(store.read("segments"))) == (standing[-1][1] if standing else [])


def examples(*texts):
    frame = pd.DataFrame({"framework_id": "qms", "framework_version": "1", "priority_id": None, "text": list(texts)})
    return conform(frame.assign(is_example=False, origin="coded"), EXAMPLES)


def test_examples_kept_outside_of_runs_outlive_what_is_undone(store):
    store.keep_examples(examples("before"))
    store.write_run({"examples": examples("before", "in run 1")}, run_row(1))
    store.write_run({"examples": examples("in run 1")}, run_row(2))
    store.keep_examples(examples("before", "in run 1", "after"))
    store.undo_run(at_utc=NOW)
    assert store.read("examples")["text"].tolist() == ["before", "in run 1", "after"]
    store.undo_run(at_utc=NOW)
    assert store.read("examples")["text"].tolist() == ["before", "after"]


def test_decisions_evaluations_and_vectors_outlive_what_is_undone(store):
    vector = np.ones(3, dtype="f4")
    store.remember_vectors("m", {"a": vector})
    store.write_run(all_tables(), run_row(1))
    event = dict.fromkeys(TABLES["events"].columns, "x") | {"seq": 1, "base_version": 0}
    store.append_events(pd.DataFrame([event]))
    store.undo_run(at_utc=NOW)
    assert len(store.read("events")) == 1
    assert list(store.find_vectors("m", ["a"])) == ["a"]


def test_forgetting_takes_examples_made_of_withdrawn_words_too(store):
    tables = all_tables()
    told = [str(tables["safe_comments"]["text"][0])[:12], "Words of nobody here."]
    held = examples(*told, "from a file").assign(origin=["reviewer", "reviewer", "coded"])
    store.write_run({**tables, "examples": held}, run_row(1))
    assert store.forget_history() == 1
    assert store.read("examples")["text"].tolist() == [told[0], "from a file"]


def test_forgetting_takes_withdrawn_words_out_of_the_file(tmp_path):
    kept, gone = (segments("a").assign(text=text) for text in ("a word that stays zq1", "a word withdrawn zq2"))
    with Store(tmp_path) as store:
        store.remember_vectors("m", {"hash": np.ones(3, dtype="f4")})
        store.write_run({"segments": pd.concat([kept, gone.assign(segment_id="b")])}, run_row(1))
        store.write_run({"segments": kept}, run_row(2))
        assert store.forget_history() == 1
        pd.testing.assert_frame_equal(store.read("segments"), kept)
        with pytest.raises(StoreError, match="forgotten"):
            store.undo_run(at_utc=NOW)
        with pytest.raises(StoreError, match="forgotten"):
            store.read("segments", as_of=1)
        assert store.find_vectors("m", ["hash"]) == {}
        store.remember_vectors("m", {"hash": np.ones(3, dtype="f4")})
        store.remember_vectors("m", {"hash": np.ones(3, dtype="f4")})
        store.write_run({"segments": segments("c")}, run_row(3))
        assert store.undo_run(at_utc=NOW)["run_id"].tolist() == [3]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"withdrawn zq2" not in written
    assert [path.name for path in tmp_path.iterdir()] == ["project.duckdb"]
    with Store(tmp_path) as store:
        pd.testing.assert_frame_equal(store.read("segments"), kept)
