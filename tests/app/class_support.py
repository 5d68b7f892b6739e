"""Pages as the teacher and the students of a class see them."""

import pytest
import streamlit as st

from resnet_viz.classroom import current
from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.ui.classroom import badge
from tests.unit.classroom_support import classroom

__all__ = ["ADA", "TEACHER", "classroom", "come_as"]

ADA = Visitor("a" * 32, Role.STUDENT)
TEACHER = Visitor("7" * 32, Role.TEACHER)


@pytest.fixture
def come_as(classroom, monkeypatch):
    """Makes a visitor of whoever opens the next page, by the cookie that a browser would send."""
    current.change(students_start=True)

    def come(visitor: Visitor) -> None:
        cookies = {badge.name(): badge.write(visitor)}
        monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))

    return come
