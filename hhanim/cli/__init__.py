"""The command line: data on stdout, progress on stderr, one line for what went wrong.

Exit codes: 0 done, 1 something was not made, 2 the request is not possible, 3 something is not installed, 4 stale
(check). Everything heavy is imported by the command that needs it, so that help, lists and the completion of
a word are there at once; a command returns its exit code.
"""

from hhanim.process import spared_collector

with spared_collector:
    from hhanim.cli.program import main

__all__ = ["main"]
