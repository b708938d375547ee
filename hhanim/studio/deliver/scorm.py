"""Films for a learning platform: a SCORM 1.2 package, which tells it how much of each film has been seen."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from hhanim.language import spoken
from hhanim.studio.deliver.account import Account, title_of
from hhanim.studio.deliver.pages import Pages
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.make.manifest import put

_IMSCP, _ADLCP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2", "http://www.adlnet.org/xsd/adlcp_rootv1p2"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_WHERE = f"{_IMSCP} imscp_rootv1p1p2.xsd {_ADLCP} adlcp_rootv1p2.xsd"


def scorm(films: Sequence[Path], path: Path, *, title: str = "", force: bool = False) -> Path:
    """A package with an item for each film: its page, and the film itself as a file that can be streamed. The same
    films give the same bytes.

    title: of the package (default: the film's, if there is one only).
    force: whether it replaces a file that hhanim did not make, or a hand has been at.
    Raises UsageError when hhanim did not make one of the films, or two have one name; RenderError when one cannot be
    read, or the package cannot be written.
    """
    accounts = [Account.of(media) for media in films]
    if len({media.name for media in films}) < len({media.resolve() for media in films}):
        raise UsageError("two films have one name; render one of them with another --name")
    with put(path, force=force) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
        items = []
        for account in accounts:
            media = account.media
            pages = Pages({media: quote(media.name)}, scripts=("player.js", "page.js", "scorm.js"))
            with spoken(account.record.language):
                html = pages.document([[account]])
            name = f"{media.stem}.html"
            if name not in package.namelist():  # a film that is shown twice is there once
                package.writestr(_entry(name), html)
                _store(package, media)
            items.append((account.title, quote(name), [quote(media.name)]))
        package.writestr(_entry("imsmanifest.xml"), manifest(title_of(accounts, title), items))
    return path


def manifest(title: str, items: Sequence[tuple[str, str, Sequence[str]]]) -> bytes:
    """``imsmanifest.xml`` of a SCORM 1.2 package.

    items: of each its title, the address of its page, and of the files that the page needs.
    """
    name = hashlib.sha256(repr((title, items)).encode()).hexdigest()[
        :16
    ]  # platforms tell packages apart by it
    spaces = {"xmlns": _IMSCP, "xmlns:adlcp": _ADLCP}
    root = Xml.Element("manifest", {"identifier": f"hhanim-{name}", "version": "1.0", **spaces})
    root.attrib |= {"xmlns:xsi": _XSI, "xsi:schemaLocation": _WHERE}
    about = Xml.SubElement(root, "metadata")
    Xml.SubElement(about, "schema").text = "ADL SCORM"
    Xml.SubElement(about, "schemaversion").text = "1.2"
    course = Xml.SubElement(
        Xml.SubElement(root, "organizations", default="films"), "organization", identifier="films"
    )
    Xml.SubElement(course, "title").text = title
    resources = Xml.SubElement(root, "resources")
    for k, (name, page, files) in enumerate(items, start=1):
        item = Xml.SubElement(course, "item", identifier=f"item-{k}", identifierref=f"resource-{k}")
        Xml.SubElement(item, "title").text = name
        kind = {"type": "webcontent", "adlcp:scormtype": "sco", "href": page}
        resource = Xml.SubElement(resources, "resource", identifier=f"resource-{k}", attrib=kind)
        for file in (page, *files):
            Xml.SubElement(resource, "file", href=file)
    Xml.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode").encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # of 1980, whenever it is made
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


def _store(package: zipfile.ZipFile, media: Path) -> None:
    """A film, which nothing makes smaller, as it is."""
    entry = _entry(media.name)
    entry.compress_type, entry.file_size = zipfile.ZIP_STORED, media.stat().st_size
    try:
        with media.open("rb") as source, package.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except OSError as error:
        raise RenderError(f"cannot put {media} into the package: {error.strerror or error}") from error
