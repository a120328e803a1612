"""Made-up comments over time: services with their own levels, that may join, leave or move."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.heard import Heard


class Place(NamedTuple):
    """A service: units a month, share of them who have only bad to say, and the months it is heard in."""

    service: str
    monthly: float
    negative: float
    first: int = 0
    last: int = 10_000
    moves_at: int = 10_000
    moves_to: float = 0.0


def make_heard(places, *, months=18, seed=1, start="2023-04-01", theme_share=0.5):
    """Return comments and mentions of a theme T01; each unit says one thing, once, with a score that goes with it."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in places:
        for month in range(max(0, place.first), min(months, place.last)):
            share = place.moves_to if month >= place.moves_at else place.negative
            for _ in range(rng.poisson(place.monthly)):
                first = pd.Timestamp(start) + pd.DateOffset(months=month)
                day = first + pd.Timedelta(days=int(rng.integers(0, first.days_in_month)))
                is_bad = bool(rng.random() < share)
                rows.append((place.service, day, is_bad, bool(rng.random() < theme_share)))
    made = pd.DataFrame(rows, columns=["service", "received_on", "is_bad", "has_theme"])
    ids = [f"C{number:05d}" for number in range(len(made))]
    comments = pd.DataFrame(
        {
            "comment_id": ids,
            "unit": [f"U{number:05d}" for number in range(len(made))],
            "cluster": [f"U{number:05d}" for number in range(len(made))],
            "is_session": False,
            "received_on": made["received_on"].astype("datetime64[us]"),
            "respondent_group": "service_user",
            "service": made["service"],
            "site": "Main hospital",
            "question": "Why?",
            "channel": "survey",
            "score": np.where(made["is_bad"], 1.0, 5.0),
            "run_id": 1,
            "polarity": np.where(made["is_bad"], -0.6, 0.6),
            "sentiment": np.where(made["is_bad"], "negative", "positive"),
        }
    )
    about = comments.drop(columns="run_id")[made["has_theme"].to_numpy()]
    mentions = about.assign(scope="theme", item_id="T01", segment_id=about["comment_id"] + ".1")
    return Heard(comments, mentions.reset_index(drop=True))
