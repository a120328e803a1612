"""The tables that decisions rest on: questions, ranking, gaps, places, what was not said, other measures, ballots.

Each number in them is counted from segments: the table `evidence` lists which.
"""

from __future__ import annotations

from voice_of_care.declaring import BOOLEAN, DATE, NUMBER_LIST, TEXT_LIST, Column, Table, integer, number, text

GROUPINGS = ("respondent_group", "site", "service")
LEVELS = ("service", "site")
REST = "rest"
RANKING_PARTS = ("reach", "concern", "shared", "momentum", "severity")
FULL_SHARE = 0.25
"""Share of respondents at which reach, and shared, are full."""
FULL_RATIO = 3.0
"""Rate ratio whose lower bound makes momentum full."""
HIGHEST_SEVERITY = 3
FIRST_FIVE = 5
RANK_VERDICTS = ("secure", "likely", "contender", "unlikely")
GAP_VERDICTS = ("differ", "agree", "unclear", "too_few")
PLACE_VERDICTS = ("local", "elsewhere", "organisation_wide", "cannot_tell")
TRIANGULATED = ("agree", "disagree", "cannot_tell", "no_measure")
_RESPONDENTS = "respondents (responses, sessions of notes), weighed as the settings say"

QUESTION_COVERAGE = Table(
    "question_coverage",
    "Who answers which of the four plain questions when speaking of a theme: a row for every theme, question and group"
    " heard, also where nobody does.",
    {
        "theme_id": text("leaf theme"),
        "question": text("priority_id of the plain question"),
        "respondent_group": text("the group"),
        "respondents": integer("units of the group who answer the question about the theme", low=0),
    },
    ("theme_id", "question", "respondent_group"),
)

OWN_WORDS = Table(
    "own_words",
    "How each group names a theme: words that it says more often of the theme than all other groups do.",
    {
        "theme_id": text("leaf theme"),
        "respondent_group": text("the group"),
        "term": text("the word or pair of words, in the form said most often"),
        "respondents": integer("units of the group who say it of the theme", low=0),
        "of": integer("units of the group who raise the theme", low=0),
        "others": integer("other units who say it of the theme", low=0),
        "of_others": integer("other units who raise it", low=0),
        "ratio": number("odds of the group's saying it by the others', on the logarithmic scale"),
        "low": number("lower end of its 95% interval"),
        "high": number("upper end of its 95% interval"),
        "framework_says": Column(TEXT_LIST, "framework_id/priority_id of linked priorities whose words hold the term"),
    },
    ("theme_id", "respondent_group", "term"),
)

_PART = "{}, 0 to 1; empty where it is left out of the score"
RANKING = Table(
    "ranking",
    "What to improve first: themes by a score of five parts on fixed anchors, with how sure their ranks are.",
    {
        "theme_id": text("leaf theme that has one subject"),
        "scope": text("whose list it is: overall, group/staff, channel/feedback export"),
        "score": number("weighted mean of the parts", low=0, high=1),
        "reach": number("share of respondents who raise it, by an anchor of 25%, 0 to 1", low=0, high=1),
        "concern": number("share of these with something bad to say of it, shrunk, times reach", low=0, high=1),
        "shared": number(
            _PART.format("smaller of the shares of staff and of service users who raise it, by the same anchor"),
            required=False,
            low=0,
            high=1,
        ),
        "momentum": number(
            _PART.format("logarithm of the lower bound of its recent rate ratio, by that of 3"),
            required=False,
            low=0,
            high=1,
        ),
        "severity": number(
            _PART.format("what a reviewer set, by 3; nothing set counts as 0"), required=False, low=0, high=1
        ),
        "median_rank": integer("median over draws of respondents and weights", low=1),
        "rank_low": integer("lower end of the 90% interval", low=1),
        "rank_high": integer("upper end of the 90% interval", low=1),
        "p_top_five": number("share of draws in which it is among the first five", low=0, high=1),
        "verdict": text("by p_top_five: secure from .9, likely from .5, contender from .1", one_of=RANK_VERDICTS),
        "rank": integer("rank by score", low=1),
        "is_listed": Column(BOOLEAN, "among the first five by score, or a reviewer holds that safety is at stake"),
        "respondents": integer(f"{_RESPONDENTS}, who raise it", low=0),
        "heard": integer(f"{_RESPONDENTS}, in all", low=0),
        "negative": integer("of those who raise it, who have something bad to say of it", low=0),
        "preset_ranks": Column(
            NUMBER_LIST, "rank with each preset of weights, in the order of docs/methods/ranking.md"
        ),
    },
    ("theme_id", "scope"),
)

