// What readers write of a published case: kept while they sign in, sent without leaving the page,
// and shown to everybody as it comes.

interface Session {
  user: number | null;
  name: string | null;
  token: string;
}
interface Arrival {
  id: string;
  parent?: string | null;
  claim?: string;
  html: string | null;
}

const discussion = document.getElementById("discussion");
const threads = document.getElementById("threads");
const writer = document.querySelector<HTMLFormElement>("form#writer");
const flagging = document.querySelector<HTMLFormElement>("form#flag");
const DEEPEST = 3;

// Half-written words stay in this tab until they are sent.
function keepDraft(form: HTMLFormElement): void {
  const key = `purport-draft-${form.dataset.draft ?? form.id}`;
  const fields = (): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] =>
    [...form.elements].filter(
      (one): one is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement =>
        (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement) &&
        one.name !== "" && one.name !== "csrfmiddlewaretoken" && one.type !== "checkbox",
    );
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Record<string, string>;
    for (const field of fields()) {
      const value = kept[field.name];
      if (value !== undefined && (field.value === "" || field instanceof HTMLSelectElement)) field.value = value;
    }
    form.addEventListener("input", () => {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().map((one) => [one.name, one.value]))));
    });
    form.addEventListener("purport:sent", () => sessionStorage.removeItem(key));
    form.addEventListener("submit", () => {
      if (form.id === "offer") sessionStorage.removeItem(key);
    });
  } catch {
    // a browser that keeps nothing loses nothing that is on the page
  }
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-draft]")) keepDraft(form);

// An open page learns of a sign-in in another tab: who it is, and the secret that forms need by then.
async function learnWho(): Promise<void> {
  const address = discussion?.dataset.session;
  if (!address) return;
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const session = (await answer.json()) as Session;
  for (const field of document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]")) {
    field.value = session.token;
  }
  for (const one of document.querySelectorAll<HTMLElement>("[data-signed-out]")) one.hidden = session.user !== null;
  for (const one of document.querySelectorAll<HTMLElement>("[data-signed-in]")) one.hidden = session.user === null;
  for (const one of document.querySelectorAll<HTMLElement>("[data-name]")) one.textContent = session.name ?? "";
  if (discussion) discussion.dataset.who = session.name ?? "";
  offerBack();
}
const tabs = new BroadcastChannel("purport");
tabs.addEventListener("message", () => void learnWho());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void learnWho();
});

function tell(form: HTMLFormElement, words: string, wrong: boolean): void {
  const told = form.querySelector<HTMLElement>("[data-told]");
  if (!told) return;
  told.textContent = words;
  told.classList.toggle("bad", wrong);
}

// Forms are sent in the background; what was typed stays unless it was taken.
async function send(form: HTMLFormElement): Promise<Record<string, string> | null> {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  if (answer.status === 401 || answer.status === 403) {
    await learnWho();
    const hint = document.querySelector<HTMLElement>("[data-signed-out]");
    const out = hint !== null && !hint.hidden;
    if (out) {
      tell(form, hint.textContent?.trim() ?? "", true);
      return null;
    }
  }
  const told = (await answer.json().catch(() => ({}))) as Record<string, string>;
  if (answer.ok) return told;
  tell(form, [told.fault, told.remedy].filter(Boolean).join(" "), true);
  return null;
}

function place(arrival: Arrival, own: boolean): void {
  if (!threads) return;
  const there = document.getElementById(`c-${arrival.id}`);
  if (arrival.html === null) {
    if (there && there.dataset.state !== "waiting") there.remove();
    return;
  }
  const template = document.createElement("template");
  template.innerHTML = arrival.html;
  const drawn = template.content.querySelector<HTMLElement>("li.comment");
  if (!drawn) return;
  if (there) {
    for (const name of there.classList) if (/^depth-/.test(name)) drawn.classList.replace("depth-0", name);
    const mine = there.querySelector("form.acts");
    if (mine && drawn.dataset.state !== "hidden") drawn.append(mine);
    there.replaceWith(drawn);
    return;
  }
  const claim = discussion?.dataset.claim;
  if (claim && !own && !arrival.parent && arrival.claim !== claim) return;
  drawn.classList.add("new");
  const parent = arrival.parent ? document.getElementById(`c-${arrival.parent}`) : null;
  if (arrival.parent && !parent) return;
  if (parent) {
    const depth = depthOf(parent) + 1;
    let last: Element = parent;
    while (last.nextElementSibling instanceof HTMLElement && depthOf(last.nextElementSibling) >= depth && depthOf(last.nextElementSibling) > 0) {
      last = last.nextElementSibling;
    }
    drawn.classList.replace("depth-0", `depth-${Math.min(depth, DEEPEST)}`);
    last.after(drawn);
  } else {
    threads.prepend(drawn);
  }
  const nobody = document.getElementById("nobody");
  if (nobody) nobody.hidden = true;
  offerBack();
}

