"""The machine that hhanim runs on: what it can do, and its shell."""

from __future__ import annotations

import click

from hhanim.cli.options import json_option
from hhanim.cli.output import print_json


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """What this machine can do, and the exact command that mends what it cannot.

    Exit code 3 if something is missing.

    \b
    Examples:
      hhanim doctor
    """
    from dataclasses import asdict

    from hhanim.studio.doctor import examine

    rows = examine()
    if as_json:
        print_json([asdict(r) for r in rows])
    else:
        for r in rows:
            mark = "ok" if r.ok else "missing" if r.needed else "optional"
            print(f"{mark:8}  {r.name:10}  {r.detail}" + ("" if r.ok else f"\n{'':22}mend: {r.mend}"))
    return 3 if any(r.needed and not r.ok for r in rows) else 0


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """The script that completes commands, options, scenes and parameters.

    \b
    Examples:
      eval "$(hhanim completion bash)"
    """
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    print(script(click.get_current_context().find_root().command, {}, "hhanim", "_HHANIM_COMPLETE").source())
