"""Other measures: read from CSV files of many makings, and refused in one line where they can't be."""

import re
from pathlib import Path

import pandas as pd
import pytest

from voice_of_care.errors import InputError, SettingsError
from voice_of_care.metric_series import first_days, metric_series, months_of_periods
from voice_of_care.metrics import load_metrics
from voice_of_care.settings import MetricSettings, load_settings, parse_settings, settings_template


def entry(name="", file="m.csv", **more):
    return MetricSettings(name=name, file=file, **more)


def load(folder, text, *entries, file="m.csv"):
    (folder / file).write_text(text, encoding="utf-8")
    return load_metrics(entries, folder=folder)


def test_one_measure_by_month(tmp_path):
    found = load(tmp_path, "month,value\nApr 2024,12\nMay 2024,\n2024-06,9\n", entry("Falls"))
    assert list(found["metric"].unique()) == ["Falls"]
    assert list(found["period"]) == ["2024-04", "2024-05", "2024-06"]
    assert found["value"].isna().tolist() == [False, True, False]
    assert found["service"].isna().all()
    assert set(found["better"]) == {"lower"}


def test_quarters_of_a_financial_year_and_a_share_of_two_counts(tmp_path):
    text = "quarter;numerator;denominator\n2023/24 Q4;45;50\n2024/25 Q1;40;50\n2024/25 Q2;30;50\n"
    found = load(tmp_path, text, entry("FFT score", better="higher"))
    assert list(found["period"]) == ["2023-24 Q4", "2024-25 Q1", "2024-25 Q2"]
    assert list(found["value"]) == [90.0, 80.0, 60.0]
    assert found["starts_on"].iloc[0] == pd.Timestamp(2024, 1, 1)


def test_quarters_named_by_their_last_day_start_two_months_before(tmp_path):
    found = load(tmp_path, "period ending,value\n30/06/2024,1\n30/09/2024,2\n31/12/2024,3\n", entry("Sickness"))
    assert list(found["starts_on"].dt.month) == [4, 7, 10]


def test_several_measures_by_a_column_of_their_names(tmp_path):
    text = "Measure,Period,Service,Value,Better\nFalls,2024-01,Ward 1,3,lower\nfalls,2024-01,Ward 2,4,lower\n"
    text += 'FFT,2024-01,,91%,higher\nStaff sickness,2024-01,All,"5.2",\n'
    whole = load(tmp_path, text, entry())
    assert list(whole["metric"].unique()) == ["FFT", "Falls", "Staff sickness"]
    assert dict(zip(whole["metric"], whole["better"], strict=True))["FFT"] == "higher"
    assert whole.loc[whole["metric"] == "Falls", "service"].tolist() == ["Ward 1", "Ward 2"]
    assert whole.loc[whole["metric"] == "Staff sickness", "service"].isna().all()
    named = load(tmp_path, text, entry("falls", themes=("T01",)), entry())
    assert sorted(named["metric"].unique()) == ["FFT", "Staff sickness", "falls"]


def test_a_measure_may_be_a_column_of_its_own(tmp_path):
    text = "month,complaints,falls\n2024-01,3,10\n2024-02,5,12\n"
    found = load(tmp_path, text, entry("Complaints"), entry("Falls"))
    assert found["value"].tolist() == [3, 5, 10, 12]


def test_decimal_commas_thousands_and_totals_are_read_as_in_any_series(tmp_path):
    found = load(tmp_path, 'month;value\n2024-01;"1.204,5"\n2024-02;1.300,0\nTotal;2.504,5\n', entry("Waiting"))
    assert found["value"].tolist() == [1204.5, 1300.0]


def test_counts_by_service_sum_up_to_the_organisation(tmp_path):
    text = "month,service,numerator,denominator\n2024-01,A,1,10\n2024-01,B,30,40\n2024-02,A,2,10\n2024-02,B,,\n"
    found = load(tmp_path, text, entry("DNA rate"))
    (series,) = metric_series(found)
    assert series.course.tolist() == [62.0, 20.0]
    assert series.of_services == 0


