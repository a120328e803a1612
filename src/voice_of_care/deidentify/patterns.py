"""Identifiers told by their shape, as data: what to match, how sure it is, which words near it make it sure.

Formats: NHS and H&C numbers, NHS Data Dictionary; National Insurance numbers, HMRC NIM39110; postcodes, BS 7666;
driving licence and registration marks, DVLA and DVA; NMC and GMC register numbers as the registers print them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nhs_number import is_valid  # type: ignore[attr-defined]

from voice_of_care.deidentify.gazetteer import common_words, read_list

if TYPE_CHECKING:
    from collections.abc import Callable

THRESHOLD = 0.5
_IN_CONTEXT = 0.1
"""Score of a pattern that counts only with a context word near it; below the threshold until one is found."""


@dataclass(frozen=True)
class Rule:
    """One way to tell an identifier.

    `near` is looked for in the words just before the match (and just after it); found, the score rises to 0.9.
    `check` looks at the matched characters; where it says no, the match counts only with a context word.
    """

    kind: str
    name: str
    regex: str
    score: float
    near: str | None = None
    check: Callable[[str], bool] | None = None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def is_health_service_number(text: str) -> bool:
    """Tell whether ten digits carry the modulus 11 check digit of NHS, H&C and CHI numbers."""
    digits = _digits(text)
    return len(set(digits)) > 1 and bool(is_valid(digits))


def is_card_number(text: str) -> bool:
    """Tell whether 13 to 19 digits pass the Luhn check (ISO/IEC 7812)."""
    digits = _digits(text)
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether an account number passes the modulus 97 check (ISO 13616)."""
    plain = re.sub(r"\s", "", text).upper()
    moved = plain[4:] + plain[:4]
    return moved.isalnum() and moved.isascii() and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _is_plate_of_northern_ireland(text: str) -> bool:
    letters = re.sub(r"[^A-Z]", "", text.upper())
    return letters not in read_list("acronyms.txt").split()


def _is_postcode(text: str) -> bool:
    """Tell a postcode from 'm1 2nd' and 'w4 6hr'; Northern Ireland's are always taken."""
    if text.isupper() or text.lower().startswith("bt"):
        return True
    return re.fullmatch(r"1st|2nd|3rd|\d(?:th|hr|st|rd)", text.lower()[-3:]) is None


def _is_date(text: str) -> bool:
    """Tell '5 May' from 'ward 5 may': a month that is a verb needs a capital, an ordinal or a year."""
    if re.search(r"\b(?:may|mar|march)\b", text) is None:
        return True
    return re.search(r"\d(?:st|nd|rd|th)\b|\d{4}", text, re.IGNORECASE) is not None


def _is_home(text: str) -> bool:
    """Tell where someone may live from a country and a place of care."""
    words = text.lower().split()
    return words[0] not in _COUNTRIES and _OF_CARE.search(text) is None


def _is_plate(text: str) -> bool:
    """Tell a registration mark in lower case from words round a number ('at10 the')."""
    if text.isupper():
        return True
    first, last = text[:2].lower(), text[-3:].lower()
    return text.islower() and first not in _SHORT_WORDS and last not in common_words()


