"""Tell from a table's headers which column holds the text, the codes, and what else is known of a coding."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from voice_of_care.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from voice_of_care.frameworks import Framework

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "comment", "comments", "comment text", "free text", "freetext", "fft answer", "fft comment",
        "verbatim", "answer", "response", "response text", "answer text", "feedback", "statement", "segment", "quote",
        "what was said", "what they said", "what people said",
    ),
    "id": (
        "id", "comment id", "comment no", "comment number", "item id", "item", "row id", "record id", "text id",
        "ref", "reference",
    ),
    "question": ("question", "fft question", "question text", "question asked", "asked", "prompt"),
    "sentiment": ("sentiment", "comment sentiment", "tone", "sentiment level", "polarity", "sentiment score"),
    "coder": ("coder", "coded by", "coder id", "coder name", "annotator", "rater", "analyst", "reviewer", "coder no"),
    "respondent": (
        "respondent", "respondent id", "respondent no", "response id", "participant", "participant id", "person",
        "person id", "author", "author id",
    ),
}  # fmt: skip
_CODES = re.compile(r"^(?:all |the |our |my )?(?:code|priority|priorities|theme|label|tag)s? ?(?:\d{1,2})?$")
_FURTHER = re.compile(
    r"^(?:notes?|remarks?|date|trust|service|site|source|group|respondent group|score|service type \d|"
    r"fft categorical answer)$"
)
_SHOWN = 12
_LONGEST_SHOWN = 40
QDC_FEEDBACK = "qdc-feedback"


class Columns(NamedTuple):
    """Which column is what.

    Args:
        roles: header by role: text, id, question, sentiment, coder, respondent.
        codes: columns whose cells name priorities, separated by semicolons.
        marks: columns that stand for a priority, marked with 1 or blank: header to priority id.
        not_coded: columns that mark a row as one that could not be coded.
        no_priority: columns of codes that stand for none of the judged priorities, as declared.
        unknown: columns of marks that name no priority of the framework.
        preset: id of the known file it was recognised as.
    """

    roles: Mapping[str, str]
    codes: tuple[str, ...]
    marks: Mapping[str, str]
    not_coded: tuple[str, ...]
    no_priority: tuple[str, ...]
    unknown: tuple[str, ...]
    preset: str | None

    @property
    def wanted(self) -> list[str]:
        """Return the columns to read beside the text."""
        roles = [self.roles[role] for role in ("sentiment", "coder") if role in self.roles]
        return [*roles, *self.codes, *self.marks, *self.not_coded, *self.no_priority, *self.unknown]


@functools.cache
def qdc_feedback() -> dict[str, Any]:
    """Return what is declared of the public file of coded feedback."""
    folder = resources.files("voice_of_care.evaluation")
    return tomllib.loads(folder.joinpath("qdc_feedback.toml").read_text(encoding="utf-8"))


def simplified(name: str) -> str:
    """Return a label for comparing: lower case, `and` for &, no punctuation."""
    words = re.sub(r"[^\w\s]|_", " ", name.casefold().replace("&", " and ").replace("’", "'").replace("'", ""))
    return " ".join(words.split())


def priority_names(framework: Framework) -> dict[str, str]:
    """Return the priority of each simplified label or id, with those that earlier versions of the framework had."""
    names: dict[str, str] = {}
    for element in framework.elements:
        names.setdefault(simplified(element.label), element.id)
        names.setdefault(simplified(element.id), element.id)
    if framework.id == qdc_feedback()["framework"]:
        for old, new in qdc_feedback()["merged"].items():
            priority = names.get(simplified(new))
            if priority is not None:
                names.setdefault(simplified(old), priority)
    return names


def find_columns(
    headers: Sequence[str],
    *,
    marked: Collection[str],
    framework: Framework,
    name: str,
    named: Mapping[str, Sequence[str]] | None = None,
) -> Columns:
    """Return which column is what.

    Args:
        headers: as they stand in the file.
        marked: those whose cells hold nothing but marks.
        framework: its labels and ids head the columns of marks.
        name: the file's name, for errors.
        named: headers by role, as a person gave them; 'codes' may have several. The others are found.

    Raises:
        InputError: a column named is not there, or no column of texts or none of codes was found; one line that
            names what was.
    """
    plain = {header: simplified(header) for header in headers if header}
    preset = _preset(plain.values(), framework)
    declared = qdc_feedback() if framework.id == qdc_feedback()["framework"] else {}
    not_coded = _among(plain, declared.get("not_coded", ()))
    no_priority = _among(plain, declared.get("no_priority", ()))
    said = _named(plain, named or {}, name)
    roles = _roles(plain, marked, said)
    names = priority_names(framework)
    taken = {*roles.values(), *not_coded, *no_priority, *said.get("codes", ())}
    marks = {header: names[each] for header, each in plain.items() if header not in taken and each in names}
    codes = said.get("codes") or tuple(
        header
        for header, each in plain.items()
        if _CODES.match(each) and header not in {*taken, *marks} and header not in marked
    )
    rest = [header for header in plain if header not in {*taken, *marks, *codes} and header in marked]
    unknown = tuple(header for header in rest if not _FURTHER.match(plain[header]))
    if "text" not in roles:
        raise InputError(
            f"{name}: no column of texts was found. Head it 'text', or name it with --text. Found: {_listed(plain)}."
        )
    if not marks and not codes:
        msg = (
            f"{name}: no codes were found: neither a column 'codes' (or one named with --codes) nor columns headed by"
            f" priorities of {framework.id}. Found: {_listed(plain)}."
        )
        raise InputError(msg)
    return Columns(roles, codes, marks, not_coded, no_priority, unknown, preset)


def _preset(plain: Collection[str], framework: Framework) -> str | None:
    declared = qdc_feedback()
    if framework.id != declared["framework"]:
        return None
    return QDC_FEEDBACK if {simplified(header) for header in declared["recognised_by"]} <= set(plain) else None


def _among(plain: Mapping[str, str], declared: Sequence[str]) -> tuple[str, ...]:
    wanted = {simplified(header) for header in declared}
    return tuple(header for header, each in plain.items() if each in wanted)


def _named(plain: Mapping[str, str], named: Mapping[str, Sequence[str]], name: str) -> dict[str, tuple[str, ...]]:
    """Return the headers as they stand in the file of those that a person gave, whatever their case."""
    header_of = {each: header for header, each in reversed(list(plain.items()))}
    found: dict[str, tuple[str, ...]] = {}
    for role, headers in named.items():
        for given in headers:
            header = given if given in plain else header_of.get(simplified(given))
            if header is None:
                msg = f"{name}: there is no column '{given[:_LONGEST_SHOWN]}' (--{role}). Found: {_listed(plain)}."
                raise InputError(msg)
            found[role] = (*found.get(role, ()), header)
    every = [header for headers in found.values() for header in headers]
    twice = [header for header in every if every.count(header) > 1]
    if twice:
        raise InputError(f"{name}: the column '{twice[0][:_LONGEST_SHOWN]}' was named twice. Name each but once.")
    return found


def _roles(plain: Mapping[str, str], marked: Collection[str], said: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the header of each role: what a person named, or the synonym that ranks first among the others."""
    roles = {role: headers[0] for role, headers in said.items() if role != "codes"}
    codes = said.get("codes", ())
    for role, synonyms in _SYNONYMS.items():
        if role in roles:
            continue
        ranked = sorted(
            (synonyms.index(each), place, header)
            for place, (header, each) in enumerate(plain.items())
            if each in synonyms and header not in {*roles.values(), *codes} and (role != "text" or header not in marked)
        )
        if ranked:
            roles[role] = ranked[0][2]
    return roles


def _listed(plain: Mapping[str, str]) -> str:
    shown = [f"'{header[:_LONGEST_SHOWN]}'" for header in list(plain)[:_SHOWN]]
    more = f" and {len(plain) - _SHOWN} more" if len(plain) > _SHOWN else ""
    return ", ".join(shown) + more
