"""The explorer as a package for a learning platform, and as a local address."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def package(path: str | Path, page: str, title: str = "hhanim explorer") -> None:
    """Write the page as a SCORM 1.2 package, to which a learning platform gives its lessons' results."""
    from hhanim.studio.deliver.scorm import manifest

    members = {
        "imsmanifest.xml": manifest(title, [(title, "explorer.html", [])]),
        "explorer.html": page.encode(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member, content in members.items():
            # One date for all, so that the same page makes the same package.
            file.writestr(zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def serve(page: str, port: int = 0, ready: Callable[[str], None] | None = None) -> None:
    """Serve the page on 127.0.0.1 until interrupted (port 0: a free one); `ready` gets the address."""
    body = page.encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.split("?")[0] in ("/", "/explorer.html")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the terminal is the user's."""

    with HTTPServer(("127.0.0.1", port), Page) as server:
        if ready is not None:
            ready(f"http://127.0.0.1:{server.server_port}/explorer.html")
        server.serve_forever()
