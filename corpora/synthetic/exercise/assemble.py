"""Compose every record of the exercise, and plant what is to be found."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from exercise import plan, planted
from exercise.banks import Line, read_bank, read_statements
from exercise.compose import Comment, Composer, Part, Slot, overall
from exercise.gold import Record, number_records
from exercise.identifiers import Identifier, Inventor
from exercise.world import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

CAMPAIGN_SENDERS, CAMPAIGN_ALTERED = 40, 14
_SCORE = {"very_positive": 5, "positive": 4, "neutral": 3, "mixed": 3, "negative": 2, "very_negative": 1}
_GARBLED = {"’": "â€™", "é": "Ã©", "–": "â€“"}
_TAGS = {
    "compassion": "staff attitude", "communication": "communication", "waiting": "waiting time",
    "staffing": "staffing",
    "food": "food", "parking": "parking", "discharge": "going home", "continuity": "continuity", "dignity": "dignity",
    "families": "family involved", "it_systems": "records", "cleanliness": "cleanliness",
    "appointments": "appointments", "phone": "phone", "medication": "medicines", "mh_crisis": "crisis care",
    "home_care": "home care",
    "environment": "building", "access": "access", "transport": "transport", "pain": "pain relief",
}  # fmt: skip


class Exercise:
    """All records, by file, in the order they stand in it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.inventor = Inventor(self.rng)
        self.composer = Composer(self.rng, read_statements(), read_bank("paraphrases"), self.inventor)
        slots = plan.all_slots(self.rng)
        specials = self._place_specials(slots)
        self.records = [
            Record(slot, self.composer.compose(slot, specials.get(number))) for number, slot in enumerate(slots)
        ]
        self._name_responses()
        self._leave_out_answers()
        self._score()
        self._add_story_tags()
        self._plant_other_languages()
        self._plant_non_answers()
        self._plant_wrong_dates()
        self._add_campaign()
        self._garble()
        self._order()
        self._repeat()
        number_records(self.records)
        ids = {id(record): record.gold_id for record in self.records}
        for record, first in self._repeats_of:
            record.repeats = ids[id(first)]

    def of(self, file: str) -> list[Record]:
        """Return the records of a file."""
        return [record for record in self.records if record.slot.file == file]

    def _place_specials(self, slots: list[Slot]) -> dict[int, Line]:
        copies = {"identifiers": 3, "names": 2, "protected": 1, "flagged": 1}
        free = [n for n, slot in enumerate(slots) if slot.style not in {"paraphrase", "minute"}]
        places = {
            line: [n for n in free if self.composer.fits(line, slots[n])] for b in copies for line in read_bank(b)
        }
        placed: dict[int, Line] = {}
        for turn in range(max(copies.values())):
            for line in sorted(places, key=lambda line: len(places[line])):
                left = [n for n in places[line] if n not in placed]
                if turn < copies[line.bank] and (left or turn == 0):
                    placed[self.rng.choice(left)] = line
        return placed

    def _name_responses(self) -> None:
        counts: dict[str, int] = {}
        starts = {plan.HOSPITAL_FORMS: "HF-{:05d}", plan.COMMUNITY_FORMS: "CF{:04d}", plan.WEB_COMMENTS: "W-{:04d}"}
        for record in self.records:
            file = record.slot.file
            counts[file] = counts.get(file, 0) + 1
            if file in starts:
                record.response = starts[file].format(counts[file] * 3 + 100)
                record.may_quote = self._permission() if file == plan.COMMUNITY_FORMS else None
            elif file == plan.STORIES:
                record.response = str(900_000 + counts[file] * 17)
            elif record.slot.style == "survey":
                record.response = str(record.slot.where["response"])
        permission: dict[str, bool | None] = {}
        for record in self.of(plan.USER_SURVEY):
            record.may_quote = permission.setdefault(record.response, self._permission())

    def _permission(self) -> bool | None:
        return self.rng.choices((True, False, None), (70, 20, 10))[0]

    def _leave_out_answers(self) -> None:
        for record in self.records:
            if (
                record.slot.style != "survey"
                or record.comment.identifiers
                or record.comment.protected
                or record.comment.flags
            ):
                continue
            chance = self.rng.random()
            if chance < 0.09:
                record.comment = Comment("", flags=("empty",))
            elif chance < 0.13:
                record.comment = Comment(self.rng.choice(planted.NON_ANSWERS), flags=("non_answer",))
            elif chance < 0.20 and record.slot.question in planted.ANSWERS_OF_ONE_WORD:
                words, sentiment = self.rng.choice(planted.ANSWERS_OF_ONE_WORD[record.slot.question])
                part = Part(words, ("general",), sentiment, None)
                record.comment = Comment(words, (part,), flags=("one_word_answer",), sentiment=sentiment)

    def _score(self) -> None:
        for record in self.records:
            if record.slot.file not in {plan.HOSPITAL_FORMS, plan.COMMUNITY_FORMS}:
                continue
            score: int | None = _SCORE[record.comment.sentiment]
            chance = self.rng.random()
            if chance < 0.04:
                score = None
            elif chance < 0.22 and score == 4:
                score = 5
            elif chance < 0.07:
                score = 6 - (score or 3)
            record.slot = replace(record.slot, score=score)

    def _add_story_tags(self) -> None:
        fields = (("whatsGood", 1, "What was good?"), ("whatCouldBeImproved", -1, "What could be improved?"))
        added = []
        for record in self.of(plan.STORIES):
            for name, sign, question in fields:
                parts = [p for p in record.comment.parts if _sign(p.sentiment) == sign and p.themes[0] in _TAGS]
                if not parts:
                    continue
                tags = list(dict.fromkeys(_TAGS[part.themes[0]] for part in parts))
                themes = tuple(dict.fromkeys(part.themes[0] for part in parts))
                sentiment = "positive" if sign > 0 else "negative"
                words = ", ".join(tags)
                slot = replace(record.slot, question=question, extra={"field": name})
                part = Part(words, themes, sentiment, None)
                added.append(
                    Record(
                        slot, Comment(words, (part,), flags=("tags",), sentiment=sentiment), response=record.response
                    )
                )
        self.records += added

    def _plant_other_languages(self) -> None:
        forms = [r for r in self._plain_forms() if r.slot.file == plan.WEB_COMMENTS]
        for record, (language, words) in zip(
            self.rng.sample(forms, len(planted.NOT_ENGLISH)), planted.NOT_ENGLISH, strict=True
        ):
            record.comment = Comment(words, flags=("not_english", language))

    def _plant_non_answers(self) -> None:
        for record in self.rng.sample(list(self._plain_forms()), 34):
            if self.rng.random() < 0.4:
                record.comment = Comment("", flags=("empty",))
            else:
                record.comment = Comment(self.rng.choice(planted.NON_ANSWERS), flags=("non_answer",))

    def _plant_wrong_dates(self) -> None:
        for file in (plan.HOSPITAL_FORMS, plan.COMMUNITY_FORMS):
            for record in self.rng.sample([r for r in self._plain_forms() if r.slot.file == file], 2):
                record.date_known = False

    def _plain_forms(self) -> Iterator[Record]:
        files = {plan.HOSPITAL_FORMS, plan.COMMUNITY_FORMS, plan.WEB_COMMENTS}
        for record in self.records:
            comment = record.comment
            special = comment.identifiers or comment.protected or comment.flags or not record.date_known
            if record.slot.file in files and not special:
                yield record

    def _add_campaign(self) -> None:
        first = datetime.date(2024, 6, 3)
        for number in range(CAMPAIGN_SENDERS):
            altered = number < CAMPAIGN_ALTERED
            text, name = self._letter(altered)
            part = Part(text, ("treatment_room",), "negative", None)
            slot = Slot(plan.WEB_COMMENTS, {}, "form", self.rng.choice(("service_user", "service_user", "carer")),
                        BY_NAME[planted.CAMPAIGN_SERVICE], planted.CAMPAIGN_SITE,
                        first + datetime.timedelta(days=self.rng.randrange(19)))  # fmt: skip
            flags = ("campaign", "altered") if altered else ("campaign",)
            comment = Comment(text, (part,), name, (), flags, overall(["negative"]))
            self.records.append(Record(slot, comment, response=f"W-{2000 + number}", campaign=planted.CAMPAIGN))

    def _letter(self, altered: bool) -> tuple[str, tuple[Identifier, ...]]:
        sentences = list(planted.LETTER)
        if altered:
            whole = "\n".join(sentences)
            for old, new in self.rng.sample(planted.LETTER_CHANGES, self.rng.randrange(1, 3)):
                whole = whole.replace(old, new)
            sentences = whole.split("\n")
            if self.rng.random() < 0.6:
                sentences.insert(self.rng.randrange(1, 4), self.rng.choice(planted.LETTER_OWN_WORDS))
            if self.rng.random() < 0.3:
                del sentences[2]
        opening = self.rng.choice(planted.LETTER_OPENINGS) if altered else planted.LETTER_OPENINGS[0]
        closing = self.rng.choice(planted.LETTER_CLOSINGS) if altered else planted.LETTER_CLOSINGS[0]
        name = self.inventor.invent("pn")
        return f"{opening} {' '.join(sentences)} {closing}, {name.text}", (name,)

    def _garble(self) -> None:
        chosen = [r for r in self._plain_forms() if r.slot.file == plan.WEB_COMMENTS and "'" in r.comment.text]
        for record in self.rng.sample(chosen, min(6, len(chosen))):
            tidy = record.comment.text.replace("'", "’")
            record.comment = replace(record.comment, text=tidy)
            record.written = tidy.translate(str.maketrans(_GARBLED))
        for record in self.of(plan.HOSPITAL_FORMS):
            comment = record.comment
            if not comment.identifiers and not comment.protected and self.rng.random() < 0.2:
                record.comment = replace(comment, text=comment.text.replace("'", "’"))
            record.comment = replace(record.comment, text=record.comment.text.replace("👏👏 ", "").replace(" 👍", ""))

    def _order(self) -> None:
        files = list(dict.fromkeys(record.slot.file for record in self.records))
        dated = {plan.WEB_COMMENTS}
        ordered = []
        for file in files:
            own = self.of(file)
            ordered += sorted(own, key=lambda r: (r.slot.day, r.response)) if file in dated else own
        self.records = ordered

    def _repeat(self) -> None:
        self._repeats_of: list[tuple[Record, Record]] = []
        hospital = [r for r in self._plain_forms() if r.slot.file == plan.HOSPITAL_FORMS]
        community = [r for r in self._plain_forms() if r.slot.file == plan.COMMUNITY_FORMS]
        again = [(r, r.slot.file) for r in self.rng.sample(hospital, 8)]
        again += [(r, plan.COPIED_FORMS) for r in self.rng.sample(community, 7)]
        for first, file in again:
            flags = (*first.comment.flags, "repeat")
            record = replace(first, slot=replace(first.slot, file=file), comment=replace(first.comment, flags=flags))
            record.where = {}
            self._repeats_of.append((record, first))
            after = self.records.index(first) + self.rng.randrange(1, 9)
            if file == plan.COPIED_FORMS:
                after = len(self.records)
            self.records.insert(self._within(after, file), record)

    def _within(self, position: int, file: str) -> int:
        if file == plan.COPIED_FORMS:
            return position
        last = max(n for n, record in enumerate(self.records) if record.slot.file == file)
        return min(position, last + 1)


def _sign(sentiment: str) -> int:
    return {"very_positive": 1, "positive": 1, "negative": -1, "very_negative": -1}.get(sentiment, 0)