def test_values_by_service_are_averaged_over_services_known_throughout(tmp_path):
    text = "month,ward,value\n" + "".join(f"2024-0{month},A,{month}\n2024-0{month},B,4\n" for month in (1, 2, 3))
    (series,) = metric_series(load(tmp_path, text + "2024-03,C,900\n", entry("Falls")))
    assert series.course.tolist() == [2.5, 3.0, 3.5]
    assert series.of_services == 2


def test_the_order_of_rows_and_entries_is_of_no_account(tmp_path):
    lines = ["Falls,2024-01,3", "Falls,2024-02,4", "Sickness,2024-01,5", "Sickness,2024-02,6"]
    head = "measure,month,value\n"
    first = load(tmp_path, head + "\n".join(lines), entry("Falls"), entry("Sickness"))
    second = load(tmp_path, head + "\n".join(lines[::-1]), entry("Sickness"), entry("Falls"))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("month,value\n2024-01,secret\n", "line 2, column value: this is no number"),
        ("month,value\nsecret,1\n", "line 2, column month: is no month or quarter"),
        ("month,value\n2024-01,1\n01/01/2024,2\n", "lines 2 and 3: are of the same measure, service and month"),
        ("month,value\n2023-01,1\n2024-01,1\n", "gives years"),
        ("month,numerator,denominator\n2024-01,5,2\n", "line 2: the numerator is not between"),
        ("month,a,b\n2024-01,1,2\n", "no column is the value"),
        ("colour,a,b\nred,1,2\n", "no column is the period"),
        ("month,measure,value,better\n2024-01,x,2,secret\n", "line 2, column better: is neither higher nor lower"),
        ("month,value\n", "holds no rows"),
        ("", ""),
    ],
)
def test_a_bad_file_is_told_in_one_line_without_its_cells(tmp_path, text, told):
    with pytest.raises((InputError, SettingsError)) as caught:
        load(tmp_path, text, entry("x"))
    assert told in str(caught.value)
    assert "m.csv" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "2024-01,My secret waited nine hours\n2024-02,Nobody told the secret\n",
            "line 2, column 2: this is no number",
        ),
        ("My secret,12\nNobody told the secret,13\n", "the first line holds figures"),
        ("month,The secret\n2024-01,unkind\n", "line 2, column 2: this is no number"),
        ("The secret,value\nunkind,3\n", "line 2, column 1: is no month or quarter"),
        ("service,month,The secret\nSecret,2024-01,unkind\n", "line 2, column 3: this is no number"),
        ("My secret\nNobody told the secret\n", "no column is the period"),
        ("month,x,X\n2024-01,1,2\n", "2 columns are called as the entry is"),
    ],
)
def test_no_cell_is_told_not_even_of_the_header(tmp_path, text, told):
    with pytest.raises(InputError) as caught:
        load(tmp_path, text, entry("x"))
    assert told in str(caught.value)
    for word in ("secret", "nobody", "unkind", "waited", "--"):
        assert word not in str(caught.value).lower()


@pytest.mark.parametrize(
    "text",
    [
        "month,value\n2024-01,\n2024-02,n/a\n",
        "month,value\nTotal,12\nAverage,3\n",
        "month,numerator,denominator\n2024-01,0,0\n",
        "measure,month,value\nFalls,2024-01,3\nx,2024-01,\n",
    ],
)
def test_a_measure_without_any_value_is_told(tmp_path, text):
    with pytest.raises(InputError, match="holds no value"):
        load(tmp_path, text, entry("x"))


def periods(*cells):
    return "period,value\n" + "".join(f"{cell},{place}\n" for place, cell in enumerate(cells))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("2024-01", "2024-02", "2024-25 Q1"), "months and quarters are mixed"),
        (("2024-01", "2024-02", "2024-03", "2024-06", "2024-09"), "months and quarters are mixed"),
        (("2024-01", "2024-07", "2025-01"), "one value in 6 months"),
        (("2024-01", "2024-05", "2024-09"), "one value in 4 months"),
        (("2024-01", "2024-03", "2024-05"), "one value in 2 months"),
        (("2024-W01", "2024-W06", "2024-W10", "2024-W14"), "is a week"),
        (("01/01/2024", "05/02/2024", "04/03/2024", "01/04/2024"), "gives weeks"),
        (("2024-01-01", "2024-01-02", "2024-01-03"), "days or weeks of one month"),
        (("2022/23", "2023/24"), "is a year"),
        (("2023 Q1", "2024 Q1"), "gives years"),
        (("2024-99 Q1",), "is no month or quarter"),
        (("2024-2026 Q1",), "is no month or quarter"),
    ],
)
def test_other_periods_than_months_or_quarters_are_refused(tmp_path, cells, told):
    with pytest.raises(InputError, match=told) as caught:
        load(tmp_path, periods(*cells), entry("x"))
    assert "Give months or quarters" in str(caught.value)


