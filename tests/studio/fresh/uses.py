"""Small clips that each use one thing in one way, and the edits of it that matter, and those that do not."""

from __future__ import annotations

import io
import marshal
import os
import pickle
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

CLIP = '''
"""A line at a height."""
from pathlib import Path
from hhanim import clip
HERE = Path(__file__).parent
{head}

@clip(title="A line", description="A line at a height.", alt="A line.")
def {name}(stage, *, {parameters}frames: int = 2, seconds: float = 0.2):
    {body}
    axes = stage.figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 10))
    axes.plot([0, 1], [float(level)] * 2, color=stage.theme.color("Na"))
    yield
    {later}
    yield
'''

Content = str | bytes | Callable[[Path], None]


@dataclass(frozen=True)
class Use:
    """A clip that reads its ``level`` from somewhere.

    Args:
        head, body, later: its text at the top, before the first frame, before the second.
        files: what it needs, by path in the project; ``~`` is the user's home, ``out`` a folder beside the project.
        matter, idle: new contents of files (None: gone), or of ``$NAME`` variables, that change the film or do not.
    """

    name: str
    head: str = ""
    body: str = "level = LEVEL"
    later: str = "pass"
    parameters: str = ""
    files: dict[str, Content] = field(default_factory=dict)
    matter: tuple[dict[str, Content | None], ...] = ()
    idle: tuple[dict[str, Content | None], ...] = ()

    @property
    def text(self) -> str:
        return CLIP.format(**{k: getattr(self, k) for k in ("head", "name", "body", "later", "parameters")})


ONE, TWO = "K = 1.0\n", "K = 2.0\n"


def _imports() -> Iterator[Use]:
    """A helper module, reached in every way."""
    for name, head, helper in (
        ("import_plain", "import {h}\nLEVEL = {h}.K", "{h}.py"),
        ("import_as", "import {h} as other\nLEVEL = other.K", "{h}.py"),
        ("import_from", "from {h} import K as LEVEL", "{h}.py"),
        ("import_star", "from {h} import *\nLEVEL = K", "{h}.py"),
        ("import_dot", "from .{h} import K as LEVEL", "{h}.py"),
        ("import_dots", "from . import {h}\nLEVEL = {h}.K", "{h}.py"),
        ("import_inner", "from {h} import inner\nLEVEL = inner.K", "{h}/inner.py"),
        ("import_deep", "import {h}.a.b.c\nLEVEL = {h}.a.b.c.K", "{h}/a/b/c.py"),
        ("import_bare_package", "from {h}.one import K as LEVEL", "{h}/one.py"),
        ("import_module", "import importlib\nLEVEL = importlib.import_module('{h}').K", "{h}.py"),
        ("import_builtin", "LEVEL = __import__('{h}').K", "{h}.py"),
        ("import_not_typing", "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    from {h} import K as LEVEL", "{h}.py"),
        ("import_reloaded", "import importlib, {h}\nLEVEL = importlib.reload({h}).K", "{h}.py"),
        ("import_class", "class A:\n    from {h} import K\nLEVEL = A.K", "{h}.py"),
        ("import_try", "try:\n    from {h} import K as LEVEL\nexcept ImportError:\n    LEVEL = 5.0", "{h}.py"),
        ("run_path", "import runpy\nLEVEL = runpy.run_path(str(HERE / '{h}.py'))['K']", "{h}.py"),
        ("run_module", "import runpy\nLEVEL = runpy.run_module('{h}')['K']", "{h}.py"),
        ("exec_open", "exec(open(HERE / '{h}.py').read())\nLEVEL = K", "{h}.py"),
        ("exec_compiled", "s = {{}}\nexec(compile((HERE / '{h}.py').read_bytes(), '{h}', 'exec'), s)\nLEVEL = s['K']", "{h}.py"),
        ("spec_from_file", "import importlib.util as u\ns = u.spec_from_file_location('x', HERE / '{h}.py')\nm = u.module_from_spec(s)\ns.loader.exec_module(m)\nLEVEL = m.K", "{h}.py"),
        ("loader", "from importlib.machinery import SourceFileLoader\nLEVEL = SourceFileLoader('{h}_x', str(HERE / '{h}.py')).load_module().K", "{h}.py"),
        ("find_then_load", "import importlib.util as u\ns = u.find_spec('{h}')\nm = u.module_from_spec(s)\ns.loader.exec_module(m)\nLEVEL = m.K", "{h}.py"),
        ("path_inserted", "import sys\nsys.path.insert(0, str(HERE / 'elsewhere'))\nimport {h}\nLEVEL = {h}.K", "elsewhere/{h}.py"),
        ("import_in_thread", "import threading\nfound = []\nt = threading.Thread(target=lambda: found.append(__import__('{h}').K))\nt.start(); t.join()\nLEVEL = found[0]", "{h}.py"),
        ("import_in_pool", "from concurrent.futures import ThreadPoolExecutor\ndef f():\n    import {h}\n    return {h}.K\nwith ThreadPoolExecutor() as p: LEVEL = p.submit(f).result()", "{h}.py"),
    ):  # fmt: skip
        h = f"h_{name}"
        file = f"scenes/{helper.format(h=h)}"
        yield Use(
            name,
            head.format(h=h),
            files={
                file: ONE,
                **(
                    {
                        f"scenes/{h}/__init__.py": "",
                        f"scenes/{h}/a/__init__.py": "",
                        f"scenes/{h}/a/b/__init__.py": "",
                    }
                    if name in ("import_deep",)
                    else {}
                ),
                **({f"scenes/{h}/__init__.py": ""} if name == "import_inner" else {}),
            },
            matter=({file: TWO}, {file: "K = 3.0\n"}),
            idle=({f"scenes/not_{name}.py": "K = 9\n"},),
        )
    yield Use(
        "import_lazily",
        body="from h_lazy import K as level",
        files={"scenes/h_lazy.py": ONE},
        matter=({"scenes/h_lazy.py": TWO},),
    )
    yield Use(
        "import_at_second_frame",
        "LEVEL = 1.0",
        later="from h_second import K; axes.axhline(K)",
        files={"scenes/h_second.py": ONE},
        matter=({"scenes/h_second.py": TWO},),
    )
    yield Use(
        "import_two_away",
        "from h_near import K as LEVEL",
        files={"scenes/h_near.py": "from h_far import K\n", "scenes/h_far.py": ONE},
        matter=({"scenes/h_far.py": TWO}, {"scenes/h_near.py": "from h_far import K\nK += 1\n"}),
    )
    yield Use(
        "relative_in_package",
        "from h_rel import K as LEVEL",
        files={
            "scenes/h_rel/__init__.py": "from .inner import K\n",
            "scenes/h_rel/inner.py": "from .sub.deep import K\n",
            "scenes/h_rel/sub/__init__.py": "",
            "scenes/h_rel/sub/deep.py": "from ..base import K\n",
            "scenes/h_rel/base.py": ONE,
        },
        matter=(
            {"scenes/h_rel/base.py": TWO},
            {"scenes/h_rel/sub/__init__.py": "from .. import inner, base\nbase.K = 7.0\n"},
            {"scenes/h_rel/inner.py": "K = 4.0\n"},
        ),
        idle=({"scenes/h_rel/unused.py": "K = 3\n"},),
    )
    yield Use(
        "optional",
        "try:\n    from h_optional import K as LEVEL\nexcept ImportError:\n    LEVEL = 5.0",
        matter=({"scenes/h_optional.py": ONE}, {"scenes/h_optional/__init__.py": ONE}),
        idle=({"scenes/h_optional.txt": ONE}, {"scenes/h_optional_.py": ONE}),
    )
    yield Use(
        "optional_spec",
        "import importlib.util\nLEVEL = 1.0 if importlib.util.find_spec('h_spec') is None else 4.0",
        matter=({"scenes/h_spec.py": ""}, {"scenes/h_spec/__init__.py": ""}),
    )
    yield Use(
        "optional_inner",
        "try:\n    from h_pkg.more import K as LEVEL\nexcept ImportError:\n    LEVEL = 5.0",
        files={"scenes/h_pkg/__init__.py": ""},
        matter=({"scenes/h_pkg/more.py": ONE}, {"scenes/h_pkg/more/__init__.py": ONE}),
    )
    yield Use(
        "package_over_module",
        "from h_over import K as LEVEL",
        files={"scenes/h_over.py": ONE},
        matter=(
            {"scenes/h_over/__init__.py": TWO},
            {"scenes/h_over.py": None, "scenes/h_over/__init__.py": TWO},
        ),
        idle=({"scenes/h_over/notes.txt": "x"},),
    )
    yield Use(
        "beside_over_library",
        "import colorsys\nLEVEL = getattr(colorsys, 'K', 3.0)",
        matter=({"scenes/colorsys.py": ONE},),
    )
    yield Use(
        "on_python_path",
        "from h_path import K as LEVEL",
        files={"out/a/h_path.py": ONE, "out/b/h_path.py": TWO},
        matter=({"out/a/h_path.py": TWO}, {"$PYTHONPATH": "{out}/b"}, {"scenes/h_path.py": TWO}),
        idle=({"out/b/h_path.py": "K = 3\n"}, {"out/a/unused.py": ""}),
    )
    yield Use(
        "library_of_the_users",
        "from h_library.core import K as LEVEL",
        files={
            "out/a/h_library/__init__.py": "",
            "out/a/h_library/core.py": "from h_library.numbers_ import K\n",
            "out/a/h_library/numbers_.py": ONE,
        },
        matter=({"out/a/h_library/numbers_.py": TWO},),
    )
    yield Use(
        "in_a_zip",
        "import sys\nsys.path.insert(0, str(HERE / 'modules.zip'))\nfrom h_zipped import K as LEVEL",
        files={"scenes/modules.zip": _zip("h_zipped.py", ONE)},
        matter=({"scenes/modules.zip": _zip("h_zipped.py", TWO)},),
    )
    yield Use(
        "linked_module",
        "from h_linked import K as LEVEL",
        files={"out/real.py": ONE, "scenes/h_linked.py": _link("out/real.py")},
        matter=({"out/real.py": TWO},),
        idle=({"out/unreal.py": TWO},),
    )
    yield Use(
        "by_variable",
        "import os\nif os.environ.get('WHICH') == 'b':\n    from h_b import K as LEVEL\nelse:\n    from h_a import K as LEVEL",
        files={"scenes/h_a.py": ONE, "scenes/h_b.py": TWO},
        matter=({"$WHICH": "b"}, {"scenes/h_a.py": "K = 3\n"}),
        idle=({"scenes/h_b.py": "K = 9\n"},),
    )
    yield Use(
        "same_second_same_length",
        "from h_quick import K as LEVEL",
        files={"scenes/h_quick.py": ONE},
        matter=({"scenes/h_quick.py": TWO},),
    )


