"""Words that carry no topic, and fragments that say nothing."""

from __future__ import annotations

import re

from spacy.lang.en.stop_words import STOP_WORDS

from voice_of_care.tables import FITS_NO_THEME

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
TAG = re.compile(r"\[[A-Z][A-Za-z0-9_ :]*\]|\[?\b\w+ redacted\]?|\[redacted\]", re.IGNORECASE)


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


_CONTRACTIONS = word_set(
    """
    couldn't can't cant don't dont didn't didnt doesn't isn't wasn't weren't won't wouldn't shouldn't hasn't
    haven't hadn't aren't ain't i'm i've i'd i'll it's its that's there's they're they've we're we've you're
    you've he's she's what's let's couldnt wouldnt wont im ive
    """
)
_SLIPS = word_set("adn nad teh hte taht thta thsi tihs waht wiht wtih htey thye thier ahve haev jsut becuase abuot")
FUNCTION_WORDS = frozenset(STOP_WORDS) | _CONTRACTIONS | _SLIPS
"""Words of grammar, and how they come out of hurried fingers."""

LIGHT_WORDS = word_set(
    """
    add answer applicable asked aware bit comment comments complaint complaints etc fact feel felt find going
    got guess honest honestly idea know lot maybe mention mind mean moment ok okay opinion particular
    particularly perhaps possibly question really reason said say saying short sure suggest suggestion
    suggestions test thing things think thinking thought true yeah yep yes nope na reply response obviously
    absolutely comes come able like need needs want wanted way stuff everything's nothing's believe personally
    """
)
"""Words that are no grammar, yet name no topic when they stand alone."""

_THANKS = word_set(
    """
    thank thanks thankyou thanx ta cheers many much so very you all u for everything again to and everyone kind
    regards hello hi hiya dear sir madam good morning afternoon evening bye goodbye best wishes yours sincerely
    faithfully
    """
)
_THANKS_CORE = word_set(
    """
    thank thanks thankyou thanx ta cheers hello hi hiya dear regards bye goodbye morning afternoon evening
    wishes sincerely faithfully
    """
)
_ELSEWHERE = re.compile(
    r"^\W*(?:(?:please\s+)?(?:see|as|same\s+as|refer\s+to|per)\s+)+(?:the\s+|my\s+|in\s+)*(?:above|below|before|previous|"
    r"previously|earlier|last|other)(?:\s+(?:answers?|comments?|questions?|stated|said|mentioned))?\W*$|"
    r"^\W*(?:same|ditto|already\s+(?:said|answered|stated)|above)\W*$",
    re.IGNORECASE,
)

REASON_THANKS = "only thanks or a greeting"
REASON_ELSEWHERE = "refers to another answer"
REASON_REDACTION = "only a redaction"
REASON_EMPTY = "no word that names a topic"
REASON_NO_THEME = FITS_NO_THEME


def content_words(text: str, *, light: bool = True) -> list[str]:
    """Return the words that are no grammar, in lower case; `light` ones are left in."""
    words = [word.replace("’", "'") for word in _WORD.findall(TAG.sub(" ", text).lower())]
    return [
        word for word in words if len(word) > 1 and word not in FUNCTION_WORDS and (light or word not in LIGHT_WORDS)
    ]


def reason_to_set_aside(text: str) -> str | None:
    """Return why a segment says nothing a theme could rest on, or None where it says something.

    One content word is enough ("parking", "food"): a threshold of two would lose the one-word answers, which in surveys
    are many and clear.
    """
    bare = TAG.sub(" ", text)
    words = [word.lower() for word in _WORD.findall(bare)]
    if not words and bare != text:
        return REASON_REDACTION
    if _ELSEWHERE.match(bare):
        return REASON_ELSEWHERE
    if words and set(words) <= _THANKS and _THANKS_CORE & set(words):
        return REASON_THANKS
    if not content_words(text, light=False):
        return REASON_EMPTY
    return None
