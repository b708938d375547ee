"""The path of a film is a path; a notebook shows the film, with what belongs to it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import matplotlib as mpl
import pytest

from hhanim.studio.media import sidecar
from hhanim.studio.media.shown import Video, Videos


@pytest.fixture
def film(tmp_path: Path, a_record) -> Video:
    """Files that stand beside each other as those of a film do."""
    path = tmp_path / "tau.mp4"
    path.write_bytes(b"film" * 100)
    path.with_suffix(".png").write_bytes(b"poster")
    path.with_suffix(".vtt").write_text(sidecar.vtt([(0, 1, "m is fast")]), encoding="utf-8")
    sidecar.write(path.with_suffix(".json"), a_record(path, alt='Curves "over" V'))
    return Video(path)


def data(html: str, kind: str) -> bytes:
    """What an attribute of the element carries."""
    return base64.b64decode(re.search(rf"data:{kind};base64,([^\"]*)", html).group(1))  # type: ignore[union-attr]


def test_is_the_path_that_it_was(film: Video) -> None:
    assert isinstance(film, Path)
    assert film == Path(str(film))
    assert hash(film) == hash(Path(str(film)))
    with open(film, "rb") as file:  # noqa: PTH123 - what people write
        assert file.read() == film.read_bytes()
    assert film.with_suffix(".png").exists()


def test_a_notebook_shows_film_poster_captions_and_says_what_it_is(film: Video) -> None:
    html = film._repr_html_() or ""
    assert data(html, "video/mp4") == film.read_bytes()
    assert data(html, "image/png") == b"poster"
    assert "m is fast" in data(html, "text/vtt").decode()
    assert 'aria-label="Curves &quot;over&quot; V"' in html
    bundle = film._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == b"poster"  # where no HTML is shown
    assert bundle["text/plain"] == repr(film)


def test_without_captions_there_is_no_track(film: Video) -> None:
    film.with_suffix(".vtt").write_text("WEBVTT\n", encoding="utf-8")
    assert "<track" not in (film._repr_html_() or "")


def test_a_film_too_large_for_a_notebook_is_told_of_with_what_to_do(film: Video) -> None:
    film.write_bytes(bytes(2_000_000))
    with mpl.rc_context({"animation.embed_limit": 2.0}):
        html = film._repr_html_() or ""
    assert "video/mp4" not in html
    assert data(html, "image/png") == b"poster"
    assert 'preset="slide"' in html
    wanted = float(re.search(r'embed_limit"\] = (\d+)', html).group(1))  # type: ignore[union-attr]
    with mpl.rc_context({"animation.embed_limit": wanted}):
        assert data(film._repr_html_() or "", "video/mp4") == film.read_bytes()


@pytest.mark.parametrize("name", ["gone.mp4", "frames.frames", "folder"])
def test_what_no_browser_shows_is_said_as_a_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = Video(tmp_path / name)
    assert path._repr_html_() is None
    assert path._repr_mimebundle_() == {"text/plain": repr(path)}


def test_a_list_of_films_shows_each(film: Video, tmp_path: Path) -> None:
    other = Video(tmp_path / "other.gif")
    other.write_bytes(b"gif")
    html = Videos([film, other, Video(tmp_path / "gone.mp4")])._repr_html_()
    assert html.count("<video") == 1
    assert html.count('<img alt="other"') == 1
    assert "gone.mp4" in html
