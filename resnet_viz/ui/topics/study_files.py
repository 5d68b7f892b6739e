"""What of a study can be taken away: its numbers as CSV and Parquet, and a page of its own."""

import io
from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from resnet_viz.charts.final_errors_svg import final_errors_svg
from resnet_viz.reporting import final_errors as reported
from resnet_viz.reporting import study_report
from resnet_viz.reporting.final_errors import DEPTH, Axis
from resnet_viz.reporting.run_labels import data_title
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import final_errors
from resnet_viz.ui.topics.final_errors import Chosen


def offer_downloads(chosen: Chosen, frame: pd.DataFrame, axes: list[Axis], axis: Axis) -> None:
    """Every number of a study, its chart and its report, behind the page's one button.

    Args:
        frame, axes: from `reporting.final_errors.with_varied`.
        axis: what the chart is over.
    """
    points = reported.points(frame, axes, axis.name)
    runs, epochs = partial(getattr, chosen, "numbers"), partial(getattr, chosen, "epochs")
    name = panels.slug(chosen.study.name)

    def more() -> None:
        for title, table in (("Runs", runs), ("Epochs", epochs)):
            _button(
                f"{title} (Parquet)",
                f"{name}-{title.lower()}.parquet",
                "application/vnd.apache.parquet",
                partial(_parquet, table),
            )
        _button("Report (HTML)", f"{name}.html", "text/html", partial(_report, chosen, axis))

    panels.downloads(
        name,
        tables={"Runs": runs, "Epochs": epochs},
        figures={"Final errors": final_errors.drawn(points, axis)()},
        more=more,
    )


def _button(label: str, file_name: str, mime: str, content: Callable[[], bytes]) -> None:
    st.download_button(label, content, file_name, mime, key=f"download {label}", on_click="ignore")


def _parquet(table: Callable[[], pd.DataFrame]) -> bytes:
    raw = io.BytesIO()
    table().to_parquet(raw, index=False)
    return raw.getvalue()


def _report(chosen: Chosen, axis: Axis) -> bytes:
    numbers = chosen.numbers
    frame, axes = reported.with_varied(numbers)
    points = reported.points(frame, axes, axis.name)
    return study_report.page(
        chosen.study.name,
        finding=reported.finding(points, axis),
        chart=final_errors_svg(points, x_title=axis.title, categorical=axis.name != DEPTH),
        described=reported.described(points, axis, data_title(chosen.study.data)),
        notes=[
            final_errors.legend(chosen),
            reported.hints()["training"],
            reported.under_way(points),
        ],
        tables={
            "In the paper and here": reported.table(frame, on_paper_data=chosen.on_paper_data),
            "Every run": numbers,
        },
    ).encode()
