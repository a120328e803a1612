"""A made-up analysis: respondents, themes, links and quotes planted by rule, so that tests know every true count."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from voice_of_care import insight_tables, tables
from voice_of_care.analysis import Analysis
from voice_of_care.frameworks import Framework, FrameworkElement

THEMES = (
    ("T01", "P1", "Waiting for an appointment", "confirmed", 2, ("negative", "very_negative", "negative", "mixed")),
    ("T02", "P1", "Getting through on the phone", "confirmed", 5, ("negative", "negative", "neutral", "positive")),
    ("T03", "P2", "Kindness and compassion", "confirmed", 2, ("very_positive", "positive", "positive", "mixed")),
    ("T04", "P2", "Being told what happens next", "proposed", 3, ("negative", "positive", "mixed", "neutral")),
    ("T05", "P3", "Food on the ward", "confirmed", 6, ("neutral", "negative", "positive", "negative")),
    ("T06", "P3", "Parking at the hospital", "proposed", 7, ("very_negative", "negative", "negative", "neutral")),
    ("T07", "P4", "Staffing levels and breaks", "confirmed", 4, ("negative", "mixed", "negative", "very_negative")),
    ("T08", "P4", "Computer systems that do not talk to each other", "proposed", 9, ("negative", "neutral")),
)
PARENTS = (
    ("P1", "Access and waiting", "confirmed"),
    ("P2", "Care and communication", "confirmed"),
    ("P3", "The building and its comforts", "proposed"),
    ("P4", "Working here", "proposed"),
)
RARE = ("T09", "P3", "Heating in the day room", "confirmed")
UNSTABLE = {"T08": 0.31}
TERMS = (
    ("T01", "longer", ["longer"]),
    ("T01", "phone", ["phone", "rang"]),
    ("T08", "break", ["break"]),
    ("T09", "worried", ["worried"]),
)
MONTHS = 15
SENTENCES = (
    "It took far longer than anyone said it would.",
    "The nurse sat with me until I felt steady again, and I will never forget it.",
    "I rang four times before anybody lifted the phone.",
    "Nobody told us what was to happen next, so we went home and worried.",
    "We were short again on the late shift and there was no break.",
)
FRAMEWORKS = (
    Framework(
        id="four-questions",
        version="1",
        name="Four plain questions",
        elements=tuple(
            FrameworkElement(id=item, label=label, definition="Made up for tests.", include_cues=("cue",))
            for item, label in (
                ("do-well", "What do we need to do well?"),
                ("know-well", "How do we know we are doing it well?"),
                ("better", "How do we do it better?"),
                ("difference", "How do we know it has made a difference?"),
            )
        ),
    ),
    Framework(
        id="steeep",
        version="1",
        name="Six made-up aims",
        elements=tuple(
            FrameworkElement(id=item, label=item.capitalize(), definition="Made up for tests.", include_cues=("cue",))
            for item in ("safe", "timely", "effective", "efficient", "equitable", "personal")
        ),
    ),
)
LINKS = (
    ("T01", "steeep", "timely", 0.82, "confirmed"),
    ("T02", "steeep", "timely", 0.64, "confirmed"),
    ("T03", "steeep", "personal", 0.78, "confirmed"),
    ("T04", "steeep", "personal", 0.55, "proposed"),
    ("T07", "steeep", "safe", 0.61, "confirmed"),
    ("T08", "steeep", "efficient", 0.58, "proposed"),
    ("T01", "four-questions", "better", 0.6, "confirmed"),
    ("T03", "four-questions", "do-well", 0.77, "confirmed"),
    ("T07", "four-questions", "better", 0.66, "confirmed"),
    ("T02", "four-questions", "better", 0.66, "rejected"),
)


@dataclass(frozen=True)
class Person:
    """One respondent: what they raise is planted by their number."""

    number: int
    group: str
    service: str
    themes: tuple[str, ...]

    @property
    def comment_id(self) -> str:
        return f"VOC-{self.number:010d}"


def people(staff: int, users: int, carers: int, others: int, rare: int) -> list[Person]:
    """Return the respondents; the first `rare` service users raise the rare theme as well."""
    found = []
    number = 0
    for group, size in (("staff", staff), ("service_user", users), ("carer", carers), ("other", others)):
        for place in range(size):
            number += 1
            raised = [theme for theme, _, _, _, every, _ in THEMES if _raises(theme, group, place, every)]
            if group == "service_user" and place < rare:
                raised.append(RARE[0])
            service = ("Day Centre", "Ward 4", "Clinic A")[place % 3]
            found.append(Person(number, group, service, tuple(raised) or ("T03",)))
    return found


def _raises(theme: str, group: str, place: int, every: int) -> bool:
    if theme in {"T07", "T08"} and group != "staff":
        return place % (every * 6) == 0
    if theme in {"T05", "T06"} and group == "staff":
        return place % (every * 3) == 0
    return place % every == 0


def build(
    *, staff: int = 24, users: int = 30, carers: int = 4, others: int = 2, rare: int = 3, secret: str = ""
) -> Analysis:
    """Return a made-up analysis whose parts agree with each other.

    Args:
        staff: respondents of that group.
        users: respondents of that group.
        carers: respondents of that group.
        others: respondents of that group.
        rare: service users who raise the rare theme.
        secret: a word put into every text whose quote is not approved.
    """
    everyone = people(staff, users, carers, others, rare)
    comments, segments, assignments, sentiments = [], [], [], []
    for person in everyone:
        texts = []
        start = 0
        for position, theme in enumerate(person.themes, start=1):
            text = f"{SENTENCES[(person.number + position) % len(SENTENCES)]} {secret}".strip()
            segment = f"{person.comment_id}.{position}"
            segments.append((segment, person.comment_id, position, start, start + len(text), text))
            start += len(text) + 1
            texts.append(text)
            assignments.append((segment, theme, 0.5 + (person.number % 5) / 10, "model"))
            levels = next((item[5] for item in THEMES if item[0] == theme), ("negative",))
            sentiments.append((segment, 0.0, levels[person.number % len(levels)], 0.8))
        comments.append(_comment(person, " ".join(texts)))
    quotes = _quotes(segments, assignments, secret)
    segments = [(*row[:5], row[5].replace(secret, "").strip() if row[0] in quotes[1] else row[5]) for row in segments]
    return _analysis(comments, segments, assignments, sentiments, quotes[0])


def _comment(person: Person, text: str) -> dict[str, object]:
    month = (person.number * 7) % MONTHS
    day = pd.Timestamp(2024 + month // 12, month % 12 + 1, 1 + person.number % 27)
    return {
        "comment_id": person.comment_id,
        "source": "survey.xlsx" if person.number % 3 else "forms.csv",
        "source_ref": str(person.number + 1),
        "response_id": f"R{person.number:06d}",
        "respondent_id": None,
        "session_id": None,
        "respondent_group": person.group,
        "service": person.service,
        "site": "North site",
        "question": "What could be better?",
        "score": float(1 + person.number % 5),
        "received_on": None if person.number % 20 == 0 else day,
        "may_quote": None,
        "people_present": None,
        "text": text,
        "language": "en",
        "duplicate_of": None,
        "campaign_id": None,
    }


def _quotes(
    segments: list[tuple[object, ...]], assignments: list[tuple[object, ...]], secret: str
) -> tuple[list[tuple[str, str, str, int, str]], set[str]]:
    """Return quotes and the approved segments: the first two of each theme and group are approved, one is not."""
    rows: list[tuple[str, str, str, int, str]] = []
    approved: set[str] = set()
    seen: dict[tuple[str, int], int] = {}
    for segment, theme, _, _ in assignments:
        band = int(str(segment)[4:14]) // 12
        place = seen.get((str(theme), band), 0)
        seen[(str(theme), band)] = place + 1
        total = sum(1 for row in rows if row[0] == theme)
        if place or total >= 6:
            continue
        role = ("exemplar", "exemplar", "exemplar", "borderline", "disconfirming", "exemplar")[total]
        status = "proposed" if total == 5 else "approved"
        rows.append((str(theme), str(segment), role, total + 1, status))
        if status == "approved":
            approved.add(str(segment))
    return rows, approved


def _analysis(
    comments: list[dict[str, object]],
    segments: list[tuple[object, ...]],
    assignments: list[tuple[object, ...]],
    sentiments: list[tuple[object, ...]],
    quotes: list[tuple[str, str, str, int, str]],
) -> Analysis:
    by_theme: dict[str, list[str]] = {}
    for segment, theme, _, _ in assignments:
        by_theme.setdefault(str(theme), []).append(str(segment))
    theme_links = [(*link[:4], by_theme.get(link[0], [])[:4], "model", link[4]) for link in LINKS]
    segment_links = [
        (segment, framework, priority, strength, "model")
        for theme, framework, priority, strength, _ in LINKS
        for segment in by_theme.get(theme, [])[::2]
    ]
    leaves = [(item[0], item[1], item[2], item[3]) for item in THEMES] + [RARE]
    themes = [
        (key, label, f"People speak of {label.lower()}.", [], None, 0, status, None, None)
        for key, label, status in PARENTS
    ]
    themes += [
        (
            key,
            label,
            f"People speak of {label.lower()}.",
            ["word", "other word"],
            parent,
            len(by_theme.get(key, [])),
            status,
            UNSTABLE.get(key, 0.8),
            None,
        )
        for key, parent, label, status in leaves
    ]
    sizes = pd.Series([row["source"] for row in comments]).value_counts()
    sources = [
        (
            "forms.csv",
            "csv",
            "friends_and_family",
            int(sizes["forms.csv"]) + 9,
            int(sizes["forms.csv"]),
            9,
            0,
            [],
            "forms",
            1,
        ),
        (
            "survey.xlsx",
            "xlsx",
            None,
            int(sizes["survey.xlsx"]) + 2,
            int(sizes["survey.xlsx"]),
            2,
            0,
            ["2 dates unread"],
            "survey",
            1,
        ),
    ]
    set_aside = [("intake", f"X{place}", "forms.csv", str(place), "empty") for place in range(9)]
    set_aside += [("intake", f"Y{place}", "survey.xlsx", str(place), "not English") for place in range(2)]
    redactions = [(row["comment_id"], 0, 4, "person", "names", 0.9) for row in comments[:13]]
    run = {
        "run_id": 1,
        "started_at": "2025-05-01T00:00:00Z",
        "finished_at": "2025-05-01T00:01:00Z",
        "report_date": None,
        "settings_hash": "a" * 64,
        "input_hash": "b" * 64,
        "model_hashes": json.dumps({"minilm.onnx": "c" * 64}),
        "code_version": "0.1.0",
        "step_seconds": "{}",
        "kind": "analyse",
        "theme_version": 1,
        "comments_added": len(comments),
        "comments_changed": 0,
        "comments_removed": 0,
        "last_theme_number": len(themes),
        "parts": "{}",
    }
    return Analysis(
        safe_comments=_frame(comments, tables.SAFE_COMMENTS),
        redactions=_frame(redactions, tables.REDACTIONS),
        flags=_frame([(comments[0]["comment_id"], "safeguarding", "rule")], tables.FLAGS),
        segments=_frame(segments, tables.SEGMENTS),
        themes=_frame(themes, tables.THEMES),
        theme_terms=_frame([(*term, 0.5 - place / 10, 1, 1) for place, term in enumerate(TERMS)], tables.THEME_TERMS),
        theme_vectors=tables.THEME_VECTORS.empty(),
        assignments=_frame(assignments, tables.ASSIGNMENTS),
        quotes=_frame(quotes, tables.QUOTES),
        theme_links=_frame(theme_links, tables.THEME_LINKS),
        segment_links=_frame(segment_links, tables.SEGMENT_LINKS),
        sentiments=_frame(sentiments, tables.SENTIMENTS),
        comment_sentiments=tables.COMMENT_SENTIMENTS.empty(),
        statements=_statements(sentiments),
        set_aside=_frame(set_aside, tables.SET_ASIDE),
        sources=_frame(sources, tables.SOURCES),
        severities=tables.SEVERITIES.empty(),
        runs=_frame([run], tables.RUNS),
        events=tables.EVENTS.empty(),
        unraised=_unraised(len(comments)),
        frameworks=FRAMEWORKS,
    )


def _unraised(asked: int) -> pd.DataFrame:
    """Return the aims that no theme is linked to: nobody raised them."""
    bound = 1 - 0.05 ** (1 / asked)
    rows = [("steeep", item, asked, 0, bound, bound) for item in ("effective", "equitable")]
    return _frame(rows, insight_tables.UNRAISED)


def _statements(sentiments: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return kinds by sentiment, a suggestion for each neutral one, and every tenth person's words passed on."""
    kinds = {"positive": "praise", "very_positive": "praise", "neutral": "suggestion"}
    rows = [
        (segment, None, kinds.get(str(label), "concern"), "reported" if str(segment)[13] == "0" else "first_hand")
        for segment, _, label, _ in sentiments
    ]
    return _frame([(*row, None, None, None, None) for row in rows], tables.STATEMENTS)


def _frame(rows: list, table: tables.Table) -> pd.DataFrame:
    return tables.conform(pd.DataFrame(rows, columns=list(table.columns)), table)
