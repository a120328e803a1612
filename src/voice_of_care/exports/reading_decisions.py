"""Reading a filled-in decisions workbook into decisions, all or none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from voice_of_care.decisions import Decision, Payload, content_of, text_hash
from voice_of_care.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from openpyxl import Workbook

    from voice_of_care.analysis import Analysis

START_SHEET = "Start here"
PRIORITIES_SHEET = "Priorities"
SAFETY, RARE = "safety", "rare"
WHO_LABEL = "Your name (who decides)"
VERSION_LABEL = "Decisions there were when this list was made"
_NO_ANSWER = {"keep apart", "read and fine"}
_NEEDED = {
    "Themes": ("theme_id", "new name", "new description"),
    "Merges": ("theme_id", "into"),
    "Links": ("theme_id", "framework_id", "priority_id"),
    "Segments": ("segment_id", "framework_id", "priority_id", "another priority"),
    "Quotes": ("segment_id",),
    "Severity": ("theme_id",),
    "Read": ("segment_id", "list"),
    "Redactions": ("comment_id", "words to take out"),
}
_ANSWERS = ("decision", "new name", "new description", "another priority", "note", "words to take out")
_REASON_NEEDED = {"merge", "retire", "reject", "withhold"}


class Row(NamedTuple):
    """One filled-in row: where it stands, its cells by column name, and who decided why."""

    sheet: str
    number: int
    cells: dict[str, str]
    decision: str
    who: str
    why: str


class _Problem(Exception):  # noqa: N818 (never leaves this file)
    """What is wrong with a row."""


def read_sheet_decisions(workbook: Workbook, analysis: Analysis, *, name: str) -> list[Decision]:
    """Return the decisions of a workbook that change something.

    Args:
        workbook: as `decide --list` wrote it and a person filled it in.
        analysis: as it stands now.
        name: what errors call the file.

    Raises:
        InputError: names the first row that can't be understood; nothing is taken from the workbook then.
    """
    if START_SHEET not in workbook.sheetnames:
        msg = f"{name}: no sheet '{START_SHEET}'. Give the workbook that 'decide --list' wrote."
        raise InputError(msg)
    _check_headers(workbook, name)
    start = {str(row[0].value): row[1].value for row in workbook[START_SHEET].iter_rows(max_col=2)}
    changed_since = _changed_since(analysis, _as_int(start.get(VERSION_LABEL)))
    decisions: list[Decision] = []
    problems: list[str] = []
    said: dict[tuple[str, ...], tuple[int, str]] = {}
    for row in _filled_rows(workbook, default_who=str(start.get(WHO_LABEL) or "").strip()):
        try:
            _check_said_once(row, said, analysis)
            if row.decision in _NO_ANSWER:
                continue
            _check_row(row)
            for decision in _READERS[row.sheet](row, analysis):
                if _item(decision) in changed_since:
                    msg = "somebody else decided on this since the list was made; make a new list"
                    raise _Problem(msg)
                decisions.append(decision)
        except _Problem as problem:
            problems.append(f"sheet {row.sheet}, row {row.number}: {problem}")
    if problems:
        others = len(problems) - 1
        rows = "1 more row has" if others == 1 else f"{others} more rows have"
        more = f" ({rows} a problem.)" if others else ""
        msg = f"{name}: {problems[0]}. Nothing was applied.{more}"
        raise InputError(msg)
    return decisions


def count_as_made(decisions: Sequence[Decision]) -> int:
    """Return how many decisions a person made: "not this priority but that" is one, and so is a row of a theme."""
    return len({_as_made(decision, number) for number, decision in enumerate(decisions)})


def _as_made(decision: Decision, number: int) -> tuple[str, str]:
    if decision.action == "link.set":
        return "segment", str(decision.payload["segment_id"])
    if decision.action == "segment.read":
        return "read", f"{decision.payload['list']}|{decision.payload['text_hash']}"
    if decision.action in {"theme.rename", "theme.describe", "theme.confirm"}:
        return "theme", str(decision.payload["theme_id"])
    return "row", str(number)


def _check_headers(workbook: Workbook, name: str) -> None:
    """Refuse a workbook in which decisions would be passed over: a sheet renamed, or its first row changed."""
    for sheet in workbook.worksheets:
        header = [str(value or "").strip() for value in next(sheet.iter_rows(max_row=1, values_only=True), ())]
        if sheet.title in _READERS and "decision" not in header:
            msg = f"{name}: sheet {sheet.title}: the first row must hold the headers as listed, with 'decision'."
        elif sheet.title not in _READERS and "decision" in header:
            msg = f"{name}: sheet {sheet.title} has another name than in the list. Name it as it was."
        elif missing := [each for each in _NEEDED.get(sheet.title, ()) if each not in header]:
            msg = f"{name}: sheet {sheet.title} has no column '{missing[0]}'. Put its header back."
        else:
            continue
        msg += " Nothing was applied."
        raise InputError(msg)


def _filled_rows(workbook: Workbook, *, default_who: str) -> Iterator[Row]:
    for title in _READERS:
        if title not in workbook.sheetnames:
            continue
        rows = workbook[title].iter_rows(values_only=True)
        header = [str(value or "").strip() for value in next(rows, ())]
        for number, values in enumerate(rows, start=2):
            cells = {
                column: "" if value is None else str(value).strip()
                for column, value in zip(header, values, strict=False)
                if column
            }
            decision = cells.get("decision", "").lower()
            if title == "Themes" and not decision and (cells.get("new name") or cells.get("new description")):
                decision = "rename"
            if title == "Segments" and not decision and cells.get("another priority"):
                decision = "another"
            if title == "Read" and not decision and cells.get("note"):
                decision = "read"
            if decision:
                yield Row(title, number, cells, decision, cells.get("who") or default_who, cells.get("why", ""))


def check_formulas(workbook: Workbook, *, name: str) -> None:
    """Refuse a workbook, read with its formulas, in which one stands where a person decides."""
    for title in filter(workbook.sheetnames.__contains__, _READERS):
        rows = workbook[title].iter_rows()
        header = [str(cell.value or "").strip() for cell in next(rows, ())]
        for number, cells in enumerate(rows, start=2):
            for column, cell in zip(header, cells, strict=False):
                if cell.data_type == "f" and column in _ANSWERS:
                    msg = (
                        f"{name}: sheet {title}, row {number}: there is a formula in the column '{column}'; write the"
                        " answer itself. Nothing was applied."
                    )
                    raise InputError(msg)


def _check_said_once(row: Row, said: dict[tuple[str, ...], tuple[int, str]], analysis: Analysis) -> None:
    """Refuse a row that says of an item something else than a row above it does."""
    for item, answer in _answers(row, analysis):
        number, before = said.setdefault((row.sheet, *item), (row.number, answer))
        if before != answer:
            msg = f"row {number} decides otherwise on the same item; keep one of them"
            raise _Problem(msg)


def _answers(row: Row, analysis: Analysis) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return what a row says of which items: of a text, wherever it stands, and of a theme to merge once more."""
    cells = row.cells
    if row.sheet == "Segments":
        text = analysis.segments.loc[analysis.segments["segment_id"] == cells["segment_id"], "text"]
        about = str(text.iloc[0]) if len(text) else cells["segment_id"]
        if row.decision != "another":
            yield (about, cells["framework_id"], cells["priority_id"]), row.decision
        if cells["another priority"]:
            framework_id, _, priority_id = cells["another priority"].partition(":")
            yield (about, framework_id.strip(), priority_id.strip()), "yes"
        return
    new = tuple(cells[each] for each in ("new name", "new description", "note") if each in cells)
    yield (
        tuple(cells[each] for each in _NEEDED[row.sheet] if not each.startswith("new ")),
        "|".join((row.decision.removesuffix(".0"), *new)),
    )
    if row.decision == "merge":
        yield (cells["theme_id"],), cells["into"]


