"""Names of people, told from several signals: titles, kin, thanks, sign-offs, lists of names, and a language model.

No signal but a title, a kin word or a name list is a verdict on its own: on feedback, the model's PERSON tags "Covid",
"Superb" and ward names, and misses names in lower case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.deidentify import cues, gazetteer
from voice_of_care.deidentify.protect import is_facility_word
from voice_of_care.deidentify.reading import (
    Reading,
    is_blocked,
    is_clear,
    is_clear_lower,
    is_forename,
    is_near_forename,
    is_surname,
    is_titlecase,
)
from voice_of_care.deidentify.words import Name, NameLists, Word, split_words

if TYPE_CHECKING:
    from collections.abc import Callable

_BARE_LOWER_AT_LEAST = 4
"""Letters a forename in lower case needs to count without a cue."""
_NOT_BEFORE_VERBS = frozenset(gazetteer.read_list("words_first.txt").split())
"""Word-names that begin sentences as words, even where a verb follows or the model says PERSON."""


class _Hit(NamedTuple):
    first: int
    after: int
    kind: str
    rule: str
    score: float


def find_names(text: str, people: list[tuple[int, int]], lists: NameLists) -> list[Name]:
    """Return the names in a text, in order and without overlap.

    Args:
        text: the searched text.
        people: spans the language model takes for persons.
        lists: the site's own names and kept words.
    """
    words = split_words(text, people, lists)
    reading = Reading(text, words, lists)
    hits: list[_Hit] = []
    index = 0
    while index < len(words):
        hit = None if words[index].is_kept else _at(reading, index, hits[-1] if hits else None)
        if hit is None:
            index += 1
        else:
            hits.append(hit._replace(kind=_with_role(reading, hit)))
            index = hit.after
    return [
        Name(words[hit.first].start, words[hit.after - 1].end, hit.kind, hit.rule, hit.score)
        for hit in sorted([*hits, *_repeated(reading, hits)])
    ]


def _at(reading: Reading, index: int, last: _Hit | None) -> _Hit | None:
    hit = _listed(reading, index) or _titled(reading, index)
    if hit is not None or is_blocked(reading.words[index]):
        return hit
    hit = _kin(reading, index) or _full_name(reading, index)
    if hit is not None or reading.lists.cautious:
        return hit
    if last is not None and last.after in {index, index - 1} and (hit := _joined(reading, index, last)) is not None:
        return hit
    signals: tuple[Callable[[Reading, int], _Hit | None], ...] = (_signed, _named, _thanked, _at_work, _bare)
    return next((hit for signal in signals if (hit := signal(reading, index)) is not None), None)


def _listed(reading: Reading, index: int) -> _Hit | None:
    """Find the names of the site's own list, whole or in part."""
    folded = tuple(word.folded for word in reading.words[index : index + reading.lists.longest])
    for length in range(len(folded), 0, -1):
        if folded[:length] in reading.lists.full:
            return _Hit(index, index + length, "STAFF", "site_list", 1.0)
    word = reading.words[index]
    if word.folded in reading.lists.parts and not word.is_protected:
        return _Hit(index, reading.name_end(index), "STAFF", "site_list_part", 0.9)
    return None


def _titled(reading: Reading, index: int) -> _Hit | None:
    """Find names after a title or a role ('Dr Kelly', 'nurse Siobhan')."""
    if index == 0:
        return None
    title, word, gap = reading.words[index - 1], reading.words[index], reading.gap(index)
    strict = title.folded in cues.STRICT_TITLES
    if gap not in {" ", "  "} and not (strict and gap in {". ", ".", ": "}):
        return None
    looks_named = word.is_capital and (is_forename(word) or is_surname(word))
    if word.folded in cues.NEVER or (is_blocked(word) and not looks_named):
        return None
    # 'my sister Mary' is kin, 'Sister Mary' a nurse or a nun.
    if title.folded == "sister" and index > 1 and reading.words[index - 2].folded in cues.OWNERS - {"the"}:
        return None
    accepted = _after_strict_title(word, title) if strict else _after_role(reading, index)
    if not accepted:
        return None
    staff = title.folded in cues.STAFF_TITLES | cues.ROLES
    after = reading.name_end(index, after_title=True)
    return _Hit(index, after, "STAFF" if staff else "PERSON", "title", 0.95 if strict else 0.9)


def _after_strict_title(word: Word, title: Word) -> bool:
    if word.is_capital:
        return word.text != "I" and word.folded not in {"appointment", "surgery"}
    if is_clear(word) and (is_near_forename(word) or is_surname(word)):
        return True
    return title.folded in {"mr", "mrs"} and len(word.folded) > 2 and is_clear(word)


def _after_role(reading: Reading, index: int) -> bool:
    title, word = reading.words[index - 1], reading.words[index]
    if title.folded not in cues.SOFT_TITLES | cues.CUE_ROLES:
        return False
    if not word.is_capital:
        far = is_clear(word) and word.folded in gazetteer.far_forenames()
        return far or is_clear_lower(word) or cues.PREFIXED.match(word.folded) is not None
    if word.folded in cues.PARTICLES and reading.is_joined_on(index + 1) and reading.words[index + 1].is_capital:
        return True
    if is_facility_word(word.text):
        return False
    if is_forename(word) or is_surname(word):
        return is_clear(word) or not reading.names_a_facility(index + 1)
    if len(word.text) == 1:
        return word.text not in "AISX" and cues.DIGIT.match(reading.text, word.end) is None
    return is_titlecase(word) and is_clear(word) and not word.is_protected


