// A quiz: per question a set of radio buttons, a Check button and a line that answers. All feedback stands in the
// traits, so that a page without Python answers as well. Python reads `tries`: the answers checked, per question.

const repeated = (count) => (count === 1 ? "1 try" : `${count} tries`);

class QuestionView {
  constructor({ text, answers }, number, checked) {
    const name = nextId("question");
    this.answers = answers;
    this.checked = checked;
    this.radios = answers.map((_, index) => element("input", { type: "radio", name, value: index }));
    this.fields = element(
      "fieldset",
      {},
      element("legend", { text: `${number}. ${text}` }),
      ...answers.map((answer, index) => element("label", {}, this.radios[index], element("span", { text: answer.text }))),
    );
    this.fields.addEventListener("keydown", (event) => event.key === "Enter" && this.check());
    this.verdict = element("strong");
    this.feedback = element("span");
    this.count = element("span", { class: "count" });
    this.status = element("p", { role: "status", "aria-atomic": "true" }, this.verdict, this.feedback, this.count);
    const press = button("Check", () => this.check(), { "aria-label": `Check question ${number}` });
    this.node = element("div", { class: "question" }, this.fields, element("div", { class: "row" }, press), this.status);
  }

  check() {
    const index = this.radios.findIndex((radio) => radio.checked);
    if (index >= 0) this.checked(index);
    else this.say("", "Choose an answer first.", "");
  }

  show(tries) {
    const last = tries.at(-1);
    this.radios.forEach((radio, index) => (radio.checked = index === last));
    if (last === undefined) this.say("", "", "");
    else {
      const { right, feedback } = this.answers[last];
      this.node.dataset.right = right;
      this.say(right ? "Right. " : "Not quite. ", feedback, ` (${repeated(tries.length)})`);
    }
  }

  say(verdict, feedback, count) {
    this.verdict.textContent = verdict;
    this.feedback.textContent = feedback;
    this.count.textContent = count;
  }
}

class QuizView {
  constructor(model, el, signal) {
    this.model = model;
    this.build();
    el.append(this.root);
    keepKeys(this.root, signal);
    followTheme(this.root, signal, () => {});
    carry(model, this.root, () => this.carried(), signal);
    this.root.dataset.ready = "true";
    const update = () => this.update();
    model.on("change:tries", update);
    signal.addEventListener("abort", () => model.off("change:tries", update));
    this.update();
  }

  build() {
    const titleId = nextId("title");
    this.shown = [];
    this.views = this.model
      .get("questions")
      .map((question, index) => new QuestionView(question, index + 1, (answer) => this.checked(index, answer)));
    this.again = button("Start again", () => this.restart());
    this.summary = element("p", { class: "summary", role: "status" });
    this.root = element("section", { class: "intimacy intimacy-quiz", "aria-labelledby": titleId });
    this.root.append(
      element("h3", { class: "title", id: titleId, text: this.model.get("title") }),
      ...this.views.map((view) => view.node),
      element("div", { class: "row end" }, this.summary, this.again),
    );
  }

  carried() {
    const tries = this.model.get("tries");
    return tries.some((each) => each.length > 0) ? tries : null;
  }

  checked(question, answer) {
    const tries = this.model.get("tries");
    if (tries[question].at(-1) === answer) return;
    this.keep(tries.map((each, index) => (index === question ? [...each, answer] : each)));
  }

  restart() {
    this.shown = [];
    this.keep(this.views.map(() => []));
    this.views[0].radios[0].focus();
  }

  keep(tries) {
    this.model.set("tries", tries);
    this.model.save_changes();
    this.update();
  }

  // Only what has changed is written, so that a choice not yet checked stays and nothing is spoken twice.
  update() {
    const tries = this.model.get("tries");
    this.views.forEach((view, index) => {
      const now = tries[index].join();
      if (this.shown[index] !== now) view.show(tries[index]);
      this.shown[index] = now;
    });
    const right = tries.map((each, index) => each.map((answer) => this.views[index].answers[answer].right));
    const all = right.filter((each) => each.includes(true)).length;
    const first = right.filter((each) => each[0]).length;
    const complete = right.every((each) => each.length > 0);
    this.summary.textContent = complete ? `You have ${all} of ${right.length} right; first try ${first}.` : "";
    this.again.hidden = right.every((each) => each.length === 0);
  }
}

export default {
  render({ model, el, signal }) {
    new QuizView(model, el, signal);
  },
};
