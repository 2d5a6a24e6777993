// What every widget of the collection shares. Python joins this file and one other into one ES module.

const SILENCE_LIMIT = 3000; // ms without an answer before the learner is told
const FRAME = 16; // ms
const SETTLE = 350; // ms without change before a sentence is spoken

let counter = 0;
const nextId = (stem) => `intimacy-${stem}-${Date.now().toString(36)}-${(counter += 1)}`;

// Make an element: `element("p", {class: "note", text: "…"}, child, …)`.
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const button = (label, action, attributes = {}) =>
  element("button", { type: "button", text: label, onclick: action, ...attributes });

// A table with a heading per column; a caption where one is given.
const tableOf = (columns, rows, caption) =>
  element(
    "table",
    {},
    caption ? element("caption", { text: caption }) : null,
    element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col", text: column })))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", { text: cell }))))),
  );

// Run `repaint` at once when it has rested for a frame, else with the next frame (soon, when the page is hidden).
function coalesced(repaint) {
  let waiting = false;
  let last = -Infinity;
  const run = () => {
    waiting = false;
    last = performance.now();
    repaint();
  };
  return () => {
    if (waiting) return;
    if (performance.now() - last > FRAME) {
      run();
      return;
    }
    waiting = true;
    if (document.hidden) setTimeout(run, 50);
    else requestAnimationFrame(run);
  };
}

// Say `text` in a live region once it has stood still for a moment, so that a dragged slider does not chatter.
function speaker(region) {
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (region.textContent !== text) region.textContent = text;
    }, SETTLE);
  };
}

const LESS_MOTION = matchMedia("(prefers-reduced-motion: reduce)");
const prefersReducedMotion = () => LESS_MOTION.matches;

