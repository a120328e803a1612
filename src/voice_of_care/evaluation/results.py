"""An evaluation as a whole: its ledger, its measures, and both as nested values for scripts and rows for a project."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.evaluation.agreement import ALL
from voice_of_care.evaluation.judge import OURS_PEOPLE
from voice_of_care.tables import EVALUATIONS, conform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

_ROWS = ("all", "texts_seen_once", "as_analysed", "as_analysed_texts_seen_once")
_FURTHER_ROWS = ("texts_not_learnt",)
_LEVEL_ROWS = ("all", "texts_seen_once", "labelled", "labelled_texts_seen_once")


@dataclass(frozen=True)
class Ledger:
    """What became of every row of the file."""

    rows: int
    with_text: int
    comments: int
    judged: int
    with_sentiment: int
    left_out: Mapping[str, int]
    set_aside: Mapping[str, int]
    judged_set_aside: int
    coders: int
    coded_twice: int
    comments_judged: int
    comments_with_sentiment: int


@dataclass(frozen=True)
class Evaluation:
    """What a comparison with people's coding found.

    Args:
        framework: id, version and name of the framework of the codes.
        preset: the known file it was recognised as.
        columns: header by role, as read.
        ledger: what became of every row.
        measures: one row a measure (`judge.JUDGED`).
        confusions: of sentiment, by scale and rows.
        themes: counts of the themes found, and of the segments that carry none.
        labels: id and label of the priorities judged.
        remarks: what was not understood, and what the figures can't say.
        cautions: what to know before any figure is read; they lead the remarks.
    """

    framework: Mapping[str, str]
    preset: str | None
    columns: Mapping[str, str]
    ledger: Ledger
    measures: pd.DataFrame
    confusions: Mapping[tuple[str, str], pd.DataFrame]
    themes: Mapping[str, Any]
    labels: Mapping[str, str]
    remarks: Sequence[str]
    cautions: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as nested values; see docs/methods/evaluation.md for the names."""
        ledger = self.ledger
        return {
            "framework": dict(self.framework),
            "preset": self.preset,
            "columns": dict(self.columns),
            "rows": {
                "read": ledger.rows,
                "with_text": ledger.with_text,
                "comments": ledger.comments,
                "judged": ledger.judged,
                "with_sentiment": ledger.with_sentiment,
                "left_out": dict(ledger.left_out),
                "set_aside_by_a_run": dict(ledger.set_aside),
                "judged_that_a_run_sets_aside": ledger.judged_set_aside,
                "coders": ledger.coders,
                "coded_twice": ledger.coded_twice,
                "comments_judged": ledger.comments_judged,
                "comments_with_sentiment": ledger.comments_with_sentiment,
            },
            "priorities": {rows: self._section("priorities", rows, OURS_PEOPLE) for rows in self._rows()},
            "sentiment": {rows: self._sentiment(rows) for rows in _LEVEL_ROWS},
            "themes": {**self._section("themes", "as_analysed", OURS_PEOPLE), **self.themes},
            "coders": self._of_coders(),
            "cautions": list(self.cautions),
            "remarks": [*self.cautions, *self.remarks],
        }

    def _rows(self) -> list[str]:
        found = set(self.measures.loc[self.measures["about"] == "priorities", "judged_on"])
        return [*_ROWS, *(rows for rows in _FURTHER_ROWS if rows in found)]

    def value(self, about: str, judged_on: str, measure: str) -> float | None:
        """Return a measure over all items."""
        rows = self.measures
        found = rows[
            (rows["about"] == about)
            & (rows["judged_on"] == judged_on)
            & (rows["between"] == OURS_PEOPLE)
            & (rows["item"] == ALL)
            & (rows["measure"] == measure)
        ]
        return _number(found["value"].iloc[0]) if len(found) else None

    def table(self, *, evaluated_at: str, model_hashes: Mapping[str, str], settings_hash: str) -> pd.DataFrame:
        """Return the measures as a project keeps them."""
        return conform(
            self.measures.assign(
                framework_id=self.framework["id"],
                evaluated_at=evaluated_at,
                model_hashes=json.dumps(dict(model_hashes), sort_keys=True),
                settings_hash=settings_hash,
            )[list(EVALUATIONS.columns)],
            EVALUATIONS,
        )

    def _section(self, about: str, judged_on: str, between: str) -> dict[str, Any]:
        rows = self.measures
        chosen = rows[(rows["about"] == about) & (rows["judged_on"] == judged_on) & (rows["between"] == between)]
        if chosen.empty:
            return {"comments": 0, "is_enough": False, "too_few_for": []}
        overall = chosen[chosen["item"] == ALL]
        comments = int(chosen["comments"].iloc[0])
        is_enough = bool(overall["is_enough"].any())
        section: dict[str, Any] = {"comments": comments, "is_enough": is_enough}
        section["too_few_for"] = overall.loc[~overall["is_enough"].astype(bool), "measure"].tolist()
        section |= {row["measure"]: _number(row["value"]) for row in overall.to_dict("records")}
        section["intervals"] = {
            row["measure"]: [_number(row["low"]), _number(row["high"])] for row in overall.to_dict("records")
        }
        if about != "sentiment" and about != "sentiment_3":
            section["per_priority"] = self._items(chosen)
        return section

    def _items(self, chosen: pd.DataFrame) -> list[dict[str, Any]]:
        items = []
        for item, rows in chosen[chosen["item"] != ALL].groupby("item", sort=False):
            first = rows.iloc[0]
            entry: dict[str, Any] = {
                "priority_id": item,
                "label": self.labels.get(str(item), str(item)),
                "support": int(first["support"]),
                "is_enough": bool(first["is_enough"]),
            }
            entry |= {row["measure"]: _number(row["value"]) for row in rows.to_dict("records")}
            entry["intervals"] = {
                row["measure"]: [_number(row["low"]), _number(row["high"])] for row in rows.to_dict("records")
            }
            items.append(entry)
        return items

    def _sentiment(self, judged_on: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for about, name in (("sentiment", "five_levels"), ("sentiment_3", "three_levels")):
            section = self._section(about, judged_on, OURS_PEOPLE)
            confusion = self.confusions.get((about, judged_on))
            if confusion is not None:
                section["levels"] = [str(level) for level in confusion.index]
                section["confusion_theirs_by_ours"] = confusion.to_numpy().tolist()
            found[name] = section
        return found

    def _of_coders(self) -> list[dict[str, Any]]:
        rows = self.measures[self.measures["between"] != OURS_PEOPLE]
        found = []
        for judged_on, between in rows[["judged_on", "between"]].drop_duplicates().itertuples(index=False):
            found.append(
                {
                    "between": between,
                    "rows": judged_on,
                    "priorities": self._section("priorities", judged_on, between),
                    "sentiment": {
                        "five_levels": self._section("sentiment", judged_on, between),
                        "three_levels": self._section("sentiment_3", judged_on, between),
                    },
                }
            )
        return found


def _number(value: float) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
