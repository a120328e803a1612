"""De-identification of comments: texts and the columns that may hold names."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd
from presidio_analyzer import BatchAnalyzerEngine

from voice_of_care.deidentify.flags import find_flags
from voice_of_care.deidentify.recognisers import LANGUAGE, make_analyzer
from voice_of_care.deidentify.redaction import PEOPLE, Finding, Mention, disjoint, make_finding, number_people, rewrite
from voice_of_care.deidentify.textmap import map_text
from voice_of_care.deidentify.words import make_lists
from voice_of_care.tables import FLAGS, REDACTIONS, SAFE_COMMENTS, conform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from voice_of_care.settings import DeidentifySettings

_CANONICAL = ("received_on", "source", "question", "text", "respondent_group", "service", "site", "score")
_LABELS = ("service", "site", "question")
_BATCH = 128


class Deidentified(NamedTuple):
    """What de-identification makes of comments; fields are tables as declared."""

    safe_comments: pd.DataFrame
    redactions: pd.DataFrame
    flags: pd.DataFrame


class Redacted(NamedTuple):
    """One safe text and what was taken out; the spans are in the text as read."""

    text: str
    findings: tuple[Finding, ...]


def deidentify(
    comments: pd.DataFrame,
    repeats: pd.DataFrame,
    *,
    settings: DeidentifySettings,
    key: bytes,
    progress: Callable[[int, int], None] | None = None,
) -> Deidentified:
    """Take identifiers out of comments and of the columns beside them.

    Args:
        comments: the table `raw.COMMENTS`.
        repeats: the table `raw.REPEATS`.
        settings: the site's own names, words to keep, and the scope of pseudonyms.
        key: the project's key; pseudonyms are told apart by a keyed hash.
        progress: called with (texts done, texts in all).

    Returns:
        The safe comments in canonical order, the redactions, and what a person should look at.
    """
    frame = comments.reset_index(drop=True)
    found = find_identifiers(frame["raw_text"].tolist(), settings=settings, progress=progress)
    safe = frame.drop(columns=["raw_text"])
    safe["source"] = safe["source"].map(redact_labels(safe["source"].tolist(), settings=settings, key=key, of="files"))
    for column in _LABELS:
        labels = redact_labels(safe[column].dropna().tolist(), settings=settings, key=key)
        safe[column] = safe[column].map(labels, na_action="ignore")
    texts = _rewrite_all(frame, safe, found, scope=settings.pseudonym_scope, key=key)
    safe["text"] = texts
    safe["language"] = LANGUAGE
    duplicates = repeats.set_index("comment_id")["duplicate_of"]
    safe["duplicate_of"] = safe["comment_id"].map(duplicates)
    safe["campaign_id"] = None
    order = _canonical_order(safe, raw=frame["raw_text"])
    safe = safe.loc[order]
    return Deidentified(
        conform(safe[list(SAFE_COMMENTS.columns)], SAFE_COMMENTS),
        _redactions(frame.loc[order], found),
        _flags(safe),
    )


def redact_text(text: str, *, settings: DeidentifySettings, key: bytes) -> Redacted:
    """Take identifiers out of one text."""
    findings = find_identifiers([text], settings=settings)[text]
    mentions = [Mention("", finding.kind, finding.name) for finding in findings if finding.kind in PEOPLE]
    pseudonyms = number_people(mentions, key=key)
    return Redacted(rewrite(text, findings, _replacements("", findings, pseudonyms)), tuple(findings))


def redact_labels(
    labels: Iterable[str], *, settings: DeidentifySettings, key: bytes, of: Literal["columns", "files"] = "columns"
) -> dict[str, str]:
    """Return each distinct label of services, sites, questions or files with identifiers taken out.

    Only shapes that are sure, titles with names, and full names count, so that "Mary Ward" and "Causeway" stay.
    People are numbered over all labels given, in alphabetical order. Dates in file names stay.
    """
    distinct = sorted(set(labels))
    searched = {label: _searched_label(label, files=of == "files") for label in distinct}
    found = find_identifiers(searched.values(), settings=settings, cautious=True)
    if of == "files":
        found = {text: [each for each in findings if each.kind != "DATE"] for text, findings in found.items()}
    mentions = [
        Mention("", finding.kind, finding.name)
        for label in distinct
        for finding in found[searched[label]]
        if finding.kind in PEOPLE
    ]
    pseudonyms = number_people(mentions, key=key)
    result = {}
    for label in distinct:
        findings = found[searched[label]]
        result[label] = rewrite(label, findings, _replacements("", findings, pseudonyms))
    return result


def _searched_label(label: str, *, files: bool) -> str:
    """Return a label as searched, of the same length: in file names underscores and the like are spaces."""
    if not files:
        return label
    suffix = PurePosixPath(label).suffix
    stem = label[: len(label) - len(suffix)] if suffix else label
    plain = re.sub(r"(?<=[^\W\d_])[_.+-](?=[^\W\d_])|_", " ", stem)
    return plain + " " * len(suffix)


def find_identifiers(
    texts: Iterable[str],
    *,
    settings: DeidentifySettings,
    cautious: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, list[Finding]]:
    """Return the findings of each distinct text, disjoint and in order; spans are in the text as given."""
    # Sorted, so that batches hold the same texts whatever the order of files and rows.
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    lists = make_lists(settings.names, settings.keep, cautious=cautious)
    batch = BatchAnalyzerEngine(make_analyzer(lists))
    found: dict[str, list[Finding]] = {}
    for start in range(0, len(distinct), _BATCH):
        part = distinct[start : start + _BATCH]
        mapped = [map_text(text) for text in part]
        results = batch.analyze_iterator(
            [item.text for item in mapped], LANGUAGE, batch_size=_BATCH, return_decision_process=True
        )
        for text, item, matches in zip(part, mapped, results, strict=True):
            findings = [
                make_finding(
                    *item.span(match.start, match.end),
                    match.entity_type,
                    match.recognition_metadata["rule"],
                    match.score,
                    item.text[match.start : match.end],
                )
                for match in matches
                if not _is_kept(item.text[match.start : match.end], settings.keep)
            ]
            found[text] = disjoint(findings)
        if progress is not None:
            progress(min(start + _BATCH, len(distinct)), len(distinct))
    return found


def _is_kept(words: str, keep: tuple[str, ...]) -> bool:
    return any(words.strip().casefold() == word.strip().casefold() for word in keep)


def _rewrite_all(
    frame: pd.DataFrame, safe: pd.DataFrame, found: dict[str, list[Finding]], *, scope: str, key: bytes
) -> list[str]:
    """Return the safe texts: people numbered in canonical order, which is found with the numbers left out."""
    unnumbered = safe.assign(
        text=[rewrite(text, found[text], _replacements("", found[text], {})) for text in frame["raw_text"]]
    )
    scopes = _scopes(frame, scope)
    mentions = []
    for row in _canonical_order(unnumbered, raw=frame["raw_text"]):
        mentions += [
            Mention(scopes[row], finding.kind, finding.name)
            for finding in found[str(frame.loc[row, "raw_text"])]
            if finding.kind in PEOPLE
        ]
    pseudonyms = number_people(mentions, key=key)
    return [
        rewrite(text, found[text], _replacements(scope_id, found[text], pseudonyms))
        for text, scope_id in zip(frame["raw_text"], scopes, strict=True)
    ]


def _scopes(frame: pd.DataFrame, scope: str) -> list[str]:
    if scope == "project":
        return [""] * len(frame)
    if scope == "comment":
        return frame["comment_id"].tolist()
    own = frame["session_id"].fillna(frame["response_id"]).fillna(frame["comment_id"])
    return [str(value) for value in own]


def _replacements(scope: str, findings: Sequence[Finding], pseudonyms: dict[Mention, str]) -> list[str]:
    return [
        finding.replacement or pseudonyms.get(Mention(scope, finding.kind, finding.name), f"[{finding.kind}]")
        for finding in findings
    ]


def _canonical_order(safe: pd.DataFrame, *, raw: pd.Series) -> list[int]:
    """Return the rows in canonical order; the words themselves settle ties, then the place in the file."""
    keys = pd.DataFrame({name: safe[name].astype("object") for name in _CANONICAL})
    rows = []
    for row, values in zip(safe.index, keys.itertuples(index=False), strict=True):
        parts = tuple((pd.isna(value), "" if pd.isna(value) else value) for value in values)
        rows.append((parts, raw[row], _natural(str(safe.loc[row, "source_ref"])), row))
    return [row for *_, row in sorted(rows, key=lambda item: item[:3])]


def _natural(place: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key in which 'page 10' follows 'page 9'."""
    parts = re.findall(r"\d+|\D+", place)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _redactions(frame: pd.DataFrame, found: dict[str, list[Finding]]) -> pd.DataFrame:
    rows = [
        (comment_id, item.start, item.end, item.kind, item.rule, round(item.score, 2))
        for comment_id, text in zip(frame["comment_id"], frame["raw_text"], strict=True)
        for item in found[text]
    ]
    return conform(pd.DataFrame(rows, columns=list(REDACTIONS.columns)), REDACTIONS)


def _flags(safe: pd.DataFrame) -> pd.DataFrame:
    by_text = {text: find_flags(text) for text in dict.fromkeys(safe["text"])}
    rows = [
        (comment_id, kind, rule)
        for comment_id, text in zip(safe["comment_id"], safe["text"], strict=True)
        for kind, rule in by_text[text]
    ]
    return conform(pd.DataFrame(rows, columns=list(FLAGS.columns)), FLAGS)
