"""Discovered themes against people's codes, planted topics, and whether themes are distinct: ours and the peers'."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from labels import keyword_labels, label_figures, own_labels, strongest_of
from peers import StockJob, kmeans_topics, lda_topics, nmf_topics, stock_topics
from planted import PLANTED, best_group
from sides import LABELS, ROOT, Coded, Held, Made, answers, as_comments, held, held_rows, sentiments_of
from sklearn.metrics import adjusted_mutual_info_score
from stability import NONE, strongest, themes_of

from voice_of_care.evaluation.agreement import theme_agreement
from voice_of_care.themes import split_segments
from voice_of_care.themes.distinct import exemplar_rows, intruders_told, pair_overlap
from voice_of_care.themes.words import REASON_NO_THEME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes import ThemesFound

GOLD = ROOT / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
OWN_COUNT = 60  # of NMF, LDA and k-means, which find no number by themselves: the finer cut
ALIKE = 0.9  # cosine from which two themes are near
SHARED = 0.5  # of the smaller one's segments, from which two themes rest on the same evidence
STOCK_WORDS = 4  # that BERTopic names a topic by
TOLD = 0.8  # of intruders, below which a group is a catch-all
MEASURES = ("ami", "homogeneity", "completeness", "best_match_f1")

Figures = dict[str, object]


def theme_figures(coded: Coded, side: str, made: Made, python: Path | None) -> dict[str, Figures]:
    """Return by method the agreement with people's codes, the number of themes, and the share without theme."""
    given = held(coded, answers(coded, held_rows(coded, side)))
    sentiments = sentiments_of(given, made)
    figures: dict[str, Figures] = {}
    for name, embedder in (("ours", made.embedders.both), ("ours, packaged encoder", made.embedders.general)):
        found = themes_of(given.comments, sentiments, embedder)
        figures[name] = agreement(coded, given, strongest(found, given.comments), themes_each(found, given))
        figures[name] |= {"themes": len(found.theme_vectors), **without_theme(found, given)}
        if name == "ours":
            figures[name]["distinct"] = distinct_figures(found, given, made.embedders.general)
            figures[name] |= name_figures(found, given, made.embedders.general)
    count = int(str(figures["ours"]["themes"]))
    texts = given.comments["text"]
    for name, topics in _peer_topics(given, made, count, python).items():
        main = pd.Series(topics, index=given.comments["comment_id"]).map(
            lambda topic: NONE if topic < 0 else str(topic)
        )
        figures[name] = agreement(coded, given, main, None)
        figures[name] |= {"themes": len(set(topics) - {-1}), "without": float((topics < 0).mean())}
        groups = texts[topics >= 0].groupby(topics[topics >= 0])
        members = {str(topic): sorted(set(said)) for topic, said in groups}
        figures[name]["distinct"] = intruder_figures(members, made.embedders.general)
    return figures


def _peer_topics(given: Held, made: Made, count: int, python: Path | None) -> dict[str, np.ndarray]:
    """Return the peers' topics of each comment, at our number of themes and at their own."""
    texts = given.comments["text"].tolist()
    vectors = made.embedders.general.embed(texts)
    found = {}
    for number, cut in ((count, "as many as ours"), (OWN_COUNT, f"{OWN_COUNT}")):
        found[f"k-means, packaged encoder; {cut}"] = kmeans_topics(vectors, number)
        found[f"NMF; {cut}"] = nmf_topics(texts, number)
        found[f"LDA; {cut}"] = lda_topics(texts, number)
    if python is not None:
        job = StockJob(np.arange(len(texts)), 0, count)
        stock = stock_topics(texts, vectors, [job], python=python)[0]
        found |= {"stock BERTopic; its own": stock.own, "stock BERTopic; as many as ours": stock.reduced}
    return found


def agreement(coded: Coded, given: Held, main: pd.Series, each: pd.DataFrame | None) -> Figures:
    """Return the measures with intervals; a comment without theme is in a group of its own."""
    ids = given.comments["comment_id"]
    codes = coded.priorities[given.rows] & coded.has_priorities[given.rows, None]
    main = main.reindex(ids)
    if each is None:
        each = pd.get_dummies(main.where(main != NONE)).astype(bool)
    measured = theme_agreement(
        codes,
        each.reindex(ids, fill_value=False).to_numpy(dtype=bool),
        main.tolist(),
        labels=list(LABELS),
        respondents=given.comments["respondent_id"].tolist(),
    )
    of_all = measured[measured["item"] == ""].set_index("measure")
    return {
        "comments": int((codes.sum(axis=1) == 1).sum()),
        **{name: {key: float(of_all.loc[name, key]) for key in ("value", "low", "high")} for name in MEASURES},
    }


def themes_each(found: ThemesFound, given: Held) -> pd.DataFrame:
    """Say which themes each comment's segments carry, one row a comment."""
    comment = found.assignments["segment_id"].str.rsplit(".", n=1).str[0]
    return (
        pd.crosstab(comment, found.assignments["theme_id"])
        .gt(0)
        .reindex(given.comments["comment_id"], fill_value=False)
    )


def without_theme(found: ThemesFound, given: Held) -> dict[str, float]:
    """Return the share of segments that say something and have no theme, and of those set aside as saying nothing."""
    segments = split_segments(given.comments).segments
    aside = found.set_aside[found.set_aside["item_id"].isin(segments["segment_id"])]
    unthemed = int((aside["reason"] == REASON_NO_THEME).sum())
    silent = len(aside) - unthemed
    return {
        "without": unthemed / (len(segments) - silent),
        "set_aside": silent / len(segments),
        "segments": len(segments),
    }


