"""A small made-up analysis: six comments, two leaf themes under one parent, links, quotes and flags."""

import pandas as pd

from voice_of_care.analysis import Analysis
from voice_of_care.frameworks import load_frameworks
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import TABLES, conform

TEXTS = (
    "The nurses were kind.",
    "Kind and gentle staff on nights.",
    "I waited five hours in the corridor.",
    "=SUM(A1) is what the letter said",
    "No parking near the door.",
    "My neighbour Zebedee Quill parked my car.",
)


def small_analysis():
    """Return the analysis, as the models would have made it."""
    ids = [f"VOC-{number:010d}" for number in range(len(TEXTS))]
    comments = pd.DataFrame({"comment_id": ids, "text": list(TEXTS)})
    for name, column in TABLES["safe_comments"].columns.items():
        if name not in comments:
            comments[name] = pd.Series([None] * len(comments), dtype=column.dtype)
    comments = comments.assign(
        source="feedback.csv",
        source_ref=[str(number) for number in range(2, len(TEXTS) + 2)],
        response_id=[f"P-{number}" for number in range(len(TEXTS))],
        respondent_group="service_user",
        language="en",
        run_id=1,
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"{comment_id}.1" for comment_id in ids],
            "comment_id": ids,
            "position": 1,
            "start": 0,
            "end": [len(text) for text in TEXTS],
            "text": list(TEXTS),
        }
    )
    segment_ids = segments["segment_id"].tolist()
    made = {
        "safe_comments": comments,
        "segments": segments,
        "themes": pd.DataFrame(
            {
                "theme_id": ["T01", "T02", "T03"],
                "label": ["Care", "Kindness", "Parking"],
                "description": ["About care.", "About kindness.", "About parking."],
                "keywords": [["care"], ["kind"], ["parking"]],
                "parent_id": [None, "T01", "T01"],
                "size": [6, 3, 4],
                "status": "proposed",
                "stability": [0.9, 0.8, None],
                "seed": None,
            }
        ),
        "theme_vectors": pd.DataFrame(
            {"theme_id": ["T02", "T03"], "model": "toy", "vector": [[1.0, 0.0], [0.8, 0.6]]},
        ),
        "assignments": pd.DataFrame(
            {
                "segment_id": [*segment_ids, segment_ids[0]],
                "theme_id": ["T02"] * 3 + ["T03"] * 3 + ["T03"],
                "strength": [0.9, 0.8, 0.7, 0.9, 0.8, 0.7, 0.6],
                "origin": "model",
            }
        ),
        "quotes": pd.DataFrame(
            {
                "theme_id": ["T02", "T03"],
                "segment_id": [segment_ids[0], segment_ids[5]],
                "role": "exemplar",
                "rank": 1,
                "status": "proposed",
            }
        ),
        "theme_links": pd.DataFrame(
            {
                "theme_id": ["T02"],
                "framework_id": ["hsc-values"],
                "priority_id": ["compassion"],
                "strength": [0.9],
                "evidence_segment_ids": [segment_ids[:2]],
                "origin": "model",
                "status": "proposed",
            }
        ),
        "flags": pd.DataFrame({"comment_id": [ids[5]], "kind": ["third_party"], "rule": ["neighbour"]}),
        "sources": pd.DataFrame(
            {
                "source": ["feedback.csv"],
                "format": ["csv"],
                "preset": [None],
                "records": [6],
                "comments": [6],
                "set_aside": [0],
                "elsewhere": [0],
                "problems": [[]],
                "channel": "feedback",
                "run_id": 1,
            }
        ),
    }
    tables = {name: conform(made.get(name, table.empty()), table) for name, table in TABLES.items()}
    frameworks = load_frameworks(PrioritySettings(frameworks=("hsc-values",)))
    return Analysis(**tables, frameworks=frameworks)
