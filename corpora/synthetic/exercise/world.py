"""The fictional trust: its services, sites, sessions and calendar."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

TRUST = "Lough and Glens Health and Social Care Trust"
FIRST_DAY = datetime.date(2023, 10, 2)
LAST_DAY = datetime.date(2025, 3, 28)
CAR_PARK_OPENED = datetime.date(2024, 9, 1)
RECORD_SYSTEM_LIVE = datetime.date(2025, 1, 6)
CARNMOYLE, DRUMFERN = "Carnmoyle Area Hospital", "Drumfern Hospital"
BALLYFERN, GLENFARN = "Ballyfern Health and Care Centre", "Glenfarn Community Hub"
TULLYWHIN, LOUGHSIDE = "Tullywhin House", "Loughside Centre"


@dataclass(frozen=True)
class Service:
    """A service: where it is, and the tags of statements that fit it."""

    name: str
    sites: tuple[str, ...]
    settings: frozenset[str]
    weight: int


SERVICES = (
    Service("Emergency Department", (CARNMOYLE,), frozenset("e"), 16),
    Service("Medical Wards", (CARNMOYLE, DRUMFERN), frozenset("wi"), 12),
    Service("Surgical Wards", (CARNMOYLE,), frozenset("wit"), 9),
    Service("Maternity", (CARNMOYLE,), frozenset("xi"), 9),
    Service("Outpatients", (CARNMOYLE, DRUMFERN, BALLYFERN), frozenset("o"), 15),
    Service("Adult Mental Health", (TULLYWHIN, LOUGHSIDE), frozenset("m"), 11),
    Service("Home Care", (GLENFARN,), frozenset("c"), 9),
    Service("District Nursing", (BALLYFERN, GLENFARN), frozenset("d"), 8),
    Service("Children's Services", (CARNMOYLE, LOUGHSIDE), frozenset("k"), 7),
    Service("Care of Older People", (DRUMFERN,), frozenset("wia"), 10),
)
BY_NAME = {service.name: service for service in SERVICES}

THEME_WEIGHTS = {
    "compassion": 9, "communication": 9, "waiting": 8, "staffing": 7, "general": 6, "continuity": 5, "dignity": 5,
    "families": 5, "appointments": 5, "discharge": 5, "food": 5, "environment": 4, "phone": 4, "medication": 4,
    "cleanliness": 4, "wellbeing": 6, "training": 4, "leadership": 4, "learning": 4, "access": 4, "transport": 3,
    "pain": 4, "mh_crisis": 9, "home_care": 6, "parking": 10, "it_systems": 2, "night_noise": 30,
}  # fmt: skip
IT_GROWTH = {(2025, 1): 22, (2025, 2): 26, (2025, 3): 34}
"""Weight of the record system after it went live; before, it is that of THEME_WEIGHTS."""


@dataclass(frozen=True)
class Session:
    """A meeting whose notes hold many voices."""

    stem: str
    title: str
    date: datetime.date
    group: str
    service: str
    site: str
    present: int
    statements: int


def _workshop(date: str, group: str, service: str, site: str, present: int) -> Session:
    who = {"staff": "staff", "service_user": "service users", "carer": "carers"}[group]
    slug = f"{date} {service} {who}".lower().replace("'", "").replace(" ", "-")
    title = f"Listening workshop with {who}: {service}"
    return Session(slug, title, datetime.date.fromisoformat(date), group, service, site, present, 22)


WORKSHOPS = (
    _workshop("2023-11-14", "staff", "Emergency Department", CARNMOYLE, 12),
    _workshop("2024-01-23", "service_user", "Outpatients", DRUMFERN, 9),
    _workshop("2024-03-06", "carer", "Home Care", GLENFARN, 11),
    _workshop("2024-04-18", "staff", "Care of Older People", DRUMFERN, 10),
    _workshop("2024-06-11", "service_user", "Adult Mental Health", TULLYWHIN, 8),
    _workshop("2024-08-20", "staff", "Maternity", CARNMOYLE, 9),
    _workshop("2024-10-15", "carer", "Children's Services", LOUGHSIDE, 7),
    _workshop("2024-11-21", "staff", "Medical Wards", CARNMOYLE, 14),
    _workshop("2025-01-21", "staff", "District Nursing", BALLYFERN, 11),
    _workshop("2025-02-11", "staff", "Outpatients", CARNMOYLE, 13),
    _workshop("2025-02-27", "service_user", "Surgical Wards", CARNMOYLE, 8),
    _workshop("2025-03-13", "staff", "Adult Mental Health", LOUGHSIDE, 12),
)


def _meeting(date: str, group: str, name: str, service: str, site: str, present: int, statements: int) -> Session:
    slug = f"{date} {name}".lower().replace("'", "").replace(" ", "-")
    return Session(slug, name, datetime.date.fromisoformat(date), group, service, site, present, statements)


MINUTES = (
    _meeting("2024-02-08", "carer", "Carers' Forum", "Medical Wards", CARNMOYLE, 10, 14),
    _meeting("2024-05-16", "staff", "Staff Partnership Forum", "Surgical Wards", CARNMOYLE, 12, 14),
    _meeting("2024-07-04", "carer", "Carers' Forum", "Care of Older People", DRUMFERN, 9, 14),
    _meeting("2024-12-05", "carer", "Carers' Forum", "Outpatients", CARNMOYLE, 11, 14),
    _meeting("2025-02-20", "staff", "Staff Partnership Forum", "Emergency Department", CARNMOYLE, 13, 14),
    _meeting("2025-03-06", "carer", "Carers' Forum", "Medical Wards", CARNMOYLE, 10, 14),
)
TRANSCRIPTS = (
    _meeting("2023-12-06", "service_user", "Focus group", "Maternity", CARNMOYLE, 6, 30),
    _meeting("2024-09-19", "carer", "Family evening", "Care of Older People", DRUMFERN, 7, 32),
    _meeting("2025-03-04", "staff", "Focus group", "Emergency Department", CARNMOYLE, 6, 32),
)


def random_day(rng: random.Random, first: datetime.date = FIRST_DAY, last: datetime.date = LAST_DAY) -> datetime.date:
    """Return a day of the period."""
    return first + datetime.timedelta(days=rng.randrange((last - first).days + 1))


def pick_service(rng: random.Random, names: tuple[str, ...] | None = None) -> Service:
    """Return a service, the larger ones more often."""
    among = [service for service in SERVICES if names is None or service.name in names]
    return rng.choices(among, [service.weight for service in among])[0]


def theme_weight(theme: str, service: Service, site: str, day: datetime.date) -> int:
    """Return how readily a theme comes up there and then; 0 where it must not."""
    if theme == "night_noise" and service.name != "Care of Older People":
        return 0
    if theme == "parking" and site != CARNMOYLE:
        return 0
    if theme == "home_care" and not service.settings & {"c", "a", "d"}:
        return 1
    if theme == "mh_crisis" and not service.settings & {"m", "e"}:
        return 0
    if theme == "it_systems":
        return IT_GROWTH.get((day.year, day.month), THEME_WEIGHTS[theme])
    return THEME_WEIGHTS[theme]


def period_fits(theme: str, period: str, day: datetime.date) -> bool:
    """Say whether a statement from before or after the dated event fits the day."""
    if not period:
        return True
    event = CAR_PARK_OPENED if theme == "parking" else RECORD_SYSTEM_LIVE
    return (day < event) == (period == "<")