def _check_row(row: Row) -> None:
    if not row.who:
        msg = f"who decided? Fill in the column 'who', or your name on the sheet '{START_SHEET}'"
        raise _Problem(msg)
    if (row.decision in _REASON_NEEDED or row.sheet == "Severity") and not row.why:
        msg = f"'{row.decision}' needs a reason in the column 'why'"
        raise _Problem(msg)


def _changed_since(analysis: Analysis, version: int) -> set[str]:
    later = analysis.events[analysis.events["seq"] > version]
    return {
        _item_key(str(action), json.loads(payload))
        for action, payload in zip(later["action"], later["payload_json"], strict=True)
    }


def _decided(analysis: Analysis, action: str) -> list[Payload]:
    """Return what was decided before, of one kind."""
    return [json.loads(each) for each in analysis.events.loc[analysis.events["action"] == action, "payload_json"]]


def _item(decision: Decision) -> str:
    return _item_key(decision.action, decision.payload)


def _item_key(action: str, payload: Payload) -> str:
    kind = action.split(".")[0]
    keys = ("theme_id", "framework_id", "priority_id", "segment_id", "comment_id", "start", "list")
    return "|".join([kind, *(str(payload.get(key, "")) for key in keys)])


def _as_int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _theme_row(row: Row, analysis: Analysis, column: str = "theme_id") -> dict[str, Any]:
    found = analysis.themes[analysis.themes["theme_id"] == row.cells.get(column, "")]
    if found.empty:
        msg = f"no theme with the id in the column '{column}'"
        raise _Problem(msg)
    return {str(name): value for name, value in found.iloc[0].items()}


