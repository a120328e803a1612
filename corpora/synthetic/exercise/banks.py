"""Read the banks of hand-written statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BANKS = Path(__file__).resolve().parent.parent / "banks"
STATEMENT_BANKS = ("care", "access", "ward", "community", "work", "general", "questions", "more", "plain")
SENTIMENTS = {
    "++": "very_positive",
    "+": "positive",
    "0": "neutral",
    "-": "negative",
    "--": "very_negative",
    "~": "mixed",
}
GROUPS = {"s": "staff", "u": "service_user", "c": "carer"}
SINGLE_SERVICE_THEME = "night_noise"
SINGLE_SERVICE = "Care of Older People"

_LINE = re.compile(r"^([suc]+)(\+\+|\+|0|--|-|~)\s*([^|]*)\|\s*(.+)$")


@dataclass(frozen=True)
class Line:
    """One hand-written statement and what it says of itself."""

    bank: str
    theme: str
    groups: tuple[str, ...]
    sentiment: str
    plain_question: int | None
    settings: frozenset[str]
    period: str
    flag: str
    voice: str
    text: str

    @property
    def tone(self) -> str:
        """Return the sentiment to record: what people wish for says neither that it is there nor that it is not."""
        return "neutral" if self.plain_question == 1 or self.bank == "questions" else self.sentiment

    @property
    def sign(self) -> int:
        """Return 1 for praise, -1 for complaint, 0 for neither or both."""
        return {"very_positive": 1, "positive": 1, "negative": -1, "very_negative": -1}.get(self.sentiment, 0)


def read_bank(name: str) -> list[Line]:
    """Read one bank; a line that can't be read is an error, so that nothing is lost quietly."""
    lines: list[Line] = []
    theme = ""
    for number, row in enumerate((BANKS / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        if row.startswith("=="):
            theme = row[2:].strip()
            continue
        found = _LINE.match(row)
        if not found or not theme:
            msg = f"{name}.txt, line {number}: not in the form 'groups sentiment tags | words'."
            raise ValueError(msg)
        lines.append(_line(name, theme, found))
    return lines


def _line(bank: str, theme: str, found: re.Match[str]) -> Line:
    tags = found[3].split()
    questions = [int(tag[1]) for tag in tags if re.fullmatch(r"q[1-4]", tag)]
    periods = [tag for tag in tags if tag in {"<", ">"}]
    settings = frozenset(tag for tag in tags if re.fullmatch(r"[a-z]", tag))
    voice = "facilitator" if bank == "paraphrases" else "reported" if "@reported" in tags else "first_hand"
    return Line(
        bank=bank,
        theme=theme,
        groups=tuple(GROUPS[letter] for letter in found[1]),
        sentiment=SENTIMENTS[found[2]],
        plain_question=questions[0] if questions else None,
        settings=settings,
        period=periods[0] if periods else "",
        flag=next((tag[1:] for tag in tags if tag.startswith("!")), ""),
        voice=voice,
        text=found[4].strip(),
    )


def read_statements() -> list[Line]:
    """Return all statements without identifiers."""
    return [line for name in STATEMENT_BANKS for line in read_bank(name)]


def statements_written() -> int:
    """Return how many distinct statements all banks hold."""
    return len({line.text for path in sorted(BANKS.glob("*.txt")) for line in read_bank(path.stem)})
