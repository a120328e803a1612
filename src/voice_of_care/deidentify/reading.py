"""One text read for names: what its words look like, what stands around them, and how far a name goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.deidentify import cues, gazetteer
from voice_of_care.deidentify.protect import is_facility_word

if TYPE_CHECKING:
    from voice_of_care.deidentify.words import NameLists, Word

_LOOK = 60
"""Characters before and after a word in which a cue is looked for."""
_WORDS_IN_NAME = 5


def is_near_forename(word: Word) -> bool:
    """Tell whether a word is a forename of these islands, or a double one such as Mary-Jane."""
    near = gazetteer.near_forenames()
    first, _, second = word.folded.partition("-")
    return word.folded in near or (bool(second) and first in near and word.is_capital)


def is_forename(word: Word) -> bool:
    """Tell whether a word stands in a list of forenames; names from further away need a capital."""
    return is_near_forename(word) or (word.is_capital and word.folded in gazetteer.far_forenames())


def is_surname(word: Word) -> bool:
    """Tell whether a word stands in a list of surnames or has the shape of one (McAteer, O'Kane)."""
    if cues.PREFIXED.match(word.folded) or cues.MAC.match(word.text):
        return True
    near = gazetteer.near_surnames()
    _, _, second = word.folded.partition("-")
    return word.folded in near or second in near or (word.is_capital and word.folded in gazetteer.far_surnames())


def is_clear(word: Word) -> bool:
    """Tell whether a word is no English word as it is written, so that a list of names may decide."""
    if "Ã" in word.text:  # the mark of bytes read in the wrong encoding
        return False
    if word.is_capital and not word.text.isupper() and word.folded in gazetteer.capital_names():
        return True
    return gazetteer.is_distinct(word.folded.partition("-")[0])


def is_clear_lower(word: Word) -> bool:
    """Tell whether a word in lower case can only be a forename."""
    return is_clear(word) and is_near_forename(word) and len(word.folded) > 2


def is_titlecase(word: Word) -> bool:
    """Tell whether a word is written like a name and not like an acronym (COVID, ICU)."""
    return word.is_capital and len(word.text) > 2 and not word.text.isupper()


def is_blocked(word: Word) -> bool:
    """Tell whether a word can't begin a name: function words, roles, kin, titles, words kept."""
    folded = word.folded
    return word.is_kept or folded in cues.NEVER | cues.ROLES | cues.KIN | cues.STRICT_TITLES


@dataclass(frozen=True)
class Reading:
    """A text and its words."""

    text: str
    words: list[Word]
    lists: NameLists

    def gap(self, index: int) -> str:
        """Return what stands between a word and the one before (its last characters, where it is long)."""
        end = self.words[index].start
        return self.text[max(self.words[index - 1].end, end - _LOOK) : end]

    def is_joined_on(self, index: int) -> bool:
        """Tell whether a word follows the one before after spaces alone, or after an initial's full stop."""
        if not 0 < index < len(self.words):
            return False
        gap = self.gap(index)
        is_initial = len(self.words[index - 1].text) == 1
        return bool(gap) and len(gap) <= 3 and not gap.strip(" ." if is_initial else " ")

    def before(self, index: int) -> str:
        """Return the characters before a word."""
        start = self.words[index].start
        return self.text[max(0, start - _LOOK) : start]

    def after(self, after: int) -> str:
        """Return the characters after the word before `after`."""
        end = self.words[after - 1].end
        return self.text[end : end + _LOOK]

    def names_a_facility(self, after: int) -> bool:
        """Tell whether the words before `after` end in, or are followed by, the word for a place of care."""
        last = self.words[after - 1]
        if last.is_capital and is_facility_word(last.text):
            return True
        if not self.is_joined_on(after) or not is_facility_word(self.words[after].text):
            return False
        return self.words[after].is_capital or last.folded in gazetteer.word_names()

    def is_owned(self, index: int) -> bool:
        """Tell whether 'my', 'our', 'the' or the like stands shortly before a word."""
        return any(word.folded in cues.OWNERS for word in self.words[max(0, index - 3) : index])

    def follows_saint(self, index: int) -> bool:
        """Tell whether 'St' or 'Saint' stands before a word."""
        return index > 0 and self.words[index - 1].is_capital and self.words[index - 1].folded in {"st", "saint"}

    def name_follows(self, index: int) -> bool:
        """Tell whether a word and another name are said in one breath ('Sunil and Caoimhe')."""
        following = self.words[index + 1 : index + 3]
        return (
            len(following) == 2
            and following[0].folded == "and"
            and following[1].is_capital
            and is_forename(following[1])
        )

    def verb_follows(self, index: int) -> bool:
        """Tell whether a word is followed by something that people do."""
        return self.is_joined_on(index + 1) and self.words[index + 1].folded in cues.PERSON_VERBS

    def name_end(self, first: int, *, after_title: bool = False) -> int:
        """Return the end of a name that begins at `first`: surnames, initials and particles that follow."""
        after = first + 1
        while after < first + _WORDS_IN_NAME and self.is_joined_on(after):
            word = self.words[after]
            if word.folded in cues.PARTICLES and not word.is_kept and (end := self._after_particles(after)):
                after = end
            elif self._continues(after, after_title=after_title):
                after += 1
            else:
                break
        return after

    def _after_particles(self, first: int) -> int:
        """Return the end of 'Mac Giolla Bhríde' or 'de Burgh', given its first particle; 0 if no name follows."""
        index = first
        while self.words[index].folded in cues.PARTICLES and self.is_joined_on(index + 1):
            index += 1
        word = self.words[index]
        if word.folded in cues.PARTICLES or is_blocked(word):
            return 0
        # In a name written small, 'mc ateer' goes on, and 'de' or 'la' do not.
        small = not self.words[first - 1].is_capital and self.words[first].folded in cues.GAELIC_PARTICLES
        return index + 1 if is_titlecase(word) or (small and is_clear(word)) else 0

    def _continues(self, index: int, *, after_title: bool) -> bool:
        word = self.words[index]
        known = is_surname(word)
        if is_blocked(word) and not (known and word.is_capital and is_clear(word) and not word.is_kept):
            return False
        if is_facility_word(word.text) and not (word.folded == "ward" and after_title and not self._numbered(index)):
            return False
        if not word.is_capital:
            return not self.words[index - 1].is_capital and known and is_clear(word) and len(word.folded) > 3
        if len(word.text) == 1:
            return word.text not in "AI" or self.text[word.end : word.end + 1] == "."
        if known:
            return is_clear(word) or not word.is_protected
        plain = is_clear(word) and not word.is_protected and is_titlecase(word)
        before = self.words[index - 1]
        return plain and (
            after_title or word.is_person or is_forename(word) or (is_forename(before) and is_clear(before))
        )

    def _numbered(self, index: int) -> bool:
        return cues.DIGIT.match(self.text, self.words[index].end) is not None
