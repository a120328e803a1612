"""Names that notes list are handed on to be looked for; roles, places and single names are not."""

import docx

from voice_of_care.intake import read_comments
from voice_of_care.intake.people import names_in
from voice_of_care.intake.readers import Passage
from voice_of_care.pipeline import redact_file
from voice_of_care.settings import Settings


def passage(text, kind="attendees", speaker=None):
    return Passage(text, "paragraph 1", kind, (), speaker)


def test_full_names_are_found_in_lists_and_as_speakers():
    found = names_in(
        [
            passage("Present: Jolanta Quillfeather (ward sister), Dr Bram Ó Conaill, Ann-Marie O'Toole and 4 others"),
            passage("The room was cold.", kind="speech", speaker="Zebedee Marsh (carer)"),
        ]
    )
    assert found == {"Jolanta Quillfeather", "Bram Ó Conaill", "Ann-Marie O'Toole", "Zebedee Marsh"}


def test_roles_places_and_single_names_are_not_taken_for_people():
    lines = (
        "Present: Ward Sister, Loughside Centre, Grace, Carers Forum, Service Users",
        "Facilitator: Engagement Team",
    )
    assert names_in([passage(line) for line in lines]) == frozenset()


def test_who_is_listed_as_present_is_taken_out_of_what_was_said(tmp_path):
    notes = docx.Document()
    notes.add_heading("Workshop", level=1)
    notes.add_paragraph("Present: Jolanta Quillfeather, Bram Marsh")
    notes.add_heading("What works well?", level=2)
    for said in ("We have had Jolanta Quillfeather from the start.", "The beds by the window are warm."):
        notes.add_paragraph(said, style="List Bullet")
    notes.save(str(tmp_path / "notes.docx"))
    read = read_comments([tmp_path / "notes.docx"], settings=Settings(), key=b"0" * 32)
    assert read.names == ("Bram Marsh", "Jolanta Quillfeather")
    texts = " ".join(comment["safe_text"] for comment in redact_file(tmp_path / "notes.docx", settings=Settings()))
    assert "Jolanta" not in texts
    assert "Quillfeather" not in texts
    assert "beds by the window are warm" in texts
