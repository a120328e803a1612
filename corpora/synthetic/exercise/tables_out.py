"""Write the tables: feedback forms, comments from the website, surveys, stories."""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl

from exercise.packages import tidy_package

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from exercise.gold import Record
    from exercise.identifiers import Inventor

GROUP_WORDS = {
    "service_user": ("Patient", "Service user", "Patient", "patient"),
    "carer": ("Carer", "Relative or carer", "Family member", "Carer"),
    "staff": ("Staff",),
}
SCORE_WORDS = {5: "Very good", 4: "Good", 3: "Neither good nor poor", 2: "Poor", 1: "Very poor", None: "Don't know"}
_IMPOSSIBLE = "31/02/2024"


class Outside:
    """Names and addresses that stand in columns, lists and headings, where nothing reads them as comments."""

    def __init__(self, inventor: Inventor) -> None:
        self._inventor = inventor
        self.found: list[dict[str, str]] = []

    def name(self, file: str, where: str) -> str:
        """Return a full name and remember where it stands."""
        return self._keep(file, where, "person_name", self._inventor.name("n"))

    def speaker(self, file: str) -> str:
        """Return a forename in capitals, as transcripts name who speaks."""
        return self._keep(file, "speaker", "person_name", self._inventor.name("f").upper())

    def email(self, file: str, where: str) -> str:
        """Return an e-mail address and remember where it stands."""
        return self._keep(file, where, "email", self._inventor.invent("email").text)

    def _keep(self, file: str, where: str, kind: str, text: str) -> str:
        self.found.append({"file": file, "where": where, "kind": kind, "text": text})
        return text


def _write_csv(path: Path, rows: list[list[str]], *, delimiter: str, encoding: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue().encode(encoding))


def _group(rng: random.Random, group: str) -> str:
    return rng.choice(GROUP_WORDS[group])


def write_hospital_forms(path: Path, records: list[Record], rng: random.Random, outside: Outside) -> None:
    """Write a Friends and Family export as a Windows program saves it: semicolons, Windows-1252."""
    header = ["Response ID", "Date received", "Hospital", "Ward or department",
              "Overall, how was your experience of our service?", "Please tell us why you gave your answer", "Are you",
              "Your name (optional)"]  # fmt: skip
    rows, by_response = [header], {}
    for number, record in enumerate(records, 2):
        slot = record.slot
        record.where = {"row": number, "column": header[5]}
        if record.response in by_response:
            rows.append(by_response[record.response])
            continue
        day = slot.day.strftime("%d/%m/%Y") if record.date_known else _IMPOSSIBLE
        named = outside.name(slot.file, f"row {number}, {header[7]}") if rng.random() < 0.12 else ""
        row = [record.response, day, slot.site, slot.service.name, SCORE_WORDS[slot.score], record.comment.text,
               _group(rng, slot.group), named]  # fmt: skip
        by_response[record.response] = row
        rows.append(row)
    _write_csv(path, rows, delimiter=";", encoding="cp1252")


def write_community_forms(path: Path, records: list[Record], copied: list[Record], copy_to: Path) -> None:
    """Write the community forms with a byte order mark, and a second file that repeats some of their rows."""
    header = ["Form ref", "Date of visit", "Centre", "Service", "I am a", "Score (1 = very poor, 5 = very good)",
              "Comments", "Happy for us to use your words?"]  # fmt: skip
    rows, by_response = [header], {}
    for number, record in enumerate(records, 2):
        slot = record.slot
        record.where = {"row": number, "column": header[6]}
        form = ("%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%d/%m/%y")[number % 4]
        day = slot.day.strftime(form) if record.date_known else "00/00/2024"
        quote = {True: "Yes", False: "No", None: ""}[record.may_quote]
        score = "" if slot.score is None else str(slot.score)
        row = [record.response, day, slot.site, slot.service.name, GROUP_WORDS[slot.group][number % 3], score,
               record.comment.text, quote]  # fmt: skip
        by_response[record.response] = row
        rows.append(row)
    _write_csv(path, rows, delimiter=",", encoding="utf-8-sig")
    for number, record in enumerate(copied, 2):
        record.where = {"row": number, "column": header[6]}
    _write_csv(copy_to, [header, *(by_response[r.response] for r in copied)], delimiter=",", encoding="utf-8-sig")


