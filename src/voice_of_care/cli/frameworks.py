"""Commands on frameworks of quality priorities."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (typer reads it at run time)
from typing import Annotated

import typer

from voice_of_care.cli.app import AsJson, frameworks_app, print_lines, to_json
from voice_of_care.console import framework_lines


@frameworks_app.command("list", epilog="Example: voice-of-care frameworks list")
def list_frameworks(as_json: AsJson = False) -> None:
    """List the frameworks that come with the tool."""
    from voice_of_care.frameworks.loader import available

    rows = [
        {
            "id": each.id,
            "name": each.name,
            "jurisdiction": each.jurisdiction,
            "audience": each.audience,
            "default_on": each.default_on,
            "elements": len(each.elements),
        }
        for each in available()
    ]
    if as_json:
        typer.echo(to_json(rows))
        return
    for row in rows:
        mark = "on" if row["default_on"] else "off"
        typer.echo(f"{row['id']:<16} {mark:<4} {row['elements']:>3} elements  {row['name']} ({row['jurisdiction']})")


@frameworks_app.command("show", epilog="Example: voice-of-care frameworks show steeep")
def show_framework(
    framework_id: Annotated[str, typer.Argument(metavar="ID", help="The framework's id.")], as_json: AsJson = False
) -> None:
    """Show one framework with its definitions and cues."""
    from voice_of_care.frameworks.loader import find_framework

    framework = find_framework(framework_id)
    print_lines(to_json(framework.model_dump(mode="json")) if as_json else framework_lines(framework))


@frameworks_app.command("check", epilog="Example: voice-of-care frameworks check our-priorities.yaml")
def check_framework(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A framework of your own (YAML).")],
    as_json: AsJson = False,
) -> None:
    """Check a framework file of your own."""
    from voice_of_care.frameworks.loader import check_file

    checked = check_file(file)
    if as_json:
        typer.echo(to_json({"framework": checked.framework.model_dump(mode="json"), "remarks": checked.remarks}))
        return
    count = len(checked.framework.elements)
    typer.echo(f"{file.name}: fine, {count} elements. Name the file under [priorities] files = [...] in the settings.")
    for remark in checked.remarks:
        typer.echo(f"  {remark}")
