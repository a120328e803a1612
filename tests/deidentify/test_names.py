from __future__ import annotations

import pytest

from voice_of_care.deidentify import redact_text
from voice_of_care.settings import DeidentifySettings


def safe(text: str) -> str:
    return redact_text(text, settings=DeidentifySettings(), key=b"k").text


@pytest.mark.parametrize(
    "text",
    [
        "Staff were Superb. Mum was Calm. COVID was no excuse.",
        "Causeway Hospital, Daisy Hill and the Royal Victoria were spotless.",
        "Rose Ward and Grace Ward need paint. Ivy Suite is not on the signs.",
        "My Parkinson's tablets came late; my Crohn's is under control.",
        "The Macmillan nurse and Marie Curie were angels.",
        "Will I ever be seen? I was told May or June. I hope to see joy again. Mark my words.",
        "May I thank the team. Hope you all get a raise. The bill was wrong.",
        "Staff Nurse Team were great. Thank you All. Thanks to Reception.",
        "THANK YOU ALL THE STAFF ON WARD FIVE WERE BRILLIANT",
        "They gave me Sertraline and Lorazepam. Down's syndrome was not understood.",
        "St Mary's ward was clean. Ward A6 the staff were kind at 10 the next day.",
        "My mum was cold. My mum Was cold. The nurse was busy and the doctor left.",
        "I had an MRI 2 weeks ago and an ICD 10 code. 5 minute drive, 10 minutes walk.",
        "Seen in the 24/7 unit, 3 of us, 2 hours, 90% of the time, waited 95 minutes.",
        "I live in Northern Ireland. Paramedics came fast. God bless the NHS.",
        "Ward 5 may need paint and 20 march past.",
        "HSC 100 000 people waiting. HSC numbers fell by 100 000 in 2023. In HSC 2020 to 2021 we waited.",
        "Pleasant driver. Comfortable ride. Good crew. Excellent.",
        "",
    ],
)
def test_words_that_are_no_names_survive(text):
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My daughter Grace was cold. Grace cried.", "My daughter [PERSON_1] was cold. [PERSON_1] cried."),
        ("Thanks to Nurse Siobhán and Dr O’Neill!", "Thanks to Nurse [STAFF_1] and Dr [STAFF_2]!"),
        ("Siobhán Kelly, the ward sister, is kind.", "[STAFF_1], the ward sister, is kind."),
        ("Mary’s care was great", "[PERSON_1]’s care was great"),
        ("Dr Parkinson knew.", "Dr [STAFF_1] knew."),
        ("my sister Mary and her son Will came", "my sister [PERSON_1] and her son [PERSON_2] came"),
        ("All good.\nKind regards,\nP. McAteer", "All good.\nKind regards,\n[PERSON_1]"),
        ("siobhan mc ateer", "[PERSON_1]"),
        ("Eimear Mac Giolla Bhríde came", "[PERSON_1] came"),
        ("thanks to oisín in x-ray", "thanks to [STAFF_1] in x-ray"),
        ("Thanks to Ciara, Grace and Bronagh.", "Thanks to [STAFF_1], [STAFF_2] and [STAFF_3]."),
        ("Noel praised the crisis team.", "[PERSON_1] praised the crisis team."),
        ("Siobha\u0301n came", "[PERSON_1] came"),
    ],
)
def test_names_are_replaced_and_the_words_around_them_stay(text, expected):
    assert safe(text) == expected


def test_one_person_keeps_one_number_with_and_without_accents():
    assert (
        safe("Siobhán Kelly came. SIOBHAN KELLY left, Siobhan waved.")
        == "[PERSON_1] came. [PERSON_1] left, [PERSON_1] waved."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 12/03/2024 we", "on [DATE: Mar 2024] we"),
        ("on 3rd March 2024 we", "on [DATE: Mar 2024] we"),
        ("on 2024-03-12 we", "on [DATE: Mar 2024] we"),
        ("dob 12.03.47", "dob [DATE: Mar 1947]"),
        ("my 93 year old mum", "my 90+ year old mum"),
        ("my 83 year old mum", "my 83 year old mum"),
        ("H&C no 320 111 2229 is wrong", "H&C no [NHS_NUMBER] is wrong"),
        ("I live in Cookstown with my cat", "I live in [PLACE] with my cat"),
        ("write to a.b@example.com.", "write to [EMAIL]."),
        ("see https://example.com/a?b=1, ok", "see [URL], ok"),
    ],
)
def test_replacements_keep_what_is_no_identifier(text, expected):
    assert safe(text) == expected
