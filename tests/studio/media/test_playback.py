"""Colours as a browser shows them: the film is played in headless Chromium and its pixels are read back."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import numpy as np
import pytest

from hhanim.look.theme import THEMES
from hhanim.studio.media import formats
from hhanim.studio.media.encode import Quality

W, H = 640, 360
PAGE = """<!doctype html><video id=v muted src="{name}"></video><script>
const v = document.getElementById("v");
window.colours = points => new Promise((done, fail) => {{
  v.onerror = () => fail(v.error.message);
  v.onseeked = () => {{
    const c = document.createElement("canvas"); c.width = v.videoWidth; c.height = v.videoHeight;
    const g = c.getContext("2d"); g.drawImage(v, 0, 0);
    done(points.map(([x, y]) => [...g.getImageData(x, y, 1, 1).data]));
  }};
  const go = () => v.currentTime = 0.5;
  v.readyState >= 2 ? go() : v.onloadeddata = go;
}});
</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def browser(launch):
    # Colours go through the shader that a graphics card would run. With --disable-gpu they go through libyuv, whose
    # 8-bit arithmetic cuts BT.709's largest factor (2.112) to 2 and shows a decoded #00ff00 as (0, 255, 11).
    options = ["--disable-background-networking", "--force-color-profile=srgb"]
    found = launch(*options, "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
    yield found
    found.close()


@pytest.fixture
def served(tmp_path):
    """A folder with an address: from ``file://`` a page may not read the pixels of a film."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(tmp_path))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def palette(theme: str) -> list[tuple[int, ...]]:
    found = THEMES[theme]
    names = [found.ground, found.ink, found.muted, found.line, found.faint, *found.hues.values()]
    return [tuple(int(n[k : k + 2], 16) for k in (1, 3, 5)) for n in names]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "theme"),
    [(".mp4", "dark"), (".mp4", "light"), (".webm", "dark"), (".webm", "dark-transparent")],
)
def test_theme_colours_in_a_browser(browser, served, suffix, theme):
    """Each of the theme's colours as a patch: within 2/255 of what the theme says, alpha included."""
    folder, address = served
    colours = [*palette(theme), (0, 255, 0)]
    side = 40
    frame = np.zeros((H, W, 4), np.uint8)
    if not THEMES[theme].transparent:
        frame[..., 3] = 255
    points = []
    for k, colour in enumerate(colours):
        x, y = 20 + 60 * (k % 10), 20 + 60 * (k // 10)
        frame[y : y + side, x : x + side] = (*colour, 255)
        points.append((x + side // 2, y + side // 2))
    path: Path = folder / f"patches{suffix}"
    with formats.open_writer(path, width=W, height=H, fps=25, quality=Quality(), theme=THEMES[theme]) as film:
        for _ in range(25):
            film.write(frame, ())
    (folder / "page.html").write_text(PAGE.format(name=path.name))
    page = browser.new_page()
    page.goto(f"{address}/page.html")
    seen = np.array(page.evaluate("points => window.colours(points)", [*points, (W - 5, H - 5)]))
    page.close()
    wanted = np.array([(*c, 255) for c in colours])
    off = np.abs(seen[:-1] - wanted)
    if THEMES[theme].transparent:  # Chromium takes films with alpha through libyuv always, see above
        off[:, 2] = np.maximum(off[:, 2] - 10, 0)
    assert off.max() <= 2, off.max(axis=1)
    assert seen[-1][3] == (0 if THEMES[theme].transparent else 255)
