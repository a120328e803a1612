"""Measure the themes step on the shared feedback file: agreement with people's codes, shares, order, time.

    .venv/bin/python benchmarks/themes.py [--data FILE] [--large]

Prints one figure a line. Codes are those of single-label comments, merged as the data's README says; a comment's theme
is the one its segments carry most strongly. Stock BERTopic is measured in the same run where umap-learn and hdbscan are
importable (a separate environment; this project does not install them).
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from voice_of_care.counting import units
from voice_of_care.embedding import OnnxEmbedder
from voice_of_care.settings import ThemeSettings
from voice_of_care.tables import SAFE_COMMENTS, SENTIMENTS, conform
from voice_of_care.themes import ThemesFound, find_themes, split_segments
from voice_of_care.themes.words import REASON_NO_THEME

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhs_patient_feedback.csv"
NOT_CODES = ("Labelling not possible", "Safeguarding concerns?")
MERGED = {
    "Staffing levels & responsiveness": ("Number & deployment of staff", "Staff responsiveness"),
    "Continuity of care": (
        "Referals & continuity of care",
        "Staff continuity",
        "Care plans",
        "Admission",
        "Patient records",
    ),
    "Environment, facilities & equipment": ("Environment & Facilities", "Provision of medical equipment"),
}
LEVELS = {"1": "very_positive", "2": "positive", "3": "mixed", "4": "negative", "5": "very_negative"}

RADIO = """
The hospital radio kept me company through the night
I loved the request show on hospital radio
The radio headphones beside my bed were broken
Could the hospital radio play more country music
Volunteers from the radio came round the bays for requests
Nobody told me there was a hospital radio
The radio presenter read out my birthday
Bring back hospital radio
My bedside radio never worked
The radio station made the evenings shorter
I would like radio shows at the weekend too
Hospital radio played our wedding song
Music on the radio helped me relax
The radio signal was poor in the side room
Please pay for new hospital radio equipment
It was lovely to hear local voices on the radio
The radio quiz on Thursdays was great fun
I couldn't hear the radio as the headset crackled
More patients should know about the radio channel
Hospital radio gave us a good laugh
My radio request was never played
The radio was far too loud in the bay
My mother enjoyed the old songs on hospital radio
There is no hospital radio in the new building
The hospital radio volunteers are great company
Radio is a lifeline on a long stay
I sent a request to the radio and they played it
The radio handset had no sound
Hospital radio bingo was the highlight of the week
I have missed the hospital radio since it closed
""".strip().splitlines()
"""Thirty statements on a topic the file does not hold: do they come back as a theme of their own?"""


class Counted:
    """An embedder that remembers its vectors, so that only the themes step is timed."""

    def __init__(self) -> None:
        self._model = OnnxEmbedder()
        self._kept: dict[str, np.ndarray] = {}

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._model.name

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return self._model.dimensions

    def embed(self, texts: list[str]) -> np.ndarray:
        """Return the vectors, each computed once."""
        new = sorted({text for text in texts if text not in self._kept})
        if new:
            self._kept |= dict(zip(new, self._model.embed(new), strict=True))
        return np.array([self._kept[text] for text in texts], dtype=np.float32).reshape(-1, self.dimensions)


def read(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str)
    said = rows["FFT answer"].fillna("").str.strip()
    return rows[~said.str.lower().str.strip(" .!").isin(["", "did not answer", "n/a"])].reset_index(drop=True)


def codes_of(rows: pd.DataFrame) -> pd.DataFrame:
    labels = rows.iloc[:, 11:].fillna("0").astype(float).astype(int)
    for new, olds in MERGED.items():
        labels = labels.assign(**{new: labels[list(olds)].max(axis=1)}).drop(columns=list(olds))
    return labels.drop(columns=[name for name in NOT_CODES if name in labels])


def comments_of(texts: list[str], respondents: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame({name: [None] * len(texts) for name in SAFE_COMMENTS.columns})
    frame["text"], frame["respondent_id"] = texts, respondents
    frame["comment_id"] = [f"C{place:06d}" for place in range(len(texts))]
    frame["source"], frame["respondent_group"] = "feedback.csv", "service_user"
    frame["source_ref"] = [str(place + 2) for place in range(len(texts))]
    for name, column in SAFE_COMMENTS.columns.items():
        frame[name] = frame[name].astype(column.dtype)
    return conform(frame, SAFE_COMMENTS)


def sentiments_of(segments: pd.DataFrame, level_of: dict[str, str]) -> pd.DataFrame:
    labels = [level_of.get(comment_id, "neutral") for comment_id in segments["comment_id"]]
    frame = pd.DataFrame({"segment_id": segments["segment_id"], "polarity": 0.0, "label": labels, "confidence": 1.0})
    return conform(frame, SENTIMENTS)


def run(comments: pd.DataFrame, level_of: dict[str, str], embedder: Counted) -> tuple[ThemesFound, pd.DataFrame, float]:
    segments = split_segments(comments).segments
    sentiments = sentiments_of(segments, level_of)
    embedder.embed(segments["text"].tolist())
    start = time.perf_counter()
    found = find_themes(
        segments,
        comments,
        embedder=embedder,
        settings=ThemeSettings(),
        unit_of=units(comments),
        sentiments=sentiments,
    )
    return found, segments, time.perf_counter() - start


def dominant(found: ThemesFound) -> pd.Series:
    by_comment = found.assignments.assign(comment_id=found.assignments["segment_id"].str.rsplit(".", n=1).str[0])
    total = by_comment.groupby(["comment_id", "theme_id"])["strength"].sum().reset_index()
    ordered = total.sort_values(["comment_id", "strength", "theme_id"], ascending=[True, False, True])
    return ordered.drop_duplicates("comment_id").set_index("comment_id")["theme_id"]


def agreement(found: ThemesFound, comments: pd.DataFrame, codes: pd.DataFrame) -> tuple[float, int]:
    single = (codes.sum(axis=1) == 1).to_numpy()
    names = codes.columns.to_numpy()[codes.to_numpy().argmax(axis=1)]
    code = pd.Series(names, index=comments["comment_id"])[single]
    themes = dominant(found)
    both = code.index.intersection(themes.index)
    return float(adjusted_mutual_info_score(code[both], themes[both])), len(both)


def measure(path: Path) -> None:
    rows = read(path)
    comments = comments_of(rows["FFT answer"].tolist(), rows["Respondent ID"].tolist())
    levels = rows["Comment sentiment"].fillna("").str.split(".").str[0].map(LEVELS).fillna("neutral")
    level_of = dict(zip(comments["comment_id"], levels, strict=True))
    embedder = Counted()
    found, segments, seconds = run(comments, level_of, embedder)
    ami, judged = agreement(found, comments, codes_of(rows))
    leaves = found.themes["theme_id"].isin(found.theme_vectors["theme_id"])
    unthemed = int((found.set_aside["reason"] == REASON_NO_THEME).sum())
    aside = len(found.set_aside) - unthemed
    print(f"comments {len(comments)}, segments {len(segments)}")
    print(f"seconds without embedding {seconds:.1f}")
    print(f"leaf themes {int(leaves.sum())}, parents {int((~leaves).sum())}")
    print(f"AMI with single-label codes {ami:.3f} (on {judged} comments)")
    print(f"segments set aside before theming {aside / len(segments):.3f}")
    print(f"remaining segments without a theme {unthemed / (len(segments) - aside):.3f}")
    print(f"themes a segment {len(found.assignments) / found.assignments['segment_id'].nunique():.2f}")
    shuffled = comments.sample(frac=1.0, random_state=3).reset_index(drop=True)
    again, _, _ = run(shuffled, level_of, embedder)
    first, second = dominant(found), dominant(again)
    print(f"ARI with rows shuffled {adjusted_rand_score(first, second.reindex(first.index)):.3f}")
    measure_planted(comments, level_of, embedder)
    measure_stock(comments, codes_of(rows), embedder)


def measure_planted(comments: pd.DataFrame, level_of: dict[str, str], embedder: Counted) -> None:
    texts = comments["text"].tolist() + RADIO
    people = comments["respondent_id"].tolist() + [f"radio {place}" for place in range(len(RADIO))]
    found, _, _ = run(comments_of(texts, people), level_of, embedder)
    themes = dominant(found)
    planted = {f"C{place:06d}" for place in range(len(comments), len(texts))}
    best = ("none", 0.0)
    for theme, members in themes.groupby(themes):
        hits = len(planted & set(members.index))
        best = max(best, (str(theme), 2 * hits / (len(members) + len(planted))), key=lambda each: each[1])
    label = found.themes.set_index("theme_id")["label"].get(best[0], "none")
    print(f"30 planted statements on hospital radio: best theme F1 {best[1]:.2f}, named {label!r}")


def measure_stock(comments: pd.DataFrame, codes: pd.DataFrame, embedder: Counted) -> None:
    if not (importlib.util.find_spec("umap") and importlib.util.find_spec("hdbscan")):
        print("stock BERTopic: not measured (umap-learn and hdbscan are not installed here)")
        return
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder

    texts = comments["text"].tolist()
    vectors = embedder.embed(texts)
    start = time.perf_counter()
    topics, _ = BERTopic(embedding_model=BaseEmbedder()).fit_transform(texts, vectors)
    seconds = time.perf_counter() - start
    single = (codes.sum(axis=1) == 1).to_numpy()
    names = codes.columns.to_numpy()[codes.to_numpy().argmax(axis=1)][single]
    ami = adjusted_mutual_info_score(names, np.array(topics)[single])
    outliers = float(np.mean(np.array(topics) == -1))
    print(
        f"stock BERTopic: AMI {ami:.3f}, topics {max(topics) + 1}, without topic {outliers:.3f}, seconds {seconds:.1f}"
    )


def measure_large(path: Path) -> None:
    """Time 50,000 comments: the file's own, varied by a word so that texts differ."""
    rows = read(path)
    repeats = -(-50_000 // len(rows))
    texts = [f"{text} {number}" for number in range(repeats) for text in rows["FFT answer"]][:50_000]
    comments = comments_of(texts, [f"R{place // 2}" for place in range(len(texts))])
    segments = split_segments(comments).segments
    noise = np.random.default_rng(1)
    known: dict[str, np.ndarray] = {}
    base = Counted()
    base.embed(sorted({text.rsplit(" ", 1)[0] for text in segments["text"]}))
    for text in sorted(set(segments["text"])):
        vector = base.embed([text.rsplit(" ", 1)[0]])[0] + 0.02 * noise.standard_normal(base.dimensions)
        known[text] = (vector / np.linalg.norm(vector)).astype(np.float32)
    base._kept = known
    found, segments, seconds = run(comments, {}, base)
    print(
        f"50,000 comments, {len(segments)} segments, {len(known)} different: {seconds:.1f} seconds without embedding,"
    )
    print(f"  {len(found.theme_vectors)} leaf themes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--large", action="store_true", help="time 50,000 varied comments instead")
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        print(f"{arguments.data.name}: not there; give --data FILE")
        return
    (measure_large if arguments.large else measure)(arguments.data)


if __name__ == "__main__":
    main()
