// The instructor's page: asks every two seconds while it can be seen, and draws what the class adds up to.

const EVERY = 2000; // ms
const ENOUGH = 5; // results, below which nothing is added up
const TOPICS = { trust: "Trust game", ratings: "Ball game", bets: "Bets of lesson" };
const ORDER = Object.keys(TOPICS);
const NEEDS = ["belonging", "self-esteem", "control", "meaningful existence"];
const ANSWERS = 8;
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [1200, 370, 70, 190, 16, 56];

// The token leaves the address bar, which a projector shows to the room; the tab keeps it.
const TOKEN = "classroom.token";
if (location.hash.length > 1) sessionStorage.setItem(TOKEN, location.hash.slice(1));
history.replaceState(null, "", location.pathname);
addEventListener("hashchange", () => location.reload());
const token = sessionStorage.getItem(TOKEN);

const at = (id) => document.getElementById(id);
let topics = [];
let chosen = null;

async function asked(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { Authorization: `Instructor ${token}` }, cache: "no-store" });
  if (!answer.ok) throw new Error((await answer.json()).problem);
  return answer;
}

const named = (topic) => (topic.startsWith("bets ") ? `${TOPICS.bets} ${topic.slice(5).padStart(2, "0")}` : TOPICS[topic]);

const drawn = (tag, attributes, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  at("picture").append(node);
};

