// A lab: presets, controls, a picture and a sentence. All it knows of where pictures come from is its source:
// `LiveSource` asks a kernel, and looks ahead; another with the same methods can answer from pictures alone.

class LiveSource extends KernelLine {
  constructor(model, el, signal) {
    super(model, el, signal);
    this.lines = new Map(); // control name to the pictures along it
    this.ahead = null; // a picture on show that Python has not been told of
    this.aheadOf = 0; // the last question that was asked before it
    this.settling = [];
    this.tables = 0;
    this.expected = null; // the control that is likely to be moved next
    this.handlers = { ...this.handlers, alone: () => {}, ahead: () => {} };
    this.listen("change:frame", () => this.arrived(this.newest));
    this.listen("change:pinned", () => this.handlers.pinned(model.get("pinned")));
    signal.addEventListener("abort", () => [this.resting, this.looking].forEach(clearTimeout));
  }

  get description() {
    const names = ["title", "controls", "presets", "figure", "play", "note", "draws_again", "start", "solid", "no_frames"];
    return Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
  }

  get frame() {
    return this.ahead ?? this.newest;
  }

  // Python's own picture. Of arrays that are the same one comes, and the others say where it is.
  get newest() {
    const frame = this.model.get("frame");
    if (this.come !== frame) {
      const { traces } = (this.come = frame);
      const found = (value) => (value?.as ? traces[value.as[0]][value.as[1]] : value);
      this.found = { ...frame, traces: mapped(traces, (arrays) => mapped(arrays, found)) };
    }
    return this.found;
  }

  get pinned() {
    return this.model.get("pinned");
  }

  // A picture that is there is shown at once, and Python told when the learner rests; any other is asked for. Where the
  // `whole` film is wanted, and where Python is gone, only Python's own will do.
  set({ values, seed, whole }) {
    clearTimeout(this.resting);
    const ready = whole || this.lost ? undefined : this.ready({ values, seed });
    if (!ready) {
      this.ask({ kind: "set", values, seed, ...(whole && { whole }) });
      return;
    }
    this.ahead = ready;
    this.aheadOf = this.count;
    this.waiting = null;
    this.sayAhead();
    this.handlers.frame(ready);
    this.resting = setTimeout(() => this.rest(), REST);
  }

  // Of a film the last picture comes by itself; all are asked for when time may soon run. Without Python there are none.
  film() {
    if (!this.frame.partial || !this.model.widget_manager) return;
    if (this.ahead) this.rest();
    else if (!this.inFlight) this.ask({ kind: "film" });
  }

  ready(state) {
    for (const line of this.lines.values()) {
      const frame = line.at(state);
      if (frame) return frame;
    }
    return undefined;
  }

  // Tell Python what is on show.
  rest() {
    clearTimeout(this.resting);
    if (!this.ahead || this.closed || this.aheadOf < this.count) return;
    const { values, seed } = this.ahead;
    this.ask({ kind: "set", values, seed });
  }

  // An answer to a question from before the picture on show is older than that picture.
  arrived(frame) {
    const own = frame.request.startsWith(`${this.view}:`);
    const isOlder = own && this.ahead && Number(frame.request.split(":")[1]) <= this.aheadOf;
    if (!isOlder) {
      this.ahead = null;
      clearTimeout(this.resting);
      // What did not come from here may come from another model.
      for (const [name, line] of this.lines) if (!own || line.key !== lineKey(name, frame)) this.lines.delete(name);
      this.sayAhead();
      this.handlers.frame(frame);
    }
    this.answered(frame.request);
    if (!this.ahead && !this.inFlight) for (const settled of this.settling.splice(0)) settled();
    this.look();
  }

  // Which controls move without Python from where the lab stands.
  sayAhead() {
    const stands = (line) => line.done && line.key === lineKey(line.name, this.frame);
    this.handlers.ahead([...this.lines.values()].filter(stands).map((line) => line.name));
  }

  lose() {
    this.lines.clear();
    this.sayAhead();
    super.lose();
  }

