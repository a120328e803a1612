"""How far our coding agrees with people's: measures, and the sample that people code."""

from voice_of_care.evaluation.agreement import label_agreement, sentiment_agreement, theme_agreement

__all__ = ["label_agreement", "sentiment_agreement", "theme_agreement"]