def test_months_and_quarters_may_have_gaps(tmp_path):
    for cells in (
        ("2024-01", "2024-02", "2024-05", "2024-06"),
        ("2024-01", "2024-04"),
        ("2023-24 Q1", "2023-24 Q3", "2024-25 Q1"),
        ("31/01/2024", "29/02/2024", "31/03/2024", "30/04/2024"),
        ("2023-2024 Q1", "Q2 2023/24"),
    ):
        assert len(load(tmp_path, periods(*cells), entry("x"))) == len(cells)


def test_a_file_that_is_none_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    with pytest.raises(SettingsError, match="metrics, entry 2, file: folder is no file"):
        load(tmp_path, periods("2024-01"), entry("x"), entry("y", "folder"))
    with pytest.raises(SettingsError, match="can't be read"):
        load_metrics([entry("x", "a" * 400)], folder=tmp_path)

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="can't be read \\(Permission denied"):
        load_metrics([entry("x")], folder=tmp_path)


def test_two_entries_of_one_measure_are_both_named(tmp_path):
    (tmp_path / "b.csv").write_text("measure,month,value\nFalls,2024-01,1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"metrics, entries 1 and 3: give the same measure \(b.csv and m.csv\)"):
        load(tmp_path, periods("2024-01"), entry("", "b.csv"), entry("x"), entry("falls"))


def test_what_the_settings_name_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.csv is not there"):
        load_metrics([entry("Falls", "none.csv")], folder=tmp_path)
    with pytest.raises(SettingsError, match="no row of this name in the column measure"):
        load(tmp_path, "measure,month,value\nFalls,2024-01,1\n", entry("Waiting"))
    with pytest.raises(SettingsError, match="does not say what it measures"):
        load(tmp_path, "month,value\n2024-01,1\n", entry())
    with pytest.raises(SettingsError, match="give the same measure"):
        load(tmp_path, "month,value\n2024-01,1\n", entry("Falls"), entry("falls"))
    with pytest.raises(SettingsError, match="give the entry its name"):
        parse_settings({"metrics": [{"file": "m.csv", "themes": ["T01"]}]})
    assert load_metrics([], folder=None).empty
    assert "#[[metrics]]" in settings_template()


def test_periods_are_months_or_quarters_wherever_they_begin():
    days = pd.Series(pd.to_datetime(["2024-01-31", "2024-02-01", None, "2024-12-31"]))
    quarters = first_days(days, months=3, grid=pd.Timestamp(2030, 2, 1))
    assert [None if pd.isna(day) else (day.year, day.month) for day in quarters] == [
        (2023, 11),
        (2024, 2),
        None,
        (2024, 11),
    ]
    assert first_days(days, months=1, grid=pd.Timestamp(2024, 1, 1)).dropna().dt.month.tolist() == [1, 2, 12]
    assert months_of_periods(pd.to_datetime(["2024-01-01", "2024-07-01", "2024-10-01"])) == 3
    assert months_of_periods(pd.to_datetime(["2024-01-01", "2024-03-01"])) == 1
    assert months_of_periods(pd.to_datetime(["2024-01-01"])) == 1


def test_the_guides_examples_are_read_as_it_says(tmp_path):
    guide = (Path(__file__).resolve().parents[1] / "docs" / "guide" / "other-measures.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```\w*\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "complaints.csv").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "measures.csv").write_text(blocks[2], encoding="utf-8")
    (tmp_path / "voice-of-care.toml").write_text(blocks[1] + blocks[3], encoding="utf-8")
    settings = load_settings(tmp_path / "voice-of-care.toml")
    found = load_metrics(settings.metrics, folder=tmp_path)
    assert sorted(found["metric"].unique()) == ["Complaints about parking", "FFT score", "Falls", "Staff sickness"]
