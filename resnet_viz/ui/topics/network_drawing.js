// A drawing of which parts are chosen by a press, or by the keys: arrows move, Enter chooses.
export default function ({ data, parentElement, setTriggerValue }) {
  let room = parentElement.querySelector(".network-drawing");
  if (!room) {
    room = document.createElement("div");
    room.className = "network-drawing";
    room.addEventListener("click", (event) => choose(room, event.target));
    room.addEventListener("keydown", (event) => follow(room, event));
    parentElement.append(room);
  }
  room.chosen = (part) => setTriggerValue("pressed", part);
  if (room.shown === data.svg) return;
  const held = room.contains(document.activeElement) ? parts(room).indexOf(document.activeElement) : -1;
  room.shown = data.svg;
  room.innerHTML = data.svg;
  const all = parts(room);
  const marked = all.find((part) => part.getAttribute("aria-pressed") === "true") ?? all[0];
  all.forEach((part) => (part.tabIndex = -1));
  (all[held] ?? marked).tabIndex = 0;
  all[held]?.focus({ preventScroll: true });
  if (held < 0) reveal(room, marked);
}

function parts(room) {
  return [...room.querySelectorAll(".part")];
}

function choose(room, target) {
  const part = target.closest?.(".part");
  if (!part) return;
  part.focus({ preventScroll: true });
  room.chosen(part.dataset.part);
}

function follow(room, event) {
  const all = parts(room);
  const at = all.indexOf(event.target);
  if (at < 0) return;
  if (event.key === "Enter" || event.key === " ") choose(room, event.target);
  else {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (!all[to]) return;
    all[at].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  }
  event.preventDefault();
}

// A part that was chosen elsewhere is seen: only the drawing's own window is moved.
function reveal(room, part) {
  let view = room.parentElement;
  while (view && getComputedStyle(view).overflowY !== "auto") view = view.parentElement;
  if (!view || view.dataset.testid === "stMain" || !part) return;
  const frame = view.getBoundingClientRect();
  const place = part.getBoundingClientRect();
  const over = place.bottom - frame.bottom;
  if (over > 0 || place.top < frame.top)
    view.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
}
