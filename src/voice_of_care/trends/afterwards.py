"""What was said after an action, of what it is aimed at, where it was done: nearest its own words first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.trend_tables import ACTION_SEGMENTS

if TYPE_CHECKING:
    from voice_of_care.heard import Heard

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDINGS = ("ings", "ing", "ers", "ed", "es", "er", "s")
_SHORTEST_STEM = 3


def speak_of(heard: Heard, actions: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Return the segments that speak of each action's aim, in its services, from its first day on.

    They are ordered by how many of the words of `what` they share ("parking" and "parked" are one word, words that say
    nothing are left out), then by day, then by their text. Where an action is aimed at no theme or priority, only those
    that share a word are given. Nothing here is cleared for quoting: a report shows a segment only if it may quote it.

    Args:
        heard: what was heard (`heard.gather_heard`).
        actions: the table of that name.
        segments: the table of that name.

    Returns:
        The table ACTION_SEGMENTS.
    """
    comments = heard.comments[["comment_id", "service", "received_on"]]
    said = segments[["segment_id", "comment_id", "text"]].merge(comments, on="comment_id", validate="many_to_one")
    said = said[said["received_on"].notna()]
    parts = [_of_action(action, said, heard.mentions) for _, action in actions.iterrows()]
    found = [part for part in parts if len(part)]
    return conform(pd.concat(found, ignore_index=True), ACTION_SEGMENTS) if found else ACTION_SEGMENTS.empty()


def _of_action(action: pd.Series, said: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    after = said[said["received_on"] >= action["starts_on"]]
    if len(action["services"]):
        after = after[after["service"].isin(list(action["services"]))]
    is_aimed = action["scope"] != "overall"
    if is_aimed:
        about = mentions[(mentions["scope"] == action["scope"]) & (mentions["item_id"] == action["item_id"])]
        after = after[after["segment_id"].isin(about["segment_id"])]
    words = _content_words(str(action["what"]))
    shared = [[word for stem, word in words.items() if stem in _content_words(text)] for text in after["text"]]
    after = after.assign(
        shared_words=pd.Series(shared, index=after.index, dtype="object"), count=list(map(len, shared))
    )
    if not is_aimed:
        after = after[after["count"] > 0]
    ordered = after.sort_values(["count", "received_on", "text"], ascending=[False, True, True], kind="stable")
    numbers = pd.Series(range(1, len(ordered) + 1), index=ordered.index)
    ranked: pd.DataFrame = ordered.assign(action_id=str(action["action_id"]), rank=numbers)
    return ranked[list(ACTION_SEGMENTS.columns)]


def _content_words(text: str) -> dict[str, str]:
    """Return the words of a text that say something, by their stem."""
    # imported here, as it takes longer to load than projects without actions take to be read
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
    stems: dict[str, str] = {}
    for word in words:
        if word not in ENGLISH_STOP_WORDS:
            stems.setdefault(_stem(word), word)
    return stems


def _stem(word: str) -> str:
    """Return a word without its commonest endings, so that 'parking', 'parked' and 'parks' are one."""
    plain = word.removesuffix("'s")
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_STEM:
            return plain.removesuffix(ending)
    return plain
