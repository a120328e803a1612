"""Compare sentence encoders on comments people coded: themes, priorities, sentiment, and what no label has a word for.

    python benchmarks/encoder.py PATH/nhs_patient_feedback.csv ENCODERS [--to figures.json] [--only themes,...]

ENCODERS holds a folder for each side an encoder was tuned on, as `models/train/train_encoder.py --side` writes them
(`fold-0-of-3`, `without-TRUST`), each with a model.onnx; an encoder is measured only on respondents, or the Trust, it
was not tuned on. Plain is the packaged encoder; a blend puts both vectors side by side, so that its cosine is the
weighted mean of both. Themes are the product's own, with its default settings.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score
from themes import RADIO, comments_of, dominant, sentiments_of
from threadpoolctl import threadpool_limits

from voice_of_care.counting import units
from voice_of_care.embedding import CachedEmbedder, OnnxEmbedder
from voice_of_care.settings import ThemeSettings
from voice_of_care.themes import ThemesFound, find_themes, split_segments
from voice_of_care.themes.words import REASON_NO_THEME

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models" / "train"))

from coded import LABELS, Coded, read_coded, training_rows
from encoders import Blend, Tuned
from train_heads import features_of, level_figures, out_of_fold, priority_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from voice_of_care.embedding import Embedder

GOLD = Path(__file__).resolve().parents[1] / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
FEWEST_EXAMPLES = 5
BLENDS = (0.3, 0.5, 0.7)
CLUSTERS = 30
NO_ANSWER = frozenset({"did not answer", "n a", "na", "nothing", "no", "none", "no comment", ""})
MIXED = ["very_positive", "positive", "mixed", "negative", "very_negative"]

LOOPS = """
The hearing loop at the desk was switched off
I wear hearing aids and there was no loop in the clinic
Please fit a hearing loop in the waiting room
Nobody knew how to turn the hearing loop on
The loop system worked well with my aids
A sign said there was a hearing loop but it was broken
With the loop I could hear every word
I could not hear the receptionist through the glass without a loop
They tested the hearing loop before we began
The portable loop needed charging
My husband is deaf and the loop made all the difference
The induction loop buzzed so loudly I switched my aid off
Every desk should have a hearing loop
Why is there no loop in the meeting room
A loop for hearing aid users would be a great help
The hearing loop in the lecture theatre was excellent
I asked for the hearing loop and was told it had been taken away
The T setting on my hearing aid picked up nothing
Staff should be shown how the loop works
The loop only covers the first row of seats
I was glad to see a hearing loop sign at the pharmacy
No loop so I had to lip read the whole appointment
Loop equipment is gathering dust in a drawer
The new hearing loop is brilliant
My hearing aids whistled near the loop
The loop was not plugged in
Hard of hearing people need loops that work
I missed my name being called as there is no loop
They found me a seat inside the loop
The hearing loop has been out of order for months
""".strip().splitlines()

GARDEN = """
The patients' garden was a joy to sit in
Please open the garden at weekends
The garden was locked every time I tried the door
I planted bulbs in the garden with the volunteers
The raised beds in the garden are overgrown with weeds
Sitting among the flowers lifted my spirits
The sensory garden smelled wonderful
There is nowhere to sit in the garden
More plants and shade in the patients' garden please
The garden path is too rough for a wheelchair
Watching the birds in the garden kept me going
The gardeners chatted to us over the hedge
Seeing the roses from my bed was lovely
The courtyard garden needs a good tidy
We had tea in the garden on a sunny day
The greenhouse gave me something to look forward to
I would love a garden bench in the sun
The pond in the garden is a peaceful place
They let my dog visit me in the garden
Growing tomatoes in the garden was the best part
The garden is full of cigarette ends
It is a shame the garden has been turned into a store
Fresh flowers from the garden stood on every table
The garden gate squeaks and the lawn is never cut
My father watered the garden every evening
A garden like this makes a hospital human
Thank you to whoever looks after the garden
Nobody told us that there was a garden
The trees in the garden were beautiful in autumn
The garden helped me more than any tablet
""".strip().splitlines()

PLANTED = {"hospital radio": RADIO, "hearing loops": LOOPS, "a patients' garden": GARDEN}
"""Statements of ours on topics the file does not hold, thirty each: do they come back as a theme of their own?"""


def spaces(plain: Embedder, path: Path, blends: Sequence[float] = BLENDS) -> dict[str, Embedder]:
    tuned = CachedEmbedder(Tuned(path))
    return {"plain": plain, "tuned": tuned} | {f"blend {weight}": Blend(plain, tuned, weight) for weight in blends}


def themes_of(comments: pd.DataFrame, level_of: Mapping[str, str], embedder: Embedder) -> tuple[ThemesFound, float]:
    """Return the product's themes, and the share of segments that say something and have no theme."""
    segments = split_segments(comments).segments
    found = find_themes(
        segments,
        comments,
        embedder=embedder,
        settings=ThemeSettings(),
        unit_of=units(comments),
        sentiments=sentiments_of(segments, dict(level_of)),
    )
    unthemed = int((found.set_aside["reason"] == REASON_NO_THEME).sum())
    return found, unthemed / (len(segments) - len(found.set_aside) + unthemed)


