"""celluloid's camera for anybody's matplotlib script: the same frames, much sooner."""

from hhanim.process import spare_documentation

spare_documentation()
