"""The command that tells why a comment was coded as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import AsJson, ProjectFolder, app, print_lines, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from voice_of_care.explain import Explanation, Reason
    from voice_of_care.store import Store

_WEAK_BELOW, _STRONG_FROM = 0.6, 0.8
_HALF_AND_MORE = 0.5  # share of the strength that falls with the words
_ABOUT = {"theme": "Theme", "priority": "Priority", "sentiment": "Sentiment", "kind": "Kind", "voice": "Voice"}


@app.command(epilog="Example: voice-of-care explain VOC-1A2B3C4D5E.2 --project listening")
def explain(
    item: Annotated[str, typer.Argument(help="Id of a comment, or of one segment of it.", metavar="ID")],
    project: ProjectFolder,
    as_json: AsJson = False,
) -> None:
    """Show why a comment was given its themes, priorities and sentiment: the words that carried each."""
    from voice_of_care.embedding import load_embedders
    from voice_of_care.explain import explain as find_reasons
    from voice_of_care.explain import segments_of
    from voice_of_care.projects import read_analysis
    from voice_of_care.store import Store, find_project

    opened = find_project(project)
    with Store(opened.folder) as store:
        analysis = read_analysis(opened, store)
        segments_of(item.strip(), analysis)  # an unknown id is told before the models are loaded
        lookup, remember = _memory_over(store)
        embedders = load_embedders(lookup=lookup, remember=remember)
        found = find_reasons(item.strip(), analysis=analysis, embedders=embedders)
    if as_json:
        typer.echo(to_json(found.as_dict()))
    else:
        print_lines(explanation_lines(found))


def _memory_over(
    store: Store,
) -> tuple[Callable[[str, Sequence[str]], Mapping[str, np.ndarray]], Callable[[str, Mapping[str, np.ndarray]], None]]:
    """Return a cache that reads the project's vectors and keeps new ones for this call alone."""
    kept: dict[tuple[str, str], np.ndarray] = {}

    def lookup(model: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        here = {each: kept[model, each] for each in hashes if (model, each) in kept}
        return here | store.find_vectors(model, [each for each in hashes if each not in here])

    def remember(model: str, vectors: Mapping[str, np.ndarray]) -> None:
        kept.update({(model, each): vector for each, vector in vectors.items()})

    return lookup, remember


def explanation_lines(found: Explanation) -> list[str]:
    """Return an explanation as lines: each reason with its words marked in the safe text."""
    lines = [f"{found.comment_id}" + (f", in answer to: {found.question}" if found.question else "")]
    for segment in found.segments:
        lines += ["", f"{segment.segment_id}  {segment.text}"]
        for reason in segment.reasons:
            lines += _reason_lines(reason, segment.text)
    return lines


def _reason_lines(reason: Reason, text: str) -> list[str]:
    if reason.is_rejected:
        who = f" ({reason.actor})" if reason.actor else ""
        return [f"  Not: {reason.label}, a reviewer{who} said no" + (f": {reason.why}" if reason.why else "")]
    title = f"  {_ABOUT[reason.about]}: {reason.label}{_strength(reason)}"
    if reason.origin == "reviewer":
        return [f"{title}, decided by a reviewer"]
    if not reason.words:
        why = {
            "model": "no single words; judged from tone and question",
            "rule": "told by sentiment, question or form",
        }[reason.origin]
        return [f"{title}, {why}", *_further_lines(reason)]
    marked = _marked(text, [(each.start, each.end) for each in reason.words])
    falls = [
        _fall(text[each.start : each.end], each.fall, reason.strength) for each in reason.words if each.fall is not None
    ]
    return [title, f"    {marked}", *([f"    without {'; '.join(falls)}"] if falls else []), *_further_lines(reason)]


def _strength(reason: Reason) -> str:
    """Return how sure it is in words, and the number."""
    if reason.strength is None:
        return ""
    size = abs(reason.strength)
    word = "weak" if size < _WEAK_BELOW else "clear" if size < _STRONG_FROM else "strong"
    if reason.about == "sentiment":  # of a sentiment the number is where it lies from -1 to 1, not how sure it is
        return f" ({reason.strength:.2f} on a scale from -1 to 1)"
    return f", {word} ({reason.strength:.2f})"


def _further_lines(reason: Reason) -> list[str]:
    lines = [f"    says word for word: {'; '.join(reason.cues)}"] if reason.cues else []
    if reason.question_fall is not None:
        lines.append(f"    without the question {_weaker(reason.question_fall, reason.strength)}")
    return lines


def _fall(words: str, fall: float, strength: float | None) -> str:
    return f"“{words}” {_weaker(fall, strength)}"


def _weaker(fall: float, strength: float | None) -> str:
    much = "much" if fall >= _HALF_AND_MORE * abs(strength or 1.0) else "a little"
    return f"it is {much} weaker ({fall:.2f})"


def _marked(text: str, places: list[tuple[int, int]]) -> str:
    """Return the text with the words at these places between marks."""
    for start, end in sorted(places, reverse=True):
        text = f"{text[:start]}»{text[start:end]}«{text[end:]}"
    return text
