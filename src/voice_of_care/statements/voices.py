"""Whose voice a segment is in: the speaker's own, what others said, or the note taker's words for a room.

The form of the source decides what words mean: "Staff said ..." in notes of a meeting of staff is the note taker's
summary of the room; in a survey of staff it passes on what others said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["survey", "transcript", "notes"]
Voice = Literal["first_hand", "reported", "facilitator"]


class Heard(NamedTuple):
    """A voice, and where in the text the words stand that tell it; none where it is first-hand for want of them."""

    voice: Voice
    start: int | None = None
    end: int | None = None


FIRST_HAND = Heard("first_hand")

_STAFF = (
    r"(?:members of )?staff|nurses?|doctors?|consultants?|managers?|midwi(?:fe|ves)|therapists?|physios?|porters?"
    r"|receptionists?|social workers?|key workers?|support workers?|health visitors?|pharmacists?|teams?"
)
_USERS = (
    r"patients?|service users?|clients?|residents?|inpatients?|outpatients?|women|men|young people|older people"
    r"|children|young ones|expectant mothers"
)
_FAMILIES = (
    r"famil(?:y|ies)(?: members?)?|relatives?|carers?|parents?|mothers?|fathers?|mums?|dads?|mummy|mammy|daddy"
    r"|grann(?:y|ies)|granda|grand(?:mother|father|parent)s?|daughters?|sons?|wi(?:fe|ves)|husbands?|partners?"
    r"|brothers?|(?<!the )sisters?|aunts?|uncles?|loved ones?|visitors?"
)
_FOLK = r"people|persons?|others|everyone|everybody|nobody|no[- ]one|someone|somebody"
_OUTSIDERS = r"colleagues?|friends?|neighbours?|work ?mates?|co-?workers?"
_COUNTED = r"many|several|most|a number|a few|a couple|a lot|one|two|three|four|five|six|all|both"
_MEMBERS = (
    r"(?:(?:focus|discussion|small|working|whole) )?groups?|forum|tables?|panel|committee|participants?|attendees"
    r"|(?<!staff )(?<!family )(?<!team )members?(?! of staff)|delegates|contributors"
    r"|those (?:present|attending|in attendance|in the room|at the table)"
)
_PLACES = r"room|meeting|workshop|session"
_TELL = (
    r"said|says?|saying|told|tells?|telling|reports?|reported|complain(?:s|ed|ing)?|comment(?:s|ed)?|reckons?"
    r"|reckoned"
    r"|describe[sd]?|mention(?:s|ed)?|explain(?:s|ed)?"
)
_VIEW = (
    r"felt|feels?|think|thinks|thought|believe[sd]?|agree[ds]?|ask(?:s|ed|ing)?|request(?:s|ed)?|suggest(?:s|ed)?"
    r"|propose[sd]?|raise[sd]?|express(?:es|ed)?|want(?:s|ed)?|worr(?:y|ies|ied)|fear(?:s|ed)?|hope[sd]?"
    r"|wish(?:es|ed)?|would (?:like|prefer|welcome|love)"
)
_NOTED = (
    r"stated|stress(?:es|ed)|highlight(?:s|ed)?|note[ds]?|observed|spoke|speak|talked|wrote|remarked|acknowledged"
    r"|recalled|shared|praised?|thank(?:s|ed)|welcomed?|valued?|appreciated?|heard|discussed|identified|questioned"
    r"|criticised|noticed?|recognised|saw|wondered|compared|given examples|gave examples"
)
_GAP = (
    r"(?:[ ,]+(?:all|also|both|often|always|regularly|frequently|sometimes|generally|mostly|broadly|strongly|clearly"
    r"|repeatedly|constantly|usually|have|has|had|do|did|keep|keeps|kept|still|then|really|alike|present"
    r"|we (?:look after|see|care for|spoke to|speak to)|(?:in|at|on|from|of|beside|opposite)(?: (?!(?:i|we"
    r"|my)\b)\w+){1,3}?"
    r"|who \w+(?: \w+){0,3}?)){0,3}[ ,]+"
)
_NOT_TO_ME = r"(?!,? (?:me |us )?(?:to\b|i\b|we\b|i'\w+|not to\b|like\b)|,? that (?:i|we)\b)"
_FIRST_PERSON = re.compile(r"\b(?:i|we)(?:'\w+)?\b|\b(?:me|my|mine|myself|our|ours|us)\b")
_SINGULAR = re.compile(r"\bi(?:'\w+)?\b|\b(?:me|my|mine|myself)\b")
_PRESENT_TELL = re.compile(r"\b(?:say|says|saying|tell|tells|telling|reports?|complain|complains|keep)\b")

# The note taker's words for a room, whatever the form of the source.
_ROOM = re.compile(
    rf"\b(?:{_MEMBERS})(?:{_GAP})(?:as a whole |overall )?(?:(?:was|were) (?:asked|told|in|of|all|very|angry|unhappy"
    rf"|pleased|concerned|frustrated|divided|split|unanimous)\b|(?:{_TELL}|{_VIEW}|{_NOTED})\b(?! like\b))"
    rf"|\b(?:{_PLACES})(?:{_GAP})(?:said|heard|agreed|noted|discussed|felt that|thought that)\b"
)
_IT_WAS_SAID = re.compile(
    r"\bit (?:was|is|has been|had been) (?:(?:also|generally|widely|broadly|strongly|further|then|again) )?(?:agreed"
    r"|felt|noted|said|thought|suggested|proposed|asked|acknowledged|recognised|highlighted|reported|mentioned|stated"
    r"|stressed|observed|recommended|raised|hoped|pointed out|requested|commented|emphasised)\b(?! to (?:me|us)\b)"
)
_DISCUSSED = re.compile(
    r"(?:^|\bthere (?:was|were) |\bmuch |\bsome )(?:(?:an?|a lot of|a great deal of|much|some|general|further|lengthy"
    r"|brief|long|good|strong|broad|wide|clear|widespread|considerable|real|shared|overall|mixed|full|the) )*"
    r"(?:discussions?|debate|consensus|agreement|conversation)"
    r" (?:around|about|on|over|of|at|that|in|for|regarding|followed|took place|was|were)\b"
)
# The same, only where the source is notes and nobody says "I".
_IN_NOTES = re.compile(
    r"\bthere (?:was|were) (?:(?:an?|a lot of|much|some|general|strong|broad|wide|clear|widespread|real|shared"
    r"|mixed) )*"
    r"(?:feeling|sense|support|frustration|anger|concerns?|praise|appreciation|recognition|worry|views|calls?) "
    r"|^(?:(?:an?|the|some|general|strong|real) )*(?:anger|frustration|concerns?|worry|disappointment|appreciation"
    r"|praise"
    r"|views|opinions|experiences|suggestions|ideas|issues|comments|examples|feedback|points?)"
    r" (?:about|at|over|around|for|were|was|included?|raised|ranged|varied|differed|from the|expressed)\b"
    r"|\b(?:was|were|is|are|been|being) (?:(?:\w+ly|again|also|often|very|much|not|never|all) ){0,2}"
    r"(?:raised|mentioned|discussed|highlighted|noted|praised|appreciated|valued|welcomed|blamed|singled out|proposed"
    r"|suggested|put forward|reported|recognised|acknowledged|criticised|identified|commended|questioned|requested"
    r"|expressed|voiced|well received|described|named as|called an?\b|said to|thought to|felt to|seen as|considered"
    r"|felt keenly"
    r"|thought \w+ful|cited|shared|given as an example|asked for(?: again)?(?=\W*$)|popular|a common|a recurring)\b"
    r"|\bcame up (?:again|at|in|more|several|repeatedly|a lot|often)\b|\bcame up\W*$|\bmore than once\b"
    r"|\b(?:common|recurring|recurrent|frequent|repeated|key|main) (?:complaint|theme|story|concern|issue|point"
    r"|request"
    r"|topic|message)s?\b|\bat every table\b|\bby (?:several|nearly everyone|everyone present|those present)\b"
)
_COUNTED_FOLK = re.compile(
    rf"^(?:(?:{_COUNTED}|nobody|everyone|no[- ]one|everybody) (?:of (?:the|those) )?(?:{_FOLK}|{_FAMILIES}|{_USERS}"
    rf"|members?'?|staff|team|present|in the (?:room|group)|of the (?:group|room))\b'?(?: \w+){{0,4}}?"
    rf" (?:had|have|has|were|was|felt|feel|do|did|don't|didn't|can't|couldn't|find|found|want|value|said|prefer)"
    rf"|(?:many|some|several|most|a few|a number)(?: of those present)? (?:said|felt|had|were|feel|spoke|thought)"
    rf"|most of those|a number of those|nobody in the)\b"
)
# What others said, passed on.
_HEARSAY = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:(?:often|also|only|just) )?heard? (?:that\b|of (?:people|patients|others|staff)"
    r"|from (?:other|another|many|some|people|patients|friends|neighbours|colleagues|families))"
    r"|\baccording to (?!the (?:letter|sign|screen|website|leaflet|form|notes|app|text))"
    r"|\btold by (?:(?:other|some|many|several) )?(?:patients|people|families|friends|neighbours|colleagues"
    r"|residents)"
    r"|\bword (?:is|has it)\b|\brumour has it\b"
    r"|\b(?:feedback|complaints?|compliments?|cards?|letters?|requests?)(?: we (?:get|got|hear|receive))? from"
    rf" (?:(?:our|the|some|many|other|an?|one) )?(?:{_USERS}|{_FAMILIES}|{_OUTSIDERS}|people|others)\b"
)
_FRAME = re.compile(
    rf"\b(?:(?P<det>my|our|his|her|their|an?|one|another|other|this|that|the|{_COUNTED}) (?:\w+ ){{0,2}}?)?"
    rf"(?:(?P<outsiders>{_OUTSIDERS}|(?:other|another) (?:\w+ )?(?:{_STAFF}|{_USERS}|{_FAMILIES}|{_FOLK}))"
    rf"|(?P<staff>{_STAFF})|(?P<users>{_USERS})|(?P<families>{_FAMILIES})|(?P<folk>{_FOLK})"
    rf"|(?P<single>(?:lady|gentleman|woman|man)(?= (?:in|beside|opposite|next|who))))"
    rf"(?:{_GAP})(?:(?:is|are|was|were) (?=\w+ing\b))?(?P<verb>{_TELL}|{_VIEW}|{_NOTED})\b{_NOT_TO_ME}"
)
_ASIDE = re.compile(r"\b(?:what|how|whatever|let|from|make|so that|if|would|when) (?:the )?$")
_ONLY_NOTES = re.compile(rf"(?:{_NOTED})$").match
_PRONOUN_FRAME = re.compile(
    r"^(?:she|he) (?:(?:often|always) )?(?:says|tells me|told me)(?: that)? (?:her|his|she|he|it|the|they)\b"
    r"|\b(?:people|everyone|everybody|everybody i know|everyone i know) (?:always )?says?\b"
)
_OWN_KIND = {
    "staff": ("staff",),
    "service_user": ("users",),
    "carer": ("families",),
    "other": ("staff", "users", "families"),
    "unknown": ("staff", "users", "families"),
}
_WENT_ON = re.compile(r"^(?:they|she|he|their|his|her|this|these|others|some|it|and|but)\b")


def hear(text: str, *, form: Form, group: str, before: Heard = FIRST_HAND) -> Heard:
    """Return whose voice a segment is in.

    Args:
        text: the segment.
        form: notes hold many voices and a note taker's; transcripts and surveys hold the speaker's own.
        group: respondent group of the comment.
        before: the voice of the segment before it in the same comment, which may go on.
    """
    plain = text.lower().replace("’", "'").replace("‘", "'")
    if len(plain) != len(text):
        return FIRST_HAND
    for heard in _heard_in(plain, form, group):
        return heard
    if before.voice != "first_hand" and _goes_on(plain, before, form):
        return Heard(before.voice)
    return FIRST_HAND


def _goes_on(plain: str, before: Heard, form: Form) -> bool:
    if _FIRST_PERSON.search(plain):
        return False
    return (form == "notes" and before.voice == "facilitator") or _WENT_ON.match(plain) is not None


def _heard_in(plain: str, form: Form, group: str) -> Iterator[Heard]:
    """Yield what the words tell, the surest first."""
    speaks_of_self = _SINGULAR.search(plain) is not None
    frame = _frame_of(plain, form, group)
    rooms = [] if speaks_of_self else [_ROOM, _IT_WAS_SAID, _DISCUSSED]
    found = [match for match in (pattern.search(plain) for pattern in rooms) if match]
    first = min(found, key=lambda match: match.start(), default=None)
    if first is not None and (frame is None or frame.voice == "facilitator" or first.start() <= (frame.start or 0)):
        yield Heard("facilitator", first.start(), first.end())
    hearsay = _HEARSAY.search(plain)
    if hearsay is not None:
        yield Heard("reported", hearsay.start(), hearsay.end())
    if frame is not None:
        yield frame
    if form == "notes" and not _FIRST_PERSON.search(plain):
        for pattern in (_COUNTED_FOLK, _IN_NOTES):
            match = pattern.search(plain)
            if match is not None:
                yield Heard("facilitator", match.start(), match.end())


def _frame_of(plain: str, form: Form, group: str) -> Heard | None:
    """Return the voice told by the first "somebody says": who says it, to whom, and where it was written down."""
    match = _FRAME.search(plain)
    if match is not None and (
        _ASIDE.search(plain[: match.start()]) or (form != "notes" and _ONLY_NOTES(match["verb"]))
    ):
        match = None
    if match is None:
        pronoun = _PRONOUN_FRAME.search(plain) if form != "notes" and group in {"carer", "service_user"} else None
        is_own = pronoun is not None and group == "service_user" and pronoun.start() == 0 and plain[:2] in {"sh", "he"}
        return None if pronoun is None or is_own else Heard("reported", pronoun.start(), pronoun.end())
    said = Heard("reported", match.start(), match.end())
    summed_up = Heard("facilitator", match.start(), match.end())
    kind = next(name for name in ("outsiders", "staff", "users", "families", "folk", "single") if match[name])
    if form == "notes":
        if kind == "outsiders":
            return said
        own = kind == "folk" or kind in _OWN_KIND[group]
        to_us = re.match(r" (?:us|me)\b", plain[match.end() :]) is not None and match["verb"].startswith("t")
        one_of_many = group == "unknown" and match["det"] in {"one", "a", "an", "another"}
        if not own and _ONLY_NOTES(match["verb"]):
            return None
        if not own or (group in {"unknown", "other"} and (to_us or one_of_many)):
            return said
        return None if _SINGULAR.search(plain) else summed_up
    return said if _passes_on(match, kind, group) else None


def _passes_on(match: re.Match[str], kind: str, group: str) -> bool:
    """Say whether a speaker passes on what others said, rather than tells what happened to them."""
    habitual = _PRESENT_TELL.search(match.group()) is not None
    if kind == "staff":
        return habitual and group != "staff" and match["staff"].endswith(("s", "staff"))
    if kind == "folk":
        return habitual
    return True
