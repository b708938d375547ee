"""What every test runs under: a floating-point error anywhere is an error. And the one browser, and a notebook."""

import asyncio
import shutil
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _floating_point_errors_raise() -> Iterator[None]:
    with np.errstate(all="raise"):
        yield


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """launch(*options) starts a headless Chromium. One for all tests: two Playwrights cannot run in one process."""
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((p for name in names if (p := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install it with: apt install chromium")
    with playwright.sync_playwright() as running:
        yield lambda *options: running.chromium.launch(executable_path=path, args=["--no-sandbox", *options])


@pytest.fixture
def execute(tmp_path: Path) -> Callable[..., list[Any]]:
    """execute(*cells) runs a notebook in a folder of its own; the outputs of each cell, errors among them."""
    nbclient, v4 = pytest.importorskip("nbclient"), pytest.importorskip("nbformat").v4

    def run(*cells: str) -> list[Any]:
        about = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
        notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells], metadata=about)
        where = {"metadata": {"path": str(tmp_path)}}
        client = nbclient.NotebookClient(notebook, timeout=300, allow_errors=True, resources=where)
        with warnings.catch_warnings(), ThreadPoolExecutor(1) as pool:
            warnings.simplefilter("ignore")  # of nbclient and its kernel, not ours
            # In a thread of its own: another test's browser may hold this one's event loop.
            done = pool.submit(lambda: asyncio.run(client.async_execute())).result()
        return [cell.outputs for cell in done.cells]

    return run