_COUNTRIES = frozenset(("ireland", "northern", "england", "scotland", "wales", "britain", "europe", "america", "the"))
_OF_CARE = re.compile(
    r"\b(?:hospital|ward|unit|clinic|hospice|trust|surgery|theatre|department|centre)s?\b", re.IGNORECASE
)
_TOWNS = "|".join(read_list("towns.txt").split())
_SHORT_WORDS = frozenset(
    ("at", "in", "by", "no", "on", "to", "of", "is", "or", "up", "my", "we", "be", "as", "go", "an")
)
_NUMBER_GAP = r"[ \-.]?"
_TEN = rf"(?<![\d])\d{{3}}{_NUMBER_GAP}\d{{3}}{_NUMBER_GAP}\d{{4}}(?!\d)"
_HEALTH_WORDS = (
    r"\b(?:h\s?(?:&|and|\+)\s?c|h\.?s\.?c\.?|hcn|h\.?c\.?n\.?|health (?:and|&) (?:social )?care|health care|nhs|chi|"
    r"hosp(?:ital)?\.?|patient|case ?note|medical record|unit)\b(?:\s?(?:number|no|num|id|ref)\b)?|"
    r"health number|\bmrn\b"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_STREET = (
    r"(?:road|rd|street|avenue|ave|lane|crescent|cres|terrace|gardens|gdns|drive|boulevard|close|embankment|"
    r"esplanade|"
    r"loanen|demesne|parade|mews|villas|heights|cottages|apartments|flats)"
)
_STREET_CAPITAL = (
    r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Drive|Dr|Park|Pk|Gardens|Gdns|Crescent|Cres|Close|Court|Ct|"
    r"Terrace|Place|"
    r"Pl|Grove|Way|Hill|Walk|Row|Square|Sq|Mews|Heights|Parade|Green|View|Manor|Meadows?|Rise|Villas|Mount|Brae|Link|"
    r"Embankment|Esplanade|Loanen|Demesne|Cottages?|Fort|Glen|Wood|Lodge|Mill|Hall|Quay|Bridge)"
)
_HOUSE = r"(?:(?:flat|apt|apartment|unit|no\.?|number)\s*\d{1,4}[a-z]?,?\s+)?(?<![\d/:.£$])\d{1,4}\s?[a-z]?,?\s+"
_NOT_STREET_WORD = (
    r"(?!(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|miles?|km|metres?|yards?|am|pm|st|nd|rd|"
    r"th|of|"
    r"people|cars?|times?|the|a|to|in|on|at|and|or|from|for|by|with|this|that|my|our|your|his|her|is|was)\b)"
)
_PHONE_NEAR = (
    r"\b(?:phone|tel|telephone|mobile|mob|ring|rang|call|called|text|contact|number|landline|fax|ext|extension|"
    r"bleep)\b"
)
_POSTCODE = (
    r"(?<![a-z0-9])(?:gir ?0aa|(?:[a-pr-uwyz](?:[0-9]{1,2}|[a-hk-y][0-9](?:[0-9]|[abehmnprv-y])?|[0-9][a-hjkps-uw]))"
    r" ?[0-9][abd-hjlnp-uw-z]{2})(?![a-z0-9])"
)
_PERSON_IS = (
    r"(?:i|he|she|mum|mummy|mammy|mother|dad|daddy|father|granny|gran|nana|nan|granda|grandad|grandmother|"
    r"grandfather|"
    r"aunt|auntie|uncle|wife|husband|patient|lady|gentleman|man|woman)"
)
_NINETIES = (
    r"(?:ninet(?:y|ies)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?: and \w+)?)"
)
_OLD_AGE = r"(?:9\d|1[01]\d)"
_YEARS_OLD = r"(?:\s*-?\s*(?:years?|yrs?)(?:\s*-?\s*(?:old|young|of age)\b)|\s*-?\s*y[/.]?o\b)"

RULES: tuple[Rule, ...] = (
    Rule("NHS_NUMBER", "health_number", _TEN, 0.4, _HEALTH_WORDS, is_health_service_number),
    Rule(
        "NHS_NUMBER",
        "health_number_after_word",
        r"(?<=\b(?:h ?(?:&|and|\+) ?c|h\.?s\.?c(?=\.? ?(?:number|no|num|id|ref|card)\b)|"
        r"h\.?c\.?n|health (?:and|&) (?:social )?care|nhs|chi|hosp(?:ital)?\.?|patient|"
        r"case ?note|"
        r"casenotes?|mrn|health)\.?(?: ?(?:number|no|num|id|ref|card))?\.?(?: ?(?:is|was|of))?[ :#=(-]{0,4})"
        r"(?:[a-z]{1,3}-?)?\d(?:[ -]?\d){5,11}(?!\d)",
        0.9,
    ),
    Rule(
        "NHS_NUMBER",
        "reference_after_word",
        r"(?<=\b(?:ref(?:erence)?|complaint|datix|case)(?: ?(?:number|no|num|id))?\.?"
        r"(?: ?(?:is|was))?[ :#=(]{1,3})(?=[a-z/-]{0,6}\d)[a-z0-9][a-z0-9/-]{4,15}(?![a-z0-9])",
        0.7,
    ),
    Rule(
        "NINO",
        "national_insurance",
        r"(?<![a-z0-9])(?!bg|gb|nk|kn|tn|nt|"
        r"zz)[a-ceghj-prtw-z][a-ceghj-npr-tw-z] ?-?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]"
        r"(?![a-z0-9])",
        0.95,
    ),
    Rule(
        "NINO",
        "national_insurance_in_context",
        r"(?<![a-z0-9])[a-z]{2} ?\d{2} ?\d{2} ?\d{2}(?: ?[a-z])?(?![a-z0-9])",
        _IN_CONTEXT,
        r"national insurance|\bni (?:no|num|number)\b|\bnino\b",
    ),
    Rule("POSTCODE", "postcode", _POSTCODE, 0.9, None, _is_postcode),
    Rule(
        "POSTCODE",
        "postcode_after_word",
        r"(?<=\bpost ?code(?: is| was)?[ :=-]{1,3})[a-z]{1,2}\w{1,2} ?\w{3}(?!\w)",
        0.85,
    ),
    Rule(
        "PHONE",
        "phone_uk",
        r"(?<![\w+])(?:(?:\+|00)44[ .-]?(?:\(0\)[ .-]?)?|\(?0(?=[1-9]))(?:[1-9]\)?)(?:[ .()-]{0,2}\d){8,9}(?!\d)",
        0.9,
    ),
    Rule("PHONE", "phone_ireland", r"(?<![\w+])(?:\+|00)353[ .-]?(?:\(0\)[ .-]?)?[1-9](?:[ .-]?\d){6,8}(?!\d)", 0.9),
    Rule(
        "PHONE",
        "phone_local",
        r"(?<![\d.£/-])(?:\d{6}|\d{2} ?\d{6}|\d{4}[ -]?\d{4}|\d{3}[ -]\d{4})(?!\d|[.,/]\d)",
        _IN_CONTEXT,
        r"\b(?:phone|tel|telephone|mobile|mob|landline|fax|phone number|contact number|(?:ring|call|text|rang|"
        r"called) (?:me|us|him|her|them)?"
        r" ?(?:on|at))\b",
    ),
    Rule("PHONE", "extension", r"(?<=\b(?:ext|extension|bleep)\.?(?: ?(?:no|number))?[ :.]{1,2})\d{3,6}(?!\d)", 0.8),
    Rule("EMAIL", "email", r"[a-z0-9][\w.+'%-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}", 1.0),
    Rule(
        "EMAIL",
        "email_spelled_out",
        r"[a-z0-9][\w.+-]{1,40} ?(?:\(at\)|\[at\]| at ) ?[a-z0-9-]{2,30} ?(?:\(dot\)|\[dot\]| dot |\.) ?(?:com|"
        r"co|net|org|ie|uk)\b"
        r"(?: ?(?:\(dot\)|\[dot\]| dot |\.) ?uk\b)?",
        0.8,
    ),
    Rule("URL", "url", r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\"'.,;:!?)\]]", 1.0),
    Rule(
        "URL",
        "domain",
        r"(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?-i:com|org|net|ie(?!…|[.:,]|$)|uk|gov|eu|"
        r"info)(?:/[^\s<>\"]*[^\s<>\"'.,;:!?)\]])?"
        r"(?![\w-]|\.\w)",
        0.7,
    ),
    Rule("HANDLE", "handle", r"(?<![\w@.])@[a-z_][\w.]{1,29}(?<!\.)", 0.8),
    Rule(
        "HANDLE",
        "handle_after_word",
        r"(?<=\b(?:instagram|insta|twitter|tiktok|snapchat|facebook|user ?name|reddit)(?: (?:name|handle|"
        r"account|username|page))?"
        r"(?: ?(?:is|:|-|as|=)) ?)(?=\w*[\d_.]|(?-i:[a-z]+[A-Z]))[\w.]{3,30}(?<!\.)",
        0.7,
    ),
    Rule(
        "DATE",
        "date_numeric",
        rf"(?<![\d/.-])(?:{_DAY}|0?[1-9]|1[0-2])([/.-])(?:{_DAY})\1(?:(?:19|20)\d{{2}}|\d{{2}})(?![\d/-]|\.\d)",
        0.85,
    ),
    Rule(
        "DATE",
        "date_spaced",
        r"(?<=\b(?:dob|d\.o\.b\.?|birth|born)\b[^\d\n]{0,15})\d{1,2} \d{1,2} (?:19|20)?\d{2}(?!\d)",
        0.85,
    ),
    Rule("DATE", "date_iso", r"(?<![\d/.-])(?:19|20)\d{2}([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)", 0.9),
    Rule(
        "DATE",
        "date_words",
        rf"(?<![\d/:.]){_DAY}(?:st|nd|rd|th)?(?: ?of)?[ .-]{{0,2}}{_MONTH}\b"
        rf"(?:\.?,?[ -]{{0,2}}'?(?:(?:19|20)\d{{2}}|\d{{2}})(?![\d:%]))?",
        0.85,
        None,
        _is_date,
    ),
    Rule(
        "DATE",
        "date_month_first",
        rf"\b{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?(?![\d:%])(?:,? ?(?:19|20)\d{{2}}(?!\d))?",
        0.8,
        None,
        _is_date,
    ),
    Rule("DATE", "birth_digits", r"(?<=\b(?:dob|d\.o\.b\.?|date of birth)\b[^\d\n]{0,8})\d{6}(?:\d{2})?(?!\d)", 0.8),
    Rule(
        "CARD",
        "card_number",
        r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])",
        _IN_CONTEXT,
        r"\b(?:card|visa|mastercard|debit|credit)\b",
        is_card_number,
    ),
    Rule(
        "IBAN",
        "iban",
        r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])",
        _IN_CONTEXT,
        r"\biban\b",
        is_iban,
    ),
    Rule("BANK_ACCOUNT", "sort_code", r"(?<=\bsort ?code\D{0,8})\d{2}[ -]?\d{2}[ -]?\d{2}(?!\d)", 0.9),
    Rule("BANK_ACCOUNT", "account_number", r"(?<=\b(?:account|acc|a/c)\.? ?(?:number|no|num)?\D{0,6})\d{8}(?!\d)", 0.8),
    Rule(
        "PASSPORT",
        "passport",
        r"(?<![a-z0-9])(?:\d{9}|[a-z]{2} ?\d{7}|[a-z]\d{8})(?![a-z0-9])",
        _IN_CONTEXT,
        r"\bpassports?\b",
    ),
    Rule(
        "DRIVING_LICENCE",
        "licence_gb",
        r"(?<![a-z0-9])[a-z]{2}[a-z9]{3} ?\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d ?[a-z][a-z9] ?\d[a-z]{2}(?![a-z0-9])",
        0.95,
    ),
    Rule(
        "DRIVING_LICENCE",
        "licence_ni",
        r"(?<![a-z0-9])(?:\d{8}|[a-z0-9]{16})(?![a-z0-9])",
        _IN_CONTEXT,
        r"\b(?:driving|driver'?s?) ?licen[cs]e\b|\blicen[cs]e (?:no|number)\b|\bdvla\b|\bdva\b",
    ),
    Rule(
        "VEHICLE",
        "plate_gb",
        r"(?<![a-z0-9])[a-hj-pr-y][a-hj-pr-y][0-9]{2} ?[a-hj-pr-z]{3}(?![a-z0-9])",
        0.8,
        None,
        _is_plate,
    ),
    Rule(
        "VEHICLE",
        "plate_ni",
        r"(?-i:(?<![A-Z0-9])(?:[IZ][A-Z]{2}|[A-Z][IZ][A-Z]|[A-Z]{2}[IZ]) ?[0-9]{3,4}(?![0-9A-Z:]))",
        0.7,
        None,
        _is_plate_of_northern_ireland,
    ),
    Rule(
        "VEHICLE",
        "plate_in_context",
        r"(?<![a-z0-9])(?:[a-z]{2}\d{2} ?[a-z]{3}|[a-z]{2,3} ?\d{1,4}|[a-z]\d{1,3} ?[a-z]{3}|"
        r"\d{2,3}-[a-z]{1,2}-\d{1,6})(?![a-z0-9:])",
        _IN_CONTEXT,
        r"\b(?:reg|registration|number ?plate|plate|reg(?:istration)? (?:no|number|plate))\b",
    ),
    Rule("GMC_NUMBER", "gmc_number", r"(?<![\d])\d{7}(?!\d)", _IN_CONTEXT, r"\b(?:gmc|general medical council)\b"),
    Rule("NMC_NUMBER", "nmc_pin", r"(?<![a-z0-9])\d{2}[a-i]\d{4}[a-z](?![a-z0-9])", 0.9),
    Rule("ADDRESS", "address", rf"{_HOUSE}(?:(?-i:[A-Z])[\w'.-]*\s+){{1,3}}(?-i:{_STREET_CAPITAL})\b\.?", 0.85),
    Rule("ADDRESS", "address_lower_case", rf"{_HOUSE}(?:{_NOT_STREET_WORD}[a-z][a-z'-]+\s+){{1,3}}{_STREET}\b", 0.75),
    Rule(
        "ADDRESS",
        "road_lived_on",
        r"(?<=\b(?:live[sd]?|living|address|stay(?:s|ed|ing)?|home|house|resid(?:es?|ing)|"
        r"neighbours?)\b[^.!?\n]{0,25} (?:in|on|at|is|off|beside|near) (?:the )?)"
        rf"(?:(?-i:[A-Z])[\w'-]*\s+){{1,3}}(?-i:{_STREET_CAPITAL})\b",
        0.75,
    ),
    Rule("ADDRESS", "townland", r"(?<=\b(?:my|our|his|her|home) address (?:is|was|:)? ?)[^.!?\n]{4,60}", 0.7),
    Rule(
        "PLACE",
        "place_lived_in",
        r"(?<=\b(?:i|we|who|mum|dad|mother|father|he|she|they|family|wife|husband|son|daughter|granny|sister|"
        r"brother|and|now|still|also|currently)"
        r" (?:live|lives|lived|living|reside|resides|stay|stays) (?:(?:alone|up|down|out|over|with \w+(?: \w+)?|"
        r"nearby|just) )?"
        r"(?:in|at|near|outside|beside|on) (?:the )?)"
        rf"(?:(?-i:[A-Z][a-z']+(?:[ -][A-Z][a-z']+){{0,2}})|(?:{_TOWNS}))\b"
        r"(?! (?:accommodation|housing|living|care)\b)",
        0.7,
        None,
        _is_home,
    ),
    Rule(
        "PLACE",
        "place_come_from",
        r"(?<=\b(?:i'?m|i am|we are|we're|she'?s|he'?s|she is|he is|i come|originally) from )"
        r"(?-i:[A-Z][a-z']+(?:[ -][A-Z][a-z']+){0,2})",
        0.6,
        None,
        _is_home,
    ),
    Rule("AGE", "age_years_old", rf"(?<![\d.,£/-]){_OLD_AGE}(?={_YEARS_OLD})", 0.95),
    Rule(
        "AGE",
        "age_aged",
        rf"(?<=\b(?:aged?|age of|turned|turning|nearly|almost)(?: is|:)? ?){_OLD_AGE}(?![\d%:./]|\s*(?:%|percent|"
        rf"min|hour|mile|day|week|month))",
        0.85,
    ),
    Rule(
        "AGE",
        "age_is",
        rf"(?<=\b{_PERSON_IS}(?:'?s| is| was|'?m| am| are|,)(?: now| only| nearly| almost)? )"
        rf"{_OLD_AGE}(?![\d%:./]|\w|\s*(?:%|percent|min|hour|mile|day|week|month|st\b|lb|kg))",
        0.7,
    ),
    Rule("AGE", "age_in_brackets", rf"(?<=\b{_PERSON_IS} ?\(){_OLD_AGE}(?=\))", 0.7),
    Rule("AGE", "age_in_words", rf"\b{_NINETIES}(?={_YEARS_OLD})", 0.9),
)
