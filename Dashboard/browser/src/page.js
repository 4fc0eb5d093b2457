// What every interactive page needs from the browser: refresh while somebody looks, menus that close, copying, reconnecting.

// An open page may keep the server busy for one part in twenty of the time: a quick answer is fresh within seconds, a slow one is
// asked for less often, but at least once a minute.
const PAUSE_PER_ANSWER = 20;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Calls `Refresh` on a component some seconds after the last answer, and only while the tab is visible. The clock runs here and
 * not on the server, so a closed tab or a lost connection costs the server nothing.
 */
export function refresh(component, seconds) {
  let timer = 0;
  let last = Date.now();
  let pause = seconds * 1000;
  let stopped = false;

  const schedule = (ms) => {
    clearTimeout(timer);
    if (!stopped && document.visibilityState === "visible") {
      timer = setTimeout(run, Math.max(0, ms));
    }
  };

  async function run() {
    const asked = Date.now();
    try {
      await component.invokeMethodAsync("Refresh");
    } catch {
      // The circuit is gone or being restored; the next turn tells.
    }
    last = Date.now();
    pause = Math.max(seconds * 1000, Math.min(PAUSE_PER_ANSWER * (last - asked), LONGEST_PAUSE_MS));
    schedule(pause);
  }

  const onVisible = () => schedule(last + pause - Date.now());
  document.addEventListener("visibilitychange", onVisible);
  schedule(pause);

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    },
  };
}

// Menus are <details>: they work before this script does. It only closes them the way people expect.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (e) => {
  for (const menu of openMenus()) {
    if (!menu.contains(e.target) || e.target.closest("a, [data-close-menu]")) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", async (e) => {
  const button = e.target.closest?.("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 1600);
  } catch {
    // No clipboard outside a secure context: select the text, so that Ctrl+C does it.
    getSelection().selectAllChildren(source);
  }
});

// A dashboard left open overnight should mend itself: try again for as long as it takes, and start afresh where the server has
// forgotten the circuit. Blazor tells its state by classes of this element.
const modal = document.getElementById("components-reconnect-modal");
let mending = false;

async function mend() {
  if (modal.classList.contains("components-reconnect-rejected")) {
    location.reload();
    return;
  }
  if (!modal.classList.contains("components-reconnect-failed") || mending) {
    return;
  }
  mending = true;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    try {
      if (!(await Blazor.reconnect())) {
        location.reload();
      }
      mending = false;
      return;
    } catch {
      // not back yet
    }
  }
}

if (modal) {
  new MutationObserver(mend).observe(modal, { attributeFilter: ["class"] });
}
