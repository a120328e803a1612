"""What decisions rest on, in copies for others: not a byte of it may hang on a number that is withheld."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pytest

from tests import made_ballots
from voice_of_care import insight_tables, tables
from voice_of_care.ballots import Contending
from voice_of_care.insight.agreement import compare_lists
from voice_of_care.insight.consensus import count_ballots
from voice_of_care.reporting import render_report
from voice_of_care.reporting.ballot_page import render_ballot, view_ballot
from voice_of_care.reporting.big_five import chance_in_tens, view_big_five
from voice_of_care.reporting.consensus import view_consensus
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.further_gaps import view_further_gaps
from voice_of_care.reporting.gaps import view_gaps
from voice_of_care.reporting.local import view_local
from voice_of_care.reporting.not_said import view_not_said
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.own_words import view_own_words
from voice_of_care.reporting.questions import view_questions
from voice_of_care.reporting.service_pages import render_service_pages
from voice_of_care.reporting.unraised import view_silences
from voice_of_care.settings import parse_settings
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis

RARE, COMMON = "T09", "T03"
RARE_LABEL = "Heating in the day room"
DRAWN = ["median_rank", "rank_low", "rank_high", "p_top_five", "verdict"]
SECTIONS = (
    "in-brief",
    "big-five",
    "four-questions",
    "staff-and-service-users",
    "local",
    "other-measures",
    "not-said",
    "consensus",
)
THEMES_ON_BALLOT = ("T01", "T02", "T03", "T05", "T07")
DAY = pd.Timestamp(2024, 9, 16)


class Few(NamedTuple):
    """Numbers of people, each from 1 to 7, that a copy for others may not tell."""

    rare: int
    carers: int
    in_small_ward: int
    voters: int
    read: int
    say: int


VARIANTS = (Few(1, 2, 3, 3, 1, 2), Few(4, 5, 6, 6, 3, 6), Few(7, 3, 4, 5, 2, 5))


def _plainest(analysis: Analysis, number: int) -> list[str]:
    """Return comments of service users who raise the common theme and nothing else."""
    said = analysis.segments.merge(analysis.assignments, on="segment_id").merge(analysis.safe_comments, on="comment_id")
    said = said[said["respondent_group"] == "service_user"]
    alone = said.groupby("comment_id")["theme_id"].agg(set)
    return sorted(alone.index[alone == {COMMON}])[:number]


def _alike(analysis: Analysis, comments: list[str]) -> Analysis:
    """Return the analysis in which these comments differ in nothing but who made them."""
    is_mine = analysis.safe_comments["comment_id"].isin(comments)
    same = {"received_on": DAY, "source": "survey.xlsx", "service": "Clinic A", "score": 4.0}
    changed = {name: analysis.safe_comments[name].mask(is_mine, value) for name, value in same.items()}
    ids = analysis.segments.loc[analysis.segments["comment_id"].isin(comments), "segment_id"]
    sentiments = analysis.sentiments
    labels = sentiments["label"].mask(sentiments["segment_id"].isin(ids), "negative")
    statements = analysis.statements
    is_theirs = statements["segment_id"].isin(ids)
    alike = {"kind": "concern", "voice": "first_hand"}
    return dataclasses.replace(
        analysis,
        safe_comments=analysis.safe_comments.assign(**changed),
        sentiments=sentiments.assign(label=labels),
        statements=statements.assign(**{name: statements[name].mask(is_theirs, each) for name, each in alike.items()}),
        quotes=analysis.quotes[~analysis.quotes["segment_id"].isin(ids)].reset_index(drop=True),
    )


def _say_more(analysis: Analysis, hosts: list[str], few: int) -> Analysis:
    """Return the analysis in which each host says one thing more: `few` of them of the rare theme, the others again."""
    segments = analysis.segments[analysis.segments["comment_id"].isin(hosts)]
    more = segments.assign(
        segment_id=segments["comment_id"] + ".9",
        position=9,
        start=segments["end"] + 1,
        end=segments["end"] + 1 + segments["text"].str.len(),
    )
    themes = [RARE] * few + [COMMON] * (len(hosts) - few)
    given = more[["segment_id"]].assign(theme_id=themes, strength=0.7, origin="model")
    again = dict(zip(segments["segment_id"], more["segment_id"], strict=True))

    def twice(frame: pd.DataFrame) -> pd.DataFrame:
        mine = frame[frame["segment_id"].isin(again)]
        return pd.concat([frame, mine.assign(segment_id=mine["segment_id"].map(again))], ignore_index=True)

    return dataclasses.replace(
        analysis,
        segments=conform(pd.concat([analysis.segments, more], ignore_index=True), tables.SEGMENTS),
        assignments=conform(pd.concat([analysis.assignments, given], ignore_index=True), tables.ASSIGNMENTS),
        sentiments=conform(twice(analysis.sentiments), tables.SENTIMENTS),
        statements=conform(twice(analysis.statements), tables.STATEMENTS),
    )


def _in_thirds(statements: pd.DataFrame, comments: list[str]) -> pd.DataFrame:
    """Return statements so ordered that those of these comments stand at places that answer the same question."""
    is_mine = statements["segment_id"].str[:14].isin(comments)
    mine, others = list(statements.index[is_mine]), list(statements.index[~is_mine])
    order = [(mine if mine and place % 3 == 0 else others).pop(0) for place in range(len(statements))]
    return statements.loc[order].reset_index(drop=True)


def _vary(analysis: Analysis, few: Few) -> Analysis:
    """Return the analysis with these small numbers in it; all larger ones are the same in each."""
    chosen = _plainest(analysis, 23)
    hosts, group, wards = chosen[:7], chosen[7:14], chosen[14:23]
    varied = _say_more(_alike(analysis, chosen), hosts, few.rare)
    comments = varied.safe_comments
    groups = dict.fromkeys(group[: few.carers], "carer") | dict.fromkeys(group[few.carers :], "other")
    services = dict.fromkeys(wards[: few.in_small_ward], "Ward 7") | dict.fromkeys(wards[few.in_small_ward :], "Ward 8")
    comments = comments.assign(
        respondent_group=comments["comment_id"].map(groups).fillna(comments["respondent_group"]),
        service=comments["comment_id"].map(services).fillna(comments["service"]),
    )
    return dataclasses.replace(
        varied,
        safe_comments=conform(comments, tables.SAFE_COMMENTS),
        statements=conform(_in_thirds(varied.statements, chosen), tables.STATEMENTS),
    )


def _vote(analysis: Analysis, voters: int) -> Analysis:
    """Return the analysis with one round of so many ballots, closed."""
    turned = [THEMES_ON_BALLOT[place:] + THEMES_ON_BALLOT[:place] for place in range(3)]
    told = [
        made_ballots.opened(1, THEMES_ON_BALLOT),
        *(made_ballots.in_order(f"B{place:02}", turned[place % 3]) for place in range(voters)),
        made_ballots.closed(("T01",), {"T05": "a new contract starts in May"}),
    ]
    events = made_ballots.events(*told)
    found = count_ballots(events, analysis.themes)
    agreements = compare_lists(analysis.ranking, consensus=found.consensus, ballots=found.ballots)
    return dataclasses.replace(
        analysis, events=events, ballots=found.ballots, consensus=found.consensus, agreements=agreements
    )


def _read_and_said(analysis: Analysis, few: Few) -> Analysis:
    """Return the analysis with sentences to read of which few were read, and words that few say."""
    ids = analysis.segments["segment_id"].head(12)
    is_read = [place < few.read for place in range(12)]
    safety = pd.DataFrame({"segment_id": ids, "kind": "neglect", "is_read": is_read}).assign(
        triggers=[["longer"]] * 12, starts=[[0.0]] * 12, theme_ids=[["T01"]] * 12
    )
    rare = pd.DataFrame({"segment_id": ids, "rank": range(1, 13), "theme_id": "T03", "is_read": is_read}).assign(
        likeness=0.2, reason="far", note=None
    )
    words = [
        ("T01", "staff", "rota", 12, 30, few.say, 60, 2.0, 0.5, 3.5, []),
        ("T01", "service_user", "letter", few.say, 60, 0, 30, 2.0, 0.5, 3.5, []),
    ]
    places = [
        ("service", "Ward 4", "hoist", 14, 60, few.say, 120, 0.97, []),
        ("service", "Day Centre", "tea", few.say, 60, 0, 120, 0.97, []),
    ]
    own, local = insight_tables.OWN_WORDS, insight_tables.LOCAL_WORDS
    return dataclasses.replace(
        analysis,
        safety_list=conform(safety, insight_tables.SAFETY_LIST),
        rare_arguments=conform(rare, insight_tables.RARE_ARGUMENTS),
        own_words=conform(pd.DataFrame(words, columns=list(own.columns)), own),
        local_words=conform(pd.DataFrame(places, columns=list(local.columns)), local),
    )


def _with_draws_of(analysis: Analysis, first: Analysis) -> Analysis:
    """Return the analysis with the draws of another: these are chance, and fall otherwise for any other counts."""
    drawn = first.ranking[["theme_id", "scope", *DRAWN]]
    ranking = analysis.ranking.drop(columns=DRAWN).merge(drawn, on=["theme_id", "scope"], validate="one_to_one")
    return dataclasses.replace(analysis, ranking=conform(ranking, insight_tables.RANKING))


@pytest.fixture(scope="module")
def settings(followed: ModuleType):
    about = {"project": {"title": "What people told us"}, "metrics": [followed.METRIC]}
    return parse_settings({**about, "expected": {"services": ["Ward 9", "Ward 7"]}})


@pytest.fixture(scope="module")
def variants(made_up: ModuleType, followed: ModuleType, settings) -> list[Analysis]:
    """Return analyses that differ in small numbers alone, with few charts to draw."""
    base = followed.follow(made_up.build(staff=60, users=150, carers=0, others=0, rare=0))
    nothing = {name: getattr(base, name).iloc[:0] for name in ("charts", "difference_points", "funnels", "actions")}
    found: list[Analysis] = []
    for few in VARIANTS:
        decided = followed.decide(dataclasses.replace(_vary(base, few), **nothing), settings)
        decided = _read_and_said(_vote(decided, few.voters), few)
        found.append(_with_draws_of(decided, found[0] if found else decided))
    return found


@pytest.fixture(scope="module")
def pages(variants: list[Analysis], settings) -> list[str]:
    return [render_report(each, settings=settings, profile="publish").html for each in variants]


def _section(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    return found.group() if found else ""


def test_the_variants_hold_the_small_numbers(variants: list[Analysis]) -> None:
    for analysis, few in zip(variants, VARIANTS, strict=True):
        overall = analysis.ranking[analysis.ranking["scope"] == "overall"].set_index("theme_id")["respondents"]
        assert overall[RARE] == few.rare
        assert (analysis.safe_comments["service"] == "Ward 7").sum() == few.in_small_ward
        assert analysis.consensus["ballots"].eq(few.voters).all()
    first, *others = variants
    for analysis in others:
        common = analysis.ranking["scope"].eq("overall") & analysis.ranking["theme_id"].ne(RARE)
        assert analysis.ranking.loc[common, "respondents"].tolist() == first.ranking.loc[common, "respondents"].tolist()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_published_section_does_not_change_when_only_small_numbers_do(pages: list[str], name: str) -> None:
    sections = [_section(html, name) for html in pages]
    assert len(sections[0]) > 500
    for other in sections[1:]:
        lines = zip(sections[0].splitlines(), other.splitlines(), strict=False)
        assert [pair for pair in lines if pair[0] != pair[1]] == []
        assert sections[0] == other


def test_no_view_with_exact_numbers_does(variants: list[Analysis], settings) -> None:
    discloser = Discloser("threshold10")
    found = []
    for analysis in variants[:2]:
        facts = gather(analysis, settings=settings)
        overview = view_overview(facts, discloser=discloser)
        found.append(
            (
                view_big_five(facts, overview, discloser=discloser, settings=settings).shown,
                view_questions(facts, overview, discloser=discloser, settings=settings),
                view_gaps(facts, overview, discloser=discloser, settings=settings).rows,
                view_further_gaps(facts, overview, discloser=discloser, false_discovery=0.1),
                view_own_words(facts, overview, discloser=discloser),
                view_local(facts, overview, discloser=discloser).levels,
                view_not_said(facts, overview, discloser=discloser),
                view_consensus(facts, overview, discloser=discloser),
            )
        )
    for one, other in zip(*found, strict=True):
        assert one == other


def test_no_page_of_a_service_does(variants: list[Analysis], settings) -> None:
    found = [render_service_pages(each, settings=settings, profile="publish", report="r.html") for each in variants]
    assert [page.service for page in found[0]] == ["Clinic A", "Day Centre", "Ward 4"]
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            assert one == other


def test_no_ballot_does(variants: list[Analysis], settings) -> None:
    themes = [Contending(each, each, each) for each in (*THEMES_ON_BALLOT, RARE)]
    found = [view_ballot(each, themes, number=2, mark="0" * 12, settings=settings) for each in variants]
    assert found[0] == found[1] == found[2]
    assert "too few to show" in render_ballot(found[0])


def test_no_number_of_people_under_8_stands_in_the_new_sections(pages: list[str]) -> None:
    people = re.compile(r"(?<![\d.–%-])(\d[\d,]*) (?:of (\d[\d,]*)|respondents|people|ballots|service users|staff\b)")
    no_people = re.compile(r"(?:confirmed|differ on) \d+ of \d+|\d+ of \d+ themes|fewer than 8")
    counted = 0
    for name in SECTIONS:
        words = re.sub(r"<[^>]+>", " ", _section(pages[0], name).split("Read this with care")[0])
        text = no_people.sub("", " ".join(words.split()))
        for number in (int(each.replace(",", "")) for found in people.findall(text) for each in found if each):
            counted += 1
            assert number == 0 or number % 5 == 0, (name, number)
    assert counted > 30


def test_cells_of_numbers_are_rounded(pages: list[str]) -> None:
    cells = re.findall(r'<td class="s\d" data-sort="(-?\d+)">', _section(pages[0], "four-questions"))
    assert len(cells) > 20
    assert all(int(each) == -1 or int(each) % 5 == 0 for each in cells)


def test_what_stands_in_the_running_hangs_on_no_withheld_part(variants: list[Analysis], settings) -> None:
    """A theme that hardly anybody speaks ill of keeps its place however few these are."""
    found = []
    for bad in (1, 4, 7):
        ranking = variants[0].ranking
        is_it = (ranking["theme_id"] == COMMON) & (ranking["scope"] != "overall")
        is_all = (ranking["theme_id"] == COMMON) & (ranking["scope"] == "overall")
        changed = ranking.assign(
            negative=ranking["negative"].mask(is_it | is_all, bad),
            rank=ranking["rank"].mask(is_all, 10 + bad),
            preset_ranks=[
                [float(bad)] * 4 if mine else each for mine, each in zip(is_all, ranking["preset_ranks"], strict=True)
            ],
        )
        facts = gather(dataclasses.replace(variants[0], ranking=changed), settings=settings)
        discloser = Discloser("publish")
        found.append(
            view_big_five(facts, view_overview(facts, discloser=discloser), discloser=discloser, settings=settings)
        )
    assert found[0] == found[1] == found[2]
    ranks = [line.rank for line in found[0].lines]
    assert ranks == list(range(1, len(ranks) + 1))
    assert all(line.low <= line.rank <= line.high <= len(ranks) for line in found[0].lines)


@pytest.mark.parametrize("profile", ["publish", "threshold5", "threshold10"])
def test_a_priority_stays_listed_however_few_are_linked_to_it(variants: list[Analysis], settings, profile: str) -> None:
    found = []
    fewest = Discloser(profile).fewest_shown
    for few in (1, fewest - 1):
        analysis = variants[0]
        ids = analysis.segments.drop_duplicates("comment_id")["segment_id"].head(few)
        linked = pd.DataFrame({"segment_id": ids, "framework_id": "steeep", "priority_id": "equitable"})
        links = pd.concat([analysis.segment_links, linked.assign(strength=0.6, origin="model")], ignore_index=True)
        is_listed = analysis.unraised["priority_id"] != "equitable"  # as where too many are for the table
        changed = dataclasses.replace(analysis, segment_links=links, unraised=analysis.unraised[is_listed])
        found.append(view_silences(gather(changed, settings=settings), discloser=Discloser(profile)))
    assert found[0] == found[1]
    assert found[0]["steeep", "equitable"].people.is_suppressed


def test_with_exact_totals_no_place_tells_who_has_none(variants: list[Analysis], settings) -> None:
    """Of a theme's total the services' numbers would leave the few whose service is not known."""
    comments = variants[0].safe_comments
    shown = gather(variants[0], settings=settings).voices
    few = sorted(shown.loc[(shown["theme_id"] == "T01") & (shown["service"] == "Ward 4"), "comment_id"].unique())[:3]
    nowhere = comments.assign(service=comments["service"].mask(comments["comment_id"].isin(few)))
    changed = dataclasses.replace(variants[0], safe_comments=nowhere)
    heard = changed.concentration["respondents"].mask(
        (changed.concentration["theme_id"] == "T01") & (changed.concentration["place"] == "Ward 4"), 29
    )
    changed = dataclasses.replace(changed, concentration=changed.concentration.assign(respondents=heard))
    discloser = Discloser("threshold5")
    facts = gather(changed, settings=settings)
    level = view_local(facts, view_overview(facts, discloser=discloser), discloser=discloser).by_service
    row = next(row for row in level.rows if row.theme.theme_id == "T01")
    raised = [cell for cell in row.cells if cell.share.count.value != 0]
    assert [cell.share.count.is_suppressed for cell in raised].count(True) == 1


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.0, "under 10%"), (0.099, "under 10%"), (0.1, "10–20%"), (0.3, "30–40%"), (0.899, "80–90%"), (0.9, "over 90%")],
)
def test_chances_for_others_are_told_in_tens(chance: float, words: str) -> None:
    assert chance_in_tens(chance) == words
