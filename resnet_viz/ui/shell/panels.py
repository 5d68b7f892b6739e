"""Panels that every page has: its heading, what to notice, the downloads."""

import base64
import copy
import html
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.shell import stage

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image
    from streamlit.delta_generator import DeltaGenerator

LOOK_FOR, FINDING, SAID = "look for", "finding place", "finding said"
MOST_WORDS = 60  # of what to notice, before it is folded
ROW, BORDERS = 35, 2  # pixels of a table's row, and of its frame, as Streamlit draws them
# On a dark page the two colours of the charts are dim: they get the tones that the dark theme gives
# to text. Plotly writes a colour into each of its shapes, and the page says which scheme it has.
BRIGHTER = {charts.PLAIN: "#F0843C", charts.RESIDUAL: "#3A9BD9"}


# Letters need more contrast than lines: 4.5 : 1. Their tones on a light page and on a dark one.
LETTERS = {
    charts.PLAIN: ("#B85000", BRIGHTER[charts.PLAIN]),
    charts.RESIDUAL: (charts.RESIDUAL, BRIGHTER[charts.RESIDUAL]),
    charts.GREEN: ("#007A59", charts.GREEN),
    charts.GREY: ("#6B6B6B", "#999999"),
}


def _brighter() -> str:
    """Rules of a style sheet for lines, areas and letters of the charts' colours."""
    rules: list[str] = []
    for hue, tone in BRIGHTER.items():
        red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
        rules.extend(
            f'.js-plotly-plot [style*="{part}: rgb({red}, {green}, {blue})"] '
            f"{{ {part}: light-dark({hue}, {tone}) !important; }}"
            for part in ("stroke", "fill")
        )
        # A mark among letters is written as it was said.
        rules.append(
            f'.js-plotly-plot tspan[style*="fill:{hue}"] '
            f"{{ fill: light-dark({hue}, {tone}) !important; }}"
        )
    for hue, (light, dark) in LETTERS.items():
        red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
        rules.append(
            f'.js-plotly-plot text[style*="fill: rgb({red}, {green}, {blue})"] '
            f"{{ fill: light-dark({light}, {dark}) !important; }}"
        )
    return "\n".join(rules)


# Where a figure carries its number, which tells it from every other of this server.
NUMBER = "_number"
_numbers = itertools.count(1)
CHART_CONFIG = {
    "displaylogo": False,
    "toImageButtonOptions": {"format": "png", "scale": 2},
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}


@contextmanager
def sentences(heading: Callable[[], object] | None = None) -> Iterator[None]:
    """Say what is wrong in place of the rest: around a page, and around each fragment of one.

    What a fragment raises when it alone runs again, nothing around the page sees.

    Args:
        heading: draws what stands above such a sentence, where nothing has been drawn yet.
    """
    try:
        yield
    except UserError as error:
        if heading:
            heading()
        st.error(literal(str(error)), icon=":material/error:")


def heading(look_for: str, *, finds: bool = True) -> None:
    """Keep room for the page's finding, and what to look for, which stands with what to notice.

    Args:
        finds: whether the page says one, at once or later.
    """
    st.html(f"<style>{_brighter()}</style>")
    st.session_state[LOOK_FOR] = look_for
    if not finds:
        return
    room = st.container(key="finding", gap=None)
    room.space(1)  # without anything in it there would be no room
    # What was said before stays until something else is said: blanked, the page would blink.
    st.session_state[FINDING], st.session_state[SAID] = room, None


def controls() -> "DeltaGenerator":
    """The row of controls that moves the evidence."""
    return st.container(horizontal=True, vertical_alignment="bottom", key="controls")


def evidence() -> "DeltaGenerator":
    """Where the charts or pictures stand that the finding speaks of.

    They are on the first screen; on a telephone, where there is no room for both, above controls.
    """
    return st.container(key="evidence")


def finding(text: str) -> None:
    """The one sentence that the page shows to be so, here and now, above its evidence.

    Said when the evidence is drawn: a page appears with its finding.
    """
    state = st.session_state
    place = state[SAID] or state[FINDING]  # a fragment that runs again says it in the same place
    state[SAID] = place.markdown(f"**{text}**")


def beside(
    count: int, *, key: str, align: Literal["top", "bottom"] = "bottom"
) -> "Sequence[DeltaGenerator]":
    """Columns that stay beside each other, however narrow the window."""
    with st.container(key=f"beside-{key}"):
        return st.columns(count, gap="xsmall", vertical_alignment=align, wrap=False)


def notice(text: str, source: str) -> None:
    """*What to look for* and *what to notice*, with the source; folded where it is long."""
    look_for = st.session_state.get(LOOK_FOR, "")
    is_long = len(text.split()) > MOST_WORDS
    with (
        st.expander("What to notice", icon=":material/lightbulb:")
        if is_long
        else st.container(border=True)
    ):
        if look_for:
            st.markdown(f"**What to look for.** {look_for}")
        st.markdown(f"**What to notice.** {text}")
        st.caption(source)


def numbered(figure: "go.Figure") -> "go.Figure":
    """The same figure, from now on known as one that nobody changes: `chart` writes it once."""
    setattr(figure, NUMBER, next(_numbers))
    return figure


