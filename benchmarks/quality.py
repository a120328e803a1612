"""Measure quality against people's codes, beside the peers, and write docs/quality.md.

    python benchmarks/quality.py PATH/nhs_patient_feedback.csv [--encoders FOLDER] [--peers PYTHON] [--only STAGE ...]

Every figure is of respondents held out from all fitting. FOLDER holds what was made from each side (`make models`
writes it); what needs a side that is not there is not measured, and the page says so. A stage whose inputs have not
changed is read from `benchmarks/.cache`, so that a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import learning_curve
import numpy as np
import one_comment
from coding import (
    Coding,
    code_sides,
    label_figures,
    level_figures,
    linear_coding,
    never_seen,
    our_coding,
    per_label,
    published_coding,
    reliability_figures,
)
from discovery import planted_figures, staff_figures, theme_figures
from peers import peers_python
from priorities_zero_shot import zero_shot_figures
from quality_page import write_page
from sides import (
    BUILD,
    CACHE,
    FOLDS,
    ROOT,
    TRUSTS,
    Coded,
    answers,
    has_encoder,
    has_heads,
    held,
    held_rows,
    made_on,
    made_on_all,
    plain_embedder,
    read_coded,
)
from stability import our_stability, stock_stability
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAGE = ROOT / "docs" / "quality.md"
PRODUCT = ("src/voice_of_care", "models/train", "models/manifest.toml", "benchmarks")
PEERS = ("benchmarks/peers.py", "benchmarks/coding.py", "benchmarks/sides.py", "models/train/coded.py")
DRAWS = 2  # of examples, for a framework of one's own
READ = frozenset({".py", ".yaml", ".toml"})


class Given(NamedTuple):
    """What a run measures on: the coded comments, what was made from each side, the peers' Python if there is one."""

    path: Path
    coded: Coded
    encoders: Path
    python: Path | None


class Stage(NamedTuple):
    """One piece of the work: what it is kept as, which files it depends on, and what it does."""

    name: str
    depends: tuple[str, ...]
    sides: tuple[str, ...]
    run: Callable[[Given], Any]


def coding_figures(coded: Coded, sides: Sequence[str], found: Coding) -> dict[str, Any]:
    """Return labels and sentiment, on all held-out rows and on texts never trained on."""
    everything, unseen = np.ones(len(coded.comments), dtype=bool), never_seen(coded, sides)
    if sides == TRUSTS:
        trust = coded.comments["trust"].to_numpy()
        cuts = {side.removeprefix("without-"): trust == side.removeprefix("without-") for side in sides}
    else:
        cuts = {"all": everything, "unseen": unseen}
    return {
        cut: {"labels": label_figures(coded, found, rows), "levels": level_figures(coded, found, rows)}
        for cut, rows in cuts.items()
    }


def _ours(given: Given, sides: tuple[str, ...]) -> dict[str, Any]:
    found = code_sides(
        given.coded, sides, lambda side, _, rows: our_coding(given.coded, rows, made_on(given.encoders, side))
    )
    sure = {"reliability": reliability_figures(given.coded, found)}
    return coding_figures(given.coded, sides, found) | {"per_label": per_label(given.coded, found)} | sure


def _machine(
    code: Callable[[Coded, np.ndarray, np.ndarray], Coding],
) -> Callable[[Given, tuple[str, ...]], dict[str, Any]]:
    def run(given: Given, sides: tuple[str, ...]) -> dict[str, Any]:
        found = code_sides(given.coded, sides, lambda _, train, rows: code(given.coded, train, rows))
        return coding_figures(given.coded, sides, found) | {"per_label": per_label(given.coded, found)}

    return run


def _stability(given: Given, side: str) -> dict[str, Any]:
    those = held(given.coded, answers(given.coded, held_rows(given.coded, side)))
    made = made_on(given.encoders, side)
    figures = {"comments": len(those.comments), "ours": our_stability(those, made)._asdict()}
    if given.python is not None:
        figures["stock"] = stock_stability(those, made.embedders.general, given.python)._asdict()
    return figures


def _own_framework(given: Given) -> list[dict[str, Any]]:
    table = learning_curve.curve(given.coded, given.encoders, draws=DRAWS, counts=learning_curve.COUNTS)
    return table.to_dict("records")


def _one_comment() -> dict[str, float]:
    taken = one_comment.timed(one_comment.comments())
    return {
        "comments": len(taken),
        "words": float(taken["words"].median()),
        **{f"{go}_{share}": float(taken[go].quantile(share / 100)) for go in ("first", "best") for share in (50, 95)},
    }


