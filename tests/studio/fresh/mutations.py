"""Edits of every kind, each told by ``hhanim check``: those that matter, and those that do not.

``python -m tests.studio.fresh.mutations`` makes all of them in a copy of hhanim with a project of small clips, and says
what was called fresh though another film would be made ("wrong"), and stale though the same would be ("for nothing").
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.studio.fresh.uses import Content, Use, uses

ROOT = Path(__file__).resolve().parents[3]
FILM = '''
"""A film."""
from hhanim.mobjects.frame.film import Film
from hhanim.mobjects.frame.lettering import Words

class Tale(Film):
    title = "Tale"
    description = "A film."
    alt = "A word."

    def construct(self):
        self.add(Words("word", color=self.theme.ink))
        self.wait(0.1)
'''


LETTERS = (
    FILM.replace("Tale", "Letters")
    .replace('Words("word", color=self.theme.ink)', 'Text("word", font="Lab Sans")')
    .replace("from hhanim.mobjects.frame.lettering import Words", "from manim import Text")
)


# A process that has the command line loaded, and forks one for each question: as a new process, but ten times as quick.
CHECKER = """
import importlib, json, os, sys
import hhanim.cli.media, hhanim.cli.program
from hhanim.studio import loaded
path = [entry for entry in sys.path if entry not in os.environ["PYTHONPATH"].split(os.pathsep)]
for line in sys.stdin:
    words, environment, place = json.loads(line)
    child = os.fork()
    if child == 0:
        importlib.invalidate_caches()
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:] = [*environment["PYTHONPATH"].split(os.pathsep), *path]
        for number, end in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{place}.{end}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["hhanim", *words]
        hhanim.cli.program.main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Edit:
    """One edit, and the clip or film whose freshness it decides, or not."""

    name: str
    scene: str
    change: Mapping[str, Content | Callable[[str], str] | None]
    matters: bool
    words: tuple[str, ...] = ()


