"""What every test runs under: a floating-point error anywhere is an error. And the one browser there is."""

import shutil
from collections.abc import Callable, Iterator
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
