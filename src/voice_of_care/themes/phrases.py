"""Phrases people used: candidates for labels (noun phrases, doings, qualities), and what was said of what."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.themes.vocabulary import (
    DATES,
    DOINGS,
    EMPTY_ADJECTIVES,
    IRREGULAR_PLURALS,
    LEMMAS,
    OPINIONS,
    QUALITIES,
    SETTING_WORDS,
    SKIPPED_VERBS,
    TIME_WORDS,
    TURNS_OF_SPEECH,
    UNCOUNTED,
    VAGUE_WORDS,
)
from voice_of_care.themes.words import FUNCTION_WORDS, LIGHT_WORDS, TAG, content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Token

NOUN_SHARE = 0.5
"""A word names a theme alone only where at least this share of its uses are as a noun: "ring" mostly is none."""

NAME_SHARE = 0.5
"""A word written with a capital within a sentence more often than this is a name: of a place, a system, a person."""

PLURAL_SHARE = 0.15
"""A phrase takes the plural where that makes up this share of its uses ("appointments")."""

ONE_OF_MANY_SHARE = 0.1
"""So does one that is used with "a" or "an", or in the plural, as often as this."""

_MOST_WORDS = 3
_JOINED = re.compile(r"[A-Z][a-z]+")


class Phrase(NamedTuple):
    """A phrase as used once: what tells it from others (lemmas), how it reads, its words of content, its article.

    `article` is "a" or "the" for a noun in the singular, "s" for one in the plural, and empty otherwise.
    """

    key: tuple[str, ...]
    shown: str
    content: int
    article: str = ""


class Readings(NamedTuple):
    """What a set of texts was read as.

    Each text has candidate phrases for labels (`topics`) and what was said of what (`sayings`: "long waits"). `family`
    gives the word that stands for a form ("waited" is of "waiting"). `barred` words name nothing alone, as they mostly
    are no nouns; `names` are written with a capital and name nothing at all.
    """

    topics: list[list[Phrase]]
    sayings: list[list[Phrase]]
    family: dict[str, str]
    barred: frozenset[str]
    names: frozenset[str]


def read_phrases(texts: Sequence[str], *, nlp: Language, stop_words: frozenset[str]) -> Readings:
    """Return the distinct phrases of each text, in order of appearance."""
    readable = [_readable(text) for text in texts]
    doings = {word for text in readable for word in text.lower().split() if word.endswith("ing")}
    topics, sayings = [], []
    votes = _Votes()
    for doc in nlp.pipe(readable, batch_size=64):
        topics.append(_distinct(_topics(doc, stop_words, doings)))
        sayings.append(_distinct(_sayings(doc, stop_words)))
        votes.count(doc)
    return Readings(topics, sayings, votes.families(), votes.barred(), votes.names())


def _distinct(phrases: Iterable[Phrase]) -> list[Phrase]:
    unique: dict[tuple[str, ...], Phrase] = {}
    for phrase in phrases:
        unique.setdefault(phrase.key, phrase)
    return list(unique.values())


def _readable(text: str) -> str:
    bare = " ".join(TAG.sub(" ", text).split())
    return bare if any(character.islower() for character in bare) else bare.lower()


class _Votes:
    """Counts how each word is used: as a noun or not, as a name or not, and of which family."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._nouns: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        self._within: Counter[str] = Counter()
        self._family: dict[str, Counter[str]] = {}

    def count(self, doc: Doc) -> None:
        """Add the words of a text."""
        for token in doc:
            word = token.lower_
            if not word.isalpha():
                continue
            lemma = _lemma(token)
            self._uses[lemma] += 1
            self._nouns[lemma] += token.pos_ == "NOUN"
            if not token.is_sent_start:
                self._within[lemma] += 1
                self._names[lemma] += token.text[0].isupper()
            for part in _parts_of_name(token.text):
                self._within[part] += 1
                self._names[part] += 1
            self._family.setdefault(word, Counter())[family_of(lemma)] += 1

    def families(self) -> dict[str, str]:
        """Return the commonest family of each form."""
        return {word: min(found, key=lambda name: (-found[name], name)) for word, found in sorted(self._family.items())}

    def barred(self) -> frozenset[str]:
        """Return words that mostly are no nouns."""
        return frozenset(word for word, uses in self._uses.items() if self._nouns[word] < NOUN_SHARE * uses)

    def names(self) -> frozenset[str]:
        """Return words that within a sentence are mostly written with a capital."""
        return frozenset(word for word, within in self._within.items() if self._names[word] > NAME_SHARE * within)


