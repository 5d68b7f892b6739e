"""What the tests of the page Architecture share: its drawing and its table, as they are read."""

import base64
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def drawing(app) -> ElementTree.Element:
    [image] = [image for element in app.image for image in element.proto.imgs]
    return ElementTree.fromstring(base64.b64decode(image.url.partition(",")[2]))


def name(app) -> str:
    return drawing(app).find(f"{SVG}title").text


def family(app):
    return app.dataframe[-1].value.set_index("network")


def marked(app) -> dict[str, str]:
    signs = family(app)["here"]
    return dict(signs[signs != ""])
