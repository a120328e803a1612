"""Ballots as people hand them in, and the rounds they make: read from the events and nothing else.

Four kinds of event tell all: a round is opened with its themes, ballots are cast in it, one that was read by mistake
may be removed, and the round is closed with what was decided. They edit no table of the analysis, so that a ballot
about a theme that is gone is kept; a theme that was merged stands under the theme it went into.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from voice_of_care.errors import InputError
from voice_of_care.tables import standing
from voice_of_care.wording import is_catch_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

BallotAction = Literal["ballot.open", "ballot.cast", "ballot.remove", "ballot.close"]
OPEN, CAST, REMOVE, CLOSE = "ballot.open", "ballot.cast", "ballot.remove", "ballot.close"
NOT_GIVEN = "not given"
MOST_CONTENDERS = 12
LARGEST = 10
PLACES_APART = 5
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
AGREEMENT = ((0.9, "very strong"), (0.7, "strong"), (0.5, "moderate"), (0.3, "weak"), (0.0, "hardly any"))
_IN_THE_RUNNING = ("secure", "likely", "contender")
_LONGEST_ROLE = 80
_MOST_REMARKS = 5
_RANK = re.compile(r"(?:no\.?|number|rank|#)?\s*(\d{1,4})(?:[.,]0+)?\s*(?:st|nd|rd|th|\.|\))?", re.IGNORECASE)
_WORDS = (
    ("first", "one"),
    ("second", "two"),
    ("third", "three"),
    ("fourth", "four"),
    ("fifth", "five"),
    ("sixth", "six"),
    ("seventh", "seven"),
    ("eighth", "eight"),
    ("ninth", "nine"),
    ("tenth", "ten"),
    ("eleventh", "eleven"),
    ("twelfth", "twelve"),
)
_SPELT = {word: place for place, pair in enumerate(_WORDS, start=1) for word in pair}


class Contender(NamedTuple):
    """A theme as it stands on a ballot: people's counts as they may be published, its rank by score in words."""

    theme_id: str
    letter: str
    label: str
    description: str
    people: str
    share: str
    length: float
    by_score: str


class Ballot(NamedTuple):
    """A ballot to hand out; `mark` tells the project's ballots from others'."""

    round: int
    mark: str
    title: str
    organisation: str
    heard: str
    contenders: tuple[Contender, ...]


class Cast(NamedTuple):
    """A ballot handed in: ranks and reasons by theme_id, and `digest`, which tells it when it is read again."""

    role: str
    ranks: dict[str, int]
    reasons: dict[str, str]
    dissent: str
    digest: str


class Remark(NamedTuple):
    """What to tell of a ballot or file, and in what words of many ballots."""

    where: str
    told: str
    of_many: str = ""


class Closing(NamedTuple):
    """What was decided of a round: themes chosen, themes dropped each with why."""

    on: str
    by: str
    reason: str
    chosen: tuple[str, ...]
    dropped: dict[str, str]


@dataclass(frozen=True)
class Round:
    """A round of ballots.

    `printed` are the theme_ids and labels on its ballots, in the order of their letters; `themes` the ids they have
    now, `labels` what these are called now. `casts` are the ballots by their ids.
    """

    number: int
    opened_on: str
    printed: tuple[tuple[str, str], ...]
    themes: tuple[str, ...]
    labels: dict[str, str]
    letters: dict[str, str]
    casts: dict[str, Cast]
    next_ballot: int
    closing: Closing | None

    def printed_as(self, theme_id: str) -> tuple[str, ...]:
        """Return the names on the ballots of themes that were merged into this one since."""
        listed = zip(self.printed, self.letters.values(), strict=True)
        return tuple(label for (printed, label), now in listed if now == theme_id != printed)

    @property
    def in_the_running(self) -> tuple[str, ...]:
        """Return the themes that were neither chosen nor dropped."""
        decided = {*self.closing.chosen, *self.closing.dropped} if self.closing else set()
        return tuple(theme_id for theme_id in self.themes if theme_id not in decided)


class Contending(NamedTuple):
    """A theme to put on a ballot: its id there, what it is called, and the id it has now."""

    theme_id: str
    label: str
    now: str


def contending(found: Round) -> tuple[Contending, ...]:
    """Return the themes on the ballots of a round, in the order of their letters, by the names they have now."""
    listed = zip(found.printed, found.letters.values(), strict=True)
    return tuple(
        Contending(theme_id, found.labels[now] if now == theme_id else label, now) for (theme_id, label), now in listed
    )


def agreement_word(w: float) -> str:
    """Return how far people agree by Kendall's W, in bands about the marks that Schmidt (1997) gives."""
    return next(word for least, word in AGREEMENT if w >= least)