def _about(theme: dict[str, Any]) -> Payload:
    return {"content": content_of(theme["keywords"])}


def _choice(row: Row, *allowed: str) -> None:
    if row.decision not in allowed:
        msg = f"the decision must be one of {', '.join(allowed)}"
        raise _Problem(msg)


def _read_theme(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "agree", "rename", "retire")
    theme = _theme_row(row, analysis)
    theme_id, label, status = str(theme["theme_id"]), str(theme["label"]), str(theme["status"])
    about = _about(theme)
    new_label, new_description = row.cells.get("new name", ""), row.cells.get("new description", "")
    if row.decision == "retire":
        if status != "retired":
            yield Decision("theme.retire", {"theme_id": theme_id, **about}, {"status": status}, row.who, row.why)
        return
    if row.decision == "rename" and not (new_label or new_description):
        msg = "'rename' needs a new name or a new description"
        raise _Problem(msg)
    if new_description and new_description != theme["description"]:
        payload: Payload = {"theme_id": theme_id, "description": new_description, **about}
        yield Decision("theme.describe", payload, {"description": str(theme["description"])}, row.who, row.why)
    if new_label and new_label != label:
        taken = analysis.themes[(analysis.themes["label"] == new_label) & (analysis.themes["status"] != "retired")]
        if not taken.empty:
            msg = "the new name is already another theme's"
            raise _Problem(msg)
        inverse: Payload = {"label": label, "status": status}
        yield Decision("theme.rename", {"theme_id": theme_id, "label": new_label, **about}, inverse, row.who, row.why)
    elif status in {"proposed", "candidate"}:
        agreed: Payload = {"theme_id": theme_id, "label": row.cells.get("label") or label, **about}
        yield Decision("theme.confirm", agreed, {"status": status}, row.who, row.why)


