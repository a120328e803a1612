"""What was not said: priorities nobody raised, with the bound, and places and groups that were not heard."""

from dataclasses import replace

import pandas as pd
import pytest
from scipy.stats import binom

from voice_of_care.analysis import Analysis
from voice_of_care.counting import upper_bound
from voice_of_care.frameworks import Framework, FrameworkElement
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.insight.absence import count_raised, find_unheard, find_unraised
from voice_of_care.insight.voices import Voices
from voice_of_care.settings import ExpectedSettings
from voice_of_care.tables import SAFE_COMMENTS, SEGMENT_LINKS, SEGMENTS, TABLES, THEME_LINKS, THEMES, conform

UNIT_OF = pd.Series({"a": "u1", "b": "u1", "c": "u2", "d": "u3"})
FOUR_SEGMENTS = pd.DataFrame({"segment_id": ["a.1", "b.1", "c.1", "d.1"], "comment_id": ["a", "b", "c", "d"]})
GROUPS = ("staff", "service_user", "carer", "other", "unknown")


def framework(audience, *, cues=("cue",), name="aims"):
    """Return a framework of two elements."""
    elements = tuple(
        FrameworkElement(id=item, label=item, definition="Made up.", include_cues=cues) for item in ("one", "two")
    )
    return Framework(id=name, version="1", name=name, audience=audience, elements=elements)


def comments_of(heard):
    """Return comments of units that said one thing each, of a group, a service and a site."""
    rows = [(group, service, site) for (group, service, site), number in heard.items() for _ in range(number)]
    frame = pd.DataFrame(rows, columns=["respondent_group", "service", "site"])
    ids = [f"C{number:04d}" for number in range(len(frame))]
    return frame.assign(comment_id=ids, unit=ids)


def voices_of(comments):
    """Return who is counted, with comments alone."""
    return Voices(pd.DataFrame(), comments, pd.DataFrame(), (), ())


def analysis_of(comments, links, frameworks, *, origin="model"):
    """Return an analysis in which a unit's one segment is linked as given: (number of the unit, element)."""
    safe = pd.DataFrame({name: pd.Series([None] * len(comments), dtype="object") for name in SAFE_COMMENTS.columns})
    safe = safe.assign(
        comment_id=comments["comment_id"],
        respondent_id=comments["unit"],
        respondent_group=comments["respondent_group"],
        source="made.csv",
        source_ref="2",
        text="text",
        run_id=1,
    )
    segments = pd.DataFrame(
        {"segment_id": comments["comment_id"] + ".1", "comment_id": comments["comment_id"], "position": 1}
    )
    segments = segments.assign(start=0, end=4, text="text")
    linked = pd.DataFrame(
        [(f"C{number:04d}.1", "aims", element, 0.9, origin) for number, element in links],
        columns=list(SEGMENT_LINKS.columns),
    )
    tables = {name: table.empty() for name, table in TABLES.items()}
    tables |= {
        "safe_comments": conform(safe, SAFE_COMMENTS),
        "segments": conform(segments, SEGMENTS),
        "segment_links": conform(linked, SEGMENT_LINKS),
    }
    return Analysis(**tables, frameworks=frameworks)


def unraised(heard, links, *frameworks, **about):
    """Return the table by priority."""
    comments = comments_of(heard)
    found = find_unraised(analysis_of(comments, links, frameworks, **about), voices_of(comments))
    return found.set_index("priority_id")


def test_people_are_counted_and_not_mentions():
    rows = [
        ("a.1", "steeep", "timely"),
        ("b.1", "steeep", "timely"),
        ("c.1", "steeep", "safe"),
        ("c.1", "steeep", "timely"),
        ("d.1", "four-questions", "how-do-we-do-it-better"),
    ]
    links = pd.DataFrame(rows, columns=["segment_id", "framework_id", "priority_id"])
    raised = count_raised(links, FOUR_SEGMENTS, [find_framework("steeep")], unit_of=UNIT_OF)
    assert raised["units"].tolist() == [1, 2, 0, 0, 0, 0]
    assert raised["priority_id"].tolist() == [
        "safe", "timely", "effective", "efficient", "equitable", "person-centred"
    ]  # fmt: skip
    nobody = raised.loc[raised["units"] == 0, "priority_id"].tolist()
    assert nobody == ["effective", "efficient", "equitable", "person-centred"]
    qdc = count_raised(links, FOUR_SEGMENTS, [find_framework("qdc")], unit_of=UNIT_OF)
    assert len(qdc) == 31
    assert not qdc["priority_id"].isin(["not-assigned", "labelling-not-possible"]).any()


def test_what_nobody_raised_is_told_with_how_common_it_could_be():
    found = unraised({("staff", "A", "S"): 180}, [(number, "one") for number in range(20)], framework("both"))
    assert found.index.tolist() == ["two"]
    assert found.loc["two", ["respondents_asked", "respondents"]].tolist() == [180, 0]
    assert found.loc["two", "upper_bound"] == pytest.approx(1 - 0.05 ** (1 / 180))
    assert found.loc["two", "upper_bound_if_right"] == found.loc["two", "upper_bound"]


