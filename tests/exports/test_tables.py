"""Tables as files: every table, full precision, no formulas, the same bytes twice."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.small import small_analysis
from voice_of_care.exports import write_tables
from voice_of_care.store import write_parquet
from voice_of_care.tables import TABLES


@pytest.mark.parametrize("table_format", ["csv", "parquet", "xlsx"])
def test_every_table_is_written_the_same_twice_and_none_holds_raw_text(tmp_path, table_format):
    analysis = small_analysis()
    files = write_tables(analysis, tmp_path / "one", table_format=table_format, write_parquet=write_parquet)
    again = write_tables(analysis, tmp_path / "two", table_format=table_format, write_parquet=write_parquet)
    assert {file.stem for file in files} == set(TABLES)
    assert "comments" not in {file.stem for file in files}
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]


def test_a_csv_cell_cannot_act_as_a_formula(tmp_path):
    write_tables(small_analysis(), tmp_path, table_format="csv", write_parquet=write_parquet)
    texts = pd.read_csv(tmp_path / "safe_comments.csv")["text"]
    assert not texts.str.match(r"[=+@-]").any()
    assert texts.str.endswith("is what the letter said").any()


def test_an_excel_cell_cannot_act_as_a_formula(tmp_path):
    write_tables(small_analysis(), tmp_path, table_format="xlsx", write_parquet=write_parquet)
    sheet = load_workbook(tmp_path / "safe_comments.xlsx").active
    cells = [cell for row in sheet for cell in row]
    assert any(str(cell.value).startswith("=SUM") for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_lists_are_one_cell(tmp_path):
    write_tables(small_analysis(), tmp_path, table_format="csv", write_parquet=write_parquet)
    links = pd.read_csv(tmp_path / "theme_links.csv")
    assert links["evidence_segment_ids"][0] == "VOC-0000000000.1; VOC-0000000001.1"
