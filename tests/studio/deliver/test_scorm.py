"""A package for a learning platform."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from hhanim.studio.deliver.scorm import manifest, scorm

SPACES = {"": "http://www.imsproject.org/xsd/imscp_rootv1p1p2"}
KIND = "{http://www.adlnet.org/xsd/adlcp_rootv1p2}scormtype"

# A platform that refuses what SCORM 1.2's data model does not know, and notes the rest.
PLATFORM = """<!doctype html><title>Platform</title><script>
const asked = [], faults = [], kept = {"cmi.core.lesson_status": "not attempted", "cmi.suspend_data": "KEPT",
  "cmi.core.lesson_location": "AT"};
const form = {"cmi.core.lesson_location": /^.{0,255}$/, "cmi.suspend_data": /^.{0,4096}$/,
  "cmi.core.lesson_status": /^(passed|completed|failed|incomplete|browsed)$/,
  "cmi.core.score.raw": /^(100|\\d{1,2})$/, "cmi.core.score.min": /^0$/, "cmi.core.score.max": /^100$/,
  "cmi.core.session_time": /^\\d{2,4}:[0-5]\\d:[0-5]\\d(\\.\\d{1,2})?$/};
let open = false;
window.API = {
  LMSInitialize: text => { open = true; asked.push("LMSInitialize"); return "true"; },
  LMSFinish: text => { if (!open) faults.push("not open"); open = false; asked.push("LMSFinish"); return "true"; },
  LMSCommit: text => open ? "true" : "false",
  LMSGetValue: name => { if (!open) faults.push(name); return kept[name] ?? ""; },
  LMSSetValue: (name, value) => {
    if (!open || typeof value !== "string" || !form[name]?.test(value)) { faults.push([name, value]); return "false"; }
    kept[name] = value;
    return "true";
  },
};
</script><iframe src="shades.html" title="Film" width="900" height="700"></iframe>"""


@pytest.fixture
def package(shades, talk) -> Path:
    return scorm([shades("first", "second"), talk], Path("week.zip"))


def test_the_manifest_names_what_is_there(package):
    with zipfile.ZipFile(package) as files:
        assert files.testzip() is None
        names = set(files.namelist())
        root = Xml.fromstring(files.read("imsmanifest.xml"))
        assert files.read("shades.mp4") == Path("output/shades.mp4").read_bytes()
    assert root.tag == f"{{{SPACES['']}}}manifest"
    assert [root.find(f"metadata/{n}", SPACES).text for n in ("schema", "schemaversion")] == [
        "ADL SCORM",
        "1.2",
    ]
    assert [child.tag.partition("}")[2] for child in root] == ["metadata", "organizations", "resources"]
    course = root.find("organizations", SPACES)
    assert course.get("default") == course.find("organization", SPACES).get("identifier")
    items = course.findall("organization/item", SPACES)
    assert [i.find("title", SPACES).text for i in items] == ["Shades", 'Talk <&> "show"']
    resources = {r.get("identifier"): r for r in root.findall("resources/resource", SPACES)}
    assert [i.get("identifierref") for i in items] == list(resources)
    for resource in resources.values():
        files = [f.get("href") for f in resource.findall("file", SPACES)]
        assert resource.get("href") in files and set(files) <= names
        assert (resource.get("type"), resource.get(KIND)) == ("webcontent", "sco")
    marks = [e.get("identifier") for e in root.iter() if e.get("identifier")]
    assert len(marks) == len(set(marks)) and all(re.fullmatch(r"[A-Za-z_][\w.-]*", m) for m in marks)


def test_packages_of_different_films_differ_in_name_and_the_same_films_give_the_same_bytes(package, talk):
    def name(path: Path) -> str:
        with zipfile.ZipFile(path) as files:
            return Xml.fromstring(files.read("imsmanifest.xml")).get("identifier")

    other, again = scorm([talk], Path("other.zip")), scorm([talk], Path("again.zip"))
    assert name(other) != name(package)
    assert again.read_bytes() == other.read_bytes()


def test_letters_of_xml_in_a_title():
    text = manifest("a & <b>", [('ü "c"', "x.html", ["x.mp4"])])
    root = Xml.fromstring(text)
    assert root.find("organizations/organization/title", SPACES).text == "a & <b>"


def test_the_platform_is_told_how_much_has_been_seen(package, chromium, tmp_path):
    """Where the film was left it goes on, and what was seen then counts."""
    site = tmp_path / "site"
    with zipfile.ZipFile(package) as files:
        files.extractall(site)
    page = chromium.new_page(reduced_motion="reduce")
    try:
        kept, at = "", ""

        def answer(route) -> None:
            name = route.request.url.rpartition("/")[2]
            if name == "lms.html":
                text = PLATFORM.replace("KEPT", kept).replace("AT", at)
                route.fulfill(body=text, content_type="text/html")
                return
            body = (site / name).read_bytes()
            # A film can be sought through where a server gives parts of it.
            if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", "")):
                first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
                part = {"Content-Range": f"bytes {first}-{last}/{len(body)}", "Accept-Ranges": "bytes"}
                route.fulfill(
                    status=206, body=body[first : last + 1], headers={"Content-Type": "video/mp4", **part}
                )
            else:
                route.fulfill(path=site / name)

        page.route("http://platform.test/*", answer)
        state = "() => [kept['cmi.core.lesson_status'], kept['cmi.core.score.raw'], kept['cmi.suspend_data'], kept['cmi.core.lesson_location']]"

        def play(key: str, until: float) -> list[str]:
            page.goto("http://platform.test/lms.html")
            frame = page.frames[1]
            ready = """async until => {
                const video = document.querySelector("video"), wait = () => new Promise(done => setTimeout(done, 25));
                for (let k = 0; k < 400 && video.readyState < 2; k++) await wait();
                if (until) { document.querySelector("[data-do=next]").click();
                  for (let k = 0; k < 400 && (!video.paused || video.currentTime < until); k++) await wait(); }
                for (let k = 0; k < 4; k++) await wait();
                return video.currentTime;
            }"""
            frame.evaluate(ready, until)
            return page.evaluate(state)

        status, score, kept, at = play("next", 1.45)
        assert status == "incomplete" and 40 <= int(score) <= 60
        assert float(at) == pytest.approx(1.5, abs=0.1)
        assert play("", 0)[3] == at, "it goes on where it was left"
        status, score, *_ = play("next", 2.9)
        assert (status, int(score) > 95) == ("completed", True)
        page.evaluate("document.querySelector('iframe').src = 'about:blank'")
        page.wait_for_function("asked.at(-1) === 'LMSFinish'")
        assert page.evaluate("faults") == []
    finally:
        page.close()


def test_command(shades, capsys):
    from hhanim.cli import main

    shades("first", "second")
    with pytest.raises(SystemExit) as stop:
        main(["export", "scorm", "shades"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"{Path('output/hhanim.zip')}\n"
    with pytest.raises(SystemExit) as stop:
        main(["export", "scorm", "shades", "--out", "x.tar"])
    assert stop.value.code == 2
