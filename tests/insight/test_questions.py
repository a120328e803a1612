import pandas as pd

from voice_of_care.frameworks import Framework, FrameworkElement
from voice_of_care.insight.questions import cover_questions
from voice_of_care.insight.voices import Voices

QUESTIONS = ("well", "know", "better", "difference")
FOUR = Framework(
    id="four-questions",
    version="1",
    name="Four questions",
    elements=tuple(FrameworkElement(id=each, label=each, definition="Made up.") for each in QUESTIONS),
)


def made(rows):
    """Return voices and statements of rows: unit, group, theme, question."""
    said = pd.DataFrame(rows, columns=["unit", "respondent_group", "item_id", "question"])
    said = said.assign(scope="theme", comment_id="C" + said["unit"], segment_id=[f"S{n}" for n in range(len(said))])
    units = said.drop_duplicates("unit").set_index("unit")[["respondent_group"]].assign(weight=1.0)
    comments = said.drop_duplicates("comment_id")[["unit", "comment_id", "respondent_group"]]
    statements = said[["segment_id"]].assign(plain_question=said["question"])
    themes = ("T01", "T02")
    return Voices(units, comments, said.drop(columns="question"), themes, themes), statements


ROWS = [
    ("a", "staff", "T01", "well"),
    ("a", "staff", "T01", "well"),
    ("b", "staff", "T01", "well"),
    ("b", "staff", "T02", "know"),
    ("c", "carer", "T01", None),
    ("d", "carer", "T01", "better"),
]


def test_units_are_counted_and_nobody_stands_as_zero():
    voices, statements = made(ROWS)
    table = cover_questions(voices, statements, frameworks=[FOUR])
    assert len(table) == 2 * 4 * 2
    counted = table.set_index(["theme_id", "question", "respondent_group"])["respondents"]
    assert counted[("T01", "well", "staff")] == 2
    assert counted[("T02", "know", "staff")] == 1
    assert counted[("T01", "better", "carer")] == 1
    assert counted.sum() == 4
    assert counted[("T02", "difference", "carer")] == 0


def test_questions_stand_in_the_order_of_the_framework():
    voices, statements = made(ROWS)
    table = cover_questions(voices, statements, frameworks=[FOUR])
    assert list(dict.fromkeys(table["question"])) == list(QUESTIONS)


def test_a_unit_heavy_by_its_notes_counts_once():
    voices, statements = made(ROWS)
    heavy = voices._replace(units=voices.units.assign(weight=20.0), mentions=voices.mentions.assign(weight=20.0))
    pd.testing.assert_frame_equal(
        cover_questions(heavy, statements, frameworks=[FOUR]), cover_questions(voices, statements, frameworks=[FOUR])
    )


def test_without_the_framework_there_is_no_table():
    voices, statements = made(ROWS)
    assert cover_questions(voices, statements, frameworks=[]).empty
    assert cover_questions(voices._replace(themes=()), statements, frameworks=[FOUR]).empty


def test_the_order_of_rows_does_not_matter():
    voices, statements = made(ROWS)
    mixed = voices._replace(mentions=voices.mentions.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(
        cover_questions(mixed, statements.iloc[::-1], frameworks=[FOUR]),
        cover_questions(voices, statements, frameworks=[FOUR]),
    )