def agreement(codes: pd.Series, found: ThemesFound) -> float:
    """Return the adjusted mutual information of codes and each comment's strongest theme."""
    themes = dominant(found)
    both = codes.index.intersection(themes.index)
    return round(float(adjusted_mutual_info_score(codes[both], themes[both])), 3)


def held_out(coded: Coded, side: str) -> np.ndarray:
    return answers(coded, np.setdiff1d(np.arange(len(coded.comments)), training_rows(coded, side)))


def answers(coded: Coded, rows: np.ndarray) -> np.ndarray:
    return rows[~coded.comments["plain"].iloc[rows].isin(NO_ANSWER).to_numpy()]


def as_comments(coded: Coded, rows: np.ndarray) -> tuple[pd.DataFrame, dict[str, str], pd.Series]:
    """Return comments, their sentiment as people coded it, and the codes of those with one label."""
    comments = comments_of(coded.comments["text"].iloc[rows].tolist(), coded.comments["respondent"].iloc[rows].tolist())
    levels = ["neutral" if level == 0 else MIXED[level - 1] for level in coded.levels[rows]]
    single = coded.has_priorities[rows] & (coded.priorities[rows].sum(axis=1) == 1)
    names = np.array(LABELS)[coded.priorities[rows].argmax(axis=1)]
    codes = pd.Series(names, index=comments["comment_id"])[single]
    return comments, dict(zip(comments["comment_id"], levels, strict=True)), codes


def theme_figures(coded: Coded, side: str, embedders: Mapping[str, Embedder]) -> dict[str, dict[str, float]]:
    rows = held_out(coded, side)
    comments, level_of, codes = as_comments(coded, rows)
    texts = comments.set_index("comment_id")["text"][codes.index].tolist()
    figures = {}
    for name, embedder in embedders.items():
        found, unthemed = themes_of(comments, level_of, embedder)
        labels = KMeans(CLUSTERS, n_init=4, random_state=0).fit_predict(embedder.embed(texts))
        figures[name] = {
            "ami": agreement(codes, found),
            "kmeans_ami": round(float(adjusted_mutual_info_score(codes, labels)), 3),
            "themes": len(found.theme_vectors),
            "unthemed": round(unthemed, 3),
        }
        _say(f"themes, {side}, {name}: {figures[name]} on {len(codes)} of {len(rows)} comments")
    return figures


def exercise_figures(embedders: Mapping[str, Embedder]) -> dict[str, dict[str, float]]:
    """Return the agreement with the themes planted in the synthetic exercise, for all and for staff."""
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    records = [
        each for each in records if each["themes"] and not {"empty", "not_english", "non_answer"} & set(each["flags"])
    ]
    figures = {}
    for name, embedder in embedders.items():
        figures[name] = {}
        for group, chosen in (("all", records), ("staff", [each for each in records if each["group"] == "staff"])):
            comments = comments_of(
                [each["text"] for each in chosen], [each["response"] or each["id"] for each in chosen]
            )
            level_of = dict(zip(comments["comment_id"], [each["sentiment"] for each in chosen], strict=True))
            found, _ = themes_of(comments, level_of, embedder)
            single = [len(each["themes"]) == 1 for each in chosen]
            codes = pd.Series([each["themes"][0] for each in chosen], index=comments["comment_id"])[single]
            figures[name][group] = agreement(codes, found)
            figures[name][f"{group}_themes"] = len(found.theme_vectors)
            if group == "all":
                staff = [each["group"] == "staff" for each, alone in zip(chosen, single, strict=True) if alone]
                figures[name]["staff_among_all"] = agreement(codes[staff], found)
            _say(f"exercise, {name}, {group}: {figures[name]}")
    return figures


