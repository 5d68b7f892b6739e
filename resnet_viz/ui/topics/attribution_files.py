"""Maps to take away: one archive with each as numbers and as a picture, and one sheet of all."""

import io
import zipfile
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution_views as views
from resnet_viz.ui.networks import take_away
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics.attribution import Answer, Shown

NUMBERS = "numbers.csv"


def offer(shown: Shown, sides: Sequence[Side]) -> None:
    """Draw the page's downloads; they hold what there is when they are asked for."""

    def table() -> pd.DataFrame:
        return pd.concat([answer.rows for answer in shown.answers], ignore_index=True)

    def more() -> None:
        for label, name, mime, make in (
            ("All maps (ZIP)", "attribution-maps.zip", "application/zip", archive),
            ("Contact sheet (PNG)", "attribution-contact-sheet.png", "image/png", sheet),
        ):
            content = partial(make, shown)
            st.download_button(label, content, name, mime, key=label, on_click="ignore")
        take_away.of_pair(sides)()

    if shown.answers:
        panels.downloads(
            "attribution",
            tables={"Probabilities": table, **shown.tables},
            figures=shown.figures,
            pictures=shown.pictures,
            more=more,
        )


def archive(shown: Shown) -> bytes:
    """A ZIP file: of each map an array (NPY) and a picture (PNG), and the numbers of all (CSV)."""
    rows = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for number, answer in enumerate(shown.answers, start=1):
            parts = (answer.sample.name, answer.found.method, answer.side.label, answer.found.layer)
            name = "-".join([f"{number:03}", *(panels.slug(part) for part in parts if part)])
            array = io.BytesIO()
            np.save(array, answer.found.heatmap.numpy())
            file.writestr(f"{name}.npy", array.getvalue())
            file.writestr(f"{name}.png", shown.drawn(answer) or blank())
            rows.append({"file": name, **numbers(answer)})
        file.writestr(NUMBERS, pd.DataFrame(rows).to_csv(index=False))
    return buffer.getvalue()


def numbers(answer: Answer) -> dict[str, object]:
    """All that is known of a map in a row; its values in the method's units."""
    found, classes = answer.found, answer.classifier.classes
    return {
        "picture": answer.sample.name,
        "true": answer.sample.label,
        "network": answer.side.label,
        "method": found.method,
        "layer": found.layer,
        "target": classes[found.target],
        "rather_than": None if found.rather_than is None else classes[found.rather_than],
        "probability": float(found.probabilities[found.target]),
        "predicted": answer.judged.best,
        "predicted_probability": answer.judged.share,
        "least": float(found.heatmap.min()),
        "most": float(found.heatmap.max()),
        "sum": float(found.heatmap.sum()),
        "blank": found.blank,
        "gap": found.gap,
        "error": found.error,
        "note": found.note,
    }


def sheet(shown: Shown) -> bytes:
    """A PNG file: a row a picture, method or layer, a column a network."""
    heads = list(dict.fromkeys(answer.side.label for answer in shown.answers))
    rows: dict[tuple[str | None, ...], dict[str, bytes]] = {}
    for answer in shown.answers:
        found = answer.found
        key = (answer.sample.name, found.method, found.layer if _of_blocks(shown.answers) else None)
        rows.setdefault(key, {})[answer.side.label] = shown.drawn(answer) or blank()
    titles = views.row_titles(list(rows))
    pictures = [[row.get(head) for head in heads] for row in rows.values()]
    return charts.png(charts.contact_sheet(list(zip(titles, pictures, strict=True)), heads))


def blank() -> bytes:
    """What stands for a map that is zero everywhere."""
    return drawings.picture(("blank map",), lambda: charts.blank_map(192))


def _of_blocks(answers: Sequence[Answer]) -> bool:
    """Whether a network has several maps of one picture by one method."""
    known = [(one.sample.name, one.found.method, one.side.label) for one in answers]
    return len(set(known)) < len(known)
