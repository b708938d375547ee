"""A catalogue is begun, added to, and checked against what is written in scenes, scripts and pages."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from hhanim.cli import main
from hhanim.language.catalogue import LanguageError, read
from hhanim.language.pages import is_text
from hhanim.language.proof import findings
from hhanim.language.texts import ROOT, of_file, shipped

SCENE = """
ANSWERS = {"one": "sodium does", "two": "nobody knows"}
CHANGE = 0.5


class Fire(Story):
    title = "A neuron fires"
    model: Membrane = "modern"

    def beats(self):
        said = "V rises." if self.run else "V stays."
        said += ""
        rows = [("Na⁺ enters", "and lifts V", "Na")]
        for head, does, hue in rows:
            yield Beat("rise", tr("{ion} flows in", ion="Na⁺"), said, show=self.grid["left"])
        yield Choices([ANSWERS["one"], "12 mV"], style={"color": "red"})
        raise HHError("no text for viewers")
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scenes").mkdir()
    Path("scenes/fire_film.py").write_text(SCENE, encoding="utf-8")
    return tmp_path


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["language", *words])
    return int(end.value.code or 0)


def test_texts_of_a_scene_are_found_where_they_are_shown_also_by_name(project):
    assert set(of_file(Path("scenes/fire_film.py"))) == {
        "A neuron fires", "rise", "{ion} flows in", "V rises.", "V stays.", "sodium does", "nobody knows",
    }  # fmt: skip


def test_no_room_is_silent_in_which_something_is_said():
    """Whatever stands in the brackets of tr() anywhere in hhanim is a text that catalogues have."""
    calls = (
        (path, call.args[0].value)
        for path in sorted(ROOT.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("tr", "text")
        and call.args
        and isinstance(call.args[0], ast.Constant)
    )
    assert [(path.name, said) for path, said in calls if is_text(said) and said not in shipped()] == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("hhanim.toml", "x", "hhanim.toml:1: "),
        ("lecture.toml", "lecture = 3", "lecture.toml:1: lecture: should be a table"),
        ("scenes/x_clip.py", "def f(:", "scenes/x_clip.py:1: "),
        ("language", "", "cannot write language/fr.po: "),
        ("language/fr.po/x", "", "cannot write language/fr.po: "),
    ],
)
def test_what_is_in_the_way_of_a_catalogue_is_told(project, capsys, name, text, said):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    assert run("new", "fr") == (1 if "write" in said else 2)
    err = capsys.readouterr().err
    assert err.startswith(f"hhanim: {said}") and err.count("\n") == 1, err


def test_files_that_no_language_is_called_by_are_none(project, capsys):
    Path("language").mkdir()
    Path("language/odd name.po").write_text("x")
    assert run("list") == 0 and "odd" not in capsys.readouterr().out


def test_a_catalogue_is_begun_and_added_to(project, capsys):
    assert run("new", "fr") == 0
    path = Path("language/fr.po")
    assert capsys.readouterr().out == f"{path}\n"
    text = path.read_text(encoding="utf-8")
    assert '#: fire_film.py\nmsgid "sodium does"\nmsgstr ""' in text and 'msgid "Membrane potential"' in text
    path.write_text(
        text.replace('"sodium does"\nmsgstr ""', '"sodium does"\nmsgstr "le sodium"'), encoding="utf-8"
    )
    scene = Path("scenes/fire_film.py")
    scene.write_text(
        SCENE.replace("nobody knows", "no one knows").replace("sodium does", "potassium does"),
        encoding="utf-8",
    )
    assert run("new", "fr") == 0
    found = {m.id: m.string for m in read(path)}
    assert found["no one knows"] == "" and "nobody knows" not in found
    assert found["sodium does"] == "le sodium"  # nothing that somebody wrote is lost


def test_of_a_language_that_hhanim_has_only_ones_own_texts_are_to_be_done(project):
    assert run("new", "de") == 0
    found = {m.id for m in read(Path("language/de.po"))}
    assert "nobody knows" in found and "action potential" not in found


def test_what_is_wrong_is_told_and_gone_when_it_is_mended(project, capsys):
    run("new", "de")
    capsys.readouterr()
    assert run("check", "de", "--json") == 1
    rows = json.loads(capsys.readouterr().out)
    assert {"language": "de", "kind": "missing", "text": "nobody knows", "says": "is missing"} in rows
    assert run("check", "de") == 1
    out = capsys.readouterr().out
    assert "de\tmissing\t'nobody knows' is missing\n" in out


@pytest.mark.parametrize("words", [("new", "en"), ("new", "xx"), ("new", "../x"), ("check", "fr")])
def test_bad_input_is_one_line(project, capsys, words):
    assert run(*words) in (1, 2)
    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("language").exists()


def test_a_scene_that_cannot_be_read_has_its_line(project, capsys):
    Path("scenes/bad_clip.py").write_text("x = (\n")
    assert run("check", "de") == 2
    assert "scenes/bad_clip.py:1: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said", "kind", "says"),
    [
        ("V reaches {top}.", "", "missing", "is missing"),
        ("V reaches {top}.", "V steigt.", "lost", "has lost the place {top}"),
        ("{rate:.1f} Hz", "{rate} Hz", "lost", "has lost the place {rate:.1f}"),
        ("at 18.5 °C", "bei 18 °C", "lost", "has lost the number 18.5"),
        ("in 1952", "1952 und 1953", "lost", "has a number 1953"),
        ("Na⁺ and V", "Natrium und V", "lost", "has lost the symbol Na⁺"),
        ("m gates open", "Tore öffnen", "lost", "has lost the symbol m"),
        (r"$\dot V = 0$ here", "hier", "lost", "has lost the formula"),
        ("<i>V</i> nullcline", "V-Nullkline", "lost", "has lost the formula or mark-up <i>"),
        ("Play", "Wiedergabe jetzt beginnen", "too long", "16 are room"),
        ("V rises.", "V steigt " + "weiter und " * 9 + "weiter.", "too long", "84 are room"),
    ],
)
def test_what_a_translation_may_have_lost(text, said, kind, says):
    (found,) = findings([text], {text: said})
    assert found.kind == kind and says in found.says


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at 18.5 °C, {rate:.1f} Hz", "bei 18,5 °C, {rate:.1f} Hz"),
        ("V rises, and V falls", "V steigt und fällt"),
        ("3 m gates", "3 m-Tore"),
        ("<i>m</i>³ of {top}", "von {top} <i>m</i>³"),
    ],
)
def test_what_is_right_is_no_finding(text, said):
    assert list(findings([text], {text: said})) == []


def test_an_unreadable_catalogue_is_not_written_over(project):
    Path("language").mkdir()
    path = Path("language/fr.po")
    path.write_text("broken\n")
    assert run("new", "fr") in (1, 2)
    assert path.read_text() == "broken\n"
    with pytest.raises(LanguageError):
        read(path)
