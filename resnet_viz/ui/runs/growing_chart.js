// A chart whose lines grow: what has come is put at their ends, and nothing else is drawn anew.
// It comes with the page, or is pushed to all who look at the same runs; where points are missing in
// between, everything is asked for once more.
const PLOTLY = "__PLOTLY__";
const REST = 1000; // milliseconds from one redraw to the next
const NARROW = 480; // pixels, below which names at the ends of lines leave too little for these
const GAP = 17; // pixels between the names of two lines
const BRACKET = 10; // letters of room left of an arrow for what it measures
const charts = new WeakMap();
let loading;

export default function ({ data, parentElement }) {
  let chart = charts.get(parentElement);
  if (!chart) charts.set(parentElement, (chart = new Growing(parentElement)));
  chart.bring(data);
  return () => setTimeout(() => parentElement.isConnected || chart.end());
}

function plotly() {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const own = document.querySelector('script[src*="static/js/"]').src; // Streamlit's: any address
    const script = document.createElement("script");
    script.src = own.slice(0, own.lastIndexOf("static/js/")) + PLOTLY;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("the code that draws charts did not load"));
    document.head.append(script);
  });
  return loading;
}

class Growing {
  constructor(room) {
    this.room = room;
    this.plot = document.createElement("div");
    this.plot.setAttribute("role", "figure");
    room.append(this.plot);
    this.drawn = -Infinity;
    this.revision = 0;
    this.plot.dataset.redraws = 0;
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(room);
  }

  // What the page says of it, which is said again wherever the page's theme is another one.
  bring(data) {
    this.plot.setAttribute("aria-label", data.alt);
    this.waiting = data.waiting;
    if (data.large !== this.data?.large) this.base = this.given = null;
    this.data = data;
    if (this.given !== data.base || this.base === data.base) this.take(data);
    this.given = data.base;
    if (this.theme && this.theme !== look(this.room).text) this.whole = true;
    this.later();
    if (data.channel) this.leave ??= follow(data.channel, (said) => this.hear(said));
  }

  hear({ moment, charts }) {
    const { metric, large } = this.data;
    const news = charts[metric];
    if (!news || moment < this.data.moment) return;
    if (large && news.large) news.figure = news.large;
    if (!this.take({ ...news })) following().again(REST);
    this.later();
  }

  // Whether nothing is missing between what is here and what has come.
  take({ base, figure, from = [], points = [] }) {
    if (base !== this.base) {
      if (!figure) return false;
      this.base = base;
      this.figure = { ...figure, data: figure.data.map((line) => ({ ...line })) };
      if (points.length) for (const line of this.figure.data) [line.x, line.y] = [[], []];
      this.whole = true;
    }
    const lines = this.figure.data;
    if (from.some((start, line) => start > lines[line].x.length)) return false;
    points.forEach(([x, y], line) => {
      const known = lines[line].x.length - from[line];
      if (known >= x.length) return;
      lines[line].x.push(...x.slice(known));
      lines[line].y.push(...y.slice(known));
      this.fresh = true;
    });
    return true;
  }

  later() {
    if (this.timer || !(this.whole || this.fresh)) return;
    const rest = this.whole ? 0 : Math.max(0, this.drawn + REST - performance.now());
    this.timer = setTimeout(() => this.draw(), rest);
  }

  async draw() {
    let Plotly;
    try {
      Plotly = await plotly();
    } catch (error) {
      this.plot.textContent = `${this.plot.getAttribute("aria-label")} (${error.message})`;
      return;
    } finally {
      this.timer = null;
    }
    if (this.over) return;
    const lines = this.figure.data;
    if (this.whole) {
      await Plotly.react(this.plot, lines, this.layout(), this.figure.config);
      this.listen();
    } else {
      // As Plotly's extendTraces does, but with the names at the ends in the same redraw.
      const hovered = this.hovered;
      await Plotly.update(
        this.plot,
        { x: lines.map((line) => line.x), y: lines.map((line) => line.y) },
        { annotations: this.notes() },
      );
      if (hovered) Plotly.Fx.hover(this.plot, hovered, "xy");
    }
    this.whole = this.fresh = false;
    this.drawn = performance.now();
    this.plot.dataset.redraws++;
  }

