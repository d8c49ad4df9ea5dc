// What every page has: light or dark, parts that renew themselves, forms that cannot be sent twice.
import htmx from "htmx.org";

const THEME = "purport-theme";

function applyTheme(theme: string | null): void {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String((theme ?? "auto") === button.dataset.themeChoice));
  }
}

function chooseTheme(choice: string): void {
  try {
    if (choice === "auto") localStorage.removeItem(THEME);
    else localStorage.setItem(THEME, choice);
  } catch {
    // a browser that stores nothing keeps the choice for this page
  }
  applyTheme(choice === "auto" ? null : choice);
}

function storedTheme(): string | null {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

applyTheme(storedTheme());

document.addEventListener("DOMContentLoaded", () => {
  applyTheme(storedTheme());
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const instant = new Date(time.dateTime);
    if (!Number.isNaN(instant.valueOf())) time.title = instant.toLocaleString();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const choice = target?.closest<HTMLButtonElement>("[data-theme-choice]");
  if (choice?.dataset.themeChoice) chooseTheme(choice.dataset.themeChoice);
  const copied = target?.closest<HTMLButtonElement>("[data-copy]");
  if (copied?.dataset.copy) {
    void navigator.clipboard.writeText(copied.dataset.copy).then(() => {
      copied.textContent = copied.dataset.copied ?? "Copied";
    });
  }
});

// A second click sends nothing a second time; going back makes the form usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.again !== undefined) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit], button:not([type])")) {
    button.setAttribute("aria-disabled", "true");
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// Uploads show how far they are; closing the page meanwhile is asked about, and leaves nothing half-stored.
let underWay = 0;
window.addEventListener("beforeunload", (event) => {
  if (underWay > 0) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.upload === undefined || event.defaultPrevented) return;
  event.preventDefault();
  const place = form.querySelector<HTMLElement>(".upload-progress");
  const bar = place?.querySelector("progress");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Upload", "1");
  request.setRequestHeader("Accept", "text/html");
  if (place) place.hidden = false;
  request.upload.addEventListener("progress", (sent) => {
    if (bar && sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
  });
  request.upload.addEventListener("load", () => bar?.removeAttribute("value"));
  request.addEventListener("loadend", () => {
    underWay -= 1;
    const next = request.getResponseHeader("X-Location");
    if (request.status === 204 && next) {
      location.assign(next);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    const main = document.querySelector("main");
    if (page && main) {
      main.replaceWith(document.adoptNode(page));
      document.querySelector<HTMLElement>(".errorlist")?.scrollIntoView({ block: "center" });
      return;
    }
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    if (place) place.textContent = form.dataset.lost ?? "The connection was lost; nothing was stored. Send it again.";
  });
  underWay += 1;
  request.send(new FormData(form));
});

// Menus made of <details> close when the eye goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

export { htmx };

// Other tabs learn that somebody signed in or out by the next page that is opened.
const WHO = "purport-who";
try {
  const who = document.body.dataset.user ?? "";
  if (localStorage.getItem(WHO) !== who) {
    localStorage.setItem(WHO, who);
    new BroadcastChannel("purport").postMessage(who);
  }
} catch {
  // a browser that stores nothing asks when the tab is looked at again
}