const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Each picture returns the sentence that says the same in words.
const PICTURES = {
  trust({ sums, counted, model }) {
    const sent = sums.sent.map((sum) => sum / counted);
    const x = scale(1, 20, LEFT, WIDTH - RIGHT);
    const y = scale(0, 12, HEIGHT - BOTTOM, TOP);
    for (const amount of [0, 4, 8, 12]) {
      drawn("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(amount), y2: y(amount) });
      drawn("text", { x: LEFT - 12, y: y(amount) + 7, "text-anchor": "end" }, amount);
    }
    for (const round of [1, 5, 10, 15, 20]) drawn("text", { x: x(round), y: HEIGHT - BOTTOM + 26, "text-anchor": "middle" }, round);
    drawn("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "Round");
    drawn("text", { x: 0, y: HEIGHT / 2 - 20, transform: `rotate(-90 20 ${HEIGHT / 2 - 20})`, "text-anchor": "middle" }, "MU sent, mean");
    drawn("line", { class: "grid", "stroke-width": 3, x1: x(10.5), x2: x(10.5), y1: TOP, y2: HEIGHT - BOTTOM });
    drawn("text", { x: x(10.5) + 8, y: TOP + 16 }, "new partner");
    const line = (values) => values.map((value, index) => `${x(index + 1)},${y(value)}`).join(" ");
    drawn("polyline", { class: "model", points: line(model) });
    drawn("polyline", { class: "you", points: line(sent) });
    sent.forEach((value, index) => drawn("circle", { class: "dot", cx: x(index + 1), cy: y(value), r: 6 }));
    const apart = Math.abs(y(sent[19]) - y(model[19])) < 26 ? 13 * Math.sign(y(sent[19]) - y(model[19]) || 1) : 0;
    drawn("text", { class: "label-you", x: WIDTH - RIGHT + 16, y: y(sent[19]) + 7 + apart }, "the class");
    drawn("text", { class: "label-model", x: WIDTH - RIGHT + 16, y: y(model[19]) + 7 - apart }, "the model");
    return (
      `The class sent ${mean(sent).toFixed(1)} of 12 MU on average, the model's crowd at the same games ${mean(model).toFixed(1)}. ` +
      `Partner 1: ${mean(sent.slice(0, 10)).toFixed(1)} MU, partner 2: ${mean(sent.slice(10)).toFixed(1)} MU. The lab in notebook 04 puts the study of 2005 beside it.`
    );
  },
  ratings({ sums }) {
    const left = 250;
    const x = scale(1, 5, left, WIDTH - 60);
    for (const points of [1, 2, 3, 4, 5]) {
      drawn("line", { class: "grid", x1: x(points), x2: x(points), y1: TOP + 30, y2: HEIGHT - BOTTOM });
      drawn("text", { x: x(points), y: HEIGHT - BOTTOM + 26, "text-anchor": "middle" }, points);
    }
    drawn("text", { x: x(3), y: HEIGHT - 4, "text-anchor": "middle" }, "points, mean (1 not at all, 5 very much)");
    drawn("text", { class: "label-you", x: left, y: TOP + 12 }, "● after being left out   ○ at the end");
    const words = [];
    NEEDS.forEach((need, index) => {
      const y = TOP + 66 + index * 60;
      drawn("text", { x: left - 16, y: y + 7, "text-anchor": "end" }, need);
      const [out, end] = ["left_out", "end"].map((name) => sums[name][index] / sums[`${name}_answers`][index]);
      if (out && end) drawn("line", { class: "you", x1: x(out), x2: x(end), y1: y, y2: y });
      if (end) drawn("circle", { class: "ring", cx: x(end), cy: y, r: 12 });
      if (out) drawn("circle", { class: "dot", cx: x(out), cy: y, r: 9 });
      words.push(`${need} ${out ? out.toFixed(1) : "–"} → ${end ? end.toFixed(1) : "–"}`);
    });
    return `${words.join(", ")}. "–" stands for fewer than ${ENOUGH} answers.`;
  },
  bets({ sums }) {
    const bets = Object.values(sums)
      .map((cells, index) => {
        const all = cells.reduce((sum, count) => sum + count, 0);
        const stayed = cells.reduce((sum, count, cell) => sum + (cell % (ANSWERS + 1) === 0 ? count : 0), 0);
        return { name: `bet ${index + 1}`, all, stayed };
      })
      .filter(({ all }) => all);
    const x = scale(0, 1, 120, WIDTH - 120);
    const rows = (HEIGHT - 70) / Math.max(bets.length, 3);
    drawn("text", { class: "label-you", x: 120, y: TOP + 12 }, "filled: stayed");
    drawn("text", { class: "label-you", x: x(1), y: TOP + 12, "text-anchor": "end" }, "open: changed");
    bets.forEach(({ name, all, stayed }, index) => {
      const y = TOP + 34 + index * rows;
      const height = Math.min(rows * 0.66, 56);
      drawn("text", { x: 104, y: y + height / 2 + 7, "text-anchor": "end" }, name);
      drawn("rect", { class: "rest", x: x(0), y, width: x(1) - x(0), height });
      drawn("rect", { class: "bar", x: x(0), y, width: x(stayed / all) - x(0), height });
      drawn("text", { x: x(1) + 12, y: y + height / 2 + 7 }, `${all - stayed} of ${all}`);
    });
    const words = bets.map(({ name, all, stayed }) => `${name}: ${all - stayed} of ${all}`).join(", ");
    return words ? `Changed their minds: ${words}. The lab in the notebook shows from which answer to which.` : "No bet has enough answers yet.";
  },
};

function show() {
  const focused = document.activeElement?.dataset?.topic;
  at("topics").replaceChildren(
    ...topics.map(({ topic, shared }) => {
      const node = document.createElement("button");
      Object.assign(node, { type: "button", textContent: `${named(topic)}: ${shared}`, onclick: () => ((chosen = topic), show()) });
      node.dataset.topic = topic;
      node.setAttribute("aria-pressed", topic === chosen);
      return node;
    }),
  );
  if (focused) at("topics").querySelector(`[data-topic="${focused}"]`)?.focus();
  const now = topics.find(({ topic }) => topic === chosen);
  at("picture").replaceChildren();
  at("sentence").textContent = "";
  if (!now) {
    at("count").textContent = "Waiting for the first result.";
    return;
  }
  const { topic, shared, counted } = now;
  const learners = shared === 1 ? "1 learner has shared" : `${shared} learners have shared`;
  if (!counted) {
    at("count").textContent = `${learners}. The picture begins with ${ENOUGH}: with fewer, one could tell who is who.`;
    return;
  }
  const rest = shared === counted ? "" : ` The picture holds ${counted}: it grows by fives.`;
  at("count").textContent = `${learners}.${rest}`;
  at("sentence").textContent = PICTURES[topic.split(" ")[0]](now);
}

async function look() {
  try {
    const overview = await (await asked("/api/overview")).json();
    at("trouble").textContent = "";
    at("class-code").textContent = overview.class_code;
    at("link").textContent = `${location.origin}/join#${overview.class_code}`;
    const place = ({ topic }) => ORDER.indexOf(topic.split(" ")[0]);
    const now = [...overview.topics].sort((a, b) => place(a) - place(b));
    const changed = JSON.stringify(now) !== JSON.stringify(topics);
    topics = now;
    if (!topics.some(({ topic }) => topic === chosen)) chosen = [...topics].sort((a, b) => b.shared - a.shared)[0]?.topic ?? null;
    if (changed) show();
  } catch (error) {
    at("trouble").textContent =
      error instanceof TypeError ? "The classroom does not answer. Is it still open? This page goes on asking." : error.message;
  }
}

function repeat() {
  const again = () => setTimeout(repeat, EVERY);
  if (document.hidden) again();
  else look().then(again);
}

// What the instructor asked for is done, or the page says why not.
const tried = (action) => () => action().catch((error) => (at("trouble").textContent = error.message));

at("export").onclick = tried(async () => {
  const url = URL.createObjectURL(await (await asked("/api/results.csv")).blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: "class-results.csv" });
  link.click();
  URL.revokeObjectURL(url);
});
const sure = (open) => {
  at("sure").hidden = !open;
  at("delete").hidden = open;
  at(open ? "no" : "delete").focus();
};
at("delete").onclick = () => sure(true);
at("no").onclick = () => sure(false);
at("yes").onclick = tried(async () => {
  await asked("/api/results", { method: "DELETE" });
  topics = [];
  chosen = null;
  show();
  sure(false);
});
repeat();
