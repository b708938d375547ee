"""``python -m tests.language.update`` adds what is new to the catalogues that come with hhanim, without a translation
yet, and takes out what is said no more."""

from hhanim.language.catalogue import SHIPPED
from hhanim.language.template import kept, written
from hhanim.language.texts import ROOT, shipped

if __name__ == "__main__":
    for path in sorted(SHIPPED.glob("*.po")):
        words = kept(path)
        path.write_bytes(written(path.stem, shipped(), words, ROOT.parent))
        print(path.name, sum(text not in words for text in shipped()), "to translate")
