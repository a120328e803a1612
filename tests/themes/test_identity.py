"""Themes come back under their ids, also when another model finds them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.themes.test_find import WordsEmbedder, comments_of, find, leaves_of, planted
from voice_of_care.themes import split_segments
from voice_of_care.themes.identity import in_space_of


def test_themes_of_another_model_come_back_and_those_without_texts_stay_retired():
    comments = comments_of(planted()["text"].tolist())
    segments = split_segments(comments).segments
    found = find(comments)
    gone = pd.DataFrame({"theme_id": ["T77"], "model": ["older-1"], "vector": [[1.0, 0.0, 0.0]]})
    older = found.theme_vectors.assign(model="older-1", vector=[[0.0, 1.0, 0.0]] * len(found.theme_vectors))
    known = pd.concat([older, gone], ignore_index=True)
    renamed = {theme_id: f"T{place + 40}" for place, theme_id in enumerate(older["theme_id"])}
    known["theme_id"] = known["theme_id"].replace(renamed)
    assignments = found.assignments.assign(theme_id=found.assignments["theme_id"].map(renamed))

    lost = find(comments, known=known)
    assert not set(lost.themes["theme_id"]) & set(known["theme_id"])

    mended = in_space_of(WordsEmbedder(), known, segments=segments, assignments=assignments)
    assert mended["theme_id"].tolist() == known["theme_id"].tolist()
    assert mended.set_index("theme_id")["model"]["T77"] == "older-1"
    assert all(np.isclose(np.linalg.norm(vector), 1, atol=1e-5) for vector in mended["vector"][:-1])
    shuffled = in_space_of(
        WordsEmbedder(),
        known,
        segments=segments.sample(frac=1, random_state=1),
        assignments=assignments.sample(frac=1, random_state=2),
    )
    assert shuffled.to_json() == mended.to_json()

    again = find(comments, known=mended)
    labels = leaves_of(found).set_index("theme_id")["label"].rename(index=renamed)
    assert leaves_of(again).set_index("theme_id")["label"].sort_index().to_dict() == labels.sort_index().to_dict()
    assert "T77" not in set(again.themes["theme_id"])
    assert "T77" in set(again.theme_vectors["theme_id"])


def test_themes_of_the_same_model_are_left_as_they_are():
    comments = comments_of(planted(8)["text"].tolist())
    found = find(comments)
    segments = split_segments(comments).segments
    same = in_space_of(WordsEmbedder(), found.theme_vectors, segments=segments, assignments=found.assignments)
    assert same is found.theme_vectors
