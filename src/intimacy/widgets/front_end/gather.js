// Gather what a class shared: a box for codes, a file, and a classroom that is asked again and again while in sight.

const EVERY = 2000; // ms between two looks at a classroom
const AFTER_TROUBLE = 10000; // ms, when it has not answered
const LARGEST_FILE = 200000; // bytes
const WAITS = 8000; // ms that a classroom which does not answer may take

class GatherView extends Panel {
  constructor(model, el, signal) {
    super(model, el, signal);
    this.line.handlers = {
      problem: ({ text }) => {
        this.tell(text, true);
        this.next = performance.now() + AFTER_TROUBLE;
      },
      silence: (kind) => this.silence(kind),
    };
    this.next = 0;
    this.since = 0;
    const watch = setInterval(() => this.look(), 500);
    signal.addEventListener("abort", () => clearInterval(watch));
    this.show(model.get("shown"));
    this.root.dataset.ready = "true";
  }

  build() {
    const [titleId, codesId, fileId, linkId] = ["title", "codes", "file", "link"].map(nextId);
    this.codes = element("textarea", { id: codesId, rows: 4, spellcheck: "false", autocomplete: "off" });
    this.file = element("input", { type: "file", id: fileId, accept: ".csv,text/csv", onchange: () => this.read() });
    this.link = element("input", { type: "text", id: linkId, class: "link", spellcheck: "false", autocomplete: "off" });
    this.link.addEventListener("keydown", (event) => event.key === "Enter" && this.follow());
    this.turn = button("", () => this.follow(), { class: "main" });
    this.status = element("p", { class: "status", role: "status" });
    this.rejected = element("div", { class: "rejected" });
    this.root = element(
      "section",
      { class: "intimacy intimacy-gather", "aria-labelledby": titleId },
      element("h3", { class: "title", id: titleId, text: this.model.get("title") }),
      element(
        "div",
        { class: "ways" },
        element(
          "div",
          { class: "way" },
          element("label", { for: codesId, text: "Codes, as many as you like" }),
          this.codes,
          button("Add these codes", () => this.add(this.codes.value, "codes")),
        ),
        element(
          "div",
          { class: "way" },
          element("label", { for: linkId, text: "A classroom: its join link" }),
          this.link,
          this.turn,
          element("label", { for: fileId, text: "A file (CSV with a column \"code\")" }),
          this.file,
        ),
      ),
      this.status,
      this.rejected,
      element("div", { class: "row" }, button("Forget all here", () => this.ask({ kind: "forget" }))),
    );
  }

  ask(question) {
    this.since = performance.now();
    this.line.ask(question);
  }

  add(text, as) {
    if (!text.trim()) this.tell("There is nothing in the box.", true);
    else this.ask({ kind: "add", text, as });
  }

  async read() {
    const [file] = this.file.files;
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      this.tell(`file must have at most ${LARGEST_FILE.toLocaleString("en")} bytes, got ${file.size.toLocaleString("en")}`, true);
    } else this.add(await file.text(), "table");
    this.file.value = "";
  }

  follow() {
    if (this.model.get("shown").following) this.ask({ kind: "leave" });
    else if (!this.link.value.trim()) this.tell("Paste the join link first.", true);
    else this.ask({ kind: "follow", link: this.link.value.trim() });
  }

  // What nobody sees asks nobody: not on a hidden tab, not where the cell is folded away.
  look() {
    const seen = !document.hidden && this.root.getClientRects().length > 0;
    if (!seen || !this.model.get("shown").following || this.line.inFlight || performance.now() < this.next) return;
    this.next = performance.now() + EVERY;
    this.ask({ kind: "look" });
  }

  show({ gathered, following, said, rejected }) {
    this.turn.textContent = following ? "Stop following" : "Follow the classroom";
    this.link.disabled = following;
    const counts = gathered && !following ? ` ${gathered} ${gathered === 1 ? "result" : "results"} from codes in all.` : "";
    this.tell(said + counts, false);
    this.rejected.replaceChildren(
      ...(rejected.length ? [tableOf(["line", "what it says", "why it does not count"], rejected)] : []),
    );
    if (this.codes.value && said && !rejected.length && gathered) this.codes.value = "";
  }

  silence(kind) {
    if (!kind) return;
    const left = this.since + WAITS - performance.now();
    if (kind === "silent" && left > 0) setTimeout(() => this.line.overdue && this.silence(kind), left);
    else this.tell("Python is not answering. If this stays, run the cells again from the top.", true);
  }

  tell(text, wrong) {
    const sentence = text && text[0].toUpperCase() + text.slice(1);
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.classList.toggle("fault", wrong);
  }
}

export default {
  render({ model, el, signal }) {
    new GatherView(model, el, signal);
  },
};
