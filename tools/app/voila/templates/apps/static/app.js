// Light or dark: as the system has it, until somebody presses the button; then as they had it last.
function appsTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const dark = (sessionStorage.getItem("theme") ?? (system.matches ? "dark" : "light")) === "dark";
    document.body.dataset.jpThemeLight = String(!dark);
    for (const sheet of document.querySelectorAll("link[data-dark]")) sheet.media = dark ? "all" : "not all";
    const button = document.getElementById("theme");
    if (button) button.textContent = dark ? "Light" : "Dark";
  };
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", () => {
      sessionStorage.setItem("theme", document.body.dataset.jpThemeLight === "true" ? "dark" : "light");
      show();
    });
    show();
  });
}
