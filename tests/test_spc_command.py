"""The `spc` command: any CSV file of one series, its control points as JSON, as a table and as a drawing."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_of_care.cli import run
from voice_of_care.series_files.reading import read_series
from voice_of_care.trends.spc import chart_p_prime, chart_xmr

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data" / "spc_fixtures.json"
STEP = (31, 28, 33, 30, 27, 32, 29, 34, 30, 28, 31, 29, 26, 24, 25, 23, 24, 22, 25, 23)
MONTHS = [f"{2023 + place // 12}-{place % 12 + 1:02d}" for place in range(len(STEP))]


@pytest.fixture
def write(tmp_path):
    def write_file(text, *, encoding="utf-8", name="series.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write_file


def _as_json(capsys, path, *options):
    assert run(["spc", str(path), "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def _error(capsys, path, *options):
    assert run(["spc", str(path), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def _steps(order=range(20)):
    return "period,value\n" + "".join(f"{MONTHS[place]},{STEP[place]}\n" for place in order)


def test_control_points_and_icons_come_as_json(write, capsys):
    found = _as_json(capsys, write(_steps()), "--direction", "decrease", "--target", "25")
    assert list(found["control_points"][0]) == [
        *("period", "value", "centre", "lower_limit", "upper_limit", "phase", "rule", "point_type")
    ]
    first, last = found["control_points"][0], found["control_points"][-1]
    assert (first["centre"], first["lower_limit"], first["upper_limit"]) == pytest.approx((27.7, 20.14, 35.26))
    assert (last["period"], last["rule"], last["point_type"]) == ("2024-08", "shift", "special_cause_improvement")
    assert found["icons"] == {"variation": "improvement_low", "assurance": "inconsistent"}
    assert (found["variation"], found["assurance"]) == ("improvement_low", "inconsistent")
    told = {name: found[name] for name in ("method", "direction", "target", "ruleset", "sigma_z", "points", "standing")}
    assert told == {
        "method": "xmr",
        "direction": "decrease",
        "target": 25.0,
        "ruleset": "nhsr-0.2.2",
        "sigma_z": None,
        "points": 20,
        "standing": "full",
    }


@pytest.mark.skipif(not SHARED.exists(), reason="the reference's vectors are not here")
def test_every_vector_of_the_reference_comes_back_from_a_file(write, capsys):
    for vector in json.loads(SHARED.read_text(encoding="utf-8")):
        days = [f"01/{place % 12 + 1:02d}/{2019 + place // 12}" for place in range(len(vector["y"]))]
        rows = [f"{day},{'' if value is None else repr(value)}" for day, value in zip(days, vector["y"], strict=True)]
        options = ["--direction", vector["improvement_direction"]]
        options += [] if vector["target"] is None else ["--target", str(vector["target"])]
        options += [part for place in vector["rebase_at"] for part in ("--rebase", days[place - 1])]
        fixed = vector["fix_after_n_points"]
        options += ["--fix-after", str(fixed)] if fixed else []
        options += [] if vector["screen_outliers"] else ["--no-screening"]
        found = _as_json(capsys, write("\n".join(["Date,Value", *reversed(rows)])), *options)
        points = found["control_points"]
        for name, theirs in (("centre", "mean"), ("lower_limit", "lpl"), ("upper_limit", "upl")):
            assert [point[name] for point in points] == pytest.approx(vector[theirs], abs=1e-6), vector["id"]
        assert [point["point_type"] for point in points] == vector["point_type"], vector["id"]
        assert found["assurance"] == vector["assurance"], vector["id"]


def test_the_order_of_lines_is_of_no_account(write, capsys):
    shuffled = [7, 3, 19, 0, 12, 5, 1, 18, 2, 11, 4, 6, 17, 8, 10, 9, 13, 16, 14, 15]
    assert _as_json(capsys, write(_steps(shuffled))) == _as_json(capsys, write(_steps()))


@pytest.mark.parametrize(
    ("text", "encoding", "periods", "values"),
    [
        ("\ufeffMonth;FFT %\nMar 2024;31,5%\nFeb 2024;33%\nApr 2024;\n", "utf-8", "Feb Mar Apr", [33, 31.5, math.nan]),
        ("Period,Value (£)\nJan 2024,10\nMar 2024,8\nFeb 2024,9\n", "cp1252", "Jan Feb Mar", [10, 9, 8]),
        ('DATE,Result\n1/3/2024,"1,200"\n1/2/2024,"12,345.5"\n', "utf-8", "1/2/2024 1/3/2024", [12345.5, 1200]),
        ("week\tscore\n2024-W02\t1 234\n2023-W52\t-2\n", "utf-16", "2023-W52 2024-W02", [-2, 1234]),
        ("quarter,value\n2023/24 Q4,4\nQ1 2023/24,1\n2023-24 Q2,2\n", "utf-8", "Q1 Q2 Q4", [1, 2, 4]),
        ("quarter,value\n2024-Q2,4\nQ1 2024,1\n2023 Q4,2\n", "utf-8", "2023 Q1 Q2", [2, 1, 4]),
        ("year,value\n2022/23,3\n2020/21,1\n2021/22,2\n", "utf-8", "2020/21 2021/22 2022/23", [1, 2, 3]),
        ("run,count\n10,1\n9,2\n100,3\n", "utf-8", "9 10 100", [2, 1, 3]),
        (
            "sep=;\nperiod;value\nJan 2024;1.234,5\nFeb 2024;N/A\nMar 2024;8\n",
            "utf-8",
            "Jan Feb",
            [1234.5, math.nan, 8],
        ),
        ("period,value\n\nward b,\u22121\n,\nward a,2\n", "utf-8", "b a", [-1, 2]),
    ],
)
def test_files_of_many_makings_are_read(write, text, encoding, periods, values):
    found = read_series(write(text, encoding=encoding))
    assert all(wanted in period for wanted, period in zip(periods.split(), found.periods, strict=False))
    assert found.values == pytest.approx(values, nan_ok=True)


@pytest.mark.parametrize("asked", ["2024-01", "Jan 2024", "01/01/2024", " January 2024 "])
def test_a_period_to_rebase_at_may_be_written_another_way(write, capsys, asked):
    found = _as_json(capsys, write(_steps()), "--rebase", asked)
    assert [point["phase"] for point in found["control_points"]] == [1] * 12 + [2] * 8
    assert (found["points"], found["standing"]) == (8, "run_chart")


def test_shares_are_charted_as_their_numbers_call_for(write, capsys):
    wholes = [60, 140, 90, 75, 130, 160, 80, 70, 95, 150, 66, 71]
    parts = [6, 20, 11, 9, 10, 19, 8, 9, 12, 14, 7, 10]
    rows = zip(MONTHS, parts, wholes, strict=False)
    path = write("Month,Numerator,Denominator\n" + "".join(f"{month},{part},{whole}\n" for month, part, whole in rows))
    found = _as_json(capsys, path)
    assert (found["method"], found["standing"]) == ("p_prime", "provisional")
    wanted = chart_p_prime(parts, wholes, direction="increase")
    assert [point["upper_limit"] for point in found["control_points"]] == [each.upper_limit for each in wanted.points]
    assert found["sigma_z"] == wanted.sigma_z
    assert _as_json(capsys, path, "--chart", "p")["method"] == "p"
    xmr = _as_json(capsys, path, "--chart", "xmr")
    shares = chart_xmr([100 * part / whole for part, whole in zip(parts, wholes, strict=True)], direction="increase")
    assert [point["upper_limit"] for point in xmr["control_points"]] == [each.upper_limit for each in shares.points]


def test_n_of_a_total_is_the_numerator_and_n_alone_the_denominator(write):
    assert read_series(write("date,n,total\n2024-01,3,10\n2024-02,4,10\n")).values == (30, 40)
    assert read_series(write("date,negative,n\n2024-01,3,10\n2024-02,4,10\n".replace("negative", "events"))).values == (
        30,
        40,
    )


def test_a_period_without_anybody_is_missing(write, capsys):
    path = write("period,numerator,denominator\n2024-01,5,40\n2024-02,0,0\n2024-03,,30\n2024-04,8,30\n")
    points = _as_json(capsys, path)["control_points"]
    assert [point["value"] is None for point in points] == [False, True, True, False]
    assert {point["point_type"] for point in points} == {"common_cause"}


def test_what_never_varies_has_no_limits_in_json_and_says_so(write, capsys):
    path = write("period,value\n2024-01,5\n2024-02,5\n2024-03,5\n")
    found = _as_json(capsys, path, "--target", "6")
    assert {point["upper_limit"] for point in found["control_points"]} == {None}
    assert found["assurance"] == "inconsistent"
    assert run(["spc", str(path), "--target", "6"]) == 0
    out = capsys.readouterr().out
    assert "There are no limits" in out
    assert "expect" not in out


def test_a_person_reads_a_table_and_a_sentence_for_each_icon(write, capsys):
    path = write(_steps())
    assert run(["spc", str(path), "--direction", "decrease", "--target", "25%", "--fix-after", "12"]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].split() == ["Period", "Value", "Centre", "Lower", "Upper", "Rule", "What", "it", "is"]
    assert lines[20].split() == ["2024-08", "23.0", "30.2", "21.0", "39.4", "two", "in", "three", "improvement"]
    assert "Special cause for improvement: lower than expected" in out
    assert "The target is at most 25. If nothing changes" in out
    assert "provisional" in out
    assert "(--direction decrease)" in out


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("period,value\n2024-01,3\n2024-01,4\n", [], "lines 2 and 3: are the same period"),
        ("period,value\n2024-01,3\nJan 2024,4\n", [], "lines 2 and 3: are the same period"),
        ("period,value\n2024-01,3\n2024-02,the nurse was rude\n", [], "line 3, column value: this is no number"),
        ("period,value\n2024-01,3\n2024-02,inf\n", [], "line 3, column value: this is no number"),
        ("period,value\n2024-01,3\n,4\n", [], "line 3: has no period"),
        ("period,value\n2024-01,3\n2024-02,4\n", ["--rebase", "2030-01"], "--rebase 2030-01"),
        ("period,value\n2024-01,3\n2024-02,4\n", ["--chart", "p"], "numerator and denominator"),
        ("period,value\n2024-01,3\n2024-02,4\n", ["--target", "many"], "--target many: this is no number"),
        ("period,value\n2024-01,3\n2024-02,4\n", ["--target", "nan"], "--target nan: this is no number"),
        ("period,value\n2024-01,3\n", [], "one value alone"),
        ("period,value\n2024-01,\n2024-02,\n", [], "no value"),
        ("period,value\n", [], "no rows under a header"),
        ("", [], "empty"),
        ("a,b,c\n1,2,3\n4,5,6\n", [], "no column is the period"),
        ("period,a,b\n1,2,3\n4,5,6\n", [], "no column is the value"),
        ("period,rate,score\n1,2,3\n4,5,6\n", [], "'rate' and 'score' could each be the value"),
        ("2024-01,3\n2024-02,4\n2024-03,4\n", [], "the first line holds figures"),
        ("period,value\n2024-01,1,200\n2024-02,4\n", [], "more cells than the header"),
        ("period,numerator,denominator\n2024-01,5,4\n2024-02,3,9\n", [], "line 2: the numerator is not between"),
    ],
)
def test_what_cannot_be_charted_says_why_in_one_line(write, capsys, text, options, told):
    error = _error(capsys, write(text), *options)
    assert told in error
    assert "rude" not in error


def test_a_file_that_is_not_there_or_no_text_says_so(tmp_path, write, capsys):
    assert "there is no such file" in _error(capsys, tmp_path / "none.csv")
    assert "can't be read" in _error(capsys, tmp_path)
    assert "not a text file" in _error(capsys, write("%PDF-1.7 x", name="a.csv"))


def test_what_is_left_out_and_unsorted_is_told_beside_the_result(write, capsys):
    path = write("ward,value,remark\na,1,x\nb,2,y\nc,4,z\n".replace("ward", "period"))
    assert run(["spc", str(path), "--fix-after", "2", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["points"] == 2
    assert "not used: remark" in captured.err
    assert "order of the file" in captured.err
    assert "12 at least" in captured.err


def test_the_chart_is_drawn_and_nothing_else_written_over(tmp_path, write, capsys):
    path, to = write(_steps()), tmp_path / "chart.svg"
    for _ in range(2):
        assert run(["spc", str(path), "--rebase", "2024-01", "--to", str(to)]) == 0
    svg = to.read_text(encoding="utf-8")
    assert svg.startswith('<svg role="img" aria-labelledby="spc-wide-title spc-wide-desc"')
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert "New limits from Jan 24" in svg
    capsys.readouterr()
    mine = write("<svg>mine</svg>", name="mine.svg")
    assert "it would be lost" in _error(capsys, path, "--to", str(mine))
    assert mine.read_text(encoding="utf-8") == "<svg>mine</svg>"
    assert "ends in .svg" in _error(capsys, path, "--to", str(path))
    assert "there is no folder" in _error(capsys, path, "--to", str(tmp_path / "none" / "a.svg"))


def _file(values, first=0):
    return "period,value\n" + "".join(f"{MONTHS[place]},{value}\n" for place, value in enumerate(values, start=first))


def _told(capsys, path, *options):
    assert run(["spc", str(path), *options]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.mark.parametrize(
    ("points", "told", "is_first", "has_icon"),
    [
        (7, "Fewer than 8 points: limits are computed as asked, and mean little: read the values.", True, False),
        (8, "The limits rest on 8 to 11 points: read this as a run chart", False, True),
        (12, "The limits are provisional", False, True),
        (20, "", True, True),
    ],
)
def test_few_points_are_told_before_anything_else_is_said(write, capsys, points, told, is_first, has_icon):
    values = [5, 7, 4, 6] * 5
    path = write(_file(values[:points]))
    out, _ = _told(capsys, path, "--target", "5")
    assert told in (out.splitlines()[0] if is_first else out)
    assert ("No significant change" in out) == has_icon
    assert ("The target is" in out) == has_icon
    if told and has_icon:
        assert out.index(told) < out.index("No significant change")
    assert _as_json(capsys, path)["variation"] == "common_cause"


def test_limits_that_leave_what_a_share_can_be_are_said_to(write, capsys):
    path = write(
        "period,numerator,denominator\n"
        + "".join(f"{month},{1 + 2 * (place % 2)},10\n" for place, month in enumerate(MONTHS))
    )
    out, _ = _told(capsys, path)
    assert "The limits leave 0 to 100%" in out
    found = _as_json(capsys, path)
    assert found["control_points"][0]["lower_limit"] < 0
    assert len(found["notes"]) == 1
    fine = write(
        "period,numerator,denominator\n"
        + "".join(f"{month},{49 + place % 2},100\n" for place, month in enumerate(MONTHS))
    )
    assert _as_json(capsys, fine)["notes"] == []


@pytest.mark.parametrize("wrong", [5, 13, 19])
def test_a_value_far_from_all_others_is_named_and_nothing_else_made_of_it(write, capsys, wrong):
    values = [6 + 0.1 * (place % 7) for place in range(20)]
    values[wrong] = 1204
    out, _ = _told(capsys, write(_file(values)))
    assert f"Check the value of {MONTHS[wrong]}: " in out
    assert out.count("Check the value") == 1
    assert out.index("Check the value") < out.index("lower than expected" if wrong < 19 else "higher than expected")
    assert "see --rebase" not in out


def test_a_shift_that_goes_on_is_told_with_the_period_it_began(write, capsys):
    jitter = [0.3, -0.2, 0.5, -0.4, 0.1]
    values = [(10 if place < 12 else 12) + jitter[place % 5] for place in range(20)]
    out, _ = _told(capsys, write(_file(values)))
    assert "if the cause is known and it is to last, see --rebase 2024-01" in out
    rebased, _ = _told(capsys, write(_file(values)), "--rebase", "2024-01")
    assert "see --rebase" not in rebased
    assert "see --rebase" not in _told(capsys, write(_file([5, 7, 4, 6] * 5)))[0]


def test_where_most_points_lie_outside_the_value_furthest_off_is_named(write, capsys):
    values = [(10 if place < 9 else 30) + 0.5 * (place % 2) for place in range(20)]
    out, _ = _told(capsys, write(_file(values)))
    assert "Check the value of " in out
    assert "more than one level" in out
    assert "see --rebase 2023-10" in out


@pytest.mark.parametrize("name", ["Total", "SUM", "all", "Average", "mean:", "Grand  Total"])
def test_a_line_that_sums_up_is_no_period(write, capsys, name):
    path = write(_steps() + f"{name},532\n")
    _, err = _told(capsys, path)
    assert "Line 22 is a total or an average, no period: left out." in err
    assert _as_json(capsys, path) == _as_json(capsys, write(_steps()))


@pytest.mark.parametrize(
    ("periods", "told"),
    [
        ("Mar 2024,Jun 2024,Jul 2024", "no row for April and May 2024"),
        ("31/10/2023,31/12/2023,31/01/2024,31/03/2024", "no row for November 2023, February 2024"),
        ("2023-Q1,2023-Q2,2023-Q4", "no row for the quarter from July 2023"),
        ("2024-W01,2024-W02,2024-W04", "no row for the week of 15 January 2024"),
        ("2020/21,2021/22,2023/24", "no row for the year from April 2022"),
        ("Jan 2020,Feb 2020,Dec 2021", "August 2020, 15 more"),
        ("Jan 2024,Feb 2024,Mar 2024", ""),
        ("01/01/2024,03/01/2024,17/02/2024", ""),
        ("a,b,c", ""),
    ],
)
def test_periods_without_a_row_are_named(write, capsys, periods, told):
    rows = [f"{period},{place}" for place, period in enumerate(periods.split(","))]
    _, err = _told(capsys, write("\n".join(["period,value", *rows])))
    assert told in err
    assert ("next to each other" in err) == bool(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Falls on the ward\n\nperiod,value\n2024-01,3\n2024-02,4\n", "Line 1 above the header"),
        (
            "Falls, by ward\nReporting period,2024\n\nMonth,Falls\n2024-01,3\n2024-02,4\n",
            "Lines 1 and 2 above the header",
        ),
        ("Falls\nseen when,how many\n2024-01,3\n2024-02,4\n", "Line 1 above the header"),
        ("period,value\n2024-01,3\n2024-02,4\n", ""),
    ],
)
def test_titles_above_the_header_are_passed_over(write, capsys, text, told):
    path = write(text)
    assert [point["value"] for point in _as_json(capsys, path)["control_points"]] == [3, 4]
    _, err = _told(capsys, path)
    assert told in err
    assert "Falls" not in err
    assert bool(told) == ("passed over" in err)


def test_a_header_of_any_name_is_the_value_if_it_alone_has_numbers(write):
    found = read_series(write("Month;Falls per 1,000;note\n2024-01;3,5;x\n2024-02;4;y\n"))
    assert (found.values, found.value_name) == ((3.5, 4), "Falls per 1,000")
    assert read_series(write("Month,Falls per 1,000,ward\n2024-01,3,,x\n2024-02,4,,y\n")).values == (3, 4)


def test_columns_are_named_on_the_command_line(write, capsys):
    path = write("When;Falls;Bed days;Month\n2024-01;3;100;x\n2024-02;4;90;y\n")
    named = ["--period", "when"]
    values = lambda found: [point["value"] for point in found["control_points"]]  # noqa: E731
    assert values(_as_json(capsys, path, *named, "--value", "bed days")) == [100, 90]
    shares = _as_json(capsys, path, *named, "--numerator", "Falls", "--denominator", "Bed days")
    assert values(shares) == pytest.approx([3, 400 / 90])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--value", "none"], "--value none"),
        (["--value", "a"], "2 columns of this name"),
        (["--value", "n", "--numerator", "k"], "Leave one out"),
        (["--value", "n", "--period", "n"], "name one column twice"),
        (["--numerator", "remark"], "no column is the denominator"),
        (["--value", "remark"], "column remark: this is no number"),
    ],
)
def test_a_column_named_wrongly_is_told_in_one_line(write, capsys, options, told):
    text = "period,a,A,n,k,remark\n2024-01,1,2,3,4,x\n2024-02,1,2,3,4,y\n".replace("a,A", "a ,a")
    assert told in _error(capsys, write(text.replace("n,k", "items,k") if "remark" in options else text), *options)


_BYTES = st.one_of(
    st.binary(max_size=60),
    st.text(alphabet="0123456789,;\t\n\"'-/.eQqW% ap\u0660\u00b2\x00", max_size=80).map(lambda text: text.encode()),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["0000/01", "9999/00 Q4", "0000 Q1", "9999-W53", "2024-02-30", "Total", "", "1e999", "45000"]
            ),
            st.sampled_from(["1e308", "-1e308", "9" * 400, "5e-324", "nan", "", "1,5", "-", "12%", "0"]),
        ),
        max_size=9,
    ).map(lambda rows: ("period;value\n" + "\n".join(";".join(row) for row in rows)).encode()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=_BYTES)
def test_no_file_however_odd_brings_the_program_down(tmp_path, capsys, data):
    path = tmp_path / "odd.csv"
    path.write_bytes(data)
    code = run(["spc", str(path), "--target", "1"])
    captured = capsys.readouterr()
    assert code in (0, 2), captured.err
    assert code == 0 or captured.err.count("\n") == 1
