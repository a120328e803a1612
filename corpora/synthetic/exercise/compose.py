"""Put statements together the way people do: one or several, joined or not, tidy or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exercise.world import THEME_WEIGHTS, Service, period_fits, theme_weight

if TYPE_CHECKING:
    import datetime
    import random
    from collections.abc import Iterable

    from exercise.banks import Line
    from exercise.identifiers import Identifier, Inventor

MOST_USES = 3
PLAIN_SHARE = 0.45
_SUGGESTS = 3  # the plain question "How do we do it better?"
_SESSION_STYLES = frozenset({"paraphrase", "note", "minute", "turn"})
_TURNS = ("But", "However,", "That said,", "The only thing is,", "Mind you,", "On the down side,", "Having said that,",
          "My only gripe:", "But to be fair,", "On the other hand,", "Saying that,", "Only complaint,")  # fmt: skip
_UPTURNS = (
    "But",
    "To be fair,",
    "In fairness,",
    "On the plus side,",
    "Having said that,",
    "Still,",
    "Credit where it's due,",
)
_MORE = ("Also,", "And", "Another thing,", "As well as that,", "Plus", "On top of that,")
_SPOKEN = ("Well,", "Aye,", "To be honest,", "See for me,", "I suppose", "Like,", "Honestly,", "Just on that,", "Yeah,")
_KEEP_CAPITAL = frozenset(
    ("LoughLink", "Dr", "Mr", "Mrs", "Ms", "Miss", "Prof", "Sr", "Sister", "Datix", "Friday", "Christmas", "Pizza")
)
_TYPOS = {
    "received": "recieved", "definitely": "definately", "appointment": "apointment", "waiting": "wating",
    "friendly": "freindly", "excellent": "excellant", "because": "becuase", "nurses": "nures", "about": "abuot",
    "their": "thier", "really": "realy", "people": "poeple", "different": "diffrent", "nobody": "noboby",
    "hospital": "hosptial", "through": "thru", "doctor": "docter", "system": "sytem", "minutes": "mins",
    "before": "befor", "there": "ther", "and": "adn", "told": "tolld", "with": "wiht", "said": "siad",
}  # fmt: skip
_TEXT_SPEAK = {"you": "u", "your": "ur", "are": "r", "please": "pls", "thanks": "thx", "because": "cos", "and": "&",
               "to": "2", "for": "4", "would": "wud", "with": "wi"}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One bank statement as it stands in a comment."""

    text: str
    themes: tuple[str, ...]
    sentiment: str
    plain_question: int | None
    voice: str = "first_hand"

    @property
    def kind(self) -> str:
        """Return what it does; mixed feelings count as a concern."""
        if self.plain_question == _SUGGESTS:
            return "suggestion"
        if self.sentiment == "neutral":
            return "other"
        return "praise" if self.sentiment in {"positive", "very_positive"} else "concern"


