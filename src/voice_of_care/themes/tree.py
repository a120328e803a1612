"""The themes table: leaves under parents, each with its name, description, keywords and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.models import load_spacy
from voice_of_care.tables import THEMES, conform
from voice_of_care.themes.cluster import join_parents
from voice_of_care.themes.labels import (
    Name,
    Naming,
    describe,
    is_general,
    listed,
    name_parents,
    name_themes,
    telling_phrases,
)
from voice_of_care.themes.phrases import Phrase, phrases_of
from voice_of_care.themes.quotes import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings

NAMED_FROM = 120
"""A theme is named from at most so many of its most central texts."""

KEYWORDS = 10


class _Evidence(NamedTuple):
    """What a leaf is named from."""

    rows: list[int]
    naming: Naming
    praise: list[list[Phrase]]
    concern: list[list[Phrase]]


def build_tree(
    centroids: np.ndarray,
    mentions: pd.DataFrame,
    texts: list[str],
    vectors: np.ndarray,
    *,
    leaf_ids: list[str],
    keywords: list[list[str]],
    embedder: Embedder,
    settings: ThemeSettings,
) -> pd.DataFrame:
    """Return the themes table: parents and top-level leaves by size, each parent followed by its children.

    Args:
        centroids: unit centroid of each leaf.
        mentions: one row for each leaf a segment is given: leaf, row (of texts), unit, sentiment, strength.
        texts: the distinct texts.
        vectors: their unit vectors.
        leaf_ids: id of each leaf.
        keywords: words of each leaf, strongest first.
        embedder: weighs phrases by their likeness to a leaf.
        settings: how many parents.
    """
    evidence = _evidence(centroids, mentions, texts, vectors, keywords, settings)
    sizes = [int(mentions.loc[mentions["leaf"] == leaf, "unit"].nunique()) for leaf in range(len(leaf_ids))]
    order = sorted(range(len(leaf_ids)), key=lambda leaf: (-sizes[leaf], leaf_ids[leaf]))
    named = name_themes([evidence[leaf].naming for leaf in order], embedder=embedder)
    names = dict(zip(order, named, strict=True))
    rows: dict[int, dict[str, object]] = {
        leaf: {
            "theme_id": leaf_ids[leaf],
            "label": names[leaf].label,
            "description": describe(
                telling_phrases(evidence[leaf].praise, evidence[leaf].concern),
                telling_phrases(evidence[leaf].concern, evidence[leaf].praise),
                evidence[leaf].naming.tone,
            ),
            "keywords": keywords[leaf],
            "parent_id": None,
            "size": sizes[leaf],
            "status": "proposed",
            "stability": None,
            "seed": None,
        }
        for leaf in order
    }
    groups = join_parents(centroids, settings.most_parents)
    families = [[leaf for leaf in order if groups[leaf] == group] for group in range(int(groups.max()) + 1)]
    return _table(families, rows, names, mentions)


def _evidence(
    centroids: np.ndarray,
    mentions: pd.DataFrame,
    texts: list[str],
    vectors: np.ndarray,
    keywords: list[list[str]],
    settings: ThemeSettings,
) -> list[_Evidence]:
    central = [_central_rows(mentions, vectors, centroids[leaf], leaf) for leaf in range(len(centroids))]
    wanted = sorted({row for rows in central for row in rows})
    stop_words = frozenset(word.lower() for word in settings.stop_words)
    parsed = phrases_of([texts[row] for row in wanted], nlp=load_spacy(disable=("ner",)), stop_words=stop_words)
    phrases = dict(zip(wanted, parsed, strict=True))
    found = []
    for leaf, rows in enumerate(central):
        of_leaf = mentions[mentions["leaf"] == leaf]
        tone_of = dict(zip(of_leaf["row"], of_leaf["sentiment"], strict=True))
        general = sum(is_general(texts[row]) for row in rows) / max(1, len(rows))
        tone = _tone(of_leaf["sentiment"].tolist())
        naming = Naming([phrases[row] for row in rows], keywords[leaf], general, tone, centroids[leaf])
        praise = [phrases[row] for row in rows if tone_of.get(row) in POSITIVE]
        concern = [phrases[row] for row in rows if tone_of.get(row) in NEGATIVE]
        found.append(_Evidence(rows, naming, praise, concern))
    return found


def _central_rows(mentions: pd.DataFrame, vectors: np.ndarray, centroid: np.ndarray, leaf: int) -> list[int]:
    best = mentions[~mentions.duplicated("segment_id")]
    rows = np.unique(best.loc[best["leaf"] == leaf, "row"].to_numpy())
    if not len(rows):
        rows = np.unique(mentions.loc[mentions["leaf"] == leaf, "row"].to_numpy())
    near = np.round(vectors[rows].astype(np.float64) @ centroid, 6)
    return [int(row) for row in rows[np.lexsort((rows, -near))][:NAMED_FROM]]


def _tone(sentiments: list[str]) -> str:
    praise = sum(label in POSITIVE for label in sentiments)
    concern = sum(label in NEGATIVE for label in sentiments)
    if not praise and not concern:
        return ""
    if praise >= 2 * concern:
        return "praise"
    return "concern" if concern >= 2 * praise else "both"


def _table(
    families: list[list[int]], rows: dict[int, dict[str, object]], names: dict[int, Name], mentions: pd.DataFrame
) -> pd.DataFrame:
    parents = [family for family in families if len(family) > 1]
    labels = name_parents(
        [[names[leaf] for leaf in family] for family in parents], taken=[name.label for name in names.values()]
    )
    blocks: list[tuple[int, str, list[dict[str, object]]]] = []
    for family in families:
        children = [rows[leaf] for leaf in family]
        if len(family) == 1:
            blocks.append((int(str(children[0]["size"])), str(children[0]["label"]), children))
            continue
        place = parents.index(family)
        parent_id = parent_id_of([str(child["theme_id"]) for child in children])
        size = int(mentions.loc[mentions["leaf"].isin(family), "unit"].nunique())
        parent: dict[str, object] = {
            "theme_id": parent_id,
            "label": labels[place],
            "description": describe_parent([str(child["label"]) for child in children]),
            "keywords": list(dict.fromkeys(word for child in children for word in _keywords(child)[:3]))[:KEYWORDS],
            "parent_id": None,
            "size": size,
            "status": "proposed",
            "stability": None,
            "seed": None,
        }
        blocks.append((size, labels[place], [parent, *({**child, "parent_id": parent_id} for child in children)]))
    blocks.sort(key=lambda block: (-block[0], block[1]))
    return conform(pd.DataFrame([row for _, _, block in blocks for row in block]), THEMES)


def _keywords(row: dict[str, object]) -> list[str]:
    words = row["keywords"]
    return [str(word) for word in words] if isinstance(words, list) else []


def parent_id_of(children: list[str]) -> str:
    """Return a parent's id: that of its lowest-numbered child with P for T, so that it stays while that child does."""
    return f"P{min(children, key=lambda name: int(name[1:]))[1:]}"


def describe_parent(labels: list[str]) -> str:
    """Return one sentence that lists the children."""
    return f"Brings together {listed([label[:1].lower() + label[1:] for label in labels])}."
