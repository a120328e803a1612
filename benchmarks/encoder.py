"""Compare sentence encoders as the space that themes are found in: how they were chosen, not how good the product is.

    python benchmarks/encoder.py PATH/nhs_patient_feedback.csv ENCODERS [--to figures.json] [--only themes,...]

ENCODERS holds a folder for each side an encoder was tuned on, as `models/train/train_encoder.py --side` writes them
(`fold-0-of-3`, `without-TRUST`), each with a model.onnx; an encoder is measured only on respondents, or the trust, it
was not tuned on. Packaged is the published encoder; a blend puts both vectors side by side, so that its cosine is the
weighted mean of both. The product's figures, beside other methods, stand in docs/quality.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discovery import agreement, planted_figures, staff_figures, themes_each, without_theme
from sides import FOLDS, TRUSTS, Made, answers, held, held_rows, made_on, read_coded, sentiments_of
from stability import strongest, themes_of
from threadpoolctl import threadpool_limits

from voice_of_care.embedding import GENERAL_SHARE, Blend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sides import Coded

    from voice_of_care.embedding import Embedder

BLENDS = (GENERAL_SHARE,)


def spaces(made: Made, blends: Sequence[float]) -> dict[str, Embedder]:
    """Return what themes may be found in: the packaged encoder, the one tuned on a side, and both."""
    general, feedback = made.embedders
    found: dict[str, Embedder] = {"packaged": general, "tuned": feedback}
    found |= {f"blend {weight}": Blend(general, feedback, weight) for weight in blends}
    return found


def theme_figures(coded: Coded, side: str, made: Made, by_name: Mapping[str, Embedder]) -> dict[str, dict[str, Any]]:
    """Return by space the agreement with people's codes, the number of themes, and the share without one."""
    given = held(coded, answers(coded, held_rows(coded, side)))
    sentiments = sentiments_of(given, made)
    figures = {}
    for name, space in by_name.items():
        found = themes_of(given.comments, sentiments, space)
        figures[name] = agreement(coded, given, strongest(found, given.comments), themes_each(found, given))
        figures[name] |= {"themes": len(found.theme_vectors), **without_theme(found, given)}
        print(f"themes, {side}, {name}: AMI {figures[name]['ami']}", flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("encoders", type=Path)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--sides", nargs="*", default=[*FOLDS, *TRUSTS])
    parser.add_argument("--only", default="themes,exercise,planted")
    parser.add_argument("--blends", nargs="*", type=float, default=list(BLENDS))
    options = parser.parse_args()
    wanted, coded = options.only.split(","), read_coded(options.data)
    made = {side: made_on(options.encoders, side) for side in options.sides}
    first = made[options.sides[0]]
    by_name = spaces(first, options.blends)
    figures: dict[str, Any] = {}
    if "themes" in wanted:
        figures["themes"] = {
            side: theme_figures(coded, side, each, spaces(each, options.blends)) for side, each in made.items()
        }
    if "exercise" in wanted:
        figures["exercise"] = {name: staff_figures(first, None, space)["ours"] for name, space in by_name.items()}
        print("exercise", figures["exercise"], flush=True)
    if "planted" in wanted:
        figures["planted"] = {name: planted_figures(coded, first, None, space) for name, space in by_name.items()}
        print("planted", figures["planted"], flush=True)
    if options.to:
        options.to.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