def _full_name(reading: Reading, index: int) -> _Hit | None:
    """Find a forename or an initial with a surname after it."""
    after = reading.name_end(index)
    if after == index + 1 or reading.names_a_facility(after):
        return None
    word, following, last = reading.words[index], reading.words[index + 1], reading.words[after - 1]
    if word.is_protected and following.is_protected:
        return None
    if word.is_capital and len(word.text) == 1:
        dotted = reading.text[word.end : word.end + 1] == "."
        sure = is_surname(last) and (dotted or (is_clear(last) and word.text not in "AI"))
        return _Hit(index, after, "PERSON", "initial", 0.8) if sure else None
    if not word.is_capital and not is_clear_lower(word):
        return None
    in_model = word.is_person and following.is_person
    if not is_forename(word):
        shaped = in_model and is_titlecase(word) and is_clear(word) and is_clear(following) and is_surname(following)
        shaped = shaped and not word.is_protected
        return _Hit(index, after, "PERSON", "model_and_shape", 0.6) if shaped else None
    sure = is_clear(word) or is_clear(last) or in_model
    return _Hit(index, after, "PERSON", "full_name", 0.9) if sure else None


def _kin(reading: Reading, index: int) -> _Hit | None:
    """Find names after a kin word ('my mum Mary', 'her husband, Will,')."""
    if index == 0:
        return None
    relation, word, gap = reading.words[index - 1], reading.words[index], reading.gap(index)
    owned = reading.is_owned(index - 1)
    if relation.folded not in cues.KIN or gap not in {" ", "  ", ", ", " (", " - ", ": "} or not (owned or gap == " "):
        return None
    if word.is_capital:
        in_model = word.is_person and is_clear(word) and not word.is_protected
        unknown = owned and gap == " " and is_titlecase(word) and is_clear(word) and not word.is_protected
        accepted = (is_forename(word) or in_model or unknown) and not reading.names_a_facility(index + 1)
    else:
        accepted = is_clear_lower(word)
    return _Hit(index, reading.name_end(index), "PERSON", "kin_cue", 0.9) if accepted else None


def _signed(reading: Reading, index: int) -> _Hit | None:
    """Find the name under a comment ('Kind regards, Paddy')."""
    after = reading.name_end(index, after_title=True)
    if not cues.ONLY_CLOSING.match(reading.text, reading.words[after - 1].end):
        return None
    before, word = reading.before(index), reading.words[index]
    cue = cues.SIGN_OFF.search(before)
    if cue is None and cues.DASH_BEFORE.search(before) is None:
        return None
    marked = cue is not None and cue.group("mark") != " " * len(cue.group("mark"))
    clear = is_clear(word)
    named = is_forename(word) and (word.is_capital or clear)
    named = named or (word.is_capital and is_surname(word) and clear)
    unknown = marked and word.is_capital and clear and (is_titlecase(word) or len(word.text) <= 2)
    if word.is_protected and not is_forename(word):
        return None
    return _Hit(index, after, "PERSON", "sign_off", 0.85) if named or unknown else None


def _named(reading: Reading, index: int) -> _Hit | None:
    """Find names after 'called', 'named', 'name is'."""
    before, word = reading.before(index), reading.words[index]
    called = cues.CALLED.search(before) is not None
    strong = cues.STRONG_NAMING.search(before) is not None
    if not (called or strong or cues.NAMING.search(before)):
        return None
    earlier = reading.words[max(0, index - 6) : index - 1]
    of_person = any(other.folded in cues.PERSON_NOUNS | {"my", "his", "her", "their"} for other in earlier)
    clear = is_clear(word)
    if word.is_capital:
        known = is_forename(word) or (is_surname(word) and clear)
        known = known and (clear or of_person or strong) and not reading.names_a_facility(index + 1)
        unknown = of_person and (called or strong) and clear and is_titlecase(word)
        accepted = known or (unknown and not word.is_protected)
    else:
        accepted = is_clear_lower(word)
    staff = any(other.folded in cues.ROLES for other in earlier)
    kind = "STAFF" if staff else "PERSON"
    return _Hit(index, reading.name_end(index), kind, "naming_cue", 0.9) if accepted else None


def _thanked(reading: Reading, index: int) -> _Hit | None:
    """Find names after thanks, praise or a meeting ('thanks to Grace', 'seen by Jomar')."""
    before, word = reading.before(index), reading.words[index]
    thanks = cues.THANKS.search(before) is not None
    if not (thanks or cues.MEETING.search(before)) or reading.names_a_facility(index + 1):
        return None
    if word.is_protected and not (thanks and is_forename(word) and not is_clear(word)):
        return None
    if word.is_capital:
        known = is_forename(word) and (thanks or is_clear(word) or word.is_person)
        signs = (is_surname(word) and thanks) or (word.is_person and (thanks or reading.verb_follows(index)))
        accepted = known or (is_clear(word) and is_titlecase(word) and signs)
    else:
        accepted = is_clear_lower(word)
    kind = "STAFF" if thanks else "PERSON"
    return _Hit(index, reading.name_end(index), kind, "thanks_cue", 0.85) if accepted else None


