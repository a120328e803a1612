"""Figures are never written over what somebody else wrote, and this is said before anything is computed."""

from __future__ import annotations

import pytest

from voice_of_care.cli import run
from voice_of_care.cli.targets import refuse_target, write_beside
from voice_of_care.errors import StoreError

CODED = "text,codes\nI fell on the wet floor,safe\n"
FIGURES = "about,judged_on,between,item,measure,value,low,high,comments,support,is_enough\n"


def test_the_coded_comments_are_never_written_over(tmp_path, capsys):
    coded = tmp_path / "coded.csv"
    coded.write_text(CODED, encoding="utf-8")
    assert run(["evaluate", str(coded), "--framework", "steeep", "--quick", "--to", str(coded)]) == 2
    assert coded.read_text(encoding="utf-8") == CODED
    assert "the coded comments themselves" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["theirs.csv", "theirs.json"])
def test_another_file_is_never_written_over(tmp_path, name):
    path = tmp_path / name
    path.write_text(CODED, encoding="utf-8")
    with pytest.raises(StoreError, match="would be lost"):
        refuse_target(path, given=tmp_path / "coded.csv")


def test_no_folder_is_said_at_once_and_earlier_figures_are_written_over(tmp_path):
    with pytest.raises(StoreError, match="no folder"):
        refuse_target(tmp_path / "none" / "f.csv", given=tmp_path / "coded.csv")
    write_beside(FIGURES, tmp_path / "f.csv")
    refuse_target(tmp_path / "f.csv", given=tmp_path / "coded.csv")
    write_beside(FIGURES, tmp_path / "f.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["f.csv"]