AGREEMENTS = Table(
    "agreements",
    "How far lists of priorities agree: of groups, of channels, of people's ballots with the score.",
    {
        "comparison": text("what is compared: groups, channels, ballots/1 (round), ballots-and-score/1"),
        "lists": Column(TEXT_LIST, "scopes or ballots compared"),
        "themes": integer("themes that all lists rank", low=0),
        "kendall_w": number("Kendall's W, 0 to 1; corrected for ties", required=False, low=0, high=1),
        "low": number("lower end of its 95% interval", required=False, low=0, high=1),
        "high": number("upper end of its 95% interval", required=False, low=0, high=1),
        "rank_biased_overlap": number(
            "extrapolated, p = 0.9; the mean over pairs of lists", required=False, low=0, high=1
        ),
    },
    ("comparison",),
)

SAFETY_LIST = Table(
    "safety_list",
    "Single segments to be read for safety, whatever their number: found by words, with more false alarms than misses.",
    {
        "segment_id": text("the segment"),
        "kind": text("kind of safety concern the first trigger is listed under"),
        "triggers": Column(TEXT_LIST, "words that triggered it, as they stand in the text"),
        "starts": Column(NUMBER_LIST, "first character of each trigger in the segment's text"),
        "theme_ids": Column(TEXT_LIST, "leaf themes of the segment"),
        "is_read": Column(BOOLEAN, "a person has read it and ticked it off"),
    },
    ("segment_id",),
)

METRICS = Table(
    "metrics",
    "Other measures, as the settings name them: complaints, incidents, falls, waiting, staff sickness.",
    {
        "metric": text("its name"),
        "period": text("as in series"),
        "starts_on": Column(DATE, "first day"),
        "service": text("the service; empty for the whole organisation", required=False),
        "value": number("the measure", required=False),
        "better": text("which way is better", one_of=("higher", "lower")),
    },
    ("metric", "period", "service"),
)

TRIANGULATION = Table(
    "triangulation",
    "What other measures say of each theme in the running: whether both moved for the worse, or for the better.",
    {
        "theme_id": text("leaf theme"),
        "metric": text("the measure; empty where there is none for the theme"),
        "measure": text("of the theme; negative_share: share of all respondents with something bad to say of it"),
        "periods": integer("periods in which both are known", low=0),
        "theme_change": number("change of the theme, later half less earlier half", required=False),
        "theme_low": number("lower end of its 95% interval", required=False),
        "theme_high": number("upper end of its 95% interval", required=False),
        "metric_change": number("change of the measure, later half less earlier half", required=False),
        "metric_low": number("lower end of its 95% interval", required=False),
        "metric_high": number("upper end of its 95% interval", required=False),
        "lag": integer(
            "periods by which the measure comes later where rho is strongest, 0 to 2", required=False, low=0
        ),
        "rho": number("Spearman's rank correlation at that lag; description only", required=False, low=-1, high=1),
        "verdict": text("whether they tell the same story", one_of=TRIANGULATED),
    },
    ("theme_id", "metric"),
)

DRIVERS = Table(
    "drivers",
    "How far what people say of a theme goes with the score they give. Associated with it; never its cause.",
    {
        "theme_id": text("leaf theme"),
        "respondents": integer("scored units who raise it", low=0),
        "scored": integer("scored units in all", low=0),
        "weight": number(
            "its part of the score's variance (Johnson's relative weight); all themes' add up to explained",
            low=0,
            high=1,
        ),
        "low": number("lower end of its 95% interval; 0 where it can't be told from chance", low=0, high=1),
        "high": number("upper end of its 95% interval", low=0, high=1),
        "coefficient": number("points of score that go with speaking well rather than not of it, others held"),
        "coefficient_low": number("lower end of its 95% interval, robust to clusters"),
        "coefficient_high": number("upper end of its 95% interval, robust to clusters"),
        "mean_tone": number("mean tone of those who raise it, -1 to 1", low=-1, high=1),
        "explained": number("share of the score's variance that all themes explain", low=0, high=1),
        "is_clear": Column(BOOLEAN, "the coefficient is told from chance (Holm over all themes, 5%)"),
    },
    ("theme_id",),
)