def planted_figures(coded: Coded, rows: np.ndarray, embedders: Mapping[str, Embedder]) -> dict[str, Any]:
    """Plant thirty statements on each of three topics among real comments, and see whether they come back as themes."""
    real, respondents = coded.comments["text"].iloc[rows].tolist(), coded.comments["respondent"].iloc[rows].tolist()
    levels = ["neutral" if level == 0 else MIXED[level - 1] for level in coded.levels[rows]]
    figures: dict[str, Any] = {}
    for name, embedder in embedders.items():
        figures[name] = {}
        for topic, statements in PLANTED.items():
            people = [f"planted {place}" for place in range(len(statements))]
            comments = comments_of(real + statements, respondents + people)
            level_of = dict(zip(comments["comment_id"], levels + ["neutral"] * len(people), strict=True))
            found, _ = themes_of(comments, level_of, embedder)
            themes = dominant(found)
            theirs = set(comments["comment_id"].iloc[len(real) :])
            scores = {
                str(theme): 2 * len(theirs & set(members.index)) / (len(members) + len(theirs))
                for theme, members in themes.groupby(themes)
            }
            best = max(scores, key=lambda theme: (scores[theme], theme))
            label = found.themes.set_index("theme_id")["label"].get(best, "")
            figures[name][topic] = {"f1": round(scores[best], 2), "label": str(label)}
        _say(f"planted among {len(rows)}, {name}: {figures[name]}")
    return figures


def head_figures(coded: Coded, parts: int, embedders_of: Callable[[int], Mapping[str, Embedder]]) -> dict[str, Any]:
    """Return priorities and sentiment on each space; all rows are judged by heads and encoder not trained on them."""
    labels = [i for i in range(len(LABELS)) if coded.priorities[coded.has_priorities][:, i].sum() >= FEWEST_EXAMPLES]
    everyone = np.arange(len(coded.comments))
    folds = []
    for number in range(parts):
        train = training_rows(coded, f"fold-{number}-of-{parts}")
        folds.append((train, np.setdiff1d(everyone, train)))
    figures: dict[str, Any] = {}
    by_fold = [embedders_of(number) for number in range(parts)]
    for name in by_fold[0]:
        embedders = [each[name] for each in by_fold]
        found = out_of_fold(coded, [features_of(coded.comments, each) for each in embedders], labels, folds, embedders)
        rows, unseen = coded.levels > 0, coded.levels > 0
        unseen = unseen & found.unseen
        figures[name] = {
            "priorities": priority_figures(coded, found, labels, folds),
            "sentiment": level_figures(coded.levels[rows], found.step[rows]),
            "sentiment_unseen_texts": level_figures(coded.levels[unseen], found.step[unseen]),
        }
        short = {key: value for key, value in figures[name]["priorities"].items() if key.startswith("all")}
        _say(f"heads, {name}: {short} {figures[name]['sentiment']} unseen {figures[name]['sentiment_unseen_texts']}")
    return figures


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("encoders", type=Path)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--file", default="model.onnx")
    parser.add_argument("--sides", nargs="*", default=["fold-0-of-3", "fold-1-of-3", "fold-2-of-3"])
    parser.add_argument("--trusts", nargs="*", default=["without-NEAS", "without-NHFT"])
    parser.add_argument("--only", default="themes,exercise,planted,heads")
    parser.add_argument("--blends", nargs="*", type=float, default=list(BLENDS))
    options = parser.parse_args()
    wanted, coded = options.only.split(","), read_coded(options.data)
    plain = CachedEmbedder(OnnxEmbedder())
    kept: dict[str, dict[str, Embedder]] = {}

    def of(side: str) -> dict[str, Embedder]:
        return kept.setdefault(side, spaces(plain, options.encoders / side / options.file, options.blends))

    figures: dict[str, Any] = {}
    if "themes" in wanted:
        figures["themes"] = {side: theme_figures(coded, side, of(side)) for side in options.sides + options.trusts}
    first = options.sides[0]
    if "exercise" in wanted:
        figures["exercise"] = exercise_figures(of(first))
    if "planted" in wanted:
        figures["planted"] = planted_figures(coded, answers(coded, np.arange(len(coded.comments))), of(first))
    if "heads" in wanted:
        parts = len(options.sides)
        figures["heads"] = head_figures(coded, parts, lambda number: of(options.sides[number]))
    if options.to:
        options.to.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
