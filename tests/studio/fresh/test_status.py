"""Exactly the right targets are remade, each for a reason that is said."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hhanim.studio.errors import UsageError
from hhanim.studio.fresh import status as fresh_status
from hhanim.studio.fresh import versions
from hhanim.studio.fresh.sources import sources
from hhanim.studio.fresh.status import status
from hhanim.studio.make import cleaning, films, orders
from hhanim.studio.media import sidecar
from hhanim.studio.plan import catalogue, presets
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.request import Request
from tests.studio.conftest import STILL


def requests(**settings):
    return projects.requests([], projects.Settings(**settings))[0]


def stale(**settings) -> dict[str, list[str]]:
    """Name → reasons of what is stale."""
    catalogue_now = requests(**settings)
    return {r.name: list(s.reasons) for r in catalogue_now if not (s := status(r)).fresh}


@pytest.fixture
def made(project):
    """Both films made."""
    assert set(stale()) == {"wave", "still"}
    assert [e.kind for e in films.make_all(requests())] == ["done", "done"]
    assert stale() == {}
    return project


def test_nothing_changed(made):
    assert [e.kind for e in films.make_all(requests())] == ["fresh", "fresh"]


def test_captions_in_more_languages_than_are_asked_for_make_no_film_stale(made):
    """A clip that says nothing has none, and a language that there is no longer is missed by nobody."""
    Path("scenes/still_clip.py").write_text(
        STILL.replace("    for _", '    stage.caption("Still.")\n    for _')
    )
    Path("language").mkdir()
    Path("language/fr.po").write_text('msgid ""\nmsgstr ""\n')
    (request,) = (r for r in requests() if r.name == "still")
    films.make(replace(request, also=("fr", "de")))
    for also in ((), ("de",), ("de", "fr"), ("fr", "de")):
        assert status(replace(request, also=also)).fresh, also
    assert status(replace(request, also=("es",))).reasons
    Path("language/fr.po").unlink()
    assert status(replace(request, also=("de",))).reasons[0] == "also de fr → de"


def test_a_film_is_stale_when_one_of_its_own_texts_is_said_in_other_words(made):
    """In German; a text that it does not use, and the same film in English, change nothing."""
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    own, wave = Path("language/de.po"), {"wave-de": ["'Wave' is said in other words in de"]}
    assert [e.kind for e in films.make_all(requests(language="de"))] == ["done", "done"]
    own.parent.mkdir()
    for text, changed in (
        ('\nmsgid "Something else"\nmsgstr "Etwas anderes"\n', {}),
        ('\nmsgid "Wave"\nmsgstr "Welle"\n', wave),
    ):
        own.write_text(head + text)
        assert stale(language="de") == changed and stale() == {}
    assert sorted(e.kind for e in films.make_all(requests(language="de"))) == ["done", "fresh"]
    assert stale(language="de") == {}
    record = sidecar.read(Path("output/wave-de.mp4"))
    assert (record.title, record.alt, record.language) == ("Welle", "A sine.", "de")
    own.unlink()
    assert stale(language="de") == wave


def test_helper_two_imports_away(made):
    Path("scenes/deeper.py").write_text("GAIN = 0.5\n")
    assert stale() == {"wave": ["./deeper.py changed"]}
    assert sorted(e.kind for e in films.make_all(requests())) == ["done", "fresh"]
    assert stale() == {}


def test_new_import(made):
    path = Path("scenes/helper.py")
    Path("scenes/third.py").write_text("X = 1\n")
    path.write_text(path.read_text() + "import third\n")
    assert stale() == {"wave": ["./helper.py changed"]}


def test_touched_without_a_change(made):
    for path in [*Path("scenes").iterdir(), *Path("output").iterdir()]:
        os.utime(path, (1, 1))
    assert stale() == {}


def test_parameter(made):
    assert stale(name="{scene}", given={"gNa": "60"})["wave"] == ["gNa 120 → 60"]


def test_same_value_said_differently(made):
    (wave,) = (r for r in requests(given={"level": "1.0"}) if r.name == "wave")
    assert status(wave).fresh


def test_preset_theme_and_size(made, monkeypatch):
    assert stale(theme="light")["still"] == ["theme dark → light"]
    assert stale(preset="slide")["still"] == ["preset standard → slide"]
    assert stale(size="320x180")["still"] == ["width 160 → 320", "height 90 → 180"]


def test_preset_number(made, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(presets.PRESETS, "standard", replace(presets.PRESETS["standard"], qp=22))
    assert stale() == dict.fromkeys(("wave", "still"), ["quality superfast 20 → superfast 22"])


def test_theme_colour_remakes_that_theme_only(made, monkeypatch):
    from dataclasses import replace

    from hhanim.look import theme as look

    monkeypatch.setitem(look.THEMES, "light", replace(look.LIGHT, ink="#123456"))
    assert stale() == {}
    monkeypatch.setitem(look.THEMES, "dark", replace(look.DARK, ink="#123456"))
    monkeypatch.setattr(
        fresh_status, "changes", lambda *_: [("hhanim/look/theme.py", "it holds the colours")]
    )
    assert stale() == dict.fromkeys(("wave", "still"), ["a colour of the theme dark changed"])


def test_library_version(made, monkeypatch):
    real = versions.version
    monkeypatch.setattr(versions, "version", lambda name: "99.0" if name == "matplotlib" else real(name))
    for reasons in stale().values():
        assert len(reasons) == 1
        assert reasons[0].startswith("matplotlib ")
        assert reasons[0].endswith("→ 99.0")


def test_library_that_does_not_draw_this(made, monkeypatch):
    real = versions.version
    monkeypatch.setattr(versions, "version", lambda name: "99.0" if name == "manim" else real(name))
    assert stale() == {}


def test_membrane_definition(made, monkeypatch):
    from hhanim.model import presets as models

    other = models.get("modern").with_(gK=30)
    monkeypatch.setattr(
        fresh_status, "changes", lambda *_: [("hhanim/model/presets/x.py", "it holds models")]
    )
    monkeypatch.setitem(models._found, "MODERN", other)
    assert stale() == {"wave": ["gK 36 → 30"]}


@pytest.mark.parametrize("name", ["wave.mp4", "wave.png", "wave.vtt"])
def test_deleted_output(made, name):
    Path("output", name).unlink()
    assert stale() == {"wave": [f"{name} is gone"]}
    assert sorted(e.kind for e in films.make_all(requests())) == ["done", "fresh"]


def test_hand_edited_output_is_kept(made):
    path = Path("output/wave.mp4")
    path.write_bytes(path.read_bytes() + b"by hand")
    edited = path.read_bytes()
    assert stale() == {"wave": ["wave.mp4 was edited by hand"]}
    assert {e.name: e.kind for e in films.make_all(requests())} == {"wave": "kept", "still": "fresh"}
    assert path.read_bytes() == edited
    films.make_all(requests(), force=True)
    assert path.read_bytes() != edited
    assert stale() == {}


@pytest.mark.parametrize("name", ["wave.vtt", "wave.png"])
def test_captions_and_posters_edited_by_hand_are_kept(made, name):
    """A lecturer who translates captions does not lose them to a new parameter, nor to clean."""
    path = Path("output", name)
    path.write_bytes(path.read_bytes() + b"\nauf Deutsch")
    mine = path.read_bytes()
    for settings in ({}, {"name": "{scene}", "given": {"level": "0.5"}}):
        wanted = [r for r in requests(**settings) if r.name == "wave"]
        (event,) = films.make_all(wanted)
        assert (event.kind, event.message) == (
            "kept",
            f"{name} was edited by hand; --force replaces it",
        )
    assert path.read_bytes() == mine
    assert cleaning.clean(Path("output"))[1] == [Path("output/wave.mp4")]
    assert path.read_bytes() == mine
    found = sidecar.verify(Path("output/wave.mp4"))
    assert (found["intact"], found["changed"]) == (False, [name])
    films.make_all(requests(), force=True)
    assert path.read_bytes() != mine
    assert sidecar.verify(Path("output/wave.mp4"))["intact"]


def test_somebody_elses_file_is_kept(project):
    Path("output").mkdir()
    Path("output/wave.mp4").write_bytes(b"a holiday")
    kinds = {e.name: e.kind for e in films.make_all(requests())}
    assert kinds == {"wave": "kept", "still": "done"}
    assert Path("output/wave.mp4").read_bytes() == b"a holiday"


def test_scene_renamed(made):
    text = Path("scenes/still_clip.py").read_text()
    Path("scenes/still_clip.py").write_text(text.replace("def still", "def calm"))
    assert stale() == {"calm": ["missing"]}


def test_copied_project_is_fresh(made, monkeypatch):
    """Labels in a sidecar name no machine: a copy of scenes and output elsewhere has nothing to do."""
    copy = made.parent / "copy"
    shutil.copytree(made, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setattr(catalogue, "folders", lambda: [copy / "scenes"])
    assert stale() == {}
    assert str(made) not in Path("output/wave.json").read_text()


def test_what_is_used_stops_at_the_wall(made):
    """What carries a scene to its film, and what only other scenes use, is not part of the key."""
    found = set(sidecar.read(Path("output/wave.mp4")).used)
    assert {
        "./wave_clip.py",
        "./helper.py",
        "./deeper.py",
        "hhanim/look/theme.py",
        "hhanim/plots/clip.py",
        "hhanim/studio/draw/pieces.py",
        "hhanim/studio/media/encode.py",
        "hhanim/studio/make/record.py",
    } <= found
    assert (
        not {
            "hhanim/cli/program.py",
            "hhanim/studio/make/films.py",
            "hhanim/studio/fresh/status.py",
            "hhanim/classroom.py",
            "./still_clip.py",
        }
        & found
    )


def test_unknown_scene(project):
    with pytest.raises(UsageError, match="did you mean wave"):
        projects.requests(["wavee"], projects.Settings())


def test_data_that_a_scene_or_its_helper_opens(project):
    """It is part of the key; what is only named is not, but a worker elsewhere is sent it."""
    Path("scenes/levels.csv").write_text("1.0\n")
    Path("scenes/data").mkdir()
    Path("scenes/data/more.txt").write_text("1.0\n")
    Path("scenes/unnamed.csv").write_text("1.0\n")
    text = Path("scenes/still_clip.py").read_text()
    begin = "from pathlib import Path\nHERE = Path(__file__).parent\n"
    Path("scenes/still_clip.py").write_text(f'{begin}{text}\nLEVELS = (HERE / "levels.csv").read_text()\n')
    Path("scenes/deeper.py").write_text('GAIN = 1.0\nMORE = "data/more.txt"\nNOT = "../../secret.txt"\n')
    Path("../secret.txt").write_text("not in the scene's folder")
    for name in ("still", "wave"):
        films.render(name, size="160x90")
    for name in ("levels.csv", "unnamed.csv", "data/more.txt"):
        Path("scenes", name).write_text("2.0\n")
    requests = projects.requests(["still", "wave"], projects.Settings())[0]
    assert [status(r).reasons for r in requests] == [("./levels.csv changed",), ()]
    found = {path.name for path in sources(requests[1].entry.path)}
    assert found == {"wave_clip.py", "helper.py", "deeper.py", "more.txt"}
    shipped = orders.sources(requests[1])[0]
    assert shipped["data/more.txt"] == b"2.0\n"  # a worker elsewhere has it too


def test_the_same_scene_is_the_same_wherever_it_and_its_media_lie(project, tmp_path_factory, monkeypatch):
    """The folder moved, the scenes copied away from the media, the shipped scenes beside the package or in it."""
    Path("cell.py").write_text("from hhanim import presets\nCELL = presets.MODERN.with_(gK=30)\n")
    films.render("wave", model="cell.py:CELL", size="160x90")
    films.render("still", size="160x90")
    away = tmp_path_factory.mktemp("lecture")
    shutil.copytree(project, away / "moved")
    shutil.copytree(project / "output", away / "output")
    shutil.copytree(project / "scenes", away / "talks")
    monkeypatch.chdir(away)
    for folder, output in (("moved/scenes", "moved/output"), ("talks", "output")):
        entries = {e.name: e for e in catalogue.read([Path(folder)]).entries}
        given = {"model": str(project / "cell.py") + ":CELL"}
        for name, values in (("wave", given), ("still", {})):
            request = Request(entries[name], Path(output) / f"{name}.mp4", values, size="160x90")
            assert status(request).reasons == ()
    (away / "talks" / "deeper.py").write_text("GAIN = 2.0\n")
    request = Request(entries["wave"], Path("output/wave.mp4"), given, size="160x90")
    assert status(request).reasons == ("./deeper.py changed",)
    (project / "cell.py").write_text("from hhanim import presets\nCELL = presets.MODERN.with_(gK=31)\n")
    assert set(status(replace(request)).reasons) == {"./deeper.py changed", "gK 30 → 31"}


def test_of_a_model_that_is_not_given_any_more_only_that_is_said(project):
    """Its file and what it imported are nobody else's, and not gone."""
    Path("cell.py").write_text("from hhanim import presets\nCELL = presets.MODERN.with_(gK=30)\n")
    films.render("wave", model="cell.py:CELL", size="160x90")
    entry = next(e for e in catalogue.read([Path("scenes")]).entries if e.name == "wave")
    plain = Request(entry, Path("output/wave.mp4"), {}, size="160x90")
    said = status(plain).reasons
    assert any("model cell.py:CELL → modern" in reason for reason in said)
    assert not any("somebody" in reason or "gone" in reason or "cell.py " in reason for reason in said)