@pytest.mark.parametrize("asked", [30, 100, 180, 820, 5000])
def test_the_bound_agrees_with_the_rule_of_three(asked):
    bound = upper_bound(0, asked)
    assert bound == pytest.approx(3 / asked, rel=0.05)
    assert binom.pmf(0, asked, bound) == pytest.approx(0.05)
    for number in (1, 4):
        assert binom.cdf(number, asked, upper_bound(number, asked)) == pytest.approx(0.05)
    assert upper_bound(0, 0) == upper_bound(asked, asked) == 1


def test_a_few_that_the_computer_alone_links_are_told_apart_from_many():
    everybody = {("staff", "A", "S"): 400}
    for number, is_listed in ((0, True), (1, True), (4, True), (5, False)):
        found = unraised(everybody, [(unit, "one") for unit in range(number)], framework("both"))
        assert ("one" in found.index) == is_listed
        if is_listed:
            assert found.loc["one", "respondents"] == number
            assert found.loc["one", "upper_bound"] == pytest.approx(1 - 0.05 ** (1 / 400))
            assert found.loc["one", "upper_bound_if_right"] == pytest.approx(upper_bound(number, 400))
    few = {("staff", "A", "S"): 40}
    assert "one" not in unraised(few, [(0, "one")], framework("both")).index
    assert "one" not in unraised(everybody, [(0, "one")], framework("both"), origin="reviewer").index


@pytest.mark.parametrize(("audience", "asked"), [("staff", 1), ("service_user", 2 + 4), ("both", 31)])
def test_those_are_asked_whom_the_framework_is_made_for(audience, asked):
    heard = {(group, "A", "S"): 2**place for place, group in enumerate(GROUPS)}
    assert set(unraised(heard, [], framework(audience))["respondents_asked"]) == {asked}


def test_nothing_is_called_unraised_that_nobody_looked_for_or_could_have_raised():
    users = {("service_user", "A", "S"): 50}
    assert unraised(users, [], framework("both", cues=())).empty
    assert unraised(users, [], framework("staff")).empty
    assert unraised(users, [], find_framework("four-questions")).empty


def test_what_a_theme_is_linked_to_is_not_called_unraised():
    comments = comments_of({("staff", "A", "S"): 50})
    analysis = analysis_of(comments, [], (framework("both"),))
    themes = [("T01", "A", "", [], None, 3, "proposed", 0.5, None), ("T02", "B", "", [], None, 3, "retired", 0.5, None)]
    links = [
        ("T01", "aims", "one", 0.5, [], "model", "proposed"),
        ("T01", "aims", "two", 0.5, [], "model", "rejected"),
        ("T02", "aims", "two", 0.5, [], "model", "proposed"),
    ]
    linked = replace(
        analysis,
        themes=conform(pd.DataFrame(themes, columns=list(THEMES.columns)), THEMES),
        theme_links=conform(pd.DataFrame(links, columns=list(THEME_LINKS.columns)), THEME_LINKS),
    )
    assert find_unraised(linked, voices_of(comments))["priority_id"].tolist() == ["two"]


def unheard(heard, **expected):
    """Return the table as (level, place, expected, units, verdict)."""
    found = find_unheard(voices_of(comments_of(heard)), expected=ExpectedSettings(**expected))
    return [tuple(row) for row in found.itertuples(index=False)]


def test_who_was_expected_and_not_heard_is_named():
    heard = {("staff", "Maternity", "North"): 6, ("staff", "maternity ", "North"): 2, ("carer", "Clinic", None): 9}
    told = unheard(heard, services=("MATERNITY", "Home Care"), sites=("South",), respondent_groups=("staff", "other"))
    assert told == [
        ("service", "Home Care", True, 0, "not_heard"),
        ("site", "South", True, 0, "not_heard"),
        ("respondent_group", "other", True, 0, "not_heard"),
    ]


def test_hardly_heard_is_fewer_than_five_expected_or_not():
    heard = {("staff", "A", "North"): 4, ("staff", "B", "North"): 5, ("unknown", "C", None): 1}
    assert unheard(heard) == [
        ("service", "A", False, 4, "hardly_heard"),
        ("service", "C", False, 1, "hardly_heard"),
    ]
    assert ("service", "C", True, 1, "hardly_heard") in unheard(heard, services=("c",))


def test_a_unit_counts_once_and_wherever_it_wrote():
    comments = comments_of({("staff", "A", "North"): 5, ("staff", "B", "North"): 5})
    same = comments.assign(unit=["u1", "u1", "u2", "u3", "u4", "u1", "u5", "u6", "u7", "u8"])
    found = find_unheard(voices_of(same), expected=ExpectedSettings())
    assert found[["place", "respondents"]].to_numpy().tolist() == [["A", 4]]
