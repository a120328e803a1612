from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from voice_of_care.deidentify import redact_text
from voice_of_care.deidentify.redaction import Finding, Mention, disjoint, number_people, rewrite
from voice_of_care.deidentify.textmap import map_text
from voice_of_care.settings import DeidentifySettings

PIECES = st.sampled_from(
    ["Siobhán ", "Siobha\u0301n ", "Dr O’Neill ", "🙂👩\u200d⚕️ ", "bt43 6da ", "07700 900123 ",
     "12/03/2024 ", "SiobhÃ¡n ", "\ufeff", "\u200b", "£5 ",
     "was kind. ", "\n", "\t",
     "[PERSON_1] ", "a.b@example.com ", "٣٤ ", "ﬁne ", "thanks to ", "my mum ", "ward 5 ", "—", "‘", "\u00a0"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=80))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_everything_outside_redactions_is_unchanged(text):
    result = redact_text(text, settings=DeidentifySettings(), key=b"k")
    spans = [(item.start, item.end) for item in result.findings]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    rest = result.text
    position = 0
    for start, end in spans:
        outside = text[position:start]
        assert rest.startswith(outside)
        rest = rest[len(outside) :]
        closing = rest.index("]") + 1 if rest.startswith("[") else len("90+")
        rest = rest[closing:]
        position = end
    assert rest == text[position:]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_the_searched_text_leads_back_to_the_text_as_read(text):
    mapped = map_text(text)
    for place in range(len(mapped.text)):
        start, end = mapped.span(place, place + 1)
        assert 0 <= start < end <= len(text)


def test_adjacent_findings_are_replaced_one_by_one():
    findings = [
        Finding(0, 3, "PERSON", "a", 0.9),
        Finding(3, 6, "PERSON", "a", 0.9),
        Finding(7, 10, "PERSON", "a", 0.9),
    ]
    assert rewrite("abcdef ghi!", findings, ["[1]", "[2]", "[3]"]) == "[1][2] [3]!"


def test_overlapping_findings_leave_nothing_standing():
    findings = [Finding(0, 8, "PHONE", "a", 0.9), Finding(4, 12, "NHS_NUMBER", "b", 0.5)]
    assert [(item.start, item.end, item.kind) for item in disjoint(findings)] == [(0, 12, "PHONE")]


def test_numbers_do_not_depend_on_the_key_and_hold_for_forename_alone():
    mentions = [Mention("s", "PERSON", "mary kelly"), Mention("s", "PERSON", "mary"), Mention("s", "PERSON", "orla")]
    expected = {mentions[0]: "[PERSON_1]", mentions[1]: "[PERSON_1]", mentions[2]: "[PERSON_2]"}
    assert number_people(mentions, key=b"one") == number_people(mentions, key=b"other") == expected


def test_a_forename_of_two_people_is_a_person_of_its_own():
    mentions = [Mention("s", "PERSON", name) for name in ("mary kelly", "mary quinn", "mary")]
    assert sorted(number_people(mentions, key=b"k").values()) == ["[PERSON_1]", "[PERSON_2]", "[PERSON_3]"]


def test_a_very_long_text_is_read_to_its_end():
    text = "The ward was clean and the tea was warm. " * 600 + "Thanks to Siobhán."
    result = redact_text(text, settings=DeidentifySettings(), key=b"k")
    assert result.text == text.removesuffix("Siobhán.") + "[STAFF_1]."
