"""The decisions workbook: what waits for a person, as an Excel file with drop-downs, and back again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from voice_of_care.errors import InputError
from voice_of_care.exports.checking import segments_to_check
from voice_of_care.exports.excel import plain_value, refuse_lost_work, write_to_fill_in
from voice_of_care.exports.reading_decisions import (
    PRIORITIES_SHEET,
    RARE,
    SAFETY,
    START_SHEET,
    VERSION_LABEL,
    WHO_LABEL,
    check_formulas,
    read_sheet_decisions,
)
from voice_of_care.tables import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from voice_of_care.analysis import Analysis
    from voice_of_care.decisions import Decision

_HEADER_FILL = PatternFill("solid", fgColor="12436D")
_ANSWER_FILL = PatternFill("solid", fgColor="FFF7D6")
_KIND = "decisions"
_SIMILAR = 0.6
_MOST_MERGES = 20
_EMPTY_ROWS = 20


class Sheet(NamedTuple):
    """One sheet to fill in: what is shown, what is asked, and the drop-down of its decision."""

    title: str
    help: str
    columns: tuple[tuple[str, int], ...]
    rows: list[list[Any]]
    answers: tuple[tuple[str, int], ...]
    choices: tuple[str, ...]
    suggested: str = ""  # range that fills the drop-down of the second answer


def list_decisions(analysis: Analysis, path: Path) -> dict[str, int]:
    """Write what waits for a person into a workbook, its owner's alone, and return how many rows each sheet has."""
    refuse_lost_work(path, _KIND)
    makers = (_themes, _merges, _links, _segments, _quotes, _severity, _reading, _redactions)
    sheets = [make(analysis) for make in makers]
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _write_start(workbook.create_sheet(START_SHEET), analysis, sheets)
    for sheet in sheets:
        _write_sheet(workbook.create_sheet(sheet.title), sheet)
    _write_priorities(workbook.create_sheet(PRIORITIES_SHEET), analysis)
    write_to_fill_in(workbook, path, kind=_KIND)
    return {sheet.title: len(sheet.rows) for sheet in sheets}


def read_decisions(analysis: Analysis, path: Path) -> list[Decision]:
    """Read a filled-in workbook; only what changes something comes back.

    Raises:
        InputError: the file is no such workbook, or a row can't be understood. Then nothing is taken from it.
    """
    try:
        workbook = load_workbook(path, data_only=True)
        as_typed = load_workbook(path)
    except Exception:  # openpyxl raises many kinds of error for a file that is no workbook
        msg = f"{path.name}: can't be read as an Excel workbook. Give the .xlsx file that 'decide --list' wrote."
        raise InputError(msg) from None
    check_formulas(as_typed, name=path.name)
    return read_sheet_decisions(workbook, analysis, name=path.name)


def _themes(analysis: Analysis) -> Sheet:
    labels = analysis.themes.set_index("theme_id")["label"]
    rows: list[list[Any]] = [
        [
            row["theme_id"],
            row["label"],
            row["description"],
            labels.get(row["parent_id"], ""),
            row["size"],
            ", ".join(row["keywords"]),
            row["status"],
        ]
        for row in _candidates_first(analysis.themes).to_dict("records")
    ]
    return Sheet(
        "Themes",
        "Read the label and the quotes. Agree, rename, or retire a theme that is none. A name alone renames. "
        "Candidates speak of something that no theme is about; some of it stands in a theme too, and stays there. They "
        "count once you agree or rename; retire those that are none.",
        (
            ("theme_id", 9),
            ("label", 30),
            ("description", 50),
            ("parent", 22),
            ("people", 8),
            ("words", 36),
            ("status", 11),
        ),
        rows,
        (("decision", 12), ("new name", 30), ("new description", 44)),
        ("agree", "rename", "retire"),
    )