def _zip(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _link(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        project = next(p for p in path.parents if p.name == "project")
        path.symlink_to(project.parent / target)

    return make


def _npy(value: float) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([value]))
    return buffer.getvalue()


def _npz(value: float) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, k=np.array([value]))
    return buffer.getvalue()


def _png(value: float) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (4, 4), int(20 * value)).save(buffer, "png")
    return buffer.getvalue()


def _database(value: float) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as file:
            file.execute("create table t (k real)")
            file.execute("insert into t values (?)", [value])
        file.close()

    return make


def _mat(value: float) -> bytes:
    from scipy.io import savemat

    buffer = io.BytesIO()
    savemat(buffer, {"k": value})
    return buffer.getvalue()


def _wav(value: float) -> bytes:
    from scipy.io import wavfile

    buffer = io.BytesIO()
    wavfile.write(buffer, 8000, np.full(10, int(value), np.int16))
    return buffer.getvalue()


def _gz(value: float) -> bytes:
    import gzip

    return gzip.compress(f"{value}\n".encode(), mtime=0)


def _tar(value: float) -> bytes:
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        about = tarfile.TarInfo("k.txt")
        about.size = 3
        file.addfile(about, io.BytesIO(f"{value:.1f}".encode()))
    return buffer.getvalue()


def _data() -> Iterator[Use]:
    """A number in a file, read in every way."""
    plain: tuple[Content, Content] = "1.0\n", "2.0\n"
    for name, code, file, (old, new) in (
        ("open_beside", "LEVEL = open(HERE / '{f}').read()", "txt", plain),
        ("read_text", "LEVEL = (HERE / '{f}').read_text()", "txt", plain),
        ("read_bytes", "LEVEL = (HERE / '{f}').read_bytes()", "dat", plain),
        ("two_literals", "LEVEL = (HERE / 'data' / '{f}').read_text()", "data/csv", plain),
        ("f_string", "import os\nLEVEL = open(f'{{os.path.dirname(__file__)}}/{stem}' + '.t' + 'xt').read()", "txt", plain),
        ("with_suffix", "LEVEL = Path(HERE, '{stem}').with_suffix('.csv').read_text()", "csv", plain),
        ("no_suffix", "LEVEL = (HERE / '{f}').read_text()", "", plain),
        ("long_name", "LEVEL = (HERE / '{f}').read_text()", f"{'x' * 90}.txt", plain),
        ("loadtxt", "import numpy as np\nLEVEL = np.loadtxt(HERE / '{f}')", "csv", plain),
        ("genfromtxt", "import numpy as np\nLEVEL = np.genfromtxt(HERE / '{f}')", "csv", plain),
        ("fromfile", "import numpy as np\nLEVEL = np.fromfile(HERE / '{f}')[0]", "bin", (np.array([1.0]).tobytes(), np.array([2.0]).tobytes())),
        ("memmap", "import numpy as np\nLEVEL = np.memmap(HERE / '{f}', float, 'r')[0]", "bin", (np.array([1.0]).tobytes(), np.array([2.0]).tobytes())),
        ("load_npy", "import numpy as np\nLEVEL = np.load(HERE / '{f}')[0]", "npy", (_npy(1), _npy(2))),
        ("load_npz", "import numpy as np\nLEVEL = np.load(HERE / '{f}')['k'][0]", "npz", (_npz(1), _npz(2))),
        ("csv_module", "import csv\nLEVEL = next(csv.reader(open(HERE / '{f}')))[0]", "csv", plain),
        ("json_module", "import json\nLEVEL = json.load(open(HERE / '{f}'))", "json", plain),
        ("pickle_module", "import pickle\nLEVEL = pickle.load(open(HERE / '{f}', 'rb'))", "pkl", (pickle.dumps(1.0), pickle.dumps(2.0))),
        ("sqlite_module", "import sqlite3\nLEVEL = sqlite3.connect(HERE / '{f}').execute('select k from t').fetchone()[0]", "db", (_database(1), _database(2))),
        ("sqlite_uri", "import sqlite3\nLEVEL = sqlite3.connect(f'file:{{HERE}}/{f}?mode=ro', uri=True).execute('select k from t').fetchone()[0]", "db", (_database(1), _database(2))),
        ("configparser_module", "import configparser\nc = configparser.ConfigParser()\nc.read(HERE / '{f}')\nLEVEL = c['a']['k']", "ini", ("[a]\nk = 1\n", "[a]\nk = 2\n")),
        ("toml_module", "import tomllib\nLEVEL = tomllib.load(open(HERE / '{f}', 'rb'))['k']", "toml", ("k = 1.0\n", "k = 2.0\n")),
        ("xml_module", "import xml.etree.ElementTree as e\nLEVEL = e.parse(HERE / '{f}').getroot().text", "xml", ("<k>1</k>", "<k>2</k>")),
        ("lxml_library", "import lxml.etree as e\nLEVEL = e.parse(str(HERE / '{f}')).getroot().text", "xml", ("<k>1</k>", "<k>2</k>")),
        ("gzip_module", "import gzip\nLEVEL = gzip.open(HERE / '{f}').read()", "gz", (_gz(1), _gz(2))),
        ("zip_module", "import zipfile\nLEVEL = zipfile.ZipFile(HERE / '{f}').read('k')", "zip", (_zip("k", "1.0"), _zip("k", "2.0"))),
        ("tar_module", "import tarfile\nLEVEL = tarfile.open(HERE / '{f}').extractfile('k.txt').read()", "tar", (_tar(1), _tar(2))),
        ("pillow", "from PIL import Image\nLEVEL = Image.open(HERE / '{f}').getpixel((0, 0)) / 20", "png", (_png(1), _png(2))),
        ("imread", "import matplotlib.image\nLEVEL = 10 * matplotlib.image.imread(HERE / '{f}')[0, 0]", "png", (_png(1), _png(2))),
        ("loadmat", "from scipy.io import loadmat\nLEVEL = loadmat(HERE / '{f}')['k'][0, 0]", "mat", (_mat(1), _mat(2))),
        ("wav", "from scipy.io import wavfile\nLEVEL = wavfile.read(HERE / '{f}')[1][0]", "wav", (_wav(1), _wav(2))),
        ("os_open", "import os\nLEVEL = os.read(os.open(HERE / '{f}', os.O_RDONLY), 9)", "txt", plain),
        ("file_io", "import io\nLEVEL = io.FileIO(HERE / '{f}').read()", "txt", plain),
        ("mmap_module", "import mmap\nwith open(HERE / '{f}', 'rb') as f: LEVEL = bytes(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))", "txt", plain),
        ("linecache_module", "import linecache\nLEVEL = linecache.getline(str(HERE / '{f}'), 1)", "txt", plain),
        ("fileinput_module", "import fileinput\nLEVEL = next(fileinput.input(HERE / '{f}'))", "txt", plain),
        ("codecs_module", "import codecs\nLEVEL = codecs.open(str(HERE / '{f}'), encoding='utf-8').read()", "txt", plain),
        ("file_url", "import urllib.request\nLEVEL = urllib.request.urlopen((HERE / '{f}').as_uri()).read()", "txt", plain),
        ("copied_first", "import shutil, tempfile\nwith tempfile.TemporaryDirectory() as t: LEVEL = open(shutil.copy(HERE / '{f}', t)).read()", "txt", plain),
        ("read_in_thread", "import threading\nfound = []\nt = threading.Thread(target=lambda: found.append((HERE / '{f}').read_text()))\nt.start(); t.join()\nLEVEL = found[0]", "txt", plain),
        ("read_in_fork", "import multiprocessing as m\nwith m.get_context('fork').Pool(1) as p: LEVEL = p.map(Path.read_text, [HERE / '{f}'])[0]", "txt", plain),
        ("read_by_program", "import subprocess\nLEVEL = subprocess.run(['cat', str(HERE / '{f}')], capture_output=True, text=True).stdout", "txt", plain),
        ("read_by_shell", "import subprocess\nLEVEL = subprocess.run(f'cat {{HERE}}/{f}', shell=True, capture_output=True, text=True).stdout", "txt", plain),
        ("read_by_os_system", "import os, tempfile\nt = tempfile.mktemp()\nos.system(f'cat {{HERE}}/{f} > {{t}}')\nLEVEL = open(t).read()\nos.unlink(t)", "txt", plain),
        ("pkgutil_data", "import pkgutil, h_{name}\nLEVEL = pkgutil.get_data('h_{name}', '{f}')", "h_{name}/txt", plain),
        ("resources", "import importlib.resources as r, h_{name}\nLEVEL = r.files(h_{name}).joinpath('{f}').read_text()", "h_{name}/txt", plain),
        ("by_helper", "from h_{name} import LEVEL", "h_{name}/txt", plain),
        ("from_folder", "LEVEL = open('scenes/{f}').read()", "txt", plain),
        ("from_folder_path", "LEVEL = Path('scenes').joinpath('{f}').read_text()", "txt", plain),
        ("second_frame", "LEVEL = 1.0", "txt", plain),
        ("opened_by_import_hook", "LEVEL = __loader__.get_data(str(HERE / '{f}'))", "txt", plain),
        ("source_as_text", "LEVEL = len((HERE / '{f}').read_text().splitlines())", "py", ("a\n", "a\nb\n")),
        ("dir_fd", "import os\nd = os.open(HERE, os.O_RDONLY)\nLEVEL = os.read(os.open('{f}', os.O_RDONLY, dir_fd=d), 9)", "txt", plain),
        ("chdir", "import os\nos.chdir(HERE)\nLEVEL = open('{f}').read()", "txt", plain),
    ):  # fmt: skip
        folder, _, suffix = file.rpartition("/")
        stem = f"d_{name}"
        f = suffix if len(suffix) > 9 else f"{stem}.{suffix}" if suffix else stem
        where = f"scenes/{folder.format(name=name)}/{f}".replace("//", "/")
        more: dict[str, Content] = {}
        if folder.startswith("h_"):
            more[f"scenes/h_{name}/__init__.py"] = (
                f"from pathlib import Path\nLEVEL = (Path(__file__).parent / '{f}').read_text()\n"
                if name == "by_helper"
                else ""
            )
        yield Use(
            name,
            code.format(f=f, stem=stem, name=name),
            later=f"axes.axhline(float((HERE / '{f}').read_text()))" if name == "second_frame" else "pass",
            files={where: old, **more},
            matter=({where: new},),
            idle=({f"{where}.bak": new},),
        )
    yield Use(
        "above",
        "LEVEL = (HERE.parent / 'shared' / 'above.txt').read_text()",
        files={"shared/above.txt": plain[0]},
        matter=({"shared/above.txt": plain[1]},),
        idle=({"shared/other.txt": "x"},),
    )
    yield Use(
        "outside",
        "import os\nLEVEL = open(os.environ['OUT'] + '/outside.txt').read()",
        files={"out/outside.txt": plain[0]},
        matter=({"out/outside.txt": plain[1]},),
        idle=({"out/another.txt": "x"},),
    )
    yield Use(
        "linked",
        "LEVEL = (HERE / 'linked.txt').read_text()",
        files={"out/real.txt": plain[0], "scenes/linked.txt": _link("out/real.txt")},
        matter=({"out/real.txt": plain[1]},),
    )
    yield Use(
        "linked_folder",
        "LEVEL = (HERE / 'linked' / 'in.txt').read_text()",
        files={"out/there/in.txt": plain[0], "scenes/linked": _link("out/there")},
        matter=({"out/there/in.txt": plain[1]},),
    )
    yield Use(
        "chain",
        "LEVEL = (HERE / (HERE / 'chain.txt').read_text().strip()).read_text()",
        files={"scenes/chain.txt": "link_a.txt", "scenes/link_a.txt": "1", "scenes/link_b.txt": "2"},
        matter=({"scenes/chain.txt": "link_b.txt"}, {"scenes/link_a.txt": "3"}),
        idle=({"scenes/link_b.txt": "4"},),
    )
    yield Use(
        "branch",
        "FILES = {'a': 'branch_a.txt', 'b': 'branch_b.txt'}\nLEVEL = (HERE / FILES['a']).read_text()",
        files={"scenes/branch_a.txt": "1", "scenes/branch_b.txt": "2"},
        matter=({"scenes/branch_a.txt": "3"},),
        idle=({"scenes/branch_b.txt": "4"}, {"scenes/branch_b.txt": None}),
    )
    yield Use(
        "fallback",
        "try:\n    LEVEL = (HERE / 'mine.txt').read_text()\nexcept FileNotFoundError:\n    LEVEL = 5",
        matter=({"scenes/mine.txt": "1"},),
        idle=({"scenes/yours.txt": "1"},),
    )
    yield Use(
        "vanishing",
        "p = HERE / 'there.txt'\nLEVEL = float(p.read_text()) if p.exists() else 7",
        files={"scenes/there.txt": "1"},
        matter=({"scenes/there.txt": None}, {"scenes/there.txt": "2"}),
    )
    yield Use(
        "written_first",
        "(HERE / 'made.txt').write_text('3')\nLEVEL = (HERE / 'made.txt').read_text()",
        idle=({"scenes/made.txt": "4"},),
    )


