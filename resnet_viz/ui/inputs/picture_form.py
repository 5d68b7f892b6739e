"""The picture to look at: a photograph, one of the data set, an upload, the camera's, or drawn."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.charts import drawn_picture
from resnet_viz.classroom.roles import Right
from resnet_viz.data import PHOTOGRAPHS, ImageError, note_of
from resnet_viz.data.picture_formats import LARGEST, MEGA, NAMES, SUFFIXES
from resnet_viz.errors import UserError
from resnet_viz.reporting import knowledge
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.inputs.decoded_pictures import Decoded
from resnet_viz.ui.inputs.picture_cut import suited
from resnet_viz.ui.results import opened
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, navigation

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier

PHOTOGRAPH, DATA_SET, UPLOAD, CAMERA, DRAWN = "photograph", "data set", "upload", "camera", "drawn"
LARGE = (UPLOAD, CAMERA)  # what does not fit into a row of controls
ALL = "all of them"
MOST = 12
PIXELS = MOST * 12_000_000  # a page full of a telephone's photographs: 430 MB
CARRIED, WAY, PLACE = (
    "uploads carried",
    "image way",
    "image page",
)  # what a visitor takes along from page to page
MOST_CARRIED, MOST_CARRIED_OF_STUDENT = 64 * 2**20, 16 * 2**20  # bytes


@dataclass(frozen=True)
class Carried:
    """A file that was uploaded on another page, whose own uploader is gone by now."""

    name: str
    raw: bytes

    def getvalue(self) -> bytes:
        """What is in it, as Streamlit's own files say it."""
        return self.raw


def choose_pictures(
    classifier: "Classifier",
    beside: "Classifier | None" = None,
    *,
    several: bool = False,
    row: "DeltaGenerator | None" = None,
) -> list[Sample]:
    """One row of controls that gives pictures; empty while nothing is uploaded yet.

    The default is a picture of the data set for a network of the digits, a photograph for others.
    Uploads stay in memory. A file that is no picture gets its sentence, the others go on.

    Args:
        classifier: whose data set the samples come from, where it is at hand.
        beside: the network that looks at the same pictures.
        several: take any number of uploads, and not just one.
        row: that the page has for its controls, which is then to say how pictures are cut; without
            one each is cut as suits it.
    """
    own = knowledge.data_of(classifier)
    ways: dict[str, Callable[[], list[Sample]]] = {
        PHOTOGRAPH: lambda: _photograph(several),
        DATA_SET: lambda: _from_data(own or ""),
        UPLOAD: lambda: _named(_uploaded(several), classifier),
        CAMERA: _shot,
        DRAWN: lambda: [Sample("drawn picture", "drawn", drawn_picture())],
    }
    if own is None:
        del ways[DATA_SET]
    photographs = own is None or knowledge.knows_photographs(classifier)
    _arrive()
    controls = row or st.container(horizontal=True, vertical_alignment="bottom")
    below = st.container()
    with controls:
        way = links.segments(
            "Picture",
            tuple(ways),
            key="image",
            default=PHOTOGRAPH if photographs else DATA_SET,
            help=None if own else knowledge.how_to_have_data(classifier),
        )
        st.session_state[WAY] = way
    with below if way in LARGE else controls:
        chosen = ways[way]()
    with below:
        if beside is not None:
            _strangers(classifier, beside)
        if row is None and len(chosen) == 1 and chosen[0].credit:
            st.caption(chosen[0].credit)
    return chosen if row else suited(chosen)


def _arrive() -> None:
    """Go on with the uploads of the page before; what a link asks for goes before that."""
    state = st.session_state
    here = navigation.current().name
    came = state.get(PLACE) != here
    state[PLACE] = here
    carried = state.get(WAY) == UPLOAD and state.get(CARRIED)
    if came and carried and "image" not in st.query_params:
        state["image"] = UPLOAD


def _strangers(left: "Classifier", right: "Classifier") -> None:
    """Say so where one network knows digits and the other photographs."""
    if knowledge.knows_photographs(left) != knowledge.knows_photographs(right):
        st.caption(
            f"Left: {knowledge.schooling(left)}. Right: {knowledge.schooling(right)}. What the one "
            "knows is foreign to the other."
        )


def _photograph(several: bool) -> list[Sample]:
    if not several and st.session_state.get("photograph") == ALL:
        del st.session_state["photograph"]  # of a page that takes several
    names = [*PHOTOGRAPHS, *([ALL] if several else [])]
    name = links.select("Photograph", names, key="photograph", width=150)
    return [sample for one in (PHOTOGRAPHS if name == ALL else [name]) for sample in _opened(one)]


