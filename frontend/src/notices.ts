// Notices: says which case is being read, and lets this browser be notified or not.
// What somebody asked for is remembered here, so that a permission that was refused and is given
// later in the browser's own settings is made use of when the page is seen again.

import { bytes, secret, written } from "./shared/wire";

const told = document.querySelector<HTMLScriptElement>("script[data-notices]");
const READING_MS = 25_000;
const wish = `purport-push-${told?.dataset.user ?? ""}`;

async function post(url: string, body: string): Promise<boolean> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": secret() },
    body,
    redirect: "manual",
    keepalive: true,
  });
  return answer.ok;
}

// A case that is open in front of somebody is not pushed about.
const reading = document.querySelector<HTMLElement>("[data-reading]")?.dataset.reading;
if (reading) {
  const say = (): void => {
    const there = document.visibilityState === "visible";
    void post(there ? reading : `${reading}?left=yes`, "{}").catch(() => undefined);
  };
  say();
  setInterval(() => {
    if (document.visibilityState === "visible") say();
  }, READING_MS);
  document.addEventListener("visibilitychange", say);
}

function wanted(): boolean {
  try {
    return localStorage.getItem(wish) === "yes";
  } catch {
    return false;
  }
}

function remember(answer: "yes" | "no"): void {
  try {
    localStorage.setItem(wish, answer);
  } catch {
    // a browser that keeps nothing is asked anew
  }
}

type State = "unsupported" | "insecure" | "ask" | "denied" | "off" | "on" | "failed";

async function worker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(told?.dataset.worker ?? "", { scope: told?.dataset.scope });
  return navigator.serviceWorker.ready;
}

async function subscribe(): Promise<void> {
  const key = bytes(told?.dataset.key ?? "");
  const manager = (await worker()).pushManager;
  let made = await manager.getSubscription();
  const old = made?.options.applicationServerKey;
  if (made && old && written(old) !== told?.dataset.key) {
    await made.unsubscribe(); // of another server's key, from before this one had its own
    made = null;
  }
  made ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const kept = await post(
    told?.dataset.let ?? "",
    JSON.stringify({
      endpoint: made.endpoint,
      p256dh: written(made.getKey("p256dh")),
      auth: written(made.getKey("auth")),
    }),
  );
  if (!kept) throw new Error("the subscription was not taken");
}

async function unsubscribe(): Promise<void> {
  const known = await navigator.serviceWorker.getRegistration(told?.dataset.scope);
  const made = await known?.pushManager.getSubscription();
  if (!made) return;
  await post(told?.dataset.let ?? "", JSON.stringify({ remove: made.endpoint }));
  await made.unsubscribe();
}

async function look(): Promise<State> {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    return "unsupported";
  }
  if (Notification.permission === "denied") return "denied";
  if (Notification.permission === "default") return "ask";
  if (!wanted()) return "off";
  try {
    await subscribe();
  } catch {
    return "failed";
  }
  return "on";
}

const place = document.querySelector<HTMLElement>("[data-browser]");
const turnOn = place?.querySelector<HTMLButtonElement>("[data-push-on]");
const turnOff = place?.querySelector<HTMLButtonElement>("[data-push-off]");

function show(state: State): void {
  for (const one of place?.querySelectorAll<HTMLElement>("[data-state]") ?? []) {
    one.hidden = one.dataset.state !== state;
  }
  if (place) place.dataset.now = state;
  if (turnOn) turnOn.hidden = !["ask", "off", "failed"].includes(state);
  if (turnOff) turnOff.hidden = !["on", "failed"].includes(state);
  const manage = place?.querySelector<HTMLDetailsElement>("[data-manage]");
  if (manage && state === "denied") manage.open = true;
}

let underWay: Promise<void> | null = null;
function lookAgain(): Promise<void> {
  underWay ??= look()
    .then(show)
    .finally(() => {
      underWay = null;
    });
  return underWay;
}

turnOn?.addEventListener("click", () => {
  remember("yes");
  void Notification.requestPermission().then(lookAgain);
});
turnOff?.addEventListener("click", () => {
  remember("no");
  void unsubscribe().then(lookAgain);
});

// On the page of choices the state is told; on the others it is only made up for.
if (place || wanted()) {
  void lookAgain();
  window.addEventListener("pageshow", () => void lookAgain());
  window.addEventListener("focus", () => void lookAgain());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void lookAgain();
  });
  void navigator.permissions
    ?.query({ name: "notifications" })
    .then((permission) => permission.addEventListener("change", () => void lookAgain()))
    .catch(() => undefined);
}

// The time zone of this browser, offered where another is chosen.
const zone = document.querySelector<HTMLSelectElement>("select[name=zone]");
const offer = document.querySelector<HTMLElement>("[data-zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && offer && here !== zone.value && [...zone.options].some((one) => one.value === here)) {
  const name = offer.querySelector("span");
  if (name) name.textContent = here;
  offer.hidden = false;
  offer.querySelector("button")?.addEventListener("click", () => {
    zone.value = here;
    offer.hidden = true;
    zone.focus();
  });
}

export {};
