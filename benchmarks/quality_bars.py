"""The bars we set for quality, and whether what was measured reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDS = ("fold-0-of-3", "fold-1-of-3", "fold-2-of-3")
STOCK = "stock BERTopic; its own"
OWN_ENCODER = "tuned on the other respondents"


class Bar(NamedTuple):
    """A measure, the peer's figure, the bar, ours, and whether it is reached; texts, empty where not measured."""

    key: str
    measure: str
    peer: str
    bar: str
    ours: str
    is_hit: bool | None
    short_by: float | None = None
    is_within: bool = False  # the bar stands within the interval


class Value(NamedTuple):
    """A figure and its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.2f} to {self.high:.2f})"


def value_of(figure: Mapping[str, float]) -> Value:
    """Return a figure as measured, with its interval."""
    return Value(figure["value"], figure["low"], figure["high"])


def mean_of(values: Sequence[Value]) -> Value:
    """Return the mean of figures of different people, with the interval that theirs make together."""
    middle = float(np.mean([each.value for each in values]))
    half = float(np.sqrt(sum(((each.high - each.low) / 2) ** 2 for each in values))) / len(values)
    return Value(middle, middle - half, middle + half)


def theme_value(figures: Mapping[str, Any], sides: Sequence[str], method: str, name: str) -> Value | None:
    """Return the mean of a measure of themes over sides, or None where it was not measured."""
    found = [(figures.get(f"themes {side}") or {}).get(method) for side in sides]
    if not all(found):
        return None
    return mean_of([value_of(each[name]) for each in found if each])


def theme_share(figures: Mapping[str, Any], sides: Sequence[str], method: str, name: str) -> float | None:
    """Return the mean of a share or count over sides, or None where it was not measured."""
    found = [(figures.get(f"themes {side}") or {}).get(method) for side in sides]
    return float(np.mean([each[name] for each in found if each])) if all(found) else None


def stability_value(figures: Mapping[str, Any], who: str) -> tuple[float, float, float, float] | None:
    """Return again (mean), left out (mean, least, most) over folds, or None."""
    found = [(figures.get(f"stability {side}") or {}).get(who) for side in FOLDS]
    if not all(found):
        return None
    rests = [value for each in found if each for value in each["rests"]]
    again = float(np.mean([each["again"] for each in found if each]))
    return again, float(np.mean(rests)), min(rests), max(rests)


def own_framework_value(figures: Mapping[str, Any], encoder: str, examples: int) -> float | None:
    """Return the micro F1 of a framework of one's own with so many examples a priority."""
    rows = figures.get("own framework") or []
    found = [
        row["micro"]
        for row in rows
        if row["encoder"] == encoder and row["examples"] == examples and row["codes"] in ("none", "all known")
    ]
    return float(found[0]) if found else None


def all_bars(figures: Mapping[str, Any]) -> list[Bar]:
    """Return every bar in the order of the page."""
    return [
        *_label_bars(figures),
        *_level_bars(figures),
        *_theme_bars(figures),
        *_stability_bars(figures),
        *_own_bars(figures),
        _latency_bar(figures),
    ]


def _label_bars(figures: Mapping[str, Any]) -> list[Bar]:
    bars = []
    for cut, where, micro, macro in (("all", "", 0.785, 0.60), ("unseen", ", texts never trained on", 0.765, 0.59)):
        for name, bar in (("micro", micro), ("macro", macro)):
            ours = _coded(figures, "ours", cut, "labels", f"f1_{name}")
            peer = _best_peer(figures, cut, "labels", f"f1_{name}")
            bars.append(_bar(f"labels {name} {cut}", f"QDC labels, {name} F1{where}", peer, bar, ours))
    return bars


def _level_bars(figures: Mapping[str, Any]) -> list[Bar]:
    bars = []
    wanted = (
        ("accuracy", "five levels of sentiment, accuracy", 0.05),
        ("f1_macro", "five levels of sentiment, macro F1", 0.10),
        ("accuracy_3", "three levels, accuracy", 0.03),
        ("f1_macro_3", "three levels, macro F1", 0.08),
    )
    for name, measure, more in wanted:
        ours, peer = (
            _coded(figures, "ours", "all", "levels", name),
            _best_peer(figures, "all", "levels", name),
        )
        bar = peer.value + more if peer else None
        bars.append(_bar(f"levels {name}", measure, peer, bar, ours, says=f"the peer + {more:.2f}"))
    return bars


