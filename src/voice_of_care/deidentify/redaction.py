"""Findings made disjoint, pseudonyms numbered, and texts rewritten by presidio's anonymizer."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from voice_of_care.deidentify.dates import month_and_year
from voice_of_care.deidentify.textmap import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PEOPLE = ("PERSON", "STAFF")
_PART = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


@dataclass(frozen=True)
class Finding:
    """An identifier in a text as read; `name` is the folded name of a person, `replacement` what else stands for it."""

    start: int
    end: int
    kind: str
    rule: str
    score: float
    name: str = ""
    replacement: str = ""


class Mention(NamedTuple):
    """A person's name where it stands: the scope it is numbered in, its kind and its folded words."""

    scope: str
    kind: str
    name: str


def make_finding(start: int, end: int, kind: str, rule: str, score: float, words: str) -> Finding:
    """Make a finding, keeping only what the replacement needs of the words."""
    if kind in PEOPLE:
        return Finding(start, end, kind, rule, score, name=" ".join(_PART.findall(fold(words))))
    if kind == "DATE":
        month = month_and_year(words)
        return Finding(start, end, kind, rule, score, replacement=f"[DATE: {month}]" if month else "[DATE]")
    return Finding(start, end, kind, rule, score, replacement="90+" if kind == "AGE" else f"[{kind}]")


def disjoint(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings that do not overlap, in order: the surest wins, then the longest, then the first.

    A finding that loses to one it reaches beyond widens the winner, so that no piece of an identifier is left standing.
    """
    kept: list[Finding] = []
    for finding in sorted(
        findings, key=lambda item: (-item.score, item.start - item.end, item.start, item.kind, item.rule)
    ):
        rivals = [other for other in kept if other.start < finding.end and finding.start < other.end]
        if not rivals:
            kept.append(finding)
            continue
        start = min([finding.start, *(other.start for other in rivals)])
        end = max([finding.end, *(other.end for other in rivals)])
        if all(other.kind in PEOPLE for other in rivals) and finding.kind in PEOPLE:
            continue
        winner = max(rivals, key=lambda item: (item.score, item.end - item.start, -item.start))
        kept = [other for other in kept if other not in rivals]
        kept.append(replace(winner, start=start, end=end))
    return sorted(kept, key=lambda item: item.start)


def number_people(mentions: Sequence[Mention], *, key: bytes) -> dict[Mention, str]:
    """Return each mention's pseudonym, such as [STAFF_2].

    Mentions are given in canonical order. Within a scope numbers run by first appearance; a forename alone takes the
    number of the only full name that starts with it. People are told apart by a keyed hash of their name.
    """
    full: dict[tuple[str, str], set[str]] = {}
    for mention in mentions:
        words = mention.name.split()
        if len(words) > 1:
            full.setdefault((mention.scope, words[0]), set()).add(mention.name)
            if mention.kind == "STAFF":
                full.setdefault((mention.scope, words[-1]), set()).add(mention.name)
    kinds: dict[tuple[str, str], str] = {}
    for mention in mentions:
        person = (mention.scope, _person(mention, full))
        kinds[person] = "STAFF" if "STAFF" in (mention.kind, kinds.get(person)) else "PERSON"
    numbers: dict[tuple[str, str, bytes], int] = {}
    counts: dict[tuple[str, str], int] = {}
    pseudonyms = {}
    for mention in mentions:
        name = _person(mention, full)
        kind = kinds[mention.scope, name]
        identity = (mention.scope, kind, hmac.new(key, name.encode(), hashlib.sha256).digest())
        if identity not in numbers:
            counts[mention.scope, kind] = counts.get((mention.scope, kind), 0) + 1
            numbers[identity] = counts[mention.scope, kind]
        pseudonyms[mention] = f"[{kind}_{numbers[identity]}]"
    return pseudonyms


def _person(mention: Mention, full: dict[tuple[str, str], set[str]]) -> str:
    if " " in mention.name:
        return mention.name
    candidates = full.get((mention.scope, mention.name), set())
    return next(iter(candidates)) if len(candidates) == 1 else mention.name


@functools.cache
def _anonymizer() -> AnonymizerEngine:
    return AnonymizerEngine()  # type: ignore[no-untyped-call]


def rewrite(text: str, findings: Sequence[Finding], replacements: Sequence[str]) -> str:
    """Return the text with each finding replaced; everything else stays as it is, character for character."""
    if not findings:
        return text
    # Each span is a type of its own, so that the anonymizer neither merges neighbours nor mixes up replacements.
    spans = [
        RecognizerResult(entity_type=f"SPAN_{number}", start=finding.start, end=finding.end, score=1.0)
        for number, finding in enumerate(findings)
    ]
    operators = {
        f"SPAN_{number}": OperatorConfig("replace", {"new_value": replacement})
        for number, replacement in enumerate(replacements)
    }
    result = _anonymizer().anonymize(text, spans, operators, merge_entities_with_spaces=False)
    return str(result.text)