  // A control has been touched: ask for the pictures along it, once nothing else is asked.
  expect(name) {
    this.expected = name;
    this.look();
  }

  look() {
    clearTimeout(this.looking);
    if (this.expected && !this.model.get("no_frames")) this.looking = setTimeout(() => this.lookAhead(), EXPECT);
  }

  lookAhead() {
    if (this.closed || this.lost || this.ahead || this.inFlight) return; // each answer looks again
    const name = this.expected;
    const frame = this.newest;
    const control = this.model.get("controls").find((each) => each.name === name);
    if (this.lines.get(name)?.covers(frame.values[name], control)) return;
    for (const line of this.lines.values()) line.cut ||= !line.done;
    const line = new Line(name, frame, this.model.get("play")?.films ?? []);
    line.request = `${this.view}:${name}:${frame.serial}`;
    this.lines.set(name, line);
    this.send({ kind: "frames", request: line.request, name, serial: frame.serial });
  }

  heard(message, buffers) {
    if (message.kind !== "frames") {
      super.heard(message, buffers);
      // What was refused was asked after the picture on show, of which Python still has to be told.
      if (message.kind === "problem" && this.ahead && !this.inFlight) {
        this.aheadOf = this.count;
        this.rest();
      }
      return;
    }
    const line = this.lines.get(message.name);
    if (line?.request !== message.request) return;
    line.add(message.stops, buffers[0]);
    line.done = message.done;
    if (line.done && line.stops.size === 0) this.lines.delete(line.name); // Python had just moved on
    if (message.text) {
      this.expected = null;
      this.handlers.alone(message.text);
    }
    this.sayAhead();
    if (!message.done) this.send({ kind: "heard", request: message.request });
  }

  reconnected() {
    const { values, seed } = this.frame;
    this.set({ values, seed });
  }

  pin(pinned) {
    this.model.set("pinned", pinned);
    this.model.save_changes();
  }

  // Resolves when Python knows of what is on show.
  settled() {
    if (!this.ahead) return Promise.resolve();
    this.rest();
    return new Promise((resolve) => this.settling.push(resolve));
  }

