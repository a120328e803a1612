"""Commands that check our coding against people's: the sample they code, and how far both agree."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import (
    AsJson,
    FrameworkName,
    ProjectFolder,
    Quiet,
    app,
    now,
    print_lines,
    read_project,
    refuse_other_ending,
    to_json,
)
from voice_of_care.cli.columns import (
    CoderColumn,
    CodesColumns,
    IdColumn,
    QuestionColumn,
    RespondentColumn,
    SentimentColumn,
    TextColumn,
    named_columns,
)
from voice_of_care.cli.targets import refuse_target, write_beside
from voice_of_care.console import evaluation_lines, sample_lines, seconds_line, show_progress
from voice_of_care.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.evaluation.results import Evaluation
    from voice_of_care.frameworks import Framework
    from voice_of_care.measuring import Effort, Means
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.settings import Settings
    from voice_of_care.store import Project, Store

_QUICK_RESAMPLES = 100


@app.command(epilog="Example: voice-of-care evaluate coded.csv --framework qdc")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Comments that people coded: CSV or Excel.", metavar="CODED")],
    framework: FrameworkName,
    project: Annotated[
        Path | None, typer.Option("--project", help="Use this project, and keep the result in it.", metavar="DIR")
    ] = None,
    text: TextColumn = "",
    codes: CodesColumns = None,
    sentiment: SentimentColumn = "",
    coder: CoderColumn = "",
    id_column: IdColumn = "",
    respondent: RespondentColumn = "",
    question: QuestionColumn = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the figures here: .json or .csv.", metavar="FILE")
    ] = None,
    resamples: Annotated[int, typer.Option(min=0, max=10_000, help="Draws behind the intervals; 0 for none.")] = 400,
    theme_runs: Annotated[
        int, typer.Option(min=0, max=50, help="Runs of the themes with a tenth of respondents left out; 0 for none.")
    ] = 2,
    quick: Annotated[bool, typer.Option("--quick", help="100 draws, and no stability of themes.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare our coding with people's: priorities, sentiment and themes, each with an interval."""
    from voice_of_care.measuring import Effort
    from voice_of_care.pipeline import Stopwatch

    if to is not None:
        refuse_other_ending(to, ".json", ".csv")
        refuse_target(to, given=file)
    named = named_columns(
        text=text,
        codes=codes,
        sentiment=sentiment,
        coder=coder,
        id_column=id_column,
        respondent=respondent,
        question=question,
    )
    effort = Effort(min(resamples, _QUICK_RESAMPLES), 0) if quick else Effort(resamples, theme_runs)
    opened = _project(project)
    with show_progress(quiet=quiet) as listener:
        stopwatch = Stopwatch(listener)
        evaluation = _evaluate(file, framework, opened, effort=effort, stopwatch=stopwatch, named=named)
    found = evaluation.as_dict()
    if to is not None:
        _write(evaluation, to)
    if as_json:
        typer.echo(to_json(found))
    elif not quiet:
        print_lines([*evaluation_lines(found), seconds_line(stopwatch.seconds)])


