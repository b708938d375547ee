"""Languages: a catalogue of one's own, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from hhanim.cli.options import force_option, json_option
from hhanim.cli.output import complain, print_json
from hhanim.studio.errors import UsageError, writing


@click.group()
def language() -> None:
    """The languages of films, clips, pages and the explorer: --language de on any command.

    English is what scenes say; German and Spanish come with hhanim. Catalogues of your own, language/CODE.po
    in the working folder, add languages, and win over those of hhanim.

    \b
    Examples:
      hhanim language new fr
      hhanim language check fr
    """


@language.command("list")
@json_option
def list_languages(as_json: bool) -> None:
    """What there is: code and name.

    \b
    Examples:
      hhanim language list
    """
    from hhanim.language.catalogue import known, name

    found = {code: name(code) for code in known()}
    if as_json:
        print_json(found)
        return
    for code, says in found.items():
        print(code, says, sep="\t")


@language.command()
@click.argument("code")
@force_option
def new(code: str, force: bool) -> None:
    """Start a catalogue, language/CODE.po, to be filled; or add to it what is new since.

    It has all texts of hhanim and of your scenes that have no translation yet. What is written in it already stays.

    \b
    Examples:
      hhanim language new fr
    """
    from hhanim.language import texts
    from hhanim.language.catalogue import ENGLISH, OWN, SHIPPED, locale
    from hhanim.language.template import kept, written
    from hhanim.studio.media.atomic import in_place

    if code == ENGLISH:
        raise UsageError("English is what scenes say; give another language, such as fr")
    locale(code)
    path = OWN / f"{code}.po"
    own, theirs = kept(path), kept(SHIPPED / path.name)
    wanted = _texts()
    missing = {text: files for text, files in wanted.items() if text in own or text not in theirs}
    gone = [text for text in own if text not in wanted]
    content = written(code, missing | {text: [] for text in gone}, own, texts.ROOT.parent)
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        with in_place(path) as part:
            part.write_bytes(content)
    print(path)
    count = sum(1 for text in missing if text not in own)
    complain(f"{count} texts to translate; hhanim language check {code} says what is missing", head="")


@language.command()
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--all", "-a", "whole", is_flag=True, help="Every finding, not the first ten of a kind.")
@json_option
def check(codes: tuple[str, ...], whole: bool, as_json: bool) -> int:
    """What is missing in a language, too long, or has lost a number, a place or a symbol; exit code 1 for any.

    \b
    Examples:
      hhanim language check fr
    """
    from hhanim.language.catalogue import ENGLISH, known, words
    from hhanim.language.proof import findings

    wanted = _texts()
    said = {code: words(code, usable=False) for code in codes or known() if code != ENGLISH}
    found = {code: list(findings(wanted, said[code])) for code in said}
    if as_json:
        rows = [(code, f) for code, each in found.items() for f in each]
        print_json([{"language": c, "kind": f.kind, "text": f.text, "says": f.says} for c, f in rows])
    for code, each in {} if as_json else found.items():
        for kind in ("missing", "lost", "too long"):
            some = [f for f in each if f.kind == kind]
            for f in some if whole else some[:10]:
                print(code, kind, f"{f.text!r} {f.says}", sep="\t")
            if len(some) > 10 and not whole:
                print(code, kind, f"and {len(some) - 10} more; --all lists them", sep="\t")
        done = sum(1 for text in wanted if said[code].get(text))
        complain(f"{code}: {done} of {len(wanted)} texts", head="")
    return 1 if any(found.values()) else 0


def _texts() -> dict[str, Sequence[Path]]:
    """The texts of hhanim, and of the scenes and the lecture in the working folder, and where they are. Raises
    UsageError when a scene cannot be read."""
    from hhanim.language.texts import in_files, shipped
    from hhanim.studio.plan.project_file import read

    lectures = [path for path in map(Path, ("lecture.toml", "hhanim.toml")) if path.is_file()]
    for path in lectures:
        read(path)  # which says what is wrong with it
    try:
        return {**shipped(), **in_files([*sorted(Path("scenes").glob("*.py")), *lectures])}
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: {error.msg}") from None
