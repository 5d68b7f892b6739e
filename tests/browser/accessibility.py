"""What WCAG 2.2 AA asks of a page: axe-core for its HTML, and the letters of its charts."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Rule -> selectors of elements that are Streamlit's own, which no setting or argument changes.
STREAMLITS = {
    # The folded navigation of a telephone has a list in each of its groups, with a div between.
    "list": ("[data-testid=stSidebarNav]",),
    "listitem": ("[data-testid=stSidebarNav]",),
}
AXE = """async ({tags, exceptions}) => {
    const rules = {'target-size': {enabled: true}};  // off unless it is asked for
    const options = {runOnly: tags, resultTypes: ['violations'], rules, preload: false};
    const {violations} = await axe.run(document, options);
    return violations.flatMap(({id, nodes}) => nodes.map(({target, html, any, all, none}) => {
        const element = document.querySelector([target.flat().at(-1)]);
        if (element?.closest((exceptions[id] ?? []).join() || 'nothing')) return null;
        const messages = [...any, ...all, ...none].map(check => check.message);
        return `${id}: ${html.slice(0, 240)} ${messages.join('; ').slice(0, 300)} ${target}`;
    })).filter(Boolean);
}"""
# Of each text in a drawing on the page how far it stands out, where that is too little.
LETTERS = """async () => {
    const inks = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const colours = new Map();
    const rgba = (colour) => {
        if (!colours.has(colour)) {
            inks.clearRect(0, 0, 1, 1);
            inks.fillStyle = colour;
            inks.fillRect(0, 0, 1, 1);
            const [red, green, blue, alpha] = inks.getImageData(0, 0, 1, 1).data;
            colours.set(colour, [red, green, blue, alpha / 255]);
        }
        return colours.get(colour);
    };
    const over = ([...top], alpha, below) =>
        below.map((value, place) => alpha * top[place] + (1 - alpha) * value);
    const light = (colour) => colour.map((value) => value / 255)
        .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const opacity = (element, until) => {
        let product = 1;
        for (let up = element; up && up !== until; up = up.parentElement)
            product *= getComputedStyle(up).opacity;
        return product;
    };
    const pictures = new Map();
    const decoded = async (image) => {
        const address = image.href.baseVal;
        if (!pictures.has(address)) {
            const loaded = new Image();
            loaded.src = address;
            await loaded.decode();
            const canvas = document.createElement('canvas');
            canvas.width = loaded.naturalWidth;
            canvas.height = loaded.naturalHeight;
            const pen = canvas.getContext('2d', {willReadFrequently: true});
            pen.drawImage(loaded, 0, 0);
            pictures.set(address, pen);
        }
        return pictures.get(address);
    };
    const page = (element) => {
        const layers = [];
        for (let up = element; up; up = up.parentElement)
            layers.unshift(rgba(getComputedStyle(up).backgroundColor));
        return layers.reduce((below, layer) => over(layer, layer[3], below), [255, 255, 255]);
    };
    const faint = [];
    let seen = 0;
    for (const room of document.querySelectorAll('.js-plotly-plot, [data-testid=stMain] svg')) {
        if (room.parentElement.closest('.js-plotly-plot')) continue;
        const shapes = [...room.querySelectorAll('rect, path, circle, image, text')];
        for (const text of shapes.filter(({tagName}) => tagName === 'text')) {
            const place = text.getBoundingClientRect();
            const lit = {visibilityProperty: true, opacityProperty: true};
            if (!text.textContent.trim() || !place.width || !text.checkVisibility(lit)) continue;
            const x = place.left + place.width / 2, y = place.top + place.height / 2;
            let ground = page(room);
            for (const shape of shapes.slice(0, shapes.indexOf(text))) {
                const box = shape.getBoundingClientRect();
                if (shape.tagName === 'text' || x < box.left || x > box.right || y < box.top
                    || y > box.bottom || !shape.checkVisibility({visibilityProperty: true}))
                    continue;
                const style = getComputedStyle(shape);
                const strength = opacity(shape, room);
                if (shape.tagName === 'image') {
                    const pen = await decoded(shape);
                    const {width, height} = pen.canvas;
                    const [red, green, blue, alpha] = pen.getImageData(
                        Math.min(width - 1, (x - box.left) / box.width * width),
                        Math.min(height - 1, (y - box.top) / box.height * height), 1, 1).data;
                    ground = over([red, green, blue], alpha / 255 * strength, ground);
                } else if (style.fill !== 'none' && !style.fill.startsWith('url')) {
                    const inward = shape.getScreenCTM().inverse();
                    if (!shape.isPointInFill(new DOMPoint(x, y).matrixTransform(inward))) continue;
                    const fill = rgba(style.fill);
                    ground = over(fill, fill[3] * style.fillOpacity * strength, ground);
                }
            }
            const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
            while (nodes.nextNode()) {
                const span = nodes.currentNode.parentElement, said = nodes.currentNode.data;
                if (!said.trim()) continue;
                const style = getComputedStyle(span);
                const fill = rgba(style.fill);
                const ink = over(fill, fill[3] * style.fillOpacity * opacity(span, room), ground);
                const size = parseFloat(style.fontSize);
                const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
                const found = contrast(ink, ground);
                seen += 1;
                if (found < (large || !/[\\p{L}\\p{N}]/u.test(said) ? 3 : 4.5))
                    faint.push(`${found.toFixed(2)} ${said}: ${style.fill} on ${
                        ground.map(Math.round)}`);
            }
        }
    }
    return {seen, faint};
}"""

# Where the key Tab stops inside of charts.
STOPS = """() => [...document.querySelectorAll('.js-plotly-plot :is(a, button, input, [tabindex])')]
    .filter((each) => each.tabIndex >= 0 && each.checkVisibility({visibilityProperty: true}))
    .map((each) => `a stop at ${each.ariaLabel ?? each.outerHTML}`)"""


def barriers(page: Page) -> list[str]:
    """What keeps somebody from reading a page, or from going through it by the key Tab."""
    page.mouse.move(0, 0)  # a chart that the pointer is at shows its buttons
    return broken_rules(page) + faint_letters(page) + page.evaluate(STOPS)


def broken_rules(page: Page) -> list[str]:
    """What axe-core finds on a page, but for what is Streamlit's own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(AXE, {"tags": TAGS, "exceptions": STREAMLITS})


def faint_letters(page: Page) -> list[str]:
    """Texts of charts and drawings whose contrast with what is behind them is too small."""
    return page.evaluate(LETTERS)["faint"]


def swipe_up(element: Locator, pixels: int) -> None:
    """Put a finger on an element's middle, move it up so far, rest, and lift it."""
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = element.page.context.new_cdp_session(element.page)
    for step in range(11):
        at = {"x": x, "y": y - pixels * step / 10}
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        element.page.wait_for_timeout(30)  # a faster finger throws the page
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    element.page.wait_for_timeout(100)
