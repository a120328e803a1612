"""Short wordings that tell what no word of them does: a change for better or worse, and a topic named alone.

"Parking is so much better now" is made of a topic people complain of and a few small words. A change is read where it
is told: not where it is wished for, asked for, supposed, expected or denied.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from voice_of_care.lexicon import find_signs

Change = Literal["better", "worse"]

_LEAST_SHARE = 0.6
"""A text tells of a change where the sentences that tell it hold at least this share of its words."""

_MUCH = (
    r"(?:(?:so|very|much|far|way|miles|loads|lots|a (?:lot|bit|wee bit|little|great deal)|a hundred times|definitely"
    r"|certainly|really|significantly|greatly|vastly|even|all) )*"
)
_BETTER = (
    r"(?:better|easier|quicker|faster|smoother|cleaner|calmer|friendlier|brighter|clearer|safer|nicer|kinder|simpler"
    r"|happier|tidier|quieter|more (?:helpful|organised|relaxed|pleasant|welcoming|reliable|efficient|accessible))"
)
_WORSE = (
    r"(?:worse|harder|slower|dirtier|poorer|ruder|dearer|less (?:helpful|organised|pleasant|friendly|reliable|caring)"
    r"|more (?:difficult|stressful|complicated|chaotic))"
)
_NOW = r"(?:now|nowadays|these days|this time|at last|at long last|since|lately|recently)"
_ONCE = r"(?:before|previously|years ago|in the past|in the old days|back then|un?till?|(?:under|with) the old)"
_AS_IT_WAS = (
    r"(?:before|(?:it|they|things|we) (?:once )?(?:was|were|had|has been|have been|used to be)|last (?:time|year)"
    r"|in the past)"
)
_IS = (
    r"(?:is|are|'s|'re|been|got|gotten|get|gets|getting|become|becoming|feels?|seems?|looks?|runs|works|find(?: it)?"
    r"|goes|was|were)"
)
_HAS = r"(?:has|have|had|'s|'ve)"
_FEW = r"(?:[\w']+ ){0,4}?"
_TROUBLE = (
    r"(?:wait\w*|queues?|queueing|queuing|lists?|delays?|times|backlogs?|noise|costs?|prices?|charges?|mistakes?)"
    r"(?: (?:times?|lists?))?(?: (?:in|at|for|to) (?:the |a )?\w+)?(?: (?:has|have|is|are)|'s)?"
    r"(?: (?:now|really|all|at last))*"
)
_RIGHT = r"(?:(?:right|way|well|far|a lot|all|much) )*"
_NOT_AS = r"(?:not|\w*n't) (?:nearly |near |half |just |quite )?(?:as|so)"


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?:(?<![\w'-])|(?='))(?:" + "|".join(patterns) + r")(?![\w'-])")


def _more(word: str) -> tuple[str, ...]:
    """Return what a comparative stands in where it is of then and now: not of here and there."""
    return (
        rf"{_IS} {_MUCH}{word} {_FEW}(?:{_NOW}|than {_AS_IT_WAS}|than ever)",
        rf"(?:{_NOW}),? {_FEW}{_IS} {_MUCH}{word}",
        rf"(?:is|are|'s|'re) (?:so |very )?(?:much|far|way|miles|loads|lots|a lot) {word}$",
        rf"^{_FEW}{_MUCH}{word} (?:{_NOW}|than {_AS_IT_WAS})$",
        rf"^(?:the )?(?:\w+ )?(?:so much|much|far|way|miles|loads|a lot) {word}$",
        rf"{_HAS} {_MUCH}(?:only |just |been )?(?:got|gotten|become|getting) {_MUCH}{word}",
        rf"(?:is|are|'s|'re|keeps?) (?:slowly |gradually |just |only )?getting {_MUCH}{word}",
        rf"(?:changed?|turn(?:ed)?) (?:\w+ )?for the {word}",
        rf"(?:made|makes) {_FEW}{_MUCH}{word}",
    )


_FOR_BETTER = _any_of(
    *_more(_BETTER),
    rf"{_HAS} (?:\w+ly |really |all |been )*improved",
    r"(?:is|are|was|were) (?:much|greatly|vastly|hugely|really|so|far) improved",
    r"improved (?:\w+ly|a lot|a great deal|no end|so much|since|lately)",
    r"(?:is|are) (?:\w+ly )?improving",
    r"(?:is|was|been|seen|what|noticed) (?:such )?an? (?:\w+ )?improvement",
    r"(?:great|big|huge|vast|real|massive) improvement (?:on|since|from)",
    rf"{_HAS} (?:really )?picked up(?: (?:a lot|well|lately|now))?$",
    rf"(?:{_HAS} (?:really |completely )?turned|turned (?:it|things|the \w+)) a?round",
    r"(?:come|came|coming) (?:on|along) (?:a lot|so much|leaps|well|no end|great)",
    r"(?:come|came) a (?:very )?long way",
    r"strength to strength",
    r"(?:what|made|makes|noticed|see|seen) (?:such )?(?:a|an|the|all the) (?:\w+ )*(?:difference|transformation)",
    r"(?:much|greatly|vastly|hugely) improved$",
    r"there(?:'s| is| are) (?:plenty|enough|loads|lots) .*(?:now|nowadays|these days)$",
    r"^(?:at last|at long last|finally),? (?:a|an|somewhere|something|there is|there are|there's|you can|we can) .+",
    rf"{_TROUBLE} (?:come|came|coming|gone|went|going|been brought|been cut) {_RIGHT}down",
    rf"{_TROUBLE} {_RIGHT}(?:down|shorter|gone(?= now|$)|disappeared|vanished|eased)",
    rf"(?:been|is|are|finally|at last|now) (?:all )?(?:sorted|fixed|mended|repaired)(?: out)?(?: {_NOW})?$",
    rf"(?:made|makes) {_FEW}{_MUCH}(?:easy|simple|possible)",
    r"(?:can|able to) (?:finally|at last|now) (?!be\b|only\b|expect\b)\w+",
    r"(?:now|nowadays|these days),? (?:i|we|you|they|people|patients) can (?!be\b|only\b|expect\b)\w+",
    r"since .+ (?:opened|started|arrived|came in|was put in),? (?:i|we|you|they|people|patients) can (?!be\b)\w+",
    r"(?:answer(?:s|ed)?|listens?|(?:ring|call|phone|get)s? (?:\w+ )?back|seen|sorted|through|on time|parked|a space"
    r"|a reply) (?:\w+ )?(?:now|nowadays|these days)$",
    r"(?:now|nowadays|these days),? (?:\w+ ){0,3}(?:answer(?:s|ed)?|listens?|(?:ring|call|phone|get)s? (?:\w+ )?back)",
)
_FOR_WORSE = _any_of(
    *_more(_WORSE),
    r"(?:gone|going|went|goes) (?:\w+ )?(?:down ?hill|to the dogs|to pot|backwards?|from bad to worse)",
    r"(?:has|have|is|are|'s|'ve) (?:\w+ly |been )*(?:worsened|worsening|deteriorat(?:ed|ing)|slipped|declin(?:ed|ing))",
    rf"{_TROUBLE} (?:gone|went|going|crept|shot|creeping|getting) {_RIGHT}(?:up|longer)",
    rf"(?:was|were|worked|ran|been) {_MUCH}{_BETTER} (?!than){_FEW}{_ONCE}",
    rf"(?:preferred|liked) {_FEW}{_ONCE}",
    r"miss(?:es)? the (?:old|days)",
    r"standards? (?:(?:has|have) )?(?:\w+ly )?(?:dropped|slipped|fallen|gone down)",
)
_TELLING: tuple[tuple[Change, re.Pattern[str]], ...] = (("worse", _FOR_WORSE), ("better", _FOR_BETTER))
_LIKE_BEFORE = _any_of(rf"{_NOT_AS} (\w+) as (?:{_AS_IT_WAS}|the old)")
_BAD_AMOUNTS = _words_of("bad busy crowded dear long noisy strict")
_NOT_WHAT_IT_WAS = _any_of(
    rf"(?:not|\w*n't) (?:what|the (?:same )?\w+) (?:that )?{_AS_IT_WAS}", r"not the same (?:since|any ?more|now)"
)
_NEED_NOT = _any_of(
    r"no longer (?:have|need) to \w+",
    r"(?:don't|doesn't|do not|does not) (?:have|need) to .+ (?:any ?more|any longer|now|these days)",
)
_NO_LONGER = _any_of(r"no longer", r"no more(?! than)", r"an end to", r"gone are the (?:days|times)")
_ANY_MORE = re.compile(r"\b(?:no|not|never|nobody|\w+n't|cannot) .*\bany ?(?:more|longer)$")
_OUT_OF_REACH = re.compile(r"\b(?:can't|cannot|can not|don't|won't) (?:get|see|speak|ring|come|call|offer|do)\b")
_USED_TO = re.compile(
    r"(?<!\bam )(?<!\bare )(?<!\bis )(?<!\bwas )(?<!\bwere )(?<!\bget )(?<!\bgot )(?<!'m )(?<!'re )(?<!\bbe )"
    r"(?<!than it )(?<!what it )(?<!as it )(?<!than they )(?<!what they )(?<!as they )(?<!not )\bused? to\b"
)
_NEVER = re.compile(r"\b(?:never|didn't|did not) $")
_LIKE_THIS = re.compile(r"\b(?:this|so|that bad)\b")
_GOOD_TO_HAVE = re.compile(r"^ (?:be able to|get|have|offer|provide)\b")
_SAYS_NOW = re.compile(
    r"^(?:now|nowadays|these days)\b|(?<!years )(?<!months )(?<!weeks )(?<!hours )\b(?:now|nowadays|these days)$"
    r"|\bsince (?:the|they|it|we|you|last|this)\b|\bwith the new\b"
)
_NOW_FIRST = re.compile(r"^(?:now|nowadays|these days)\b")  # "now they tell us bad news in private" is no complaint
_NOT_NOW = re.compile(r"\b(?:every )?(?:now and (?:again|then)|(?:by|for|from|until|till|up to|just|right) now)\b")
_PREDICATE = re.compile(r"^(?:\w+ ){0,5}?\w+(?:'s| is| are| has been| have been) (.+)$")
_NO_BETTER = _any_of(rf"(?:no|not|never|\w+n't) (?:any |much |really )*(?:{_BETTER}|{_WORSE})")
_LESS = re.compile(r"\b(?:less|fewer|shorter|reduced)\b")
_EASE = re.compile(r"\b(?:doddle|breeze|piece of cake|cinch|plain sailing|a dream|a different (?:place|world|story))\b")
_OF_ONCE = _any_of(_ONCE, r"used to", r"last (?:time|year)", r"once")
_MOST_STATE_WORDS = 14
_MOST_CLAUSE = 300  # letters: longer ones are no clauses, and would take long to search

_NOT_TOLD = re.compile(
    r"\?|\b(?:if|unless|would|could|should|might|may|must|ought|hop(?:e|es|ed|ing)|wish|want(?:s|ed)?|needs?|will"
    r"|won't|shall|expect\w*|whether|please|suggest\w*|let's|try|trying|aim|plan\w*|promised?|supposed|claims?"
    r"|(?<!having )said"
    r"|(?:can|(?<!used )to) (?:only )?(?:be|become|make|get (?:better|worse))|room for|looking for|when(?:ever)?"
    r"|\w+'ll|\w+'d|why|still)\b"
)
_DENIED = re.compile(
    r"\b(?:no(?! end)|not|never|nothing|none|nobody|hardly|barely|scarcely|without|neither|nor|cannot|cant|\w+n't"
    r"|far from|rather|only|unable|any)\b"
)
_ASSERTS = re.compile(r"\b(?:is|are|was|were|has|have|now|nowadays|these days|since|than)\b|'s\b")
_CONTRAST = re.compile(r"\b(?:but|however|although|though|except|apart from|unfortunately|whereas|yet)\b")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSE_ENDS = re.compile(r" ?(?:[,:()]|[–—]| - ) ?| (?:and|but|so(?! much| very| far)) ")
_SPACES = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_TOPICS = _words_of("""
access admission aftercare ambulance ambulances app appointment appointments bathroom bathrooms bed beds building bus
buses cafe canteen car care carer carers chairs charges clinic clinics communication corridor corridors department
dentist dinner dinners discharge doctor doctors drinks entrance environment equipment facilities food gp hospital
hospitals information letters lift lifts location meal meals medication medicine midwife midwives nurse nurses
outpatients park parking pharmacy phone phones physio portal prices reception receptionist receptionists referral
referrals results room rooms seating seats service services shop signage signs staff surgery system systems team
telephone temperature texts theatre time times toilet toilets transport treatment visiting waiting ward wards website
wifi worker workers
""")
_JOINING = _words_of("a about an and for in of on our the their to your my")
_MOST_TOPIC_WORDS = 5


def is_topic_alone(text: str) -> bool:
    """Say whether a text names things of care and says nothing of them."""
    words = [word.casefold() for word in _WORD.findall(text)]
    named = [word for word in words if word not in _JOINING]
    return bool(named) and len(words) <= _MOST_TOPIC_WORDS and all(word in _TOPICS for word in named)


@functools.lru_cache(maxsize=50_000)
def find_change(text: str, *, asked: str = "open") -> Change | None:
    """Return the change that a text, taken as a whole, tells of, if it tells of one only.

    Args:
        text: of a segment or a comment.
        asked: the kind of question it answers; to "improve", "no more queues" is a wish.
    """
    plain = _NOT_NOW.sub("then", _SPACES.sub(" ", text.lower().replace("’", "'").replace("‘", "'")))
    if asked == "improve" and not _ASSERTS.search(plain):
        return None
    sentences = _SENTENCE.findall(plain)
    told = [_told(sentence) for sentence in sentences]
    words = [len(_WORD.findall(sentence)) for sentence in sentences]
    share = sum(count for count, change in zip(words, told, strict=True) if change)
    changes = {change for change in told if change}
    if len(changes) != 1 or share < _LEAST_SHARE * sum(words):
        return None
    change = changes.pop()
    beside = [sentence for sentence, says in zip(sentences, told, strict=True) if not says]
    return None if any(_is_against(change, sentence) for sentence in beside) else change


def _is_against(change: Change, sentence: str) -> bool:
    """Say whether a sentence beside one that tells of a change leans the other way, or asks for something."""
    return _leaning(sentence) == _other(change) or (change == "better" and _NOT_TOLD.search(sentence) is not None)


def _told(sentence: str) -> Change | None:
    """Return the change that a sentence tells of: what it says of now outweighs what it says of once."""
    if _NOT_TOLD.search(sentence):
        return None
    once = _USED_TO.search(sentence)
    clauses = [clause.strip(" .!;\n\"'") for clause in _CLAUSE_ENDS.split(sentence)]
    told = [None if _USED_TO.search(clause) else _of_now(clause) for clause in clauses]
    now = {change for change in told if change}
    if len(now) > 1 or (once is None and _CONTRAST.search(sentence)):
        return None
    if not now:
        return _of_once(sentence[: once.start()], sentence[once.end() :]) if once else None
    beside = [
        clause for clause, change in zip(clauses, told, strict=True) if not change and not _OF_ONCE.search(clause)
    ]
    against = _other(next(iter(now)))
    return None if any(_leaning(clause) == against for clause in beside) else _other(against)


def _of_now(clause: str) -> Change | None:
    """Return the change that a clause tells of without "used to"."""
    if len(clause) > _MOST_CLAUSE:
        return None
    for tells in (_of_likeness, _of_an_end, _of_more):
        change = tells(clause)
        if change:
            return change
    return _of_state(clause)


def _of_likeness(clause: str) -> Change | None:
    """Read "not as ... as it was" and "not what it was"."""
    found = _LIKE_BEFORE.search(clause)
    if found:
        word = found.group(1)
        return "better" if word in _BAD_AMOUNTS else _other(_leaning(word))
    return "worse" if _NOT_WHAT_IT_WAS.search(clause) else None


def _of_an_end(clause: str) -> Change | None:
    """Read "no longer ...", "no more ..." and "not ... any more"."""
    if _NEED_NOT.search(clause):
        return "better"
    ended = _NO_LONGER.search(clause)
    if ended:
        return _other(_leaning(clause[ended.end() :]))
    if _ANY_MORE.search(clause):
        return _leaning(clause) or ("worse" if _OUT_OF_REACH.search(clause) else None)
    return None


def _of_more(clause: str) -> Change | None:
    for change, pattern in _TELLING:
        found = pattern.search(clause)
        if found and not _DENIED.search(clause[: found.end()]):
            return change
    return None


def _of_state(clause: str) -> Change | None:
    """Read "grand now", "no queue these days", "a shambles since they moved": so it is now, and once was not."""
    if not _SAYS_NOW.search(clause) or _NO_BETTER.search(clause) or len(clause.split()) > _MOST_STATE_WORDS:
        return None
    if _LESS.search(clause):
        return _other(_leaning(clause))
    predicate = _PREDICATE.search(clause)
    said = predicate.group(1) if predicate else clause
    change = "better" if _EASE.search(said) else _leaning(said)
    if change == "better" and _DENIED.search(clause):
        signs = find_signs(clause)
        turned = all(sign.is_negated or _DENIED.search(clause[sign.start : sign.end]) for sign in signs)
        return change if signs and turned and _leaning(clause) == "better" else None
    return None if change == "worse" and _NOW_FIRST.search(clause) else change


def _of_once(before: str, after: str) -> Change | None:
    """Read "used to ...": what was so once is so no more."""
    change = _leaning(_CLAUSE_ENDS.split(after)[0])
    if _NEVER.search(before):
        return "worse" if _LIKE_THIS.search(after) else change
    if change is None and _GOOD_TO_HAVE.search(after):
        return "worse"
    return _other(change)


def _leaning(text: str) -> Change | None:
    value = sum(sign.value for sign in find_signs(text))
    return None if value == 0 else "better" if value > 0 else "worse"


def _other(change: Change | None) -> Change | None:
    return {"better": "worse", "worse": "better", None: None}[change]


_CATCH_ALL = re.compile(
    r"(?:General (?:praise|dissatisfaction|remarks)|(?:Other|Further|More) (?:praise|concerns|remarks))(?: \(.+\))?"
)


def is_catch_all(label: str) -> bool:
    """Return whether a label is one of those given to what has no subject; a reviewer's own label never is."""
    return _CATCH_ALL.fullmatch(label) is not None
