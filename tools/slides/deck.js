// A deck: reveal.js, and widgets that are drawn when their slide is near and made as large as the slide allows.
"use strict";

(() => {
  const LARGEST = { lab: 1.5, bench: 1.5, game: 1.5, bet: 1.75, quiz: 1.7 };
  const made = new Map();

  // reveal.js takes every section for a slide, so in a deck a widget is a region by its role alone.
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    if (name !== "section") return create(name, options);
    const region = create("div");
    region.setAttribute("role", "region");
    return region;
  };

  // A widget is laid out at a size at which its height fits, and enlarged or reduced from there.
  function fit(node) {
    const box = node.parentElement;
    if (!box.clientWidth) return;
    const most = LARGEST[node.dataset.module];
    const fits = (scale) => {
      node.style.width = `${box.clientWidth / scale}px`;
      return node.scrollHeight * scale <= box.clientHeight;
    };
    let scale = most;
    while (scale > 0.5 && !fits(scale)) scale -= 0.05;
    node.style.transform = `scale(${scale})`;
  }

  async function make(node) {
    await globalThis.intimacyShow(node);
    // Questions of a quiz come one after the other.
    const later = [...node.querySelectorAll(".question")].slice(1);
    for (const question of later) question.classList.add("fragment");
    if (later.length > 0) deck.sync();
    node.addEventListener("toggle", () => fit(node), { capture: true });
    new ResizeObserver(() => fit(node)).observe(node.firstElementChild);
  }

  async function draw(node) {
    if (!made.has(node)) made.set(node, make(node));
    await made.get(node);
    fit(node);
  }

  // Code is as large as its slide allows.
  function fitCode(slide) {
    const all = [...slide.querySelectorAll(":scope > :is(.code, .output) pre")];
    const last = all.at(-1);
    for (let size = 22; size >= 14; size -= 1) {
      for (const each of all) each.style.fontSize = `${size}px`;
      if (last.offsetTop + last.offsetHeight <= slide.clientHeight - 50) return;
    }
  }

  const near = (slide) => (slide ? [...slide.querySelectorAll(".without-python")] : []);

  async function drawNear() {
    const all = deck.getSlides();
    const here = all.indexOf(deck.getCurrentSlide());
    if (all[here].querySelector(":scope > .code")) fitCode(all[here]);
    for (const node of [...near(all[here]), ...near(all[here + 1])]) await draw(node);
  }

  function theme(button) {
    const show = (name) => {
      document.body.classList.remove("light", "dark");
      document.body.classList.add(name);
      document.documentElement.style.colorScheme = name;
      button.textContent = name === "dark" ? "Light" : "Dark";
    };
    show(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    button.addEventListener("click", () => show(document.body.classList.contains("dark") ? "light" : "dark"));
  }

  const deck = new Reveal(document.querySelector(".reveal"), {
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    display: "flex",
    hash: true,
    navigationMode: "linear",
    slideNumber: "c/t",
    transition: "none",
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });

  // A pointer with buttons sends these keys. They go on also while a control of a widget has the focus.
  const turn = { PageDown: () => deck.next(), PageUp: () => deck.prev() };
  addEventListener(
    "keydown",
    (event) => {
      if (!turn[event.key]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      turn[event.key]();
    },
    { capture: true },
  );

  theme(document.getElementById("theme"));
  deck.initialize().then(async () => {
    deck.on("slidechanged", () => {
      document.activeElement?.blur(); // keys that went to a slider turn the pages again
      drawNear();
    });
    if (deck.isPrintView()) for (const node of document.querySelectorAll(".without-python")) await draw(node);
    else await drawNear();
  });
})();
