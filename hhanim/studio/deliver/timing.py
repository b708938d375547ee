"""When a film on a slide of PowerPoint plays: what its animation pane shows, as XML.

An effect of the class *mediacall* is an entry of the slide's main sequence, which a clicker, the space bar and the
arrow keys go through; PresentationML, ECMA-376 part 1, 19.5.
"""

from __future__ import annotations

_P = "http://schemas.openxmlformats.org/presentationml/2006/main"

# What PowerPoint itself writes, but for ids and names of shapes.
_EFFECT = """\
<p:par><p:cTn id="{n0}" fill="hold"><p:stCondLst>{begin}</p:stCondLst><p:childTnLst>
<p:par><p:cTn id="{n1}" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:par><p:cTn id="{n2}" presetID="{preset}" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="{node}">
<p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
<p:cmd type="call" cmd="{command}"><p:cBhvr>
<p:cTn id="{n3}" dur="{length}" fill="hold"/><p:tgtEl>{shape}</p:tgtEl></p:cBhvr></p:cmd>
</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"""

_MAIN = """\
<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
{effect}
</p:childTnLst></p:cTn>
<p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
<p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>"""

_PICTURE = """\
<p:seq concurrent="1" nextAc="seek">
<p:cTn id="8" restart="whenNotActive" fill="hold" evtFilter="cancelBubble" nodeType="interactiveSeq">
<p:stCondLst><p:cond evt="onClick" delay="0"><p:tgtEl>{shape}</p:tgtEl></p:cond></p:stCondLst>
<p:endSync evt="end" delay="0"><p:rtn val="all"/></p:endSync><p:childTnLst>
{effect}
</p:childTnLst></p:cTn>
<p:nextCondLst><p:cond evt="onClick" delay="0"><p:tgtEl>{shape}</p:tgtEl></p:cond></p:nextCondLst></p:seq>"""

_ALL = """\
<p:timing xmlns:p="{space}"><p:tnLst><p:par>
<p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>
{main}
<p:video><p:cMediaNode vol="80000"><p:cTn id="7"{repeat} fill="hold" display="0">
<p:stCondLst><p:cond delay="indefinite"/></p:stCondLst></p:cTn><p:tgtEl>{shape}</p:tgtEl></p:cMediaNode></p:video>
{picture}
</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"""

_CLICK = '<p:cond delay="indefinite"/>'
_BEGINNING = f'{_CLICK}<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond>'


def timing(shape: int, seconds: float, *, play: str, loop: bool) -> str:
    """The element ``p:timing`` of a slide.

    shape: the id of the film's shape. seconds: its length. loop: whether it begins anew at its end.
    play: what starts it: the next "click", "auto", the slide itself, or a click on its "picture", which pauses it
        as well in any case.
    """
    target = f'<p:spTgt spid="{shape}"/>'
    main = ""
    if play != "picture":
        begin, node = (_CLICK, "clickEffect") if play == "click" else (_BEGINNING, "afterEffect")
        length = "indefinite" if loop else round(1000 * seconds)
        main = _MAIN.format(effect=_effect(3, begin, 1, node, "playFrom(0.0)", length, target))
    toggle = _effect(9, '<p:cond delay="0"/>', 2, "clickEffect", "togglePause", 1, target)
    return _ALL.format(
        space=_P,
        main=main,
        repeat=' repeatCount="indefinite"' if loop else "",
        shape=target,
        picture=_PICTURE.format(shape=target, effect=toggle),
    )


def _effect(first: int, begin: str, preset: int, node: str, command: str, length: object, shape: str) -> str:
    ids = {f"n{k}": first + k for k in range(4)}
    return _EFFECT.format(
        **ids, begin=begin, preset=preset, node=node, command=command, length=length, shape=shape
    )
