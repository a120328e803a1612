"""Words a reader sees for the closed values of the tables. British English, without the system's locale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

GROUPS = {
    "staff": "Staff",
    "service_user": "Service users",
    "carer": "Carers and families",
    "other": "Others",
    "unknown": "Group not known",
}
GROUP_ONE = {
    "staff": "Member of staff",
    "service_user": "Service user",
    "carer": "Carer or family member",
    "other": "Other respondent",
    "unknown": "Respondent, group not known",
}
SENTIMENTS = {
    "very_negative": "Very negative",
    "negative": "Negative",
    "neutral": "Neutral",
    "mixed": "Mixed",
    "positive": "Positive",
    "very_positive": "Very positive",
}
LEANINGS = {"negative": "Negative", "mixed": "Mixed", "neutral": "Neutral", "positive": "Positive"}
KINDS = {"praise": "Praise", "concern": "Concern", "suggestion": "Suggestion", "other": "Other"}
VOICES = {
    "first_hand": "In their own words",
    "reported": "What others said, passed on",
    "facilitator": "A note taker\u2019s words for a room",
}
VOICES_SAY = {
    "first_hand": "are people\u2019s own words",
    "reported": "pass on what others said",
    "facilitator": "are a note taker\u2019s words for a room",
}
LEANING_SIGNS = {"negative": "\u2212", "mixed": "\u00b1", "neutral": "\u25cb", "positive": "+"}
WHY_INCLUDED = {
    "exemplar": "Typical of the theme",
    "borderline": "Borderline: only just belongs",
    "disconfirming": "Goes against the theme",
    "evidence": "Evidence for a priority",
    "speaks": "Said after the action",
}
FLAG_KINDS = {
    "residual_risk": "What is left may point to somebody",
    "third_party": "Speaks of somebody else",
    "safeguarding": "May be about someone at risk",
}
STABILITY = {"stable": "Stable", "partly": "Fairly stable", "unstable": "Unstable"}
SEVERITIES = {0: "No harm", 1: "Low", 2: "Moderate", 3: "Safety at stake"}
REDACTION_KINDS = {
    "PERSON": "Name",
    "STAFF": "Name of staff",
    "NHS_NUMBER": "NHS or H&C number",
    "DATE": "Date",
    "POSTCODE": "Postcode",
    "PHONE": "Telephone number",
    "VEHICLE": "Number plate",
    "AGE": "Age of 90 or more",
    "ADDRESS": "Address",
    "EMAIL": "E-mail address",
    "URL": "Web address",
    "HANDLE": "Social media name",
    "CARD": "Payment card",
    "IBAN": "IBAN",
    "BANK_ACCOUNT": "Bank account",
    "PASSPORT": "Passport",
    "NINO": "National Insurance number",
    "GMC_NUMBER": "GMC number",
    "NMC_NUMBER": "NMC number",
    "DRIVING_LICENCE": "Driving licence",
    "PLACE": "Place",
}
PROFILES = {
    "publish": "For publishing: small numbers suppressed",
    "threshold5": "Small numbers below 5 suppressed",
    "threshold10": "Small numbers below 10 suppressed",
    "internal": "Internal: not for release",
}
FORMATS = {
    "csv": "CSV table",
    "tsv": "TSV table",
    "xlsx": "Excel workbook",
    "xls": "Excel workbook",
    "docx": "Word document",
    "pdf": "PDF",
    "txt": "Plain text",
    "md": "Plain text",
    "json": "JSON",
    "jsonl": "JSON",
}
PRESETS = {
    "mapping": "Your own mapping",
    "notes": "Notes",
    "qualtrics": "Qualtrics",
    "microsoft-forms": "Microsoft Forms",
    "citizen-space": "Citizen Space",
    "care-opinion": "Care Opinion",
    "friends-and-family-test": "Friends and Family Test",
}
STEPS = {
    "intake": "Reading",
    "deidentify": "De-identifying",
    "segments": "Splitting into segments",
    "themes": "Finding themes",
    "seeds": "Themes looked for on request",
}
OUTCOMES = {
    "themed": "Analysed, with a theme",
    "without_theme": "Analysed, without a theme",
    "set_aside": "Set aside",
}
DECISIONS = {
    "theme.confirm": "theme confirmed",
    "theme.rename": "theme renamed",
    "theme.describe": "theme described anew",
    "theme.merge": "themes merged",
    "theme.retire": "theme retired",
    "mapping.set": "link of a theme to a priority",
    "link.set": "link of a segment to a priority",
    "quote.approve": "quote approved",
    "quote.withdraw": "quote withdrawn",
    "severity.set": "how serious a theme is",
    "deid.redact": "words taken out by hand",
    "action.add": "action recorded",
    "action.remove": "action taken back",
    "rebase.add": "limits begun anew",
    "rebase.remove": "limits joined again",
    "segment.read": "segment read and ticked off",
    "ballot.open": "round of ballots opened",
    "ballot.cast": "ballot read",
    "ballot.remove": "ballot taken back",
    "ballot.close": "round of ballots closed",
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text with a space for each control character and what XML does not allow."""
    return _NOT_PRINTABLE.sub(" ", text)


def long_date(day: datetime.date) -> str:
    """Return a date as in '3 April 2024'."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_month(year: int, month: int) -> str:
    """Return a month as in 'April 2024'."""
    return f"{MONTHS[month - 1]} {year}"


def short_month(year: int, month: int) -> str:
    """Return a month as in 'Apr 24'."""
    return f"{MONTHS[month - 1][:3]} {year % 100:02d}"


def redaction_kind(kind: str) -> str:
    """Return a kind of identifier in words; one that is not known is spelt out."""
    return REDACTION_KINDS.get(kind.upper(), sentence_case(kind))


def sentence_case(value: str) -> str:
    """Return a code such as 'hc_number' as words."""
    words = value.replace("_", " ").strip()
    return words[:1].upper() + words[1:].lower() if words.isupper() else words[:1].upper() + words[1:]


def slug(value: str) -> str:
    """Return letters, digits and hyphens only, for an anchor."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", value).strip("-") or "x"


def join_words(parts: list[str]) -> str:
    """Join as in 'a, b and c'."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def join_some(parts: list[str], most: int = 3) -> str:
    """Join as in 'a, b, c and 4 more'."""
    return join_words(parts if len(parts) <= most + 1 else [*parts[:most], f"{len(parts) - most} more"])


def in_tenths(tenths: int) -> str:
    """Return a number of tenths as in 'about 8 in 10'."""
    return {0: "hardly any", 10: "nearly all"}.get(tenths, f"about {tenths} in 10")


def capitalise(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def all_confirmed(number: int) -> str:
    """Return that people confirmed every theme."""
    return "The one theme is confirmed" if number == 1 else f"All {number} themes are confirmed"


def decision(action: str) -> str:
    """Return the name of a kind of decision in words."""
    return DECISIONS.get(action, sentence_case(action.replace(".", " ")))


def plural(number: int, one: str, many: str) -> str:
    """Return the word that fits the number."""
    return one if number == 1 else many
