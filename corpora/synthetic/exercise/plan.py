"""Lay out the exercise: which file holds how many comments, by whom, of what, and when."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from exercise.compose import Slot
from exercise.world import (
    BALLYFERN,
    BY_NAME,
    CARNMOYLE,
    DRUMFERN,
    GLENFARN,
    LAST_DAY,
    LOUGHSIDE,
    MINUTES,
    SERVICES,
    TRANSCRIPTS,
    WORKSHOPS,
    Service,
    Session,
    pick_service,
    random_day,
)

if TYPE_CHECKING:
    import random

HOSPITAL_FORMS = "feedback-forms/hospital-feedback-forms.csv"
COMMUNITY_FORMS = "feedback-forms/community/community-feedback.csv"
COPIED_FORMS = "feedback-forms/community/copies/community-feedback-copy.csv"
WEB_COMMENTS = "web/comments-from-the-website.csv"
STAFF_SURVEY = "surveys/staff-survey-spring-2024.xlsx"
USER_SURVEY = "surveys/service-user-and-carer-survey-autumn-2024.xlsx"
PULSE_SURVEY = "surveys/2025/staff-pulse-winter-2025.xlsx"
STORIES = "stories/care-opinion-export.json"

NOT_Q1 = (None, 2, 3, 4)
_ANY, _PRAISE, _COMPLAINT, _NEITHER = (-1, 0, 1), (1,), (-1,), (0,)

STAFF_QUESTIONS = (
    ("What is working well where you work?", _PRAISE, (None, 2, 4), ""),
    ("What gets in the way of good care?", _COMPLAINT, (None,), ""),
    ("What one thing would you change?", _ANY, (3,), ""),
    ("How would you know that a change had made a difference?", _ANY, (2, 4), "questions"),
)
USER_QUESTIONS = (
    ("What did we do well?", _PRAISE, (None, 4), ""),
    ("What could we do better?", _COMPLAINT, (None, 3), ""),
    ("What matters most to you about your care?", _ANY, (1,), ""),
)
PULSE_QUESTIONS = (
    ("How are things going at the minute?", _ANY, (None, 2), ""),
    ("Is there anything else you would like to tell us?", _ANY, (None, 3), ""),
)
SESSION_HEADINGS = {
    "staff": (
        ("What is working well", _PRAISE, (None, 4)),
        ("What gets in the way", _COMPLAINT, (None,)),
        ("What would you change", _ANY, (3,)),
        ("How do we know we are doing it well", _ANY, (2,)),
    ),
    "service_user": (
        ("What was good", _PRAISE, (None, 4)),
        ("What was not so good", _COMPLAINT, (None,)),
        ("What matters most to you", _ANY, (1,)),
        ("What should we do differently", _ANY, (3,)),
    ),
}
SESSION_HEADINGS["carer"] = SESSION_HEADINGS["service_user"]


def _place(rng: random.Random, names: tuple[str, ...] | None, sites: tuple[str, ...]) -> tuple[Service, str]:
    service = pick_service(rng, names)
    among = [site for site in service.sites if site in sites] or list(service.sites)
    return service, rng.choices(among, [3 if site == CARNMOYLE else 1 for site in among])[0]


def _forms(rng: random.Random, file: str, count: int, sites: tuple[str, ...], style: str = "form") -> list[Slot]:
    names = tuple(service.name for service in SERVICES if set(service.sites) & set(sites))
    days = sorted(random_day(rng) for _ in range(count))
    slots = []
    for day in days:
        service, site = _place(rng, names, sites)
        carers = 0.75 if service.name == "Children's Services" else 0.5 if service.name == "Home Care" else 0.27
        group = "carer" if rng.random() < carers else "service_user"
        signs = rng.choices((_PRAISE, _COMPLAINT, _ANY, _NEITHER), (42, 26, 25, 7))[0]
        slots.append(Slot(file, {}, style, group, service, site, day, "", signs, NOT_Q1))
    return slots


def _survey(
    rng: random.Random,
    file: str,
    responses: int,
    between: tuple[datetime.date, datetime.date],
    questions: tuple[tuple[str, tuple[int, ...], tuple[int | None, ...], str], ...],
    groups: tuple[str, ...],
) -> list[Slot]:
    slots = []
    for number, day in enumerate(sorted(random_day(rng, *between) for _ in range(responses)), 1):
        service, site = _place(rng, None, (CARNMOYLE, DRUMFERN, BALLYFERN, GLENFARN, LOUGHSIDE))
        group = rng.choice(groups)
        for question, signs, asked, bank in questions:
            where: dict[str, str | int] = {"response": number}
            extra = {"bank": bank} if bank else {}
            slots.append(Slot(file, where, "survey", group, service, site, day, question, signs, asked, None, extra))
    return slots


def _notes(rng: random.Random, session: Session, file: str) -> list[Slot]:
    headings = SESSION_HEADINGS[session.group]
    base = Slot(file, {}, "note", session.group, BY_NAME[session.service], session.site, session.date)
    slots = []
    for number in range(session.statements):
        heading, signs, asked = headings[(0, 0, 1, 1, 1, 2, 3)[number * 7 // session.statements]]
        style = "note"
        if rng.random() < 0.22 and asked[0] is None:
            style = "paraphrase"
        slots.append(replace(base, style=style, question=heading, signs=signs, plain_questions=asked))
    return slots


def _minutes(rng: random.Random, session: Session, file: str) -> list[Slot]:
    base = Slot(file, {}, "minute", session.group, BY_NAME[session.service], session.site, session.date,
                plain_questions=NOT_Q1)  # fmt: skip
    slots = []
    for _ in range(session.statements):
        style = "paraphrase" if rng.random() < 0.4 else "minute"
        slots.append(replace(base, style=style, question="What members told us"))
    return slots


def _transcript(session: Session, file: str) -> list[Slot]:
    base = Slot(file, {}, "turn", session.group, BY_NAME[session.service], session.site, session.date,
                plain_questions=NOT_Q1)  # fmt: skip
    return [base] * session.statements


def session_file(session: Session) -> str:
    """Return where the notes of a session stand."""
    if session in WORKSHOPS:
        return f"workshops/{session.date.year}/{session.stem}.docx"
    return f"minutes/{session.stem}.pdf" if session in MINUTES else f"transcripts/{session.stem}.txt"


def all_slots(rng: random.Random) -> list[Slot]:
    """Return every place for a comment, file by file."""
    slots = _forms(rng, HOSPITAL_FORMS, 300, (CARNMOYLE, DRUMFERN))
    slots += _forms(rng, COMMUNITY_FORMS, 170, (BALLYFERN, GLENFARN, LOUGHSIDE, "Tullywhin House"))
    slots += _forms(rng, WEB_COMMENTS, 90, (CARNMOYLE, DRUMFERN, BALLYFERN, GLENFARN, LOUGHSIDE), "form")
    slots += _forms(rng, STORIES, 75, (CARNMOYLE, DRUMFERN, BALLYFERN, GLENFARN, LOUGHSIDE), "story")
    spring = (datetime.date(2024, 4, 8), datetime.date(2024, 5, 10))
    autumn = (datetime.date(2024, 9, 16), datetime.date(2024, 10, 25))
    winter = (datetime.date(2025, 1, 13), LAST_DAY)
    slots += _survey(rng, STAFF_SURVEY, 62, spring, STAFF_QUESTIONS, ("staff",))
    users = ("service_user", "service_user", "carer")
    slots += _survey(rng, USER_SURVEY, 70, autumn, USER_QUESTIONS, users)
    slots += _survey(rng, PULSE_SURVEY, 55, winter, PULSE_QUESTIONS, ("staff",))
    for session in WORKSHOPS:
        slots += _notes(rng, session, session_file(session))
    for session in MINUTES:
        slots += _minutes(rng, session, session_file(session))
    for session in TRANSCRIPTS:
        slots += _transcript(session, session_file(session))
    return slots
