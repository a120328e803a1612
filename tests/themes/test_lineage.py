"""A refit keeps ids where the meaning is kept, and tells what became of each theme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.themes.later import Project, candidates_of, garden, in_batches
from voice_of_care.analysis import Analysis
from voice_of_care.counting import units
from voice_of_care.decisions import Decision, apply_decisions, content_of, record_decisions
from voice_of_care.tables import ASSIGNMENTS, TABLES, THEMES, conform
from voice_of_care.themes import Former, ThemesFound, Version, trace_lineage
from voice_of_care.themes.identity import match_known, strongest_theme


def version(themes: dict[str, list[int]]) -> Version:
    """Return a version whose themes hold these segments."""
    rows = [{"theme_id": name, "segment_id": f"C{n}.1"} for name, numbers in themes.items() for n in numbers]
    table = pd.DataFrame({name: [None] * len(themes) for name in THEMES.columns})
    table = table.assign(
        theme_id=list(themes), label=[f"About {name}" for name in themes], description="d", size=1, status="proposed"
    )
    table["keywords"] = [[] for _ in themes]
    table["stability"] = table["stability"].astype("float64")
    assignments = pd.DataFrame(rows).assign(strength=0.5, origin="model")[list(ASSIGNMENTS.columns)]
    return Version(conform(table, THEMES), conform(assignments, ASSIGNMENTS))


def trace(before: dict[str, list[int]], after: dict[str, list[int]], count: int = 100) -> dict[tuple[str, str], str]:
    segments = pd.DataFrame(
        {"segment_id": [f"C{n}.1" for n in range(count)], "comment_id": [f"C{n}" for n in range(count)]}
    )
    unit_of = pd.Series([f"u{n}" for n in range(count)], index=[f"C{n}" for n in range(count)])
    rows = trace_lineage(version(before), version(after), segments=segments, unit_of=unit_of, theme_version=2)
    return {
        (str(old) if isinstance(old, str) else "", str(new) if isinstance(new, str) else ""): str(relation)
        for old, new, relation in zip(rows["old_theme_id"], rows["new_theme_id"], rows["relation"], strict=True)
    }


def test_each_relation_is_as_declared():
    a, b = list(range(40)), list(range(40, 60))
    assert trace({"T01": a, "T02": b}, {"T01": a, "T02": b}) == {("T01", "T01"): "kept", ("T02", "T02"): "kept"}
    assert trace({"T01": a}, {"T01": a[:18], "T02": a[18:36]}) == {("T01", "T01"): "split", ("T01", "T02"): "split"}
    assert trace({"T01": a[:15], "T02": a[15:30], "T03": a[30:]}, {"T01": a}) == {
        ("T01", "T01"): "merged",
        ("T02", "T01"): "merged",
        ("T03", "T01"): "merged",
    }
    assert trace({"T01": a, "T02": b}, {"T01": [*a, *b]}) == {("T01", "T01"): "kept", ("T02", "T01"): "merged"}
    assert trace({"T01": a}, {"T01": a, "T09": b}) == {("T01", "T01"): "kept", ("", "T09"): "new"}
    assert trace({"T01": a, "T02": b}, {"T01": a}) == {("T01", "T01"): "kept", ("T02", ""): "gone"}
    corner = trace({"T01": a}, {"T01": a[:34], "T02": [*a[34:], *range(60, 65)]})
    assert corner == {("T01", "T01"): "kept", ("T01", "T02"): "part", ("", "T02"): "new"}
    scattered = trace({"T01": a, "T02": b}, {"T01": [*a, *b[:8]], "T03": [*b[8:14], *range(60, 90)]})
    assert scattered == {
        ("T01", "T01"): "kept",
        ("T02", "T01"): "part",
        ("T02", "T03"): "part",
        ("T02", ""): "gone",
        ("", "T03"): "new",
    }


def test_every_theme_has_its_row_whatever_became_of_it():
    rng = np.random.default_rng(5)
    for _ in range(20):
        before = {f"T{n:02d}": [] for n in range(1, 6)}
        after = {f"T{n:02d}": [] for n in range(3, 9)}
        for segment in range(100):
            for themes in (before, after):
                themes[rng.choice(sorted(themes))].append(segment)
        told = trace(before, after)
        assert {old for old, _ in told} - {""} == {name for name, held in before.items() if held}
        assert {new for _, new in told} - {""} == {name for name, held in after.items() if held}


def test_a_split_theme_keeps_its_id_on_the_biggest_part_and_a_merger_takes_the_larger_ones():
    shares = np.zeros((2, 3, 1))
    shares[0, :, 0], shares[1, :, 0] = (0.5, 0.3, 0.2), (1.0, 1.0, 1.0)
    centroids = np.eye(3)
    assert match_known(centroids, ["T01"], np.ones((1, 3)) / np.sqrt(3), overlap=shares) == ["T01", None, None]
    shares = np.zeros((2, 1, 2))
    shares[0, 0], shares[1, 0] = (1.0, 1.0), (0.35, 0.65)
    assert match_known(np.eye(2)[:1], ["T01", "T02"], np.eye(2), overlap=shares) == ["T02"]


def test_likeness_alone_does_not_make_a_theme_the_same_where_its_people_went_elsewhere():
    shares = np.zeros((2, 2, 1))
    shares[0, :, 0], shares[1, :, 0] = (0.05, 0.9), (0.05, 0.9)
    assert match_known(np.eye(2), ["T07"], np.eye(2)[:1], overlap=shares) == [None, "T07"]
    unknown = np.full((2, 2, 1), np.nan)
    assert match_known(np.eye(2), ["T07"], np.eye(2)[:1], overlap=unknown) == ["T07", None]


def test_a_refit_without_new_comments_changes_nothing():
    project = Project(in_batches()[0])
    first = project.found
    former = Former(first.assignments, last_theme_number=40)
    again = project.refit(first.theme_vectors, former)
    assert again.themes.to_json() == first.themes.to_json()
    traced = trace_lineage(
        Version(first.themes, first.assignments),
        Version(again.themes, again.assignments),
        segments=project.segments,
        unit_of=units(project.comments),
        theme_version=2,
    )
    assert set(traced["relation"]) == {"kept"}
    assert (traced["old_theme_id"] == traced["new_theme_id"]).all()


def test_a_candidate_keeps_its_id_when_the_refit_finds_it_and_a_refused_one_does_not():
    first, later = in_batches()
    project = Project(first)
    joined = project.add(pd.concat([later, garden(24)], ignore_index=True))
    theme_id = str(candidates_of(joined)["theme_id"].iloc[0])
    garden_of = project.segments.loc[project.planted_of(project.segments["segment_id"]) == "garden", "segment_id"]
    for refused in (frozenset(), frozenset({theme_id})):
        former = Former(joined.assignments, frozenset({theme_id}), refused, 30)
        after = project.refit(joined.theme_vectors, former)
        best = strongest_theme(after.assignments).reindex(garden_of).mode()[0]
        assert (best == theme_id) == (not refused)
        assert set(after.themes["status"]) == {"proposed"}
        new = set(after.themes["theme_id"]) - set(joined.themes["theme_id"])
        assert all(int(each[1:]) > 30 for each in new if each.startswith("T"))


def decided(project: Project, found: ThemesFound, *decisions: Decision) -> Analysis:
    """Return an analysis of a project's themes with decisions applied."""
    tables = {name: table.empty() for name, table in TABLES.items()}
    of_themes = {name: getattr(found, name) for name in found._fields}
    events = record_decisions(tables["events"], decisions, at_utc="2026-01-01T00:00:00+00:00")
    whole = tables | of_themes | {"events": events, "segments": project.segments, "safe_comments": project.comments}
    return apply_decisions(Analysis(**whole), unit_of=units(project.comments))


