"""The synthetic listening exercise is what its generator makes, and holds what its gold files say."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pdfplumber
import pytest

from voice_of_care.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
SYNTHETIC = ROOT / "corpora" / "synthetic"
FOLDER = SYNTHETIC / "listening-exercise"
GOLD = ROOT / "corpora" / "gold" / "listening-exercise"
SHARED = ROOT.parent / "shared" / "data" / "nhs_patient_feedback.csv"
PATTERNED = {
    "nhs_number", "hc_number", "chi_number", "nino", "postcode", "phone", "email", "url", "handle", "date_of_birth",
    "date", "iban", "card", "passport", "driving_licence", "vehicle", "gmc", "nmc", "address", "age_90_plus",
}  # fmt: skip


@pytest.fixture(scope="module")
def gold() -> list[dict]:
    return [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def planted() -> dict:
    return json.loads((GOLD / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def said(gold) -> list[dict]:
    """Comments that say something, each record once."""
    silent = {"non_answer", "empty", "not_english", "tags", "repeat"}
    return [row for row in gold if not silent & set(row["flags"])]


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {p.relative_to(FOLDER).as_posix(): words_of(p) for p in sorted(FOLDER.rglob("*")) if p.is_file()}


def words_of(path: Path) -> str:
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        words = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    elif path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        words = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
    elif path.suffix == ".pdf":
        with pdfplumber.open(path) as pdf:
            words = "\n".join(page.extract_text() for page in pdf.pages)
    elif path.suffix == ".csv":
        words = "\n".join(cell for row in rows_of(path) for cell in row)
    elif path.suffix == ".json":
        stories = json.loads(path.read_text(encoding="utf-8"))["stories"]
        words = "\n".join(str(value) for story in stories for value in story.values())
    else:
        words = path.read_text(encoding="utf-8")
    return squeezed(words)


def rows_of(path: Path) -> list[list[str]]:
    encoding, delimiter = ("cp1252", ";") if "hospital" in path.name else ("utf-8-sig", ",")
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def squeezed(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_the_files_are_what_the_generator_makes_whatever_the_hash_seed(hash_seed):
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", str(SYNTHETIC / "make_listening_exercise.py"), "--check"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_it_is_as_large_and_as_varied_as_an_exercise_of_eighteen_months(said, planted):
    assert len(said) >= 1_200
    assert {row["group"] for row in said} == {"staff", "service_user", "carer"}
    assert len({row["service"] for row in said}) >= 8
    assert len({row["site"] for row in said}) >= 5
    months = {row["date"][:7] for row in said if row["date"]}
    assert len(months) == 18
    assert {Path(file).suffix for file in planted["by_file"]} == {".docx", ".xlsx", ".csv", ".pdf", ".txt", ".json"}


def test_statements_are_not_repeated_beyond_what_is_planted(said):
    statements = Counter(part["text"] for row in said for part in row["parts"] if not row["campaign"])
    long_ones = {text: count for text, count in statements.items() if len(text) > 25}
    assert max(long_ones.values()) <= 6
    assert sum(count > 3 for count in long_ones.values()) < 0.05 * len(long_ones)
    assert len(statements) > 1_100
    comments = Counter(row["text"] for row in said if not row["campaign"] and len(row["text"]) > 40)
    assert max(comments.values()) <= 3


def test_every_gold_text_stands_in_its_file(gold, files):
    for row in gold:
        if not row["text"]:
            continue
        assert squeezed(row.get("as_written", row["text"])) in files[row["file"]], row["id"]


def test_gold_rows_of_tables_point_to_their_cells(gold):
    for file in {row["file"] for row in gold if row["file"].endswith(".csv")}:
        table = rows_of(FOLDER / file)
        for row in (row for row in gold if row["file"] == file):
            column = table[0].index(row["where"]["column"])
            assert table[row["where"]["row"] - 1][column] == row.get("as_written", row["text"]), row["id"]
    for file in {row["file"] for row in gold if row["file"].endswith(".xlsx")}:
        table = list(openpyxl.load_workbook(FOLDER / file).active.iter_rows(values_only=True))
        for row in (row for row in gold if row["file"] == file):
            column = table[0].index(row["where"]["column"])
            assert (table[row["where"]["row"] - 1][column] or "") == row["text"], row["id"]


def test_identifiers_of_every_kind_stand_in_the_texts(gold):
    kinds = Counter()
    for row in gold:
        for identifier in row["identifiers"]:
            assert identifier["text"] in row["text"], row["id"]
            kinds[identifier["kind"]] += 1
    assert set(kinds) == PATTERNED | {"staff_name", "person_name"}
    assert min(kinds[kind] for kind in PATTERNED) >= 8
    assert kinds["staff_name"] + kinds["person_name"] >= 150
    names = {i["text"] for row in gold for i in row["identifiers"] if i["kind"].endswith("_name")}
    assert any("é" in name or "á" in name or "í" in name for name in names)
    assert sum(name.islower() for name in names) >= 8


def test_identifiers_outside_the_comments_stand_in_their_files(files):
    outside = json.loads((GOLD / "not_comments.json").read_text(encoding="utf-8"))
    assert len(outside["identifiers"]) > 200
    for found in outside["identifiers"]:
        assert squeezed(found["text"]) in files[found["file"]], found["where"]
    for found in outside["procedure"]:
        assert squeezed(found["text"]) in files[found["file"]]


def test_numbers_can_belong_to_nobody(gold):
    for row in gold:
        for identifier in row["identifiers"]:
            digits = re.sub(r"\D", "", identifier["text"])
            if identifier["kind"] == "nhs_number":
                assert digits.startswith("9")
                assert passes_mod_11(digits)
            elif identifier["kind"] == "hc_number":
                assert digits.startswith("399999")
            elif identifier["kind"] == "chi_number":
                assert not passes_mod_11(digits)


def passes_mod_11(digits: str) -> bool:
    return sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11 == 0


def test_health_and_care_numbers_are_both_right_and_mistyped(gold):
    numbers = [re.sub(r"\D", "", i["text"]) for row in gold for i in row["identifiers"] if i["kind"] == "hc_number"]
    assert sum(passes_mod_11(number) for number in numbers) >= 8
    assert sum(not passes_mod_11(number) for number in numbers) >= 4


def test_protected_terms_stand_in_the_texts_and_are_no_identifiers(gold):
    terms = [(row, term) for row in gold for term in row["protected"]]
    assert len(terms) >= 30
    for row, term in terms:
        assert term in row["text"]
        assert all(term != identifier["text"] for identifier in row["identifiers"])


def test_a_campaign_and_repeats_are_planted(gold):
    letters = [row for row in gold if row["campaign"]]
    assert len(letters) == 40
    assert 12 <= sum("altered" in row["flags"] for row in letters) <= 16
    by_id = {row["id"]: row for row in gold}
    repeats = [row for row in gold if row["repeats"]]
    assert len(repeats) == 15
    for row in repeats:
        first = by_id[row["repeats"]]
        assert (row["text"], row["response"]) == (first["text"], first["response"])


def test_one_theme_grows_in_the_last_months_in_many_places(said):
    about = [row for row in said if "it_systems" in row["themes"] and row["date"]]
    late = [row for row in about if row["date"] >= "2025-01"]
    earlier = [row for row in said if row["date"] and row["date"] < "2025-01"]
    recent = [row for row in said if row["date"] and row["date"] >= "2025-01"]
    before = (len(about) - len(late)) / len(earlier)
    assert len(late) / len(recent) > 4 * before
    assert len({row["date"][:7] for row in late}) == 3
    assert len({row["file"] for row in late}) >= 6


def test_one_theme_improves_after_a_dated_action(said, planted):
    action = planted["improving"]["on"]
    parts = [(row["date"], p["sentiment"]) for row in said for p in row["parts"] if "parking" in p["themes"]]
    before = ["positive" in sentiment for date, sentiment in parts if date and date < action]
    after = ["positive" in sentiment for date, sentiment in parts if date and date >= action]
    assert min(len(before), len(after)) >= 25
    assert sum(before) == 0
    assert sum(after) > 0.65 * len(after)


def test_one_theme_is_found_in_a_single_service(said, planted):
    services = [row["service"] for row in said if "night_noise" in row["themes"]]
    assert len(services) >= 20
    assert set(services) == {planted["single_service"]["service"]}


def test_nobody_raises_the_unraised_topics(files, planted):
    everything = " ".join(files.values()).lower()
    for topic in planted["unraised"]:
        for word in topic["never"]:
            assert not re.search(rf"\b{re.escape(word)}\b", everything), word


def test_the_manifest_counts_what_the_gold_holds(gold, planted):
    assert planted["records"] == len(gold)
    kinds = Counter(i["kind"] for row in gold for i in row["identifiers"])
    assert planted["identifiers"] == dict(kinds)
    assert planted["by_file"] == dict(Counter(row["file"] for row in gold))
    assert len({row["id"] for row in gold}) == len(gold)


def test_nothing_is_borrowed_from_real_comments(gold):
    if not SHARED.is_file():
        pytest.skip("the real comments are not beside the project")
    with SHARED.open(encoding="utf-8", newline="") as lines:
        real = {squeezed(row["FFT answer"]).lower().rstrip(".! ") for row in csv.DictReader(lines)}
    ours = {part["text"] for row in gold for part in row["parts"]} | {row["text"] for row in gold}
    borrowed = [text for text in ours if len(text) > 25 and squeezed(text).lower().rstrip(".! ") in real]
    assert borrowed == []


def test_the_settings_are_valid_and_name_each_session(gold):
    path = SYNTHETIC / "listening-exercise.toml"
    settings = load_settings(path)
    assert settings.project.organisation.endswith("(fictional)")
    named = {source["files"] for source in tomllib.loads(path.read_text(encoding="utf-8"))["sources"]}
    notes = {row["file"] for row in gold if Path(row["file"]).suffix in {".docx", ".pdf", ".txt"}}
    assert notes <= named