def _parts_of_name(word: str) -> list[str]:
    """Return the words a name is joined from: "CareLink" is of "care" and "link"."""
    parts = _JOINED.findall(word)
    return [part.lower() for part in parts] if len(parts) > 1 and "".join(parts) == word else []


def family_of(lemma: str) -> str:
    """Return the word that stands for a lemma and its kin."""
    return DOINGS.get(lemma) or QUALITIES.get(lemma, lemma)


def families_said(text: str, family: Mapping[str, str]) -> frozenset[str]:
    """Return the families of a text's words and turns of speech."""
    found = {family.get(word, word) for word in content_words(text)}
    return frozenset(found | {name for turn, name in TURNS_OF_SPEECH if turn.search(text)})


def _topics(doc: Doc, stop_words: frozenset[str], doings: set[str]) -> Iterator[Phrase]:
    for token in doc:
        lemma = _lemma(token)
        if _is_fragment(token):
            continue
        if token.pos_ == "NOUN" and token.dep_ != "compound" and _names(token, stop_words) and not _is_opinion(token):
            yield from _noun_phrases(token, stop_words)
        elif token.pos_ == "ADJ" and _quality_of(token):
            yield from _quality(token, stop_words)
        elif token.pos_ == "VERB" and lemma in DOINGS and _names(token, stop_words):
            yield Phrase((DOINGS[lemma],), DOINGS[lemma], 1)
            yield from _doings(token, gerund(lemma), stop_words)
        elif token.pos_ == "VERB" and lemma not in SKIPPED_VERBS and gerund(lemma) in doings:
            yield from _doings(token, gerund(lemma), stop_words)


def _quality(token: Token, stop_words: frozenset[str]) -> Iterator[Phrase]:
    noun = _quality_of(token)
    if {_written(token), noun} & stop_words:
        return
    yield Phrase((noun,), noun, 1)
    bearer = _bearer(token)
    if bearer is not None and _names(bearer, stop_words) and bearer.lower_ not in VAGUE_WORDS:
        yield Phrase((noun, "of", _lemma(bearer)), f"{noun} of {_plural(bearer)}", 2)


def _quality_of(token: Token) -> str:
    return QUALITIES.get(_written(token)) or QUALITIES.get(_lemma(token), "")


def _names(token: Token, stop_words: frozenset[str]) -> bool:
    word = token.lower_
    return (
        word.isalpha()
        and len(word) > 2
        and word not in FUNCTION_WORDS
        and word not in LIGHT_WORDS
        and word not in DATES
        and not {word, token.lemma_.lower()} & stop_words
    )


def _noun_phrases(head: Token, stop_words: frozenset[str]) -> Iterator[Phrase]:
    lemma = _lemma(head)
    if head.lower_ not in VAGUE_WORDS and lemma not in VAGUE_WORDS:
        if lemma in DOINGS:
            yield Phrase((DOINGS[lemma],), DOINGS[lemma], 1)
        else:
            yield Phrase((lemma,), _written(head), 1, _article(head))
    words = _compound(head)
    if len(words) > 1:
        yield Phrase(tuple(_lemma(word) for word in words), _read(words), 2, _article(head))
    adjectives = [
        child for child in head.lefts if child.dep_ == "amod" and child.pos_ in ("ADJ", "VERB") and _is_topical(child)
    ]
    if adjectives and len(words) == 1:
        full = [adjectives[-1], head]
        yield Phrase(tuple(_lemma(word) for word in full), _read(full), 2, _article(head))
    for link in head.rights:
        if link.dep_ != "prep" or link.lower_ != "of":
            continue
        for target in _objects(link, stop_words):
            if _article(target) in ("a", "the"):
                continue
            yield Phrase((lemma, "of", _lemma(target)), f"{_written(head)} of {target.lower_}", 2, _article(head))