def _at_work(reading: Reading, index: int) -> _Hit | None:
    """Find names told by where the person works, and 'our' people ('Blessing the porter', 'wee Oisín')."""
    word = reading.words[index]
    if not is_titlecase(word) or word.is_protected or word.folded in _NOT_BEFORE_VERBS:
        return None
    after = reading.name_end(index)
    if is_near_forename(word) or (is_forename(word) and not word.opens_sentence):
        ours = cues.OURS.search(reading.before(index)) is not None and not reading.names_a_facility(after)
    else:
        ours = False
    known = is_forename(word) or (is_clear(word) and not word.opens_sentence)
    works = known and cues.AT_WORK.match(reading.after(after)) is not None
    if not ours and not works:
        return None
    return _Hit(index, after, "STAFF" if works else "PERSON", "at_work" if works else "ours", 0.75)


def _joined(reading: Reading, index: int, last: _Hit) -> _Hit | None:
    """Find a name listed after another ('Ciara, Grace and Bronagh')."""
    word = reading.words[index]
    between = reading.text[reading.words[last.after - 1].end : word.start]
    if not cues.JOINED.fullmatch(between) or reading.names_a_facility(index + 1):
        return None
    if word.is_protected and (is_clear(word) or not is_forename(word)):
        return None
    listed = is_forename(word) or (is_clear(word) and is_titlecase(word))
    accepted = listed if word.is_capital else is_clear_lower(word)
    return _Hit(index, reading.name_end(index), last.kind, "joined", 0.8) if accepted else None


def _bare(reading: Reading, index: int) -> _Hit | None:
    """Find a name on its own, told by the lists, the verb after it and the language model together."""
    word = reading.words[index]
    if word.is_protected or reading.names_a_facility(index + 1) or reading.follows_saint(index):
        return None
    follows = reading.verb_follows(index) or reading.name_follows(index)
    rule, score = _verdict(word, verb_follows=follows)
    return _Hit(index, reading.name_end(index), "PERSON", rule, score) if rule else None


def _verdict(word: Word, *, verb_follows: bool) -> tuple[str, float]:
    clear = is_clear(word)
    if clear and is_near_forename(word) and (word.is_capital or len(word.folded) >= _BARE_LOWER_AT_LEAST):
        return "name_list", 0.75 if word.is_capital else 0.6
    if not is_titlecase(word):
        return "", 0.0
    if clear and is_forename(word) and (word.is_person or verb_follows):
        return "name_list_far", 0.6
    if clear and (cues.PREFIXED.match(word.folded) or cues.MAC.match(word.text)):
        return "surname_shape", 0.6
    if clear and word.is_person and verb_follows and (is_surname(word) or not word.opens_sentence):
        return "model_and_sign", 0.55
    if (
        verb_follows
        and (is_near_forename(word) or (word.is_person and is_forename(word)))
        and word.folded not in _NOT_BEFORE_VERBS
    ):
        return "list_and_verb", 0.55
    return "", 0.0


def _with_role(reading: Reading, hit: _Hit) -> str:
    """Return STAFF where the words around a name say that the person works there."""
    if hit.kind == "STAFF" or hit.rule in {"kin_cue", "sign_off"}:
        return hit.kind
    if cues.ROLE_AFTER.match(reading.after(hit.after)):
        return "STAFF"
    roles = any(word.folded in cues.CUE_ROLES for word in reading.words[max(0, hit.first - 3) : hit.first])
    new_sentence = any(mark in reading.before(hit.first)[-25:] for mark in ".!?;\n")
    return "STAFF" if roles and not new_sentence else hit.kind


def _repeated(reading: Reading, hits: list[_Hit]) -> list[_Hit]:
    """Find other mentions of the names found ('my mum Grace ... and Grace said')."""
    taken = {index for hit in hits for index in range(hit.first, hit.after)}
    kinds: dict[str, str] = {}
    for hit in hits:
        for word in reading.words[hit.first : hit.after]:
            if len(word.text) > 2 and word.folded not in cues.PARTICLES:
                kinds.setdefault(word.folded, hit.kind)
    return [
        _Hit(index, index + 1, kinds[word.folded], "repeated", 0.7)
        for index, word in enumerate(reading.words)
        if word.folded in kinds and index not in taken and _is_repeat(reading, index)
    ]


def _is_repeat(reading: Reading, index: int) -> bool:
    word = reading.words[index]
    if word.is_kept or (word.is_protected and not is_forename(word)) or reading.names_a_facility(index + 1):
        return False
    if not word.is_capital:
        return is_clear(word) and not word.is_protected
    follows = reading.words[index + 1].folded if index + 1 < len(reading.words) else ""
    return is_clear(word) or not (word.opens_sentence and follows in cues.AFTER_A_VERB)