@dataclass(frozen=True)
class Comment:
    """The words of one comment and all that is known of them."""

    text: str
    parts: tuple[Part, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    protected: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    sentiment: str = "neutral"

    @property
    def themes(self) -> tuple[str, ...]:
        """Return the themes, each once, in the order they come up."""
        return tuple(dict.fromkeys(theme for part in self.parts for theme in part.themes))

    @property
    def plain_question(self) -> int | None:
        """Return the plain question all labelled parts answer, if it is one."""
        answered = {part.plain_question for part in self.parts if part.plain_question}
        return answered.pop() if len(answered) == 1 else None


@dataclass(frozen=True)
class Slot:
    """A place for a comment: in which file, by whom, of what, and what fits there."""

    file: str
    where: dict[str, str | int]
    style: str
    group: str
    service: Service
    site: str
    day: datetime.date
    question: str = ""
    signs: tuple[int, ...] = (-1, 0, 1)
    plain_questions: tuple[int | None, ...] = (None, 1, 2, 3, 4)
    score: int | None = None
    extra: dict[str, str] = field(default_factory=dict)


def overall(sentiments: Iterable[str]) -> str:
    """Return the sentiment of the whole from that of its parts: praise and complaint together are mixed."""
    said = set(sentiments)
    praise, complaint = said & {"positive", "very_positive"}, said & {"negative", "very_negative"}
    if "mixed" in said or (praise and complaint):
        return "mixed"
    for name in ("very_positive", "very_negative", "positive", "negative"):
        if name in said:
            return name
    return "neutral"


class Composer:
    """Chooses statements that fit a slot, the least used first, and joins them."""

    def __init__(self, rng: random.Random, lines: list[Line], paraphrases: list[Line], inventor: Inventor) -> None:
        self._rng = rng
        self._lines = lines
        self._paraphrases = paraphrases
        self._inventor = inventor
        self._uses: dict[Line, int] = dict.fromkeys([*lines, *paraphrases], 0)
        self._said_in: dict[str, set[Line]] = {}

    def compose(self, slot: Slot, special: Line | None = None) -> Comment:
        """Write the comment of a slot, around a special statement if there is one."""
        if slot.style == "paraphrase":
            line = self._pick(slot, self._paraphrases)
            return self._join([line], slot)
        lines = [special] if special else []
        wanted = self._how_many(slot)
        while len(lines) < wanted:
            lines.append(self._pick(slot, self._lines, after=lines))
        return self._join(lines, slot)

    def fits(self, line: Line, slot: Slot) -> bool:
        """Say whether a statement can stand in a slot."""
        return (
            slot.group in line.groups
            and line.sign in slot.signs
            and line.plain_question in slot.plain_questions
            and (line.bank == "questions" if slot.extra.get("bank") else _asked(line, slot))
            and (not line.settings or bool(line.settings & slot.service.settings))
            and period_fits(line.theme, line.period, slot.day)
            and theme_weight(line.theme, slot.service, slot.site, slot.day) > 0
        )

    def _how_many(self, slot: Slot) -> int:
        odds = {
            "form": (62, 27, 9, 2), "story": (5, 30, 40, 25), "turn": (40, 42, 18, 0), "note": (86, 14, 0, 0),
            "minute": (80, 20, 0, 0), "survey": (70, 25, 5, 0),
        }[slot.style]  # fmt: skip
        return self._rng.choices((1, 2, 3, 4), odds)[0]

    def _pick(self, slot: Slot, among: list[Line], after: list[Line] | None = None) -> Line:
        after = after or []
        said = {line.theme for line in after}
        heard = self._said_in.setdefault(slot.file, set()) if slot.style in _SESSION_STYLES else set()
        by_theme: dict[str, list[Line]] = {}
        for line in among:
            new = line not in after and line not in heard and not (after and line.theme == "general")
            if new and self.fits(line, slot):
                by_theme.setdefault(line.theme, []).append(line)
        fresh = {t: [ln for ln in own if self._uses[ln] < MOST_USES] for t, own in by_theme.items()}
        fresh = {t: own for t, own in fresh.items() if own} or by_theme
        themes = [theme for theme in THEME_WEIGHTS if theme in fresh]
        weights = [
            theme_weight(theme, slot.service, slot.site, slot.day) * (4 if theme in said else 1) for theme in themes
        ]
        theme = self._rng.choices(themes, weights)[0]
        is_plain = self._rng.random() < PLAIN_SHARE
        own = [line for line in fresh[theme] if (line.bank == "plain") == is_plain] or fresh[theme]
        fewest = min(self._uses[line] for line in own)
        line = self._rng.choice([line for line in own if self._uses[line] == fewest])
        self._uses[line] += 1
        heard.add(line)
        return line

    def _join(self, lines: list[Line], slot: Slot) -> Comment:
        texts, parts, identifiers, protected = [], [], [], []
        for position, line in enumerate(lines):
            text, found = self._inventor.fill(line.text)
            identifiers += found
            protected += re.findall(r"\[([^\]]+)\]", text)
            text = re.sub(r"\[([^\]]+)\]", r"\1", text)
            parts.append(Part(text, (line.theme,), line.tone, line.plain_question, line.voice))
            texts.append(self._link(text, line, lines[position - 1]) if position else text)
        comment = Comment(
            " ".join([*(_ended(text) for text in texts[:-1]), texts[-1]]),
            tuple(parts),
            tuple(identifiers),
            tuple(protected),
            tuple(line.flag for line in lines if line.flag),
            sentiment=overall(part.sentiment for part in parts),
        )
        if slot.style == "turn" and self._rng.random() < 0.45:
            comment = replace(comment, text=f"{self._rng.choice(_SPOKEN)} {_lowered(comment.text, lines[0])}")
        tidy = identifiers or protected or comment.flags or slot.style in {"paraphrase", "minute", "turn"}
        return comment if tidy else replace(comment, text=self._rough(comment.text, slot))

    def _link(self, text: str, line: Line, before: Line) -> str:
        if before.sign * line.sign < 0 and self._rng.random() < 0.7:
            return f"{self._rng.choice(_TURNS if line.sign < 0 else _UPTURNS)} {_lowered(text, line)}"
        if before.sign == line.sign and self._rng.random() < 0.25:
            return f"{self._rng.choice(_MORE)} {_lowered(text, line)}"
        return text

    def _rough(self, text: str, slot: Slot) -> str:
        chance = self._rng.random()
        if slot.group == "staff":
            chance += 0.15
        if chance < 0.06:
            return _swap(text, _TYPOS, self._rng, 2)
        if chance < 0.10:
            return text.replace("'", "")
        if chance < 0.15:
            return text.lower().rstrip(".")
        if chance < 0.18 and slot.style == "form":
            return _swap(text, _TEXT_SPEAK, self._rng, 4).lower().replace("'", "").rstrip(".")
        if chance < 0.195 and slot.style == "form" and len(text) < 90:
            return text.upper()
        if chance < 0.25:
            return text.rstrip(".")
        if chance < 0.29:
            return f"{text.rstrip('.')}!!"
        if chance < 0.32:
            return text.replace(". ", ".  ").replace(", ", ",")
        return text


def _asked(line: Line, slot: Slot) -> bool:
    return line.bank != "questions" or None not in slot.plain_questions


def _lowered(text: str, line: Line) -> str:
    """Return the text as it goes on after a comma: a small letter, unless it opens with a name."""
    first = text.split(" ", 1)[0]
    named = line.text[0] in "{[" or re.match(r"(Nurse|Staff nurse) \{", line.text)
    if named or first in _KEEP_CAPITAL or re.match(r"I\b", first) or (len(first) > 1 and first.isupper()):
        return text
    return text[0].lower() + text[1:]


def _ended(text: str) -> str:
    return text if text[-1] in ".!?" else f"{text}."


def _swap(text: str, words: dict[str, str], rng: random.Random, most: int) -> str:
    found = [word for word in words if re.search(rf"\b{word}\b", text)]
    for word in rng.sample(found, min(most, len(found))):
        text = re.sub(rf"\b{word}\b", words[word], text, count=1)
    return text