def _doings(verb: Token, noun: str, stop_words: frozenset[str]) -> Iterator[Phrase]:
    for child in verb.rights:
        if child.dep_ == "dobj" and child.pos_ == "NOUN" and _can_end(child, stop_words):
            yield Phrase((_lemma(verb), _lemma(child)), f"{noun} {_plural(child)}", 2)
        if child.dep_ == "prep" and child.lower_ in ("for", "to", "about"):
            for target in _objects(child, stop_words):
                shown = f"{noun} {child.lower_} {_plural(target)}"
                yield Phrase((_lemma(verb), child.lower_, _lemma(target)), shown, 2)


def _objects(preposition: Token, stop_words: frozenset[str]) -> list[Token]:
    return [
        target
        for target in preposition.children
        if target.dep_ == "pobj" and target.pos_ == "NOUN" and _can_end(target, stop_words)
    ]


def _is_opinion(token: Token) -> bool:
    return bool({token.lower_, _lemma(token)} & OPINIONS)


def _can_end(token: Token, stop_words: frozenset[str]) -> bool:
    is_vague = bool({token.lower_, _lemma(token)} & (VAGUE_WORDS | OPINIONS))
    return _names(token, stop_words) and not is_vague


def _bearer(quality: Token) -> Token | None:
    """Return the noun a quality is said of: "the nurses were kind", "kind nurses"."""
    if quality.dep_ == "amod" and quality.head.pos_ == "NOUN":
        return quality.head
    verb = quality.head if quality.dep_ in ("acomp", "conj", "attr") else None
    while verb is not None and verb.dep_ == "acomp":
        verb = verb.head
    subjects = (
        [child for child in verb.children if child.dep_ == "nsubj" and child.pos_ == "NOUN"] if verb is not None else []
    )
    return subjects[0] if subjects else None


def _sayings(doc: Doc, stop_words: frozenset[str]) -> Iterator[Phrase]:
    """Yield what was said of what: "long waits", "no parking", "not enough staff"."""
    for token in doc:
        if token.pos_ == "ADJ" and not _is_fragment(token) and not _is_negated(token):
            yield from _said_of(token, stop_words)
        elif token.lower_ == "no" and token.dep_ == "det" and token.head.pos_ == "NOUN":
            noun = token.head
            if _can_end(noun, stop_words):
                yield Phrase(("no", _lemma(noun)), f"no {_with_compound(noun)}", 2)
        elif token.lower_ == "enough" and token.head.pos_ == "NOUN" and _is_negated(token):
            if _names(token.head, stop_words):
                yield Phrase(("not", "enough", _lemma(token.head)), f"not enough {_with_compound(token.head)}", 2)
        elif token.lower_ == "lack":
            for link in token.rights:
                if link.lower_ == "of":
                    for target in _objects(link, stop_words):
                        yield Phrase(("lack", _lemma(target)), f"lack of {_with_compound(target)}", 2, "the")


def _said_of(adjective: Token, stop_words: frozenset[str]) -> Iterator[Phrase]:
    word = _written(adjective)
    if adjective.lower_ in EMPTY_ADJECTIVES or adjective.lower_ in FUNCTION_WORDS or adjective.lower_ in stop_words:
        return
    if not adjective.lower_.isalpha() or len(adjective) < 3:
        return
    bearer = _bearer(adjective)
    is_named = bearer is not None and _names(bearer, stop_words)
    if bearer is None or not is_named or (bearer.lower_ in VAGUE_WORDS and bearer.lower_ not in SETTING_WORDS):
        return
    words = _compound(bearer)
    yield Phrase((_lemma(adjective), *map(_lemma, words)), f"{word} {_read(words)}", 2, _article(bearer))


def _is_negated(token: Token) -> bool:
    near = [*token.children, *token.head.children] if token.head is not token else list(token.children)
    return any(child.dep_ == "neg" or child.lower_ in {"not", "never", "n't"} for child in near)


def _with_compound(noun: Token) -> str:
    return _read(_compound(noun))


def _compound(noun: Token) -> list[Token]:
    """Return a noun with the nouns before it that it is made of."""
    base = [child for child in noun.lefts if child.dep_ == "compound" and _plain(child) and not _is_fragment(child)]
    return [*base, noun][-_MOST_WORDS:]


