"""Clips: figures that move, drawn with matplotlib and captured with celluloid."""

from hhanim import process

if process.alone:  # before matplotlib makes its artists, see be_alone
    from matplotlib import artist

    artist.kwdoc = lambda artist: ""
