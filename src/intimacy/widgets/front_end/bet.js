// A bet: radio buttons whose choice is kept only when a button says so. All it needs stands in its traits.

const UNHEARD =
  "Python is not answering, so your bet is not kept. It may be busy: wait a moment. " +
  "If this stays, run the cells again from the top, then bet.";

class BetView {
  constructor(model, el, signal) {
    this.model = model;
    this.build();
    el.append(this.root);
    keepKeys(this.root, signal);
    followTheme(this.root, signal, () => {});
    carry(model, this.root, () => model.get("choice"), signal);
    this.root.dataset.ready = "true";
    const update = () => this.update();
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    for (const name of ["change:choice", "change:kept", "change:answered"]) {
      model.on(name, update);
      signal.addEventListener("abort", () => model.off(name, update));
    }
    this.update();
  }

  build() {
    const name = nextId("bet");
    const questionId = nextId("question");
    const options = this.model.get("options");
    this.radios = options.map(({ key }) => element("input", { type: "radio", name, value: key }));
    this.fields = element(
      "fieldset",
      {},
      element("legend", { id: questionId, text: this.model.get("question") }),
      ...options.map(({ label }, index) => element("label", {}, this.radios[index], element("span", { text: label }))),
    );
    this.button = button("Place my bet", () => this.place(), { class: "main" });
    this.status = element("p", { role: "status" });
    this.root = element("section", { class: "intimacy intimacy-bet", "aria-labelledby": questionId });
    this.root.append(this.fields, element("div", { class: "row" }, this.button, this.status));
    this.fields.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !this.button.hidden) this.place();
    });
  }

  get selected() {
    return this.radios.find((radio) => radio.checked)?.value ?? null;
  }

  label(key) {
    return this.model.get("options").find((option) => option.key === key).label;
  }

  // Python repeats a bet in `kept`, so that no bet looks kept when nobody heard it. A page without Python has no `kept`.
  get isKept() {
    const kept = this.model.get("kept");
    return kept === undefined || kept === this.model.get("choice");
  }

  place() {
    if (this.selected === null) {
      this.status.textContent = "Choose one first.";
      return;
    }
    this.model.set("choice", this.selected);
    this.model.save_changes();
    this.update();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.isKept) this.status.textContent = UNHEARD;
    }, SILENCE_LIMIT);
  }

  update() {
    const choice = this.model.get("choice");
    const answered = this.model.get("answered");
    for (const radio of this.radios) radio.checked = radio.value === choice;
    this.fields.disabled = answered;
    this.button.hidden = answered;
    this.button.textContent = choice === null ? "Place my bet" : "Change my bet";
    if (choice === null || !this.isKept) this.status.textContent = "";
    else if (answered) this.status.textContent = `You bet: ${this.label(choice)}. The lab has answered.`;
    else this.status.textContent = `You bet: ${this.label(choice)}. You can change it until the lab answers.`;
  }
}

export default {
  render({ model, el, signal }) {
    new BetView(model, el, signal);
  },
};
