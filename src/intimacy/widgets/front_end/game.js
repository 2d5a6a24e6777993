// A game: the rules live in Python; here are the stage, the moves and the words for what just happened.

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

  reconnected() {
    this.ask({ kind: "again" });
  }
}

class GameView {
  constructor(source, el, signal) {
    this.source = source;
    this.root = element("section", { class: "intimacy intimacy-game" });
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
    this.show(source.scene);
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
    this.moves = element("div", { class: "moves row", role: "group", "aria-labelledby": this.prompt.id });
    this.log = element("ol", { class: "log" });
    this.code = element("input", { type: "text", "aria-label": "Game code", spellcheck: "false", autocomplete: "off" });
    this.root.append(
      element("h3", { class: "title", id: titleId, text: title }),
      this.tally,
      element("div", { class: "frame" }, this.pictureBox, this.notice.node),
      this.sentence,
      this.prompt,
      this.moves,
      element("details", {}, element("summary", { text: "Every round in words" }), this.log),
      element(
        "details",
        {},
        element("summary", { text: "Keep this game, or go on with another" }),
        element("p", { class: "help", text: "The code holds the whole game. Copy it to keep it; paste one and press Resume. Nothing is stored." }),
        element(
          "div",
          { class: "row" },
          this.code,
          button("Resume", () => this.source.move({ kind: "resume", code: this.code.value.trim() })),
          button("New game", () => this.source.move({ kind: "new" })),
        ),
      ),
      element("p", { class: "note", text: note }),
    );
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input")) return;
    const move = this.source.scene.moves.find((each) => each.key === event.key);
    if (!move) return;
    event.preventDefault();
    this.play(move);
  }

  play(move) {
    this.source.move({ kind: "move", value: move.value });
  }

  show(scene) {
    this.tally.replaceChildren(
      ...scene.tally.map(([name, value]) => element("div", {}, element("dt", { text: name }), element("dd", { text: value }))),
    );
    this.sentence.textContent = scene.sentence;
    this.prompt.textContent = scene.prompt;
    this.showMoves(scene.moves);
    this.log.replaceChildren(...scene.log.map((text) => element("li", { text })));
    if (this.root.ownerDocument.activeElement !== this.code) this.code.value = scene.code;
    this.picture.show(scene);
  }

  // The buttons stay the same nodes while the moves stay the same, so the keyboard keeps its place.
  showMoves(moves) {
    const wanted = JSON.stringify(moves);
    if (wanted === this.shownMoves) return;
    const hadFocus = this.moves.contains(document.activeElement);
    this.shownMoves = wanted;
    this.moves.replaceChildren(
      ...moves.map((move) =>
        element(
          "button",
          { type: "button", class: "main", "aria-keyshortcuts": move.key, onclick: () => this.play(move) },
          move.label,
          element("kbd", { text: move.key, "aria-hidden": "true" }),
        ),
      ),
    );
    if (hadFocus) (this.moves.firstChild ?? this.root.querySelector("summary")).focus();
  }

  silence(kind) {
    this.root.toggleAttribute("data-stale", Boolean(kind));
    if (kind) this.notice.say(SILENCE[kind]("the last round that Python saw"));
    else this.notice.clear();
  }
}

export default {
  render({ model, el, signal }) {
    new GameView(new GameSource(model, el, signal), el, signal);
  },
};
