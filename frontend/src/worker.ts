// The service worker of published pages: shows what is pushed, opens what it is about, and tells the
// server when the browser's push service gives it another address. It keeps no page and no file.

import { written } from "./shared/wire";

interface Subscription {
  readonly endpoint: string;
  readonly options: unknown;
  getKey(name: "p256dh" | "auth"): ArrayBuffer | null;
}
interface Page {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Happening extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Pushed extends Happening {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Happening {
  readonly notification: { readonly data: unknown; close(): void };
}
interface Changed extends Happening {
  readonly oldSubscription: Subscription | null;
  readonly newSubscription: Subscription | null;
}
interface Scope {
  readonly location: Location;
  readonly registration: {
    readonly scope: string;
    readonly pushManager: { subscribe(options: unknown): Promise<Subscription> };
    showNotification(title: string, options: object): Promise<void>;
  };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: object): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", heard: (event: Happening) => void): void;
  addEventListener(kind: "push", heard: (event: Pushed) => void): void;
  addEventListener(kind: "notificationclick", heard: (event: Clicked) => void): void;
  addEventListener(kind: "pushsubscriptionchange", heard: (event: Changed) => void): void;
}
const scope = self as unknown as Scope;

function text(told: unknown, name: string): string {
  const value = typeof told === "object" && told !== null ? (told as Record<string, unknown>)[name] : "";
  return typeof value === "string" ? value : "";
}

/** Return an address of this site; of another, its front page. */
function own(path: string): string {
  const url = new URL(path || scope.registration.scope, scope.registration.scope);
  return url.origin === scope.location.origin ? url.href : scope.registration.scope;
}

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener("push", (event) => {
  let told: unknown = null;
  try {
    told = event.data?.json();
  } catch {
    // what is no JSON is not from us; a browser wants something shown all the same
  }
  event.waitUntil(
    scope.registration.showNotification(text(told, "title") || "Purport", {
      body: text(told, "body"),
      tag: text(told, "tag") || "purport",
      lang: text(told, "lang"),
      dir: text(told, "dir") === "rtl" ? "rtl" : "ltr",
      data: { path: text(told, "path") },
    }),
  );
});

async function open(path: string): Promise<void> {
  const url = own(path);
  const bare = url.split("#")[0];
  const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url.split("#")[0] === bare);
  if (there) await there.focus();
  else await scope.clients.openWindow(url);
}

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(text(event.notification.data, "path")));
});

async function renew(old: Subscription | null, made: Subscription | null): Promise<void> {
  if (!old) return;
  const renewed = made ?? (await scope.registration.pushManager.subscribe(old.options));
  await fetch(new URL("notices/renewed", scope.registration.scope), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      old: old.endpoint,
      endpoint: renewed.endpoint,
      p256dh: written(renewed.getKey("p256dh")),
      auth: written(renewed.getKey("auth")),
    }),
  });
}

scope.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription, event.newSubscription));
});

export {};
