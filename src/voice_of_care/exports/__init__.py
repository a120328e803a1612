"""What leaves a project besides the report: tables for the team, and the decisions workbook."""

from voice_of_care.exports.tables import write_tables
from voice_of_care.exports.workbook import list_decisions, read_decisions

__all__ = ["list_decisions", "read_decisions", "write_tables"]
