"""Frameworks: those that ship, a project's own, and what is said of a file that is wrong."""

from __future__ import annotations

import re

import pytest

from voice_of_care.errors import VocabularyError
from voice_of_care.frameworks import load_frameworks
from voice_of_care.frameworks.loader import SHIPPED, available, check_file, find_framework
from voice_of_care.settings import PrioritySettings

OWN = """\
id: ward-charter
version: 1.0
name: Our ward charter
elements:
  - id: quiet-nights
    label: Quiet nights
    definition: People can sleep at night.
    include_cues: [could not sleep, too noisy at night, lights left on, buzzers going all night]
"""
NORTHERN_IRELAND = {"four-questions", "qms", "pce-standards", "hsc-values", "quality-2020", "steeep", "rqia"}
QDC_LABELS = """\
Positive experience & gratitude|Organisation & efficiency|Funding & use of financial resources|Feeling safe
Labelling not possible|Not assigned|Staff manner & personal attributes|Staffing levels & responsiveness
Competence & training|Contacting services|Appointment arrangements|Appointment method|Timeliness of care
Unspecified communication|Staff listening, understanding & involving patients
Information directly from staff during care|Information provision & guidance
Being kept informed, clarity & consistency of information
Interaction with family/carers|Continuity of care|Discharge|Supplying & understanding medication|Pain management
Cleanliness, tidiness & infection control|Sensory experience|Environment, facilities & equipment
Food & drink provision & facilities|Service location|Transport to/from services|Parking
Activities & access to fresh air|Electronic entertainment|Mental Health Act"""


def slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower().replace("'", "")).strip("-")


def test_the_default_is_what_holds_in_northern_ireland():
    loaded = load_frameworks(PrioritySettings())
    assert {framework.id for framework in loaded} == NORTHERN_IRELAND
    assert loaded[0].id == "four-questions"


def test_all_eleven_ship_and_their_ids_are_slugs_of_their_labels():
    shipped = available()
    assert tuple(framework.id for framework in shipped) == SHIPPED
    assert len(shipped) == 11
    for framework in shipped:
        assert [element.id for element in framework.elements] == [slug(element.label) for element in framework.elements]


@pytest.mark.parametrize("framework_id", SHIPPED)
def test_each_element_has_cues_of_its_own(framework_id):
    unlinkable = {"labelling-not-possible", "not-assigned"}
    for element in find_framework(framework_id).elements:
        assert element.definition.endswith(".")
        if element.id not in unlinkable:
            phrases = [cue for cue in element.include_cues if "..." not in cue]
            assert 8 <= len(phrases) <= 25, element.id
        cues = [cue.casefold() for cue in element.include_cues]
        assert len(cues) == len(set(cues)), element.id


def test_the_four_questions_and_the_qdc_labels_are_letter_for_letter():
    assert [element.label for element in find_framework("four-questions").elements] == [
        "What do we need to do well?",
        "How do we know we are doing it well?",
        "How do we do it better?",
        "How do we know it has made a difference?",
    ]
    qdc = find_framework("qdc").elements
    assert [element.label for element in qdc] == re.split(r"[|\n]", QDC_LABELS)
    assert len({element.group for element in qdc}) == 10


def test_settings_choose_and_extra_adds_once():
    chosen = load_frameworks(PrioritySettings(frameworks=("qms", "cqc")), extra=("qdc", "qms"))
    assert [framework.id for framework in chosen] == ["qms", "cqc", "qdc"]


def test_an_own_file_is_added_and_may_take_the_place_of_a_shipped_one(tmp_path):
    (tmp_path / "charter.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(OWN.replace("ward-charter", "qms"), encoding="utf-8")
    loaded = load_frameworks(PrioritySettings(files=("charter.yaml", "mine.yaml")), folder=tmp_path)
    names = {framework.id: framework.name for framework in loaded}
    assert names["ward-charter"] == names["qms"] == "Our ward charter"
    assert len(loaded) == len(NORTHERN_IRELAND) + 1
    assert loaded[-1].version == "1.0"


def test_the_same_own_id_twice_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(OWN, encoding="utf-8")
    with pytest.raises(VocabularyError, match="ward-charter stands in two files"):
        load_frameworks(PrioritySettings(files=("a.yaml", "b.yaml")), folder=tmp_path)


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(VocabularyError, match="Did you mean quality-2020"):
        load_frameworks(PrioritySettings(frameworks=("quality2020",)))
    with pytest.raises(VocabularyError, match="Did you mean steeep"):
        find_framework("steep")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "include_cues",
            "include_clues",
            r"own.yaml: element quiet-nights: unknown key include_clues. Did you mean incl",
        ),
        ("name: Our", "nmae: Our", "own.yaml: .*name"),
        ("    definition: People can sleep at night.\n", "", "element quiet-nights: the key definition is missing"),
        ("lights left on", "no", r"element quiet-nights: include_cues.2 must be text. Put it in quotes"),
        ("id: quiet-nights", "id: Quiet Nights", "element Quiet Nights: id may hold small letters"),
        ("version: 1.0", "version: 1.0\nversion: 2.0", "line 1: key version stands twice"),
        ("label: Quiet nights", "label: [Quiet", "own.yaml: not valid YAML"),
        (OWN, "- just\n- a list\n", "holds no framework"),
        (OWN, "", "holds no framework"),
        (
            "version: 1.0",
            "version: 1.0\naudience: nurses",
            "audience: Input should be 'staff', 'service_user' or 'both'",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path, old, new, message):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(VocabularyError, match=message) as caught:
        check_file(path)
    assert "\n" not in str(caught.value)


def test_twin_elements_a_missing_file_and_another_encoding_are_refused(tmp_path):
    twin = tmp_path / "twin.yaml"
    twin.write_text(OWN + OWN.split("elements:\n")[1], encoding="utf-8")
    with pytest.raises(VocabularyError, match="element id quiet-nights stands 2 times"):
        check_file(twin)
    with pytest.raises(VocabularyError, match=r"absent.yaml: can't be read"):
        check_file(tmp_path / "absent.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(OWN.replace("Quiet", "Caf\xe9").encode("latin-1"))
    with pytest.raises(VocabularyError, match="Save it as UTF-8"):
        check_file(latin)


def test_yaml_is_read_as_data_only(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("Our ward charter", "!!python/object/apply:os.getcwd []"), encoding="utf-8")
    with pytest.raises(VocabularyError, match="not valid YAML"):
        check_file(path)


def test_remarks_tell_what_would_link_badly(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        OWN
        + """\
  - {id: rest, label: Rest, definition: People can rest., include_cues: [Could not sleep]}
  - {id: other, label: Other, definition: Something else.}
""",
        encoding="utf-8",
    )
    remarks = check_file(path).remarks
    assert [remark.split(":")[0] for remark in remarks] == ["element rest", "element rest", "element other"]
    assert "also stands under quiet-nights" in remarks[1]


def test_frameworks_are_frozen():
    framework = find_framework("qms")
    with pytest.raises(ValueError, match="frozen"):
        framework.name = "Other"
    assert framework.element("quality-control").label == "Quality control"