  listen() {
    if (this.listening) return;
    this.listening = true;
    this.plot.on("plotly_hover", ({ xvals }) => (this.hovered = { xval: xvals[0] }));
    this.plot.on("plotly_unhover", () => (this.hovered = null));
  }

  fit() {
    if (!this.figure || !this.room.clientWidth || this.width === this.room.clientWidth) return;
    this.whole = true;
    this.later();
  }

  layout() {
    const { layout } = this.figure;
    const { text, page, line, font } = look(this.room);
    this.theme = text;
    this.width = this.room.clientWidth;
    this.narrow = this.width < NARROW;
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
    const named = this.figure.named && !this.narrow;
    return {
      ...layout,
      datarevision: ++this.revision, // or plotly takes arrays for those that it knows
      width: this.width,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { ...layout.font, family: font, color: text },
      title: { ...layout.title, text: layout.title?.text && `<b>${layout.title.text}</b>` },
      hoverlabel: { bgcolor: page, bordercolor: line, font: { color: text } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: line, activecolor: text },
      xaxis: { ...layout.xaxis, ...axis, zeroline: false },
      yaxis: { ...layout.yaxis, ...axis, zeroline: false },
      showlegend: !named && layout.showlegend,
      margin: named ? { ...layout.margin, t: this.figure.top, r: this.figure.right } : layout.margin,
      annotations: this.notes(),
    };
  }

  notes() {
    return [...this.names(), ...this.bracket()];
  }

  // The distance of two lines where both have their last point, as charts/brackets.py writes it.
  bracket() {
    const { data, layout, apart, far } = this.figure;
    if (apart.length < 2) return [];
    const [one, other] = apart.map((line) => data[line]);
    const x = one.x.findLast((x) => other.x.includes(x));
    if (x === undefined) return [];
    const [low, high] = [one, other].map((line) => line.y[line.x.lastIndexOf(x)]).sort((a, b) => a - b);
    const [bottom, top] = layout.yaxis.range;
    if (high - low < far * (top - bottom)) return [];
    const [start, end] = layout.xaxis.range;
    const left = ((x - start) / (end - start)) * this.width;
    if (left < BRACKET * layout.font.size) return [];
    return [
      {
        ...{ x, y: high, ax: x, ay: low, axref: "x", ayref: "y", text: "" },
        ...{ arrowside: "end+start", arrowhead: 2, arrowwidth: 1.5, arrowcolor: "#808080" },
      },
      {
        x,
        y: (low + high) / 2,
        text: `<b>${(high - low).toFixed(1)} points</b>`,
        showarrow: false,
        xanchor: "right",
        xshift: -8,
        font: { size: layout.font.size },
      },
    ];
  }

  // The name of each line at its end; where two would lie over each other they are moved apart.
  names() {
    const { data, layout, named, right } = this.figure;
    if (this.waiting && !data.some((line) => line.x.length))
      return [
        { text: this.waiting, xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false },
      ];
    if (!named || this.narrow) return [];
    const size = layout.font.size - 1;
    const { type } = layout.yaxis;
    const range = this.plot.layout?.yaxis.range ?? layout.yaxis.range; // as it is zoomed
    const place = (y) => (type === "log" ? Math.log10(y) : y);
    const scale = (layout.height - this.figure.top - 60) / (range[1] - range[0]);
    const ends = data
      .filter((line) => line.x.length && line.showlegend !== false)
      .map((line) => ({ line, x: line.x.at(-1), y: place(line.y.at(-1)) }))
      .sort((one, other) => one.y - other.y);
    let least = -Infinity;
    return ends.map(({ line, x, y }) => {
      const height = Math.max((y - range[0]) * scale, least + (GAP * size) / 13);
      least = height;
      return {
        text: line.name,
        x,
        y,
        xanchor: "left",
        xshift: 8,
        yshift: height - (y - range[0]) * scale,
        showarrow: false,
        font: { size, color: line.line.color },
        bgcolor: look(this.room).page,
        borderpad: 0,
      };
    });
  }

  end() {
    this.over = true;
    this.leave?.();
    this.resized.disconnect();
    clearTimeout(this.timer);
    window.Plotly?.purge(this.plot);
  }
}

// Streamlit's colours, as the page has them now.
function look(room) {
  const style = getComputedStyle(room);
  const value = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: value("text-color"),
    page: value("background-color"),
    line: value("border-color-light"),
    font: value("font"),
  };
}
