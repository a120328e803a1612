from __future__ import annotations

import itertools

import pandas as pd
import pytest

from voice_of_care.deidentify import deidentify, redact_labels, redact_text
from voice_of_care.raw import COMMENTS, REPEATS
from voice_of_care.settings import DeidentifySettings
from voice_of_care.tables import conform

KEY = b"a key for tests"


def make_comments(texts: list[str], **columns: list[object]) -> pd.DataFrame:
    rows = pd.DataFrame({name: [None] * len(texts) for name in COMMENTS.columns})
    rows["raw_text"] = texts
    rows["comment_id"] = [f"VOC-{number:010d}" for number in range(len(texts))]
    rows["source"] = "forms.csv"
    rows["source_ref"] = [str(number + 2) for number in range(len(texts))]
    rows["respondent_group"] = "unknown"
    rows["received_on"] = pd.Timestamp("2024-03-01")
    for name, values in columns.items():
        rows[name] = values
    return conform(rows, COMMENTS)


def run(comments: pd.DataFrame, **settings: object):
    return deidentify(comments, REPEATS.empty(), settings=DeidentifySettings(**settings), key=KEY)


def test_columns_beside_the_text_hold_no_names():
    comments = make_comments(
        ["Fine."],
        source=["Mary Gallagher notes.docx"],
        service=["Dr Mullan's clinic"],
        site=["Causeway Hospital"],
        question=["What did Nurse Bronagh do well?"],
    )
    safe = run(comments).safe_comments.iloc[0]
    assert safe["source"] == "[PERSON_1] notes.docx"
    assert safe["service"] == "Dr [STAFF_1]'s clinic"
    assert safe["site"] == "Causeway Hospital"
    assert safe["question"] == "What did Nurse [STAFF_1] do well?"


def test_result_does_not_depend_on_row_order():
    texts = [
        "Thanks to Siobhan and Ciaran.",
        "Ciaran was kind and Niamh rang 028 9012 3456.",
        "Thanks to Orla and Ciaran.",
        "Nothing.",
    ]
    whole = make_comments(texts, session_id=["s1", "s1", "s1", None])
    expected = run(whole)
    for order in itertools.islice(itertools.permutations(range(4)), 1, 24, 5):
        shuffled = whole.iloc[list(order)].reset_index(drop=True)
        result = run(shuffled)
        for one, other in zip(expected, result, strict=True):
            pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("scope", "same"),
    [("comment", (True, False, False)), ("session", (True, True, False)), ("project", (True, True, True))],
)
def test_pseudonyms_hold_within_their_scope(scope, same):
    comments = make_comments(
        [
            "Siobhán Kelly came. Siobhan stayed.",
            "First Niamh came, then Siobhán Kelly.",
            "First Orla came, then Siobhan Kelly.",
        ],
        session_id=["s1", "s1", "s2"],
    )
    safe = run(comments, pseudonym_scope=scope).safe_comments.set_index("comment_id")["text"]
    first = {number: safe[f"VOC-{number:010d}"].split(" then ")[-1].rstrip(".") for number in (1, 2)}
    own = safe["VOC-0000000000"]
    assert own.startswith("[PERSON_") == same[0]
    assert own.split()[0] == own.split(". ")[1].split()[0]
    assert (first[1] == own.split()[0] or scope == "comment") == (same[1] or scope == "comment")
    assert safe["VOC-0000000002"].count("[PERSON_") == 2


def test_labels_are_idempotent_and_keep_extensions():
    labels = redact_labels(["Aoife_Mullan_2024.xlsx"], settings=DeidentifySettings(), key=KEY, of="files")
    safe = labels["Aoife_Mullan_2024.xlsx"]
    assert safe == "[PERSON_1]_2024.xlsx"
    assert redact_labels([safe], settings=DeidentifySettings(), key=KEY, of="files") == {safe: safe}


def test_a_site_list_is_taken_out_whatever_the_case_and_accents():
    settings = DeidentifySettings(names=("Xanthe Ó Dubhthaigh",))
    result = redact_text("xanthe o dubhthaigh was lovely, so was Xanthe.", settings=settings, key=KEY)
    assert result.text == "[STAFF_1] was lovely, so was [STAFF_1]."


def test_words_to_keep_are_kept():
    settings = DeidentifySettings(keep=("Erin",))
    assert redact_text("The Erin suite is nice", settings=settings, key=KEY).text == "The Erin suite is nice"
