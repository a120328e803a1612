"""A theme that was looked for says in words what it was seeded with."""

from __future__ import annotations

from tests.small import small_analysis
from voice_of_care.reporting.facts import gather
from voice_of_care.settings import Settings, ThemeSettings


def test_a_seed_is_named_by_its_file_or_its_framework():
    settings = Settings(themes=ThemeSettings(seeds=("books/Cb 2.csv", "qdc")))
    facts = gather(small_analysis(), settings=settings)
    assert facts.seeded_with("cb-2/parking") == "from your codebook (Cb 2.csv)"
    assert facts.seeded_with("hsc-values/compassion").startswith("from the framework ")
    assert facts.seeded_with("other/parking") == "from your codebook"
