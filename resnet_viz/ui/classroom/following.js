// A tab of a class: it goes where the teacher is, frames what the teacher points at, and asks for
// its page again when a question on it has come to another state. Of a teacher's tab it tells where
// it is and what was pressed while pointing.
__FOLLOW__
const LOOK = 250; // milliseconds between two looks at the teacher's address
const AGAIN = 15000; // after which a page that did not come is asked for once more
const LOST = 2000; // that Streamlit has to connect anew by itself
const GONE = "resnet_viz away", WENT = "resnet_viz went"; // what a tab keeps over a reload
const NEVER = "head links scripts class-bar"; // what nobody points at

export default function ({ data, parentElement, setTriggerValue }) {
  const tab = (window.resnetVizClass ??= new Tab());
  tab.take(parentElement, { data, say: setTriggerValue });
  return () => setTimeout(() => tab.leave());
}

class Tab {
  constructor() {
    this.rooms = new Map(); // of the pages that are drawn, the newest last
    this.style = document.head.appendChild(document.createElement("style"));
    this.aim = document.head.appendChild(document.createElement("style"));
    const app = document.querySelector(".stApp") ?? document.body; // which is light or dark
    this.bar = app.appendChild(document.createElement("div"));
    this.bar.className = "class-bar";
    this.bar.setAttribute("role", "status");
    this.pressed = (event) => this.press(event);
    this.hovered = (event) => this.hover(event);
    this.left = (event) => event.key === "Escape" && this.say("pointed", "");
    this.scrolled = () => this.hint();
    addEventListener("scroll", this.scrolled, { capture: true, passive: true });
  }

  // The room of the page before may be drawn again after that of the new page: the newest counts.
  take(room, told) {
    this.rooms.set(room, told);
    this.leave();
  }

  leave() {
    for (const room of this.rooms.keys()) if (!room.isConnected) this.rooms.delete(room);
    const told = [...this.rooms.values()].pop();
    if (told) this.begin(told);
    else this.end();
  }

  begin({ data, say }) {
    this.data = data;
    this.say = say;
    this.off ??= follow("class", (said) => this.hear(said));
    clearInterval(this.looking);
    if (data.presents) this.looking = setInterval(() => this.look(), LOOK);
    this.pointing(data.pointing);
    if (this.said) this.hear(this.said);
  }

  end() {
    this.off?.();
    this.off = null;
    clearInterval(this.looking);
    this.pointing(false);
    this.bar.hidden = true;
    this.style.textContent = "";
  }

  // What is known of the class, from the server.
  hear(said) {
    this.said = said;
    this.reconnect();
    const { data } = this;
    for (const [id, text] of Object.entries(said.counts))
      for (const each of document.querySelectorAll(`[data-counts="${id}"]`))
        if (each.textContent !== text) each.textContent = text;
    if (data.teaches && said.presenter !== data.presenter) this.ask(said.presenter);
    if (!said.presenter) this.forget();
    else if (!data.teaches) this.go();
    if ((said.states[this.page()] ?? "") !== data.states && this.page() === data.page)
      this.ask(this.page(), Math.random() * said.spread);
    this.frame();
    this.show();
  }

  // Have the page drawn once more: once for each change, however often that is heard.
  ask(why, within = 0) {
    const what = `${why} ${JSON.stringify(this.said.states)}`;
    if (this.asked === what) return;
    this.asked = what;
    setTimeout(() => this.say("changed", what), within);
    setTimeout(() => this.asked === what && (this.asked = null), AGAIN); // it may have been lost
  }