def about(found: ThemesFound, theme_id: str) -> dict[str, str]:
    keywords = found.themes.set_index("theme_id")["keywords"][theme_id]
    return {"theme_id": theme_id, "content": content_of(keywords)}


def test_what_people_decided_about_themes_survives_a_refit():
    first, later = in_batches()
    project = Project(first)
    found = project.found
    sizes = found.themes[found.themes["theme_id"].isin(found.theme_vectors["theme_id"])].set_index("theme_id")["size"]
    one, two, three = sizes.sort_values(ascending=False).index[:3]
    decisions = (
        Decision("theme.rename", {**about(found, one), "label": "As people call it"}, {}, "ann"),
        Decision("theme.merge", {**about(found, two), "into": three}, {}, "ann"),
        Decision("severity.set", {**about(found, one), "severity": 2}, {}, "ann", "it hurts"),
    )
    joined = project.add(later)
    before = decided(project, joined, *decisions)
    after = project.refit(joined.theme_vectors, Former(before.assignments, last_theme_number=len(sizes)))
    now = decided(project, after, *decisions)
    themes = now.themes.set_index("theme_id")
    assert (themes["label"][one], themes["status"][one]) == ("As people call it", "confirmed")
    assert now.severities["theme_id"].tolist() == [one]
    assert themes["status"][three] != "retired"
    assert two not in set(now.assignments["theme_id"])
    held = before.assignments.loc[before.assignments["theme_id"] == three, "segment_id"]
    still = set(now.assignments.loc[now.assignments["theme_id"] == three, "segment_id"])
    assert np.mean([segment in still for segment in held]) > 0.8


def test_what_is_retired_is_left_out_and_names_are_those_that_people_gave():
    segments = pd.DataFrame({"segment_id": [f"C{n}.1" for n in range(20)], "comment_id": [f"C{n}" for n in range(20)]})
    unit_of = pd.Series([f"u{n}" for n in range(20)], index=segments["comment_id"])
    told = version({"T01": list(range(10)), "T02": list(range(10, 20))})
    themes = told.themes.assign(label=["Getting home", "Anything"], status=["confirmed", "retired"])
    waiting = told.themes.assign(label=["Getting home", "Zorblatt"], status=["confirmed", "candidate"])
    named = told._replace(themes=conform(themes, THEMES))
    rows = trace_lineage(named, named, segments=segments, unit_of=unit_of, theme_version=2)
    assert rows[["relation", "old_label", "new_label"]].to_numpy().tolist() == [
        ["kept", "Getting home", "Getting home"]
    ]
    before = told._replace(themes=conform(waiting, THEMES))
    rows = trace_lineage(before, told, segments=segments, unit_of=unit_of, theme_version=2)
    assert rows["old_label"].tolist() == ["Getting home", "Zorblatt (candidate)"]
