"""What it helps other frameworks that a model trained on PatientExperience-QDC hears the same concern.

    python benchmarks/crosswalk.py

The planted topics of the synthetic exercise are laid on priorities of Northern Ireland's frameworks as we read them;
printed is how many of a topic's statements are linked to its priority, and how many links lie on statements of topics
that we did not lay on it (many of these links are fair: the reading is not complete), each with and without the help.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from sides import ROOT, made_on_all

from voice_of_care.counting import units
from voice_of_care.frameworks import load_frameworks
from voice_of_care.pipeline import standing_alone, trained_on_qdc
from voice_of_care.priorities import link_priorities
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS

if TYPE_CHECKING:
    import pandas as pd

GOLD = ROOT / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
BEARS_ON = {
    "waiting": ("steeep:timely", "rqia:is-care-effective"),
    "appointments": ("steeep:timely",),
    "compassion": (
        "hsc-values:compassion",
        "rqia:is-care-compassionate",
        "pce-standards:attitude",
        "steeep:person-centred",
    ),
    "dignity": (
        "pce-standards:privacy-and-dignity",
        "steeep:person-centred",
        "quality-2020:patient-and-client-focus",
    ),
    "communication": ("pce-standards:communication",),
    "discharge": ("quality-2020:integrating-the-care",),
    "continuity": ("steeep:person-centred",),
    "families": ("pce-standards:communication",),
    "access": ("steeep:equitable",),
    "medication": ("steeep:safe", "rqia:is-care-safe", "quality-2020:safety"),
    "staffing": ("rqia:is-the-service-well-led", "quality-2020:strengthening-the-workforce"),
    "training": ("quality-2020:strengthening-the-workforce",),
    "leadership": ("rqia:is-the-service-well-led",),
    "pain": ("steeep:effective",),
    "cleanliness": ("quality-2020:raising-the-standards",),
    "learning": ("qms:quality-improvement",),
    "it_systems": ("steeep:efficient",),
    "wellbeing": ("quality-2020:strengthening-the-workforce",),
}


def main() -> None:
    topics_of: dict[str, set[str]] = {}
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        for part in json.loads(line)["parts"]:
            topics_of.setdefault(part["text"], set()).update(part["themes"])
    texts = sorted(topics_of)
    embedders = made_on_all().embedders
    segments, comments = standing_alone(texts)
    trained = trained_on_qdc(segments, comments, embedders=embedders)
    for name, helped in (("cues alone", ()), ("with the same concern heard", (trained,))):
        links = link_priorities(
            segments,
            ASSIGNMENTS.empty(),
            comments,
            embedder=embedders.general,
            frameworks=load_frameworks(PrioritySettings()),
            settings=PrioritySettings(),
            unit_of=units(comments),
            trained=helped,
        ).segment_links
        say(name, links, texts, topics_of)


def say(name: str, links: pd.DataFrame, texts: list[str], topics_of: dict[str, set[str]]) -> None:
    """Print how many statements are linked as their topics bear, and what else is linked."""
    links = links.assign(name=links["framework_id"] + ":" + links["priority_id"])
    row_of = {priority: set(rows.astype(int)) for priority, rows in links.groupby("name")["segment_id"]}
    hits = np.zeros(2, dtype=int)
    fits, others = 0, 0
    for topic, priorities in BEARS_ON.items():
        mine = {row for row, text in enumerate(texts) if topic in topics_of[text]}
        for priority in priorities:
            hits += [len(mine & row_of.get(priority, set())), len(mine)]
    for priority in sorted({each for priorities in BEARS_ON.values() for each in priorities}):
        topics = {topic for topic, priorities in BEARS_ON.items() if priority in priorities}
        found = [bool(topics & topics_of[texts[row]]) for row in sorted(row_of.get(priority, set()))]
        fits, others = fits + sum(found), others + len(found) - sum(found)
    unraised = len(row_of.get("qms:quality-assurance", ()))
    print(
        f"{name}: {hits[0]} of {hits[1]} found ({hits[0] / hits[1]:.3f}); of {fits + others} links {others} on other"
        f" topics ({others / (fits + others):.3f}); nobody raised qms quality-assurance: {unraised} linked"
    )


if __name__ == "__main__":
    main()
