"""Project files: what they ask for, in which order of precedence, and the line of every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from hhanim.cli.options import split
from hhanim.studio.errors import UsageError
from hhanim.studio.plan import project as projects
from hhanim.studio.plan.project import Settings


@pytest.fixture(autouse=True)
def _no_variables(project, monkeypatch):
    monkeypatch.delenv("HHANIM_SIZE")


def wanted(
    text: str | None = None, names=(), file: str = "hhanim.toml", config: str | None = None, **settings
):
    """File name → request."""
    if text is not None:
        Path(file).write_text(text)
    found, failed = projects.requests(list(names), Settings(**settings), config)
    assert not failed
    for request in found:
        request.check()
    return {r.path.name: r for r in found}


def test_no_file_means_every_scene(project):
    assert set(wanted()) == {"wave.mp4", "still.mp4"}


def test_a_sweep_in_one_line(project):
    found = wanted('[[targets]]\nscene = "wave"\nsweep = { ttx = [0, 0.5, 1] }\n')
    assert {n: r.given for n, r in found.items()} == {
        "wave-ttx=0.mp4": {"ttx": 0},
        "wave-ttx=0.5.mp4": {"ttx": 0.5},
        "wave-ttx=1.mp4": {"ttx": 1},
    }


def test_output_names_from_parameters(project):
    found = wanted(
        '[[targets]]\nscene = "wave"\nname = "TTX {ttx} at {celsius} °C"\nset = { celsius = 18.5 }\n'
        "sweep = { ttx = [0, 1] }\n"
    )
    assert set(found) == {"TTX 0 at 18.5 °C.mp4", "TTX 1 at 18.5 °C.mp4"}


def test_two_sweeps_presets_themes_and_formats_multiply(project):
    found = wanted(
        '[[targets]]\nscene = "wave"\nsweep = { ttx = [0, 1], gK = [20, 36] }\npresets = ["draft", "slide"]\n'
        'themes = ["dark", "light"]\nformats = ["mp4", "gif"]\n'
    )
    assert len(found) == 2 * 2 * 2 * 2 * 2
    request = found["wave-ttx=1-gK=20-slide-light.gif"]
    assert (request.preset, request.theme, request.given) == ("slide", "light", {"ttx": 1, "gK": 20})


def test_every_target_in_each_language_and_a_name_that_says_which(project):
    both = wanted(
        'languages = ["en", "de"]\n[[targets]]\nscene = "wave"\n[[targets]]\nscene = "still"\nlanguages = ["es"]\n'
    )
    assert {n: r.language for n, r in both.items()} == {
        "wave.mp4": "en",
        "wave-de.mp4": "de",
        "still-es.mp4": "es",
    }
    assert set(wanted(names=["wave"], language="es")) == {"wave-es.mp4"}
    named = wanted('language = "de"\n[[targets]]\nscene = "wave"\nname = "welle"\n')
    assert {n: r.language for n, r in named.items()} == {"welle.mp4": "de"}
    (name,) = wanted('[[targets]]\nscene = "wave"\nname = "{language} wave"\nlanguages = ["de"]\n')
    assert name == "de wave.mp4"


def test_one_scene_in_several_variants(project):
    found = wanted(
        '[[targets]]\nscene = "wave"\nname = "before"\n'
        '[[targets]]\nscene = "wave"\nname = "after"\nset = { gNa = 60 }\n'
    )
    assert set(found) == {"before.mp4", "after.mp4"}
    assert set(wanted(names=["after"])) == {"after.mp4"}
    assert set(wanted(names=["wave"])) == {"before.mp4", "after.mp4"}
    assert set(wanted(names=["still"])) == {"still.mp4"}


def test_variants_go_by_the_names_they_are_told_of(project):
    """What is printed can be typed."""
    text = (
        '[[targets]]\nscene = "wave"\nname = "w-{ttx}"\nsweep = { ttx = [0, 0.5] }\n'
        '[[targets]]\nscene = "still"\nthemes = ["dark", "light"]\nformats = ["mp4", "gif"]\n'
    )
    every = {r.name: file for file, r in wanted(text).items()}
    assert set(every) == {"w-0", "w-0.5", "still-dark", "still-light", "still-dark.gif", "still-light.gif"}
    for name, file in every.items():
        assert set(wanted(names=[name])) == {file}
    with pytest.raises(UsageError, match=r"no scene named w-0\.7"):
        wanted(names=["w-0.7"])


def test_same_table_in_pyproject(project):
    text = (
        '[project]\nname = "lecture"\n[tool.hhanim]\npreset = "slide"\n'
        '[[tool.hhanim.targets]]\nscene = "still"\n'
    )
    assert wanted(text, file="pyproject.toml")["still.mp4"].preset == "slide"
    wanted('preset = "draft"')
    assert wanted()["still.mp4"].preset == "draft", "hhanim.toml comes first"


def test_precedence(project, monkeypatch):
    """Flag > environment > a target > the file > default."""
    text = 'theme = "light"\noutput = "media"\n[scenes.wave]\ngNa = 60\ngK = 20\n[[targets]]\nscene = "wave"\nset = { gNa = 80 }\n'
    request = wanted(text)["wave.mp4"]
    assert (request.theme, request.path, request.given) == (
        "light",
        Path("media/wave.mp4"),
        {"gNa": 80, "gK": 20},
    )
    monkeypatch.setenv("HHANIM_THEME", "dark")
    assert wanted()["wave.mp4"].theme == "dark"
    assert wanted(theme="light")["wave.mp4"].theme == "light"
    assert wanted(given={"gNa": "90"})["wave.mp4"].given == {"gNa": "90", "gK": 20}


def test_another_file(project):
    Path("other.toml").write_text('preset = "draft"')
    assert wanted(config="other.toml")["wave.mp4"].preset == "draft"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("preset = \n", 1, "Invalid value"),
        ('preset = "draft"\ntheme = "dark\n', 2, "Illegal character"),
        ('a = 1\n\npresset = "draft"\n', 1, "unknown key a"),
        ('\npresset = "draft"\n', 2, "unknown key presset; did you mean preset?"),
        ("preset = 3\n", 1, "preset: should be a valid string"),
        ('\npreset = "draf"\n', 2, "no preset named draf; did you mean draft?"),
        ('output = "x"\ntheme = "drak"\n', 2, "no theme named drak; did you mean dark?"),
        ('size = "12"\n', 1, "give WIDTHxHEIGHT"),
        ('theme = "dark"\nlanguage = "../de"\n', 2, "give a code such as de"),
        ('\nlanguages = ["en", "ed"]\n', 2, "no language ed; known"),
        ('[[targets]]\nscene = "wave"\nlanguages = ["frr"]\n', 3, "no language frr"),
        ("[scenes.wave]\ngNa = 60\ngna = 60\n", 3, "wave has no parameter gna; did you mean gNa?"),
        ("[scenes.wave]\nlevel = 1.0\ngNa = -60\n", 3, "gNa = -60"),
        ("[scenes]\nwave.gNa = nan\n", 2, "gNa = nan"),
        ("\n[scenes.wav]\ngNa = 60\n", 2, "did you mean wave?"),
        ("targets = 3\n", 1, "targets"),
        ("[[targets]]\n", 1, "scene: field required"),
        ('[[targets]]\nscene = "wave"\n\n[[targets]]\nscene = "wavee"\n', 5, "did you mean wave?"),
        ('[[targets]]\nscene = "wave"\nsweeps = 3\n', 3, "unknown key sweeps; did you mean sweep?"),
        ('[[targets]]\nscene = "wave"\nsweep = { ttx = [] }\n', 3, "at least 1"),
        ('[[targets]]\nscene = "wave"\nsweep = { ttx = 0.5 }\n', 3, "should be a valid list"),
        ('[[targets]]\nscene = "wave"\nsweep = { ttx = [0, 1.5] }\n', 3, "ttx = 1.5"),
        ('[[targets]]\nscene = "wave"\n[targets.set]\ngK = 20\nframes = 1\n', 5, "frames = 1: must be 2"),
        ('[[targets]]\nscene = "wave"\nset = { stimulis = 3 }\n', 3, "wave has no parameter stimulis"),
        ('[[targets]]\nscene = "wave"\nset = { model = "modrn" }\n', 3, "did you mean modern?"),
        ('[[targets]]\nscene = "wave"\npresets = ["draft", "slid"]\n', 3, "did you mean slide?"),
        ('[[targets]]\nscene = "wave"\nthemes = []\n', 3, "at least 1"),
        ('[[targets]]\nscene = "wave"\nformats = ["mp4", "mpg"]\n', 3, "no format named mpg"),
        ('[[targets]]\nscene = "wave"\nname = "{ttxx}"\nset = { ttx = 1 }\n', 3, "no parameter ttxx; did you mean ttx?"),
        ('[[targets]]\nscene = "wave"\nname = "../evil"\n', 3, "without folders"),
        ('[[targets]]\nscene = "wave"\nname = "a"\n[[targets]]\nscene = "still"\nname = "a"\n', 6, "two targets"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_line(project, text, line, says):
    with pytest.raises(UsageError) as error:
        wanted(text)
    message = str(error.value)
    assert message.startswith(f"hhanim.toml:{line}: "), message
    assert says in message
    assert "\n" not in message


def test_line_in_pyproject(project):
    text = '[project]\nname = "x"\n\n[tool.hhanim]\npreset = "slide"\n[tool.hhanim.scenes.wave]\ngNaa = 3\n'
    with pytest.raises(UsageError, match=r"^pyproject.toml:7: .*did you mean gNa"):
        wanted(text, file="pyproject.toml")


def test_mistake_of_the_command_line_is_not_blamed_on_the_file(project):
    text = '[[targets]]\nscene = "wave"\npresets = ["draft"]\nset = { gNa = 60 }\n'
    with pytest.raises(UsageError, match=r"^gNa = -1"):
        wanted(text, given={"gNa": "-1"})
    with pytest.raises(UsageError, match=r"^no preset named slid"):
        wanted(preset="slid")


def test_film_names_are_no_scenes(project):
    with pytest.raises(UsageError, match=r"wave.mp4 is a file that is made; its scene is wave"):
        wanted(names=["wave.mp4"])
    with pytest.raises(UsageError, match=r"output/wave.mp4 is a file that is made; its scene is wave"):
        wanted(names=["output/wave.mp4"])
    with pytest.raises(UsageError, match=r"no scene named tau.gif"):
        wanted(names=["tau.gif"])


def test_not_utf8(project):
    Path("hhanim.toml").write_bytes(b'preset = "dr\xe4ft"\n')
    with pytest.raises(UsageError, match=r"hhanim.toml: .*utf-8"):
        wanted()


def test_pickles(project):
    """A request travels to workers."""
    import pickle

    request = wanted('[[targets]]\nscene = "wave"\nset = { gNa = 60 }\n')["wave.mp4"]
    again = pickle.loads(pickle.dumps(request))
    assert again == request
    assert again.origin.lines["gNa"] == 3


@pytest.mark.parametrize(
    ("texts", "reason"),
    [(["gNa"], "NAME=VALUE"), (["=3"], "NAME=VALUE"), (["gNa="], "NAME=VALUE"), (["a=1", "a=2"], "twice")],
)
def test_malformed_assignments(texts, reason):
    with pytest.raises(UsageError, match=reason):
        split(texts)