GROUP_GAPS = Table(
    "group_gaps",
    "Who raises what the other does not: shares of two groups, sites or services, of each theme and priority.",
    {
        "theme_id": text("leaf theme; empty for a priority", required=False),
        "framework_id": text("framework; empty for a theme", required=False),
        "priority_id": text("its element; empty for a theme", required=False),
        "grouping": text("what tells the groups apart", one_of=GROUPINGS),
        "group_a": text("the group, site or service"),
        "group_b": text("the other one, or 'rest' for all others together"),
        "share_a": number("share of group_a's respondents who raise it", required=False, low=0, high=1),
        "share_b": number("the same of group_b", required=False, low=0, high=1),
        "difference": number("share_a less share_b", required=False, low=-1, high=1),
        "low": number("lower end of its 95% interval", required=False, low=-1, high=1),
        "high": number("upper end of its 95% interval", required=False, low=-1, high=1),
        "q_value": number(
            "p after Benjamini and Hochberg over all items of the same pair of groups, themes and each framework apart",
            required=False,
            low=0,
            high=1,
        ),
        "verdict": text("what can be said", one_of=GAP_VERDICTS),
        "raised_a": number(f"{_RESPONDENTS}, of group_a who raise it", low=0),
        "heard_a": number(f"{_RESPONDENTS}, of group_a", low=0),
        "raised_b": number("the same of group_b", low=0),
        "heard_b": number("the same of group_b", low=0),
        "p_value": number("of no difference", required=False, low=0, high=1),
        "sentiment_a": number("mean polarity of group_a's respondents on it, -1 to 1", required=False, low=-1, high=1),
        "sentiment_b": number("the same of group_b", required=False, low=-1, high=1),
        "sentiment_low": number("lower end of the 95% interval of the difference in sentiment", required=False),
        "sentiment_high": number("upper end of it", required=False),
    },
    ("theme_id", "framework_id", "priority_id", "grouping", "group_a", "group_b"),
)

CONCENTRATION = Table(
    "concentration",
    "How often a theme is raised in each service and site: shares drawn towards all places' by how little was heard.",
    {
        "theme_id": text("leaf theme"),
        "level": text("kind of place", one_of=LEVELS),
        "place": text("the service or site"),
        "share": number("share of the place's respondents who raise it", low=0, high=1),
        "shrunken_share": number("the same, drawn towards all places' share", low=0, high=1),
        "low": number("lower end of the shrunken share's 95% interval", low=0, high=1),
        "high": number("upper end of it", low=0, high=1),
        "verdict": text(
            "local: here far more than elsewhere; elsewhere: local to another place; organisation_wide; cannot_tell",
            one_of=PLACE_VERDICTS,
        ),
        "respondents": integer("units of the place who raise it", low=0),
        "heard": integer("units of the place", low=0),
        "lower_998": number("exact 99.8% limit of a funnel about all places' share", low=0, high=1),
        "upper_998": number("the upper one", low=0, high=1),
    },
    ("theme_id", "level", "place"),
)

SPREAD = Table(
    "spread",
    "Whether a theme is local or organisation-wide: one verdict for each theme and kind of place, with how sure it is.",
    {
        "theme_id": text("leaf theme"),
        "level": text("kind of place", one_of=LEVELS),
        "verdict": text("what can be said", one_of=("local", "organisation_wide", "cannot_tell")),
        "places": Column(TEXT_LIST, "the places it is local to"),
        "probability": number("posterior probability of what the verdict says", low=0, high=1),
        "variation": number("share of the variation in who raises it that lies between places", low=0, high=1),
        "variation_low": number("lower end of its 90% interval", low=0, high=1),
        "variation_high": number("upper end of it", low=0, high=1),
        "respondents": integer("units of known places who raise it", low=0),
        "compared": integer("places compared", low=0),
    },
    ("theme_id", "level"),
)

LOCAL_WORDS = Table(
    "local_words",
    "Words of concerns and suggestions that are said in one place and hardly elsewhere: what may be local though no"
    " theme holds it.",
    {
        "level": text("kind of place", one_of=LEVELS),
        "place": text("the service or site"),
        "term": text("the word or pair of words, in the form said most often"),
        "respondents": integer("units of the place who say it", low=0),
        "heard": integer("units of the place", low=0),
        "elsewhere": integer("units of other known places who say it", low=0),
        "heard_elsewhere": integer("units of other known places", low=0),
        "probability": number("posterior probability that it is local, as in spread", low=0, high=1),
        "segment_ids": Column(TEXT_LIST, "segments of the place that say it"),
    },
    ("level", "place", "term"),
)

UNRAISED = Table(
    "unraised",
    "Priorities that nobody raised, or next to nobody and by the computer's account alone, with how common they could"
    " be among people like those asked all the same.",
    {
        "framework_id": text("framework"),
        "priority_id": text("element that the tool looks for, and that no theme is linked to"),
        "respondents_asked": integer("units of the groups the framework is made for", low=1),
        "respondents": integer(
            "units with a segment that the computer alone links to it: 0, or fewer than 5 and at most 1% of those"
            " asked, to be read",
            low=0,
        ),
        "upper_bound": number("share that might raise it, 95% sure, where none did: 1 - 0.05^(1/n)", low=0, high=1),
        "upper_bound_if_right": number("the same where all of the computer's links are right", low=0, high=1),
    },
    ("framework_id", "priority_id"),
)