def _article(noun: Token) -> str:
    if noun.tag_ == "NNS":
        return "s"
    if _lemma(noun) in UNCOUNTED:
        return ""
    marks = {child.lower_ for child in noun.lefts if child.dep_ in ("det", "poss", "nummod")}
    if marks & {"a", "an", "one", "every", "each", "another"}:
        return "a"
    return "the" if marks & {"the", "my", "our", "his", "her", "their", "this", "that", "your"} else ""


def shown_forms(phrases: Sequence[Sequence[Phrase]]) -> dict[tuple[str, ...], Phrase]:
    """Return how each phrase reads: its plural where that is said often enough, else its commonest form.

    A noun for one of many ("a letter") takes the plural. The `article` of what is returned is "the" where a singular
    needs one within a sentence.
    """
    forms: dict[tuple[str, ...], Counter[tuple[str, str]]] = {}
    known: dict[tuple[str, ...], Phrase] = {}
    for each in phrases:
        for phrase in each:
            forms.setdefault(phrase.key, Counter())[phrase.shown, phrase.article] += 1
            known[phrase.key] = phrase
    return {key: _shown(known[key], found) for key, found in forms.items()}


def _shown(phrase: Phrase, found: Counter[tuple[str, str]]) -> Phrase:
    plurals: Counter[str] = Counter()
    singles: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    for (form, article), count in found.items():
        (plurals if article == "s" else singles)[form] += count
        articles[article] += count
    total = found.total()
    is_one_of_many = articles["a"] + articles["s"] >= ONE_OF_MANY_SHARE * total
    if not singles or articles["s"] >= PLURAL_SHARE * total:
        return phrase._replace(shown=_commonest(plurals), article="s")
    common = _commonest(singles)
    if common.endswith(" time") or is_one_of_many:
        return phrase._replace(shown=_commonest(plurals) if plurals else plural_of(common), article="s")
    return phrase._replace(shown=common, article="the" if 2 * articles["the"] >= total else "")


def _commonest(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))


def _is_fragment(token: Token) -> bool:
    """Tell whether a word is the first part of a hyphenated one."""
    following = token.i + 1
    return following + 1 < len(token.doc) and token.doc[following].text == "-" and not token.whitespace_


def _written(token: Token) -> str:
    """Return a word in lower case with what a hyphen joins to its front: "x-ray"."""
    word = token.lower_
    place = token.i
    while place >= 2 and token.doc[place - 1].text == "-" and not token.doc[place - 2].whitespace_:
        place -= 2
        word = f"{token.doc[place].lower_}-{word}"
    return word


def _read(words: Sequence[Token]) -> str:
    return " ".join(_written(word) for word in words)


def _plural(token: Token) -> str:
    """Return the plural of what was counted: "the phone", but not "neglect"."""
    if not _article(token):
        return token.lower_
    return token.lower_ if token.tag_ == "NNS" else plural_of(token.lower_)


def plural_of(phrase: str) -> str:
    """Return the plural of a phrase by rule; words that take none stay."""
    head, of, rest = phrase.partition(" of ")
    front, _, word = head.rpartition(" ")
    return f"{front} {_many(word)}".strip() + of + rest


def _many(word: str) -> str:
    if word in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[word]
    if word in UNCOUNTED or (word.endswith("s") and not word.endswith("ss")):
        return word
    if word.endswith(("ing", "ness", "ship")):
        return word
    if word.endswith(("ss", "x", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else f"{word}s"


def _plain(token: Token) -> bool:
    is_word = token.pos_ == "NOUN" and token.lower_.isalpha() and len(token) > 1
    return is_word and token.lower_ not in DATES and _lemma(token) not in TIME_WORDS


def _is_topical(token: Token) -> bool:
    word = token.lower_
    forms = {word, _lemma(token)}
    return word.isalpha() and not forms & (OPINIONS | FUNCTION_WORDS | QUALITIES.keys())


def _lemma(token: Token) -> str:
    return LEMMAS.get(token.lower_) or token.lemma_.lower() or token.lower_


def gerund(verb: str) -> str:
    """Return the -ing form of a verb, by rule."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    vowels = "aeiou"
    if len(verb) in (3, 4) and verb[-1] not in "aeiouwxy" and verb[-2] in vowels and verb[-3] not in vowels:
        return f"{verb}{verb[-1]}ing"
    return f"{verb}ing"
