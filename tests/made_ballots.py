"""Made-up rounds of ballots: events planted by rule, so that tests know every rank."""

import pandas as pd

from voice_of_care.ballots import Cast, cast_payload, close_payload, open_payload
from voice_of_care.decisions import Decision, record_decisions
from voice_of_care.tables import EVENTS, THEMES, conform

AT = "2024-05-03T10:00:00+00:00"
LABELS = {
    "T01": "Waiting",
    "T02": "Phones",
    "T03": "Kindness",
    "T04": "Food",
    "T05": "Parking",
    "T06": "Heating",
    "T07": "Letters",
}


def themes(theme_ids=tuple(LABELS), **status):
    """Return themes of these ids, proposed unless said otherwise."""
    frame = pd.DataFrame(
        {
            "theme_id": list(theme_ids),
            "label": [LABELS[theme_id] for theme_id in theme_ids],
            "description": "",
            "keywords": [["word"]] * len(theme_ids),
            "parent_id": None,
            "size": 20,
            "status": [status.get(theme_id, "proposed") for theme_id in theme_ids],
            "stability": None,
            "seed": None,
        }
    )
    return conform(frame, THEMES)


def opened(number=1, theme_ids=tuple(LABELS)):
    payload = open_payload(number, theme_ids, [LABELS[theme_id] for theme_id in theme_ids])
    return Decision("ballot.open", payload, {"round": number}, "not given")


def cast(ballot_id, ranks, *, number=1, role="Nurse", reasons=None, dissent=""):
    """Return a ballot that gives these ranks by theme_id."""
    given = Cast(role, ranks, reasons or {}, dissent, f"{number}-{ballot_id}")
    return Decision("ballot.cast", cast_payload(number, ballot_id, given), {}, role)


def in_order(ballot_id, theme_ids, **more):
    """Return a ballot that ranks these themes 1, 2, 3 ..."""
    return cast(ballot_id, {theme_id: place for place, theme_id in enumerate(theme_ids, start=1)}, **more)


def closed(chosen=(), dropped=None, *, number=1, who="Quality committee", reason="first on all lists"):
    payload = close_payload(number, chosen, dropped or {})
    return Decision("ballot.close", payload, {"round": number}, who, reason)


def merged(theme_id, into):
    return Decision("theme.merge", {"theme_id": theme_id, "into": into}, {"status": "proposed"}, "ann", "the same")


def events(*decisions):
    return record_decisions(EVENTS.empty(), decisions, at_utc=AT)
