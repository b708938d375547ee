"""What every test runs under: a floating-point error anywhere is an error, and no clock decides. The one browser, a
notebook, and processes, which end with the test that started them."""

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

with contextlib.suppress(ImportError):
    from hypothesis import settings

    settings.register_profile("steady", deadline=None, derandomize=True)
    settings.load_profile("steady")


# Films are made of a hundred thousand objects that all live: looking through them for garbage took a tenth of the time.
gc.set_threshold(100_000, 10, 10)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="every film in every shape and both themes, and from frames in its middle; what is marked `full`",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `full` is run with --full."""
    if not config.option.full:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Neighbours share what they make: each worker has a stretch of the tests, and who is done takes of another's end."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """manim's folder: what one test has typeset need not be typeset by another."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _floating_point_errors_raise() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


@pytest.fixture(autouse=True)
def _import_path_as_it_was() -> Iterator[None]:
    """A folder of scenes stays on it after one was run; the next test has helpers of the same names."""
    before = sys.path[:]
    yield
    sys.path[:] = before


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """launch(*options) starts a headless Chromium. One for all tests: two Playwrights cannot run in one process."""
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((p for name in names if (p := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install it with: apt install chromium")
    with playwright.sync_playwright() as running:

        def start(*options: str) -> Any:
            browser = running.chromium.launch(
                executable_path=path, args=["--no-sandbox", *options], timeout=180_000
            )
            new_context = browser.new_context

            def patient(**settings: Any) -> Any:
                context = new_context(**settings)
                context.set_default_timeout(180_000)  # of a machine that has much else to do
                return context

            browser.new_context = patient
            browser.new_page = lambda **settings: patient(**settings).new_page()
            return browser

        yield start


@pytest.fixture
def hh(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """hh(*words) is ``hhanim …`` in this process, which a scene never shares; code: how it has to end."""
    from hhanim.cli import main

    def run(*words: str, code: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as end:
            for name, value in environment.items():
                patch.setenv(name, value)
            main(list(words))
        said, ended = capsys.readouterr(), end.value.code
        assert isinstance(ended, int)
        assert code in (None, ended), said.err
        return subprocess.CompletedProcess(words, ended, said.out, said.err)

    return run


@pytest.fixture
def start_process() -> Iterator[Callable[..., subprocess.Popen[Any]]]:
    """start_process(words, …) is ``subprocess.Popen`` in a session of its own, as in a terminal; whatever becomes of the
    test, the process and all that it started are ended after it."""
    started: list[subprocess.Popen[Any]] = []
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a shell's background; it would be handed on
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(words: list[str], **options: Any) -> subprocess.Popen[Any]:
        started.append(subprocess.Popen(words, start_new_session=True, **options))
        return started[-1]

    yield start
    for process in started:
        children = []
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True)
        if process.poll() is None:
            process.kill()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def execute(tmp_path: Path) -> Callable[..., list[Any]]:
    """execute(*cells) runs a notebook in a folder of its own; the outputs of each cell, errors among them."""
    nbclient, v4 = pytest.importorskip("nbclient"), pytest.importorskip("nbformat").v4

    def run(*cells: str) -> list[Any]:
        about = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
        notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells], metadata=about)
        where = {"metadata": {"path": str(tmp_path)}}
        client = nbclient.NotebookClient(notebook, timeout=600, allow_errors=True, resources=where)
        with warnings.catch_warnings(), ThreadPoolExecutor(1) as pool:
            warnings.simplefilter("ignore")  # of nbclient and its kernel, not ours
            # In a thread of its own: another test's browser may hold this one's event loop.
            done = pool.submit(lambda: asyncio.run(client.async_execute())).result()
        return [cell.outputs for cell in done.cells]

    return run