// What somebody wrote themselves they can take back: pages are drawn alike for all, so it is added here.
function offerBack(): void {
  const who = discussion?.dataset.who;
  if (!discussion || !who) return;
  for (const one of document.querySelectorAll<HTMLElement>(".comment[data-state=shown]")) {
    if (one.dataset.by !== who || one.querySelector("[data-take-back]")) continue;
    one.querySelector("[data-flag]")?.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.dataset.takeBack = one.id.slice(2);
    button.textContent = discussion.dataset.undoLabel ?? "";
    one.querySelector(".acts")?.append(button);
  }
}

async function takeBack(id: string): Promise<void> {
  const token = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch((discussion?.dataset.back ?? "").replace("COMMENT", id), {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token },
  });
  if (answer.ok) document.getElementById(`c-${id}`)?.remove();
}

function depthOf(comment: HTMLElement): number {
  return Number(/depth-(\d)/.exec(comment.className)?.[1] ?? 0);
}

// Which fields an anchor needs.
function showAbout(): void {
  const about = writer?.querySelector<HTMLSelectElement>("select[name=about]")?.value ?? "";
  for (const field of document.querySelectorAll<HTMLElement>("[data-for]")) {
    field.hidden = !about.startsWith(`${field.dataset.for ?? ""}:`);
  }
}

function answer(id: string, name: string): void {
  if (!writer) return;
  const parent = writer.querySelector<HTMLInputElement>("input[name=parent]");
  if (parent) parent.value = id;
  const hint = writer.querySelector<HTMLElement>("[data-answering]");
  if (hint) hint.hidden = id === "";
  const whom = writer.querySelector<HTMLElement>("[data-answered]");
  if (whom) whom.textContent = name;
  const about = writer.querySelector<HTMLElement>("[data-about]");
  if (about) about.hidden = id !== "";
  writer.querySelector("textarea")?.focus();
}

if (writer) {
  showAbout();
  writer.addEventListener("change", showAbout);
  writer.querySelector("[data-no-reply]")?.addEventListener("click", () => answer("", ""));
  writer.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(writer).then((told) => {
      if (!told) return;
      place({ id: told.id ?? "", parent: writer.querySelector<HTMLInputElement>("input[name=parent]")?.value || null, html: told.html ?? null }, true);
      writer.dispatchEvent(new Event("purport:sent"));
      const body = writer.querySelector("textarea");
      if (body) body.value = "";
      answer("", "");
      tell(writer, told.told ?? "", false);
    });
  });
}
if (flagging) {
  flagging.querySelector("[data-no-flag]")?.addEventListener("click", () => {
    flagging.hidden = true;
  });
  flagging.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(flagging).then((told) => {
      if (told) tell(flagging, told.told ?? "", false);
    });
  });
}
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const reply = target?.closest<HTMLElement>("[data-reply]");
  const flag = target?.closest<HTMLElement>("[data-flag]");
  const back = target?.closest<HTMLElement>("[data-take-back]");
  if (back?.dataset.takeBack) void takeBack(back.dataset.takeBack);
  if (reply?.dataset.reply && writer) {
    event.preventDefault();
    answer(reply.dataset.reply, reply.dataset.to ?? "");
  }
  if (flag?.dataset.flag && flagging) {
    event.preventDefault();
    flagging.action = (flagging.dataset.action ?? "").replace("COMMENT", flag.dataset.flag);
    flagging.hidden = false;
    tell(flagging, "", false);
    flagging.querySelector("select")?.focus();
  }
});

// Live: the server tells of each comment as anybody may see it.
if (discussion?.dataset.live && "EventSource" in window) {
  const source = new EventSource(discussion.dataset.live);
  source.addEventListener("comment", (event) => {
    place(JSON.parse((event as MessageEvent<string>).data) as Arrival, false);
  });
  window.addEventListener("pagehide", () => source.close());
}

offerBack();

// Evidence: fields by kind.
const offer = document.querySelector<HTMLFormElement>("form#offer");
if (offer) {
  const wanted: Record<string, string[]> = {
    position: ["item", "what", "latitude", "longitude", "uncertainty_m", "features"],
    "earlier appearance": ["item", "url", "date", "words"],
    correction: ["item", "claim", "words"],
  };
  const optional = new Set(Object.values(wanted).flat());
  const sort = (): void => {
    const kind = offer.querySelector<HTMLSelectElement>("select[name=kind]")?.value ?? "";
    for (const name of optional) {
      const field = offer.querySelector<HTMLElement>(`[name="${name}"]`)?.closest<HTMLElement>("div");
      if (field) field.hidden = !(wanted[kind] ?? []).includes(name);
    }
  };
  offer.addEventListener("change", sort);
  sort();
}

export {};
