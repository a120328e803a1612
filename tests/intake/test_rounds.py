"""Copies, corrections and later exports given in one call mean what they mean given one after another."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from tests.intake.conftest import KEY
from tests.intake.test_batches import SAID, WITH_ID, Project, either, header, notes, rows
from voice_of_care.intake import read_comments
from voice_of_care.intake.rounds import order_of
from voice_of_care.settings import parse_settings

KINDS = {
    "correction": "march_corrected.csv",
    "copy": "march copy (final).csv",
    "saved again": "march (2).csv",
    "cumulative": "cumulative.csv",
}


def write(folder, kind, *, with_id):
    """Write a stored month, a month, and a file that has to do with it; return them and what is to be there."""
    february, march = rows(1, 31, month=2, with_id=with_id), rows(31, 61, month=3, with_id=with_id)
    corrected = [list(row) for row in march]
    for place in range(3, 28, 5):
        corrected[place][-1] = f"What I wrote about day {place} has been put right"
    april = rows(61, 71, month=4, with_id=with_id)
    content = {"correction": corrected, "copy": march, "saved again": march[::-1], "cumulative": [*march, *april]}
    first = folder.table("2024-02.csv", [header(with_id), *february])
    second = folder.table("2024-03.csv", [header(with_id), *march])
    third = folder.table(KINDS[kind], [header(with_id), *content[kind]])
    return first, second, third, sorted(row[-1] for row in [*february, *content[kind]])


@either
@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("stored", [0, 1], ids=["first analysis", "added"])
def test_files_of_one_call_mean_what_they_mean_one_after_another(folder, kind, stored, with_id):
    *paths, expected = write(folder, kind, with_id=with_id)
    one_by_one, found = Project(), []
    for path in paths:
        one_by_one.add(path)
    for order in itertools.permutations(paths[stored:]):
        project = Project()
        if stored:
            project.add(paths[0])
        found.append((project, project.add(*order)))
    for project, read in found:
        assert sorted(project.texts().elements()) == expected
        assert set(project.comments) == set(one_by_one.comments)
        assert not project.repeats
        pd.testing.assert_frame_equal(read.comments, found[0][1].comments)
        pd.testing.assert_frame_equal(read.sources, found[0][1].sources)
        pd.testing.assert_frame_equal(read.records, found[0][1].records)


@either
def test_a_correction_says_what_it_corrects_and_a_copy_is_listed_as_seen(folder, with_id):
    _, march, corrected, _ = write(folder, "correction", with_id=with_id)
    copy = folder.write("march copy.csv", march.read_bytes())
    project = Project()
    read = project.add(corrected, copy, march)
    assert [(file.name, file.was, file.run_id) for file in read.seen] == [("march copy.csv", "2024-03.csv", 1)]
    assert project.source("march_corrected.csv").problems == ["Read as a correction of 2024-03.csv: 5 rows replaced."]
    stood = project.source("2024-03.csv")
    assert (stood.records, stood.comments, stood.elsewhere, stood.problems) == (30, 25, 5, [])
    assert len(project.add(march, corrected, copy).seen) == 3


@either
def test_a_row_left_out_of_a_correction_is_set_aside_with_the_reason(folder, with_id):
    content = rows(1, 31, with_id=with_id)
    folder.table("march.csv", [header(with_id), *content])
    folder.table("march v2.csv", [header(with_id), *content[:9], *content[10:]])
    project = Project()
    project.add(folder.path)
    assert (len(project.comments), len(project.aside)) == (29, 1)
    assert project.source("march v2.csv").problems == ["Read as a correction of march.csv: 1 no longer there."]


@either
def test_two_corrections_of_a_stored_file_leave_each_record_once(folder, with_id):
    content = rows(1, 31, with_id=with_id)
    project = Project()
    ids = set(project.add(folder.table("march.csv", [header(with_id), *content])).comments["comment_id"])
    paths = []
    for number in (2, 10):
        for place in (3, 4, number):
            content[place][-1] = f"Put right for version number {number}, in row {place}"
        paths.append(folder.table(f"march v{number}.csv", [header(with_id), *content]))
    read = project.add(*reversed(paths))
    assert len(project.comments) == 30
    assert len(read.changed) + len(read.gone) == 4
    assert set(project.comments) == ids or not with_id
    assert sorted(project.texts().elements()) == sorted(row[-1] for row in content)


def test_corrected_notes_are_the_same_session_in_one_call(folder):
    said = [f"Staff on the ward were {word} to my mother" for word in SAID]
    folder.write("workshop.md", notes(said))
    folder.write("workshop final.md", notes([*said[:3], "The wait for an ambulance was four hours", *said[4:]]))
    project = Project()
    project.add(folder.path)
    assert len(project.comments) == 10
    assert len({row["session_id"] for row in project.comments.values()}) == 1
    assert said[3] not in project.texts()


def test_a_copy_that_the_settings_speak_of_is_read_as_they_say(folder):
    content = [WITH_ID, *rows(1, 9)]
    paths = [folder.table("a/march.csv", content), folder.table("b/march.csv", content)]
    project = Project({"sources": [{"files": "b/*", "site": "Main hospital"}]})
    project.add(folder.path)
    assert (len(project.comments), {row["site"] for row in project.comments.values()}) == (8, {"Main hospital"})
    assert len(paths) == len(project.known.sources)


def test_a_few_answers_alike_under_the_same_ids_make_no_correction(folder):
    content = [[*row[:-1], f"Parking was {SAID[i % 10]} that day"] for i, row in enumerate(rows(1, 9))]
    other = [content[0], *([*row[:-1], f"The food was {SAID[-i]}, I thought"] for i, row in enumerate(content[1:]))]
    folder.table("clinic.csv", [WITH_ID, *content[:3]])
    folder.table("ward.csv", [WITH_ID, *other])
    assert len(read_comments([folder.path], settings=parse_settings({}), key=KEY).comments) == 11


def test_names_that_speak_of_copies_and_corrections_come_last():
    names = [
        "march original.csv",
        "2024-03.csv",
        "march.csv",
        "newton ward.csv",
        "march (2).csv",
        "march copy.csv",
        "march v2.csv",
        "march v10.csv",
        "march_corrected.csv",
    ]
    for order in (names[::-1], sorted(names), names):
        assert sorted(order, key=order_of)[:4] == names[:4]
        assert set(sorted(order, key=order_of)[4:6]) == set(names[4:6])
        assert [name for name in sorted(order, key=order_of)[6:] if " v" in name] == names[6:8]
