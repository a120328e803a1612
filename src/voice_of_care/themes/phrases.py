"""Phrases people used, as candidates for theme labels: noun phrases, doings and qualities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.themes.words import FUNCTION_WORDS, LIGHT_WORDS, TAG, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc, Token

QUALITIES = {
    "kind": "kindness",
    "caring": "caring manner",
    "friendly": "friendliness",
    "helpful": "helpfulness",
    "polite": "politeness",
    "rude": "rudeness",
    "professional": "professionalism",
    "clean": "cleanliness",
    "dirty": "cleanliness",
    "supportive": "support",
    "compassionate": "compassion",
    "respectful": "respect",
    "understanding": "understanding",
    "reassuring": "reassurance",
    "efficient": "efficiency",
    "punctual": "punctuality",
    "late": "lateness",
    "safe": "safety",
    "unsafe": "safety",
    "comfortable": "comfort",
    "uncomfortable": "comfort",
    "noisy": "noise",
    "private": "privacy",
    "reliable": "reliability",
    "courteous": "courtesy",
    "thorough": "thoroughness",
    "dignified": "dignity",
    "lonely": "loneliness",
    "anxious": "anxiety",
    "tired": "tiredness",
    "exhausted": "exhaustion",
    "stressed": "stress",
    "short-staffed": "staff shortages",
    "understaffed": "staff shortages",
    "confusing": "confusion",
    "confused": "confusion",
    "approachable": "approachability",
    "attentive": "attentiveness",
}
"""Adjectives and the noun a theme is named by."""

_GERUNDS_KEPT = {
    "wait": "waiting", "listen": "listening", "park": "parking", "explain": "explaining",
    "communicate": "communication",
    "care": "care", "treat": "treatment", "staff": "staffing", "train": "training", "appoint": "appointments",
    "support": "support", "discharge": "discharge",
}  # fmt: skip
_SKIP_VERBS = word_set(
    """
    be have do get go make take give come say tell think know want need feel see try let keep put find use seem
    mean ask could would should might can will improve love like hope wish thank appreciate enjoy start end
    happen stop
    """
)
_PREPOSITIONS = word_set(
    """
    of for to with from about between
    """
)
SETTING_WORDS = word_set(
    """
    hospital hospitals care service services staff staffs ward wards nhs team teams patient patients trust
    department unit clinic healthcare treatment experience visit visits stay
    """
)
"""Words of the setting: in this place they tell no theme from another, so they name one only within a phrase."""

_VAGUE = SETTING_WORDS | word_set(
    """
    thing things lot bit time times day days week weeks month year years way people person everyone everything
    anything nothing something someone one ones part end fact reason kind sort rest point case side line area
    number place man men woman lady guy guys chap hour hours minute minutes mins moment today yesterday tomorrow
    home problem problems issues issue experience job course weekend weekends night nights morning mornings
    evening evenings afternoon afternoons noon midnight lunchtime teatime start finish class word words lots
    half plenty use girl girls boy boys daddy mummy mum mother father dad husband wife son daughter aspect
    aspects couple occasion
    """
)
"""Nouns that name no topic alone; they may stand in a longer phrase ("waiting times")."""


class Phrase(NamedTuple):
    """A candidate: what tells it from others (lemmas), how it reads, and how many words of content it has."""

    key: tuple[str, ...]
    shown: str
    content: int


def phrases_of(texts: Sequence[str], *, nlp: Language, stop_words: frozenset[str]) -> list[list[Phrase]]:
    """Return the distinct candidate phrases of each text, in order of appearance."""
    readable = [_readable(text) for text in texts]
    doings = {word for text in readable for word in text.lower().split() if word.endswith("ing")}
    found = []
    for doc in nlp.pipe(readable, batch_size=64):
        unique: dict[tuple[str, ...], Phrase] = {}
        for phrase in _candidates(doc, stop_words, doings):
            unique.setdefault(phrase.key, phrase)
        found.append(list(unique.values()))
    return found


def _readable(text: str) -> str:
    bare = " ".join(TAG.sub(" ", text).split())
    return bare if any(character.islower() for character in bare) else bare.lower()


def _candidates(doc: Doc, stop_words: frozenset[str], doings: set[str]) -> Iterator[Phrase]:
    for token in doc:
        if token.pos_ == "NOUN" and token.dep_ != "compound" and _names(token, stop_words):
            yield from _noun_phrases(token, stop_words)
        elif token.pos_ == "ADJ" and token.lower_ in QUALITIES:
            noun = QUALITIES[token.lower_]
            yield Phrase((noun,), noun, 1)
            bearer = _bearer(token)
            if bearer is not None and _names(bearer, stop_words):
                yield Phrase((noun, "of", _lemma(bearer)), f"{noun} of {_plural(bearer)}", 2)
        elif token.pos_ == "VERB" and token.lemma_.lower() in _GERUNDS_KEPT:
            noun = _GERUNDS_KEPT[token.lemma_.lower()]
            yield Phrase((noun,), noun, 1)
            yield from _doings(token, noun, stop_words)
        elif (
            token.pos_ == "VERB" and token.lemma_.lower() not in _SKIP_VERBS and gerund(token.lemma_.lower()) in doings
        ):
            yield from _doings(token, gerund(token.lemma_.lower()), stop_words)


def _names(token: Token, stop_words: frozenset[str]) -> bool:
    word = token.lower_
    return (
        word.isalpha()
        and len(word) > 2
        and word not in FUNCTION_WORDS
        and word not in LIGHT_WORDS
        and word not in stop_words
        and token.lemma_.lower() not in stop_words
    )


def _noun_phrases(head: Token, stop_words: frozenset[str]) -> Iterator[Phrase]:
    base = [child for child in head.lefts if child.dep_ == "compound" and _plain(child)]
    words = [*base, head]
    if len(words) == 1:
        if head.lower_ not in _VAGUE:
            yield Phrase((_lemma(head),), head.lower_, 1)
    else:
        if head.lower_ not in _VAGUE and head.lower_ not in SETTING_WORDS:
            yield Phrase((_lemma(head),), head.lower_, 1)
        yield Phrase(tuple(_lemma(word) for word in words[-3:]), " ".join(word.lower_ for word in words[-3:]), 2)
    adjectives = [
        child for child in head.lefts if child.dep_ == "amod" and child.pos_ in ("ADJ", "VERB") and _topical(child)
    ]
    if adjectives:
        full = [adjectives[-1], *words[-2:]]
        yield Phrase(tuple(_lemma(word) for word in full), " ".join(word.lower_ for word in full), 2)
    for link in head.rights:
        if link.dep_ != "prep" or link.lower_ not in _PREPOSITIONS:
            continue
        for target in link.children:
            if (
                target.dep_ == "pobj"
                and target.pos_ == "NOUN"
                and _names(target, stop_words)
                and target.lower_ not in _VAGUE
            ):
                shown = f"{' '.join(word.lower_ for word in words[-2:])} {link.lower_} {target.lower_}"
                yield Phrase((*(_lemma(word) for word in words[-2:]), link.lower_, _lemma(target)), shown, 2)


def _doings(verb: Token, noun: str, stop_words: frozenset[str]) -> Iterator[Phrase]:
    for child in verb.rights:
        if child.dep_ == "dobj" and child.pos_ == "NOUN" and _names(child, stop_words) and child.lower_ not in _VAGUE:
            yield Phrase((noun, _lemma(child)), f"{noun} {child.lower_}", 2)
        if child.dep_ == "prep" and child.lower_ in ("for", "to", "with", "about"):
            for target in child.children:
                if (
                    target.dep_ == "pobj"
                    and target.pos_ == "NOUN"
                    and _names(target, stop_words)
                    and target.lower_ not in _VAGUE
                ):
                    yield Phrase((noun, child.lower_, _lemma(target)), f"{noun} {child.lower_} {target.lower_}", 2)


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


def _plural(token: Token) -> str:
    if token.tag_ == "NNS" or token.lower_ in UNCOUNTED:
        return token.lower_
    return (
        f"{token.lower_[:-1]}ies"
        if token.lower_.endswith("y") and token.lower_[-2:-1] not in "aeiou"
        else f"{token.lower_}s"
    )


UNCOUNTED = frozenset(
    {"staff", "food", "care", "communication", "information", "support", "treatment", "crew", "team", "transport"}
)


def _plain(token: Token) -> bool:
    return token.pos_ == "NOUN" and token.lower_.isalpha() and len(token) > 1


_OPINIONS = word_set(
    """
    good great excellent bad poor nice lovely amazing brilliant fantastic wonderful terrible awful own same
    other first last next new old more less much many few better best worse worst different certain whole only
    such further possible able sure due fine ok okay happy high low big small little real right wrong very
    recent previous particular second third actual overall fab superb perfect outstanding exceptional top
    general total full
    """
)


def _topical(token: Token) -> bool:
    return token.lower_.isalpha() and token.lower_ not in _OPINIONS and token.lower_ not in FUNCTION_WORDS


def _lemma(token: Token) -> str:
    return token.lemma_.lower() or token.lower_


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
