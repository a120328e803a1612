"""Measures over time: series, control charts, emerging themes, and what was different after an action."""
