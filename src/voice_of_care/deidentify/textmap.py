"""A text as searched, and the way back to the text as read.

Search runs on a plainer text: NFC, straight quotes and hyphens, plain spaces, no invisible characters. Replacing runs
on the text as read, so that nothing but the redactions changes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_INVISIBLE = frozenset("\u00ad\u200b\u200c\u2060\ufeff")
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4\u0060", "'"),
    **dict.fromkeys("\u201c\u201d\u201f", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    "\u2028": "\n",
    "\u2029": "\n",
}


@dataclass(frozen=True)
class MappedText:
    """The searched text; `starts` and `ends` give each of its characters' place in the text as read."""

    text: str
    starts: tuple[int, ...] | None
    ends: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as read."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def map_text(raw: str) -> MappedText:
    """Make the plainer text to search in."""
    if raw.isascii() and "`" not in raw:
        return MappedText(raw, None, None)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(raw):
        after = position + 1
        while after < len(raw) and unicodedata.combining(raw[after]):
            after += 1
        for character in unicodedata.normalize("NFC", raw[position:after]):
            if character not in _INVISIBLE:
                characters.append(_plain(character))
                starts.append(position)
                ends.append(after)
        position = after
    return MappedText("".join(characters), tuple(starts), tuple(ends))


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    # Full-width letters and digits, and other scripts' digits, stand for plain ones.
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    # Emoji and the like part words; long runs of them would keep the tokenizer busy for minutes.
    if unicodedata.category(character) in {"So", "Sk"}:
        return " "
    digit = unicodedata.decimal(character, None) if not character.isascii() else None
    return character if digit is None else str(digit)


def fold(word: str) -> str:
    """Return a word in lower case without accents, so that 'Siobhán' and 'siobhan' are one."""
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).lower()
