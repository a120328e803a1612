"""Find campaigns: near-identical texts that many people sent."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd
from datasketch import MinHash, MinHashLSH

from voice_of_care.counting import units
from voice_of_care.tables import SAFE_COMMENTS, conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEWEST_WORDS = 20
FEWEST_SENDERS = 5
# Jaccard similarity of the sets of three-word shingles. People who write on their own stay well below it, senders who
# leave out or change a sentence or two of a letter above it (docs/methods/intake.md).
ALIKE = 0.4
_SHINGLE = 3
_PERMUTATIONS = 128
_LSH_THRESHOLD = 0.25  # below ALIKE, so that few pairs are missed; each pair found is then measured
_SEED = 1
_WORD = re.compile(r"\[[^\]]*\]|[\w']+")


def find_campaigns(safe_comments: pd.DataFrame) -> pd.DataFrame:
    """Return the comments with `campaign_id` filled where five or more units sent near-identical texts.

    Texts of twenty words or more are compared by their three-word shingles: MinHash finds candidates (Broder 1997), the
    Jaccard similarity of the sets decides. Texts are joined to a group through any text of it that is alike, so that a
    letter altered a little by each sender stays together. Ids go by size, then by text.
    """
    words = {text: tuple(_WORD.findall(text.casefold())) for text in set(safe_comments["text"].dropna())}
    texts = sorted(text for text, found in words.items() if len(found) >= FEWEST_WORDS)
    group_of = _group(texts, [_shingles(words[text]) for text in texts])
    unit_of = units(safe_comments.assign(campaign_id=None))
    senders: dict[int, set[str]] = defaultdict(set)
    groups = [group_of.get(text) for text in safe_comments["text"]]
    for group, unit in zip(groups, unit_of, strict=True):
        if group is not None:
            senders[group].add(unit)
    campaigns = sorted((-len(senders[group]), texts[group], group) for group in senders)
    large = [group for number, _, group in campaigns if -number >= FEWEST_SENDERS]
    names = {group: f"C{place}" for place, group in enumerate(large, start=1)}
    ids = [None if group is None else names.get(group) for group in groups]
    campaign_id = pd.Series(ids, index=safe_comments.index, dtype="str")
    return conform(safe_comments.assign(campaign_id=campaign_id), SAFE_COMMENTS)


def _shingles(words: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def _group(texts: Sequence[str], shingles: Sequence[frozenset[str]]) -> dict[str, int]:
    """Return for each text the place of the first text of its group."""
    root = list(range(len(texts)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for one, other in _alike(shingles):
        low, high = sorted((find(one), find(other)))
        root[high] = low
    return {text: find(place) for place, text in enumerate(texts)}


def _alike(shingles: Sequence[frozenset[str]]) -> Iterable[tuple[int, int]]:
    if not shingles:
        return
    index = MinHashLSH(threshold=_LSH_THRESHOLD, num_perm=_PERMUTATIONS)
    hashes = MinHash.bulk(
        [[shingle.encode() for shingle in sorted(found)] for found in shingles], num_perm=_PERMUTATIONS, seed=_SEED
    )
    compared: dict[int, list[int]] = defaultdict(list)
    for place, (found, minhash) in enumerate(zip(shingles, hashes, strict=True)):
        for other in sorted(index.query(minhash)):
            if len(found & shingles[other]) >= ALIKE * len(found | shingles[other]):
                compared[place].append(other)
        index.insert(place, minhash)
    for place, others in compared.items():
        for other in others:
            yield other, place
