"""Read comments that people coded, labels merged: what the encoder and the heads are trained on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml
from sklearn.model_selection import GroupKFold

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "voice_of_care"
FILE = PACKAGE / "evaluation" / "qdc_feedback.toml"
FRAMEWORK = PACKAGE / "frameworks" / "qdc.yaml"
_DECLARED = tomllib.loads(FILE.read_text(encoding="utf-8"))
MERGED: dict[str, str] = _DECLARED["merged"]
LABELS: tuple[str, ...] = tuple(_DECLARED["labels"])
(NOT_CODED,) = _DECLARED["not_coded"]


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
    usable = (rows[NOT_CODED] != "1").to_numpy() & priorities.any(axis=1)
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


def framework_phrases() -> tuple[list[str], list[int]]:
    """Return the labels, definitions and cues of the framework, and the column of the label each belongs to."""
    elements = yaml.safe_load(FRAMEWORK.read_text(encoding="utf-8"))["elements"]
    place = {slug(label): column for column, label in enumerate(LABELS)}
    phrases, owners = [], []
    for element in elements:
        if not element.get("include_cues"):
            continue
        cues = [cue for cue in element["include_cues"] if "..." not in cue]
        for phrase in [element["label"], element["definition"], *cues]:
            phrases.append(phrase)
            owners.append(place[slug(element["label"])])
    return phrases, owners