def _theme_bars(figures: Mapping[str, Any]) -> list[Bar]:
    bars = [
        _bar(
            "themes",
            "discovered themes (at most 30) against people's codes, AMI",
            theme_value(figures, FOLDS, STOCK, "ami"),
            0.50,
            theme_value(figures, FOLDS, "ours", "ami"),
        )
    ]
    share, stock = theme_share(figures, FOLDS, "ours", "without"), theme_share(figures, FOLDS, STOCK, "without")
    bars.append(
        Bar(
            "without",
            "without a theme (ours: segments that say something; the peer: comments)",
            "" if stock is None else f"{stock:.0%}",
            "under 10%",
            "" if share is None else f"{share:.1%}",
            None if share is None else share < 0.10,
        )
    )
    for side, other, own in (("without-NEAS", "NHFT", "NEAS"), ("without-NHFT", "NEAS", "NHFT")):
        bars.append(
            _bar(
                f"themes {side}",
                f"the same on {own}'s comments, the encoder trained on {other}'s alone",
                theme_value(figures, (side,), STOCK, "ami"),
                0.46,
                theme_value(figures, (side,), "ours", "ami"),
            )
        )
    return bars


def _stability_bars(figures: Mapping[str, Any]) -> list[Bar]:
    ours, stock = stability_value(figures, "ours"), stability_value(figures, "stock")
    return [
        Bar(
            "again",
            "the same comments twice, shuffled (the peer: another seed), ARI",
            "" if stock is None else f"{stock[0]:.2f}",
            "1.00",
            "" if ours is None else f"{ours[0]:.2f}",
            None if ours is None else ours[0] == 1.0,
        ),
        Bar(
            "left out",
            "a tenth of the respondents left out, ARI of the rest",
            "" if stock is None else f"{stock[1]:.2f}",
            "" if stock is None else f"{stock[1] + 0.2:.2f} (the peer + 0.20)",
            "" if ours is None else f"{ours[1]:.2f}",
            None if ours is None or stock is None else ours[1] >= stock[1] + 0.2,
        ),
    ]


def _own_bars(figures: Mapping[str, Any]) -> list[Bar]:
    bars = []
    for examples, bar in ((0, 0.50), (8, 0.60), (32, 0.70)):
        ours = own_framework_value(figures, OWN_ENCODER, examples) if examples else _zero_shot(figures)
        named = "definitions and cues alone" if not examples else f"{examples} examples a priority"
        bars.append(
            Bar(
                f"own {examples}",
                f"a framework of one's own, {named}, micro F1",
                "",
                f"{bar:.2f}",
                "" if ours is None else f"{ours:.3f}",
                None if ours is None else ours >= bar,
            )
        )
    return bars


def _zero_shot(figures: Mapping[str, Any]) -> float | None:
    """Return the micro F1 without examples on the half of the respondents that no threshold was chosen on."""
    found = figures.get("zero-shot")
    return float(found["other respondents"]["f1_micro"]["value"]) if found else None


def _latency_bar(figures: Mapping[str, Any]) -> Bar:
    found = figures.get("one comment")
    median = found["best_50"] if found else None
    return Bar(
        "one comment",
        "one comment, warm, linked to priorities and scored",
        "",
        "5 ms",
        "" if median is None else f"{median:.1f} ms",
        None if median is None else median <= 5,
    )


def _coded(figures: Mapping[str, Any], who: str, cut: str, what: str, name: str) -> Value | None:
    found = figures.get(f"coding {who} folds")
    return value_of(found[cut][what][name]) if found else None


def _best_peer(figures: Mapping[str, Any], cut: str, what: str, name: str) -> Value | None:
    found = [_coded(figures, who, cut, what, name) for who in ("published", "linear")]
    return max((each for each in found if each is not None), default=None)


def _bar(key: str, measure: str, peer: Value | None, bar: float | None, ours: Value | None, *, says: str = "") -> Bar:
    reached = None if ours is None or bar is None else round(ours.value, 3) >= round(bar, 3)
    shown = "" if bar is None else f"{bar:.3f}"
    return Bar(
        key,
        measure,
        "" if peer is None else f"{peer.value:.3f}",
        f"{shown} ({says})" if says else shown,
        "" if ours is None else str(ours),
        reached,
        bar - ours.value if ours is not None and bar is not None and not reached else None,
        ours is not None and bar is not None and ours.low <= bar <= ours.high,
    )
