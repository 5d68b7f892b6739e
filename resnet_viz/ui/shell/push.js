// What the server pushes to all tabs alike: `follow(channel, hear)` hears each message, as JSON,
// until what it gives is called. A tab has one connection, whatever its components follow; a
// hidden tab has none, since browsers open but six to a server.
const AWAY = 3000; // milliseconds after which a connection that was refused is tried again

class Following {
  constructor() {
    this.heard = new Map(); // channel -> functions
    document.addEventListener("visibilitychange", () => this.again());
    addEventListener("pagehide", () => this.source?.close());
  }

  // Whoever comes later is told what the others know, which the server sends at the beginning.
  add(channel, hear) {
    if (!this.heard.has(channel)) this.heard.set(channel, new Set());
    this.heard.get(channel).add(hear);
    this.again();
    return () => {
      this.heard.get(channel).delete(hear);
      if (this.heard.get(channel).size) return;
      this.heard.delete(channel);
      this.again();
    };
  }

  // Connect anew, and so hear all there is to know; `within` some milliseconds, so that not all do
  // at once.
  again(within = 0) {
    this.timer ??= setTimeout(() => this.connect(), 50 + Math.random() * within);
  }

  connect() {
    this.timer = null;
    this.source?.close();
    this.source = null;
    if (document.hidden || !this.heard.size) return;
    const own = document.querySelector('script[src*="static/js/"]').src; // Streamlit's: any address
    const channels = [...this.heard.keys()];
    const source = new EventSource(
      own.slice(0, own.lastIndexOf("static/js/")) + "__ADDRESS__" + channels.join(","),
    );
    this.source = source;
    for (const channel of channels)
      source.addEventListener(channel, ({ data }) => {
        const said = JSON.parse(data);
        for (const hear of this.heard.get(channel) ?? []) hear(said);
      });
    source.onerror = () => {
      if (source === this.source && source.readyState === EventSource.CLOSED)
        setTimeout(() => source === this.source && this.again(AWAY), AWAY);
    };
  }
}

function following() {
  return (window.resnetVizFollowing ??= new Following());
}

function follow(channel, hear) {
  return following().add(channel, hear);
}