@app.command(
    name="sample-for-coding",
    epilog="Example: voice-of-care sample-for-coding --project listening --framework qms --to to-code.xlsx",
)
def sample_for_coding(
    project: ProjectFolder,
    framework: FrameworkName,
    to: Annotated[Path, typer.Option("--to", help="The workbook to write.", metavar="FILE.xlsx")],
    width: Annotated[
        float, typer.Option(min=0.005, max=0.5, help="Wanted half width of the 95% interval of a share.")
    ] = 0.05,
    coders: Annotated[int, typer.Option(min=1, max=9, help="People who code, a sheet each.")] = 2,
    overlap: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share that all of them code, at least 50 comments.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Another number draws other comments.")] = 20240401,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Draw comments for people to code, into a workbook with the codebook; 'evaluate' reads it back."""
    from voice_of_care.evaluation.sample import draw_sample, drawn_from, expected_counts
    from voice_of_care.exports.coding import write_coding_workbook
    from voice_of_care.measuring import given_in, offered
    from voice_of_care.pipeline import Stopwatch

    refuse_other_ending(to, ".xlsx")
    with show_progress(quiet=quiet) as listener:
        stopwatch = Stopwatch(listener)
        with stopwatch.step("read"):
            opened, analysis = read_project(project)
            chosen = _framework(framework, opened.settings, opened.folder)
        with stopwatch.step("draw"):
            sample = draw_sample(analysis.safe_comments, width=width, coders=coders, overlap=overlap, seed=seed)
        codes = offered(chosen)
        command = f'voice-of-care evaluate "{to.name}" --project "{project}" --framework "{framework}"'
        with stopwatch.step("write"):
            sheets = write_coding_workbook(
                sample.rows, analysis.safe_comments, to, framework=chosen, codes=codes, command=command
            )
    given = given_in(analysis, chosen)
    expected = expected_counts(len(sample.rows), len(analysis.safe_comments), given, codes) if given else {}
    found = {
        "file": str(to),
        "comments": len(sample.rows),
        "of": len(analysis.safe_comments),
        "wanted": sample.wanted,
        "half_width": sample.half_width,
        "coders": sheets,
        "coded_by_all": sample.coded_twice,
        "strata": sample.strata.to_dict("records"),
        "drawn_from": drawn_from(sample.rows, analysis.safe_comments),
        "framework": chosen.id,
        "is_mapped": chosen.id in {each.id for each in analysis.frameworks},
        "expected": expected,
    }
    if as_json:
        print_lines(to_json(found))
    elif not quiet:
        print_lines(sample_lines(found))


def _evaluate(
    file: Path,
    framework_name: str,
    opened: Project | None,
    *,
    effort: Effort,
    stopwatch: Stopwatch,
    named: Mapping[str, Sequence[str]],
) -> Evaluation:
    """Evaluate a file, in a project or without one, and keep the result in the project."""
    from voice_of_care.embedding import load_embedders
    from voice_of_care.exports.coding import is_coding_workbook
    from voice_of_care.measuring import Means, evaluate_file
    from voice_of_care.settings import Settings
    from voice_of_care.store import Store

    settings = opened.settings if opened else Settings()
    framework = _framework(framework_name, settings, opened.folder if opened else None)
    if opened is None:
        if is_coding_workbook(file):
            msg = f"{file.name}: its comments are a project's. Say which with --project DIR."
            raise StoreError(msg)
        means = Means(framework, settings, load_embedders(progress=stopwatch.tell), effort, stopwatch)
        return evaluate_file(file, means=means, key=secrets.token_bytes(), named=named)
    with Store(opened.folder) as store:
        embedders = load_embedders(lookup=store.find_vectors, remember=store.remember_vectors, progress=stopwatch.tell)
        return _evaluate_in(opened, store, file, Means(framework, settings, embedders, effort, stopwatch), named)


def _evaluate_in(
    opened: Project, store: Store, file: Path, means: Means, named: Mapping[str, Sequence[str]]
) -> Evaluation:
    """Evaluate a file or a coded workbook in a project, and keep the result there."""
    from voice_of_care.exports.coding import is_coding_workbook
    from voice_of_care.measuring import evaluate_file, evaluate_workbook
    from voice_of_care.models import model_hashes
    from voice_of_care.projects import read_analysis, read_examples

    if is_coding_workbook(file):
        evaluation = evaluate_workbook(file, means=means, analysis=read_analysis(opened, store))
    else:
        evaluation = evaluate_file(
            file, means=means, key=opened.key, examples=read_examples(opened, store), named=named
        )
    digest = opened.settings.digest()
    store.write_evaluation(evaluation.table(evaluated_at=now(), model_hashes=model_hashes(), settings_hash=digest))
    return evaluation


def _project(folder: Path | None) -> Project | None:
    from voice_of_care.settings import SETTINGS_FILE
    from voice_of_care.store import find_project, open_project

    if folder is None:
        return None
    return open_project(folder, settings_text="") if (folder / SETTINGS_FILE).is_file() else find_project(folder)


def _framework(name: str, settings: Settings, folder: Path | None) -> Framework:
    """Return the framework of an id, as settings and package know it, or that of a file."""
    from voice_of_care.frameworks import load_frameworks
    from voice_of_care.frameworks.loader import check_file

    if Path(name).suffix.lower() in {".yaml", ".yml"}:
        return check_file(Path(name)).framework
    found = load_frameworks(settings.priorities, folder=folder, extra=(name,))
    return next(each for each in found if each.id == name)


def _write(evaluation: Evaluation, to: Path) -> None:
    if to.suffix.lower() == ".json":
        write_beside(to_json(evaluation.as_dict()) + "\n", to)
    else:
        write_beside(evaluation.measures.to_csv(index=False, lineterminator="\n"), to)
