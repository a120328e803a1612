"""The report: one self-contained HTML page, with small numbers suppressed by profile."""

from voice_of_care.reporting.report import Report, render_report, write_report

__all__ = ["Report", "render_report", "write_report"]
