"""The settings say what a table's columns mean where nothing else does."""

from __future__ import annotations

import pytest

from voice_of_care.errors import SettingsError

ROWS = [
    ["Nr", "Wer", "Said", "Mark", "When", "Where"],
    ["a1", "Porter", "No rest room for us on nights", "2", "05/03/2024", "Hillview"],
    ["a2", "Carer", "They rang me before he came home", "10", "06/03/2024", "Hillview"],
]
MAPPING = {"files": "*.csv", "comment": ["Said"], "response_id": "Nr", "respondent_group": "Wer", "score": "Mark",
           "score_best": 10, "score_worst": 0, "date": "When", "site": "Where"}  # fmt: skip


def test_a_mapping_names_the_columns(folder):
    folder.table("odd.csv", ROWS)
    read = folder.read({"mapping": [MAPPING]})
    assert read.sources["preset"].tolist() == ["mapping"]
    assert read.comments["respondent_group"].tolist() == ["staff", "carer"]
    assert read.comments["score"].tolist() == pytest.approx([1.8, 5])
    assert read.comments["site"].tolist() == ["Hillview"] * 2


def test_only_what_is_named_is_read(folder):
    folder.table("odd.csv", ROWS)
    comments = folder.read({"mapping": [{"comment": ["Said"]}]}).comments
    assert comments["site"].isna().all()
    assert set(comments["respondent_group"]) == {"unknown"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"comment": ["Sayd"]}, "mapping.comment: odd.csv has no column 'Sayd'. Did you mean 'Said'?"),
        ({"site": "Whre"}, "mapping.site: odd.csv has no column 'Whre'. Did you mean 'Where'?"),
    ],
)
def test_an_unknown_column_is_an_error_with_the_nearest_one(folder, changed, said):
    folder.table("odd.csv", ROWS)
    with pytest.raises(SettingsError) as error:
        folder.read({"mapping": [{**MAPPING, **changed}]})
    assert said in str(error.value)
    assert "rest room" not in str(error.value)


def test_a_typing_error_in_the_only_column_of_a_mapping_for_all_files_is_found(folder):
    folder.table("odd.csv", ROWS)
    with pytest.raises(SettingsError, match="Did you mean 'Said'"):
        folder.read({"mapping": [{"comment": ["Saidd"]}]})


def test_a_mapping_for_all_files_leaves_other_tables_alone(folder):
    folder.table("odd.csv", ROWS)
    folder.table("known.csv", [["Comments"], ["The food was cold by the time it came"]])
    read = folder.read({"mapping": [{"comment": ["Said"]}]})
    assert read.sources["preset"].fillna("").tolist() == ["", "mapping"]


def test_the_first_mapping_that_fits_holds(folder):
    folder.table("a/odd.csv", ROWS)
    folder.table("b/odd.csv", ROWS)
    read = folder.read(
        {"mapping": [{"files": "a/*", "comment": ["Wer"]}, {"files": "**/odd.csv", "comment": ["Said"]}]}
    )
    assert read.comments.set_index("source")["raw_text"].loc["a/odd.csv"].tolist() == ["Porter", "Carer"]
    assert "No rest room for us on nights" in set(read.comments["raw_text"])


def test_sources_say_what_no_column_tells(folder):
    folder.table("staff/odd.csv", ROWS)
    settings = {
        "mapping": [{"comment": ["Said"], "site": "Where"}],
        "sources": [
            {
                "files": "staff/**",
                "respondent_group": "staff",
                "site": "Elsewhere",
                "question": "What gets in your way?",
            },
            {"files": "odd.csv", "service": "Portering", "date": "2024-03-01"},
        ],
    }
    comments = folder.read(settings).comments
    assert set(comments["respondent_group"]) == {"staff"}
    assert set(comments["site"]) == {"Hillview"}
    assert set(comments["service"]) == {"Portering"}
    assert comments["received_on"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2024-03-01"]
    assert set(comments["question"]) == {"What gets in your way?"}


def test_permission_to_quote_is_honoured(folder):
    folder.table("fft.csv", [
        ["Comments", "Please tick if you do NOT wish your comments to be made public"],
        ["They were run off their feet that day", "Yes"], ["The wee cup of tea after was lovely", ""],
        ["Nobody told us what was happening", "No"],
    ])  # fmt: skip
    assert folder.read().comments["may_quote"].astype("object").fillna("unknown").tolist() == [False, "unknown", True]
