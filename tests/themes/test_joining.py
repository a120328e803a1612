"""Later comments join themes that stay as they are; what fits none waits in the pool."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.themes.later import Project, candidates_of, in_batches
from tests.themes.test_find import WordsEmbedder, sentiments_of
from voice_of_care.counting import units
from voice_of_care.errors import StoreError
from voice_of_care.settings import ThemeSettings
from voice_of_care.themes import Batch, Earlier, join_themes
from voice_of_care.themes.frozen import prototypes_table, reaches_of, thaw
from voice_of_care.themes.words import REASON_NO_THEME, REASON_THANKS


@pytest.fixture(scope="module")
def joined():
    first, later = in_batches()
    project = Project(first)
    before = project.found
    project.add(later)
    return project, before


def test_known_matters_join_their_themes_and_make_no_candidate(joined):
    project, before = joined
    after = project.found
    best = after.assignments.drop_duplicates("segment_id")
    best = best.assign(planted=project.planted_of(best["segment_id"]))
    old = best["segment_id"].isin(before.assignments["segment_id"])
    meant = best[old].groupby("theme_id")["planted"].agg(lambda said: said.mode()[0])
    right = best[~old]["theme_id"].map(meant) == best[~old]["planted"]
    assert right.mean() > 0.95
    assert candidates_of(after).empty
    assert (after.set_aside["reason"] == REASON_NO_THEME).sum() <= 0.05 * (~old).sum() + 2


def test_themes_and_old_assignments_stay_as_they_are(joined):
    project, before = joined
    after = project.found
    old = after.assignments["segment_id"].isin(before.assignments["segment_id"])
    assert after.assignments[old].to_csv(index=False) == before.assignments.to_csv(index=False)
    kept = ["theme_id", "label", "description", "parent_id", "status", "stability"]
    pd.testing.assert_frame_equal(after.themes[kept], before.themes[kept])
    assert after.themes["keywords"].tolist() == before.themes["keywords"].tolist()
    for name in ("theme_vectors", "theme_prototypes", "theme_terms"):
        assert getattr(after, name).to_json() == getattr(before, name).to_json()
    assert (after.themes["size"] >= before.themes["size"]).all()
    assert after.themes["size"].sum() > before.themes["size"].sum()


def test_each_theme_gains_a_few_quotes_after_those_it_has(joined):
    project, before = joined
    quotes, had = project.found.quotes, before.quotes
    assert quotes.head(len(had)).to_json() == had.to_json()
    new = quotes.iloc[len(had) :]
    assert set(new["theme_id"]) == set(had["theme_id"])
    assert not new["segment_id"].isin(before.assignments["segment_id"]).any()
    assert new.groupby(["theme_id", "role"]).size().max() <= 2
    last = had.groupby(["theme_id", "role"])["rank"].max().reindex(pd.MultiIndex.from_frame(new[["theme_id", "role"]]))
    assert (new["rank"].to_numpy() > last.fillna(0).to_numpy()).all()
    assert not quotes.duplicated(["theme_id", "role", "rank"]).any()


def test_nothing_depends_on_the_order_of_rows(joined):
    project, before = joined
    segments, comments = project.segments, project.comments
    fresh = frozenset(segments["segment_id"]) - frozenset(before.assignments["segment_id"])
    fresh -= frozenset(before.set_aside["item_id"])

    def join(seed):
        rng = np.random.default_rng(seed)
        mixed = segments.iloc[rng.permutation(len(segments))].reset_index(drop=True)
        held = Earlier(*(getattr(before, name) for name in Earlier._fields[:7]))
        batch = Batch(fresh, fresh, units(comments), sentiments_of(segments, ("dreadful", "grim")), None, 0)
        found = join_themes(
            mixed,
            comments.iloc[rng.permutation(len(comments))],
            earlier=held,
            batch=batch,
            embedder=WordsEmbedder(),
            settings=ThemeSettings(),
        )
        return found.assignments.sort_values(["segment_id", "theme_id"]).to_csv(index=False)

    assert join(1) == join(2)


def test_a_text_said_before_has_the_themes_it_had(joined):
    project, before = joined
    text = project.segments.set_index("segment_id")["text"]
    said = before.assignments["segment_id"].iloc[0]
    again = Project(in_batches()[0])
    found = again.add(pd.DataFrame({"planted": ["again"], "text": [text[said]]}))
    new = again.segments["segment_id"].iloc[-1]
    had, has = (
        frame.loc[frame["segment_id"] == segment_id, ["theme_id", "strength"]].to_numpy().tolist()
        for frame, segment_id in ((before.assignments, said), (found.assignments, new))
    )
    assert has == had


def test_what_says_nothing_or_fits_nothing_is_set_aside_and_a_judgement_is_general():
    project = Project(in_batches()[0])
    odd = ["Thank you.", "Zebra quilts hum under marmalade comets.", "Excellent."]
    found = project.add(pd.DataFrame({"planted": "odd", "text": odd}))
    ids = project.segments["segment_id"].tolist()[-3:]
    reasons = found.set_aside.set_index("item_id")["reason"]
    assert reasons[ids[0]] == REASON_THANKS
    assert reasons[ids[1]] == REASON_NO_THEME
    general = found.theme_prototypes["general"].dropna()
    assert general.empty or (found.assignments["segment_id"] == ids[2]).any()


def test_comments_that_left_take_their_segments_and_quotes_with_them(joined):
    project, before = joined
    gone = before.quotes["segment_id"].iloc[0]
    comments = project.comments[project.comments["comment_id"] != gone.rsplit(".", 1)[0]]
    segments = project.segments[project.segments["comment_id"].isin(comments["comment_id"])]
    after = project.found
    held = Earlier(*(getattr(after, name) for name in Earlier._fields[:7]))
    batch = Batch(frozenset(), frozenset(), units(comments), pd.DataFrame(columns=["segment_id", "label"]), None, 0)
    left = join_themes(
        segments, comments, earlier=held, batch=batch, embedder=WordsEmbedder(), settings=ThemeSettings()
    )
    assert gone not in set(left.assignments["segment_id"]) | set(left.quotes["segment_id"])
    others = after.assignments["segment_id"].isin(segments["segment_id"])
    assert left.assignments.to_csv(index=False) == after.assignments[others].to_csv(index=False)


def test_frozen_themes_come_back_from_their_tables(joined):
    _, before = joined
    frozen = thaw(before.theme_prototypes, before.theme_vectors, model="words-1")
    assert prototypes_table(frozen, model="words-1").to_json() == before.theme_prototypes.to_json()
    with pytest.raises(StoreError, match="refit"):
        thaw(before.theme_prototypes, before.theme_vectors, model="words-2")


def test_reach_leaves_each_text_out_of_its_own_group():
    rng = np.random.default_rng(0)
    centres = np.eye(8)[:3]
    rows = [centre + 0.2 * rng.standard_normal((60, 8)) for centre in centres]
    vectors = np.concatenate(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.repeat(np.arange(3), 60)
    reach = reaches_of(labels, labels, vectors, topics=[[0], [1], [2]])
    unseen = np.concatenate([centre + 0.2 * rng.standard_normal((400, 8)) for centre in centres])
    unseen /= np.linalg.norm(unseen, axis=1, keepdims=True)
    means = np.stack([vectors[labels == topic].mean(axis=0) for topic in range(3)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    outside = (unseen * np.repeat(means, 400, axis=0)).sum(axis=1) < np.repeat(reach, 400)
    assert 0.02 < outside.mean() < 0.09
    alone = reaches_of(np.zeros(1, dtype=int), np.zeros(1, dtype=int), vectors[:1], topics=[[0]])
    assert alone[0] == 1.0
