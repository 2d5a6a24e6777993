// A bench: the controls design an experiment. It runs when a prediction has been made, and is kept in a log.

const MOST_CARRIED = 50; // experiments, the last ones

class BenchSource extends LiveSource {
  constructor(model, el, signal) {
    super(model, el, signal);
    this.listen("change:log", () => this.handlers.log(model.get("log")));
  }

  get log() {
    return this.model.get("log");
  }

  get experiments() {
    return this.model.get("experiments");
  }

  get prediction() {
    return this.model.get("prediction");
  }

  run(values, prediction) {
    this.ask({ kind: "run", values, prediction });
  }

  // What was run stays as it is: asking for it again would run another experiment.
  reconnected() {
    this.ask({ kind: "again" });
  }

  clear() {
    this.send({ kind: "clear" });
  }
}

class BenchView extends LabView {
  constructor(source, el, signal) {
    super(source, el, signal);
    this.root.classList.add("intimacy-bench");
    source.handlers.log = (log) => this.showLog(log);
    this.showLog(source.log);
  }

  // What was run: Python runs it again.
  carried() {
    const { experiments } = this.source;
    return experiments.length > 0 ? experiments.slice(-MOST_CARRIED) : null;
  }

  buildAbove() {
    this.pending = element("p", { class: "pending", role: "status" });
    this.sayOfDesign = speaker(this.pending);
    return this.pending;
  }

  buildBelow() {
    const { question, options } = this.source.prediction;
    const name = nextId("predict");
    this.radios = Object.keys(options).map((key) => element("input", { type: "radio", name, value: key }));
    const choices = Object.values(options).map((label, index) =>
      element("label", {}, this.radios[index], element("span", { text: label })),
    );
    this.unready = element("p", { class: "fault", role: "alert" });
    const predict = element(
      "fieldset",
      { class: "predict" },
      element("p", { class: "question", id: nextId("question"), text: question }),
      ...choices,
      button("Run the experiment", () => this.run(), { class: "main" }),
      this.unready,
    );
    predict.setAttribute("aria-labelledby", predict.querySelector(".question").id);
    this.controlBox.append(predict);
    this.logBox = element("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Log of experiments" });
    this.logCount = element("span", {});
    return element(
      "div",
      { class: "log" },
      element("h4", {}, "Log of experiments ", this.logCount),
      this.logBox,
      element(
        "div",
        { class: "row" },
        button("Download the log as CSV", () => this.downloadLog()),
        button("Clear the log", () => this.source.clear()),
      ),
    );
  }

  // A control only designs: the picture stays that of the experiment that was run.
  change(changes) {
    for (const name of Object.keys(changes)) this.controls[name]?.fault("");
    this.values = { ...this.values, ...changes };
    this.sayPending();
  }

  sayPending() {
    const shown = this.source.frame.values;
    const differs = Object.entries(this.values).some(([name, value]) => shown[name] !== value);
    this.root.toggleAttribute("data-pending", differs);
    for (const [index, preset] of this.description.presets.entries()) {
      this.presetButtons[index].setAttribute("aria-pressed", String(this.isAt(preset, this)));
    }
    this.sayOfDesign(differs ? "You have changed the design. The picture shows the experiment before." : "");
    if (!differs) this.pending.textContent = ""; // at once
  }

  run() {
    const chosen = this.radios.find((radio) => radio.checked);
    this.unready.textContent = chosen ? "" : "Say first what you expect.";
    if (!chosen) return;
    this.showAll?.();
    this.source.run(this.values, chosen.value);
  }

  begin(values) {
    for (const control of Object.values(this.controls)) control.fault("");
    this.write(values);
    this.change(values);
  }

  show(frame) {
    const asked = this.source.inFlight && frame.request === this.source.inFlight.id;
    const design = { ...this.values };
    super.show(frame);
    if (!asked && this.root.dataset.ready) {
      this.values = design;
      this.write(design);
    } else for (const radio of this.radios ?? []) radio.checked = false;
    this.sayPending();
  }

  showLog(log) {
    this.logCount.textContent = `(${log.length})`;
    if (log.length === 0) {
      this.logBox.replaceChildren(element("p", { class: "note", text: "Nothing yet. Design, predict, run." }));
      return;
    }
    const columns = Object.keys(log.at(-1));
    this.logBox.replaceChildren(tableOf(columns, log.toReversed().map((row) => columns.map((column) => row[column]))));
  }

  downloadLog() {
    const log = this.source.log;
    const quoted = (cell) => `"${String(cell).replaceAll('"', '""')}"`;
    const columns = Object.keys(log.at(-1) ?? {});
    const lines = [columns, ...log.map((row) => columns.map((column) => row[column]))];
    this.save(lines.map((line) => line.map(quoted).join(",")).join("\n"), "experiments.csv");
  }
}

export default {
  render({ model, el, signal }) {
    const source = new BenchSource(model, el, signal);
    new BenchView(source, el, signal);
  },
};
