// Runs in the head, before the first paint: a stored choice wins over the system's scheme. Without this the page would flash.
const key = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function stored() {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden; the system's scheme is a good answer then
  }
}

function apply() {
  const theme = stored() ?? (dark.matches ? "dark" : "light");
  const root = document.documentElement;
  if (root.dataset.theme !== theme) {
    root.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  }
}

apply();
dark.addEventListener("change", apply);
addEventListener("storage", (e) => e.key === key && apply());

// Delegated, so that buttons may come and go with Blazor's renders.
document.addEventListener("click", (e) => {
  if (!e.target.closest?.("[data-theme-switch]")) {
    return;
  }
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(key, next);
  } catch {
    // see above: then the choice lasts as long as the page
  }
  document.documentElement.dataset.theme = next;
  document.dispatchEvent(new CustomEvent("themechange"));
});