def write_web_comments(path: Path, records: list[Record], rng: random.Random, outside: Outside) -> None:
    """Write the comments sent through the website; a few were garbled on the way."""
    header = ["Submission ID", "Submitted at", "Your name", "Your e-mail", "Who are you?", "Service", "Site",
              "Your comment"]  # fmt: skip
    rows = [header]
    for number, record in enumerate(records, 2):
        slot = record.slot
        record.where = {"row": number, "column": header[7]}
        when = datetime.datetime.combine(
            slot.day, datetime.time(rng.randrange(7, 23), rng.randrange(60), rng.randrange(60))
        )
        name = outside.name(slot.file, f"row {number}, {header[2]}")
        mail = outside.email(slot.file, f"row {number}, {header[3]}") if rng.random() < 0.7 else ""
        who = [record.response, when.isoformat(), name, mail, _group(rng, slot.group)]
        rows.append([*who, slot.service.name, slot.site, record.written or record.comment.text])
    _write_csv(path, rows, delimiter=",", encoding="utf-8")


def write_survey(path: Path, records: list[Record], rng: random.Random, outside: Outside, *, staff: bool) -> None:
    """Write a workbook as Microsoft Forms exports it."""
    questions = list(dict.fromkeys(record.slot.question for record in records))
    header = ["ID", "Start time", "Completion time", "Email", "Name"]
    header += ["Which service do you work in?", "Which site are you based at?"] if staff else [
        "Are you answering as a service user or a carer?", "Which service did you use?", "Where was this? (site)",
        "If you are answering for someone else, please say who",
    ]  # fmt: skip
    header += questions
    if not staff:
        header.append("May we quote your words, without your name?")
    responses: dict[str, list[Record]] = {}
    for record in records:
        responses.setdefault(record.response, []).append(record)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Form1"
    sheet.append(header)
    for number, (response, answers) in enumerate(responses.items(), 2):
        first = answers[0]
        start = datetime.datetime.combine(first.slot.day, datetime.time(rng.randrange(6, 23), rng.randrange(60)))
        row: list[Any] = [int(response), start, start + datetime.timedelta(minutes=rng.randrange(3, 25))]
        row += _who(first, number, staff, rng, outside)
        said = {answer.slot.question: answer for answer in answers}
        for question in questions:
            said[question].where = {"row": number, "column": question}
            row.append(said[question].comment.text or None)
        if not staff:
            row.append({True: "Yes", False: "No", None: None}[first.may_quote])
        sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(tidy_package(buffer.getvalue()))


def _who(record: Record, number: int, staff: bool, rng: random.Random, outside: Outside) -> list[str | None]:
    slot = record.slot
    signed_in = rng.random() < (0.5 if staff else 0.25)
    mail = outside.email(slot.file, f"row {number}, Email") if signed_in else "anonymous"
    name = outside.name(slot.file, f"row {number}, Name") if signed_in else None
    if staff:
        return [mail, name, slot.service.name, slot.site]
    about = None
    if slot.group == "carer" and rng.random() < 0.4:
        about = f"my mother {outside.name(slot.file, f'row {number}, someone else')}"
    group = "Carer or family member" if slot.group == "carer" else "Service user"
    return [mail, name, group, slot.service.name, slot.site, about]


def write_stories(path: Path, records: list[Record], titles: dict[str, tuple[str, ...]], rng: random.Random) -> None:
    """Write stories as a website for them exports: one object each, with short tags beside the story."""
    stories: dict[str, dict[str, Any]] = {}
    for record in records:
        slot = record.slot
        record.where = {"id": record.response, "field": slot.extra.get("field", "story")}
        if record.response not in stories:
            theme = record.comment.themes[0] if record.comment.themes else "general"
            choices = titles.get(theme, titles["general"])
            stories[record.response] = {
                "id": int(record.response),
                "title": rng.choice(choices),
                "submittedOn": slot.day.isoformat(),
                "publishedOn": (slot.day + datetime.timedelta(days=rng.randrange(1, 9))).isoformat(),
                "authorRole": {"carer": "a relative or carer", "service_user": "a service user"}[slot.group],
                "serviceName": slot.service.name,
                "siteName": slot.site,
                "link": f"https://stories.example.org/{record.response}",
                "responses": [{"from": "the Trust", "text": "Thank you for taking the time to share this with us."}],
            }
        stories[record.response][slot.extra.get("field", "story")] = record.comment.text
    path.parent.mkdir(parents=True, exist_ok=True)
    words = json.dumps({"source": "stories export", "stories": list(stories.values())}, ensure_ascii=False, indent=1)
    path.write_text(words + "\n", encoding="utf-8", newline="\n")
