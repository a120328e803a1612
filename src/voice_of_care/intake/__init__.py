"""Intake: from a folder of real files to comments, each with its source and keyed ids."""

from __future__ import annotations

from voice_of_care.intake.campaigns import find_campaigns
from voice_of_care.intake.inspection import inspect_paths
from voice_of_care.intake.reading import read_comments

__all__ = ["find_campaigns", "inspect_paths", "read_comments"]
