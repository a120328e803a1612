"""Words said in one place and hardly elsewhere: a planted one is found, and hardly any where none is planted."""

import numpy as np
import pandas as pd

from voice_of_care.insight.local_words import find_local_words
from voice_of_care.insight.voices import Voices

PLACES = {"Ward 1": 70, "Ward 2": 60, "Clinic": 110, "Day centre": 80}
COMMON = ("waiting", "parking", "kind", "letter", "phone", "bed", "food", "nurse", "doctor", "chairs", "signs", "tea")


def make(seed, *, planted=None, kind="concern"):
    """Return voices, segments and statements: each unit says five common words, and some say the planted word."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, size in PLACES.items():
        share = (planted or {}).get(place, 0.0)
        for number in range(size):
            words = list(rng.choice(COMMON, size=5, replace=False)) + ["bedlam"] * bool(rng.random() < share)
            rows.append((f"{place}-{number}", place, " and the ".join(words)))
    made = pd.DataFrame(rows, columns=["unit", "service", "text"])
    ids = [f"C{number:04d}" for number in range(len(made))]
    segments = pd.DataFrame({"segment_id": [f"{each}.1" for each in ids], "comment_id": ids, "text": made["text"]})
    comments = pd.DataFrame({"comment_id": ids, "unit": made["unit"], "service": made["service"], "site": None})
    statements = pd.DataFrame({"segment_id": segments["segment_id"], "kind": kind})
    return Voices(pd.DataFrame(), comments, pd.DataFrame(), (), ()), segments, statements


def test_a_planted_word_is_found_where_it_is_said_and_traces_to_its_segments():
    voices, segments, statements = make(1, planted={"Ward 2": 0.3})
    found = find_local_words(voices, segments, statements, seed=1)
    assert found[["level", "place", "term"]].to_numpy().tolist() == [["service", "Ward 2", "bedlam"]]
    row = found.iloc[0]
    says = segments[segments["text"].str.contains("bedlam")]
    assert row["segment_ids"] == says["segment_id"].tolist()
    assert (row["respondents"], row["heard"], row["elsewhere"], row["heard_elsewhere"]) == (len(says), 60, 0, 260)
    assert row["probability"] >= 0.95


def test_what_all_places_say_and_what_is_praise_is_passed_over():
    everywhere = make(1, planted=dict.fromkeys(PLACES, 0.3))
    assert find_local_words(*everywhere, seed=1).empty
    assert find_local_words(*make(1, planted={"Ward 2": 0.3}, kind="praise"), seed=1).empty


def test_few_are_found_where_none_is_planted():
    reports = [len(find_local_words(*make(seed), seed=1)) for seed in range(30)]
    assert sum(number > 0 for number in reports) <= 2


def test_the_order_of_rows_and_the_names_of_units_make_no_difference():
    voices, segments, statements = make(1, planted={"Ward 2": 0.3, "Clinic": 0.0})
    found = find_local_words(voices, segments, statements, seed=1)
    comments = voices.comments.sample(frac=1, random_state=3)
    renamed = voices._replace(comments=comments.assign(unit=comments["unit"].map(lambda unit: f"x{hash(unit)}")))
    again = find_local_words(renamed, segments, statements, seed=1)
    pd.testing.assert_frame_equal(found, again)