def stages() -> list[Stage]:
    """Return the stages in the order of the page."""
    listed = []
    for group, sides in (("folds", FOLDS), ("trusts", TRUSTS)):
        for name, code in (("published", published_coding), ("linear", linear_coding)):
            run = _machine(code)
            listed.append(
                Stage(f"coding {name} {group}", PEERS, (), lambda given, run=run, sides=sides: run(given, sides))
            )
        listed.append(Stage(f"coding ours {group}", PRODUCT, sides, lambda given, sides=sides: _ours(given, sides)))
    for side in FOLDS + TRUSTS:
        listed.append(
            Stage(
                f"themes {side}",
                PRODUCT,
                (side,),
                lambda given, side=side: theme_figures(given.coded, side, made_on(given.encoders, side), given.python),
            )
        )
    for side in FOLDS:
        listed.append(Stage(f"stability {side}", PRODUCT, (side,), lambda given, side=side: _stability(given, side)))
    listed.append(
        Stage(
            "planted",
            PRODUCT,
            (FOLDS[0],),
            lambda given: planted_figures(given.coded, made_on(given.encoders, FOLDS[0]), given.python),
        )
    )
    listed.append(Stage("staff", PRODUCT, (), lambda given: staff_figures(made_on_all(), given.python)))
    listed.append(Stage("zero-shot", PRODUCT, (), lambda given: zero_shot_figures(given.coded, plain_embedder())))
    listed.append(Stage("own framework", PRODUCT, FOLDS + TRUSTS, _own_framework))
    listed.append(Stage("one comment", PRODUCT, (), lambda _: _one_comment()))
    return listed


def run_stages(given: Given, only: Sequence[str], *, again: bool) -> dict[str, Any]:
    """Run the stages that can be run, and return the figures by stage; what is missing is None."""
    figures: dict[str, Any] = {}
    for stage in stages():
        lacking = [side for side in stage.sides if not has_encoder(given.encoders, side)]
        heads = "coding ours" in stage.name
        lacking += [side for side in stage.sides if heads and not has_heads(given.encoders, side)]
        if lacking:
            _say(f"{stage.name}: not measured, nothing was made from {', '.join(dict.fromkeys(lacking))}")
            figures[stage.name] = None
            continue
        wanted = not only or any(stage.name.startswith(each) for each in only)
        figures[stage.name] = _run_stage(stage, given, again=again and wanted) if wanted else _kept(stage, given)
    return figures


def _path(stage: Stage) -> Path:
    return CACHE / "figures" / f"{stage.name.replace(' ', '-')}.json"


def _kept(stage: Stage, given: Given) -> Any:  # noqa: ANN401 - as the stage made it
    path, key = _path(stage), _key(stage, given)
    if not path.is_file():
        return None
    stored = json.loads(path.read_text(encoding="utf-8"))
    return stored["figures"] if stored["key"] == key else None


def _run_stage(stage: Stage, given: Given, *, again: bool) -> Any:  # noqa: ANN401
    found = None if again else _kept(stage, given)
    if found is not None:
        _say(f"{stage.name}: as before")
        return found
    start = time.perf_counter()
    key = _key(stage, given)
    with threadpool_limits(1):
        figures = stage.run(given)
    path = _path(stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"key": key, "figures": figures}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    _say(f"{stage.name}: {time.perf_counter() - start:.0f} s")
    return json.loads(text)["figures"]


def _key(stage: Stage, given: Given) -> str:
    """Return a sha256 of all that a stage's figures depend on."""
    digest = hashlib.sha256(given.path.read_bytes())
    for place in stage.depends:
        root = ROOT / place
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in files:
            hidden = any(part.startswith((".", "__")) for part in path.relative_to(ROOT).parent.parts)
            if path.is_file() and path.suffix in READ and not hidden and path.name not in _NOT_READ:
                digest.update(path.read_bytes())
    for side in stage.sides:
        for name in ("model.onnx", "weights.npz"):
            path = given.encoders / side / name
            digest.update(path.read_bytes() if path.is_file() else b"")
    if stage.depends == PRODUCT:
        digest.update(str(given.python is not None).encode())
    return digest.hexdigest()


_NOT_READ = frozenset(
    {"quality.py", "quality_page.py", "quality_bars.py", "all.py", "deidentification.py", "exercise.py", "whole_job.py"}
)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoders", type=Path, default=BUILD)
    parser.add_argument("--peers", type=Path, help="a Python with bertopic, umap-learn and hdbscan")
    parser.add_argument("--only", nargs="*", default=[], help="stages that start so; others are as they were, if kept")
    parser.add_argument("--again", action="store_true", help="measure anew what is kept")
    parser.add_argument("--to", type=Path, default=PAGE)
    options = parser.parse_args()
    python = peers_python(options.peers)
    if python is None:
        _say("stock BERTopic: not measured, its environment is not there")
    given = Given(options.data, read_coded(options.data), options.encoders, python)
    figures = run_stages(given, options.only, again=options.again)
    write_page(options.to, given.coded, figures)
    _say(f"wrote {options.to}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
