"""Compare our sentiment step with a plain baseline on coded comments, both judged on respondents not trained on.

Usage: python benchmarks/sentiment.py PATH/nhs_patient_feedback.csv

The baseline is TF-IDF over words and pairs of words with a linear support vector machine, classes balanced, the
question as a further word: trained and tested on the same five folds in the same run. Takes some minutes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from voice_of_care.embedding import CachedEmbedder, OnnxEmbedder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models" / "train"))

from train_heads import FOLDS, SEED, Coded, features_of, fit, level_figures, read_coded, step_levels

_ONE_PRIORITY = [0]  # priorities are not judged here


def baseline_levels(coded: Coded, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    texts = (
        coded.comments["text"] + " question" + coded.comments["question"].str.replace(r"\W+", "", regex=True)
    ).to_numpy()
    rows = train[coded.levels[train] > 0]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC(class_weight="balanced", random_state=SEED)
    )
    return model.fit(texts[rows], coded.levels[rows]).predict(texts[test])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    coded = read_coded(parser.parse_args().data)
    embedder = CachedEmbedder(OnnxEmbedder())
    features = features_of(coded.comments, embedder)
    groups, plain = coded.comments["respondent"], coded.comments["plain"]
    ours, baseline = np.zeros(len(groups), dtype=int), np.zeros(len(groups), dtype=int)
    unseen = np.zeros(len(groups), dtype=bool)
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(groups, groups=groups):
        ours[test] = step_levels(coded.comments.iloc[test], fit(features, coded, train, _ONE_PRIORITY), embedder)
        baseline[test] = baseline_levels(coded, train, test)
        unseen[test] = ~plain.iloc[test].isin(set(plain.iloc[train])).to_numpy()
    for name, rows in (("all", coded.levels > 0), ("texts never seen", (coded.levels > 0) & unseen)):
        for method, found in (("ours", ours), ("TF-IDF + SVC", baseline)):
            figures = level_figures(coded.levels[rows], found[rows])
            per_level = f1_score(coded.levels[rows], found[rows], average=None, labels=[1, 2, 3, 4, 5])
            print(
                f"{name} ({figures['comments']}), {method}: five levels {figures['accuracy']:.3f} accuracy, "
                f"{figures['macro_f1']:.3f} macro-F1; three {figures['accuracy_3']:.3f}, {figures['macro_f1_3']:.3f}; "
                f"F1 very positive to very negative {' '.join(f'{value:.2f}' for value in per_level)}"
            )


if __name__ == "__main__":
    main()
