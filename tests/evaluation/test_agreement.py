"""Measures of agreement, on published examples, against scikit-learn, and on planted codings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from voice_of_care.evaluation import label_agreement, sentiment_agreement, theme_agreement
from voice_of_care.evaluation.agreement import in_three_levels
from voice_of_care.evaluation.reliability import krippendorff_alpha, masi_distance, nominal_distance
from voice_of_care.evaluation.resampling import Resampling

LABELS = [f"p{number}" for number in range(6)]
FEW = Resampling(times=50)


def of_all(measures: pd.DataFrame) -> dict[str, float]:
    chosen = measures[measures["item"] == ""]
    return dict(zip(chosen["measure"], chosen["value"], strict=True))


def planted(rows: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(7)
    theirs = chance.random((rows, len(LABELS))) < 0.2
    ours = theirs ^ (chance.random(theirs.shape) < 0.05)
    return theirs, ours, chance.integers(0, rows // 2, rows)


class TestAlpha:
    """Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability, examples B, C and D."""

    def test_two_coders_of_yes_and_no(self) -> None:
        one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
        pairs = list(zip(one, other, strict=True))
        assert krippendorff_alpha(pairs, nominal_distance(2), [0, 1]) == pytest.approx(0.095, abs=5e-4)

    def test_four_coders_with_gaps(self) -> None:
        none = None
        coders = (
            [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
            [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
        )
        units = list(zip(*coders, strict=True))
        codes = [1, 2, 3, 4, 5]
        squared = np.subtract.outer(np.arange(5), np.arange(5)) ** 2.0
        assert krippendorff_alpha(units, nominal_distance(5), codes) == pytest.approx(0.743, abs=5e-4)
        assert krippendorff_alpha(units, squared, codes) == pytest.approx(0.849, abs=5e-4)

    def test_masi_is_jaccard_times_monotonicity(self) -> None:
        sets = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
        distance = masi_distance(sets)
        assert distance[0].tolist() == pytest.approx([0, 1 - 1 / 2 * 2 / 3, 1 - 1 / 3 * 1 / 3, 1, 1])
        assert np.diag(distance).tolist() == [0] * 5


class TestLabels:
    def test_a_perfect_coder_scores_one(self) -> None:
        theirs, _, people = planted()
        found = label_agreement(theirs, theirs, labels=LABELS, respondents=people, resampling=FEW)
        assert set(found.measures["value"]) == {1.0}
        assert set(found.measures["low"]) == {1.0}

    def test_a_random_coder_agrees_no_more_than_chance(self) -> None:
        theirs, _, people = planted(3000)
        ours = np.random.default_rng(8).permutation(theirs)
        overall = of_all(label_agreement(theirs, ours, labels=LABELS, respondents=people, resampling=FEW).measures)
        assert abs(overall["kappa"]) < 0.03
        assert abs(overall["kappa_macro"]) < 0.03
        assert abs(overall["alpha_masi"]) < 0.03

    def test_agrees_with_scikit_learn(self) -> None:
        theirs, ours, people = planted()
        found = label_agreement(theirs, ours, labels=LABELS, respondents=people, resampling=FEW).measures
        overall = of_all(found)
        for average in ("micro", "macro"):
            assert overall[f"f1_{average}"] == pytest.approx(f1_score(theirs, ours, average=average), abs=1e-4)
        by_sample = f1_score(theirs, ours, average="samples", zero_division=1)
        assert overall["f1_samples"] == pytest.approx(by_sample, abs=1e-4)
        assert overall["kappa"] == pytest.approx(cohen_kappa_score(theirs.ravel(), ours.ravel()), abs=1e-4)
        of_one = found[found["item"] == "p3"].set_index("measure")["value"]
        assert of_one["kappa"] == pytest.approx(cohen_kappa_score(theirs[:, 3], ours[:, 3]), abs=1e-4)

    def test_the_interval_holds_the_truth(self) -> None:
        held = 0
        for seed in range(40):
            chance = np.random.default_rng(seed)
            theirs = chance.random((150, 3)) < 0.4
            ours = np.where(chance.random(theirs.shape) < 0.8, theirs, ~theirs)
            found = label_agreement(theirs, ours, labels=LABELS[:3], respondents=range(150), resampling=FEW).measures
            recall = found[found["measure"] == "recall_micro"].iloc[0]
            held += recall["low"] <= 0.8 <= recall["high"]
        assert held >= 34

    def test_order_and_ids_play_no_part(self) -> None:
        theirs, ours, people = planted()
        order = np.random.default_rng(1).permutation(len(theirs))
        names = [f"R-{person * 7919 % 10007}" for person in people[order]]
        one = label_agreement(theirs, ours, labels=LABELS, respondents=people, resampling=FEW)
        other = label_agreement(theirs[order], ours[order], labels=LABELS, respondents=names, resampling=FEW)
        pd.testing.assert_frame_equal(one.measures, other.measures, check_exact=True)

    def test_a_planted_disagreement_shows_where_it_is(self) -> None:
        theirs, _, people = planted()
        ours = theirs.copy()
        ours[:, 2] = False
        found = label_agreement(theirs, ours, labels=LABELS, respondents=people, resampling=FEW)
        f1 = found.measures[found.measures["measure"] == "f1"].set_index("item")["value"]
        assert f1["p2"] == 0
        assert (f1.drop("p2") == 1).all()
        assert found.counts.set_index("item").loc["p2", "only_theirs"] == theirs[:, 2].sum()

    def test_decisions_that_are_not_judged_count_nowhere(self) -> None:
        theirs, ours, people = planted()
        found = label_agreement(
            theirs, ours, labels=LABELS, respondents=people, judged=theirs == ours, resampling=FEW
        ).measures
        assert of_all(found)["f1_micro"] == 1
        assert of_all(found)["exact_match"] == 1


class TestSentiment:
    def test_agrees_with_scikit_learn(self) -> None:
        chance = np.random.default_rng(3)
        theirs = chance.integers(1, 6, 500)
        ours = np.clip(theirs + chance.integers(-1, 2, 500), 1, 5)
        found = sentiment_agreement(theirs, ours, respondents=range(500), resampling=FEW)
        overall = of_all(found.measures)
        assert overall["accuracy"] == pytest.approx((theirs == ours).mean(), abs=1e-4)
        assert overall["f1_macro"] == pytest.approx(f1_score(theirs, ours, average="macro"), abs=1e-4)
        assert overall["kappa_weighted"] == pytest.approx(
            cohen_kappa_score(theirs, ours, weights="quadratic"), abs=1e-4
        )
        assert overall["mean_absolute_error"] == pytest.approx(np.abs(theirs - ours).mean(), abs=1e-4)
        assert found.confusion.to_numpy().sum() == 500

    def test_three_levels_join_the_ends(self) -> None:
        assert in_three_levels([1, 2, 3, 4, 5]) == [1, 1, 2, 3, 3]


class TestThemes:
    def test_themes_that_are_the_codes_agree_fully(self) -> None:
        codes = np.eye(4, dtype=bool)[np.arange(80) % 4]
        main = [f"T{number % 4}" for number in range(80)]
        found = of_all(theme_agreement(codes, codes, main, labels=LABELS[:4], respondents=range(80), resampling=FEW))
        assert found == {"ami": 1, "homogeneity": 1, "completeness": 1, "best_match_f1": 1}

    def test_random_themes_agree_no_more_than_chance(self) -> None:
        codes = np.eye(4, dtype=bool)[np.arange(800) % 4]
        drawn = np.random.default_rng(5).integers(0, 6, 800)
        themes = np.eye(6, dtype=bool)[drawn]
        main = [f"T{number}" for number in drawn]
        found = of_all(theme_agreement(codes, themes, main, labels=LABELS[:4], respondents=range(800), resampling=FEW))
        assert abs(found["ami"]) < 0.02

    def test_comments_without_a_theme_or_with_two_codes_are_not_clustered(self) -> None:
        codes = np.eye(4, dtype=bool)[np.arange(80) % 4]
        codes[0] = True
        main: list[str | None] = [f"T{number % 4}" for number in range(80)]
        main[1] = None
        found = of_all(theme_agreement(codes, codes, main, labels=LABELS[:4], respondents=range(80), resampling=FEW))
        assert found["ami"] == 1
