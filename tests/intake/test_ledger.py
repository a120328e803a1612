"""Nothing vanishes: records times questions are comments and what was set aside, for each source."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import Folder
from voice_of_care.intake.cleaning import FILE_NOT_READ, REASONS
from voice_of_care.settings import Settings
from voice_of_care.tables import SET_ASIDE

ANSWERS = st.sampled_from(
    ["", "n/a", "Nothing", "...", "The staff were kind to me", "Long waits", "x" * 250, "\x01\x02\x03\x04",
     "Pielęgniarki były bardzo miłe ale czekałem cztery godziny", "word " * 30, "See above", "ok", None]
)  # fmt: skip
ROWS = st.lists(st.tuples(st.sampled_from(["1", "2", "3", ""]), ANSWERS, ANSWERS), min_size=1, max_size=12)
MAPPING = {
    "mapping": [{"comment": ["Good?", "Bad?"], "response_id": "Ref"}],
    "intake": {"longest_cell": 100},
}


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=3))
def test_the_ledger_adds_up_whatever_is_written(tables):
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place))
        for number, rows in enumerate(tables):
            folder.table(f"{number}.csv", [["Ref", "Good?", "Bad?"], *rows])
        read = folder.read(MAPPING)
    for source in read.sources.itertuples():
        if source.records == 0:
            continue
        assert source.records * 2 == source.comments + source.set_aside + source.elsewhere
        assert source.comments == (read.comments["source"] == source.source).sum()
        assert source.set_aside == (read.set_aside["source"] == source.source).sum()
    everything = [*read.comments["comment_id"], *read.set_aside["item_id"]]
    assert len(everything) == len(set(everything))
    assert set(read.set_aside["reason"]) <= set(REASONS)
    firsts = set(read.comments["comment_id"]) - set(read.repeats["comment_id"])
    assert set(read.repeats["duplicate_of"]) <= firsts


def test_a_file_that_cannot_be_read_is_one_line_and_the_rest_goes_on(folder):
    folder.write("broken.docx", b"no zip at all")
    folder.write("empty.csv", b"")
    folder.table("good.csv", [["Comments"], ["The food was cold by the time it came"]])
    read = folder.read()
    assert read.comments["source"].tolist() == ["good.csv"]
    aside = read.set_aside.set_index("item_id")
    assert aside.loc["broken.docx", "reason"] == aside.loc["empty.csv", "reason"] == FILE_NOT_READ
    problems = read.sources.set_index("source")["problems"]
    assert [len(problems[name]) for name in ("broken.docx", "empty.csv", "good.csv")] == [1, 1, 0]
    assert read.sources["set_aside"].tolist() == [1, 1, 0]


def test_a_folder_of_nothing_gives_empty_tables(folder):
    read = folder.read()
    assert len(read.comments) == len(read.sources) == 0
    assert list(read.set_aside.columns) == list(SET_ASIDE.columns)


def test_a_cell_of_a_million_characters_is_set_aside(folder):
    folder.table("a.csv", [["Comments"], ["word " * 200_000], ["The food was cold by the time it came"]])
    read = folder.read()
    assert read.set_aside["reason"].tolist() == ["Too long: longer than a cell may be (longest_cell in the settings)."]
    assert len(read.comments) == 1


def test_impossible_dates_are_unknown_and_reported_with_their_records(folder):
    rows = [
        ["Date", "Comments"],
        ["31/02/2024", "The wait was far too long"],
        ["05/03/2024", "They were lovely to her"],
    ]
    folder.table("a.csv", rows)
    read = folder.read()
    assert read.comments["received_on"].isna().tolist() == [True, False]
    assert "records 2" in read.sources.loc[0, "problems"][0]


def test_progress_counts_files(folder):
    from voice_of_care.intake import read_comments

    folder.table("a.csv", [["Comments"], ["The food was cold"]])
    folder.table("b.csv", [["Comments"], ["The tea was cold"]])
    seen = []
    read_comments([folder.path], settings=Settings(), key=b"k", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_ten_thousand_rows_are_read_in_good_time(folder):
    said = "They were kind to person {} but the wait was long"
    rows = [[str(i), f"{i % 28 + 1:02}/03/2024", "Patient", said.format(i), i % 5 + 1] for i in range(10_000)]
    folder.table("large.csv", [["Response ID", "Date", "Role", "Comments", "Score"], *rows])
    start = time.perf_counter()
    read = folder.read()
    assert len(read.comments) == 10_000
    assert time.perf_counter() - start < 30
