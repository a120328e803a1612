"""Praise, concern or suggestion: words and question tell what asks for something, sentiment tells the rest."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from voice_of_care.heads import question_kind
from voice_of_care.lexicon import find_signs, read

Kind = Literal["praise", "concern", "suggestion", "other"]

_MOST_ANSWER_WORDS = 12
"""A longer answer to a question for ideas is judged by its own words."""


_LEANS = 0.05
"""Below zero by more than this, a segment whose label is neutral leans to complaint."""


class Carried(NamedTuple):
    """A kind, and where in the text the words stand that carry it; none where the trained head alone decided."""

    kind: Kind
    start: int | None = None
    end: int | None = None


_ASKS_IDEAS = re.compile(
    r"\b(?:better|improv\w+|chang\w+|differently|do(?:es)? more of|suggest\w*|ideas?|should|could we|could be"
    r"|would you"
    r"|recommend\w*|advice|what would help|what would make)\b",
    re.IGNORECASE,
)
_ASKS_WISHES = re.compile(r"\bhow (?:\w+ ){1,2}know\b|\bwhat matters\b|\bmade a difference\b", re.IGNORECASE)
_NOT_ASKED = re.compile(
    r"\b(?:let down|put down|slow down and|keep (?:it )?up|keep doing|could(?:n't| not) (?:have )?(?:be|been|ask"
    r"|fault|do|say|find|praise|speak)"
    r"|cannot ask|can't ask|would(?:n't| not)? (?:\w+ )?recommend (?:it|them|this|the|to|you|her|him|any|your"
    r"|that to)"
    r"|should(?:n't| not)? (?:\w+ )?(?:be (?:proud|thanked|commended|praised|congratulated|ashamed|disgusted)|have\b)"
    r"|shouldn't\b|should not\b|should never\b|less than|more than|more or less|better than|earlier than"
    r"|quicker than|longer than|pass on (?:my|our)|please (?:thank|accept|give (?:them|my|her|him|all)|tell (?:them"
    r"|her"
    r"|him|the staff)|see|note|find|god|ring me|call me|contact me)|please pass|as you should|how it should"
    r"|the way it"
    r" should|if i should|need more (?:credit|praise|thanks|people like)|more (?:and more|often than not)"
    r"|no(?:body|[ -]one| patient| family)? should|should (?:say|know)\b|would need|no need (?:to|for)|in need of"
    r"|nothing (?:could|needs?)|didn't need|don't need|not need|whatever i need\w*)\b"
)
_MARKERS = re.compile(
    r"\b(?:there|you|we|they|it|people|staff|patients|families|carers|everyone|everybody|somebody|someone|all|\w+s?)"
    r" (?:really |also |all |always )?(?:should|ought to)\b"
    r"|\bneeds? (?:more|an?|better|extra|proper|some|one|another|longer|clearer|quicker|new|to (?:be|have|get|look"
    r"|do|listen"
    r"|go|start|stop|make|put|take|come|sort|ask|learn|know|give|improve|see|train|think|work|fix|employ|provide))\b"
    r"|\b(?:would|'d|wud) (?:(?:really|also|all|probably|certainly) )?(?:help\b|make (?:a|it|all|such|life|things)"
    r"|be (?:\w+ )?(?:better|good|nice|great|useful|helpful|easier|lovely|grand|ideal|handy|brilliant|a (?:help"
    r"|blessing"
    r"|start|good idea|great help))|like (?:to (?:see|have|be)|more|an?|the|some|it if|better)|prefer"
    r"|love to (?:see|have)"
    r"|welcome|benefit|suggest|change lives|sort (?:it|that)|pay for itself|not go amiss|do more|get people"
    r"|cost (?:little|nothing|buttons))\b"
    r"|\bwouldn't (?:go amiss|hurt)\b|\bwould it (?:not )?(?:be|make|help)\b"
    r"|\bi(?:'d| would) (?:put|change|have|add|ask for|bring|give|make|get)\b"
    r"|\bcould (?:really )?(?:do with|use (?:a|more)|be (?:better|improved|done|more|clearer|quicker|warmer|cleaner"
    r"|shorter|longer|easier|earlier|bigger|made))\b|\b(?:could|can) (?:we|you|they|there|somebody|someone|the \w+)"
    r"(?: not)? \w+[^.!]*\?|\bwhy (?:not|can't|don't|doesn't|couldn't|can we not|do you not)\b(?! (?:i|she|he)\b)"
    r"|\b(?:what|how) about (?:a|an|having|some|more|putting|letting|giving)\b"
    r"|\bif only\b(?! (?:i|they|you|she|he|someone|somebody) had\b)"
    r"|\b(?:i|we) wish (?:(?:you|they|there|we|someone|somebody|people|staff|it) (?:would|could|was|were)\b)"
    r"|\b(?:maybe|perhaps) (?:a|an|more|have|some|if|you|we|they|put|get|it|the)\b"
    r"|\bplease (?:(?:please|just|could you|can you|do|don't|do not|try to|try and|also),? )*[a-z]+\b"
    r"|\bthat's all it would take\b|, please\W*$|\bmy (?:advice|suggestion|idea|one change)\b|\bi(?:'d"
    r"| would)? suggest\b|\bsuggest(?:ed|ions?)? (?:that|a|the|would"
    r"|include|was|were)\b|\bwe (?:want|need) (?:a|an|more|to be able)\b|\bneed more\b|\bhave asked (?:us )?for\b"
    r"|(?<!\bi )(?<!\bwe )\bask(?:ed|ing)? (?:us )?(?:for|that)\b(?= (?:a|an|more|one|the|results|letters|some"
    r"|people|super|families)\b)"
    r"|\b(?:proposed|put forward|asked for again|was asked for)\b|\bin favour of\b|\b(?:was|strong|general"
    r"|wide) support for\b"
    r"|\bagreed that an?\b|\bbring back\b|\bit's time (?:for|to|that)\b"
)
_OPENERS = (
    r"^(?:(?:just|please|also|and|or|so|maybe|perhaps|well|aye|honestly|plus|like|i suppose|to be honest|yeah"
    r"|see for me"
    r"|but|another thing|as well as that|on top of that|definitely),? )*"
)
_VERBS = (
    r"bring|give|put|get|stop|make|tell|ask|provide|improve|employ|hire|train|set up|have|send|build|buy|turn|start"
    r"|pay"
    r"|try|write|ring|ensure|allow|offer|reduce|increase|fix|look at(?! what)|listen|introduce|consider|add|install"
    r"|extend|update"
    r"|recruit|invest|sort|replace|publish|share|involve|include|teach|move|remove|return|speed up|slow down|cut|slim"
    r"|knock|cook|fund|explain|warn|treat|remember|don't|do not|let|keep|ring-fence|check|create|develop|organise"
    r"|promote|simplify|split|follow|hold|leave|learn|pick|print|read|respect|run|say|serve|sit|speak|spend|stick"
    r"|take|think|wash|go back|get rid|scrap|ban|lower|raise|do|come|feed|find|talk"
)
_NOUN_VERBS = (
    r"use|change|review|plan|answer|call|book|clean|open|close|show|support|staff|trust|value|help|post|train|name"
)
_IMPERATIVE = re.compile(
    _OPENERS
    + rf"(?:(?:{_VERBS}) (?!(?:me|her|him|my|mum|dad) (?:at|feel|sit|wait|cry|home|through|and|down|in|on|off)\b"
    r"|(?:of|was|is|were|are|and|alone|going|forward|up with|from|than|as)\b|no\b|nothing\b)(?=\w)"
    rf"|(?:{_NOUN_VERBS}) (?:the|an?|our|your|their|people|more|patients|families|all|some|every|each|it|them|one"
    rf"|up|us)\b)"
)
_WISHED_THING = re.compile(
    _OPENERS + r"(?:(?:a bit|a lot|even|some) )?(?:more|better|fewer|less|longer|shorter|quicker|clearer|easier|earlier"
    r"|bigger|faster|cheaper|improved|extra"
    r"|another|warmer|cleaner|softer|quieter|greater|additional|regular|a (?:wee |small |proper |quiet |separate |new"
    r" |second |spare |single |direct )*\w+|an|somewhere|someone|somebody|one(?! of)|people to|time to|enough)(?= \w)"
)
_BARE_MORE = re.compile(
    _OPENERS + r"(?:a bit |a lot )?(?:more|better|fewer|less|longer|shorter|quicker|clearer|easier"
    r"|earlier|bigger|faster|cheaper|extra) (?!than\b|and\b|now\b|of a\b|or less\b)(?=\w)"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|had|have|did|does|do|got|gets|went|came|took|made|said|told|felt|\w+n't|'s|'re|'ve"
    r"|i|i'm|i've|can|cannot|helped|explained|worked|works|\w+ed me|\w+ed us)\b"
)


def kind_of(text: str, *, question: str | None, label: str, polarity: float) -> Carried:
    """Return what kind of statement a segment is.

    Args:
        text: the segment.
        question: what was asked, or the heading of notes.
        label: the segment's sentiment.
        polarity: -1 to 1; tells complaint from plain fact where the label is neutral.
    """
    plain = text.lower().replace("’", "'").replace("‘", "'")
    asked = _asked(plain, question) if len(plain) == len(text) else None
    if asked is not None:
        return Carried("suggestion", asked.start(), asked.start() + len(asked.group().rstrip()))
    if _ASKS_WISHES.search(question or ""):
        kind = _wished(plain)
    else:
        kind = _by_sentiment(label) or _leaning(plain, question, polarity)
    if kind == "other":
        return Carried(kind)
    signs = [sign for sign in find_signs(text) if (sign.value > 0) == (kind == "praise")]
    best = max(signs, key=lambda sign: (abs(sign.value), -sign.start), default=None)
    return Carried(kind) if best is None else Carried(kind, best.start, best.end)


def _asked(plain: str, question: str | None) -> re.Match[str] | None:
    """Return the words that ask for something, if any do."""
    masked = _NOT_ASKED.sub(lambda match: "_" * len(match.group()), plain)
    found = _MARKERS.search(masked)
    if found is not None or question_kind(question) == "good":
        return found
    found = _IMPERATIVE.match(masked)
    if found is not None:
        return None if _ASKS_WISHES.search(question or "") else found
    reading = read(plain)
    if _FINITE.search(masked) or reading.says_nothing:
        return None
    found = None if _ASKS_WISHES.search(question or "") else _BARE_MORE.match(masked)
    if found is None and _asks_ideas(question) and reading.words <= _MOST_ANSWER_WORDS and not reading.complaint:
        found = _WISHED_THING.match(masked)
    return found


def _asks_ideas(question: str | None) -> bool:
    asked = question or ""
    return _ASKS_IDEAS.search(asked) is not None and not _ASKS_WISHES.search(asked)


def _by_sentiment(label: str) -> Kind | None:
    """Return the kind a sentiment makes, if it takes a side; a mixed segment holds a concern, not to be lost."""
    if label in {"positive", "very_positive"}:
        return "praise"
    return None if label == "neutral" else "concern"


def _wished(plain: str) -> Kind:
    """Return the kind of an answer to what matters, or to how one would know: neither praise nor, mostly, complaint."""
    reading = read(plain)
    return "concern" if reading.complaint > reading.praise else "other"


def _leaning(plain: str, question: str | None, polarity: float) -> Kind:
    """Return what a neutral segment leans to: by its words, else by what was asked, else by a polarity below zero."""
    reading = read(plain)
    if reading.praise != reading.complaint:
        return "praise" if reading.praise > reading.complaint else "concern"
    asked = question_kind(question)
    if asked != "open":
        return "praise" if asked == "good" else "concern"
    return "concern" if polarity < -_LEANS else "other"