  // After a restart of the server this is told again at once; Streamlit waits longer and longer.
  reconnect() {
    const lost = () => document.querySelector('[data-test-connection-state]')
      ?.dataset.testConnectionState !== "CONNECTED";
    if (this.waiting || !lost()) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (lost()) location.reload();
    }, LOST + Math.random() * this.said.spread);
  }

  page() {
    const last = location.pathname.split("/").pop();
    return last === "" || !this.data.pages.includes(last) ? this.data.first : last;
  }

  target() {
    return JSON.stringify([this.said.page, this.said.query]);
  }

  // Nobody presents: whoever does so next is followed by all.
  forget() {
    sessionStorage.removeItem(WENT);
    sessionStorage.removeItem(GONE);
  }

  get away() {
    return sessionStorage.getItem(GONE) === this.data.class;
  }

  // Go where the teacher is, as Streamlit goes back and forward: what an address says is drawn, and
  // nothing is loaded anew. Who has turned to another page by themselves is left alone there.
  go(force = false) {
    const { data, said } = this;
    const went = JSON.parse(sessionStorage.getItem(WENT) ?? "null");
    if (!force && went && went[0] === data.class && !this.away && this.page() !== went[1]) {
      sessionStorage.setItem(GONE, data.class);
      return;
    }
    if (this.away && !force) return;
    const target = this.target();
    if (force || !went || went[0] !== data.class || went[3] !== target) {
      sessionStorage.setItem(WENT, JSON.stringify([data.class, said.page, said.query, target]));
      if (force || this.page() !== said.page || this.askedFor(said.query) !== this.askedFor(location.search)) this.turn(said);
    }
  }

  // What an address asks for, in whatever order, apart from the visitor's own screen.
  askedFor(query) {
    const asked = new URLSearchParams(query);
    for (const key of this.data.own) asked.delete(key);
    asked.sort();
    return asked.toString();
  }

  turn({ page, query }, tries = 2) {
    const cut = location.pathname.lastIndexOf("/") + 1;
    const last = location.pathname.slice(cut); // of a page, or of the path that the server has
    const known = last === "" || this.data.pages.includes(last);
    const folder = known ? location.pathname.slice(0, cut) : `${location.pathname}/`;
    const asked = new URLSearchParams(query);
    const mine = new URLSearchParams(location.search);
    for (const key of this.data.own) if (mine.has(key)) asked.set(key, mine.get(key));
    const search = asked.toString();
    const name = page === this.data.first ? "" : page;
    history.replaceState(null, "", folder + name + (search ? `?${search}` : ""));
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
    clearTimeout(this.late);
    this.late = setTimeout(() => {
      const arrived = this.data.page === page || this.away || this.said.page !== page;
      if (!arrived && tries) this.turn({ page, query }, tries - 1);
    }, AGAIN);
  }

  // A teacher's address, where the server has not been told it by the page itself.
  look() {
    const here = `${this.page()}?${this.askedFor(location.search)}`;
    const [page, query] = this.data.told.split("?");
    const told = `${page}?${this.askedFor(query)}`;
    const settled = here === this.before;
    this.before = here;
    if (settled && here !== told && here !== this.told) {
      this.told = here;
      this.say("moved", here);
    }
  }

  frame() {
    const { mark, page } = this.said;
    const shown = mark && page === this.page() && (this.data.teaches || !this.away);
    this.style.textContent = shown ? `${selector(mark)} { ${FRAME} }` : "";
    this.marked = shown ? mark : "";
    this.hint();
  }

  hint() {
    const arrow = this.bar.querySelector(".class-arrow");
    if (!arrow) return;
    const part = this.marked && document.querySelector(selector(this.marked));
    const place = part && part.getBoundingClientRect();
    const side = !place || !place.height ? "" : place.bottom < 40 ? "↑" : place.top > innerHeight - 80 ? "↓" : "";
    arrow.hidden = !side;
    if (side) arrow.textContent = `${side} ${this.data.words.pointed}`;
  }

  // The bar of a follower; a teacher has buttons in the page's head.
  show() {
    const { data, said } = this;
    const state = data.teaches || !said.presenter ? "" : this.away ? "away" : "follows";
    const what = `${state} ${said.own}`;
    this.bar.hidden = !state;
    if (this.drawn === what) return this.hint();
    this.drawn = what;
    this.bar.replaceChildren();
    if (!state) return;
    const text = document.createElement("span");
    const own = state === "follows" && said.own ? ` ${data.words.own}` : "";
    text.textContent = data.words[state] + own;
    this.bar.append(text);
    this.bar.append(
      button(data.words[state === "away" ? "back" : "leave"], () => {
        sessionStorage.setItem(GONE, state === "away" ? "" : data.class);
        if (state === "away") this.go(true);
        this.frame();
        this.show();
      }),
    );
    const arrow = button("", () =>
      document.querySelector(selector(this.marked))?.scrollIntoView({ block: "center" }),
    );
    arrow.className = "class-arrow";
    this.bar.append(arrow);
    this.hint();
  }

  // While a teacher points, a press on the page chooses what is framed, and does nothing else.
  pointing(on) {
    for (const [name, hear] of [["click", this.pressed], ["pointerover", this.hovered], ["keydown", this.left]])
      (on ? addEventListener : removeEventListener)(name, hear, { capture: true });
    if (!on) this.aim.textContent = "";
  }

  keyed(event) {
    const part = event.target.closest?.('[class*="st-key-"]');
    const key = part && [...part.classList].find((name) => name.startsWith("st-key-"));
    const apart = NEVER.split(" ").some((name) => event.target.closest?.(`.st-key-${name}, .${name}`));
    return key && !apart ? key : "";
  }

  hover(event) {
    const key = this.keyed(event);
    this.aim.textContent = key ? `${selector(key)} { outline: 2px dashed currentColor; cursor: crosshair; }` : "";
  }

  press(event) {
    const key = this.keyed(event);
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    const part = event.target.closest("[data-part]")?.dataset.part;
    const mark = part ? `${key}/${part}` : key;
    this.say("pointed", mark === this.said?.mark ? "" : mark);
  }
}

const FRAME = "outline: 4px solid #CC79A7 !important; outline-offset: 4px; border-radius: 4px;";

// What a mark names: an element of the page by its key, and behind a stroke a part of a drawing.
function selector(mark) {
  const [key, part] = mark.split("/");
  return `.${CSS.escape(key)}${part ? ` [data-part="${CSS.escape(part)}"]` : ""}`;
}

function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}
