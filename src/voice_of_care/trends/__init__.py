"""Measures over time: series, control charts, emerging themes, and what was different after an action."""

from voice_of_care.trends.difference import judge_differences
from voice_of_care.trends.emerging import find_emerging
from voice_of_care.trends.following import follow_series

__all__ = ["find_emerging", "follow_series", "judge_differences"]
