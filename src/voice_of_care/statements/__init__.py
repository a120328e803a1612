"""What kind of statement each segment is, whose voice it is in, and which plain question it answers."""

from voice_of_care.statements.code import answer_plain_questions, code_statements

__all__ = ["answer_plain_questions", "code_statements"]