def _candidates_first(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the themes to decide on: candidates, which wait for a person, before those that stand."""
    return pd.concat([themes[themes["status"] == "candidate"], standing(themes)])


def _merges(analysis: Analysis) -> Sheet:
    kept = standing(analysis.themes).set_index("theme_id")
    labels, sizes = kept["label"].to_dict(), kept["size"].astype(int).to_dict()
    vectors = analysis.theme_vectors[analysis.theme_vectors["theme_id"].isin(kept.index)]
    pairs: list[tuple[float, str, str]] = []
    if len(vectors) > 1:
        ids = vectors["theme_id"].tolist()
        matrix = np.array(vectors["vector"].tolist(), dtype=float)
        likeness = matrix @ matrix.T
        pairs = [
            (round(float(likeness[i, j]), 3), ids[i], ids[j])
            for i in range(len(ids))
            for j in range(i + 1, len(ids))
            if likeness[i, j] >= _SIMILAR
        ]
    rows: list[list[Any]] = []
    for likeness_of_pair, one, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:_MOST_MERGES]:
        small, large = sorted((one, other), key=lambda theme_id: (sizes[theme_id], theme_id))
        rows.append([small, labels[small], large, labels[large], likeness_of_pair])
    return Sheet(
        "Merges",
        "Themes that lie close together. Merge the first into the second, or leave both. Add rows of your own below.",
        (("theme_id", 9), ("label", 34), ("into", 9), ("into label", 34), ("likeness", 9)),
        rows,
        (("decision", 14),),
        ("merge", "keep apart"),
    )


def _links(analysis: Analysis) -> Sheet:
    labels = analysis.themes.set_index("theme_id")["label"]
    shown = set(analysis.themes.loc[analysis.themes["status"] != "candidate", "theme_id"])
    texts = analysis.segments.set_index("segment_id")["text"]
    names = {
        (framework.id, element.id): f"{framework.name}: {element.label}"
        for framework in analysis.frameworks
        for element in framework.elements
    }
    rows: list[list[Any]] = [
        [
            row["theme_id"],
            labels.get(row["theme_id"], ""),
            row["framework_id"],
            row["priority_id"],
            names.get((row["framework_id"], row["priority_id"]), row["priority_id"]),
            round(float(row["strength"]), 2),
            texts.get(row["evidence_segment_ids"][0], "") if row["evidence_segment_ids"] else "",
            row["status"],
        ]
        for row in analysis.theme_links.to_dict("records")
        if row["theme_id"] in shown
    ]
    return Sheet(
        "Links",
        "Does what was said in this theme bear on this priority? The published report shows confirmed links only.",
        (
            ("theme_id", 9),
            ("label", 28),
            ("framework_id", 16),
            ("priority_id", 20),
            ("priority", 40),
            ("strength", 9),
            ("strongest evidence", 60),
            ("status", 11),
        ),
        rows,
        (("decision", 12),),
        ("confirm", "reject"),
    )


def _segments(analysis: Analysis) -> Sheet:
    last = 1 + sum(len(framework.elements) for framework in analysis.frameworks)
    return Sheet(
        "Segments",
        "Does this sentence speak of this priority? The next analysis learns from what you say: eight examples of a "
        "priority go a long way. Where it speaks of another, choose that one.",
        (
            ("segment_id", 18),
            ("framework_id", 16),
            ("priority_id", 20),
            ("priority", 40),
            ("text", 80),
            ("why listed", 16),
            ("strength", 9),
        ),
        segments_to_check(analysis),
        (("decision", 12), ("another priority", 40)),
        ("yes", "no"),
        suggested=f"'{PRIORITIES_SHEET}'!$A$2:$A${max(2, last)}",
    )


def _quotes(analysis: Analysis) -> Sheet:
    labels = analysis.themes.set_index("theme_id")["label"]
    segments = {str(row["segment_id"]): row for row in analysis.segments.to_dict("records")}
    comments = {str(row["comment_id"]): row for row in analysis.safe_comments.to_dict("records")}
    flagged = analysis.flags.groupby("comment_id")["kind"].agg(lambda kinds: ", ".join(sorted(set(kinds))))
    rows: list[list[Any]] = []
    seen: set[str] = set()
    for row in analysis.quotes.to_dict("records"):
        segment_id = str(row["segment_id"])
        if segment_id in seen or segment_id not in segments:
            continue
        seen.add(segment_id)
        comment_id = str(segments[segment_id]["comment_id"])
        comment = comments[comment_id]
        service = "" if pd.isna(comment["service"]) else comment["service"]
        rows.append(
            [
                segment_id,
                labels.get(row["theme_id"], ""),
                row["role"],
                comment["respondent_group"],
                service,
                segments[segment_id]["text"],
                flagged.get(comment_id, ""),
                row["status"],
            ]
        )
    return Sheet(
        "Quotes",
        "May this leave the team? Could anyone tell who said it, or of whom? Only approved quotes are published.",
        (
            ("segment_id", 18),
            ("theme", 28),
            ("why picked", 13),
            ("group", 13),
            ("service", 20),
            ("quote", 80),
            ("look at", 18),
            ("status", 11),
        ),
        rows,
        (("decision", 12),),
        ("approve", "withhold"),
    )


def _severity(analysis: Analysis) -> Sheet:
    current = analysis.severities.set_index("theme_id")["severity"]
    rows: list[list[Any]] = [
        [row["theme_id"], row["label"], row["description"], current.get(row["theme_id"])]
        for row in standing(analysis.themes).to_dict("records")
    ]
    return Sheet(
        "Severity",
        "How serious is it for the people concerned? 0 no harm, 1 low, 2 moderate, 3 safety at stake. Say why.",
        (("theme_id", 9), ("label", 34), ("description", 60), ("now", 6)),
        rows,
        (("decision", 12),),
        ("0", "1", "2", "3"),
    )


def _reading(analysis: Analysis) -> Sheet:
    """List what one person alone may have said, and what may touch safety, until somebody has read it."""
    labels = analysis.themes.set_index("theme_id")["label"].to_dict()
    safety, rare = analysis.safety_list, analysis.rare_arguments
    waiting = [
        (row["segment_id"], SAFETY, f"{row['kind']}: {', '.join(row['triggers'])}", row["theme_ids"])
        for row in safety[~safety["is_read"]].to_dict("records")
    ]
    waiting += [
        (row["segment_id"], RARE, _why_rare(row), [row["theme_id"]])
        for row in rare[~rare["is_read"]].to_dict("records")
    ]
    texts = analysis.segments.set_index("segment_id")["text"].to_dict()
    times = Counter((name, texts[segment_id]) for segment_id, name, _, _ in waiting)
    rows: list[list[Any]] = []
    seen: set[tuple[str, str]] = set()
    for segment_id, name, why, theme_ids in waiting:
        said = (name, texts[segment_id])
        if said not in seen:
            seen.add(said)
            named = ", ".join(labels[theme_id] for theme_id in theme_ids if theme_id in labels)
            rows.append([segment_id, name, why, named, said[1], times[said]])
    return Sheet(
        "Read",
        "Single sentences that no count brings up: what may touch safety, and what is like nothing that others said. "
        "Read each; 'read' ticks it off, and a note is kept with it. Nothing else changes.",
        (("segment_id", 18), ("list", 9), ("why listed", 36), ("nearest theme", 28), ("text", 90), ("times", 7)),
        rows,
        (("decision", 12), ("note", 44)),
        ("read", "not read"),
    )


def _why_rare(row: dict[Any, Any]) -> str:
    if row["reason"] == "no_theme":
        return "fits no theme"
    return f"far from all themes: likeness {row['likeness']:.2f}"


def _redactions(analysis: Analysis) -> Sheet:
    texts = analysis.safe_comments.set_index("comment_id")["text"].to_dict()
    flagged = analysis.flags.groupby("comment_id", sort=False)["kind"].agg(lambda kinds: ", ".join(sorted(set(kinds))))
    rows: list[list[Any]] = [
        [comment_id, kinds, texts[comment_id]] for comment_id, kinds in flagged.items() if comment_id in texts
    ]
    return Sheet(
        "Redactions",
        "Comments to read before anything leaves the team. Copy the words to take out, letter for letter. "
        "For a comment that is not listed, add a row with its comment_id.",
        (("comment_id", 18), ("look at", 24), ("text", 90)),
        rows,
        (("decision", 14), ("words to take out", 36)),
        ("take out", "read and fine"),
    )


def _write_start(sheet: Worksheet, analysis: Analysis, sheets: Sequence[Sheet]) -> None:
    sheet.append(["What waits for a decision"])
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append([WHO_LABEL, ""])
    sheet["B2"].fill = _ANSWER_FILL
    sheet.append([VERSION_LABEL, len(analysis.events)])
    sheet.append([])
    sheet.append(["Sheet", "Rows", "What to do"])
    for each in sheets:
        sheet.append([each.title, len(each.rows), each.help])
    sheet.append([])
    sheet.append(
        ["Fill in the yellow cells; what you leave empty stays as it is. Then run 'voice-of-care decide --apply'."]
    )
    sheet.append(["To merge, retire (a candidate too), reject or withhold needs a reason: write it under 'why'."])
    sheet.append(["This workbook holds de-identified comments that nobody has approved yet. Keep it inside the team."])
    for column, width in (("A", 30), ("B", 26), ("C", 100)):
        sheet.column_dimensions[column].width = width
    for cell in sheet[5]:
        cell.font = Font(bold=True)


def _write_sheet(target: Worksheet, sheet: Sheet) -> None:
    answers = (*sheet.answers, ("who", 18), ("why", 40))
    columns = (*sheet.columns, *answers)
    for number, (name, width) in enumerate(columns, start=1):
        cell = target.cell(1, number, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADER_FILL
        target.column_dimensions[get_column_letter(number)].width = width
    for row_number, row in enumerate(sheet.rows, start=2):
        for number, value in enumerate(row, start=1):
            cell = target.cell(row_number, number, plain_value(None if value is None or pd.isna(value) else value))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(value, str):
                cell.data_type = "s"
    last = len(sheet.rows) + 1 + _EMPTY_ROWS
    first_answer = len(sheet.columns) + 1
    for row_number in range(2, last + 1):
        for number in range(first_answer, len(columns) + 1):
            target.cell(row_number, number).fill = _ANSWER_FILL
            target.cell(row_number, number).alignment = Alignment(wrap_text=True, vertical="top")
    letter = get_column_letter(first_answer)
    drop_down = DataValidation(type="list", formula1=f'"{",".join(sheet.choices)}"', allow_blank=True)
    drop_down.error = "Choose one of: " + "; ".join(sheet.choices)
    target.add_data_validation(drop_down)
    drop_down.add(f"{letter}2:{letter}{last}")
    if sheet.suggested:
        suggested = DataValidation(type="list", formula1=sheet.suggested, allow_blank=True)
        target.add_data_validation(suggested)
        letter = get_column_letter(first_answer + 1)
        suggested.add(f"{letter}2:{letter}{last}")
    target.freeze_panes = "C2"
    target.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(2, len(sheet.rows) + 1)}"


def _write_priorities(target: Worksheet, analysis: Analysis) -> None:
    """List what 'another priority' may hold."""
    target.append(["framework and priority", "label", "definition"])
    for framework in analysis.frameworks:
        for element in framework.elements:
            target.append([f"{framework.id}: {element.id}", element.label, element.definition])
            for cell in target[target.max_row]:
                cell.data_type = "s"
    for column, width in (("A", 40), ("B", 40), ("C", 100)):
        target.column_dimensions[column].width = width
    for cell in target[1]:
        cell.font = Font(bold=True)
