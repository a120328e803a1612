"""De-identification: identifiers found, replaced, counted and flagged; never a promise that nobody can be told."""

from voice_of_care.deidentify.engine import deidentify, redact_labels, redact_text

__all__ = ["deidentify", "redact_labels", "redact_text"]
