"""Read comments that people coded, labels merged: what the encoder and the heads are trained on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

if TYPE_CHECKING:
    from pathlib import Path

MERGED = {
    "Number & deployment of staff": "Staffing levels & responsiveness",
    "Staff responsiveness": "Staffing levels & responsiveness",
    "Referals & continuity of care": "Continuity of care",
    "Staff continuity": "Continuity of care",
    "Care plans": "Continuity of care",
    "Admission": "Continuity of care",
    "Patient records": "Continuity of care",
    "Environment & Facilities": "Environment, facilities & equipment",
    "Provision of medical equipment": "Environment, facilities & equipment",
}
LABELS = (
    "Positive experience & gratitude",
    "Organisation & efficiency",
    "Funding & use of financial resources",
    "Feeling safe",
    "Staff manner & personal attributes",
    "Staffing levels & responsiveness",
    "Competence & training",
    "Contacting services",
    "Appointment arrangements",
    "Appointment method",
    "Timeliness of care",
    "Unspecified communication",
    "Staff listening, understanding & involving patients",
    "Information directly from staff during care",
    "Information provision & guidance",
    "Being kept informed, clarity & consistency of information",
    "Interaction with family/ carers",
    "Continuity of care",
    "Discharge",
    "Supplying & understanding medication",
    "Pain management",
    "Cleanliness, tidiness & infection control",
    "Sensory experience",
    "Environment, facilities & equipment",
    "Food & drink provision & facilities",
    "Service location",
    "Transport to/ from services",
    "Parking",
    "Activities & access to fresh air",
    "Electronic entertainment",
    "Mental Health Act",
)


class Coded(NamedTuple):
    """Comments that people coded: who, where, what was said, and the codes."""

    comments: pd.DataFrame  # respondent, trust, question, text, plain (the text without case and punctuation)
    levels: np.ndarray  # 1 very positive to 5 very negative, 0 where not coded
    priorities: np.ndarray  # booleans, one column for each of `LABELS`
    has_priorities: np.ndarray


def read_coded(path: Path) -> Coded:
    """Read the coded comments, labels merged as version 7 of the framework has them."""
    rows = pd.read_csv(path, dtype=str, encoding="utf-8", keep_default_na=False).rename(columns=str.strip)
    rows = rows[rows["FFT answer"].str.strip() != ""].reset_index(drop=True)
    text = rows["FFT answer"].str.strip()
    plain = text.str.lower().str.replace(r"\W+", " ", regex=True).str.strip()
    comments = pd.DataFrame(
        {
            "respondent": rows["Respondent ID"],
            "trust": rows["Trust"],
            "question": rows["FFT question"],
            "text": text,
            "plain": plain,
        }
    )
    levels = rows["Comment sentiment"].str.strip().replace("", "0").astype(int).to_numpy()
    columns = {label: [name for name in rows.columns if MERGED.get(name, name) == label] for label in LABELS}
    priorities = np.stack([(rows[names] == "1").any(axis=1).to_numpy() for names in columns.values()], axis=1)
    usable = (rows["Labelling not possible"] != "1").to_numpy() & priorities.any(axis=1)
    return Coded(comments, levels, priorities, usable)


def slug(label: str) -> str:
    """Return the id a label has in frameworks/qdc.yaml."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def training_rows(coded: Coded, side: str) -> np.ndarray:
    """Return the rows of a side to train on: `all`, `fold-K-of-N` (all but the K-th part) or `without-TRUST`.

    Parts are of respondents, so that nobody stands on both sides.
    """
    respondents, trust = coded.comments["respondent"], coded.comments["trust"].to_numpy()
    if side == "all":
        return np.arange(len(respondents))
    if side.startswith("without-"):
        return np.flatnonzero(trust != side.removeprefix("without-"))
    number, parts = (int(each) for each in re.findall(r"\d+", side))
    folds = GroupKFold(parts, shuffle=True, random_state=parts).split(respondents, groups=respondents)
    return np.array(list(folds)[number][0])
