// Keeps the words and bars that the page shows of runs up to date, where Streamlit has drawn them:
// only the text that is there is another one, so that nothing moves, and nobody is interrupted who
// hears the page.
const MOST_SPREAD = 3000; // milliseconds over which pages of many followers run again
const SPREAD = 40; // for each follower
const kept = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let texts = kept.get(parentElement);
  if (!texts) kept.set(parentElement, (texts = new Texts(data.channel)));
  texts.data = data;
  texts.runAgain = () => setTriggerValue("changed", data.since);
  return () => setTimeout(() => parentElement.isConnected || texts.end());
}

class Texts {
  constructor(channel) {
    this.leave = follow(channel, (said) => this.hear(said));
  }

  hear(said) {
    if (said.moment < this.data.moment) return;
    if (said.since > this.data.since) return this.later(said);
    for (const [id, places] of Object.entries(this.data.places)) {
      if (!id) write(places.finding, said.finding);
      else if (said.told[id]) {
        const [value, share, doing] = said.told[id];
        write(places.value, value);
        write(places.doing, doing);
        fill(places.bar, share);
      }
    }
  }

  // A run has begun or ended: the page has other parts now.
  later({ since, followers }) {
    if (this.asked === since) return;
    this.asked = since;
    clearTimeout(this.timer);
    const wait = Math.random() * Math.min(MOST_SPREAD, SPREAD * (followers - 1));
    this.timer = setTimeout(() => this.data.since < since && this.runAgain(), wait);
  }

  end() {
    clearTimeout(this.timer);
    this.leave();
  }
}

// The text in the node that Streamlit's own code keeps, which goes on to find it there.
function write(place, text) {
  const node = document.querySelector(place)?.firstChild;
  if (node?.nodeType === Node.TEXT_NODE && node.nodeValue !== text) node.nodeValue = text;
}

function fill(place, share) {
  const bar = document.querySelector(place);
  const filled = bar?.querySelector('[data-testid="stProgressBarTrack"] > *');
  if (!filled) return;
  const percent = Math.floor(100 * Math.min(1, share));
  bar.setAttribute("aria-valuenow", percent);
  bar.setAttribute("aria-valuetext", `${percent}%`);
  filled.style.transform = `translateX(${percent - 100}%)`;
}
