// A game: the rules live in Python; here are the stage, the moves and the words for what just happened.

const DWELL = 350; // ms for which a button that has just come takes no press that was meant for the one before it

class GameSource extends KernelLine {
  constructor(model, el, signal) {
    super(model, el, signal);
    this.listen("change:scene", () => {
      this.handlers.scene(this.scene);
      this.answered(this.scene.request);
    });
  }

  get scene() {
    return this.model.get("scene");
  }

  // A move is made once: while one is on its way, others are not queued behind it.
  move(question) {
    if (this.inFlight && !this.overdue) return;
    this.ask(question);
  }

  isOwn(request) {
    return request.startsWith(`${this.view}:`);
  }

  // What may be done at any time waits its turn and is not lost.
  insist(question) {
    this.ask(question);
  }

  reconnected() {
    this.ask({ kind: "again" });
  }
}

class GameView {
  constructor(source, el, signal) {
    this.source = source;
    this.signal = signal;
    this.root = element("section", { class: "intimacy intimacy-game" });
    this.paused = false;
    this.build(source.model.get("title"), source.model.get("note"));
    el.append(this.root);
    keepKeys(this.root, signal);
    this.root.addEventListener("keydown", (event) => this.key(event), { signal });
    this.picture = new Picture(this.pictureBox, source.model.get("figure"), signal);
    source.handlers = {
      scene: (scene) => this.show(scene),
      problem: ({ text }) => this.notice.say(["That did not work.", text]),
      silence: (kind) => this.silence(kind),
    };
    followTheme(this.root, signal, (theme) => this.picture.retheme(theme));
    LESS_MOTION.addEventListener("change", () => this.schedule(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    this.show(source.scene);
    carry(source.model, this.root, () => (source.scene.log.length > 0 && source.scene.code) || null, signal);
    plotly(source).then((library) => {
      if (signal.aborted) return;
      this.picture.start(library, this.root.dataset.theme).then(() => {
        this.loading.remove();
        this.root.dataset.ready = "true";
      });
    });
  }

  build(title, note) {
    const titleId = nextId("title");
    this.sentence = element("p", { class: "sentence", role: "status", id: nextId("sentence") });
    this.root.setAttribute("aria-labelledby", titleId);
    this.tally = element("dl", { class: "tally" });
    this.loading = element("p", { class: "loading", text: "The picture is on its way…" });
    this.pictureBox = element(
      "div",
      { class: "picture-box", role: "img", "aria-labelledby": titleId, "aria-describedby": this.sentence.id },
      this.loading,
    );
    this.notice = new Notice();
    this.prompt = element("p", { class: "prompt", id: nextId("prompt") });
    this.form = element("div", { class: "form" });
    this.moves = element("div", { class: "moves row", role: "group", "aria-labelledby": this.prompt.id });
    this.pace = button("", () => this.pause(this.leads && !this.paused), { class: "pace", hidden: true });
    this.always = element("div", { class: "always row", role: "group", "aria-label": "At any time" });
    this.log = element("ol", { class: "log" });
    this.noLog = element("p", { class: "note", text: "Nothing has happened yet." });
    this.code = element("input", { type: "text", "aria-label": "Game code", spellcheck: "false", autocomplete: "off" });
    this.root.append(
      element("h3", { class: "title", id: titleId, text: title }),
      this.tally,
      element("div", { class: "frame" }, this.pictureBox, this.notice.node),
      this.sentence,
      this.prompt,
      this.form,
      element("div", { class: "hand" }, this.moves, this.pace, this.always),
      element(
        "details",
        {},
        element("summary", { text: "Every round in words" }),
        element("div", { class: "log-box", tabindex: "0", role: "group", "aria-label": "Every round in words" }, this.noLog, this.log),
      ),
      element(
        "details",
        {},
        element("summary", { text: "Keep this game, or go on with another" }),
        element("p", { class: "help", text: "The code holds the whole game. Copy it to keep it; paste one and press Resume. Nothing is stored." }),
        element(
          "div",
          { class: "row" },
          this.code,
          button("Resume", () => this.change({ kind: "resume", code: this.code.value.trim() })),
          button("New game", () => this.change({ kind: "new" })),
        ),
      ),
      element("p", { class: "note", text: note }),
    );
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input[type=text]")) return;
    const { moves, always } = this.source.scene;
    const move = [...moves, ...always].find((each) => each.key === event.key);
    if (!move) return;
    event.preventDefault();
    this.play(move);
  }

  play(move) {
    const { advance, always } = this.source.scene;
    const question = { kind: "move", value: move.value };
    if (advance && move.value === advance.value) this.pause(true);
    if (always.includes(move)) this.source.insist(question);
    else this.source.move(question);
  }

  // Another game: a new one runs by itself, one that is brought back waits for its player.
  change(question) {
    this.paused = question.kind === "resume";
    this.source.move(question);
  }

  pause(paused) {
    this.paused = paused;
    this.leads = true;
    this.schedule();
  }

  // The next move by itself, unless the player has paused or asked for less motion. Of several views of a game only the
  // one that was used last goes on by itself; one that a page brings back waits.
  schedule() {
    clearTimeout(this.timer);
    const { advance } = this.source.scene;
    const still = prefersReducedMotion();
    const runs = this.leads && !this.paused;
    this.pace.textContent = runs ? "Pause" : "Let it run";
    this.pace.hidden = still || !(advance || this.pace === document.activeElement); // what has the keyboard stays
    if (advance && runs && !still) this.timer = setTimeout(() => this.advance(), advance.seconds * 1000);
  }

  advance() {
    if (document.hidden || !this.inSight() || this.root.hasAttribute("data-stale")) {
      this.timer = setTimeout(() => this.advance(), 500);
      return;
    }
    const { advance, serial } = this.source.scene;
    this.source.move({ kind: "move", value: advance.value, serial });
  }

  inSight() {
    const { top, bottom, width } = this.pictureBox.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  }

  show(scene) {
    this.tally.replaceChildren(
      ...scene.tally.map(([name, value]) => element("div", {}, element("dt", { text: name }), element("dd", { text: value }))),
    );
    this.sentence.replaceChildren(...unbroken(scene.sentence));
    this.prompt.textContent = scene.prompt;
    this.showHand(scene);
    this.log.replaceChildren(...scene.log.map((text) => element("li", { text })));
    this.noLog.hidden = scene.log.length > 0;
    this.log.hidden = scene.log.length === 0;
    if (this.root.ownerDocument.activeElement !== this.code) this.code.value = scene.code;
    this.showPicture(scene);
    this.leads = this.source.isOwn(scene.request);
    this.schedule();
  }

  // A point that moves starts at the beginning of its path; without motion it is where it belongs at once.
  showPicture(scene) {
    cancelAnimationFrame(this.flight);
    const { motion } = scene;
    if (!motion || !this.root.dataset.ready || document.hidden || prefersReducedMotion()) {
      this.picture.show(scene);
      return;
    }
    const along = (part) => {
      const at = part * (motion.x.length - 1);
      const from = Math.min(Math.floor(at), motion.x.length - 2);
      const between = (path) => [path[from] + (at - from) * (path[from + 1] - path[from])];
      return { x: between(motion.x), y: between(motion.y) };
    };
    this.picture.show({ ...scene, traces: { ...scene.traces, [motion.trace]: along(0) } });
    const start = performance.now();
    const step = (now) => {
      const part = Math.min(1, Math.max(0, now - start) / (motion.seconds * 1000));
      this.picture.frame.traces[motion.trace] = along(part * part * (3 - 2 * part));
      this.picture.paint();
      if (part < 1 && !this.signal.aborted) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  }

  // What has not changed stays the same nodes, so the keyboard keeps its place; if its place goes, it gets the next one.
  showHand({ form, moves, always }) {
    const hadFocus = [this.form, this.moves, this.always].some((box) => box.contains(document.activeElement));
    this.fill(this.form, form, () => (form ? this.formNodes(form) : []));
    this.fill(this.moves, moves, () => {
      const since = performance.now();
      const meant = () => performance.now() - since > DWELL;
      return moves.map((move) => this.moveButton(move, "main", () => meant() && this.play(move)));
    });
    this.moves.hidden = moves.length === 0;
    this.always.hidden = always.length === 0;
    this.fill(this.always, always, () => always.map((move) => this.moveButton(move, "apart", () => this.play(move))));
    if (!hadFocus || this.root.contains(document.activeElement)) return;
    const next = [this.form, this.moves, this.always].map((box) => box.querySelector("input, button")).find(Boolean);
    (next ?? this.root.querySelector("summary")).focus();
  }

  fill(box, wanted, nodes) {
    const text = JSON.stringify(wanted);
    if (box.shown === text) return;
    box.shown = text;
    box.replaceChildren(...nodes());
  }

  moveButton(move, kind, onclick) {
    return element(
      "button",
      { type: "button", class: kind, "aria-keyshortcuts": move.key, onclick },
      move.label,
      element("kbd", { text: move.key, "aria-hidden": "true" }),
    );
  }

  formNodes({ questions, points, left_open, submit }) {
    const groups = questions.map((question) => {
      const name = nextId("question");
      const radios = [left_open, ...points].map((label, value) =>
        element("label", {}, element("input", { type: "radio", name, value, checked: value === 0 }), element("span", { text: label })),
      );
      return element("fieldset", {}, element("legend", { text: question }), element("div", { class: "points" }, ...radios));
    });
    const read = () => groups.map((group) => Number(group.querySelector("input:checked").value));
    return [...groups, button(submit, () => this.source.move({ kind: "move", value: read() }), { class: "main" })];
  }

  silence(kind) {
    this.root.toggleAttribute("data-stale", Boolean(kind));
    this.notice.silence(kind, "the last round that Python saw");
  }
}

export default {
  render({ model, el, signal }) {
    new GameView(new GameSource(model, el, signal), el, signal);
  },
};