UNHEARD = Table(
    "unheard",
    "Services, sites and groups of which nobody or hardly anybody was heard.",
    {
        "level": text("kind", one_of=("service", "site", "respondent_group")),
        "place": text("the service, site or group"),
        "is_expected": Column(BOOLEAN, "the settings say it should have been heard"),
        "respondents": integer("units heard of it", low=0),
        "verdict": text("how far it was heard", one_of=("not_heard", "hardly_heard")),
    },
    ("level", "place"),
)

RARE_ARGUMENTS = Table(
    "rare_arguments",
    "Every segment far from all themes, to be read by a person: one argument may matter however few make it.",
    {
        "segment_id": text("the segment"),
        "rank": integer("order, the farthest first", low=1),
        "theme_id": text("nearest theme; empty where none is known", required=False),
        "likeness": number("cosine to what that theme is recognised by", required=False, low=-1, high=1),
        "reason": text("why it is listed", one_of=("no_theme", "far")),
        "is_read": Column(BOOLEAN, "a person has read it and ticked it off"),
        "note": text("what they noted", required=False),
    },
    ("segment_id",),
)

LEDGER = Table(
    "ledger",
    "Every comment that came in, where it went, and why.",
    {
        "item_id": text("comment_id, or what set_aside calls it"),
        "source": text("file it came from"),
        "source_ref": text("where in the file", required=False),
        "outcome": text(
            "themed, analysed without a theme, or set aside", one_of=("themed", "without_theme", "set_aside")
        ),
        "reason": text("why it was set aside or has no theme", required=False),
        "segments": integer("segments it was split into", low=0),
        "segments_without_theme": integer("of these, without a theme", low=0),
        "theme_ids": Column(TEXT_LIST, "leaf themes it raises"),
    },
    ("item_id",),
)

BALLOTS = Table(
    "ballots",
    "What each ballot ranked, round by round: roles, not names.",
    {
        "round": integer("round, from 1", low=1),
        "ballot_id": text("number of the ballot within its round: B01"),
        "role": text("whose ballot it is: a role"),
        "theme_id": text("theme ranked"),
        "rank": integer("rank given, 1 is first; empty where the ballot leaves it unranked", required=False, low=1),
        "reason": text("why, in the voter's words", required=False),
        "is_dissent": Column(BOOLEAN, "ranked five or more places from the round's list, or said to dissent"),
        "dissent": text("why the ballot dissents, in the voter's words: the same in all its rows", required=False),
    },
    ("round", "ballot_id", "theme_id"),
)

CONSENSUS = Table(
    "consensus",
    "The list after each round of ballots, and what was decided of each theme.",
    {
        "round": integer("round, from 1", low=1),
        "theme_id": text("theme on the ballot"),
        "place": integer("place by mean rank; ties by the median, then by more first places", low=1),
        "mean_rank": number("mean rank, unranked themes at the mean of the ranks left", low=1),
        "spread_low": integer("lowest rank given", required=False, low=1),
        "spread_high": integer("highest rank given", required=False, low=1),
        "ballots": integer("ballots counted", low=1),
        "decision": text("what was decided", one_of=("chosen", "dropped", "open")),
        "reason": text("why it was chosen or dropped", required=False),
        "decided_by": text("who decided: a role", required=False),
    },
    ("round", "theme_id"),
)

EVIDENCE = Table(
    "evidence",
    "The segments each number of these tables is counted from.",
    {
        "of_table": text("the table"),
        "row": text("the row's key, its parts joined by ' | '"),
        "figure": text("the column"),
        "segment_ids": Column(TEXT_LIST, "the segments; units behind them are the figure"),
    },
    ("of_table", "row", "figure"),
)

INSIGHT_TABLES = (
    QUESTION_COVERAGE,
    OWN_WORDS,
    RANKING,
    AGREEMENTS,
    SAFETY_LIST,
    METRICS,
    TRIANGULATION,
    DRIVERS,
    GROUP_GAPS,
    CONCENTRATION,
    SPREAD,
    LOCAL_WORDS,
    UNRAISED,
    UNHEARD,
    RARE_ARGUMENTS,
    LEDGER,
    BALLOTS,
    CONSENSUS,
    EVIDENCE,
)
