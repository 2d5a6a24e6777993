// A folded line in which the state of the page is copied, and one that was copied is brought back.

const PRIVACY =
  "The line holds your bets, quiz answers, games and experiments, and where the controls stand; it does not hold your code. " +
  "It is in your clipboard only. Nothing is sent or stored; whoever you give the line to can read it.";

class CarryView {
  constructor(model, el, signal) {
    this.model = model;
    this.line = new KernelLine(model, el, signal);
    this.line.handlers.problem = ({ text }) => this.say([text]);
    this.line.handlers.silence = (kind) => kind && this.line.inFlight && this.say([UNSENT]);
    this.root = element("section", { class: "intimacy intimacy-carry", "aria-label": "Keep what you did" });
    this.build();
    el.append(this.root);
    carry(model, this.root, () => null, signal);
    keepKeys(this.root, signal);
    followTheme(this.root, signal, () => {});
    this.line.listen("change:said", () => this.say(model.get("said")));
    this.say(model.get("said"));
    this.root.dataset.ready = "true";
  }

  build() {
    const id = nextId("paste");
    this.box = element("textarea", { id, rows: 2, spellcheck: "false", autocomplete: "off" });
    this.status = element("div", { class: "report", role: "status" });
    this.machine = element("span", { class: "machine", text: this.model.get("machine") });
    this.root.append(
      element(
        "details",
        {},
        element("summary", {}, "Keep what you did, or bring it back ", this.machine),
        copier(this.model.widget_manager),
        element("p", { class: "note", text: PRIVACY }),
        element("label", { for: id, text: "A line that you copied, from before Python stopped or the page was closed:" }),
        this.box,
        element("div", { class: "row" }, button("Bring it back", () => this.paste())),
      ),
      this.status,
    );
  }

  paste() {
    this.line.replies.set("pasted", ({ request }) => {
      this.line.answered(request);
      this.box.value = "";
      this.say(this.model.get("said"));
    });
    this.line.ask({ kind: "paste", text: this.box.value });
    if (this.line.lost) this.say([UNSENT]);
  }

  say(sentences) {
    this.status.replaceChildren(...sentences.map((text) => element("p", { text })));
  }
}

const UNSENT = "Python does not answer, so the line was not read; it still stands in the box. Restart the kernel, then run this cell and press again.";

export default {
  render({ model, el, signal }) {
    if (model.widget_manager) new CarryView(model, el, signal); // elsewhere there is nothing to carry
  },
};