@dataclass
class Place:
    """A copy of hhanim, a project, a home and a folder elsewhere."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    checker: subprocess.Popen[str] | None = None

    def file(self, name: str) -> Path:
        head, _, rest = name.partition("/")
        roots = {"~": "home", "out": "out", "hhanim": "tree/hhanim"}
        return self.root / roots[head] / rest if head in roots else self.root / "project" / name

    def write(self, name: str, content: Content | None) -> None:
        if name.startswith("$"):
            if content is None:
                self.variables.pop(name[1:], None)
            else:
                self.variables[name[1:]] = str(content).format(out=self.root / "out")
            return
        path = self.file(name)
        if content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path)

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "HHANIM", "MPL", "PYTHON"))}
        return {
            **clean,
            "HOME": str(self.root / "home"),
            "OUT": str(self.root / "out"),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            **self.variables,
            "PYTHONPATH": os.pathsep.join(
                [*self.variables.get("PYTHONPATH", "").split(os.pathsep), str(self.root / "tree")]
            ).strip(os.pathsep),
        }

    def hhanim(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hhanim", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.root / "project",
            env=self.environment,
        )

    def stale(self, scene: str, *words: str, edited: Iterable[str] = ()) -> list[str]:
        """The reasons why a scene is stale; none when it is fresh. A new process says so, if any module that one that
        was started earlier has loaded was edited."""
        words = ("check", "--json", scene, *words)
        if any(name.startswith("hhanim/") for name in edited):
            done = self.hhanim(*words)
            code, out, err = done.returncode, done.stdout, done.stderr
        else:
            code, out, err = self._asked(words)
        assert code in (0, 4), err
        return [reason for row in json.loads(out) for reason in row["reasons"]]

    def _asked(self, words: Sequence[str]) -> tuple[int, str, str]:
        if self.checker is None:
            self.checker = subprocess.Popen(
                [sys.executable, "-c", CHECKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self.root / "project",
                env=self.environment,
            )
        assert self.checker.stdin is not None
        assert self.checker.stdout is not None
        self.checker.stdin.write(json.dumps([words, self.environment, str(self.root / "said")]) + "\n")
        self.checker.stdin.flush()
        code = int(self.checker.stdout.readline())
        return code, (self.root / "said.out").read_text(), (self.root / "said.err").read_text()

    @contextlib.contextmanager
    def edited(self, change: Mapping[str, Content | Callable[[str], str] | None]) -> Iterator[None]:
        """With some files changed, or variables; each is put back as it was."""
        before: dict[str, bytes | str | Path | None] = {}
        times: dict[str, int] = {}
        links: dict[Path, Path] = {}
        new: list[Path] = []
        for name, content in change.items():
            if name.startswith("$"):
                before[name] = self.variables.get(name[1:])
                self.write(name, content)  # type: ignore[arg-type]
                continue
            path = self.file(name)
            if path.is_symlink():
                links[path] = path.readlink()
                if path.is_dir():
                    self.write(name, content)  # type: ignore[arg-type]
                    continue
                path = path.resolve()
            before[str(path)] = path.read_bytes() if path.is_file() else None
            times |= {str(path): path.stat().st_mtime_ns} if path.is_file() else {}
            new += [p for p in path.parents if not p.exists()][::-1]
            if callable(content) and name.startswith("hhanim/"):
                text = path.read_text(encoding="utf-8")
                changed = content(text)  # type: ignore[call-arg, arg-type]
                assert changed != text, f"nothing to edit in {name}"
                content = str(changed)
            self.write(name, content)  # type: ignore[arg-type]
        try:
            yield
        finally:
            for name, content in before.items():
                if name.startswith("$"):
                    self.write(name, content)  # type: ignore[arg-type]
                elif content is None:
                    Path(name).unlink(missing_ok=True)
                else:
                    if Path(name).is_symlink():
                        Path(name).unlink()
                    Path(name).write_bytes(content)  # type: ignore[arg-type]
                    os.utime(name, ns=(times[name], times[name]))
            for link, target in links.items():
                link.unlink()
                link.symlink_to(target)
            for folder in reversed(new):
                shutil.rmtree(folder, ignore_errors=True)


def make(place: Place, chosen: list[Use]) -> None:
    """A project of the clips, and a film, all made."""
    root = place.root
    for name in ("hhanim", "scenes"):
        shutil.copytree(ROOT / name, root / "tree" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("project/scenes", "home", "out"):
        (root / name).mkdir(parents=True)
    place.variables["PYTHONPATH"] = str(root / "out" / "a")
    for use in chosen:
        place.write(f"scenes/{use.name}_clip.py", use.text)
        for name, content in use.files.items():
            place.write(name, content)
    place.write("scenes/tale_film.py", FILM)
    place.write("scenes/letters_film.py", LETTERS)
    names = ["tale", "letters", *(use.name for use in chosen)]
    targets = "".join(f'[[targets]]\nscene = "{name}"\n' for name in names)
    place.write("hhanim.toml", f'size = "64x64"\n{targets}')
    done = place.hhanim("render")
    assert done.returncode == 0, done.stderr


def line(text: str) -> str:
    """A file with a line more at its end."""
    return f"{text}\nEDITED = 1\n"


def put(old: str, new: str) -> Callable[[str], str]:
    """The edit that puts something in the place of something."""
    return lambda text: text.replace(old, new, 1)


def of_uses(chosen: list[Use]) -> Iterator[Edit]:
    for use in chosen:
        for matters, changes in ((True, use.matter), (False, use.idle)):
            for k, change in enumerate(changes):
                yield Edit(f"{use.name} {'edit' if matters else 'idle'} {k}", use.name, change, matters)
    for use in chosen[:12]:
        yield Edit(
            f"{use.name} text",
            use.name,
            {f"scenes/{use.name}_clip.py": use.text.replace("xlim=(0, 1)", "xlim=(0, 2)")},
            True,
        )
        yield Edit(f"{use.name} other scene", use.name, {"scenes/tale_film.py": FILM + "\n"}, False)


def of_hhanim() -> Iterator[Edit]:
    """Modules of hhanim, by what draws."""
    clip, film = "simulated", "tale"
    both = [*(f"model/{n}" for n in ("channel", "membrane", "rates", "solve", "trajectory", "protocol", "equations", "events", "scalar")),
            *(f"look/{n}" for n in ("axis", "numbers", "quantities", "theme", "type", "__init__")), "parameters", "user_code",
            *(f"studio/media/{n}" for n in ("changes", "checks", "encode", "formats", "join", "sidecar", "writer")), "studio/make/record",
            *(f"studio/draw/{n}" for n in ("drawn", "engines", "hermetic", "pieces", "scene", "task")), "studio/plan/request"]  # fmt: skip
    clips = [
        *(
            f"plots/{n}"
            for n in ("additions", "clip", "curve", "label", "movers", "painter", "panel", "rect", "stage")
        ),
        "studio/draw/clip",
    ]
    films = [
        "mobjects/frame/film",
        "mobjects/frame/layout",
        "mobjects/frame/lettering",
        "studio/draw/film",
        "studio/draw/camera",
        "studio/draw/hooks",
    ]
    none = ["cli/media", "cli/program", "cli/options", "classroom", "explorer/webpage", "studio/deliver/pages", "studio/deliver/slides", "studio/doctor",
            "studio/mends", "studio/news", "studio/errors", "errors", "process", "studio/fresh/status", "studio/fresh/job", "studio/fresh/used",
            "studio/fresh/sources", "studio/make/films", "studio/make/workers", "studio/make/watching", "studio/make/progress", "studio/make/locks",
            "studio/make/cleaning", "studio/make/stills", "studio/plan/project", "studio/plan/starter", "studio/plan/names", "studio/plan/schema",
            "celluloid/camera", "celluloid/emulate", "mobjects/axon/axon", "mobjects/circuit/clamp", "model/cable"]  # fmt: skip
    for name in both:
        yield Edit(f"{name} of a clip", clip, {f"hhanim/{name}.py": line}, True)
    for name in (
        "model/channel",
        "look/theme",
        "look/type",
        "parameters",
        "studio/media/encode",
        "studio/draw/pieces",
        "studio/plan/request",
    ):
        yield Edit(f"{name} of a film", film, {f"hhanim/{name}.py": line}, True)
    for name in clips:
        yield Edit(f"{name} of a clip", clip, {f"hhanim/{name}.py": line}, True)
        yield Edit(f"{name} of a film", film, {f"hhanim/{name}.py": line}, False)
    for name in films:
        yield Edit(f"{name} of a film", film, {f"hhanim/{name}.py": line}, True)
        yield Edit(f"{name} of a clip", clip, {f"hhanim/{name}.py": line}, False)
    for name in none:
        yield Edit(f"{name} of a clip", clip, {f"hhanim/{name}.py": line}, False)
    for name in none[::4]:
        yield Edit(f"{name} of a film", film, {f"hhanim/{name}.py": line}, False)
    yield Edit("a new module", clip, {"hhanim/plots/new.py": "K = 1\n"}, False)
    yield Edit("a table in the package", "measured", {"hhanim/model/measured/table1.csv": line}, True)
    yield Edit("a table of others", "simulated", {"hhanim/model/measured/table1.csv": line}, False)


def of_values() -> Iterator[Edit]:
    """Numbers of hhanim whose meaning, not whose place, is in the key."""
    theme = "hhanim/look/theme.py"
    presets = "hhanim/model/presets/"
    yield Edit("a colour of the dark theme", "no_membrane", {theme: put("#fa7d45", "#fa7d46")}, True)
    yield Edit("a colour of the dark theme, of a film", "tale", {theme: put("#f4f6f8", "#f4f6f9")}, True)
    yield Edit("a colour of the light theme", "no_membrane", {theme: put("#c5500f", "#c5500e")}, False)
    yield Edit("a dash", "no_membrane", {theme: put('"calcium": 2', '"calcium": 1')}, True)
    yield Edit(
        "a note beside the colours", "no_membrane", {theme: lambda text: f"{text}\n# A note.\n"}, False
    )
    modern = next((ROOT / "hhanim/model/presets").glob("hodgkin_huxley.py")).read_text()
    assert "36.0" in modern
    hh = f"{presets}hodgkin_huxley.py"
    for scene in ("preset_capitals", "preset_imported", "preset_parameter", "simulated"):
        yield Edit(f"potassium of {scene}", scene, {hh: lambda text: text.replace("36.0", "35.0")}, True)
    yield Edit(
        "potassium of preset_module",
        "preset_module",
        {f"{presets}reduced.py": lambda t: t.replace("g=", "g=1.5 * ")},
        True,
    )
    yield Edit(
        "potassium of preset_get",
        "preset_get",
        {f"{presets}connor_stevens.py": lambda t: t.replace("g=", "g=1.5 * ")},
        True,
    )
    yield Edit(
        "potassium of preset_vars",
        "preset_vars",
        {f"{presets}wang_buzsaki.py": lambda t: t.replace("g=", "g=1.5 * ")},
        True,
    )
    for scene in ("preset_capitals", "simulated", "no_membrane", "tale"):
        yield Edit(
            f"another model than that of {scene}",
            scene,
            {f"{presets}wang_buzsaki.py": lambda t: t.replace("g=", "g=1.5 * ")},
            False,
        )
        yield Edit(
            f"a note beside the models of {scene}", scene, {hh: lambda text: f"{text}\n# A note.\n"}, False
        )
    yield Edit(
        "potassium, where there is no membrane",
        "no_membrane",
        {hh: lambda text: text.replace("36.0", "35.0")},
        False,
    )
    yield Edit(
        "a preset that takes another's name",
        "simulated",
        {
            f"{presets}zz.py": "from hhanim.model.presets.hodgkin_huxley import MODERN as OLD\nMODERN = OLD.with_(gK=20)\n"
        },
        True,
    )
    yield Edit(
        "a preset more",
        "simulated",
        {
            f"{presets}zz.py": "from hhanim.model.presets.hodgkin_huxley import MODERN as OLD\nMINE = OLD.with_(gK=20)\n"
        },
        False,
    )
    sizes = "hhanim/studio/plan/presets.py"
    yield Edit(
        "the quality of the standard",
        "no_membrane",
        {sizes: put("1920, 1080, None)", "1920, 1080, None, 21)")},
        True,
    )
    yield Edit(
        "the quality of a draft",
        "no_membrane",
        {sizes: put("854, 480, Fraction(15), qp=24", "854, 480, Fraction(15), qp=22")},
        False,
    )


def of_parameters() -> Iterator[Edit]:
    for k, (words, matters) in enumerate((
        (("--theme", "light"), True), (("--preset", "draft"), True), (("--size", "66x64"), True), (("--set", "frames=3"), True), (("--set", "seconds=0.3"), True),
        (("--set", "frames=2"), False), (("--set", "seconds=0.2"), False), (("--theme", "dark"), False), (("--size", "64x64"), False),
    )):  # fmt: skip
        yield Edit(
            f"asked {' '.join(words)} {k}", "no_membrane", {}, matters, (*words, "--name", "no_membrane")
        )


def of_surroundings() -> Iterator[Edit]:
    """Configuration and versions."""
    for scene in ("no_membrane", "tale"):
        for name, change in (
            ("matplotlibrc here", {"matplotlibrc": "lines.linewidth: 9\n"}),
            (
                "matplotlibrc of the user",
                {"~/.config/matplotlib/matplotlibrc": "lines.linewidth: 9\nbackend: svg\n"},
            ),
            ("matplotlibrc by a variable", {"out/rc": "lines.linewidth: 9\n", "$MATPLOTLIBRC": "{out}/rc"}),
            ("manim.cfg here", {"manim.cfg": "[CLI]\nframe_rate = 5\nbackground_color = RED\n"}),
            ("manim.cfg of the user", {"~/.config/manim/manim.cfg": "[CLI]\nfrom_animation_number = 1\n"}),
            ("a backend", {"$MPLBACKEND": "svg"}),
            ("a language", {"$LANG": "de_DE.UTF-8"}),
            ("a time zone", {"$TZ": "Asia/Tokyo"}),
            ("a terminal", {"$TERM": "dumb", "$COLUMNS": "40"}),
            ("hashes of texts", {"$PYTHONHASHSEED": "7"}),
            ("a readme", {"README.md": "x"}),
            ("a note beside the scenes", {"scenes/notes.txt": "x"}),
        ):
            yield Edit(f"{name}, of {scene}", scene, change, False)
    for kind, scene in (("clip", "no_membrane"), ("film", "tale")):
        from hhanim.studio.fresh.versions import ENGINES

        for name in ENGINES[kind]:
            about = f"out/a/{name}-99.0.dist-info/METADATA"
            yield Edit(
                f"version of {name}, of a {kind}",
                scene,
                {about: f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n"},
                True,
            )
    for name in ("pytest", "distributed", "rich", "manim", "click", "python-pptx", "numba"):
        about = f"out/a/{name}-99.0.dist-info/METADATA"
        yield Edit(
            f"version of {name}, of a clip",
            "no_membrane",
            {about: f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n"},
            False,
        )
    yield Edit("a font of the system", "letters", {"~/.fonts/lab.ttf": _font("Lab Sans")}, True)
    yield Edit("a font of the system for others", "letters", {"~/.fonts/lab.ttf": _font("Other Sans")}, False)
    yield Edit(
        "a font of the system of a film without", "tale", {"~/.fonts/lab.ttf": _font("Lab Sans")}, False
    )
    yield Edit("a typeface's file", "no_membrane", _typeface(), True)
    yield Edit("a typeface's file, of a film", "tale", _typeface(), True)


def _font(family: str) -> bytes:
    """The typeface under another name."""
    from fontTools.ttLib import TTFont

    from hhanim.look.type import font_files

    font, written = TTFont(font_files()[0]), io.BytesIO()
    for record in font["name"].names:
        record.string = record.toUnicode().replace("Source Sans Pro", family).replace("SourceSansPro", family)
    font.save(written)
    return written.getvalue()


def _typeface() -> dict[str, Content]:
    from hhanim.look.type import font_files

    found: dict[str, Content] = {
        f"out/a/font_source_sans_pro/files/{p.name}": p.read_bytes() for p in font_files()
    }
    found["out/a/font_source_sans_pro/__init__.py"] = ""
    first = next(name for name in found if "Regular" in name)
    found[first] = bytes(found[first]) + b"\0"  # type: ignore[arg-type]
    return found


def edits(chosen: list[Use]) -> list[Edit]:
    return [*of_uses(chosen), *of_hhanim(), *of_values(), *of_parameters(), *of_surroundings()]


def judge(place: Place, edit: Edit) -> str:
    """Nothing, or what is wrong with what ``check`` says of an edit."""
    with place.edited(edit.change):
        reasons = place.stale(edit.scene, *edit.words, edited=edit.change)
    if bool(reasons) == edit.matters:
        return ""
    return "wrong: called fresh" if edit.matters else f"for nothing: {'; '.join(reasons)}"


def run(wanted: Sequence[Edit], root: Path, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """What is judged otherwise than it should be, of some edits, in a project that is made for them."""
    scenes = {edit.scene for edit in wanted}
    place, found = Place(root), []
    try:
        make(place, [use for use in uses() if use.name in scenes])
        for scene in sorted(scenes):
            if reasons := place.stale(scene):
                found.append(f"{scene}: stale before anything was edited: {'; '.join(reasons)}")
                tell(found[-1])
        for edit in wanted:
            if said := judge(place, edit):
                found.append(f"{edit.name} ({edit.scene}): {said}")
                tell(found[-1])
    finally:
        if place.checker is not None:
            place.checker.kill()
            place.checker.communicate()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="one in so many only")
    parser.add_argument("--only", default="", help="those in whose name this stands")
    parser.add_argument("--keep", type=Path, help="make the project here, and let it stay")
    asked = parser.parse_args()
    wanted = [edit for edit in edits(uses()) if asked.only in edit.name][:: asked.every]
    root = asked.keep or Path(tempfile.mkdtemp(prefix="hhanim-mutations-"))
    started = time.perf_counter()
    try:
        found = run(wanted, root, lambda line: print(line, flush=True))
    finally:
        if asked.keep is None:
            shutil.rmtree(root, ignore_errors=True)
    count = sum(edit.matters for edit in wanted)
    wrong = sum("wrong: " in line for line in found)
    seconds = time.perf_counter() - started
    print(
        f"{wrong} wrong of {count} edits that matter, {len(found) - wrong} for nothing of {len(wanted) - count}; {seconds:.0f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
