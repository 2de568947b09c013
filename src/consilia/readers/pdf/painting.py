"""Laying out a PDF page, minding what the library passes over: how each character is painted."""

from dataclasses import dataclass

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTPage
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextSeq
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFStackT,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix

_CLEAR = 0.06  # opacity of 1 below which nothing is seen


class _Device(PDFPageAggregator):
    """Lays out characters and remembers how each was painted."""

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources, laparams=None)
        self.invisible: set[int] = set()
        self.marginal: set[int] = set()
        self.is_clear = False
        self._mode = 0
        self._tags: list[bool] = []

    def begin_tag(self, tag: PSLiteral, props: PDFStackT | PSLiteral | None = None) -> None:
        kind = resolve1(props.get("Type")) if isinstance(props, dict) else None
        is_artifact = getattr(tag, "name", "") == "Artifact"
        self._tags.append(is_artifact and getattr(kind, "name", "") == "Pagination")

    def end_tag(self) -> None:
        if self._tags:
            self._tags.pop()

    def do_tag(self, tag: PSLiteral, props: PDFStackT | PSLiteral | None = None) -> None:
        pass

    def render_string(
        self,
        textstate: PDFTextState,
        seq: PDFTextSeq,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> None:
        self._mode = textstate.render
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(  # noqa: PLR0913  # the library calls it so
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        advance = super().render_char(matrix, font, fontsize, scaling, rise, cid, ncs, graphicstate)
        painted = self.cur_item._objs[-1]
        if self._mode in {3, 7} or self.is_clear:
            self.invisible.add(id(painted))
        if any(self._tags):
            self.marginal.add(id(painted))
        return advance


class _Interpreter(PDFPageInterpreter):
    """Minds full transparency, which the library's own interpreter passes over."""

    def init_state(self, ctm: Matrix) -> None:
        super().init_state(ctm)
        self._clear: list[bool] = []

    def do_q(self) -> None:
        super().do_q()
        self._clear.append(self._device.is_clear)

    def do_Q(self) -> None:  # noqa: N802  # the operator's name
        super().do_Q()
        if self._clear:
            self._device.is_clear = self._clear.pop()

    def do_gs(self, name: object) -> None:
        states = resolve1(self.resources.get("ExtGState"))
        key = getattr(name, "name", None)
        state = resolve1(states.get(key)) if isinstance(states, dict) else None
        opacity = resolve1(state.get("ca")) if isinstance(state, dict) else None
        if isinstance(opacity, int | float):
            self._device.is_clear = opacity < _CLEAR

    @property
    def _device(self) -> _Device:
        assert isinstance(self.device, _Device)
        return self.device


@dataclass(frozen=True, slots=True)
class Painted:
    """A page as the library lays it out, and which of its characters are special."""

    layout: LTPage
    invisible: set[int]
    marginal: set[int]


def paint(page: PDFPage, resources: PDFResourceManager) -> Painted:
    """Lay out a page; the library's many errors pass through."""
    device = _Device(resources)
    _Interpreter(resources, device).process_page(page)
    return Painted(device.get_result(), device.invisible, device.marginal)
