"""What the commands print: in the order of the file, and ready to paste."""

from __future__ import annotations

import tomllib

from voice_of_care.cli import run
from voice_of_care.console import reading_order


def test_places_are_sorted_as_a_reader_meets_them():
    places = ["page 10", "table 1 row 2", "page 2", "3", "12"]
    assert sorted(places, key=reading_order) == ["3", "12", "page 2", "page 10", "table 1 row 2"]


def test_redact_shows_a_file_from_top_to_bottom(tmp_path, capsys):
    said = [f"{word} is far too loud at night" for word in ("Zone", "Yard", "Ward", "Unit", "Room", "Hall", "Gate")]
    (tmp_path / "notes.md").write_text("# What people said\n\n" + "".join(f"- {line}\n" for line in said), "utf-8")
    assert run(["redact", str(tmp_path / "notes.md")]) == 0
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert shown == said


def test_suggested_settings_can_be_pasted_and_unread_columns_are_said_to_be(tmp_path, capsys):
    (tmp_path / "staff workshop 2024-03-12.md").write_text("# Maternity team\n\n- Not enough midwives\n", "utf-8")
    rows = "".join(f"{'Poor' if day % 2 else 'Good'},Staff were kind on day {day}\n" for day in range(10, 30))
    (tmp_path / "odd.csv").write_text("Exp,Why?\n" + rows, encoding="utf-8")
    assert run(["inspect", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    pasted = tomllib.loads(out[out.index("[[sources]]") :])["sources"]
    assert pasted[0]["respondent_group"] == "staff"
    assert "column 'Exp': not read (closed answer, 2 different values)" in out
    assert "[[mapping]]" in out.split("staff workshop")[0]
