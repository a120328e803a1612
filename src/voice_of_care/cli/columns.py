"""Options that say which column of a coded file is what, where its headers don't."""

from __future__ import annotations

from typing import Annotated

import typer

TextColumn = Annotated[str, typer.Option("--text", help="The column of texts.", metavar="COLUMN")]
CodesColumns = Annotated[
    list[str] | None,
    typer.Option("--codes", help="A column of codes, separated by semicolons; may be given again.", metavar="COLUMN"),
]
SentimentColumn = Annotated[str, typer.Option("--sentiment", help="The column of sentiment.", metavar="COLUMN")]
CoderColumn = Annotated[str, typer.Option("--coder", help="The column that says who coded.", metavar="COLUMN")]
IdColumn = Annotated[str, typer.Option("--id", help="The column that numbers the comments.", metavar="COLUMN")]
RespondentColumn = Annotated[
    str, typer.Option("--respondent", help="The column that says who wrote the comment.", metavar="COLUMN")
]
QuestionColumn = Annotated[str, typer.Option("--question", help="The column of questions.", metavar="COLUMN")]


def named_columns(
    *, text: str, codes: list[str] | None, sentiment: str, coder: str, id_column: str, respondent: str, question: str
) -> dict[str, tuple[str, ...]]:
    """Return the headers given, by role; roles that were not given are left out."""
    given = {
        "text": text,
        "sentiment": sentiment,
        "coder": coder,
        "id": id_column,
        "respondent": respondent,
        "question": question,
    }
    named: dict[str, tuple[str, ...]] = {role: (header,) for role, header in given.items() if header}
    return {**named, "codes": tuple(codes)} if codes else named
