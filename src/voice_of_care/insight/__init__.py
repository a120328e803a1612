"""From themes to decisions: questions, ranking, gaps, places, other measures, what was not said, consensus."""

from voice_of_care.insight.finding import find_insight, list_to_read

__all__ = ["find_insight", "list_to_read"]
