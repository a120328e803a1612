"""Tell of files that look like ones read before under other columns: nothing ties their records together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from voice_of_care.intake.reading import ReadComments

FEWEST_TWINS = 10
SHARE_OF_TWINS = 0.5
"""From as many comments and this share of a source's on, their words and dates are no chance."""


def tell_twins(read: ReadComments, *, records: pd.DataFrame) -> ReadComments:
    """Return what was read with a problem at each source most of whose words and dates stand in the project already.

    A column more, or one with another name, makes other records of the same rows: they would be counted twice.

    Args:
        read: a further batch.
        records: those of earlier runs.
    """
    key = ["words", "received_on"]
    before = records.loc[(records["state"] == "comment") & records["words"].notna(), [*key, "signature"]]
    fresh = set(read.comments["comment_id"]) - set(read.changed)
    new = read.records.loc[read.records["comment_id"].isin(fresh), [*key, "signature", "source"]]
    known = before.groupby(key, dropna=False)["signature"].agg(set)
    new = new[new["words"].notna()]
    is_twin = [
        bool(known.get((words, day), set()) - {signature})
        for words, day, signature in zip(new["words"], new["received_on"], new["signature"], strict=True)
    ]
    counts = new.assign(is_twin=is_twin).groupby("source")["is_twin"].agg(["sum", "size"])
    told = {
        source: f"{twins} of {size} comments have the words and the date of some in the project, under other columns."
        " If this is a file that was read before, with a column more or renamed, take the run back with 'undo' and give"
        " the file its old header."
        for source, twins, size in counts.itertuples()
        if twins >= FEWEST_TWINS and twins >= SHARE_OF_TWINS * size
    }
    if not told:
        return read
    problems = [
        [*listed, *([told[source]] if source in told else [])]
        for source, listed in zip(read.sources["source"], read.sources["problems"], strict=True)
    ]
    problems_column = pd.Series(problems, index=read.sources.index, dtype="object")
    return read._replace(sources=read.sources.assign(problems=problems_column))