def _looks() -> Iterator[Use]:
    """Folders that are listed, files that are asked for."""
    for name, code in (
        ("path_glob", "len(list((HERE / '{d}').glob('*.csv')))"),
        ("path_rglob", "len(list((HERE / '{d}').rglob('*.csv')))"),
        ("glob_module", "len(__import__('glob').glob(f'{{HERE}}/{d}/*.csv'))"),
        ("iglob", "len(list(__import__('glob').iglob(f'{{HERE}}/{d}/**/*.csv', recursive=True)))"),
        ("iterdir", "len([p for p in (HERE / '{d}').iterdir() if p.suffix == '.csv'])"),
        ("listdir", "len([n for n in __import__('os').listdir(HERE / '{d}') if n.endswith('.csv')])"),
        ("scandir", "len([n for n in __import__('os').scandir(HERE / '{d}') if n.name.endswith('.csv')])"),
        (
            "walk",
            "sum(n.endswith('.csv') for _, _, names in __import__('os').walk(HERE / '{d}') for n in names)",
        ),
    ):
        d = f"folder_{name}"
        idle: tuple[dict[str, Content | None], ...] = (
            {f"scenes/{d}/a.csv": "other"},
            {"scenes/folder_of_nobody/a.csv": ""},
        )
        if "glob" in name:
            idle = (*idle, {f"scenes/{d}/notes.txt": "x"})
        yield Use(
            f"look_{name}",
            f"LEVEL = {code.format(d=d)}",
            files={f"scenes/{d}/a.csv": "", f"scenes/{d}/b.csv": ""},
            matter=({f"scenes/{d}/c.csv": ""}, {f"scenes/{d}/b.csv": None}),
            idle=idle,
        )
    for name, code in (
        ("exists", "(HERE / '{f}').exists()"),
        ("is_file", "(HERE / '{f}').is_file()"),
        ("os_exists", "__import__('os').path.exists(HERE / '{f}')"),
        ("os_isfile", "__import__('os').path.isfile(f'{{HERE}}/{f}')"),
        ("access", "__import__('os').access(HERE / '{f}', 4)"),
    ):
        there, absent = f"is_{name}.txt", f"not_{name}.txt"
        yield Use(
            f"asks_{name}",
            f"LEVEL = 1 + {code.format(f=there)} + 2 * {code.format(f=absent)}",
            files={f"scenes/{there}": "a"},
            matter=({f"scenes/{there}": None}, {f"scenes/{absent}": "a"}),
            idle=({f"scenes/{there}": "b"},),
        )
    for name, code in (
        ("getsize", "__import__('os').path.getsize(HERE / '{f}')"),
        ("stat", "(HERE / '{f}').stat().st_size"),
    ):
        yield Use(
            f"asks_{name}",
            f"LEVEL = {code.format(f=f'size_{name}.txt')}",
            files={f"scenes/size_{name}.txt": "a"},
            matter=({f"scenes/size_{name}.txt": "aa"},),
        )


