"""The ledger: every item that came in stands in it once, with where it went and why."""

import numpy as np
import pandas as pd
import pytest

from voice_of_care.analysis import Analysis
from voice_of_care.insight.ledger import write_ledger
from voice_of_care.tables import ASSIGNMENTS, SAFE_COMMENTS, SEGMENTS, SET_ASIDE, TABLES, THEMES, conform


def made(seed, *, comments=60, aside=25):
    """Return an analysis of comments with up to four segments, each with a theme, two, or set aside with a reason."""
    rng = np.random.default_rng(seed)
    ids = [f"VOC-{number:05d}" for number in rng.permutation(comments)]
    safe = pd.DataFrame({name: pd.Series([None] * comments, dtype="object") for name in SAFE_COMMENTS.columns})
    refs = [str(number) for number in range(2, comments + 2)]
    safe = safe.assign(comment_id=ids, source="b.csv", source_ref=refs, text="text", run_id=1, respondent_group="staff")
    segments, assignments, left = [], [], []
    for comment_id in ids:
        for position in range(1, int(rng.integers(1, 5)) + 1):
            segment_id = f"{comment_id}.{position}"
            segments.append((segment_id, comment_id, position, 0, 4, "text"))
            kind = rng.integers(0, 4)
            if kind == 0:
                reason = ("only thanks or a greeting", "fits no theme")[int(rng.integers(0, 2))]
                left.append(("themes", segment_id, "b.csv", None, reason))
            else:
                chosen = [("T01",), ("T02",), ("T01", "T02")][kind - 1]
                assignments += [(segment_id, theme, 0.5, "model") for theme in chosen]
    left += [("intake", f"X{number}", "a.csv", str(number), "empty") for number in range(aside)]
    left += [("seeds", "codes/one", "codes", None, "too few"), ("intake", "broken.pdf", "broken.pdf", None, "unread")]
    themes = [(f"T0{n}", f"Theme {n}", "", [], None, 3, "proposed", 0.5, None) for n in (1, 2)]
    rows = {"segments": (segments, SEGMENTS), "assignments": (assignments, ASSIGNMENTS)}
    rows |= {"set_aside": (left, SET_ASIDE), "themes": (themes, THEMES)}
    tables = {name: table.empty() for name, table in TABLES.items()}
    tables |= {
        name: conform(pd.DataFrame(held, columns=list(table.columns)), table) for name, (held, table) in rows.items()
    }
    return Analysis(**tables | {"safe_comments": conform(safe, SAFE_COMMENTS)})


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_came_in_vanishes_and_nothing_stands_twice(seed):
    analysis = made(seed)
    ledger = write_ledger(analysis)
    read = analysis.set_aside[analysis.set_aside["step"] == "intake"]
    assert sorted(ledger["item_id"]) == sorted([*analysis.safe_comments["comment_id"], *read["item_id"]])
    assert ledger["segments"].sum() == len(analysis.segments)
    bare = ~analysis.segments["segment_id"].isin(analysis.assignments["segment_id"])
    assert ledger["segments_without_theme"].sum() == bare.sum()
    is_themed = ledger["outcome"] == "themed"
    assert (ledger["theme_ids"].map(len) > 0).equals(is_themed)
    assert ledger.loc[is_themed, "reason"].isna().all()
    assert ledger.loc[~is_themed, "reason"].notna().all()
    assert (ledger.loc[ledger["outcome"] == "set_aside", "segments"] == 0).all()


def test_a_comment_without_a_theme_says_why():
    analysis = made(1)
    ledger = write_ledger(analysis).set_index("item_id")
    without = ledger[ledger["outcome"] == "without_theme"]
    assert len(without) > 3
    comment_of = analysis.segments.set_index("segment_id")["comment_id"]
    aside = analysis.set_aside[analysis.set_aside["step"] == "themes"]
    reasons = aside.groupby(aside["item_id"].map(comment_of))["reason"].agg(lambda each: "; ".join(sorted(set(each))))
    assert without["reason"].to_dict() == reasons[without.index].to_dict()


def test_a_retired_theme_leaves_its_comments_in_the_ledger():
    analysis = made(2)
    gone = analysis.themes.assign(status=["retired", "retired"])
    ledger = write_ledger(Analysis(**analysis.tables() | {"themes": conform(gone, THEMES)}))
    assert not (ledger["outcome"] == "themed").any()
    assert ledger["reason"].str.contains("its theme was retired").any()
    assert len(ledger) == len(write_ledger(analysis))


def test_the_order_is_that_of_the_files_whatever_the_order_of_rows_and_the_keys():
    analysis = made(3)
    ledger = write_ledger(analysis)
    comments = ledger[ledger["source"] == "b.csv"]
    assert comments["source_ref"].tolist() == [str(number) for number in range(2, 62)]
    shuffled = {
        name: frame.sample(frac=1, random_state=4).reset_index(drop=True) for name, frame in analysis.tables().items()
    }
    pd.testing.assert_frame_equal(write_ledger(Analysis(**shuffled)), ledger)


def test_an_empty_project_has_an_empty_ledger():
    assert write_ledger(Analysis(**{name: table.empty() for name, table in TABLES.items()})).empty
