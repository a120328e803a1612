"""Seeds make themes of what speaks of them, beside discovery; a seed nobody speaks of makes none."""

from __future__ import annotations

import csv

import pytest
from openpyxl import Workbook

from tests.themes.test_find import WordsEmbedder, comments_of, dominant, find, planted
from voice_of_care.errors import VocabularyError
from voice_of_care.frameworks import Framework, FrameworkElement, load_seeds
from voice_of_care.themes import Guide


def seeds_of(**phrases: tuple[str, ...]) -> Framework:
    elements = tuple(
        FrameworkElement(id=name, label=name.capitalize(), definition=words[0], include_cues=words)
        for name, words in phrases.items()
    )
    return Framework(id="mine", version="1", name="Mine", elements=elements)


def test_a_seed_names_its_theme_and_the_rest_is_discovered():
    sample = planted()
    comments = comments_of(sample["text"].tolist())
    seeds = seeds_of(parking=("car park", "parking spaces"), helicopters=("helicopter landing", "rotor blades"))
    found = find(comments, guide=Guide((seeds,), WordsEmbedder()))
    seeded = found.themes.dropna(subset="seed").set_index("seed")
    assert seeded["label"].to_dict() == {"mine/parking": "Parking"}
    themes = dominant(found, comments)
    of_seed = themes == seeded.loc["mine/parking", "theme_id"]
    planted_there = (sample["planted"] == "parking").to_numpy()
    assert (of_seed.to_numpy() & planted_there).sum() >= 0.6 * planted_there.sum()
    assert (of_seed.to_numpy() & planted_there).sum() >= 0.9 * of_seed.sum()
    assert found.themes["label"].str.lower().is_unique
    assert len(found.theme_vectors) >= 5
    told = found.set_aside[found.set_aside["step"] == "seeds"]
    assert told["item_id"].tolist() == ["mine/helicopters"]
    assert told["reason"].tolist() == ["looked for on request, but too few people speak of it: Helicopters"]


def test_nothing_is_seeded_unasked():
    found = find(comments_of(planted()["text"].tolist()))
    assert found.themes["seed"].isna().all()
    assert not (found.set_aside["step"] == "seeds").any()


def test_codebooks_in_yaml_csv_and_xlsx_and_our_own_table_are_read(tmp_path):
    rows = [("Parking", "Room for cars.", "no space; the car park was full"), ("Food", "", "")]
    (tmp_path / "a.yaml").write_text(
        "- label: Parking\n  definition: Room for cars.\n  examples: [no space, the car park was full]\n"
        "- label: Food\n",
        encoding="utf-8",
    )
    with (tmp_path / "b.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("Label", "Definition", "Examples"), *rows])
    book = Workbook()
    for row in (("Made for the trust",), ("label", "definition", "examples"), *rows):
        book.active.append(row)
    book.save(tmp_path / "c.xlsx")
    for framework in load_seeds(["a.yaml", "b.csv", "c.xlsx"], folder=tmp_path):
        parking, food = framework.elements
        assert (parking.id, parking.label, parking.definition) == ("parking", "Parking", "Room for cars.")
        assert parking.include_cues == ("no space", "the car park was full")
        assert (food.id, food.definition) == ("food", "Food")
    with (tmp_path / "themes.csv").open("w", encoding="utf-8", newline="") as file:
        header = ("theme_id", "label", "description", "keywords", "parent_id", "size", "status")
        csv.writer(file).writerows(
            [
                header,
                ("T01", "Parking", "Mostly concern.", "car", "", 9, "proposed"),
                ("T02", "Gone", "", "", "", 1, "retired"),
            ]
        )
    (own,) = load_seeds(["themes.csv"], folder=tmp_path)
    assert [(element.id, element.label) for element in own.elements] == [("t01", "Parking")]


def test_a_shipped_framework_is_a_seed_and_what_is_none_is_said(tmp_path):
    (qdc,) = load_seeds(["qdc"])
    assert qdc.id == "qdc"
    own = seeds_of(parking=("car park",)).model_copy(update={"id": "qdc"})
    assert load_seeds(["qdc"], frameworks=[own]) == (own,)
    with pytest.raises(VocabularyError, match=r"qcd.*Did you mean qdc"):
        load_seeds(["qcd"], folder=tmp_path)
    (tmp_path / "empty.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="no codes"):
        load_seeds(["empty.csv"], folder=tmp_path)


def test_seeds_named_twice_are_taken_once_and_equal_ids_or_files_elsewhere_are_refused(tmp_path):
    settings = tmp_path / "project"
    (settings / "sub").mkdir(parents=True)
    for path in (settings / "a.csv", settings / "sub" / "a.csv", tmp_path / "out.csv"):
        path.write_text("label,cues\nSubmarine,torpedo; periscope\n", encoding="utf-8")
    seeds = load_seeds(["qms", "a.csv", "qms", "./a.csv"], folder=settings)
    assert [framework.id for framework in seeds] == ["qms", "a"]
    assert seeds[1].elements[0].include_cues == ("torpedo", "periscope")
    with pytest.raises(VocabularyError, match=r"sub/a.csv.*same id"):
        load_seeds(["a.csv", "sub/a.csv"], folder=settings)
    for outside in ("../out.csv", str(tmp_path / "out.csv")):
        with pytest.raises(VocabularyError, match="outside the folder"):
            load_seeds([outside], folder=settings)