def _settings() -> Iterator[Use]:
    """Variables of the environment, the user's configuration."""
    for name, code in (
        ("subscript", "os.environ['{v}']"),
        ("get", "os.environ.get('{v}', '5')"),
        ("getenv", "os.getenv('{v}', '5')"),
        ("environb", "os.environb.get(b'{v}', b'5')"),
        ("contains", "1 + ('{v}' in os.environ) + (os.environ.get('{v}') == '2')"),
        ("expandvars", "os.path.expandvars('${v}')"),
        ("setdefault", "os.environ.setdefault('{v}', '5')"),
        ("copy", "dict(os.environ)['{v}']"),
        ("items", "sum(float(v) for k, v in os.environ.items() if k.startswith('{v}'))"),
    ):
        v = f"LAB_{name.upper()}"
        yield Use(
            f"variable_{name}",
            f"import os\nLEVEL = {code.format(v=v)}",
            files={f"${v}": "1"},
            matter=({f"${v}": "2"},),
            idle=() if name in ("copy", "items") else ({"$LAB_OTHER": "3"},),
        )
    yield Use(
        "variable_absent",
        "import os\nLEVEL = os.environ.get('LAB_ABSENT', '5')",
        matter=({"$LAB_ABSENT": "1"},),
        idle=({"$LAB_PRESENT": "1"},),
    )
    yield Use(
        "variable_many",
        "import os\nLEVEL = sum(float(v) for k, v in os.environ.items() if k.startswith('LABS_')) + 1",
        matter=({"$LABS_NEW": "1"},),
    )
    yield Use(
        "variable_of_helper",
        "from h_env import LEVEL",
        files={"scenes/h_env.py": "import os\nLEVEL = os.environ.get('LAB_HELPER', '5')\n"},
        matter=({"$LAB_HELPER": "1"},),
    )
    yield Use(
        "locale",
        "import locale\nlocale.setlocale(locale.LC_ALL, '')\nLEVEL = len(locale.setlocale(locale.LC_ALL, None)) / 10",
        matter=({"$LC_ALL": "C"},),
    )
    yield Use(
        "configuration",
        "LEVEL = (Path.home() / '.config' / 'lab.toml').read_text()",
        files={"~/.config/lab.toml": "1"},
        matter=({"~/.config/lab.toml": "2"},),
        idle=({"~/.config/other.toml": "2"},),
    )
    yield Use(
        "expanduser",
        "import os\nLEVEL = open(os.path.expanduser('~/.lab')).read()",
        files={"~/.lab": "1"},
        matter=({"~/.lab": "2"},),
    )
    yield Use(
        "style",
        "import matplotlib.style as s\nimport matplotlib as m\ns.use('lab')\nLEVEL = m.rcParams['lines.linewidth']",
        files={"~/.config/matplotlib/stylelib/lab.mplstyle": "lines.linewidth: 2\n"},
        matter=({"~/.config/matplotlib/stylelib/lab.mplstyle": "lines.linewidth: 4\n"},),
        idle=({"~/.config/matplotlib/stylelib/other.mplstyle": "lines.linewidth: 5\n"},),
    )
    yield Use(
        "style_file",
        "import matplotlib.style as s\nimport matplotlib as m\ns.use(HERE / 'lab.mplstyle')\nLEVEL = m.rcParams['lines.linewidth']",
        files={"scenes/lab.mplstyle": "lines.linewidth: 2\n"},
        matter=({"scenes/lab.mplstyle": "lines.linewidth: 4\n"},),
    )
    yield Use(
        "style_over_library",
        "import matplotlib.style as s\nimport matplotlib as m\ns.use('ggplot')\nLEVEL = m.rcParams['lines.linewidth']",
        matter=({"~/.config/matplotlib/stylelib/ggplot.mplstyle": "lines.linewidth: 4\n"},),
    )
    yield Use(
        "pyplot_style",
        "import matplotlib.pyplot as p\np.style.use('dark_background')\nLEVEL = p.rcParams['lines.linewidth']",
        idle=({"~/.config/matplotlib/stylelib/other2.mplstyle": "lines.linewidth: 5\n"},),
    )


def _membranes() -> Iterator[Use]:
    """Membranes of hhanim by name in a scene's text, and of files."""
    body = "level = model.parameters['gK'] / 10"
    cell = "from hhanim import presets\nMINE = presets.MODERN.with_(gK={})\n"
    yield Use(
        "membrane_default",
        body=body,
        parameters='model: Membrane = "mine.py:MINE", ',
        head="from hhanim import Membrane",
        files={"mine.py": cell.format(30)},
        matter=({"mine.py": cell.format(60)},),
        idle=({"mine.py": f"# A note.\n{cell.format(30)}"},),
    )
    yield Use(
        "membrane_json",
        body=body,
        parameters='model: Membrane = "data_cell.py:MINE", ',
        head="from hhanim import Membrane",
        files={
            "data_cell.py": "import json\nfrom pathlib import Path\nfrom hhanim import presets\nMINE = presets.MODERN.with_(**json.loads((Path(__file__).parent / 'cell.json').read_text()))\n",
            "cell.json": '{"gK": 30}',
        },
        matter=({"cell.json": '{"gK": 60}'},),
        idle=({"cell.json": '{"gK": 30.0}\n'},),
    )
    yield Use(
        "membrane_helper",
        body=body,
        parameters='model: Membrane = "cells/of_helper.py:MINE", ',
        head="from hhanim import Membrane",
        files={
            "cells/of_helper.py": "from hhanim import presets\nfrom numbers_ import K\nMINE = presets.MODERN.with_(gK=K)\n",
            "cells/numbers_.py": "K = 30\n",
        },
        matter=({"cells/numbers_.py": "K = 60\n"},),
        idle=({"cells/numbers_.py": "K = 60 / 2\n"},),
    )
    yield Use(
        "membrane_variable",
        body=body,
        parameters='model: Membrane = "cells/of_variable.py:MINE", ',
        head="from hhanim import Membrane",
        files={
            "cells/of_variable.py": "import os\nfrom hhanim import presets\nMINE = presets.MODERN.with_(gK=float(os.environ.get('LAB_GK', '30')))\n"
        },
        matter=({"$LAB_GK": "60"},),
        idle=({"$LAB_GK": "30.0"},),
    )
    yield Use("preset_capitals", "from hhanim import presets\nLEVEL = presets.MODERN.parameters['gK'] / 10")
    yield Use("preset_module", "import hhanim as hh\nLEVEL = hh.presets.WIDGET.parameters['gK'] / 10")
    yield Use(
        "preset_get",
        "from hhanim import presets\nLEVEL = presets.get('connor_stevens').parameters['gK'] / 10",
    )
    yield Use(
        "preset_imported", "from hhanim.model.presets import CLASSIC\nLEVEL = CLASSIC.parameters['gK'] / 10"
    )
    yield Use(
        "preset_vars",
        "from hhanim.model import presets\nLEVEL = getattr(presets, 'WANG_BUZSAKI').parameters['gK'] / 2",
    )
    yield Use(
        "preset_parameter",
        body=body,
        parameters='model: Membrane = "classic", ',
        head="from hhanim import Membrane",
    )
    yield Use("no_membrane", "LEVEL = 1.0")
    yield Use(
        "simulated",
        body="level = 1 + simulate(presets.MODERN, step(10), 5)['V'].max() / 20",
        head="from hhanim import presets, simulate, step",
    )
    yield Use("measured", "from hhanim.model import measured\nLEVEL = measured.gate('n').inf.mean() * 5")


