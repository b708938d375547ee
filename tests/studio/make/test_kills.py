"""Killed before any operation on the disk, while files take the place of others: what lies there is what was there,
whole, or what is new, whole, at once and to every program; and the next run leaves the folder clean."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import time
from pathlib import Path

import pytest

from hhanim.studio.errors import RenderError
from hhanim.studio.make import cleaning, manifest, work_folder
from hhanim.studio.make.work_folder import commit, recover, sweep
from hhanim.studio.media import exchange, numbered, sidecar
from tests.faults.killing import OPERATIONS, killed_at, seen

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in its own copy")

KINDS = {
    "clip": ("a.mp4", (), ()),
    "clip anew": ("a.mp4", None, ()),
    "gif": ("a.gif", (), ()),
    "pictures, more": ("a.frames", ("1", "2"), ("3", "4", "5")),
    "pictures, fewer": ("a.frames", ("1", "2", "3"), ("4",)),
    "pictures anew": ("a.frames", None, ("1", "2")),
    "sections": ("a.mp4", ("01-rest", "02-spike"), ("01-rest", "02-pulse", "03-spike")),
    "sections no more": ("a.webm", ("01-rest", "02-spike"), ()),
    "sections now": ("a.mp4", (), ("01-rest",)),
}


@pytest.fixture
def film(a_record):
    """film(media, parts, word): a film of small files that say ``word``, its record, pictures or sections."""

    def make(media: Path, parts, word: str) -> None:
        media.parent.mkdir(parents=True, exist_ok=True)
        pictures = media.suffix == ".frames"
        inner = media if pictures else sidecar.beside(media, ".sections")
        names = [numbered.frame_name(k) if pictures else f"{p}{media.suffix}" for k, p in enumerate(parts)]
        if names:
            inner.mkdir(exist_ok=True)
        for name, part in zip(names, parts, strict=True):
            (inner / name).write_text(f"{part} {word}")
        if not pictures:
            media.write_text(f"film {word}")
        beside = sidecar.places(media)[1:5]
        for name in beside:
            media.with_name(name).write_text(f"{name} {word}")
        files = [*beside, inner.name] if names else beside
        fields = {"sha256": "0" * 64, "format": "png"} if pictures else {"format": media.suffix[1:]}
        record = a_record(
            media,
            beside=files if names and not pictures else beside,
            hashes=sidecar.hashes(media, files),
            title=word,
            **fields,
        )
        sidecar.write(sidecar.sidecar_path(media), record)

    return make


@pytest.fixture
def setting(tmp_path, film):
    """setting(kind): a folder with a film and somebody's notes, and the work folder with the new one."""

    def make(kind: str) -> tuple[Path, Path, dict, dict]:
        name, before, after = KINDS[kind]
        number = len(list(tmp_path.iterdir()))
        folder, other = tmp_path / f"{number}", tmp_path / f"{number}-new"
        path = folder / name
        if before is not None:
            film(path, before, "old")
        folder.mkdir(exist_ok=True)
        (folder / "notes.txt").write_text("mine")
        old = seen(folder)
        film(other / name, after, "new")
        work = folder / exchange.WORK / f"{name}.01234567"
        work.mkdir(parents=True)
        other.rename(work / exchange.NEW)
        other.mkdir()
        return path, work, old, seen(work / exchange.NEW) | {"notes.txt": old["notes.txt"]}

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_old_or_new_whole_and_at_once(setting, kind):
    states, k = [], 0
    while True:
        k += 1
        path, work, old, new = setting(kind)
        killed = killed_at(k, lambda: commit(work, path))  # noqa: B023
        found = seen(path.parent)
        assert found in (old, new), f"killed before operation {k}"
        states.append(found == new)
        record = sidecar.read(path)
        assert record is None if found == old and KINDS[kind][1] is None else not sidecar.edited(path, record)
        recover(path)
        assert seen(path.parent) in ((new,) if found == new else (old, new))
        assert not list(path.parent.rglob("*.json*.part")) and not work.exists()
        assert not any(p.is_symlink() for p in path.parent.rglob("*"))
        if not killed:
            break
    assert states == sorted(states), "once it is new it stays new"
    assert states[0] is False and states[-1] is True
    assert k > 12


@pytest.fixture
def no_links(monkeypatch):
    """As on a disk that has no links."""

    def refuse(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "symlink", refuse)
    monkeypatch.setattr(os, "link", refuse)


