"""What was heard, by whom and when: the one join that trends and insight count on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.tables import standing

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis

NO_CHANNEL = "unknown"


class Heard(NamedTuple):
    """Comments and mentions, dated, with whoever is counted.

    `comments` has a row for each analysed comment: comment_id, unit (as `counting.units` gives it), cluster (its
    session where there is one, else the unit: what may be taken for independent), is_session (whether the cluster is
    one), received_on (may be empty), respondent_group, service, site, question, channel, people_present, score,
    polarity and sentiment (of the comment), run_id.

    `mentions` has a row for each segment of a theme, a parent theme or a priority: scope, item_id, segment_id,
    comment_id, polarity and sentiment (of the segment), with unit, cluster, is_session, received_on, respondent_group,
    service, site, question, channel and score of its comment. Retired themes and candidates are left out.
    """

    comments: pd.DataFrame
    mentions: pd.DataFrame


_WHO = ["comment_id", "unit", "cluster", "is_session"]
_ABOUT = [*_WHO, "received_on", "respondent_group", "service", "site", "question", "channel"]


def gather_heard(analysis: Analysis, *, unit_of: pd.Series) -> Heard:
    """Join an analysis, reviewers' decisions applied, into what is counted over time.

    Args:
        analysis: the tables.
        unit_of: unit of each comment_id.
    """
    given = analysis.safe_comments
    channel_of = analysis.sources.set_index("source")["channel"]
    comments = given.assign(
        unit=given["comment_id"].map(unit_of),
        channel=given["source"].map(channel_of).fillna(NO_CHANNEL),
    )
    comments = comments.assign(
        cluster=comments["session_id"].fillna(comments["unit"]), is_session=comments["session_id"].notna()
    )
    felt = analysis.comment_sentiments[["comment_id", "polarity", "label"]].rename(columns={"label": "sentiment"})
    comments = comments[[*_ABOUT, "people_present", "score", "run_id"]].merge(
        felt, on="comment_id", how="inner", validate="one_to_one"
    )
    return Heard(comments, _mentions(analysis, comments))


def _mentions(analysis: Analysis, comments: pd.DataFrame) -> pd.DataFrame:
    themes = standing(analysis.themes)
    leaves = analysis.assignments.loc[analysis.assignments["theme_id"].isin(themes["theme_id"])]
    parents = leaves["theme_id"].map(themes.set_index("theme_id")["parent_id"])
    links = analysis.segment_links
    mentioned = pd.concat(
        [
            pd.DataFrame({"scope": "theme", "item_id": leaves["theme_id"], "segment_id": leaves["segment_id"]}),
            pd.DataFrame({"scope": "parent", "item_id": parents, "segment_id": leaves["segment_id"]}).dropna(),
            pd.DataFrame(
                {
                    "scope": "priority",
                    "item_id": links["framework_id"] + "/" + links["priority_id"],
                    "segment_id": links["segment_id"],
                }
            ),
        ],
        ignore_index=True,
    ).drop_duplicates(ignore_index=True)
    felt = analysis.sentiments[["segment_id", "polarity", "label"]].rename(columns={"label": "sentiment"})
    return (
        mentioned.merge(analysis.segments[["segment_id", "comment_id"]], on="segment_id", validate="many_to_one")
        .merge(felt, on="segment_id", validate="many_to_one")
        .merge(comments[[*_ABOUT, "score"]], on="comment_id", validate="many_to_one")
    )