def planted_figures(coded: Coded, made: Made, python: Path | None, space: Embedder | None = None) -> dict[str, Figures]:
    """Plant thirty statements on each topic among all answers, one topic at a time."""
    rows = answers(coded, np.arange(len(coded.comments)))
    real = coded.comments.iloc[rows]
    figures: dict[str, Figures] = {}
    for topic, statements in PLANTED.items():
        texts = real["text"].tolist() + statements
        people = real["respondent"].tolist() + [f"planted {place}" for place in range(len(statements))]
        comments = as_comments(texts, people, real["question"].tolist() + [""] * len(statements))
        given = held(coded, rows)._replace(comments=comments)
        planted = comments["comment_id"].iloc[len(real) :].tolist()
        found = themes_of(comments, sentiments_of(given, made), space or made.embedders.both)
        best = best_group(strongest(found, comments), planted)
        label = found.themes.set_index("theme_id")["label"].get(best.group, "none")
        figures[topic] = {"among": len(real), "ours": best._asdict() | {"label": str(label)}}
        if python is not None:
            vectors = made.embedders.general.embed(texts)
            stock = stock_topics(texts, vectors, [StockJob(np.arange(len(texts)), 0)], python=python)[0]
            topics = pd.Series(stock.own, index=comments["comment_id"]).astype(str)
            figures[topic]["stock"] = best_group(topics, planted)._asdict()
    return figures


def distinct_figures(found: ThemesFound, given: Held, plain: Embedder) -> Figures:
    """Return over all pairs of themes how near their centres are and how many segments they share; and intruders."""
    pairs = pair_overlap(found.assignments, found.theme_vectors)
    leaves = found.themes[found.themes["theme_id"].isin(found.theme_vectors["theme_id"])]
    segments = split_segments(given.comments).segments
    texts = dict(zip(segments["segment_id"], segments["text"], strict=True))
    of_theme = found.assignments.assign(text=found.assignments["segment_id"].map(texts)).groupby("theme_id")["text"]
    return {
        "pairs": len(pairs),
        "nearest": float(pairs["cosine"].max()),
        "near_pairs": int((pairs["cosine"] >= ALIKE).sum()),
        "most_shared": float(pairs["shared"].max()),
        "sharing_pairs": int((pairs["shared"] >= SHARED).sum()),
        "twin_labels": int(leaves["label"].str.lower().duplicated().sum()),
        "fewest_people": int(leaves["size"].min()),
        **intruder_figures({str(theme): sorted(set(said)) for theme, said in of_theme}, plain),
    }


def name_figures(found: ThemesFound, given: Held, plain: Embedder) -> Figures:
    """Return how well the themes' names say what their segments say, and how well their keywords would."""
    assigned = strongest_of(found, split_segments(given.comments).segments)
    labels, keywords = own_labels(found), keyword_labels(found, STOCK_WORDS)
    return {
        "labels": label_figures(labels, assigned, plain)._asdict(),
        "keywords": label_figures(keywords, assigned, plain)._asdict(),
    }


def intruder_figures(groups: Mapping[str, Sequence[str]], plain: Embedder) -> Figures:
    """Return how well an odd one out is told from each group's most central texts, in the packaged encoder's space."""
    exemplars = []
    for _, texts in sorted(groups.items()):
        vectors = plain.embed(list(texts))
        exemplars.append(vectors[exemplar_rows(np.arange(len(texts)), vectors)])
    told = intruders_told(exemplars)
    return {"told": float(np.mean(told)), "told_least": min(told), "catch_alls": sum(each < TOLD for each in told)}


def staff_figures(made: Made, python: Path | None, space: Embedder | None = None) -> dict[str, Figures]:
    """Return the agreement with what is planted in the synthetic exercise, for all and for staff's own comments."""
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    silent = {"empty", "not_english", "non_answer"}
    records = [each for each in records if each["themes"] and not silent & set(each["flags"])]
    comments = as_comments([each["text"] for each in records], [each["response"] or each["id"] for each in records])
    level_of = dict(zip(comments["comment_id"], [each["sentiment"] for each in records], strict=True))
    given = Held(np.arange(len(records)), comments, pd.Series(dtype="str"), level_of)
    alone = np.array([len(each["themes"]) == 1 for each in records])
    staff = np.array([each["group"] == "staff" for each in records])
    codes = pd.Series([each["themes"][0] for each in records], index=comments["comment_id"])
    sentiments = sentiments_of(given, made)
    found = {
        "ours": strongest(themes_of(comments, sentiments, space or made.embedders.both), comments),
        "ours, packaged encoder": strongest(themes_of(comments, sentiments, made.embedders.general), comments),
    }
    texts = comments["text"].tolist()
    vectors = made.embedders.general.embed(texts)
    if python is not None:
        stock = stock_topics(texts, vectors, [StockJob(np.arange(len(texts)), 0)], python=python)[0]
        found["stock BERTopic; its own"] = pd.Series(stock.own, index=comments["comment_id"]).astype(str)
    return {
        name: {
            "comments": int(alone.sum()),
            "staff_comments": int((alone & staff).sum()),
            "themes": int(main[(main != NONE) & (main != "-1")].nunique()),
            "all": _ami(codes[alone], main),
            "staff": _ami(codes[alone & staff], main),
        }
        for name, main in found.items()
    }


def _ami(codes: pd.Series, main: pd.Series) -> float:
    return float(adjusted_mutual_info_score(codes, main[codes.index]))
