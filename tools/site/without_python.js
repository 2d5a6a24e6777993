// Widgets without Python: what Python would answer, from what it has answered before. For pages and for slides.
"use strict";

(() => {
  const unpacked = async (text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };

  // JSON with places instead of bytes: {"at": …, "size": …} is a piece of the block behind it.
  async function read(text) {
    const all = await unpacked(text);
    const length = new DataView(all).getUint32(0, true);
    const json = new TextDecoder().decode(new Uint8Array(all, 4, length));
    const bytes = (_, value) =>
      value?.at === undefined || value.size === undefined
        ? value
        : new DataView(all.slice(4 + length + value.at, 4 + length + value.at + value.size));
    return JSON.parse(json, bytes);
  }

  // Numbers of one attribute along a control: what `packed_rows` in tools/without_python.py has packed.
  function rows({ low, high, count, deltas }) {
    const length = deltas.byteLength / 2 / count;
    const values = new Uint16Array(count * length);
    for (let row = 0; row < count; row += 1) {
      for (let column = 0; column < length; column += 1) {
        const at = row * length + column;
        const delta = deltas.getUint8(at) + 256 * deltas.getUint8(count * length + at);
        const left = column > 0 ? values[at - 1] : 0;
        const above = row > 0 ? values[at - length] : 0;
        const corner = row > 0 && column > 0 ? values[at - length - 1] : 0;
        values[at] = delta + left + above - corner; // differences of differences, modulo 2 to the 16
      }
    }
    return Array.from({ length: count }, (_, row) =>
      Float32Array.from(values.subarray(row * length, (row + 1) * length), (each) => low + (each / 65535) * (high - low)),
    );
  }

  const mapped = (values, change) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));

  // Traces whose packed films are unpacked.
  const withFilms = (traces) =>
    mapped(traces, (arrays) =>
      mapped(arrays, (value) => {
        if (value?.deltas === undefined) return value;
        const all = rows(value).flatMap((row) => [...row]);
        return { row: value.row, values: new DataView(Float32Array.from(all).buffer) };
      }),
    );

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // A model as widgets know it. It keeps what the page sets, and answers what would go to Python.
  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = new Map();
      this.count = 0;
      this.widget_manager = undefined;
    }

    get(name) {
      return this.state[name];
    }

    set(name, value) {
      this.state[name] = value;
      this.tell(`change:${name}`);
    }

    on(name, listener) {
      this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    }

    off(name, listener) {
      this.listeners.set(name, (this.listeners.get(name) ?? []).filter((each) => each !== listener));
    }

    tell(name, ...words) {
      for (const listener of this.listeners.get(name) ?? []) listener(...words);
    }

    save_changes() {}

    answer(message) {
      this.tell("msg:custom", message, []);
    }

    send(message) {
      queueMicrotask(() => this.received(message));
    }

    received() {}
  }

  class LabModel extends Model {
    constructor(state, { stories }) {
      for (const story of stories) story.frame.traces = withFilms(story.frame.traces);
      super({ ...state, frame: { ...stories[0].frame, serial: 0, request: "start" } });
      this.stories = stories;
      this.story = stories[0];
    }

    received(message) {
      if (message.kind === "set") this.show(this.at(message.values), message.request);
      else if (message.kind === "table") this.answer({ ...this.table(), request: message.request });
    }

    show(frame, request) {
      this.set("frame", { ...frame, serial: (this.count += 1), request });
    }

    // The picture nearest to a state: on this page one control at a time leaves a story.
    at(values) {
      const differs = (story) => Object.keys(values).filter((name) => !same(values[name], story.frame.values[name]));
      const stories = [this.story, ...this.stories];
      const near = stories.find((story) => differs(story).length === 0) ?? stories.find((story) => differs(story).length === 1);
      if (near) {
        this.story = near;
        const [name] = differs(near);
        return name === undefined ? near.frame : this.along(name, values[name]);
      }
      const now = this.state.frame.values;
      const moved = Object.keys(values).filter((name) => !same(values[name], now[name]));
      const frame = this.along(moved[0], values[moved[0]]);
      const back = "On this page one control moves at a time, so the others went back to the story.";
      return { ...frame, sentence: `${frame.sentence} ${back}` };
    }

    along(name, value) {
      const base = this.story.frame;
      const line = this.story.lines[name];
      if (!line) return base;
      const stops = [...line.stops.keys()];
      const distance = (index) => (typeof value === "number" ? Math.abs(line.stops[index].value - value) : !same(line.stops[index].value, value));
      const index = stops.reduce((best, each) => (distance(each) < distance(best) ? each : best));
      const stop = line.stops[index];
      if (typeof value === "number" && Math.abs(base.values[name] - value) < distance(index)) return base;
      line.unpacked ??= new Map();
      const traces = Object.fromEntries(
        Object.entries(stop.traces).map(([key, arrays]) => [
          key,
          Object.fromEntries(Object.entries(arrays).map(([path, array]) => [path, this.array(line, index, key, path, array, base)])),
        ]),
      );
      return { ...base, values: { ...base.values, [name]: stop.value }, ...stop.words, traces, partial: line.partial };
    }

    // 0 stands for what is as in the story, 1 for a row of those packed together, all else for itself.
    array(line, index, key, path, array, base) {
      if (array === 0) return line.stills?.[key]?.[path] ?? base.traces[key][path];
      const packed = array === 1 ? line.together[key][path] : array;
      if (array !== 1 && packed?.deltas === undefined) return packed;
      if (!line.unpacked.has(packed)) line.unpacked.set(packed, rows(packed));
      const values = new DataView(line.unpacked.get(packed)[array === 1 ? index : 0].buffer);
      return packed.row === undefined ? values : { row: packed.row, values };
    }

    // The numbers of the picture, curve by curve.
    table() {
      const numbers = (value) => (value instanceof DataView ? [...new Float32Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength))] : []);
      const cells = Object.entries(this.state.frame.traces).flatMap(([key, { x, y }]) => {
        const [along, up] = [numbers(x), numbers(y)];
        return along.length === up.length ? along.map((each, index) => [key, String(Number(each.toPrecision(4))), String(Number(up[index].toPrecision(4)))]) : [];
      });
      const columns = ["curve", "x", "y"];
      const csv = [columns, ...cells].map((row) => row.join(",")).join("\n");
      return { kind: "table", columns, rows: cells, csv, file: "picture.csv" };
    }
  }

  // Of a bench the designs that have a name have been run.
  class BenchModel extends Model {
    constructor(state, { first, runs }) {
      for (const frame of [first, ...runs.map((run) => run.frame)]) frame.traces = withFilms(frame.traces);
      super({ ...state, frame: first });
      this.runs = runs;
    }

    received({ kind, request, values, prediction }) {
      if (kind === "clear") this.set("log", []);
      if (kind === "table") this.answer({ ...LabModel.prototype.table.call(this), request });
      if (kind !== "run") return;
      const run = this.runs.find((each) => same(each.frame.values, values));
      if (!run) {
        const text = "On this page only the designs that have a name can be run: press one of them, then run it.";
        this.answer({ kind: "problem", request, name: "", text });
        return;
      }
      const said = this.state.prediction.options[prediction];
      const log = [...this.state.log, { Run: String(this.state.log.length + 1), ...run.entry, "You said": said }];
      this.set("frame", { ...run.frame, serial: (this.count += 1), request });
      this.set("log", log);
    }
  }

  // A game that was played before is shown round by round.
  class GameModel extends Model {
    constructor(state, { scenes }) {
      super({ ...state, scene: scenes[0] });
      this.scenes = scenes;
      this.round = 0;
    }

    received({ kind, request }) {
      if (kind === "move") this.round += 1;
      else if (kind === "new" || kind === "resume") this.round = 0;
      else return;
      const scene = this.scenes[Math.min(this.round, this.scenes.length - 1)];
      this.set("scene", { ...scene, serial: (this.count += 1), request });
    }
  }

  const MODELS = { Lab: LabModel, Still: LabModel, Bench: BenchModel, Game: GameModel };

  async function show(node) {
    const { kind, state, ...more } = await read(node.querySelector("script").textContent);
    const model = new (MODELS[kind] ?? Model)(state, more);
    const module = URL.createObjectURL(new Blob([globalThis.intimacyModules[node.dataset.module]], { type: "text/javascript" }));
    const widget = (await import(module)).default;
    if (kind === "Bet") model.on("change:choice", () => answerBets(node.dataset.model, model.get("choice")));
    node.replaceChildren();
    await widget.render({ model, el: node, signal: new AbortController().signal });
  }

  function answerBets(model, choice) {
    for (const answer of document.querySelectorAll(`[data-bet="${model}"]`)) {
      answer.textContent = JSON.parse(answer.dataset.said)[choice];
    }
  }

  if (globalThis.Plotly) globalThis[Symbol.for("intimacy.plotly")] = { promise: Promise.resolve(globalThis.Plotly), ready: true };
  globalThis.intimacyShow = show;
})();
