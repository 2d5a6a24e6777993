// What a page of the site does: search, light and dark, and its widgets one after the other.
"use strict";

(() => {
  function search(box) {
    const list = document.getElementById("found");
    box.form.addEventListener("submit", (event) => event.preventDefault());
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rank = ({ heading, text }) =>
        words.every((word) => `${heading} ${text}`.toLowerCase().includes(word))
          ? words.filter((word) => heading.toLowerCase().includes(word)).length + 1
          : 0;
      const found = words.length === 0 ? [] : globalThis.intimacyIndex.map((each) => [rank(each), each]).filter(([score]) => score > 0);
      found.sort(([one], [other]) => other - one);
      list.replaceChildren(
        ...found.slice(0, 12).map(([, { page, title, heading, id }]) => {
          const item = document.createElement("li");
          const link = document.createElement("a");
          link.href = id ? `${page}#${id}` : page;
          link.textContent = heading === title ? title : `${title}: ${heading}`;
          item.append(link);
          return item;
        }),
      );
      document.getElementById("found-count").textContent = words.length === 0 ? "" : `${found.length} found`;
    });
  }

  function theme(button) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const show = (name) => {
      document.body.className = name;
      document.documentElement.style.colorScheme = name;
      button.textContent = name === "dark" ? "Light" : "Dark";
    };
    show(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => show(dark.matches ? "dark" : "light"));
    button.addEventListener("click", () => show(document.body.className === "dark" ? "light" : "dark"));
  }

  // On a narrow page each row of a table stands as a card (page.css): its cells say what they are, and stay cells.
  function cards(table) {
    const headings = [...table.querySelectorAll("thead th")].map((each) => each.textContent);
    table.role = "table";
    for (const row of table.rows) {
      row.role = "row";
      for (const [place, cell] of [...row.cells].entries()) {
        cell.role = { col: "columnheader", row: "rowheader" }[cell.scope] ?? "cell";
        cell.dataset.heading = headings[place];
      }
    }
  }

  addEventListener("DOMContentLoaded", async () => {
    document.querySelectorAll("[role=region] > table").forEach(cards);
    theme(document.getElementById("theme"));
    search(document.getElementById("search"));
    for (const node of document.querySelectorAll(".without-python")) await globalThis.intimacyShow(node);
  });
})();
