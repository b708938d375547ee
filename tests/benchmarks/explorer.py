"""How fluently the explorer's page moves: pictures a second while a slider is dragged, and while time runs.

``python tests/benchmarks/explorer.py`` opens the page in headless Chromium, which draws with the processor alone, and
prints for each screen how many frames a second it reaches, and what share that is of the frames it shows when it has
nothing to do. Each frame of a drag is another run of the neuron.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hhanim import explorer

#: Width, height, pixels per CSS pixel, how much slower the processor is made, and the frames a second to reach.
SCREENS = {
    "laptop": (1280, 720, 1, 1, 50),
    "projector": (1920, 1080, 1, 1, 40),
    "phone": (390, 844, 3, 4, 20),
}

#: Frames in a number of milliseconds, each after `change` was called.
FRAMES = """([change, span]) => new Promise((done) => {
    const act = new Function("n", change), start = performance.now();
    let n = 0;
    const frame = (now) => {
        if (now - start > span) return done(n / (now - start) * 1000);
        act(n++);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})"""
RUN_ON = """if (n === 0) document.getElementById("continuous").click();
    if (n % 60 === 0) { hhanim.settings.holding = n % 120 ? 0 : 12; }"""
DRAG = """const s = document.getElementById("s-I"); s.value = 8 + (n % 40) * 0.1;
    s.dispatchEvent(new Event("input"));"""


def frames(page: Any, change: str, milliseconds: float) -> float:
    """Frames a second while `change`, a body of JavaScript with the number n of the frame, is done before each."""
    return float(page.evaluate(FRAMES, [change, milliseconds]))


def measure(browser: Any, path: Path, screen: str, milliseconds: float) -> dict[str, float]:
    width, height, ratio, slower, _ = SCREENS[screen]
    phone = width < 700
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=ratio,
        is_mobile=phone,
        has_touch=phone,
        bypass_csp=True,
    )
    page.goto("about:blank")
    out = {"idle": float(page.evaluate(FRAMES, ["", milliseconds]))}
    page.goto(path.as_uri())
    page.wait_for_function("window.hhanim && hhanim.run")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    out["at rest"] = frames(page, "", milliseconds)
    out["dragging I"] = frames(page, DRAG, milliseconds)
    out["running on"] = frames(page, RUN_ON, milliseconds)
    page.close()
    return out


def heap(browser: Any, path: Path, runs: int = 500) -> tuple[float, float]:
    """The memory (MB) in use before and after so many runs, what nobody needs being thrown away.

    As many come before: what the browser compiles as it sees code used is no run's.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 720}, bypass_csp=True)
    page.goto(path.as_uri())
    page.wait_for_function("window.hhanim && hhanim.run")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def used() -> float:
        session.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["JSHeapUsedSize"]) / 1e6

    drag = f"""(runs) => new Promise((done) => {{ let n = 0;
        const frame = () => {{ if (n === runs) return done(); {DRAG} n++; requestAnimationFrame(frame); }};
        frame(); }})"""
    page.evaluate(drag, runs)
    page.wait_for_timeout(1000)
    before = used()
    page.evaluate(drag, runs)
    page.wait_for_timeout(1000)
    after = used()
    page.close()
    return before, after


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each is watched")
    seconds = parser.parse_args().seconds
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(p for name in names if (p := shutil.which(name)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        path.write_text(explorer.page(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for screen, (width, height, ratio, slower, goal) in SCREENS.items():
            size = f"{width}×{height}" + (f" at {ratio}×, throttled {slower}×" if slower > 1 else "")
            found = measure(browser, path, screen, 1000 * seconds)
            for what, rate in found.items():
                share = rate / found["idle"]
                said = f"   goal {goal}: {'reached' if rate >= goal else 'MISSED'}" if "ing" in what else ""
                print(f"{screen:10} {size:32} {what:14} {rate:5.1f} frames/s  {share:5.2f} of idle{said}")
        before, after = heap(browser, path)
        print(f"heap after 500 runs: {before:.1f} MB → {after:.1f} MB")
        browser.close()


if __name__ == "__main__":
    main()
