"""What films say: the script to be read, what was recorded of it, and drafts by a synthetic voice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hhanim.cli import options
from hhanim.cli.media import STALE
from hhanim.cli.output import complain, each, print_json
from hhanim.errors import did_you_mean, one_line
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.plan.request import Request


_scene_options = options.together(
    options.names_argument,
    options.set_option,
    options.preset_option,
    options.language_option,
    options.size_option,
    click.option("--descriptions", is_flag=True, help="Also what is seen, as --sound described has it."),
    click.option(
        "--lecture", metavar="FILE", help="All that is said in a lecture, its cards and slides too."
    ),
    options.config_option,
)
"""The scenes whose lines are meant; with --lecture, the parts of a lecture."""


def _requests(names: tuple[str, ...], lecture: str | None, **asked: Any) -> list[Request]:
    """A request for each scene and language. Raises UsageError when there is none of that name."""
    if lecture is not None:
        from hhanim.studio.plan.lecture import find_lecture

        if asked["config"]:
            raise UsageError(f"--lecture {lecture}: leave --config {asked['config']} away")
        settings = options.settings_of(asked["sets"], **{k: asked[k] for k in ("preset", "language", "size")})
        wanted = find_lecture(lecture, settings).requests
        known = {request.entry.name for request in wanted}
        for name in names:
            if name not in known:
                raise UsageError(f"--lecture {lecture}: no part {name}{did_you_mean(name, known)}")
        wanted = [r for r in wanted if not names or r.entry.name in names]
    else:
        rest: dict[str, Any] = dict.fromkeys(("theme", "sound", "name", "output"))
        wanted, failed = options.plan(names, formats=("mp4",), **asked, **rest)
        for event in failed:
            complain(event.message)
    return list({(r.entry.name, r.language): r for r in wanted}.values())


@click.group()
def voice() -> None:
    """What films say: a script to read, recordings, and drafts by a synthetic voice.

    A line is recorded into voice/SCENE/LANGUAGE/SECTION-NUMBER.wav (or .flac, .mp3, .m4a); the next render has it, and
    waits where it is longer than its line stood.

    \b
    Examples:
      hhanim voice script spike
      hhanim voice speak spike
      hhanim voice check spike
    """


@voice.command()
@_scene_options
@options.json_option
def script(as_json: bool, descriptions: bool, **asked: Any) -> int:
    """The lines as they are to be read, each with its name and the time it has.

    \b
    Examples:
      hhanim voice script spike
      hhanim voice script --language de --json
    """
    from hhanim.voice.script import lines
    from hhanim.voice.spoken import spoken

    found: list[dict[str, Any]] = []

    def one(request: Request) -> None:
        for line in lines(request, seen=descriptions):
            said = spoken(line.text, request.language)
            about = {"path": str(request.recordings / f"{line.name}.wav"), "start": line.start}
            found.append({**about, "seconds": line.room, "text": line.text, "spoken": said})
            if not as_json:
                print(about["path"], f"{line.room:.1f} s", one_line(said), sep="\t", flush=True)

    code = each(partial(one, request) for request in _requests(**asked))
    if as_json:
        print_json(found)
    return code


@voice.command("check")
@_scene_options
@click.option(
    "--accept", is_flag=True, help="Take recordings of other sentences for the lines as they are now."
)
@options.json_option
def check_recordings(as_json: bool, accept: bool, descriptions: bool, **asked: Any) -> int:
    """List what is missing, stale, clipped, too quiet, too long or not listened to; exit code 4 when anything is.

    A recording speaks the sentence it was made for. What is new is noted (recorded.json), so that it shows when its
    sentence changes; --accept says that it still holds.

    \b
    Examples:
      hhanim voice check
      hhanim voice check spike --accept
    """
    from hhanim.voice import script as made

    remarks: list[made.Remark] = []

    def one(request: Request) -> None:
        remarks.extend(made.check(request, made.lines(request, seen=True), accept=accept, seen=descriptions))

    code = each(partial(one, request) for request in _requests(**asked))
    if not asked["names"] and asked["lecture"] is None:
        remarks += made.scenes()
    rows = [{"path": remark.path, "what": remark.what} for remark in remarks]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        print(row["path"], one_line(row["what"]), sep="\t")
    return code or (STALE if rows else 0)


@voice.command()
@_scene_options
@click.option("--force", "-f", is_flag=True, help="Read also what has been read already.")
def speak(force: bool, descriptions: bool, **asked: Any) -> int:
    """Let a synthetic voice read every line that was not recorded, into the folder draft beside the recordings.

    English by hibari where it is installed, else and every other language by espeak-ng. A recording wins over a draft.

    \b
    Examples:
      hhanim voice speak spike
      hhanim voice speak --language de
    """
    from hhanim.voice.script import lines
    from hhanim.voice.speak import drafts

    def one(request: Request) -> None:
        for path in drafts(request, lines(request, seen=descriptions), force=force):
            print(path, flush=True)

    return each(partial(one, request) for request in _requests(**asked))