def mark_of(key: bytes) -> str:
    """Return what stands on all ballots of a project and tells nothing of its key."""
    return hmac.new(key, b"ballot", hashlib.sha256).hexdigest()[:12]


def tidy_role(text: str) -> str:
    """Return a role as roles are told apart: one line, a capital first letter; a mere name or cell value is no role."""
    role = " ".join(text.split())
    if role.casefold() in {"true", "false"} or not re.search(r"[^\W\d_]", re.sub(r"\[[^\]]*\]", "", role)):
        return NOT_GIVEN
    return role if role.casefold() == NOT_GIVEN else (role[:1].upper() + role[1:])[:_LONGEST_ROLE]


def rank_told(text: str) -> int | None:
    """Return the rank that a person wrote, as 1, 1.0, 1st, no. 1 or first; None for anything else."""
    told = text.casefold()
    matched = _RANK.fullmatch(told)
    return int(matched[1]) if matched else _SPELT.get(told)


def remarks_on(cast: Cast, themes: int, where: str) -> list[Remark]:
    """Return what the reader of a ballot should know of how it counts."""
    given = list(cast.ranks.values())
    tied = sorted({rank for rank in given if given.count(rank) > 1})
    remarks = []
    if tied:
        told = f"gives rank {', '.join(map(str, tied))} more than once: these themes count as tied."
        remarks.append(Remark(where, told, "give a rank more than once: these themes count as tied."))
    if not given:
        told = "ranks nothing: all its themes count alike."
        remarks.append(Remark(where, told, "rank nothing: all their themes count alike."))
    elif len(given) < themes:
        told = f"leaves {themes - len(given)} of {themes} unranked: they count as the mean of the ranks left."
        remarks.append(Remark(where, told, "leave themes unranked: they count as the mean of the ranks left."))
    return remarks


def summed_up(remarks: Sequence[Remark]) -> tuple[str, ...]:
    """Return remarks as lines: of those that many ballots share, one line where the first stands."""
    alike = Counter(each.of_many for each in remarks if each.of_many)
    lines = []
    for each in remarks:
        number = alike[each.of_many]
        lines.append(f"{number} ballots {each.of_many}" if number > _MOST_REMARKS else f"{each.where} {each.told}")
    return tuple(dict.fromkeys(lines))


def pick_contenders(ranking: pd.DataFrame, themes: pd.DataFrame, assignments: pd.DataFrame) -> tuple[str, ...]:
    """Return the themes in the running, in the alphabet's order so that the order speaks for none of them.

    Those that the ranking over all respondents calls secure, likely or contender or lists, twelve at most; what it
    lists is never left out. Without a ranking, the ten largest themes of one subject.
    """
    stands = standing(themes).set_index("theme_id")
    overall = ranking[(ranking["scope"] == "overall") & ranking["theme_id"].isin(stands.index)]
    if overall.empty:
        is_leaf = stands.index.isin(assignments["theme_id"])
        leaves = stands[is_leaf & ~stands["label"].map(is_catch_all).astype(bool)].reset_index()
        ordered = leaves.sort_values(["size", "theme_id"], ascending=[False, True])
        return _by_label(ordered["theme_id"].head(LARGEST), stands["label"])
    runs = overall[overall["verdict"].isin(_IN_THE_RUNNING) | overall["is_listed"]]
    ordered = runs.sort_values(["is_listed", "rank", "theme_id"], ascending=[False, True, True])
    return _by_label(ordered["theme_id"].head(max(MOST_CONTENDERS, int(runs["is_listed"].sum()))), stands["label"])


def still_in_the_running(rounds: Sequence[Round], themes: pd.DataFrame) -> tuple[str, ...]:
    """Return what the last round left undecided, of the themes that still stand."""
    stands = standing(themes).set_index("theme_id")["label"]
    return _by_label([theme for theme in rounds[-1].in_the_running if theme in stands.index], stands)


def _by_label(theme_ids: Iterable[str], labels: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(theme_ids, key=lambda theme_id: (str(labels[theme_id]).casefold(), theme_id)))


def open_payload(number: int, theme_ids: Sequence[str], labels: Sequence[str]) -> dict[str, str | int | list[str]]:
    """Return the payload of a round that is opened with these themes, lettered in this order."""
    return {"round": number, "themes": list(theme_ids), "labels": list(labels)}


