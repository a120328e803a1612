from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care import tables
from voice_of_care.errors import SettingsError
from voice_of_care.reporting import Report, render_report, write_report
from voice_of_care.settings import Settings, parse_settings

if TYPE_CHECKING:
    from types import ModuleType

PLANTED = "quibberwick"
SETTINGS = parse_settings({"project": {"title": "What people told us", "organisation": "Made-up Trust"}})


class Cells(HTMLParser):
    """Collects the text of cells and definitions, and all text that is not script or style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.numbers: list[str] = []
        self.text: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if given.get("href", "").startswith("#"):
            self.targets.append(given["href"][1:])
        if tag in {"meta", "img", "br", "input", "path", "circle", "line", "rect"}:
            return
        self.stack.append((tag, given.get("class", "")))
        if tag == "td" and "num" in given.get("class", "").split():
            self.numbers.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.stack]
        if "style" in tags or "script" in tags:
            return
        self.text.append(data)
        if ("td", "num") in self.stack and "small" not in tags and ("span", "vh") not in self.stack:
            self.numbers[-1] += data


@pytest.fixture(scope="module")
def publish(made_up: ModuleType) -> Report:
    return render_report(made_up.build(secret=PLANTED), settings=SETTINGS, profile="publish")


@pytest.fixture(scope="module")
def internal(made_up: ModuleType) -> Report:
    return render_report(made_up.build(secret=PLANTED), settings=SETTINGS, profile="internal")


def _is_safe(number: str) -> bool:
    value = int(number.replace(",", ""))
    return value == 0 or (value >= 10 and value % 5 == 0)


def test_publish_holds_no_word_of_a_quote_nobody_approved(publish: Report, internal: Report) -> None:
    assert PLANTED in internal.html
    assert PLANTED not in publish.html
    assert all(PLANTED not in svg for _, svg in publish.figures)


def test_publish_shows_no_small_or_unrounded_count_in_its_tables(publish: Report) -> None:
    counts = [cell.strip() for cell in Cells(publish.html).numbers]
    whole = [cell for cell in counts if re.fullmatch(r"[\d,]+", cell)]
    assert len(whole) > 40
    assert not [cell for cell in whole if not _is_safe(cell)]
    assert "*" in counts


def test_publish_shows_no_small_or_unrounded_count_in_its_sentences_and_charts(publish: Report) -> None:
    text = " ".join(Cells(publish.html).text)
    named = re.findall(
        r"(\d[\d,]*)\s+(?:respondents|people|comments|staff|service users|carers)\b(?!\s+are not quoted)", text
    )
    in_brackets = [number for _, svg in publish.figures for number in re.findall(r"% \(([\d,]+)\)", svg)]
    of_totals = re.findall(r"\d+% of (\d[\d,]*)", text)
    assert len(named) > 10
    assert len(in_brackets) > 3
    found = [number for number in [*named, *in_brackets, *of_totals] if not _is_safe(number)]
    assert found == []


def test_internal_shows_small_counts_and_says_so_on_each_page(internal: Report) -> None:
    counts = [cell.strip() for cell in Cells(internal.html).numbers]
    assert "3" in counts
    assert "*" not in counts
    assert "Internal – not for release" in internal.html
    assert 'class="watermark"' in internal.html
    assert "Internal: not for release" in internal.html.split("</style>")[0]


def test_publish_carries_no_internal_mark(publish: Report) -> None:
    assert 'class="watermark"' not in publish.html
    assert "No permission to quote" not in publish.html


def test_publish_does_not_change_when_only_small_numbers_do(made_up: ModuleType) -> None:
    pages = []
    for rare in (3, 4):
        analysis = made_up.build(rare=rare)
        # The perturbed theme has no quotes, so that its counts alone differ.
        quotes = analysis.quotes[analysis.quotes["theme_id"] != made_up.RARE[0]].reset_index(drop=True)
        analysis = dataclasses.replace(analysis, quotes=quotes)
        pages.append(render_report(analysis, settings=SETTINGS, profile="publish"))
        assert render_report(analysis, settings=SETTINGS, profile="internal").html.count("Heating") > 1
    assert pages[0].html == pages[1].html
    assert pages[0].figures == pages[1].figures


def test_quotes_of_small_groups_are_not_published(made_up: ModuleType) -> None:
    analysis = made_up.build(carers=9, secret=PLANTED)
    everyone = analysis.safe_comments.set_index("comment_id")["respondent_group"]
    carer_segments = analysis.segments[analysis.segments["comment_id"].map(everyone) == "carer"]
    quotes = pd.DataFrame(
        [
            ("T03", segment, "exemplar", 90 + place, "approved")
            for place, segment in enumerate(carer_segments["segment_id"])
        ],
        columns=list(tables.QUOTES.columns),
    )
    themed = analysis.assignments.query("theme_id == 'T03'")["segment_id"]
    analysis = dataclasses.replace(analysis, quotes=quotes[quotes["segment_id"].isin(themed)].reset_index(drop=True))
    assert len(analysis.quotes) > 3
    hidden = render_report(analysis, settings=SETTINGS, profile="publish").html
    assert "<blockquote>" not in hidden
    smaller = SETTINGS.model_copy(update={"report": SETTINGS.report.model_copy(update={"smallest_group_quoted": 9})})
    assert "<blockquote>" in render_report(analysis, settings=smaller, profile="publish").html


def test_a_quote_without_permission_is_not_published(made_up: ModuleType) -> None:
    analysis = made_up.build()
    refused = analysis.safe_comments.assign(may_quote=pd.array([False] * len(analysis.safe_comments), dtype="boolean"))
    analysis = dataclasses.replace(analysis, safe_comments=refused)
    assert "<blockquote>" not in render_report(analysis, settings=SETTINGS, profile="publish").html
    assert "No permission to quote" in render_report(analysis, settings=SETTINGS, profile="internal").html


def test_publish_leaves_out_links_nobody_confirmed(publish: Report, internal: Report) -> None:
    assert "link-T08-steeep-efficient" in internal.html
    assert "link-T08-steeep-efficient" not in publish.html
    assert "link-T01-steeep-timely" in publish.html
    assert "2 proposed links wait" in publish.html
    assert "link-T02-four-questions-better" not in internal.html  # a person rejected it


def test_publish_shows_what_a_machine_wrote_only_once_confirmed(publish: Report, internal: Report) -> None:
    assert "People speak of kindness and compassion." in publish.html
    assert "People speak of being told what happens next." in internal.html
    assert "People speak of being told what happens next." not in publish.html
    assert "Being told what happens next" in publish.html


def test_priorities_nobody_raised_are_said_to_be_no_proof(publish: Report) -> None:
    text = " ".join(" ".join(Cells(publish.html).text).split())
    assert re.search(r"Not raised, which is not evidence of no problem: *Effective; Equitable", text)
    assert "1 raised but waiting for a decision" in text


def test_every_link_inside_the_page_leads_somewhere(publish: Report, internal: Report) -> None:
    for report in (publish, internal):
        page = Cells(report.html)
        assert len(page.ids) == len(set(page.ids))
        assert set(page.targets) <= set(page.ids)
        assert len(page.targets) > 60


def test_every_theme_of_the_internal_report_lists_the_comments_behind_its_number(
    made_up: ModuleType, internal: Report
) -> None:
    analysis = made_up.build(secret=PLANTED)
    ids = analysis.assignments.query("theme_id == 'T09'")["segment_id"].str.split(".").str[0]
    listed = re.search(r"Every comment: Heating in the day room \(3\)</summary><p>([^<]*)</p>", internal.html)
    assert listed is not None
    assert sorted(listed[1].split()) == sorted(set(ids))


def test_counts_are_of_people_not_mentions(made_up: ModuleType) -> None:
    analysis = made_up.build()
    twice = analysis.assignments.query("theme_id == 'T09'").head(1)
    spare = analysis.segments[~analysis.segments["segment_id"].isin(twice["segment_id"])]
    other = spare[spare["comment_id"] == twice["segment_id"].iloc[0].split(".")[0]].head(1)["segment_id"].iloc[0]
    more = pd.concat([analysis.assignments, twice.assign(segment_id=other)], ignore_index=True)
    changed = dataclasses.replace(analysis, assignments=tables.conform(more, tables.ASSIGNMENTS))
    page = render_report(changed, settings=SETTINGS, profile="internal").html
    row = re.search(r"<tr><th scope=\"row\">Heating in the day room</th><td class=\"num\">(\d+)</td>", page)
    assert row is not None
    assert row[1] == "3"


def test_the_ledger_adds_up(internal: Report) -> None:
    ledger = re.search(r'<p class="ledger">(.*?)</p>', internal.html, re.DOTALL)
    assert ledger is not None
    came_in, analysed, aside = (int(number) for number in re.findall(r"<b>(\d+)</b>", ledger[1]))
    assert came_in == analysed + aside
    assert aside == 11


def test_the_same_analysis_gives_the_same_bytes(made_up: ModuleType, publish: Report) -> None:
    again = render_report(made_up.build(secret=PLANTED), settings=SETTINGS, profile="publish")
    assert again == publish


def test_the_order_of_rows_does_not_matter(made_up: ModuleType, internal: Report) -> None:
    analysis = made_up.build(secret=PLANTED)
    shuffled = {
        name: frame.sample(frac=1, random_state=5).reset_index(drop=True)
        for name, frame in analysis.tables().items()
        if name not in {"safe_comments", "segments"}
    }
    again = render_report(dataclasses.replace(analysis, **shuffled), settings=SETTINGS, profile="internal")
    assert again.html == internal.html


def test_the_report_asks_nothing_of_the_network(publish: Report) -> None:
    assert "default-src 'none'" in publish.html
    outside = re.findall(r"""(?:src|href|url\()\s*=?\s*["']?(https?:[^"')\s]+)""", publish.html)
    assert outside == []


def test_the_date_is_the_setting_else_the_newest_comment(made_up: ModuleType, publish: Report) -> None:
    newest = made_up.build().safe_comments["received_on"].max()
    assert f"{newest.day} {newest.month_name()} {newest.year}" in publish.html
    fixed = parse_settings({"report": {"date": "2030-02-03"}})
    assert "3 February 2030" in render_report(made_up.build(), settings=fixed, profile="publish").html


def test_thresholds_and_empty_analyses_render(made_up: ModuleType) -> None:
    for profile in ("threshold5", "threshold10"):
        assert "are shown as *" in render_report(made_up.build(), settings=SETTINGS, profile=profile).html
    analysis = made_up.build()
    empty = {name: frame.iloc[:0] for name, frame in analysis.tables().items()}
    page = render_report(dataclasses.replace(analysis, **empty, frameworks=()), settings=Settings(), profile="publish")
    assert "In brief" in page.html
    assert page.figures == ()


def test_words_of_respondents_and_names_are_escaped(made_up: ModuleType) -> None:
    analysis = made_up.build()
    label = "<script>alert(1)</script> & co"
    themes = analysis.themes.assign(label=analysis.themes["label"].mask(analysis.themes["theme_id"] == "T03", label))
    page = render_report(dataclasses.replace(analysis, themes=themes), settings=SETTINGS, profile="internal").html
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_writing_leaves_the_page_and_its_figures(tmp_path: Path, publish: Report) -> None:
    write_report(publish, tmp_path / "to" / "report.html")
    assert (tmp_path / "to" / "report.html").read_bytes() == publish.html.encode()
    written = sorted(path.name for path in (tmp_path / "to" / "report-figures").iterdir())
    stems = sorted(stem for stem, _ in publish.figures)
    assert written == sorted([f"{stem}.svg" for stem in stems] + [f"{stem}.png" for stem in stems])


def test_a_logo_is_embedded_and_a_missing_one_is_one_clear_line(tmp_path: Path, made_up: ModuleType) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    settings = parse_settings({"project": {"logo": "logo.svg"}})
    page = render_report(made_up.build(), settings=settings, profile="publish", folder=tmp_path)
    assert "data:image/svg+xml;base64," in page.html
    missing = parse_settings({"project": {"logo": "none.png"}})
    with pytest.raises(SettingsError, match="can't be read"):
        render_report(made_up.build(), settings=missing, profile="publish", folder=tmp_path)


def test_the_total_of_a_priority_does_not_undo_a_suppressed_cell(made_up: ModuleType) -> None:
    page = render_report(made_up.build(users=40), settings=SETTINGS, profile="threshold10").html
    heat = re.search(
        r"Respondents who speak of both theme and priority: Six made-up aims</caption>(.*?)</table>", page, re.S
    )
    assert heat is not None
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in heat[1].split("<tr>")[2:]]
    *cells, totals = rows
    for place, total in enumerate(totals):
        column = [row[place] for row in cells if "no link" not in row[place]]
        if len(column) == 1 and "too few" in column[0]:
            assert "too few" in total


def test_a_full_disk_leaves_the_page_that_was_there(tmp_path: Path, publish: Report) -> None:
    page = tmp_path / "report.html"
    page.write_text("the page of last week", encoding="utf-8")
    whole = Path.write_text

    def full(path: Path, text: str, **named: str) -> int:
        whole(path, text[:99], **named)
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            write_report(publish, page)
    assert page.read_text(encoding="utf-8") == "the page of last week"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_session_whose_speakers_are_told_apart_is_not_counted_as_one(made_up: ModuleType) -> None:
    analysis = made_up.build()
    comments = analysis.safe_comments
    place = pd.Series(range(len(comments)), index=comments.index)
    session = place.map({0: "S-1", 1: "S-1", 2: "S-2"})
    told = comments.assign(session_id=session, respondent_id=place.map({2: "R-1"}))
    page = render_report(dataclasses.replace(analysis, safe_comments=told), settings=SETTINGS, profile="internal").html
    assert "1 session, counted as one respondent" in page


def test_no_theme_is_called_the_warmest_that_is_mostly_spoken_of_badly(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=40, users=120)
    page = render_report(analysis, settings=SETTINGS, profile="internal").html
    assert "spoken of most warmly" in page
    low = analysis.sentiments.assign(
        label=analysis.sentiments["label"].replace({"positive": "negative", "very_positive": "negative"})
    )
    low.loc[low.index[:3], "label"] = "positive"
    page = render_report(dataclasses.replace(analysis, sentiments=low), settings=SETTINGS, profile="internal").html
    assert "spoken of most warmly" not in page
    assert "spoken of most critically" in page