def _read_merge(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "merge")
    source = _theme_row(row, analysis)
    target = _theme_row(row, analysis, "into")
    if source["theme_id"] == target["theme_id"]:
        msg = "a theme can't be merged into itself"
        raise _Problem(msg)
    leaves = set(analysis.theme_vectors["theme_id"])
    if source["theme_id"] not in leaves or target["theme_id"] not in leaves:
        msg = "only themes that hold comments themselves can be merged, not parent themes"
        raise _Problem(msg)
    if source["status"] == "retired":
        return
    if target["status"] == "retired":
        msg = "the theme to merge into is retired"
        raise _Problem(msg)
    payload: Payload = {"theme_id": str(source["theme_id"]), "into": str(target["theme_id"]), **_about(source)}
    yield Decision("theme.merge", payload, {"status": str(source["status"])}, row.who, row.why)


def _read_link(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "confirm", "reject")
    ids: Payload = {key: row.cells.get(key, "") for key in ("theme_id", "framework_id", "priority_id")}
    status = {"confirm": "confirmed", "reject": "rejected"}[row.decision]
    found = analysis.theme_links
    for key, value in ids.items():
        found = found[found[key] == value]
    if found.empty and {**ids, "status": status} in _decided(analysis, "mapping.set"):
        return  # the theme has been merged or retired since
    if found.empty:
        msg = "no link between this theme and this priority now; make a new list"
        raise _Problem(msg)
    before = str(found["status"].iloc[0])
    if before != status:
        yield Decision("mapping.set", {**ids, "status": status}, {"status": before}, row.who, row.why)


def _read_segment(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "yes", "no", "another")
    segment_id = row.cells.get("segment_id", "")
    text = analysis.segments.loc[analysis.segments["segment_id"] == segment_id, "text"]
    if text.empty:
        msg = "no segment with this segment_id now; make a new list"
        raise _Problem(msg)
    said: list[tuple[str, str, str]] = []
    if row.decision == "another" and not row.cells.get("another priority"):
        msg = "which other? Choose one in the column 'another priority'"
        raise _Problem(msg)
    if row.decision != "another":
        status = {"yes": "confirmed", "no": "rejected"}[row.decision]
        said.append((row.cells.get("framework_id", ""), row.cells.get("priority_id", ""), status))
    if row.cells.get("another priority"):
        framework_id, _, priority_id = row.cells["another priority"].partition(":")
        said.append((framework_id.strip(), priority_id.strip(), "confirmed"))
    for framework_id, priority_id, status in said:
        if (framework_id, priority_id) not in _priorities_of(analysis):
            msg = f"no such priority is in use; choose one of the sheet '{PRIORITIES_SHEET}'"
            raise _Problem(msg)
        before = _said_before(analysis, framework_id, priority_id, str(text.iloc[0]))
        if before != status:
            ids: Payload = {"segment_id": segment_id, "framework_id": framework_id, "priority_id": priority_id}
            payload: Payload = {**ids, "text_hash": text_hash(str(text.iloc[0])), "status": status}
            yield Decision("link.set", payload, {"status": before}, row.who, row.why)


def _priorities_of(analysis: Analysis) -> set[tuple[str, str]]:
    return {(framework.id, element.id) for framework in analysis.frameworks for element in framework.elements}


def _said_before(analysis: Analysis, framework_id: str, priority_id: str, text: str) -> str:
    """Return what a reviewer has said of this text and priority before: confirmed, rejected, or nothing."""
    examples = analysis.examples[analysis.examples["origin"] == "reviewer"]
    for key, value in (("framework_id", framework_id), ("priority_id", priority_id), ("text", text)):
        examples = examples[examples[key] == value]
    if examples.empty:
        return ""
    return "confirmed" if bool(examples["is_example"].iloc[-1]) else "rejected"


def _read_quote(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "approve", "withhold")
    segment_id = row.cells.get("segment_id", "")
    found = analysis.quotes[analysis.quotes["segment_id"] == segment_id]
    if found.empty:
        msg = "no quote with this segment_id now; make a new list"
        raise _Problem(msg)
    before = str(found["status"].iloc[0])
    if before != {"approve": "approved", "withhold": "withheld"}[row.decision]:
        action = "quote.approve" if row.decision == "approve" else "quote.withdraw"
        text = str(analysis.segments.set_index("segment_id")["text"][segment_id])
        payload: Payload = {"segment_id": segment_id, "text_hash": text_hash(text)}
        yield Decision(action, payload, {"status": before}, row.who, row.why)  # type: ignore[arg-type]


