"""The command line against bad input that needs no analysis: one line, the right exit code, nothing overwritten."""

from __future__ import annotations

import os

import pytest

from voice_of_care.cli import run
from voice_of_care.console import inspection_lines, one_line


def test_a_file_that_cannot_be_redacted_says_why(tmp_path, capsys):
    broken = tmp_path / "notes.docx"
    broken.write_bytes(b"no document")
    assert run(["redact", str(broken)]) == 2
    error = capsys.readouterr().err
    assert "notes.docx: damaged" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["report", "--to"], ["decide", "--list"], ["analyse", "--report"]],
    ids=["report", "decide", "analyse"],
)
def test_a_file_of_another_kind_is_never_written_over(tmp_path, capsys, arguments):
    mine = tmp_path / "feedback.csv"
    mine.write_text("Comment\nKind staff\n", encoding="utf-8")
    command, option = arguments
    paths = [str(mine)] if command == "analyse" else []
    assert run([command, *paths, "--project", str(tmp_path / "p"), option, str(mine)]) == 2
    assert "Give it a name that ends in" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "Comment\nKind staff\n"


@pytest.mark.parametrize(
    "command", [["report", "--to", "r.html"], ["tables", "--to", "t"], ["decide", "--list", "d.xlsx"]]
)
def test_a_project_without_a_finished_run_is_not_read(tmp_path, capsys, command):
    assert run(["analyse", str(tmp_path / "missing"), "--project", str(tmp_path / "p")]) == 2
    capsys.readouterr()
    name, option, target = command
    assert run([name, "--project", str(tmp_path / "p"), option, str(tmp_path / target)]) == 2
    assert "no analysed project here" in capsys.readouterr().err
    assert not (tmp_path / target).exists()


@pytest.mark.skipif(os.name != "posix", reason="only there may a name hold control characters")
def test_a_file_name_cannot_steer_the_terminal(tmp_path, capsys):
    (tmp_path / "a\x1b[31m\nb\u202e.csv").write_text("Comment\nKind staff on the ward\n", encoding="utf-8")
    assert run(["inspect", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "a [31m b .csv (csv)" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_one_line_keeps_words_of_any_script():
    assert one_line("Ciarán 日本 \U0001f600\tb\r\nc") == "Ciarán 日本 \U0001f600 b c"
    assert inspection_lines({"sources": [], "suggestions": []}) == ["0 sources, 0 comments. Nothing was stored."]


def test_where_no_comment_can_be_used_the_reason_is_said(tmp_path, capsys):
    rows = "".join(f"{day}/03/2024,Kind staff\n" for day in range(10, 30))
    (tmp_path / "same.csv").write_text("Date,Comment\n" + rows, encoding="utf-8")
    assert run(["analyse", str(tmp_path / "same.csv"), "--project", str(tmp_path / "p")]) == 2
    error = capsys.readouterr().err
    assert "same.csv: No column was recognised as comments" in error
    assert error.count("\n") == 1


def test_ctrl_c_is_one_line(tmp_path, capsys, monkeypatch):
    def stop(*_paths, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("voice_of_care.intake.inspect_paths", stop)
    assert run(["inspect", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "voice-of-care: stopped. The project holds its last finished run.\n"


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_settings_in_another_encoding_say_so(tmp_path, capsys, encoding):
    (tmp_path / "voice-of-care.toml").write_text("[project]\ntitle = 'Café'\n", encoding=encoding)
    assert run(["inspect", str(tmp_path), "--project", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "voice-of-care: voice-of-care.toml: not UTF-8 text. Save it as UTF-8.\n"