@pytest.fixture
def unwatched(monkeypatch):
    """Nobody finishes what a process that is killed has begun."""
    monkeypatch.setattr(work_folder, "_watched", lambda _: contextlib.nullcontext())


def test_where_a_disk_has_no_links_what_was_begun_is_finished_whoever_is_killed(setting, no_links):
    mixed = 0
    for k in range(6, 30, 5):
        path, work, old, new = setting("sections")
        killed = killed_at(k, lambda: commit(work, path))  # noqa: B023
        mixed += seen(path.parent) not in (old, new)
        deadline = time.monotonic() + 60
        while killed and work.exists() and time.monotonic() < deadline:
            time.sleep(0.01)  # by a process that we have no hold of
        assert seen(path.parent) in (old, new), f"killed before operation {k}"
        assert not work.exists() or not killed
    assert mixed, "no kill has come between"


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_disk_has_no_links_the_next_command_carries_on(setting, kind, no_links, unwatched):
    k = 0
    while True:
        k += 1
        path, work, old, new = setting(kind)
        killed = killed_at(k, lambda: commit(work, path))  # noqa: B023
        sweep(path.parent)
        assert seen(path.parent) in (old, new), f"killed before operation {k}"
        assert not work.exists()
        if not killed:
            break
    assert seen(path.parent) == new


def test_carried_on_by_a_process_that_is_killed_as_well(setting):
    """And again: each is stopped somewhere else."""
    dice = random.Random(1952)
    for kind in KINDS:
        for _ in range(2):
            path, work, old, new = setting(kind)
            killed = killed_at(dice.randint(1, 30), lambda: commit(work, path))  # noqa: B023
            while killed:
                killed = killed_at(dice.randint(1, 12), lambda: recover(path))  # noqa: B023
                assert seen(path.parent) in (old, new)
            assert not work.exists()


@pytest.mark.parametrize("kind", ["clip", "sections", "pictures, more"])
def test_what_somebody_puts_there_after_a_kill_stays(setting, kind):
    name = {
        "clip": "a.vtt",
        "sections": "a.sections/01-rest.mp4",
        "pictures, more": "a.frames/frame_00001.png",
    }[kind]
    for k in range(1, 40):
        path, work, *_ = setting(kind)
        killed = killed_at(k, lambda: commit(work, path))  # noqa: B023
        mine = path.parent / name
        mine.unlink()
        mine.write_text("mine, of today")
        recover(path)
        assert mine.read_text() == "mine, of today"
        assert path.with_name("notes.txt").read_text() == "mine"
        if not killed:
            break


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_disk_refuses_changes_nothing(setting, kind, monkeypatch):
    """Every operation in turn fails once, as with a full disk: the film before is there, or the new one."""
    for k in range(1, 100):
        path, work, old, new = setting(kind)
        left = [k]
        with monkeypatch.context() as patch:
            for name in OPERATIONS:
                real = getattr(os, name)

                def operation(*words, real=real, left=left, **options):
                    left[0] -= 1
                    if left[0] == 0:
                        raise OSError(errno.ENOSPC, "No space left on device")
                    return real(*words, **options)

                patch.setattr(os, name, operation)
            try:
                commit(work, path)
                failed = False
            except OSError:
                failed = True
        assert seen(path.parent) in ((old, new) if failed else (new,)), f"operation {k} failed"
        recover(path)
        assert seen(path.parent) in (old, new)
        if left[0] > 0:
            break
    assert left[0] > 0


def test_nothing_of_anybodys_is_replaced(setting, film):
    """What is not claimed, or was edited, stays; a folder stays whatever is said."""
    for name, what in (("a.png", "nothing says hhanim made it"), ("a.json", "is no record that can be read")):
        path, work, *_ = setting("clip anew")
        path.with_name(name).write_text("mine")
        with pytest.raises(RenderError, match=f"{name} is there, but {what}; --force"):
            commit(work, path)
        assert path.with_name(name).read_text() == "mine"
        assert not path.exists()
        commit(work, path, force=True)
        assert sidecar.verify(path)["intact"]
    path, work, *_ = setting("sections")
    path.with_name("a.sections").joinpath("03-spike.mp4").write_text("mine")
    with pytest.raises(RenderError, match=r"a.sections/03-spike.mp4 is there, but"):
        commit(work, path)
    path, work, old, _ = setting("clip anew")
    path.with_name("a.png").mkdir()
    path.with_name("a.png").joinpath("precious").write_text("mine")
    for force in (False, True):
        with pytest.raises(RenderError, match=r"a.png is"):
            commit(work, path, force=force)
    assert seen(path.parent) == {**old, "a.png/precious": old["notes.txt"]}