  // The numbers of what is on show, however long a busy Python takes; the notice tells of the wait.
  async table() {
    await this.settled();
    const request = `${this.view}:table:${(this.tables += 1)}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.tell("silent"), SILENCE_LIMIT);
      this.replies.set(request, (message) => {
        clearTimeout(timer);
        this.handlers.silence(null);
        resolve(message);
      });
      this.send({ kind: "table", request });
    });
  }
}

// A control: label, help, native input(s); `read()` gives its value, `write(value)` shows one.
function makeControl(specification, changed) {
  const { name, kind, label, symbol, unit, help, low, high, step, options } = specification;
  const id = nextId(name);
  // As Python writes it: with a true minus, which is also read as one.
  const said = (value) => String(value).replace(/^-/, "−");
  const counted = (value) => (Number(value) === 1 ? unit.replace(/^([a-z ]{3,})s$/, "$1") : unit); // "1 day", as Python says
  const withUnit = (value) => (unit ? `${said(value)} ${counted(value)}` : said(value));
  const range = kind === "number" || kind === "integer" ? ` From ${said(low)} to ${withUnit(high)}.` : "";
  const helpNode = element("p", { class: "help", id: `${id}-help`, text: help + range });
  const fault = element("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  const title = [label, symbol ? element("span", { class: "symbol" }, ...subscripted(` ${symbol}`)) : null];
  const described = `${id}-help ${id}-fault`;
  let control;
  if (kind === "choice") {
    const select = element(
      "select",
      { id, "aria-describedby": described, onchange: () => changed(name, select.value) },
      ...Object.entries(options).map(([value, text]) => element("option", { value, text })),
    );
    control = {
      node: element("div", { class: "control choice" }, element("label", { for: id }, ...title), select),
      write: (value) => (select.value = value),
      inputs: [select],
    };
  } else if (kind === "switch") {
    const box = element("input", {
      type: "checkbox",
      id,
      "aria-describedby": described,
      onchange: () => changed(name, box.checked),
    });
    control = {
      node: element("div", { class: "control switch" }, box, element("label", { for: id }, ...title)),
      write: (value) => (box.checked = value),
      inputs: [box],
    };
  } else {
    const ends = { min: low, max: high, step };
    const slider = element("input", { type: "range", id, ...ends, "aria-describedby": described });
    const box = element("input", {
      type: "number",
      id: `${id}-box`,
      ...ends,
      step: "any",
      "aria-label": unit ? `${label}, in ${unit}` : label,
      "aria-describedby": described,
    });
    const write = (value) => {
      slider.value = value;
      box.value = value;
      slider.setAttribute("aria-valuetext", withUnit(value));
    };
    slider.addEventListener("input", () => {
      write(Number(slider.value));
      changed(name, Number(slider.value));
    });
    box.addEventListener("change", () => changed(name, box.value.trim() === "" ? box.value : Number(box.value)));
    // Native number boxes step by 1 when any value may be typed, so the arrow keys follow the slider's step instead.
    box.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!direction) return;
      event.preventDefault();
      const digits = (String(step).split(".")[1] ?? "").length;
      const next = Math.min(high, Math.max(low, Number(box.value) + direction * step));
      write(Number(next.toFixed(Math.max(digits, 6))));
      changed(name, Number(box.value));
    });
    control = {
      node: element(
        "div",
        { class: "control number" },
        element("label", { for: id }, ...title),
        element("div", { class: "inputs" }, slider, box, element("span", { class: "unit", text: unit, "aria-hidden": "true" })),
      ),
      write,
      inputs: [slider, box],
    };
  }
  const idle = element("p", { class: "idle", hidden: true });
  control.node.append(helpNode, fault, idle);
  // What does not count now cannot be moved, and says why.
  control.rest = (reason) => {
    idle.textContent = reason;
    idle.hidden = reason === "";
    for (const input of control.inputs) input.disabled = reason !== "";
  };
  control.node.querySelector("label").title = help;
  control.fault = (text) => {
    control.faulty = Boolean(text);
    fault.textContent = text ?? "";
    for (const input of control.inputs) input.setAttribute("aria-invalid", String(control.faulty));
  };
  return control;
}

class LabView {
  constructor(source, el, signal) {
    this.source = source;
    this.signal = signal;
    this.description = source.description;
    this.values = { ...source.frame.values };
    this.seed = source.frame.seed;
    this.root = element("section", { class: "intimacy intimacy-lab", "data-ahead": "" });
    this.build();
    el.append(this.root);
    keepKeys(this.root, signal);
    this.picture = new Picture(this.pictureBox, this.description.figure, signal);
    if (this.description.play) this.picture.play = this.description.play;
    if (this.description.solid) this.buildSolid(this.description.solid);
    source.handlers = {
      frame: (frame) => this.show(frame),
      problem: (message) => this.problem(message),
      silence: (kind) => this.silence(kind),
      pinned: (pinned) => this.showPinned(pinned),
      alone: (text) => (this.alone.textContent = text),
      ahead: (names) => (this.root.dataset.ahead = names.join(" ")),
    };
    followTheme(this.root, signal, (theme) => {
      this.picture.retheme(theme);
      this.solid?.retheme(theme);
    });
    this.show(source.frame);
    this.showPinned(source.pinned);
    carry(source.model, this.root, () => this.carried(), signal);
    plotly(source).then((library) => {
      if (signal.aborted) return;
      this.picture.start(library, this.root.dataset.theme).then(() => {
        this.loading.remove();
        this.root.dataset.ready = "true";
      });
    });
  }

  build() {
    const { title, controls, presets, play, note, draws_again: drawsAgain, no_frames: noFrames } = this.description;
    const titleId = nextId("title");
    const sentenceId = nextId("sentence");
    this.root.setAttribute("aria-labelledby", titleId);

    this.presetButtons = presets.map((preset) =>
      button(preset.name, () => this.applyPreset(preset), { title: preset.story, "aria-pressed": "false" }),
    );
    this.story = element("p", { class: "story", "aria-live": "polite" });
    this.controls = Object.fromEntries(
      controls.map((specification) => [
        specification.name,
        makeControl(specification, (name, value) => {
          this.change({ [name]: value });
          this.source.expect(name);
        }),
      ]),
    );
    for (const [name, control] of Object.entries(this.controls)) {
      control.node.addEventListener("focusin", () => this.source.expect(name));
      // Not `pointerenter`, which also comes when the page moves below a hand that rests.
      control.node.addEventListener("pointermove", () => name === this.source.expected || this.source.expect(name));
      control.node.addEventListener("focusout", () => this.source.rest());
    }
    this.alone = element("span", { text: noFrames });
    const nodes = (advanced) =>
      controls.filter((each) => each.advanced === advanced).map((each) => this.controls[each.name].node);
    const folded = nodes(true);
    const explain = button("Explain the controls", () => {
      const on = this.root.classList.toggle("explained");
      explain.setAttribute("aria-pressed", String(on));
    });
    explain.setAttribute("aria-pressed", "false");
    this.controlBox =
      controls.length > 0
        ? element(
            "fieldset",
            { class: "controls" },
            element("legend", { text: "Move" }),
            ...nodes(false),
            folded.length > 0 ? element("details", {}, element("summary", { text: "More controls" }), ...folded) : null,
            element(
              "div",
              { class: "row" },
              button("Reset", () => this.reset()),
              drawsAgain ? button("Draw again", () => this.change({}, this.seed + 1)) : null,
              explain,
            ),
          )
        : null;

    this.shown = element("p", { class: "shown" });
    this.loading = element("p", { class: "loading", text: "The picture is on its way…" });
    this.pictureBox = element(
      "div",
      { class: "picture-box", role: "img", "aria-labelledby": titleId, "aria-describedby": sentenceId },
      this.loading,
    );
    this.notice = new Notice();
    this.sentence = element("p", { class: "sentence", id: sentenceId });
    this.spoken = element("p", { class: "aloud", "aria-live": "polite" });
    this.speak = speaker(this.spoken);
    this.pinnedLine = element("p", { class: "pinned", hidden: true });
    this.pinnable = this.description.figure.data.map((trace) => trace.meta).filter((key) => key?.startsWith("pinned:"));
    this.pinButton = button("Pin this curve", () => this.pin(), { hidden: this.pinnable.length === 0 });
    const unpin = () => {
      this.pinButton.focus(); // this button goes, and would take the keyboard's place with it
      this.source.pin(null);
    };
    this.unpinButton = button("Unpin", unpin, { hidden: true });

    this.tableBox = element("div", { class: "table", tabindex: "0", role: "group", "aria-label": "The numbers as a table" });
    const table = element("details", {}, element("summary", { text: "The numbers as a table" }), this.tableBox);
    table.addEventListener("toggle", () => table.open && this.fillTable());
    this.tableDetails = table;
    this.code = element("pre", {}, element("code", { tabindex: "0" }));
    this.codeSaid = element("span", { class: "said", role: "status" });
    const code = element(
      "details",
      {},
      element("summary", { text: "This state as code" }),
      this.code,
      element("div", { class: "row" }, button("Copy", () => this.copyCode()), this.codeSaid),
    );

    this.root.append(
      element("h3", { class: "title", id: titleId, text: title }),
      ...(presets.length > 0
        ? [element("div", { class: "presets", role: "group", "aria-label": "Stories to start from" }, ...this.presetButtons), this.story]
        : []),
      element(
        "div",
        { class: this.controlBox ? "stage" : "stage alone" },
        ...(this.controlBox ? [this.controlBox] : []),
        element(
          "div",
          { class: "view" },
          this.shown,
          this.buildAbove(),
          element("div", { class: "frame" }, this.pictureBox, this.notice.node),
          play ? this.buildPlay(play) : "",
          this.sentence,
          this.spoken,
          this.pinnedLine,
          element(
            "div",
            { class: "row" },
            this.pinButton,
            this.unpinButton,
            button("Download as CSV", () => this.download()),
          ),
          this.buildBelow(),
          table,
          code,
          element("p", { class: "note" }, note, " ", this.alone),
        ),
      ),
    );
  }

  // Places for what a kind of lab adds above and below its picture.
  buildAbove() {
    return "";
  }

  buildBelow() {
    return "";
  }

  // The body stands above the picture and follows the same playhead.
  buildSolid(description) {
    const box = element("div", { class: "solid-box" });
    this.pictureBox.parentElement.before(box);
    this.solid = new Body(box, description, this.source.model, this.signal);
    this.picture.painted = () => this.solid.show(this.picture.arraysOf("solid"));
    this.solid.start();
  }

  buildPlay({ label, low, high, step, seconds }) {
    const id = nextId("play");
    const place = `${id}-place`;
    const slider = element("input", { type: "range", id, min: low, max: high, step, value: high, "aria-describedby": place });
    const said = element("output", { for: id, id: place, "aria-live": "off" }); // or each tick would be spoken
    const say = () => {
      const at = slider.value.replace("-", "−");
      said.textContent = `${at} of ${high}`;
      slider.setAttribute("aria-valuetext", `${label} ${at} of ${high}`);
    };
    const goTo = (at) => {
      slider.value = Math.min(high, Math.max(low, at));
      this.picture.playhead = Number(slider.value) >= high ? null : Number(slider.value);
      if (this.picture.playhead !== null) this.source.film();
      this.picture.paint();
      say();
    };
    this.showAll = () => goTo(high);
    let previous = null;
    let exact = low;
    const stop = () => {
      previous = null;
      play.textContent = "Play";
    };
    const tick = (now) => {
      if (previous === null || this.signal.aborted) return;
      exact += ((now - previous) / 1000) * ((high - low) / seconds);
      previous = now;
      goTo(low + Math.floor((exact - low) / step) * step);
      if (exact >= high) stop();
      else requestAnimationFrame(tick);
    };
    const play = button("Play", () => {
      if (previous !== null) return stop();
      exact = Number(slider.value) >= high ? low : Number(slider.value);
      previous = performance.now();
      play.textContent = "Pause";
      return requestAnimationFrame(tick);
    });
    const calm = () => {
      play.hidden = prefersReducedMotion();
      if (play.hidden) stop();
    };
    calm();
    LESS_MOTION.addEventListener("change", calm, { signal: this.signal });
    const forward = button("Step", () => {
      stop();
      goTo(Number(slider.value) >= high ? low : Number(slider.value) + step);
    });
    slider.addEventListener("input", () => {
      stop();
      goTo(Number(slider.value));
    });
    say();
    const row = element("div", { class: "play" }, play, forward, element("label", { for: id, text: label }), slider, said);
    for (const sign of ["focusin", "pointerenter"]) row.addEventListener(sign, () => this.source.film());
    return row;
  }

  change(changes, seed = this.seed) {
    for (const name of Object.keys(changes)) this.controls[name]?.fault("");
    this.values = { ...this.values, ...changes };
    this.seed = seed;
    this.speak(this.spoken.textContent); // what waits to be spoken is already old
    const whole = this.picture.playhead !== null && this.picture.play.films.length > 0;
    this.source.set({ values: this.values, seed, whole });
  }

  applyPreset(preset) {
    this.story.textContent = preset.story;
    this.begin({ ...this.description.start.values, ...preset.values });
  }

  reset() {
    this.story.textContent = "";
    this.begin(this.description.start.values);
  }

  begin(values) {
    for (const control of Object.values(this.controls)) control.fault("");
    this.write(values);
    this.showAll?.();
    this.change(values, this.description.start.seed);
  }

  // What a learner has moved or drawn again, as it is carried across a restart; null where all is as at the start.
  carried() {
    const { values, seed } = this.description.start;
    const moved = Object.fromEntries(Object.entries(this.values).filter(([name, value]) => value !== values[name]));
    if (Object.keys(moved).length === 0 && this.seed === seed) return null;
    return this.seed === seed ? { values: moved } : { values: moved, seed: this.seed };
  }

  // What was typed and refused stays in its box, beside the reason.
  write(values) {
    for (const [name, control] of Object.entries(this.controls)) {
      if (!control.faulty) control.write(values[name]);
    }
    for (const { name, only_with: counts } of this.description.controls) {
      if (counts) this.controls[name].rest(counts.at.includes(values[counts.name]) ? "" : this.atRest(counts, values));
    }
  }

  atRest({ name }, values) {
    const { label, options } = this.description.controls.find((each) => each.name === name);
    const value = values[name];
    return `Not used with "${label}: ${options[value] ?? (value ? "on" : "off")}".`;
  }

  isAt(preset, frame) {
    const values = { ...this.description.start.values, ...preset.values };
    return Object.entries(values).every(([name, value]) => frame.values[name] === value);
  }

  show(frame) {
    const settled = !this.source.inFlight || (frame.request === this.source.inFlight.id && !this.source.waiting);
    if (settled) {
      this.values = { ...frame.values };
      this.seed = frame.seed;
      this.askedAgain = null;
      this.write(frame.values);
    }
    for (const [index, preset] of this.description.presets.entries()) {
      this.presetButtons[index].setAttribute("aria-pressed", String(this.isAt(preset, frame)));
    }
    this.shown.replaceChildren(...listed(frame.shown));
    this.sentence.replaceChildren(...unbroken(frame.sentence));
    if (settled && this.root.dataset.ready) this.speak(frame.sentence);
    this.code.firstChild.textContent = frame.code;
    this.codeSaid.textContent = "";
    this.picture.show(frame);
    if (this.picture.playhead !== null) this.source.film();
    this.tableBox.toggleAttribute("data-behind", this.source.ahead === frame);
    if (this.tableDetails.open && this.source.ahead !== frame) this.fillTable();
    if (this.quiet) this.silence(this.quiet);
  }

  problem({ text, name }) {
    const control = this.controls[name];
    if (!control) {
      this.notice.say(["This did not work.", text, "The picture still shows the state before."]);
      return;
    }
    control.fault(text);
    const { values, seed } = this.source.frame;
    this.values[name] = values[name];
    // What else was moved since that picture was refused along with it, and is asked for again: once.
    const others = seed !== this.seed || Object.keys(values).some((each) => this.values[each] !== values[each]);
    const asked = JSON.stringify([this.values, this.seed]);
    if (!others || this.source.inFlight || asked === this.askedAgain) return;
    this.askedAgain = asked;
    this.change({});
  }

  silence(kind) {
    this.quiet = kind;
    this.root.toggleAttribute("data-stale", Boolean(kind));
    this.notice.silence(kind, this.shown.textContent.replace(/^Shown: /, ""));
  }

  pin() {
    const { traces, shown } = this.source.frame;
    const kept = Object.fromEntries(this.pinnable.map((key) => [key.slice(7), traces[key.slice(7)]]));
    this.source.pin({ shown, traces: kept });
    this.showPinned({ shown, traces: kept });
  }

  showPinned(pinned) {
    this.picture.ghost = pinned && unpacked(pinned.traces);
    this.picture.paint();
    this.pinnedLine.hidden = this.unpinButton.hidden = !pinned;
    const words = pinned ? pinned.shown.replace(/^Shown:/, "Pinned, thin grey dashes:") : "";
    this.pinnedLine.replaceChildren(...listed(words));
  }

  async fillTable() {
    const table = await this.source.table();
    this.tableBox.replaceChildren(tableOf(table.columns, table.rows, this.shown.textContent || this.description.title));
  }

  async download() {
    const table = await this.source.table();
    this.save(table.csv, table.file);
  }

  save(csv, file) {
    const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    element("a", { href: url, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  async copyCode() {
    const isCopied = await navigator.clipboard?.writeText(this.code.textContent).then(
      () => true,
      () => false,
    );
    if (!isCopied) getSelection().selectAllChildren(this.code);
    this.codeSaid.textContent = isCopied ? "Copied." : "Selected: press Ctrl+C or ⌘C.";
  }
}
