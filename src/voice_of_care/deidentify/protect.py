"""Words that look like names and are none: services, places of care, medicines, eponyms, charities, months.

They are kept unless a title or a kin word stands next to them ("Dr Parkinson", "my daughter Grace").
"""

from __future__ import annotations

import functools
import re

from voice_of_care.deidentify.gazetteer import read_list
from voice_of_care.deidentify.textmap import fold

_FACILITY = (
    r"(?:Hospitals?|Wards?|Units?|Cent(?:re|er)s?|House|Clinics?|Surgery|Suite|Practice|Hospice|Trust|College|School|"
    r"Church|Cathedral|Lodge|Pharmacy|Departments?|Dept|Wing|Building|Infirmary|Theatres?|Teams?|Services?|Charity|"
    r"Foundation|Award|Fund|Scheme|Syndrome|Disease|Scale|Score|Test|Fracture|Catheter|Palsy|Splint|Frame|Line|Health|"
    r"Medical|Community|Court|Park|Manor|Cottage|Outpatients|Campus|Block|Library|Appeal|Airport|Station|Island|"
    r"Project|Programme|Group|Course|Bridge|Close|Road|Street|Avenue|Drive|Lane|Gardens|Crescent)"
)
_FACILITY_NAME = re.compile(
    rf"\b(?:[A-Z][\w.'-]{0, 30}\s{1, 3}){{1,4}}{_FACILITY}\b"
    r"|\b[A-Z][\w'-]{0,30}(?:\s+[A-Z][\w'-]{0,30}){0,2}\s+(?:hospital|cent(?:re|er)|hospice|school|course|"
    r"road|street)\b"
    r"|\b(?:St|Saint|St\.)\s+[A-Z]\w+(?:'s)?"
    r"|\b(?:North|South|East|West|New|Mid)\s+[A-Z]\w+"
)
_FACILITY_WORD = re.compile(rf"{_FACILITY}", re.IGNORECASE)


def is_facility_word(word: str) -> bool:
    """Tell whether a word ends the name of a place of care, a service or the like."""
    return _FACILITY_WORD.fullmatch(word) is not None


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of words on the protect list and of names of places of care."""
    folded = _fold_in_place(text)
    spans = [match.span() for match in _own_phrases().finditer(folded)]
    spans += [match.span() for match in _FACILITY_NAME.finditer(text)]
    return spans


def kept_spans(text: str, keep: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the spans of the words that the site's settings say to keep whatever the signs."""
    pattern = _any_of(keep)
    return [] if pattern is None else [match.span() for match in pattern.finditer(_fold_in_place(text))]


@functools.cache
def _own_phrases() -> re.Pattern[str]:
    listed = read_list("protected.txt").replace("\n", " ").split(";")
    return _any_of(tuple(listed)) or re.compile(r"(?!)")


@functools.lru_cache(maxsize=32)
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    folded = {fold(phrase.strip()) for phrase in phrases if phrase.strip()}
    if not folded:
        return None
    longest_first = sorted(folded, key=lambda phrase: (-len(phrase), phrase))
    words = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _fold_in_place(text: str) -> str:
    """Fold character by character, keeping the length, so that spans hold for the text itself."""
    if text.isascii():
        return text.lower()
    return "".join(_one(character) for character in text)


@functools.lru_cache(maxsize=4096)
def _one(character: str) -> str:
    folded = fold(character)
    return folded if len(folded) == 1 else character