def _opened(name: str) -> list[Sample]:
    photograph = PHOTOGRAPHS[name]
    credit = f"{photograph.title[0].upper()}{photograph.title[1:]}. {photograph.origin}."
    try:
        picture = opened.photograph(name)
    except UserError as error:
        st.error(literal(str(error)))
        return []
    key, label, cut = f"photograph/{name}", photograph.label, photograph.cut
    return [Sample(photograph.title, key, picture, label, credit, cut)]


def _from_data(name: str) -> list[Sample]:
    try:
        data = opened.data_set(name)
    except UserError as error:
        st.error(literal(str(error)))
        return []
    last = len(data.test) - 1
    if st.session_state.get("sample", 0) > last:  # chosen in a larger data set
        st.session_state["sample"] = last
    number = links.number(
        f"Test picture (0–{last})",
        0,
        last,
        0,
        key="sample",
        width=150,
        help=f"Of {literal(data.title)}.",
    )
    sample = sample_of(data, int(number))
    return [replace(sample, credit=" ".join(data.notes))]


def _named(samples: list[Sample], classifier: "Classifier") -> list[Sample]:
    """Uploads with their class, where the file's name says it, as ``horse 12.jpg`` does."""
    return [
        replace(sample, label=knowledge.class_in(sample.name, classifier.classes))
        for sample in samples
    ]


def _shot() -> list[Sample]:
    shot = st.camera_input("Take a photograph")
    return _read([shot]) if shot else []


def _uploaded(several: bool) -> list[Sample]:
    uploaded = st.file_uploader(
        "Photographs" if several else "A photograph",
        type=[suffix.removeprefix(".") for suffix in SUFFIXES],
        accept_multiple_files=several,
        help=f"{NAMES}; a JPEG of up to {LARGEST // MEGA} megapixels, others of fewer. Never "
        "stored.",
        key=(key := "uploads" if several else "upload"),
        max_upload_size=visitor.most_megabytes(),
        on_change=_carry,
        args=(key,),
    )
    if not (files := _files(uploaded)):
        files = _carried(several)
    if len(files) > MOST:
        st.warning(f"Only the first {MOST} of {len(files)} pictures are shown.")
    return _read(files[:MOST])


def _files(uploaded: Any) -> list:
    """The files of an uploader that takes one or several."""
    return uploaded if isinstance(uploaded, list) else [uploaded] if uploaded else []


def _carry(key: str) -> None:
    """Keep what was uploaded, in memory and for this visitor alone, as far as there is room."""
    may_more = visitor.current().may(Right.UNLIMITED_RUNS)
    carried, room = [], MOST_CARRIED if may_more else MOST_CARRIED_OF_STUDENT
    for file in _files(st.session_state[key])[:MOST]:
        if file.size <= room:
            carried.append(Carried(file.name, file.getvalue()))
            room -= file.size
    st.session_state[CARRIED] = carried


def _carried(several: bool) -> list[Carried]:
    """What was uploaded before this page was opened; of several one, where one is looked at."""
    carried = st.session_state.get(CARRIED, [])
    if not carried:
        return []
    names = [_plain(file.name) for file in carried]
    shown = carried
    if not several and len(carried) > 1:
        place = st.selectbox("Uploaded before", range(len(names)), format_func=names.__getitem__)
        shown = [carried[place]]
    else:
        st.caption(f"Uploaded before: {', '.join(map(literal, names))}.")
    st.button("Forget uploads", on_click=_forget)
    return shown


def _forget() -> None:
    st.session_state[CARRIED] = []


def sample_of(data: "DataSet", number: int) -> Sample:
    """A picture of the test split."""
    from PIL import Image

    pixels = data.test.images[number].permute(1, 2, 0).contiguous().numpy()  # (H, W, 3)
    label = data.classes[int(data.test.labels[number])]
    # Two folders may have one name: the key is made of the pixels.
    key = hashlib.sha256(pixels.tobytes()).hexdigest()
    return Sample(f"{data.title} {number}", key, Image.fromarray(pixels), label)


def _read(files: list) -> list[Sample]:
    samples: list[Sample] = []
    for file in files:
        raw = file.getvalue()
        key = hashlib.sha256(raw).hexdigest()
        try:
            image = _decoded().read(key, raw)
        except ImageError as error:
            st.error(literal(f"{_plain(file.name)}: {error}"))
        else:
            name = _free(_plain(file.name), {sample.name for sample in samples})
            samples.append(Sample(name, key, image, note=note_of(image)))
    return samples


@st.cache_resource(show_spinner=False)
def _decoded() -> Decoded:
    """The pictures of all visitors; who has the same file has the same hash, and sees no other."""
    return Decoded(PIXELS)


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered where another picture has it already."""
    numbered = (f"{name} ({number})" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def _plain(name: str) -> str:
    """A file's name without what Markdown would take for markup."""
    return "".join(c if c.isalnum() or c in " ._-" else "_" for c in name)[:60]