def cast_payload(number: int, ballot_id: str, cast: Cast) -> dict[str, str | int | list[str]]:
    """Return the payload of a ballot cast."""
    about = sorted({*cast.ranks, *cast.reasons})
    return {
        "round": number,
        "ballot_id": ballot_id,
        "role": cast.role,
        "themes": about,
        "ranks": [str(cast.ranks.get(theme_id, "")) for theme_id in about],
        "reasons": [cast.reasons.get(theme_id, "") for theme_id in about],
        "dissent": cast.dissent,
        "digest": cast.digest,
    }


def read_decision(found: Round, choose: Sequence[str], drop: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the themes of a round that are chosen, and those that are dropped with why.

    Args:
        found: the round.
        choose: themes by letter, id or name.
        drop: the same, each followed by = and why.

    Raises:
        InputError: a theme is not on the ballot or decided on twice, a reason is missing, or nobody has voted.
    """
    chosen = tuple(dict.fromkeys(_find_theme(found, each) for each in choose))
    dropped: dict[str, str] = {}
    for each in drop:
        name, _, reason = (part.strip() for part in each.partition("="))
        if not reason:
            msg = f"--drop '{name}' gives no reason. Write it as --drop \"{name}=why it was dropped\"."
            raise InputError(msg)
        theme_id = _find_theme(found, name)
        if theme_id in chosen or theme_id in dropped:
            msg = f"{found.labels[theme_id]} is decided on twice. Choose it or drop it, once."
            raise InputError(msg)
        dropped[theme_id] = reason
    if (chosen or dropped) and not found.casts:
        msg = f"No ballot of round {found.number} was read yet, so that nothing can be decided on it."
        raise InputError(msg)
    return chosen, dropped


def _find_theme(found: Round, text: str) -> str:
    wanted = " ".join(text.split()).casefold()
    for (letter, theme_id), printed in zip(found.letters.items(), found.printed, strict=True):
        names = (letter, theme_id, found.labels[theme_id], *printed)
        if wanted in {" ".join(name.split()).casefold() for name in names}:
            return theme_id
    listed = ", ".join(f"{letter} {found.labels[theme_id]}" for letter, theme_id in found.letters.items())
    msg = f"'{text.strip()}' is no theme on the ballot of round {found.number}. There are {listed}."
    raise InputError(msg)


def close_payload(
    number: int, chosen: Sequence[str], dropped: Mapping[str, str], *, on: str = ""
) -> dict[str, str | int | list[str]]:
    """Return the payload of a round that is closed; `on` is the day it was decided (ISO), if not the day it is told."""
    return {
        **({"on": on} if on else {}),
        "round": number,
        "chosen": list(chosen),
        "dropped": list(dropped),
        "drop_reasons": [dropped[theme_id] for theme_id in dropped],
    }


def fill_ranks(given: Mapping[str, int], themes: Sequence[str]) -> NDArray[np.float64]:
    """Return the rank of each theme on one ballot, so that the ranks of n themes add up to n (n + 1) / 2.

    Tied themes share the places they take up: two at 1 stand at 1.5 each. Each group of ties takes the place it was
    given or, where that is taken up, the next; what is left unranked stands at the mean of the places left.

    Args:
        given: the ranks of a ballot by theme_id, 1 is first.
        themes: all themes on the ballot, in the order wanted.
    """
    ranks = np.array([given.get(theme_id, math.nan) for theme_id in themes], dtype=np.float64)
    values, sizes = np.unique(ranks[~np.isnan(ranks)], return_counts=True)
    starts, free = [], 1
    for value, size in zip(values, sizes, strict=True):
        starts.append(max(int(value), free))
        free = starts[-1] + int(size)
    end = len(ranks)
    for place in reversed(range(len(starts))):  # ties at the last places need room before them
        starts[place] = min(starts[place], end - int(sizes[place]) + 1)
        end = starts[place] - 1
    filled = np.full(len(ranks), math.nan)
    taken = 0.0
    for value, size, start in zip(values, sizes, starts, strict=True):
        middle = start + (int(size) - 1) / 2
        filled[ranks == value] = middle
        taken += middle * int(size)
    left = int(np.isnan(ranks).sum())
    if left:
        filled[np.isnan(ranks)] = (len(ranks) * (len(ranks) + 1) / 2 - taken) / left
    return filled


def far_from(cast: Cast, places: Mapping[str, int]) -> tuple[str, ...]:
    """Return the themes that a ballot ranks five places or more from where a list has them: there it dissents.

    Args:
        cast: the ballot.
        places: theme_id to its place on the list, in that order.
    """
    filled = zip(places.items(), fill_ranks(cast.ranks, list(places)), strict=True)
    return tuple(
        theme_id for (theme_id, place), rank in filled if theme_id in cast.ranks and abs(rank - place) >= PLACES_APART
    )


def read_rounds(events: pd.DataFrame, themes: pd.DataFrame) -> tuple[Round, ...]:
    """Return the rounds that the events tell of, in order.

    Args:
        events: all events.
        themes: as they stand, decisions applied.
    """
    now = _now_called(events, themes)
    labels = dict(zip(themes["theme_id"].astype(str), themes["label"].astype(str), strict=True))
    rounds: dict[int, Round] = {}
    told = events[events["action"].isin((OPEN, CAST, REMOVE, CLOSE))]
    for row in told.to_dict("records"):
        record = {str(name): value for name, value in row.items()}
        payload = json.loads(str(record["payload_json"]))
        number, day = int(payload["round"]), str(record["at_utc"])[:10]
        if record["action"] == OPEN:
            rounds[number] = _opened(number, day, payload, now, labels)
        elif number in rounds:
            rounds[number] = _with_event(rounds[number], record, payload, now)
    return tuple(rounds[number] for number in sorted(rounds))


def _opened(
    number: int, day: str, payload: Mapping[str, list[str]], now: Mapping[str, str], labels: Mapping[str, str]
) -> Round:
    given = tuple(
        (str(theme_id), str(label)) for theme_id, label in zip(payload["themes"], payload["labels"], strict=True)
    )
    themes = tuple(dict.fromkeys(now.get(theme_id, theme_id) for theme_id, _ in given))
    then = {now.get(theme_id, theme_id): label for theme_id, label in reversed(given)} | dict(given)
    letters = {LETTERS[place]: now.get(theme_id, theme_id) for place, (theme_id, _) in enumerate(given)}
    called = {theme_id: str(labels.get(theme_id, then[theme_id])) for theme_id in themes}
    return Round(number, day, given, themes, called, letters, {}, 1, None)


def _with_event(
    found: Round, record: Mapping[str, object], payload: dict[str, list[str]], now: dict[str, str]
) -> Round:
    """Return a round after one more event."""
    casts = dict(found.casts)
    if record["action"] == CAST:
        casts[str(payload["ballot_id"])] = _cast(payload, now, most=len(found.themes))
        return replace(found, casts=casts, next_ballot=found.next_ballot + 1)
    if record["action"] == REMOVE:
        casts.pop(str(payload["ballot_id"]), None)
        return replace(found, casts=casts)
    return replace(found, closing=_closing(record, payload, now))


def _cast(payload: Mapping[str, list[str]], now: Mapping[str, str], *, most: int) -> Cast:
    """Return a ballot; where two of its themes were merged the better rank holds, and the others close up."""
    ranks: dict[str, int] = {}
    reasons: dict[str, str] = {}
    given = 0
    for theme_id, rank, reason in zip(payload["themes"], payload["ranks"], payload["reasons"], strict=True):
        called = now.get(theme_id, theme_id)
        if rank:
            given += 1
            ranks[called] = min(int(rank), ranks.get(called, int(rank)))
        if reason:
            reasons[called] = f"{reasons[called]} / {reason}" if called in reasons else reason
    if given > len(ranks) or max(ranks.values(), default=0) > most:
        ranks = {theme: 1 + sum(other < rank for other in ranks.values()) for theme, rank in ranks.items()}
    return Cast(str(payload["role"]), ranks, reasons, str(payload["dissent"]), str(payload["digest"]))


def _closing(record: Mapping[str, object], payload: Mapping[str, list[str]], now: Mapping[str, str]) -> Closing:
    chosen = tuple(dict.fromkeys(now.get(theme_id, theme_id) for theme_id in payload["chosen"]))
    told = zip(payload["dropped"], payload["drop_reasons"], strict=True)
    dropped = {now.get(theme_id, theme_id): reason for theme_id, reason in told}
    return Closing(
        str(payload.get("on") or record["at_utc"])[:10],
        str(record["actor"]),
        str(record["reason"] or ""),
        chosen,
        {theme_id: reason for theme_id, reason in dropped.items() if theme_id not in chosen},
    )


def _now_called(events: pd.DataFrame, themes: pd.DataFrame) -> dict[str, str]:
    """Return what became of themes that were merged away: the ids they stand under now."""
    stands = set(themes.loc[themes["status"] != "retired", "theme_id"])
    into: dict[str, str] = {}
    for payload_json in events.loc[events["action"] == "theme.merge", "payload_json"]:
        payload = json.loads(str(payload_json))
        if payload["theme_id"] not in stands:
            into[str(payload["theme_id"])] = str(payload["into"])
    now = {}
    for theme_id in into:
        found, seen = theme_id, {theme_id}
        while found in into and into[found] not in seen:
            found = into[found]
            seen.add(found)
        now[theme_id] = found
    return now
