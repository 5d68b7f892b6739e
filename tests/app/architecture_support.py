"""What the tests of the page Architecture share: its drawing and its table, as they are read."""

import json
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def drawing(app) -> ElementTree.Element:
    [drawn] = app.get("bidi_component")
    return ElementTree.fromstring(json.loads(drawn.proto.json)["svg"])


def name(app) -> str:
    """The networks that are drawn."""
    return " and ".join(text.text for text in drawing(app).iter(f"{SVG}text") if is_title(text))


def is_title(text: ElementTree.Element) -> bool:
    return text.get("font-size") == "13"


def parts(app) -> list[tuple[str, bool]]:
    """The part that each button of the drawing chooses, and whether it is chosen."""
    buttons = [each for each in drawing(app).iter(f"{SVG}g") if each.get("role") == "button"]
    return [(each.get("data-part"), each.get("aria-pressed") == "true") for each in buttons]


def family(app):
    return app.dataframe[-1].value.set_index("network")


def marked(app) -> dict[str, str]:
    signs = family(app)["here"]
    return dict(signs[signs != ""])
