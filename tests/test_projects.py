"""A project between runs: decisions that still apply, and frameworks that have gone since."""

import pytest

from tests.small import small_analysis
from tests.test_store import run_row
from voice_of_care.decisions import Decision, record_decisions
from voice_of_care.errors import StoreError
from voice_of_care.projects import find_idle_decisions, read_analysis, read_examples
from voice_of_care.raw import COMMENTS, REPEATS
from voice_of_care.settings import settings_template
from voice_of_care.store import Store, open_project


@pytest.fixture
def project(tmp_path):
    return open_project(tmp_path, settings_text=settings_template())


def write(store, *, frameworks):
    tables = {**small_analysis().tables(), "comments": COMMENTS.empty(), "repeats": REPEATS.empty()}
    store.write_run(tables, run_row().assign(frameworks=[frameworks]))


def test_a_framework_that_has_gone_is_named_and_does_not_stop_the_next_run(project):
    with Store(project.folder) as store:
        write(store, frameworks=["qms", "our-charter"])
        with pytest.raises(StoreError, match=r"our-charter.*analyse") as told:
            read_analysis(project, store)
        assert "\n" not in str(told.value)
        held = small_analysis().examples
        assert read_examples(project, store, frameworks=small_analysis().frameworks).equals(held)


def test_decisions_that_have_nothing_to_apply_to_are_counted(project):
    held = [
        Decision("theme.rename", {"theme_id": "T02", "label": "Warmth"}, {"label": "Kindness"}, "ann"),
        Decision("theme.merge", {"theme_id": "T03", "into": "T02"}, {}, "ann"),
        Decision("severity.set", {"theme_id": "T03", "severity": 3}, {}, "ann"),
    ]
    lost = [
        Decision("theme.rename", {"theme_id": "T09", "label": "Gone"}, {"label": "Was"}, "ann"),
        Decision("theme.retire", {"theme_id": "T02", "content": "food; dinner; tea"}, {}, "ann"),
        Decision("quote.approve", {"segment_id": "VOC-0.1", "text_hash": "0" * 16}, {}, "ann"),
        Decision(
            "mapping.set",
            {"theme_id": "T02", "framework_id": "qms", "priority_id": "no-such", "status": "confirmed"},
            {},
            "ann",
        ),
    ]
    with Store(project.folder) as store:
        write(store, frameworks=["qms"])
        assert find_idle_decisions(project, store) == []
        events = record_decisions(store.read("events"), held, at_utc="2024-01-01T00:00:00+00:00")
        store.append_events(events)
        assert find_idle_decisions(project, store) == []
        store.append_events(record_decisions(store.read("events"), lost, at_utc="2024-01-02T00:00:00+00:00"))
        assert [action for action, _ in find_idle_decisions(project, store)] == [each.action for each in lost]
