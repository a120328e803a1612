"""The themes table: leaves under parents, each with its name, description, keywords and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.models import load_spacy
from voice_of_care.tables import THEMES, conform
from voice_of_care.themes.cluster import join_parents
from voice_of_care.themes.describe import Meaning, Side, Sides, describe
from voice_of_care.themes.labels import Name, Naming, is_nameless, listed, may_name, name_parents, name_themes
from voice_of_care.themes.phrases import Phrase, families_said, read_phrases
from voice_of_care.themes.quotes import NEGATIVE, POSITIVE
from voice_of_care.themes.why import theme_terms
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings

NAMED_FROM = 120
"""A theme is named from at most so many of its most central texts."""

DESCRIBED_FROM = 40
"""What each side says is read from at least so many of its most central texts."""

KEYWORDS = 10
NO_SUBJECT = "No one phrase says what these remarks share. "
"""Begins the description of a theme that has no phrase in common; such themes come last and have no parent."""


class Tree(NamedTuple):
    """Themes with their parents, and the words that make each leaf."""

    themes: pd.DataFrame
    theme_terms: pd.DataFrame


class _Evidence(NamedTuple):
    """What a leaf is named and described from."""

    naming: Naming
    sides: Sides


def build_tree(
    centroids: np.ndarray,
    mentions: pd.DataFrame,
    texts: list[str],
    vectors: np.ndarray,
    *,
    leaf_ids: list[str],
    places: Sequence[str],
    embedder: Embedder,
    settings: ThemeSettings,
) -> Tree:
    """Return the themes table: parents and top-level leaves by size, each parent followed by its children.

    Args:
        centroids: unit centroid of each leaf.
        mentions: one row for each leaf a segment is given: leaf, row (of texts), text, unit, sentiment, strength;
            kind (praise, concern or suggestion) where it is known.
        texts: the distinct texts.
        vectors: their unit vectors.
        leaf_ids: id of each leaf.
        places: names of services and sites, which are no theme's.
        embedder: weighs phrases by their likeness to a leaf.
        settings: how many parents, and words that name nothing.
    """
    stop_words = frozenset(word.lower() for word in settings.stop_words)
    chosen = [_chosen_rows(mentions, vectors, centroids[leaf], leaf) for leaf in range(len(leaf_ids))]
    readings = _read(chosen, texts, stop_words)
    families = _families_by_row(mentions, texts, readings.family)
    terms = theme_terms(mentions, ids=leaf_ids, family=readings.family, stop_words=stop_words)
    keywords = terms.groupby("theme_id", sort=False)["term"].apply(list).to_dict()
    evidence = [_evidence(leaf, chosen[leaf], mentions, texts, readings, families) for leaf in range(len(leaf_ids))]
    namings = [
        one.naming._replace(centroid=centroid, keywords=keywords.get(name, []))
        for one, centroid, name in zip(evidence, centroids, leaf_ids, strict=True)
    ]
    sizes = [int(mentions.loc[mentions["leaf"] == leaf, "unit"].nunique()) for leaf in range(len(leaf_ids))]
    order = sorted(range(len(leaf_ids)), key=lambda leaf: (-sizes[leaf], leaf_ids[leaf]))
    named = name_themes(
        [namings[leaf] for leaf in order],
        embedder=embedder,
        barred=readings.barred,
        proper=readings.names,
        places=[frozenset(readings.family.get(word, word) for word in content_words(place)) for place in places],
    )
    names = dict(zip(order, named, strict=True))
    rows: dict[int, dict[str, object]] = {
        leaf: {
            "theme_id": leaf_ids[leaf],
            "label": names[leaf].label,
            "description": ("" if names[leaf].has_subject else NO_SUBJECT)
            + describe(
                evidence[leaf].sides,
                families=names[leaf].families,
                meaning=Meaning(embedder, centroids, leaf) if names[leaf].has_subject else None,
            ),
            "keywords": keywords.get(leaf_ids[leaf], [])[:KEYWORDS],
            "parent_id": None,
            "size": sizes[leaf],
            "status": "proposed",
            "stability": None,
            "seed": None,
        }
        for leaf in order
    }
    groups = join_parents(centroids, settings.most_parents)
    related = [
        [leaf for leaf in order if groups[leaf] == group and names[leaf].has_subject]
        for group in range(int(groups.max()) + 1)
    ]
    parents = [group for group in related if group] + [[leaf] for leaf in order if not names[leaf].has_subject]
    return Tree(_table(parents, rows, names, mentions), terms)


class _Read(NamedTuple):
    """What the chosen texts were read as, by row."""

    topics: dict[int, list[Phrase]]
    sayings: dict[int, list[Phrase]]
    family: dict[str, str]
    barred: frozenset[str]
    names: frozenset[str]


def _read(chosen: Sequence[Sequence[int]], texts: Sequence[str], stop_words: frozenset[str]) -> _Read:
    wanted = sorted({row for rows in chosen for row in rows})
    found = read_phrases([texts[row] for row in wanted], nlp=load_spacy(disable=("ner",)), stop_words=stop_words)
    topics = dict(zip(wanted, found.topics, strict=True))
    return _Read(topics, dict(zip(wanted, found.sayings, strict=True)), found.family, found.barred, found.names)


def _families_by_row(
    mentions: pd.DataFrame, texts: Sequence[str], family: Mapping[str, str]
) -> dict[int, frozenset[str]]:
    """Return the families of the words of each text that is mentioned."""
    return {int(row): families_said(texts[row], family) for row in np.unique(mentions["row"].to_numpy())}


def _evidence(
    leaf: int,
    chosen: list[int],
    mentions: pd.DataFrame,
    texts: Sequence[str],
    readings: _Read,
    families: Mapping[int, frozenset[str]],
) -> _Evidence:
    of_leaf = mentions[mentions["leaf"] == leaf]
    units_of_row = {int(str(row)): frozenset(units) for row, units in of_leaf.groupby("row")["unit"]}
    rows = sorted(units_of_row)
    central = chosen[:NAMED_FROM]
    naming = Naming(
        phrases=[readings.topics[row] for row in central],
        said=[families[row] for row in rows],
        units=[units_of_row[row] for row in rows],
        general=sum(is_nameless(texts[row]) for row in central) / max(1, len(central)),
        keywords=[],
        tone=_tone(of_leaf["sentiment"].tolist()),
        centroid=np.empty(0),
    )
    kinds = {name: of_leaf[_takes(of_leaf, name)] for name in _SIDES}
    sides = Sides(
        praise=_side(kinds["praise"], chosen, readings, families),
        concern=_side(kinds["concern"], chosen, readings, families),
        suggestion=_side(kinds["suggestion"], chosen, readings, families),
        total=int(of_leaf["unit"].nunique()),
    )
    return _Evidence(naming, sides)


_SIDES: dict[str, tuple[str, ...]] = {"praise": POSITIVE, "concern": NEGATIVE, "suggestion": ()}


def _takes(of_leaf: pd.DataFrame, side: str) -> pd.Series:
    """Return which segments take a side: by the kind of statement where it is known, else by sentiment."""
    return of_leaf["kind"] == side if "kind" in of_leaf else of_leaf["sentiment"].isin(_SIDES[side])


def _side(said: pd.DataFrame, chosen: Sequence[int], readings: _Read, families: Mapping[int, frozenset[str]]) -> Side:
    units_of_row = {int(str(row)): frozenset(units) for row, units in said.groupby("row")["unit"]}
    rows = [row for row in sorted(set(chosen)) if row in units_of_row]
    phrases = [
        [*(one for one in readings.sayings[row] if _may_be_said(one, readings))]
        + [one for one in readings.topics[row] if may_name(one, readings.barred, readings.names)]
        for row in rows
    ]
    return Side(phrases, [families[row] for row in rows], [units_of_row[row] for row in rows], frozenset(said["unit"]))


def _may_be_said(saying: Phrase, readings: _Read) -> bool:
    return saying.key[-1] not in readings.barred and not readings.names & set(saying.key)


def _chosen_rows(mentions: pd.DataFrame, vectors: np.ndarray, centroid: np.ndarray, leaf: int) -> list[int]:
    """Return the texts a leaf is named and described from: the most central, then the most central of each side."""
    of_leaf = mentions[mentions["leaf"] == leaf]
    central = _central_rows(mentions, vectors, centroid, leaf)
    rows = np.unique(of_leaf["row"].to_numpy())
    near = dict(zip(rows.tolist(), np.round(vectors[rows].astype(np.float64) @ centroid, 6).tolist(), strict=True))
    for labels in (POSITIVE, NEGATIVE):
        side = sorted({int(row) for row in of_leaf.loc[of_leaf["sentiment"].isin(labels), "row"]})
        side.sort(key=lambda row: (-near[row], row))
        central += [row for row in side[:DESCRIBED_FROM] if row not in central]
    return central


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
    blocks: list[tuple[bool, int, str, list[dict[str, object]]]] = []
    for family in families:
        children = [rows[leaf] for leaf in family]
        if len(family) == 1:
            has_none = not names[family[0]].has_subject
            blocks.append((has_none, int(str(children[0]["size"])), str(children[0]["label"]), children))
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
        block = [parent, *({**child, "parent_id": parent_id} for child in children)]
        blocks.append((False, size, labels[place], block))
    blocks.sort(key=lambda block: (block[0], -block[1], block[2]))
    return conform(pd.DataFrame([row for *_, block in blocks for row in block]), THEMES)


def _keywords(row: dict[str, object]) -> list[str]:
    words = row["keywords"]
    return [str(word) for word in words] if isinstance(words, list) else []


def parent_id_of(children: list[str]) -> str:
    """Return a parent's id: that of its lowest-numbered child with P for T, so that it stays while that child does."""
    return f"P{min(children, key=lambda name: int(name[1:]))[1:]}"


def describe_parent(labels: list[str]) -> str:
    """Return one sentence that lists the children."""
    lowered = [label[:1].lower() + label[1:] for label in labels]
    if any(" and " in label for label in lowered):
        return f"Brings together {'; '.join(lowered)}."
    return f"Brings together {listed(lowered)}."
