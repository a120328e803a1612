"""What verdicts, parts and presets of the ranking are called."""

from __future__ import annotations

VERDICTS = {"secure": "Secure", "likely": "Likely", "contender": "Contender", "unlikely": "Unlikely"}
PARTS = {
    "reach": "Reach",
    "concern": "Concern",
    "shared": "Shared",
    "momentum": "Momentum",
    "severity": "Severity",
}
PART_COLOURS = {
    "reach": "#12436D",
    "concern": "#C25600",
    "shared": "#28A197",
    "momentum": "#A285D1",
    "severity": "#801650",
}
PRESETS = {
    "settings": "Weights as set",
    "equal": "Equal weights",
    "reach": "Reach alone",
    "concern_and_severity": "Concern and severity first",
}
LEFT_OUT = {
    "shared": "Shared is left out, as staff and service users were not both heard from in enough numbers",
    "momentum": "Momentum is left out, as no movement over time could be looked for",
}
