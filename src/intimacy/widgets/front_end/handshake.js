// A handshake: that this runs at all shows that widgets are drawn; the rest is asked of the browser and of Python.

class HandshakeView {
  constructor(model, el, signal) {
    this.line = new KernelLine(model, el, signal);
    const titleId = nextId("title");
    this.python = element("li", { text: "… Waiting for Python." });
    this.root = element(
      "section",
      { class: "intimacy intimacy-handshake", "aria-labelledby": titleId },
      element("h3", { class: "title", id: titleId, text: model.get("title") }),
      element(
        "div",
        { role: "status" },
        element("ul", {}, element("li", { text: "✓ This page draws widgets." }), element("li", { text: this.browser() }), this.python),
      ),
      element("div", { class: "row" }, button("Ask again", () => this.ask())),
    );
    el.append(this.root);
    keepKeys(this.root, signal);
    followTheme(this.root, signal, () => {});
    this.root.dataset.ready = "true";
    this.line.handlers.silence = (kind) => kind && this.say(["✗", ...SILENCE[kind]("the last answer")].join(" "));
    this.ask();
  }

  browser() {
    if (globalThis.DecompressionStream && CSS.supports("container-type: inline-size")) {
      return "✓ This browser can show the labs.";
    }
    return "✗ This browser is too old for the labs. Update it, or open the page in Chrome, Edge, Firefox or Safari of 2023 or later.";
  }

  ask() {
    this.say("… Waiting for Python.");
    const asked = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.line.handlers.silence("silent"), SILENCE_LIMIT);
    this.line.replies.set("hello", () => {
      clearTimeout(this.timer);
      this.say(`✓ Python answers, in ${Math.round(performance.now() - asked)} thousandths of a second.`);
    });
    this.line.send({ kind: "hello" });
  }

  say(text) {
    this.python.textContent = text;
  }
}

export default {
  render({ model, el, signal }) {
    new HandshakeView(model, el, signal);
  },
};