def _started() -> Iterator[Use]:
    """What the programs that a scene starts import, open and ask for."""
    here = "Path(__file__).parent"
    for name, code, program in (
        ("python", "S.run([sys.executable, str(HERE / '{f}')], **C).stdout", "import {h}\nprint({h}.K)\n"),
        ("python_m", "S.run([sys.executable, '-m', '{m}'], cwd=HERE, **C).stdout", "import {h}\nprint({h}.K)\n"),
        ("python_c", "S.run([sys.executable, '-c', 'import {h}; print({h}.K)'], cwd=HERE, **C).stdout", ""),
        ("python_env", "S.run([sys.executable, str(HERE / '{f}')], env={{**os.environ, 'A': '1'}}, **C).stdout", "import {h}\nprint({h}.K)\n"),
        ("python_path", "S.run([sys.executable, '-c', 'import {h}; print({h}.K)'], env={{'PYTHONPATH': str(HERE)}}, **C).stdout", ""),
        ("python_set", "os.environ.__setitem__('PYTHONPATH', str(HERE)) or S.run([sys.executable, '-c', 'import {h}; print({h}.K)'], **C).stdout", ""),
        ("python_system", "os.system(f'{{sys.executable}} {{HERE}}/{f} > {{HERE}}/out_{m}') or (HERE / 'out_{m}').read_text()", "import {h}\nprint({h}.K)\n"),
        ("python_shell", "S.run(['sh', str(HERE / '{m}.sh'), sys.executable], **C).stdout", "import {h}\nprint({h}.K)\n"),
        ("python_python", "S.run([sys.executable, str(HERE / '{f}')], **C).stdout", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import {h}; print({h}.K)'], cwd=sys.path[0])\n"),
        ("python_spawn", "__import__('multiprocessing').get_context('spawn').Pool(1).map({m}.read, [1])[0]", "def read(k):\n    import {h}\n    return {h}.K\n"),
        ("python_asyncio", "asyncio.run(asyncio.wait_for({m}_wait(), 60))", "import {h}\nprint({h}.K)\n"),
    ):  # fmt: skip
        m, h = f"s_{name}", f"s_{name}_helper"
        head = "import asyncio, os, subprocess as S, sys\nC = {'capture_output': True, 'text': True, 'check': True}\n"
        if name == "python_spawn":
            head += f"import {m}\n"
        if name == "python_asyncio":
            head += (
                f"async def {m}_wait():\n    p = await asyncio.create_subprocess_exec(sys.executable, str(HERE / '{m}.py'), "
                "stdout=-1)\n    return (await p.communicate())[0]\n"
            )
        shell = {f"scenes/{m}.sh": f"cd $(dirname $0) && $1 {m}.py\n"} if name == "python_shell" else {}
        yield Use(
            f"started_{name}",
            f"{head}LEVEL = {code.format(f=f'{m}.py', m=m, h=h)}",
            files={f"scenes/{m}.py": program.format(h=h), f"scenes/{h}.py": ONE, **shell},
            matter=({f"scenes/{h}.py": TWO},),
            idle=({f"scenes/{h}_not.py": TWO},),
        )
    run = "import subprocess, sys\nLEVEL = subprocess.run([sys.executable, str(HERE / '{}.py')], capture_output=True, text=True).stdout"
    for name, program, files, change, idle in (
        ("opens", f"from pathlib import Path\nprint(({here} / ('o_' + 'data.txt')).read_text())\n", {"scenes/o_data.txt": "1"}, {"scenes/o_data.txt": "2"}, {"scenes/o_not.txt": "2"}),
        ("lists", f"from pathlib import Path\nprint(len(list(({here} / 'o_folder').iterdir())))\n", {"scenes/o_folder/a": ""}, {"scenes/o_folder/b": ""}, {"scenes/o_folder/a": "2"}),
        ("asks", "import os\nprint(os.environ.get('LAB_STARTED', '5'))\n", {}, {"$LAB_STARTED": "1"}, {"$LAB_STARTED_NOT": "1"}),
        ("lacks", "try:\n    from o_optional import K\nexcept ImportError:\n    K = 5\nprint(K)\n", {}, {"scenes/o_optional.py": ONE}, {"scenes/o_optional_.py": ONE}),
        ("writes", f"from pathlib import Path\n({here} / 'o_out').write_text('x')\nprint(3)\n", {}, {"scenes/o_writes.py": "print(4)\n"}, {"scenes/o_out": "y"}),
    ):  # fmt: skip
        files = {f"scenes/o_{name}.py": program, **files}
        yield Use(f"started_{name}", run.format(f"o_{name}"), files=files, matter=(change,), idle=(idle,))
    yield Use(
        "started_script",
        "import subprocess\nLEVEL = subprocess.run(['sh', str(HERE / 'o_one.sh')], capture_output=True, text=True).stdout",
        files={"scenes/o_one.sh": "sh $(dirname $0)/o_two.sh\n", "scenes/o_two.sh": "cat $(dirname $0)/o_three\n", "scenes/o_three": "1"},
        matter=({"scenes/o_three": "2"}, {"scenes/o_two.sh": "echo 3\n"}),
        idle=({"scenes/o_four": "2"},),
    )  # fmt: skip
    yield Use(
        "started_tool",
        "import subprocess, os\nos.environ['PATH'] = f\"{os.environ['OUT']}/bin:{os.environ['PATH']}\"\n"
        "LEVEL = subprocess.run(['labtool'], capture_output=True, text=True, check=True).stdout",
        files={"out/bin/labtool": _tool},
        matter=({"out/bin/labtool": "#!/bin/sh\necho 2\n"},),
        idle=({"out/bin/other": "#!/bin/sh\necho 2\n"},),
    )
    for flag in ("I", "E", "S", "IS"):
        m = f"o_flag_{flag}"
        yield Use(
            f"started_{m}",
            f"import subprocess, sys\nLEVEL = subprocess.run([sys.executable, '-{flag}', str(HERE / '{m}.py')], capture_output=True, text=True, check=True).stdout",
            files={
                f"scenes/{m}.py": f"import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\ntry: import {m}_more\nexcept ImportError: pass\n"
                f"from {m}_inner import K\nprint(K + len(open(os.path.join(os.path.dirname(__file__), '{m}' + '.txt')).read()) + len(os.environ.get('{m}', '')))\n",
                f"scenes/{m}_inner.py": ONE,
                f"scenes/{m}.txt": "1",
            },
            matter=({f"scenes/{m}_inner.py": TWO}, {f"scenes/{m}.txt": "11"}, {f"scenes/{m}_more.py": ""}, {f"${m}": "1"}),
            idle=({f"scenes/{m}_of_nobody.txt": "1"},) if flag == "none" else (),
        )  # fmt: skip
    for name, program, files, changes, idle in (
        ("home", "cat ~/.lab-tool 2>/dev/null || echo 5", {}, ({"~/.lab-tool": "1"},), {"~/.lab-tool-not": "1"}),
        ("home_there", "cat ~/.lab-tool-there", {"~/.lab-tool-there": "1"}, ({"~/.lab-tool-there": "2"},), {"~/.lab-tool-not": "1"}),
        ("here", "cat lab-tool.cfg", {"lab-tool.cfg": "1"}, ({"lab-tool.cfg": "2"},), {"lab-tool-not.cfg": "1"}),
        ("elsewhere", 'd=$OUT; cat "$d/tool.cfg"', {"out/tool.cfg": "1"}, ({"out/tool.cfg": "2"},), {"out/tool-not.cfg": "1"}),
        ("test", "if test -e scenes/tool-there; then echo 1; else echo 2; fi", {}, ({"scenes/tool-there": "1"},), {"scenes/tool-not": ""}),
        ("glob", "set -- scenes/tool_glob/*.csv; echo $#", {"scenes/tool_glob/a.csv": ""}, ({"scenes/tool_glob/b.csv": ""},), {"scenes/tool_glob/a.csv": "1"}),
        ("ls", "ls scenes/tool_ls | wc -l", {"scenes/tool_ls/a": ""}, ({"scenes/tool_ls/b": ""},), {"scenes/tool_ls/a": "1"}),
        ("variable", "echo ${LAB_TOOL:-5}", {}, ({"$LAB_TOOL": "1"},), {"$LAB_TOOL_NOT": "1"}),
        ("sourced", ". scenes/tool_so.sh; echo $K", {"scenes/tool_so.sh": "K=$LAB_SO\n", "$LAB_SO": "1"}, ({"scenes/tool_so.sh": "K=4\n"}, {"$LAB_SO": "2"}), {"scenes/tool_sn.sh": "1"}),
        ("optional", "labtool_optional 2>/dev/null || echo 5", {}, ({"out/bin2/labtool_optional": _tool}, {"out/bin1/labtool_optional": _tool}), {"out/bin1/labtool_no": _tool}),
        ("earlier", "labtool2", {"out/bin2/labtool2": _tool}, ({"out/bin1/labtool2": _another}, {"out/bin2/labtool2": _another}), {"out/bin1/labtool_no": _tool}),
    ):  # fmt: skip
        yield Use(
            f"started_program_{name}",
            "import subprocess, os\nos.environ['PATH'] = '{0}/bin1:{0}/bin2:{1}'.format(os.environ['OUT'], os.environ['PATH'])\n"
            f"LEVEL = subprocess.run(['sh', str(HERE / 'p_{name}.sh')], capture_output=True, text=True).stdout",
            files={f"scenes/p_{name}.sh": program, **files},
            matter=changes,
            idle=(idle,),
        )
    for name, code, change, idle in (
        ("exists", "os.path.exists(here / 'o_ask')", {"scenes/o_ask": ""}, {"scenes/o_ask_not": ""}),
        ("size", "os.path.getsize(here / 'o_size')", {"scenes/o_size": "12"}, {"scenes/o_ask_not": ""}),
        ("stat", "(here / 'o_stat').stat().st_size", {"scenes/o_stat": "12"}, {"scenes/o_ask_not": ""}),
        ("time", "int((here / 'o_time').stat().st_mtime > 3e9)", {"scenes/o_time": lambda p: os.utime(p, (4e9, 4e9))}, {"scenes/o_ask_not": ""}),
        ("entry", "max(e.stat().st_size for e in os.scandir(here / 'o_entries'))", {"scenes/o_entries/a": "12"}, {"scenes/o_ask_not": ""}),
    ):  # fmt: skip
        there = {file: "1" for file in change if name != "exists"}
        yield Use(
            f"started_asks_{name}",
            run.format(f"o_asks_{name}"),
            files={f"scenes/o_asks_{name}.py": f"import os, pathlib\nhere = pathlib.Path(__file__).parent\nprint(1 + {code})\n", **there},
            matter=(change,),
            idle=(idle,),
        )  # fmt: skip
    yield Use(
        "which_earlier",
        "import shutil, os\nPATH = '{0}/bin1:{0}/bin2'.format(os.environ['OUT'])\nLEVEL = 1 + ('bin1' in (shutil.which('labtool3', path=PATH) or ''))",
        files={"out/bin2/labtool3": _tool},
        matter=({"out/bin1/labtool3": _tool},),
        idle=({"out/bin2/labtool_no": _tool},),
    )
    yield Use(
        "subprocess_earlier",
        "import subprocess, os\nos.environ['PATH'] = '{0}/bin1:{0}/bin2:{1}'.format(os.environ['OUT'], os.environ['PATH'])\n"
        "LEVEL = subprocess.run(['labtool4'], capture_output=True, text=True).stdout",
        files={"out/bin2/labtool4": _tool},
        matter=({"out/bin1/labtool4": _another},),
        idle=({"out/bin2/labtool_no": _tool},),
    )
    git = "git -c user.name=a -c user.email=a@b"
    yield Use(
        "started_git",
        "import subprocess\nLEVEL = len(subprocess.run(['git', 'log', '--format=%s', '-1'], cwd=HERE.parent / 'repo', capture_output=True, text=True, check=True).stdout) / 2",
        files={"repo/made": lambda p: os.system(f"cd {p.parent} && git init -q . && {git} commit -q --allow-empty -m a >/dev/null && touch made") and None},
        matter=({"repo/made2": lambda p: os.system(f"cd {p.parent} && {git} commit -q --allow-empty -m abcdefg") and None},),
    )  # fmt: skip


def _another(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\necho 2\n")
    path.chmod(0o755)


def _tool(path: Path) -> None:
    path.write_text("#!/bin/sh\necho 1\n")
    path.chmod(0o755)


def _aside() -> Iterator[Use]:
    """What is used without a word to Python, or by nobody's code."""
    pool = (
        "from concurrent.futures import ThreadPoolExecutor as P\nimport glob, importlib, os\nwith P() as p: "
    )
    for name, code, change, idle in (
        ("exists", "LEVEL = 1 + list(p.map(os.path.exists, [HERE / 't_there']))[0]", {"scenes/t_there": "1"}, {"scenes/t_not": "1"}),
        ("variable", "LEVEL = list(p.map(os.environ.get, ['LAB_THREAD', 'LAB_NONE']))[0] or 3", {"$LAB_THREAD": "1"}, {"$LAB_THREADS": "1"}),
        ("import", "f = p.submit(importlib.import_module, 't_module')\nLEVEL = 1 if f.exception() else 4", {"scenes/t_module.py": ""}, {"scenes/t_modules.py": ""}),
        ("glob", "LEVEL = 1 + len(p.submit(glob.glob, f'{HERE}/t_*.csv').result())", {"scenes/t_a.csv": ""}, {"scenes/t_a.tsv": ""}),
    ):  # fmt: skip
        yield Use(f"thread_{name}", f"{pool}{code}", matter=(change,), idle=(idle,))
    later: Content = lambda path: os.utime(path, (4e9, 4e9))  # noqa: E731
    yield Use(
        "newest",
        "LEVEL = max(HERE.glob('new_*.txt'), key=lambda p: p.stat().st_mtime).read_text()",
        files={"scenes/new_a.txt": "1", "scenes/new_b.txt": "2"},
        matter=({"scenes/new_a.txt": later},),
    )
    yield Use(
        "time_of_a_file",
        "import os\nLEVEL = os.path.getmtime(HERE / 'time.txt') % 7",
        files={"scenes/time.txt": "1"},
        matter=({"scenes/time.txt": later},),
        idle=({"scenes/size_stat.txt": "a"},),
    )
    for name, code in (
        ("entry_size", "max(e.stat().st_size for e in os.scandir(HERE / 'e_entry_size'))"),
        ("entry_time", "1 + any(e.stat().st_mtime > 3e9 for e in os.scandir(HERE / 'e_entry_time'))"),
        ("entry_in_with", "sum(e.stat().st_size for e in list(os.scandir(HERE / 'e_entry_in_with')) if isinstance(e, os.DirEntry))"),
    ):  # fmt: skip
        yield Use(
            name,
            f"import os\nLEVEL = {code}",
            files={f"scenes/e_{name}/a": "1"},
            matter=(
                {f"scenes/e_{name}/a": later if name == "entry_time" else "12"},
                {f"scenes/e_{name}/b": "123"},
            ),
            idle=({"scenes/e_nobody": ""},),
        )
    yield Use(
        "where_a_link_leads",
        "LEVEL = len((HERE / 'latest').resolve().name)",
        files={
            "scenes/latest": lambda p: p.symlink_to("run_1"),
            "scenes/run_1/k": "1",
            "scenes/run_22/k": "2",
        },
        matter=({"scenes/latest": _elsewhere},),
    )
    yield Use(
        "listed_by_number",
        "import os\nLEVEL = len(os.listdir(os.open(HERE / 'numbered', os.O_RDONLY)))",
        files={"scenes/numbered/a": ""},
        matter=({"scenes/numbered/b": ""},),
        idle=({"scenes/numbered/a": "x"},),
    )
    about = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"
    versions: dict[str, Content] = {
        f"out/{folder}/labpkg-{k}.dist-info/METADATA": about.format("labpkg", k)
        for folder, k in (("a", 1), ("b", 3))
    }
    for name, files, change in (
        ("labpkg", versions, {"$PYTHONPATH": "{out}/b"}),
        ("nolab", {}, {"out/a/nolab-1.dist-info/METADATA": about.format("nolab", 1)}),
    ):
        yield Use(
            f"version_{name}",
            f"from importlib import metadata\ntry: LEVEL = float(metadata.version('{name}'))\nexcept Exception: LEVEL = 5",
            files=files,
            matter=(change,),
            idle=({"out/a/another-1.dist-info/METADATA": about.format("another", 1)},),
        )
    for name, code in (
        ("fromtimestamp", "import datetime\nLEVEL = datetime.datetime.fromtimestamp(72000).hour / 3"),
        ("localtime", "import time\nLEVEL = time.localtime(72000).tm_hour / 3"),
    ):
        yield Use(f"zone_{name}", code, matter=({"$TZ": "Asia/Tokyo"},), idle=({"$LAB_ZONE": "C"},))
    yield Use(
        "user",
        "import getpass\nLEVEL = len(getpass.getuser())",
        files={"$LOGNAME": "me"},
        matter=({"$LOGNAME": "somebody"},),
    )
    yield Use("how_many", "import os\nLEVEL = len(os.environ) / 20", matter=({"$LAB_MANY": "1"},))
    yield Use(
        "passed_on",
        "import subprocess, os\nLEVEL = subprocess.run(['echo', '2'], env={**os.environ, 'X': '1'}, capture_output=True, text=True).stdout",
        matter=({"$LAB_PASSED": "1"},),
        idle=({"$SSH_TTY": "/dev/pts/3"}, {"$XDG_SESSION_ID": "9"}, {"$TERM_SESSION_ID": "x"}),
    )
    yield Use(
        "set_first",
        "import os\nos.environ['LAB_SET'] = '3'\nLEVEL = os.environ['LAB_SET']",
        idle=({"scenes/t_x": "1"},),
    )
    yield Use(
        "lxml_put_together",
        "import lxml.etree as e\nLEVEL = e.parse(str(HERE / ('put_' + 'together.' + 'xml'))).getroot().text",
        files={"scenes/put_together.xml": "<k>1</k>"},
        matter=({"scenes/put_together.xml": "<k>2</k>"},),
    )
    yield Use(
        "ctypes_put_together",
        "import ctypes as c\nL = c.CDLL(None)\nL.fopen.restype = c.c_void_p\nL.fgets.argtypes = [c.c_void_p, c.c_int, c.c_void_p]\n"
        "B = c.create_string_buffer(9)\nL.fgets(B, 9, L.fopen(bytes(HERE / ('by_' + 'hand.txt')), b'r'))\nLEVEL = B.value",
        files={"scenes/by_hand.txt": "1"},
        matter=({"scenes/by_hand.txt": "2"},),
    )
    face = "from PIL import ImageFont\nLEVEL = ImageFont.truetype(str(HERE / 'face.ttf'), 20).getlength('hello') / 10"
    yield Use(
        "letters_of_pillow",
        face,
        files={"scenes/face.ttf": _face("Regular")},
        matter=({"scenes/face.ttf": _face("Bold")},),
    )


def _elsewhere(link: Path) -> None:
    link.unlink()
    link.symlink_to("run_22")


def _face(name: str) -> bytes:
    from hhanim.look.type import font_files

    return next(file for file in font_files() if name in file.name).read_bytes()


def _further() -> Iterator[Use]:
    """Ways that are rarely gone."""
    for name, head, files, changes, idle in (
        ("sqlite_wal", "import sqlite3\nLEVEL = sqlite3.connect(HERE / 'w.db').execute('select max(k) from t').fetchone()[0]", {"scenes/w.db": _wal(1)}, ({"scenes/w.db": _wal(2)},), {}),
        ("sqlite_attached", "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('attach ? as a', [str(HERE / 'attached.db')])\nLEVEL = c.execute('select k from a.t').fetchone()[0]", {"scenes/attached.db": _database(1)}, ({"scenes/attached.db": _database(2)},), {"scenes/w2.db": "x"}),
        ("appended", "import os\np = HERE / 'appended.txt'\nwith p.open('a') as f: size = f.tell(); f.write(' ')\nLEVEL = p.read_text()\nos.truncate(p, size)", {"scenes/appended.txt": "1"}, ({"scenes/appended.txt": "2"},), {"scenes/appended2.txt": "1"}),
        ("logged", "from h_logged import K as LEVEL\nwith (HERE / 'logged.txt').open('a') as f: f.write('x')", {"scenes/h_logged.py": ONE, "scenes/logged.txt": "x"}, ({"scenes/h_logged.py": TWO},), {"scenes/logged.txt": "y"}),
        ("shelve_module", "import shelve, dbm.dumb\nLEVEL = shelve.Shelf(dbm.dumb.open(str(HERE / 'shelf'), 'r'))['k']", {"scenes/shelf.dir": "'k', (0, 5)\n", "scenes/shelf.dat": pickle.dumps(1)}, ({"scenes/shelf.dat": pickle.dumps(2)},), {"scenes/shelf.bak": "x"}),
        ("load_mapped", "import numpy as np\nLEVEL = np.load(HERE / 'mapped.npy', mmap_mode='r')[0]", {"scenes/mapped.npy": _npy(1)}, ({"scenes/mapped.npy": _npy(2)},), {"scenes/mapped2.npy": "x"}),
        ("site_folder", "import site\nsite.addsitedir(str(HERE / 'site'))\nfrom h_sited import K as LEVEL", {"scenes/site/a.pth": "../sited_a\n", "scenes/sited_a/h_sited.py": ONE, "scenes/sited_b/h_sited.py": TWO}, ({"scenes/site/a.pth": "../sited_b\n"}, {"scenes/sited_a/h_sited.py": TWO}, {"scenes/site/0.pth": "../sited_b\n"}), {"scenes/sited_b/h_sited.py": "K = 3"}),
        ("namespace", "from h_space.a import K as LEVEL", {"scenes/h_space/b.py": "", "out/a/h_space/a.py": ONE}, ({"out/a/h_space/a.py": TWO}, {"scenes/h_space/a.py": TWO}, {"scenes/h_space/__init__.py": "", "scenes/h_space/a.py": TWO}), {"scenes/h_space/c.py": ""}),
        ("path_of_package", "from h_ways import K as LEVEL", {"scenes/h_ways/__init__.py": "import os\n__path__.append(os.path.join(__path__[0], 'more'))\ntry: from .optional import K\nexcept ImportError: K = 5\n"}, ({"scenes/h_ways/more/optional.py": ONE}, {"scenes/h_ways/optional.py": ONE}), {"scenes/h_ways/more/other.py": ""}),
        ("iter_modules", "import pkgutil\nLEVEL = len(list(pkgutil.iter_modules([str(HERE / 'plugs')])))", {"scenes/plugs/a.py": ""}, ({"scenes/plugs/b.py": ""},), {"scenes/plugs/a.py": "K = 1"}),
        ("walk_packages", "import pkgutil, importlib\nLEVEL = sum(importlib.import_module(m.name).K for m in pkgutil.iter_modules([str(HERE)]) if m.name.startswith('plug_'))", {"scenes/plug_a.py": ONE}, ({"scenes/plug_b.py": TWO}, {"scenes/plug_a.py": TWO}), {"scenes/plugs/a.py": "K = 1"}),
        ("entry_points", "from importlib.metadata import entry_points\nLEVEL = 1 + len(entry_points(group='lab.levels'))", {}, ({"out/a/labpoint-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: labpoint\nVersion: 1\n", "out/a/labpoint-1.dist-info/entry_points.txt": "[lab.levels]\na = a:b\n"},), {"labpoint.txt": "x"}),
        ("glob_root", "import glob\nLEVEL = len(glob.glob('*.rooted', root_dir=HERE / 'rooted'))", {"scenes/rooted/a.rooted": ""}, ({"scenes/rooted/b.rooted": ""},), {"a.rooted": ""}),
        ("glob_here", "import glob\nLEVEL = 1 + len(glob.glob('*.here'))", {"a.here": ""}, ({"b.here": ""},), {"scenes/a.here": ""}),
        ("glob_plain", "import glob\nLEVEL = 1 + len(glob.glob(str(HERE / 'glob_plain.txt')))", {}, ({"scenes/glob_plain.txt": ""},), {"scenes/glob_plain2.txt": ""}),
        ("fwalk", "import os\nLEVEL = sum(len(f) for _, _, f, _ in os.fwalk(HERE / 'fwalked'))", {"scenes/fwalked/a": ""}, ({"scenes/fwalked/b": ""}, {"scenes/fwalked/c/d": ""}), {"scenes/fwalked/a": "1"}),
        ("is_symlink", "LEVEL = 1 + (HERE / 'maybe_link').is_symlink()", {"scenes/maybe_link": "1", "scenes/real_link": "1"}, ({"scenes/maybe_link": _swapped},), {"scenes/maybe_link2": "1"}),
        ("lexists", "import os\nLEVEL = 1 + os.path.lexists(HERE / 'dangling')", {}, ({"scenes/dangling": lambda p: p.symlink_to("nowhere")},), {"scenes/dangling2": "1"}),
        ("filecmp_module", "import filecmp\nLEVEL = 1 + filecmp.cmp(HERE / 'cmp_a', HERE / 'cmp_b', shallow=False)", {"scenes/cmp_a": "1", "scenes/cmp_b": "1"}, ({"scenes/cmp_b": "2"},), {"scenes/cmp_c": "1"}),
        ("inspect_source", "import inspect, h_inspected\nLEVEL = len(inspect.getsource(h_inspected).splitlines())", {"scenes/h_inspected.py": ONE}, ({"scenes/h_inspected.py": ONE + "# a\n"},), {"scenes/h_inspected_not.py": "1"}),
        ("zone_info", "import zoneinfo, datetime\nLEVEL = datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('Lab/Time')).utcoffset().seconds / 3600 if zoneinfo.reset_tzpath([str(HERE / 'zones')]) is None else 1", {"scenes/zones/Lab/Time": _zone("Asia/Tokyo")}, ({"scenes/zones/Lab/Time": _zone("Asia/Kolkata")},), {"scenes/zones/Lab/Other": "x"}),
        ("zone_names", "import time\nLEVEL = len(time.tzname[0])", {}, ({"$TZ": "Asia/Tokyo"},), {"$LAB_ZONE": "x"}),
        ("getenv_by_ctypes", "import ctypes\nL = ctypes.CDLL(None)\nL.getenv.restype = ctypes.c_char_p\nLEVEL = L.getenv(b'LAB_C') or 5", {}, ({"$LAB_C": "1"},), {"$LAB_D": "x"}),
        ("posix_environ", "import posix\nLEVEL = posix.environ.get(b'LAB_POSIX', 5)", {}, ({"$LAB_POSIX": "1"},), {"scenes/lab_posix": "x"}),
        ("default_locale", "import locale, warnings\nwarnings.simplefilter('ignore')\nLEVEL = len(locale.getdefaultlocale()[0] or '') + 1", {"$LC_ALL": "C.UTF-8"}, ({"$LC_ALL": "C"},), {"$LAB_D": "x"}),
        ("customized", "import builtins\nLEVEL = getattr(builtins, 'LAB_K', 5)", {}, ({"out/a/sitecustomize.py": "import builtins\nbuiltins.LAB_K = 1\n"},), {"out/a/sitecustomized.py": "x"}),
        ("tokenize_open", "import tokenize\nLEVEL = len(tokenize.open(str(HERE / 'tokens.py')).read())", {"scenes/tokens.py": "1"}, ({"scenes/tokens.py": "12"},), {"scenes/tokens2.py": "x"}),
        ("ast_literal", "import ast\nLEVEL = ast.literal_eval((HERE / 'literal').read_text())[0]", {"scenes/literal": "[1]"}, ({"scenes/literal": "[2]"},), {"scenes/literal2": "x"}),
        ("logging_config", "import logging.config, logging\nlogging.config.fileConfig(HERE / 'log.ini')\nLEVEL = logging.getLogger().level / 10", {"scenes/log.ini": _LOG.format("INFO")}, ({"scenes/log.ini": _LOG.format("ERROR")},), {"scenes/log2.ini": "x"}),
        ("compiled_file", "import marshal\nLEVEL = marshal.loads((HERE / 'code.bin').read_bytes())", {"scenes/code.bin": marshal.dumps(1)}, ({"scenes/code.bin": marshal.dumps(2)},), {"scenes/code2.bin": "x"}),
        ("sourceless", "import sys\nsys.path.insert(0, str(HERE / 'bare'))\nfrom h_bare import K as LEVEL", {"scenes/bare/h_bare.pyc": _compiled(ONE)}, ({"scenes/bare/h_bare.pyc": _compiled(TWO)}, {"scenes/bare/h_bare.py": TWO}), {"scenes/bare/other.pyc": "x"}),
        ("meta_path", "import sys, importlib.util\nclass F:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n        if name == 'h_meta': return importlib.util.spec_from_file_location(name, HERE / 'meta.txt.py')\nsys.meta_path.append(F)\nfrom h_meta import K as LEVEL", {"scenes/meta.txt.py": ONE}, ({"scenes/meta.txt.py": TWO}, {"scenes/h_meta.py": TWO}), {"scenes/meta.txt": "x"}),
        ("path_hook", "import sys\nsys.path.append(str(HERE / 'hooked'))\nfrom h_hooked import K as LEVEL", {"scenes/hooked/h_hooked.py": ONE}, ({"scenes/hooked/h_hooked.py": TWO}, {"scenes/h_hooked.py": TWO}), {"scenes/hooked/other.py": "x"}),
        ("hard_link", "LEVEL = (HERE / 'hard').read_text()", {"scenes/hard": "1"}, ({"scenes/hard": _hard},), {"scenes/hard2": "1"}),
        ("link_of_folder", "LEVEL = (HERE / 'current' / 'k').read_text()", {"scenes/run_1/k": "1", "scenes/run_22/k": "2", "scenes/current": lambda p: p.symlink_to("run_1")}, ({"scenes/current": _elsewhere},), {"scenes/run_22/k": "3"}),
        ("touched", "LEVEL = (HERE / 'touched').read_text()", {"scenes/touched": "1"}, ({"scenes/touched": "2"},), {"scenes/touched": lambda p: os.utime(p, (5e8, 5e8))}),
        ("touched_scene", "LEVEL = 1", {}, (), {"scenes/touched_scene_clip.py": lambda p: os.utime(p, (5e8, 5e8))}),
        ("by_letters", "import matplotlib.font_manager as m\nLEVEL = len(Path(m.findfont('Lab Sans')).name) / 3", {}, ({"~/.fonts/lab.ttf": _family("Lab Sans")},), {"~/.fonts/lab.ttf": _family("Other Sans")}),
        ("of_machine", "import os, platform\nLEVEL = min(os.cpu_count(), 9) + len(platform.node()) / 9", {}, (), {"scenes/of_machine.txt": "x"}),
        ("dup_of_fd", "import os\nd = os.dup(os.open(HERE / 'dup.txt', os.O_RDONLY))\nLEVEL = os.pread(d, 9, 0)", {"scenes/dup.txt": "1"}, ({"scenes/dup.txt": "2"},), {"scenes/dup2.txt": "1"}),
        ("sendfile", "import os, tempfile\nwith tempfile.TemporaryFile() as t, open(HERE / 'sent.txt', 'rb') as f:\n    os.sendfile(t.fileno(), f.fileno(), 0, 9)\n    t.seek(0)\n    LEVEL = t.read()", {"scenes/sent.txt": "1"}, ({"scenes/sent.txt": "2"},), {"scenes/sent2.txt": "1"}),
        ("made_folder", "(HERE / 'made_there').mkdir(exist_ok=True)\nLEVEL = (HERE / 'made_there' / 'k').read_text()", {"scenes/made_there/k": "1"}, ({"scenes/made_there/k": "2"},), {"scenes/made_there/l": "1"}),
        ("linked_by_itself", "import os, tempfile\nt = tempfile.mkdtemp()\nos.symlink(HERE / 'linked_data', t + '/a')\nLEVEL = open(t + '/a').read()", {"scenes/linked_data": "1"}, ({"scenes/linked_data": "2"},), {"scenes/linked_data2": "1"}),
        ("hard_by_itself", "import os\nos.link(HERE / 'hard_data', HERE / 'hard_copy')\nLEVEL = (HERE / 'hard_copy').read_text()\nos.unlink(HERE / 'hard_copy')", {"scenes/hard_data": "1"}, ({"scenes/hard_data": "2"},), {"scenes/hard_data2": "1"}),
        ("bytes_path", "LEVEL = open(bytes(HERE / 'bytes.txt')).read()", {"scenes/bytes.txt": "1"}, ({"scenes/bytes.txt": "2"},), {"scenes/bytes2.txt": "1"}),
        ("odd_name", "LEVEL = (HERE / 'a name\\u00e4 | * ?.txt').read_text()", {"scenes/a name\u00e4 | * ?.txt": "1"}, ({"scenes/a name\u00e4 | * ?.txt": "2"},), {"scenes/a name.txt": "1"}),
        ("question_mark", "LEVEL = (HERE / 'what?').read_text()", {"scenes/what?": "1"}, ({"scenes/what?": "2"},), {"scenes/what": "1"}),
        ("spaced_end", "LEVEL = (HERE / 'ends ').read_text()", {"scenes/ends ": "1"}, ({"scenes/ends ": "2"},), {"scenes/ends": "1"}),
        ("backslash", "LEVEL = (HERE / 'back\\\\slash').read_text()", {"scenes/back\\slash": "1"}, ({"scenes/back\\slash": "2"},), {"scenes/slash": "1"}),
        ("word_first", "LEVEL = open('import x').read()", {"import x": "1"}, ({"import x": "2"},), {"scenes/x.py": "1"}),
        ("variable_like", "LEVEL = open('$LAB').read()", {"$LAB": "1", "./$LAB": "1"}, ({"./$LAB": "2"},), {"$LAB": "2"}),
        ("up_and_down", "LEVEL = (HERE / '..' / 'scenes' / '..' / 'up.txt').read_text()", {"up.txt": "1"}, ({"up.txt": "2"},), {"up2.txt": "1"}),
        ("later_by_thread", "import threading, time\nfound = []\ndef read():\n    time.sleep(0.05); found.append((HERE / 'late.txt').read_text())\nt = threading.Thread(target=read); t.start()", {"scenes/late.txt": "1"}, ({"scenes/late.txt": "2"},), {"scenes/late2.txt": "1"}),
        ("at_exit_of_frame", "import weakref\nLEVEL = 1", {"scenes/final.txt": "1"}, ({"scenes/final.txt": "2"},), {"scenes/final2.txt": "1"}),
        ("hash_of_itself", "import hashlib\nLEVEL = hashlib.file_digest(open(HERE / 'hashed', 'rb'), 'md5').digest()[0] / 99", {"scenes/hashed": "1"}, ({"scenes/hashed": "2"},), {"scenes/hashed2": "1"}),
        ("stdin_of_program", "import subprocess\nLEVEL = subprocess.run(['cat'], stdin=open(HERE / 'stdin.txt'), capture_output=True, text=True).stdout", {"scenes/stdin.txt": "1"}, ({"scenes/stdin.txt": "2"},), {"scenes/stdin2.txt": "1"}),
        ("redirected", "import subprocess\nLEVEL = subprocess.run('cat < scenes/in_' + 'put', shell=True, capture_output=True, text=True).stdout", {"scenes/in_put": "1"}, ({"scenes/in_put": "2"},), {"scenes/in_put2": "1"}),
        ("forked", "import os\nr, w = os.pipe()\nif os.fork() == 0:\n    os.execvp('cat', ['cat', str(HERE / 'forked.txt')]) if os.dup2(w, 1) else None\nos.close(w)\nos.wait()\nLEVEL = os.read(r, 9)", {"scenes/forked.txt": "1"}, ({"scenes/forked.txt": "2"},), {"scenes/forked2.txt": "1"}),
        ("spawned", "import os\nr, w = os.pipe()\np = os.posix_spawnp('sh', ['sh', '-c', 'cat scenes/spaw*.txt'], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, w, 1)])\nos.waitpid(p, 0)\nLEVEL = os.read(r, 9)", {"scenes/spawned.txt": "1"}, ({"scenes/spawned.txt": "2"},), {"spawned": "1"}),
        ("popened", "import os\nLEVEL = os.popen('cat scenes/popene*.txt').read()", {"scenes/popened.txt": "1"}, ({"scenes/popened.txt": "2"},), {"popened": "1"}),
        ("in_pool_of_processes", "from concurrent.futures import ProcessPoolExecutor as P\nimport multiprocessing as m\nwith P(1, mp_context=m.get_context('fork')) as p: LEVEL = p.submit(Path.read_text, HERE / 'pooled.txt').result()", {"scenes/pooled.txt": "1"}, ({"scenes/pooled.txt": "2"},), {"scenes/pooled2.txt": "1"}),
        ("perl", "import subprocess\nLEVEL = subprocess.run(['perl', str(HERE / 'p.pl')], capture_output=True, text=True).stdout", {"scenes/p.pl": "open(F, '<', 'per' . 'led.txt'); print <F>; print $ENV{LAB_PERL};", "perled.txt": "1"}, ({"perled.txt": "2"}, {"$LAB_PERL": "1"}), {"perled2.txt": "1"}),
    ):  # fmt: skip
        later = "found and axes.axhline(float(found[0]))" if name == "later_by_thread" else "pass"
        body = "level = LEVEL"
        if name == "later_by_thread":
            body = "t.join(); level = found[0]"
        if name == "at_exit_of_frame":
            later = "axes.axhline(float((HERE / 'final.txt').read_text()))"
        yield Use(
            name, head, body=body, later=later, files=files, matter=changes, idle=(idle,) if idle else ()
        )


_LOG = "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nlevel={}\nhandlers=\n"


def _wal(value: float) -> Callable[[Path], None]:
    """A database whose numbers lie beside it; its own file is the same with each."""

    def make(path: Path) -> None:
        if not path.exists():
            with sqlite3.connect(path) as file:
                file.execute("pragma journal_mode = wal")
                file.execute("create table t (k real)")
            file.close()
        read = sqlite3.connect(path)
        read.execute("select * from t").fetchall()
        write = sqlite3.connect(path)
        write.execute("pragma wal_autocheckpoint = 0")
        write.execute("insert into t values (?)", [value])
        write.commit()
        _OPEN.extend([read, write])  # closing the last one would put them into it

    return make


_OPEN: list[sqlite3.Connection] = []


def _compiled(text: str) -> bytes:
    import importlib.util

    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(text, "h_bare.py", "exec"))


def _zone(name: str) -> bytes:
    return Path("/usr/share/zoneinfo", name).read_bytes()


def _swapped(path: Path) -> None:
    path.unlink()
    path.symlink_to("real_link")


def _hard(path: Path) -> None:
    # Elsewhere: what an edit leaves beside it would be news to all that list the folder.
    other = path.parents[1] / "hard_other"
    other.write_text("2")
    path.unlink()
    os.link(other, path)
    other.unlink()


def _family(name: str) -> bytes:
    from tests.studio.fresh.mutations import _font

    return _font(name)


def uses() -> list[Use]:
    found = [
        *_imports(),
        *_data(),
        *_looks(),
        *_settings(),
        *_membranes(),
        *_started(),
        *_aside(),
        *_further(),
    ]
    assert len({use.name for use in found}) == len(found)
    return found


if __name__ == "__main__":
    made = uses()
    print(
        len(made),
        "clips;",
        sum(len(u.matter) for u in made),
        "matter;",
        sum(len(u.idle) for u in made),
        "do not",
    )