def test_what_somebody_keeps_in_a_folder_of_ours_stays(setting):
    path, work, *_ = setting("sections no more")
    mine = path.with_name("a.webm.sections") / "my cut.mp4"
    mine.write_text("mine")
    commit(work, path)
    assert [p.name for p in mine.parent.iterdir()] == ["my cut.mp4"]
    path, work, *_ = setting("sections")
    mine = path.with_name("a.sections") / "my cut.mp4"
    mine.write_text("mine")
    commit(work, path)
    recover(path)
    assert cleaning.clean(path.parent)[1] == []
    assert sorted(seen(path.parent)) == ["a.sections/my cut.mp4", "notes.txt"]


@pytest.mark.parametrize(
    "journal",
    [
        '{"coming": ["../evil.txt"], "there": {}}',
        '{"coming": ["/tmp/evil.txt"], "there": {}}',
        '{"coming": ["a.mp4", "b/../../evil.txt"], "there": {}}',
        '{"coming": ["a.mp4/x/y"], "there": {}}',
        '{"coming": [".bashrc"], "there": {}}',
        '{"coming": ["notes.txt"], "there": {}}',
        '{"coming": [], "there": {"notes.txt": [1, 2, 3]}}',
        '{"coming": 3}',
        "[" * 100_000,
    ],
)
def test_a_crafted_journal_leads_nowhere(setting, journal):
    path, work, old, _ = setting("clip")
    (work / exchange.JOURNAL).write_text(journal)
    (work / exchange.NEW / "evil.txt").write_text("evil")
    (work / exchange.NEW / ".bashrc").write_text("evil")
    before = {p for p in path.parent.parent.rglob("*") if exchange.WORK not in p.parts}
    recover(path)
    assert seen(path.parent) == old
    assert {p for p in path.parent.parent.rglob("*") if exchange.WORK not in p.parts} == before


def test_a_linked_work_folder_is_refused(tmp_path, setting):
    path, work, old, _ = setting("clip")
    elsewhere = tmp_path / "elsewhere"
    work.parent.rename(elsewhere)
    work.parent.symlink_to(elsewhere)
    sweep(path.parent)
    with pytest.raises(RenderError, match=r"\.hhanim is a link.*move it away"):
        cleaning.clean(path.parent)
    assert seen(path.parent) == old
    assert (elsewhere / work.name / exchange.NEW / path.name).exists()


def test_cleaning_killed_anywhere_is_carried_on_by_the_next(setting):
    for k in range(1, 40):
        path, _, old, _ = setting("sections")
        killed = killed_at(k, lambda: cleaning.clean(path.parent))  # noqa: B023
        assert seen(path.parent).items() <= old.items()
        cleaning.clean(path.parent)
        assert list(seen(path.parent)) == ["notes.txt"]
        if not killed:
            break
    assert not killed


def test_decks_and_pages_old_or_new_and_known_as_ours(tmp_path):
    """Whatever is killed when, the next one may replace what is there: its hash is known."""
    for k in range(1, 40):
        folder = tmp_path / f"{k}"
        path = folder / "deck.pptx"
        with manifest.put(path) as part:
            part.write_text("old")

        def again(path=path):
            with manifest.put(path) as part:
                part.write_text("new")

        killed = killed_at(k, again)
        assert path.read_text() in ("old", "new")
        again()
        assert path.read_text() == "new"
        if not killed:
            break
    assert not killed


def test_check_and_verify_carry_on_too(setting, no_links, unwatched, monkeypatch, capsys):
    """Where there are no links a killed run leaves files of both films; whoever asks after them finds the new one."""
    from hhanim.cli import main

    for words in (["verify", "a.mp4"], ["check", "tau", "--output", "."]):
        path, work, old, new = setting("sections")
        assert killed_at(12, lambda: commit(work, path))  # noqa: B023
        assert seen(path.parent) not in (old, new)
        monkeypatch.chdir(path.parent)
        with pytest.raises(SystemExit):
            main(words)
        assert seen(path.parent) == new
    assert "a.mp4\tintact" in capsys.readouterr().out