def chart(figure: "go.Figure", *, key: str, alt: str) -> None:
    """A chart that keeps its place while it changes; the camera in its corner saves a PNG."""
    number = getattr(figure, NUMBER, None)
    if number is None:
        _chart(figure, key, alt)
    else:
        _written_once(number, key, alt, bool(st.session_state.get(stage.KEY)), figure)


@st.cache_data(max_entries=256, show_spinner=False)
def _written_once(number: int, key: str, alt: str, on_stage: bool, _figure: "go.Figure") -> None:
    """Streamlit sends again what a cached function drew, for less than a figure takes to write."""
    _chart(_figure, key, alt)


def _chart(figure: "go.Figure", key: str, alt: str) -> None:
    options = CHART_CONFIG["toImageButtonOptions"] | {"filename": key}  # type: ignore[operator]
    shown = stage.enlarged(figure)
    st.plotly_chart(
        shown,
        height=shown.layout.height,  # known before it is drawn: nothing below it moves
        key=key,
        alt=alt,
        config=CHART_CONFIG | {"toImageButtonOptions": options},
    )


def table_height(rows: int) -> int:
    """Pixels of a table with all its rows, known before it is drawn: nothing below it moves."""
    return stage.width(ROW * (rows + 1)) + BORDERS


def picture(
    image: "Image.Image | bytes",
    *,
    key: str,
    alt: str,
    caption: str | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """A picture whose place is kept while it loads, so that nothing below it moves.

    Args:
        image: as it is, or as the content of a PNG file.
    """
    from PIL import Image

    whole = Image.open(io.BytesIO(image)) if isinstance(image, bytes) else image
    name = slug(f"picture {key}")
    wide = "100%" if width == "stretch" else f"{width}px"
    st.html(
        f"<style>.stApp .st-key-{name} :is(img, [data-testid=stSkeleton]) {{ width: {wide};"
        f" aspect-ratio: {whole.width} / {whole.height}; }}</style>"
    )
    with st.container(key=name):
        st.image(image, caption=caption, width=width, output_format="PNG", alt=alt)


def downloads(
    name: str,
    *,
    tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]] | None = None,
    figures: "Mapping[str, go.Figure] | None" = None,
    pictures: "Mapping[str, Image.Image | bytes] | None" = None,
    drawings: Mapping[str, str] | None = None,
    more: Callable[[], object] | None = None,
) -> None:
    """All downloads of a page behind one button; files are made when they are asked for.

    Args:
        name: what the files' names begin with.
        pictures: as they are, or as the content of PNG files.
        drawings: the text of SVG files.
        tables: as they are, or what reads them when they are asked for.
        more: draws further buttons, such as `take_away.networks` gives them.
    """
    with st.popover("Download", icon=":material/download:"):
        for title, table in (tables or {}).items():
            _button(f"{title} (CSV)", f"{name}-{slug(title)}.csv", "text/csv", _csv(table))
        if figures:
            what = "Charts and pictures (HTML)" if pictures else "Charts (HTML)"
            _button(what, f"{name}.html", "text/html", _html(figures, pictures))
            st.caption("PNG: the camera in the corner of each chart, where the window is wide.")
        for title, picture in (pictures or {}).items():
            _button(f"{title} (PNG)", f"{name}-{slug(title)}.png", "image/png", _png(picture))
        for title, drawing in (drawings or {}).items():
            _button(f"{title} (SVG)", f"{name}-{slug(title)}.svg", "image/svg+xml", drawing.encode)
        if more:
            more()


def _button(label: str, file_name: str, mime: str, content: Callable[[], bytes]) -> None:
    # Two titles may give one file name, but never one label.
    key = f"download {label}"
    st.download_button(literal(label), content, file_name, mime, key=key, on_click="ignore")


def slug(title: str) -> str:
    """A title as a part of a file's name: its letters and numbers, with a hyphen between words."""
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


def _csv(table: pd.DataFrame | Callable[[], pd.DataFrame]) -> Callable[[], bytes]:
    return lambda: (table() if callable(table) else table).to_csv(index=False).encode()


def _png(picture: "Image.Image | bytes") -> Callable[[], bytes]:
    return lambda: picture if isinstance(picture, bytes) else charts.png(picture)


def _html(
    figures: "Mapping[str, go.Figure]",
    pictures: "Mapping[str, Image.Image | bytes] | None" = None,
) -> Callable[[], bytes]:
    """One page with every picture and every chart, which opens without a network."""

    def content() -> bytes:
        parts = []
        for title, picture in (pictures or {}).items():
            data = base64.b64encode(_png(picture)()).decode()
            shown = f'<img alt="" width="320" src="data:image/png;base64,{data}">'
            parts.append(f"<h2>{html.escape(title)}</h2>{shown}")
        for number, (title, figure) in enumerate(figures.items()):
            # On the page Streamlit makes room for the axes' labels; a file has to do so itself.
            roomy = copy.deepcopy(figure)
            roomy.update_xaxes(automargin=True)
            roomy.update_yaxes(automargin=True)
            drawn = roomy.to_html(full_html=False, include_plotlyjs=number == 0)
            parts.append(f"<h2>{html.escape(title)}</h2>{drawn}")
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>resnet_viz</title>'
            f'<body style="font-family: sans-serif">{"".join(parts)}</body></html>'
        ).encode()

    return content
