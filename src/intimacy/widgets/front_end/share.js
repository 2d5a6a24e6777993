// A panel to share something with the class: it shows what would be sent, and sends it when its button is pressed.

const SENDING = 12000; // ms that a room which does not answer may take
const LINK = "intimacy.link"; // pasted once, it stands in the other panels, too
const SECRET = "intimacy.share"; // kept while the tab is open, so that a learner counts once after a restart, too

// What the tab keeps under a name, after keeping a new value. Where the browser keeps nothing, the page does.
function ofTab(name, value) {
  const page = (globalThis[Symbol.for(SECRET)] ??= {});
  try {
    if (value !== undefined) sessionStorage.setItem(name, value);
    page[name] = sessionStorage.getItem(name) ?? page[name];
  } catch {
    page[name] = value ?? page[name];
  }
  return page[name];
}

function secretOfTab() {
  const drawn = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return ofTab(SECRET) ?? ofTab(SECRET, drawn());
}

class ShareView extends Panel {
  constructor(model, el, signal) {
    super(model, el, signal);
    this.line.handlers = {
      problem: ({ text }) => this.tell(text, true),
      silence: (kind) => this.silence(kind),
    };
    this.link.value = ofTab(LINK) ?? "";
    this.show(model.get("shown"));
    this.line.ask({ kind: "look", ...this.mine });
    this.root.dataset.ready = "true";
  }

  build() {
    const titleId = nextId("title");
    const linkId = nextId("link");
    this.selects = this.model.get("asked").map(({ question, options }) => {
      const select = element("select", { onchange: () => this.line.ask({ kind: "look", ...this.mine }) });
      select.append(...["no answer", ...options].map((label, value) => element("option", { value, text: label })));
      return element("label", { class: "asked" }, element("span", { text: question }), select);
    });
    this.words = element("p", { class: "words" });
    this.code = element("input", { type: "text", readonly: true, class: "code", "aria-label": "Result code" });
    this.copy = button("Copy the code", () => this.copied());
    this.link = element("input", { type: "text", id: linkId, class: "link", spellcheck: "false", autocomplete: "off" });
    this.link.addEventListener("keydown", (event) => event.key === "Enter" && this.share());
    this.send = button("Share with the class", () => this.share(), { class: "main" });
    this.status = element("p", { class: "status", role: "status" });
    this.codeRow = element("div", { class: "row" }, this.code, this.copy);
    this.root = element(
      "section",
      { class: "intimacy intimacy-share", "aria-labelledby": titleId },
      element("h3", { class: "title", id: titleId, text: this.model.get("title") }),
      element("p", { class: "note", text: this.model.get("about") }),
      ...this.selects,
      element("h4", { text: "This would be sent, and nothing else" }),
      this.words,
      this.codeRow,
      element(
        "div",
        { class: "row send" },
        element("label", { for: linkId, text: "Join link of your class" }),
        this.link,
        this.send,
      ),
      this.status,
    );
  }

  get mine() {
    const answers = this.selects.map((label) => Number(label.querySelector("select").value));
    return { secret: secretOfTab(), answers };
  }

  share() {
    if (this.send.disabled) return;
    if (!this.link.value.trim()) {
      this.tell("Paste the join link that your instructor gave you. Without one, read or send the code.", true);
      return;
    }
    ofTab(LINK, this.link.value.trim());
    this.tell("On its way…", false);
    this.line.ask({ kind: "share", link: this.link.value.trim(), ...this.mine });
    this.patience = performance.now() + SENDING;
  }

  show({ words, code, said }) {
    this.words.textContent = words;
    this.code.value = code;
    this.codeRow.hidden = !code;
    this.send.disabled = !code;
    this.tell(said, false);
  }

  // Another computer may take seconds: Python is not silent while it waits for that.
  silence(kind) {
    if (!kind) return;
    const left = (this.patience ?? 0) - performance.now();
    if (kind === "silent" && left > 0) setTimeout(() => this.line.overdue && this.silence(kind), left);
    else this.tell("Python is not answering, so nothing was sent. If this stays, run the cells again from the top.", true);
  }

  tell(text, wrong) {
    this.status.textContent = text && text[0].toUpperCase() + text.slice(1);
    this.status.classList.toggle("fault", wrong);
  }

  copied() {
    this.code.select();
    const done = () => this.tell("The code is copied. Whoever has it can read what stands above, and no name.", false);
    const byHand = () => this.tell("The code is selected. Copy it with Ctrl+C or ⌘C.", false);
    if (navigator.clipboard) navigator.clipboard.writeText(this.code.value).then(done, byHand);
    else byHand();
  }
}

export default {
  render({ model, el, signal }) {
    new ShareView(model, el, signal);
  },
};