def _read_severity(row: Row, analysis: Analysis) -> Iterator[Decision]:
    decision = row.decision.removesuffix(".0")
    if decision not in {"0", "1", "2", "3"}:
        msg = "the decision must be one of 0, 1, 2, 3"
        raise _Problem(msg)
    theme = _theme_row(row, analysis)
    theme_id = str(theme["theme_id"])
    now = analysis.severities.set_index("theme_id")["severity"].get(theme_id)
    if now is None or int(now) != int(decision):
        inverse: Payload = {} if now is None else {"severity": int(now)}
        payload: Payload = {"theme_id": theme_id, "severity": int(decision), **_about(theme)}
        yield Decision("severity.set", payload, inverse, row.who, row.why)


def _read_reading(row: Row, analysis: Analysis) -> Iterator[Decision]:
    """Tick off, or back on, all segments of the very text on its list."""
    _choice(row, "read", "not read")
    name, segment_id = row.cells.get("list", "").lower(), row.cells.get("segment_id", "")
    lists = {SAFETY: analysis.safety_list, RARE: analysis.rare_arguments}
    if name not in lists:
        msg = f"the column 'list' must hold {SAFETY} or {RARE}"
        raise _Problem(msg)
    texts = analysis.segments.set_index("segment_id")["text"]
    if segment_id not in set(lists[name]["segment_id"]):
        msg = f"this segment is not on the list '{name}' now; make a new list"
        raise _Problem(msg)
    text, note, is_read = str(texts[segment_id]), row.cells.get("note", ""), row.decision == "read"
    listed = lists[name][lists[name]["segment_id"].map(texts).eq(text)]
    for before in listed.to_dict("records"):
        is_noted = note in {"", before.get("note", note)}
        if bool(before["is_read"]) != is_read or (is_read and not is_noted):
            ids: Payload = {"segment_id": str(before["segment_id"]), "text_hash": text_hash(text), "list": name}
            payload: Payload = {**ids, "note": note} if is_read else {**ids, "is_read": False}
            yield Decision("segment.read", payload, {"is_read": bool(before["is_read"])}, row.who, row.why)


def _read_redaction(row: Row, analysis: Analysis) -> Iterator[Decision]:
    _choice(row, "take out", "read and fine")
    comment_id, words = row.cells.get("comment_id", ""), row.cells.get("words to take out", "")
    found = analysis.safe_comments.loc[analysis.safe_comments["comment_id"] == comment_id, "text"]
    if found.empty:
        msg = "no comment with this comment_id"
        raise _Problem(msg)
    text = str(found.iloc[0])
    start = text.find(words) if words else -1
    taken_out = [
        (event["comment_id"], int(str(event["end"])) - int(str(event["start"])))
        for event in _decided(analysis, "deid.redact")
    ]
    if start < 0 and words and (comment_id, len(words)) in taken_out:
        return
    if start < 0:
        msg = "the words to take out do not stand in this comment letter for letter"
        raise _Problem(msg)
    payload: Payload = {
        "comment_id": comment_id,
        "start": start,
        "end": start + len(words),
        "text_hash": text_hash(text),
    }
    yield Decision("deid.redact", payload, {}, row.who, row.why)


_READERS: dict[str, Callable[[Row, Analysis], Iterator[Decision]]] = {
    "Themes": _read_theme,
    "Merges": _read_merge,
    "Links": _read_link,
    "Segments": _read_segment,
    "Quotes": _read_quote,
    "Severity": _read_severity,
    "Read": _read_reading,
    "Redactions": _read_redaction,
}
