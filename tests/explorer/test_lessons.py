"""Lessons: what is right is what the core computes, the page shows the same, and bad files are refused in a line."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import hhanim.explorer.lesson
from hhanim import explorer
from hhanim.explorer.lesson import MEASURED, ORDER, LessonError, find, parse, shipped_text
from hhanim.explorer.measure import measure
from hhanim.explorer.setting import Setting
from hhanim.model import HHError
from tests.explorer.conftest import write

#: The example that lesson.py gives.
GOOD = dedent(str(hhanim.explorer.lesson.__doc__).split("\n\n")[1])


def test_what_is_known_of_the_lessons_is_what_the_core_measures() -> None:
    known, now = json.loads(shipped_text(MEASURED)), json.loads(measure())
    assert list(known) == list(now) == list(ORDER)
    for key in ORDER:
        for old, new in zip(known[key], now[key], strict=True):
            assert old == pytest.approx(new, rel=1e-3, abs=1e-3), key


def test_every_lesson_has_one_right_answer_and_says_what_was_measured() -> None:
    lessons = explorer.lessons()
    assert sum(len(lesson.steps) > 1 for lesson in lessons) >= 6
    assert len(lessons) >= 18
    for lesson in lessons:
        for step in lesson.data()["steps"]:
            assert 0 <= step["right"] < len(step["choices"])
            assert "{" not in step["see"] + step["why"] + step["text"]
    rights = [step["right"] for lesson in lessons for step in lesson.data()["steps"]]
    assert len(set(rights)) > 2  # not always the first


@pytest.mark.parametrize("key", ORDER)
def test_a_lesson_is_taught_to_its_end_and_shows_what_the_core_measured(page: Any, key: str) -> None:
    page.locator("#lesson-choice").select_option(key)
    for n, step in enumerate(find(key).steps):
        page.wait_for_function("(n) => hhanim.ui.step === n", arg=n + 1)
        assert page.locator("#lesson-ask").inner_text() == step.texts["ask"]
        assert page.locator("#lesson-do").is_hidden()  # predict first
        page.locator("#lesson-choices button").nth(step.right).click()
        page.locator("#lesson-try").click()
        page.wait_for_function("!document.getElementById('lesson-found').hidden")
        assert page.locator("#lesson-verdict").inner_text() == "As you predicted."
        assert page.locator("#lesson-why").inner_text().strip()
        shown = page.evaluate(
            """() => { const {run} = hhanim, v = run.y && run.y[0]; return v ? {spikes: run.spikes.length,
            peak: v.reduce((a, b) => Math.max(a, b)), end: v.at(-1)} : {speed: run.says.speed,
            inward: run.says.peak}; }"""
        )
        for name in ("spikes", "peak", "end", "speed", "inward"):
            if name in step.measured and math.isfinite(shown.get(name) or math.nan):
                assert shown[name] == pytest.approx(step.measured[name], rel=6e-3, abs=0.3), name
        page.locator("#lesson-next").click()


def test_a_lesson_stays_while_one_works(visit: Any) -> None:
    page = visit("lesson=threshold")
    assert page.locator("#lesson-title").inner_text() == "All or none"
    page.locator("#n-gK").fill("30")
    page.wait_for_function("hhanim.run.settings.gK === 30")
    page.locator("#lesson-choices button").first.click()
    page.locator("#n-I").fill("14")
    page.wait_for_function("document.getElementById('lesson-astray').textContent.includes('gK')")
    assert page.locator("#lesson-found").is_hidden()
    page.locator("#lesson-again").click()
    page.wait_for_function("hhanim.run.settings.gK === 36 && hhanim.run.settings.I === 13")
    page.locator("#lesson-choices button").first.click()
    for _ in range(10):
        page.locator("#s-I").press("ArrowRight")  # by hand, as a student does
    page.wait_for_function("!document.getElementById('lesson-found').hidden")
    assert page.locator("#lesson-verdict").inner_text() == "Not what you predicted."
    page.locator("#experiment-axon").check()
    assert page.locator("#lesson").is_visible()
    page.locator("#lesson-close").click()
    assert page.locator("#lesson").is_hidden()


def test_link_and_file_carry_lesson_step_and_state(visit: Any, tmp_path: Path) -> None:
    page = visit("lesson=refractoriness&step=2")
    assert page.locator("#lesson-count").inner_text() == "2 of 3"
    assert page.evaluate("[hhanim.settings.stimulus, hhanim.settings.interval]") == ["pair", 10]
    page.locator("#n-I").fill("33")
    page.wait_for_function("location.hash.includes('I=33')")
    again = visit(page.evaluate("location.hash.slice(1)"))
    assert again.locator("#lesson-count").inner_text() == "2 of 3"
    assert again.evaluate("hhanim.settings.I") == 33
    path = tmp_path / "own.toml"
    path.write_text(GOOD, encoding="utf-8")
    own = visit(path=write(tmp_path / "own.html", explorer.page(lesson=path)))
    assert own.locator("#lesson-title").inner_text() == "Threshold"
    assert own.evaluate("hhanim.settings.I") == 13
    own.locator("#lesson-choices button").nth(1).click()
    own.locator("#lesson-try").click()
    own.wait_for_function("!document.getElementById('lesson-found').hidden")
    see = own.locator("#lesson-see").inner_text()
    before, after = (Setting.of(stimulus="pulse", I=i, width=0.5).run()["V"].max() for i in (13, 14))
    assert see == f"A spike up to {after:.0f} mV; before it was −{-before:.0f} mV."


def test_answers_are_saved_and_told_to_a_learning_platform(visit: Any, tmp_path: Path) -> None:
    page = visit("", accept_downloads=True)
    page.evaluate(
        """() => { window.told = []; window.API = {LMSInitialize: () => "true", LMSCommit: () => "true",
        LMSSetValue: (name, value) => told.push([name, value])}; }"""
    )
    page.locator("#lesson-choice").select_option("threshold")
    page.locator("#lesson-choices button").nth(1).click()
    page.locator("#lesson-try").click()
    page.wait_for_function("told.length > 0")
    told = dict(page.evaluate("told"))
    assert told["cmi.core.score.raw"] == "100"
    assert told["cmi.core.lesson_status"] == "completed"
    with page.expect_download() as waiting:
        page.locator("#lesson-answers").click()
    waiting.value.save_as(tmp_path / "answers.csv")
    (row,) = csv.DictReader((tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines())
    assert (row["lesson"], row["step"], row["correct"]) == ("threshold", "1", "true")
    assert row["answer"] == row["right"] == "Fire a full spike"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("title", "titel"), "titel"),
        (("[start]", "[begin]"), "begin"),
        (("I = 13", "J = 13"), "unknown setting 'J'"),
        (("I = 13", "I = 1e9"), "allowed: -20 to 200"),
        (('"pulse"', '"puls"'), "did you mean pulse"),
        (("set = { I = 14 }", "set = 14"), "set must be a table"),
        (('ask = "You raise I by one. What will V do?"\n', ""), "ask is missing"),
        (("spikes = 0", "spikes = 1"), "choices 1, 2 all come true"),
        (("spikes = 1", "spikes = 5"), "no choice comes true; one must. Measured: "),
        (("spikes = 0", "spike = 0"), "did you mean spikes"),
        (("spikes = 0", "spikes"), "is no comparison"),
        (("spikes = 0", "__import__('os')"), "is no comparison"),
        (("{peak:.0f}", "{height:.0f}"), "height"),
        (("{peak:.0f}", "{peak.__class__}"), "nothing to fill in"),
        (("{peak:.0f}", "{peak:999999999}"), "nothing to fill in"),
        (("{peak:.0f}", "{peak"), "unexpected '{'"),
        (("[[steps]]", "[[steps]"), "is no TOML"),
        (("spikes = 0", "peak > 1.2.3"), "is no comparison"),
        (("spikes = 0", "0 = spikes"), "is no comparison"),
        (("spikes = 0", "peak > 1.1.1 * before_peak"), "is no comparison"),
        (('"pulse"', "[]"), "unknown stimulus []"),
        (("I = 13", "I = true"), "is not allowed"),
        (("I = 13", "I = 13\ncount = 2.5"), "whole numbers only"),
        (("I = 13", 'I = 13\nmethod = "channels"'), "open by chance"),
        (("I = 13", "I = 13\ngNa = 0\ngK = 0\ngL = 0"), "no resting state"),
        (("{ I = 14 }", '{ model = "classic" }'), "cannot change the model"),
        (('title = "Threshold"', 'title = ""'), "title is empty"),
        (("I = 13", f"I = 1{400 * '0'}"), "is not a number"),
        (("I = 13", "I = [13]"), "is not a number"),
        (('title = "Threshold"', f"title = {3000 * '['}"), "nested too deeply"),
        (('title = "Threshold"', f"title = '{600_000 * 'T'}'"), "too long for a lesson"),
        (("spikes = 0", 5000 * "a"), "is no comparison"),
    ],
    ids=lambda x: str(x)[:60],
)
def test_a_bad_lesson_is_refused_in_one_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in GOOD
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(LessonError) as error:
        explorer.page(lesson=path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "bad.toml" in str(error.value)
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize("title", ["<!--<script>", "</script><script>window.ran = 1</script>", "/*SCRIPT*/"])
def test_a_title_is_text_whatever_it_says(visit: Any, tmp_path: Path, title: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace('"Threshold"', f'"{title}"'), encoding="utf-8")
    page = visit(path=write(tmp_path / "own.html", explorer.page(lesson=path)))
    assert page.locator("#lesson-title").inner_text() == title
    assert page.evaluate("window.ran") is None


def test_the_lesson_in_the_readme_can_be_taught() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (step,) = parse(
        readme.split("```toml\ntitle")[1].split("```")[0].join(["title", ""]), "own", "README.md"
    ).data()["steps"]
    assert step["choices"][step["right"]] == "Fire a full spike"


def test_what_is_no_lesson_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HHError, match="did you mean threshold"):
        find("treshold")
    with pytest.raises(LessonError, match="cannot read"):
        find(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LessonError, match="UTF-8"):
        find(tmp_path / "bytes.toml")
    with pytest.raises(LessonError, match="cannot read"):
        find("null\0.toml")
    (tmp_path / "marked.toml").write_text("\ufeff" + GOOD, encoding="utf-8")  # as some editors begin a file
    assert find(tmp_path / "marked.toml").title == "Threshold"
    with pytest.raises(LessonError, match="steps"):
        parse('title = "x"\nsteps = []', "x", "x.toml")
