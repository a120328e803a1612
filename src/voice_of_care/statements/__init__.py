"""What kind of statement each segment is, whose voice it is in, and which plain question it answers."""

from voice_of_care.statements.code import code_statements

__all__ = ["code_statements"]