function luminance(color) {
  const parts = (color.match(/[\d.]+/g) ?? []).map(Number);
  if (parts.length < 3 || parts[3] === 0) return null;
  const [r, g, b] = parts.map((part) => part / 255);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const FORCED = matchMedia("(forced-colors: active)"); // the colours of a person's own system, such as high contrast

// Light or dark, as the front end around us is: its own word first, else the nearest painted background.
function themeOf(node) {
  const declared = document.body.dataset.jpThemeLight;
  if (declared !== undefined && !FORCED.matches) return declared === "false" ? "dark" : "light";
  for (let at = node; at; at = at.parentElement) {
    const value = luminance(getComputedStyle(at).backgroundColor);
    if (value !== null) return value < 0.4 ? "dark" : "light";
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// Keep `root.dataset.theme` right and call `changed` when it turns.
function followTheme(root, signal, changed) {
  const update = () => {
    const theme = themeOf(root.parentElement ?? root);
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    changed(theme);
  };
  update();
  const observer = new MutationObserver(update);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class", "style"] });
  for (const wish of [matchMedia("(prefers-color-scheme: dark)"), FORCED]) wish.addEventListener("change", update, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  requestAnimationFrame(update);
}

// Text as nodes: what follows an underscore in a symbol, as in τ_P, stands below the line.
const subscripted = (text) =>
  text.split(/_([\p{L}\p{N}]+)/u).map((part, index) => (index % 2 ? element("sub", { text: part }) : part));

const onOneLine = (...nodes) => element("span", { class: "on-one-line" }, ...nodes);

// A sentence as nodes, none of whose lines begins with a percent sign.
const unbroken = (text) => text.split(/(\S+ %)/).map((part, index) => (index % 2 ? onOneLine(part) : part));

// A list of values as nodes: a line ends after a dot, and "k = 12" stays on one line.
function listed(text) {
  const parts = text.replaceAll(" · ", " ·\n").split("\n");
  return parts.flatMap((part, index) => {
    const nodes = subscripted(part);
    return [index ? " " : "", ...(part.length < 26 ? [onOneLine(...nodes)] : nodes)];
  });
}

// Jupyter takes arrow keys for its own shortcuts: JupyterLab when the event bubbles up to the page, Notebook 7 before it
// comes down to the control. There only an attribute on the focused control itself stops it: a shortcut matches that first.
function keepKeys(root, signal) {
  const kept = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") root.closest(".jp-Cell")?.focus(); // the way out, back to Jupyter's own keys
  };
  root.addEventListener("keydown", kept, { signal });
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"), { signal });
}

// The kernel is gone as far as Jupyter knows: its view marks the element.
const isDisconnected = (el) => el.closest(".jupyter-widgets-disconnected") !== null;

const GONE = new Set(["dead", "terminating", "restarting", "autorestarting"]);

// The line to the kernel: one question at a time travels; of those that wait, only the newest is kept.
// The learner is told when an answer takes too long or Jupyter has lost the kernel, and again when it is back.
class KernelLine {
  constructor(model, el, signal) {
    this.model = model;
    this.el = el;
    this.view = nextId("view");
    this.count = 0;
    this.inFlight = null;
    this.waiting = null;
    this.replies = new Map();
    this.closed = false;
    this.handlers = { problem: () => {}, silence: () => {} };
    this.signal = signal;
    this.listen("msg:custom", (message, buffers) => this.heard(message, buffers));
    this.lost = false;
    this.ended = false; // the kernel that knew this widget is gone for good; one that comes in its place does not know it
    this.turned = (_, status) => GONE.has(status) && this.end();
    this.follow(model.widget_manager?.kernel);
    const watch = setInterval(() => this.connection(), 1000);
    signal.addEventListener("abort", () => {
      this.follow(undefined);
      this.closed = true;
      clearTimeout(this.timer);
      clearInterval(watch);
    });
  }

  // A restart can be over before the next look, so the kernel's own word is heard too. After a reload it comes late.
  follow(kernel) {
    if (kernel === this.kernel) return;
    this.kernel?.statusChanged?.disconnect(this.turned);
    this.kernel = kernel;
    kernel?.statusChanged?.connect(this.turned);
  }

  listen(name, callback) {
    this.model.on(name, callback);
    this.signal.addEventListener("abort", () => this.model.off(name, callback));
  }

  get overdue() {
    return this.inFlight !== null && Date.now() - this.inFlight.since > SILENCE_LIMIT;
  }

  ask(question) {
    this.waiting = question;
    if (!this.inFlight || this.overdue) this.post();
    else this.watch();
  }

  post() {
    if (!this.waiting) return;
    const asked = (this.inFlight = { id: `${this.view}:${(this.count += 1)}`, since: Date.now() });
    const question = this.waiting;
    this.waiting = null;
    if (!this.lost) this.el.setAttribute("aria-busy", "true");
    // An answer comes before Python says that it is idle again; one that never knew this widget says only that.
    const status = (message) => (asked.passed = message.content.execution_state === "idle");
    this.send({ request: asked.id, ...question }, { iopub: { status } });
    this.watch();
  }

  // Jupyter refuses to send once it knows that the kernel is gone; that is the moment to say so.
  send(message, callbacks) {
    try {
      this.model.send(message, callbacks);
    } catch {
      this.lose();
    }
  }

  end() {
    this.ended = true;
    this.lose();
  }

  lose() {
    this.lost = true;
    clearTimeout(this.timer);
    this.tell("gone");
  }

  // A busy region is not read aloud, and this must be.
  tell(kind) {
    this.el.setAttribute("aria-busy", "false");
    this.handlers.silence(kind);
  }

  watch() {
    if (this.lost) return;
    clearTimeout(this.timer);
    const left = SILENCE_LIMIT - (Date.now() - this.inFlight.since);
    this.timer = setTimeout(() => this.late(), Math.max(left, 0));
  }

  late() {
    if (this.inFlight?.passed) this.end();
    else if (this.inFlight) {
      this.post(); // what waits behind a question that is lost would wait for ever
      this.tell("silent");
    }
  }

  answered(request) {
    this.lost = this.ended = false;
    this.handlers.silence(null);
    if (!this.inFlight || request !== this.inFlight.id) return;
    clearTimeout(this.timer);
    this.inFlight = null;
    this.el.setAttribute("aria-busy", "false");
    this.post();
  }

  heard(message, buffers) {
    if (message.kind === "problem") {
      if (!message.request?.startsWith(`${this.view}:`)) return;
      this.answered(message.request); // clears an older notice
      this.handlers.problem(message);
      return;
    }
    const reply = this.replies.has(message.request) ? message.request : message.kind;
    this.replies.get(reply)?.(message, buffers);
    this.replies.delete(reply);
  }

  // Looks only at what the page already knows: asking the kernel would keep an idle one from being culled.
  connection() {
    const kernel = this.model.widget_manager?.kernel;
    this.follow(kernel);
    const gone =
      isDisconnected(this.el) ||
      (kernel && (kernel.isDisposed || kernel.connectionStatus === "disconnected" || GONE.has(kernel.status)));
    if (gone && !this.lost) this.lose();
    else if (!gone && this.lost && !this.ended && !this.inFlight) this.reconnected();
  }

  reconnected() {
    this.lost = false;
    this.handlers.silence(null);
  }

  askForPlotly(arrived) {
    this.replies.set("plotly", (_, buffers) => arrived(buffers[0]));
    this.send({ kind: "plotly" });
  }
}

const SILENCE = {
  silent: (shown) => [
    "Python is not answering.",
    `It may be busy with another cell, or stopped. The picture still shows ${shown}.`,
    "Wait a moment. If this stays, choose Kernel → Restart Kernel and Run All Cells; in a web app, reload the page.",
  ],
  gone: (shown) => [
    "Python has stopped.",
    `The picture still shows ${shown}; the controls no longer change it.`,
    "Choose Kernel → Restart Kernel and Run All Cells; in a web app, reload the page.",
  ],
};

const CARRY_OVER = "What you did can come with you: copy it here first, and paste it at the top of the notebook afterwards.";

// What is wrong, where it is and what to do, over whatever may no longer be true.
class Notice {
  constructor() {
    this.node = element("div", { class: "notice", role: "alert", hidden: true });
  }

  say([head, ...rest]) {
    this.node.replaceChildren(element("strong", { text: head }), ...rest.map((text) => element("p", { text })));
    this.node.hidden = false;
    this.kind = null;
  }

  // Python is silent or gone, or (null) it is back. What was done on this page can still be copied from here.
  silence(kind, shown) {
    if (!kind) {
      this.clear();
      return;
    }
    if (this.kind === kind && this.shown === shown) return; // said again, it would take the focus and lose a click
    const copy = this.kind === kind ? this.copy : copierFor(this.node); // a box that holds the line stays open
    this.say(SILENCE[kind](shown));
    [this.kind, this.shown, this.copy] = [kind, shown, copy];
    if (copy) this.node.append(element("p", { text: CARRY_OVER }), copy);
  }

  clear() {
    this.node.hidden = true;
    this.kind = null;
  }
}

// A panel that shows what Python says under `shown`: it has `build()`, which makes its root, and `show(shown)`.
class Panel {
  constructor(model, el, signal) {
    this.model = model;
    this.line = new KernelLine(model, el, signal);
    this.build();
    el.append(this.root);
    keepKeys(this.root, signal);
    followTheme(this.root, signal, () => {});
    this.line.listen("change:shown", () => {
      const shown = model.get("shown");
      this.show(shown);
      this.line.answered(shown.request);
    });
  }
}

// What a widget would carry across a restart stands in a register of the page, so that it can be copied without Python.
// Each notebook has a widget manager of its own; a page without Python has none, and carries nothing.
const register = (globalThis[Symbol.for("intimacy.carried")] ??= new Set());

function carry(model, root, read, signal) {
  if (!model.widget_manager) return;
  const entry = { manager: model.widget_manager, root, name: model.get("carried_as"), notebook: model.get("notebook"), read };
  register.add(entry);
  signal.addEventListener("abort", () => register.delete(entry));
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const crc32 = (text) =>
  (new TextEncoder().encode(text).reduce((sum, byte) => CRC_TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

async function deflated(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The state of a notebook's widgets as one line that `carry.py` reads: version, notebook, compressed JSON, checksum.
async function stateLine(manager) {
  const ours = [...register].filter((entry) => entry.manager === manager);
  const newest = new Map(ours.filter((entry) => entry.name).map((entry) => [entry.name, entry.read]));
  const all = [...newest].map(([name, read]) => [name, read()]).filter(([, kept]) => kept !== null);
  const { notebook } = ours.find((entry) => entry.notebook);
  const body = `intimacy.1.${notebook}.${await deflated(JSON.stringify(Object.fromEntries(all)))}`;
  return { line: `${body}.${crc32(body).toString(16).padStart(8, "0")}`, count: all.length };
}

// A button that copies the state. Where the browser does not let us, the line stands in a box, selected.
function copier(manager) {
  const said = element("span", { class: "said", role: "status" });
  const box = element("textarea", { readonly: true, rows: 2, "aria-label": "Your state, as one line", hidden: true });
  const copy = async () => {
    const { line, count } = await stateLine(manager);
    if (count === 0) {
      said.textContent = "There is nothing to copy yet.";
      return;
    }
    const what = `${count === 1 ? "1 thing" : `${count} things`} in a line of ${line.length} characters`;
    box.value = line;
    box.hidden = await navigator.clipboard?.writeText(line).then(
      () => true,
      () => false,
    ) ?? false;
    if (box.hidden) said.textContent = `Copied: ${what}.`;
    else {
      said.textContent = `Selected: ${what}. Press Ctrl+C or ⌘C.`;
      box.select();
    }
  };
  return element("div", { class: "copier" }, element("div", { class: "row" }, button("Copy my state", copy), said), box);
}

// The same for a part of a widget: of the notebook that it stands in, if that has a place to paste the line.
function copierFor(node) {
  const manager = [...register].find((entry) => entry.root.contains(node))?.manager;
  const pastes = manager && [...register].some((entry) => entry.manager === manager && entry.notebook);
  return pastes ? copier(manager) : null;
}

// Bytes that come once per page have a name in their place; a page without Python has the bytes themselves.
async function sent(model, value) {
  if (typeof value !== "string") return value;
  return (await model.widget_manager.get_model(value.replace("IPY_MODEL_", ""))).get("content");
}

// plotly.js crosses the wire once per page, gzipped, from the installed plotly package.
const PLOTLY = Symbol.for("intimacy.plotly");

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(stream).blob();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
  return globalThis.Plotly;
}

// Every lab that waits may ask: the first answer serves all. Asked again when silent, so a dead asker blocks nobody.
function plotly(source) {
  const page = (globalThis[PLOTLY] ??= {});
  if (!page.promise) {
    page.promise = new Promise((resolve, reject) => {
      page.arrived = (bytes) => {
        page.arrived = () => {};
        unpack(bytes).then(resolve, reject);
      };
    });
  }
  if (!page.ready) {
    page.promise.then(() => (page.ready = true));
    const ask = () => {
      if (page.ready || source.closed) return;
      if (!page.askedAt || Date.now() - page.askedAt > 15000) {
        page.askedAt = Date.now();
        source.askForPlotly((bytes) => page.arrived(bytes));
      }
      setTimeout(ask, 2000);
    };
    ask();
  }
  return page.promise;
}

// Colours that turn with the theme; every other colour is the same in both.
const DARK = {
  "#1a1a1a": "#ededed", // ink
  "#e2e2e2": "#3b3b3b", // grid
  "#767676": "#a0a0a0", // pinned, expected
  "#595959": "#b4b4b4",
  "#005a8f": "#5db4ea", // text in the colours of the lines
  "#9d3e00": "#ff9a57",
  "#006e50": "#3fcfa5",
  "#8a4470": "#e6a5cb",
  "#7a5400": "#f0b63c",
  "#f2a26b": "#8a3c00", // faces that words stand on
  "#7cc0ea": "#01598d",
};

const inTheme = (json, theme) =>
  theme === "dark" ? Object.entries(DARK).reduce((text, [light, dark]) => text.replaceAll(light, dark), json) : json;

const asArray = (value) => {
  if (value instanceof DataView) return new Float32Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  if (value?.row === undefined) return value;
  const all = asArray(value.values);
  return Array.from({ length: all.length / value.row }, (_, index) => all.subarray(index * value.row, (index + 1) * value.row));
};

const NARROW = 520; // px; from here down a label may be wider than the room that it was given
// How far a length must move to be inside a room that begins at 0; where it does not fit, it begins there.
const inside = (start, length, room) => Math.max(Math.min(start, room - length), 0) - start;

const LEADING = 3; // px by which the boxes of two lines may overlap, and their letters do not

const isRows = (value) => value[0] instanceof Float32Array;

const mapped = (values, change) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));

function setPath(target, path, value) {
  const keys = path.match(/[^.[\]]+/g); // "shapes[0].x0" as well as "yaxis.range"
  const last = keys.pop();
  let at = target;
  for (const key of keys) at = at[key] ??= {};
  at[last] = value;
}

// Traces as plotly takes them: the bytes that travel as arrays of floats, all else as it is.
const unpacked = (traces) => mapped(traces, (arrays) => mapped(arrays, asArray));

// A plotly picture that is drawn once and then takes frames: {traces: {key: {attribute: array}}, layout: {path: value}}.
class Picture {
  constructor(parent, figure, signal) {
    this.node = element("div", { class: "picture", "aria-hidden": "true" }); // what is said of it stands around it
    parent.append(this.node);
    this.json = JSON.stringify(figure);
    this.keys = figure.data.map((trace) => trace.meta);
    this.frame = null;
    this.ghost = null;
    this.playhead = null;
    this.play = { keys: [], films: [] };
    this.busy = false; // plotly is moving traces
    this.again = false; // something newer came meanwhile
    this.away = false; // the picture has no size, as on a tab that is not on top
    this.missed = false; // something newer came while it could not be drawn
    this.applied = {}; // layout that the picture has
    this.painted = () => {}; // told when there is something new to see
    this.paint = coalesced(() => this.draw());
    const resize = () => {
      if (this.plotly && this.node.clientWidth > 0 && this.node.clientWidth !== this.width) {
        this.width = this.node.clientWidth;
        this.plotly.Plots.resize(this.node);
      }
    };
    const observer = new ResizeObserver(() =>
      requestAnimationFrame(() => {
        this.away = this.node.clientWidth === 0;
        resize();
        if (this.missed) this.paint();
      }),
    );
    observer.observe(this.node);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.plotly?.purge(this.node);
    });
  }

  async start(library, theme) {
    this.plotly = library;
    await this.retheme(theme);
  }

  retheme(theme) {
    this.theme = theme;
    if (!this.plotly) return undefined;
    const figure = JSON.parse(inTheme(this.json, theme));
    this.fill(figure);
    this.remember();
    this.node.style.minHeight = `${figure.layout.height ?? 400}px`;
    const config = { displayModeBar: false, responsive: false, doubleClick: false, scrollZoom: false };
    this.width = this.node.clientWidth;
    const drawn = this.plotly.react(this.node, figure.data, figure.layout, config);
    if (!this.watched) this.node.on("plotly_afterplot", () => this.keepInside());
    this.watched = true;
    return drawn;
  }

  // On a phone a label that would run out of the picture is moved in, as far as there is room on its other side, one that
  // is wider than the picture is made smaller, and one that would stand on another is moved above that, or else below.
  keepInside() {
    const outer = this.node.getBoundingClientRect();
    if (outer.width > NARROW && !this.moved) return;
    this.moved = outer.width <= NARROW;
    const labels = [...this.node.querySelectorAll('.infolayer :is(.annotation, .cbtitle, [class^="g-"][class$="title"])')];
    for (const label of labels) label.style.translate = label.style.scale = "";
    if (!this.moved) return;
    const boxed = (node) => node.getBoundingClientRect();
    const placed = [...this.node.querySelectorAll('g[class$="tick"] text')].map(boxed);
    const boxes = labels.map((label) => [label, label.querySelector("text")]).filter(([, text]) => text && boxed(text).width > 0);
    for (const [label, box] of boxes.map(([label, text]) => [label, boxed(text)]).sort(([, a], [, b]) => a.top - b.top)) {
      const size = Math.min(1, outer.width / box.width);
      const [width, height] = [size * box.width, size * box.height];
      const left = box.left + inside(box.left - outer.left, width, outer.width);
      const right = left + width;
      const beside = placed.filter((each) => each.left < right && left < each.right).sort((a, b) => a.top - b.top);
      const past = (all, next) =>
        all.reduce(
          (at, each) => (each.top < at + height - LEADING && at < each.bottom - LEADING ? next(each) : at),
          box.top + inside(box.top - outer.top, height, outer.height),
        );
      let top = past(beside.toReversed(), (each) => each.top + LEADING - height);
      if (top < outer.top || !label.matches(".annotation")) top = past(beside, (each) => each.bottom - LEADING);
      placed.push({ left, right, top, bottom: top + height });
      if (left === box.left && top === box.top && size === 1) continue;
      label.style.transformOrigin = `${box.left - outer.left}px ${box.top - outer.top}px`;
      label.style.translate = `${left - box.left}px ${top - box.top}px`; // beside plotly's own transform
      label.style.scale = size;
    }
  }

  // Where the playhead stands; at rest, `null`, also while only the last picture of a film is there.
  get stop() {
    return this.frame?.partial ? null : this.playhead;
  }

  // The newest arrays of a trace, as they are at the playhead; for a ghost those that are pinned, or none.
  arraysOf(key) {
    if (key?.startsWith("pinned:")) {
      const kept = this.ghost?.[key.slice(7)];
      return kept ? this.still(kept) : { x: [], y: [] };
    }
    const arrays = this.frame?.traces[key];
    if (!arrays) return undefined;
    if (this.play.films.includes(key)) return this.still(arrays);
    return this.stop !== null && this.play.keys.includes(key) ? this.cut(arrays) : arrays;
  }

  // One picture of a film: the row at the playhead, or the last.
  still(arrays) {
    const { low, step } = this.play;
    return mapped(arrays, (value) => {
      if (!isRows(value)) return value;
      return value[this.stop === null ? value.length - 1 : Math.min(Math.round((this.stop - low) / step), value.length - 1)];
    });
  }

  fill(figure) {
    this.keys.forEach((key, index) => {
      const arrays = this.arraysOf(key);
      if (arrays) for (const [path, value] of Object.entries(arrays)) setPath(figure.data[index], path, value);
    });
    for (const [path, value] of Object.entries(this.layout)) setPath(figure.layout, path, value);
  }

  // The newest layout in the colours of the page.
  get layout() {
    return JSON.parse(inTheme(JSON.stringify(this.frame?.layout ?? {}), this.theme));
  }

  // What lies before the playhead: along x, or along y where the rows of a heat map do.
  cut(arrays) {
    const along = arrays.z ? arrays.y : arrays.x;
    const end = Math.fround(this.stop); // as the numbers are, which came as 32-bit floats
    let count = 0;
    while (count < along.length && along[count] <= end) count += 1;
    return mapped(arrays, (value, path) =>
      value.length === along.length && !(arrays.z && path === "x") ? value.slice(0, count) : value,
    );
  }

  show(frame) {
    this.frame = { partial: frame.partial, traces: unpacked(frame.traces), layout: frame.layout };
    this.paint();
  }

  draw() {
    if (this.frame) this.painted();
    if (!this.plotly || !this.frame || !this.node.data) return;
    this.missed = this.away || !this.node.isConnected;
    if (this.missed) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    const layout = Object.fromEntries(
      Object.entries(this.layout).filter(([path, value]) => this.applied[path] !== JSON.stringify(value)),
    );
    this.remember();
    if (Object.keys(layout).length === 0 && this.onlyMoves()) this.move();
    else this.redraw(layout);
  }

  remember() {
    this.applied = mapped(this.layout, (value) => JSON.stringify(value));
  }

  // Whether nothing changes but where points, lines and bars stand. New bars would come without their style, and to
  // plotly a trace without points is not there: it would leave the last ones standing.
  onlyMoves() {
    return this.node.data.every((trace) => {
      const arrays = this.arraysOf(trace.meta) ?? {};
      if (Object.keys(arrays).some((path) => path !== "x" && path !== "y")) return false;
      const [before, after] = [trace.x ?? [], arrays.x ?? trace.x ?? []].map((points) => points.length);
      return trace.type === "bar" ? before === after : trace.type === "scatter" && (before === 0) === (after === 0);
    });
  }

  // Axes and labels stay, so plotly's animation of no duration repaints the traces alone: half the time of an update.
  move() {
    // All traces are named: plotly draws those that are moved over those that are not.
    const traces = this.keys.map((_, index) => index);
    const data = this.keys.map((key) => this.arraysOf(key) ?? {});
    this.busy = true;
    const still = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
    this.plotly.animate(this.node, { data, traces }, still).finally(() => {
      this.busy = false;
      if (!this.again) return;
      this.again = false;
      this.paint();
    });
  }

  redraw(layout) {
    this.fill({ data: this.node.data, layout: {} });
    // plotly recalculates every trace when one array changes, so one is named and all go in.
    const index = this.keys.findIndex((key) => this.frame.traces[key]);
    const path = Object.keys(this.frame.traces[this.keys[index]])[0];
    const value = path.split(".").reduce((at, key) => at[key], this.node.data[index]);
    this.plotly.update(this.node, { [path]: [value] }, layout, [index]);
  }
}
