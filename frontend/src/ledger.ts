// The ledger: claims beside their source. What is stored goes through the API; nothing is computed here.

type SpanBody = { start: number; end: number };

const source = document.querySelector<HTMLElement>("[data-source]");

// ---- claims and their marks -----------------------------------------------------------------

function runsOf(number: string): HTMLElement[] {
  const runs = [...document.querySelectorAll<HTMLElement>(".source .run[data-claims], .source .run[data-by]")];
  return runs.filter((run) => within(run.dataset.claims, number) || within(run.dataset.by, number));
}

function within(list: string | undefined, number: string): boolean {
  return (list ?? "").split(" ").includes(number);
}

function choose(number: string, from: "text" | "claims"): void {
  for (const one of document.querySelectorAll(".source .current, .source .current-by, .ledger .current")) one.classList.remove("current", "current-by");
  for (const one of document.querySelectorAll(".ref[aria-current]")) one.removeAttribute("aria-current");
  const runs = runsOf(number);
  for (const run of runs) run.classList.add(within(run.dataset.claims, number) ? "current" : "current-by");
  document.querySelector(`.ref[data-claim="${number}"]`)?.setAttribute("aria-current", "true");
  const card = document.getElementById(`claim-${number}`);
  card?.classList.add("current");
  const target = from === "claims" ? runs[0] : card;
  target?.scrollIntoView({ block: "center", behavior: calm() });
  if (from === "text") card?.focus({ preventScroll: true });
}

function calm(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

if (document.querySelector(".ledger")) {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || target.closest("a.claimant, button, select, summary, input")) return;
    const show = target.closest<HTMLElement>("[data-show]");
    const ref = target.closest<HTMLElement>(".ref");
    const run = target.closest<HTMLElement>(".source .run[data-claims]");
    const card = target.closest<HTMLElement>(".ledger > [data-number]");
    const selecting = !(getSelection()?.isCollapsed ?? true);
    if (show?.dataset.show) {
      event.preventDefault();
      choose(show.dataset.show, "claims");
      document.getElementById(`source-${show.dataset.show}`)?.focus({ preventScroll: true });
    } else if (ref?.dataset.claim) {
      event.preventDefault();
      choose(ref.dataset.claim, "text");
    } else if (run?.dataset.claims && !selecting) {
      const numbers = run.dataset.claims.split(" ");
      choose(numbers[numbers.length - 1] ?? "", "text");
    } else if (card?.dataset.number && !selecting) {
      choose(card.dataset.number, "claims");
    }
  });
  const named = /^#claim-(\d+)$/.exec(location.hash)?.[1];
  if (named) choose(named, "text");
}

// ---- filters --------------------------------------------------------------------------------

const filters = document.querySelector<HTMLFormElement>("[data-filters]");

function filter(): void {
  if (!filters) return;
  const chosen = new FormData(filters);
  const [claimant, attr, rating] = ["claimant", "attr", "rating"].map((name) => String(chosen.get(name) ?? ""));
  let shown = 0;
  for (const card of document.querySelectorAll<HTMLElement>(".ledger > [data-number]")) {
    const fits =
      (!claimant || card.dataset.claimant === claimant) &&
      (!attr || within(card.dataset.attrs, attr)) &&
      (!rating || (card.dataset.ratings ?? "").split("|").includes(rating));
    card.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  const count = filters.querySelector("[data-count]");
  if (count) count.textContent = shown === 1 ? "1 claim" : `${shown} claims`;
}

filters?.addEventListener("change", filter);
filters?.addEventListener("submit", (event) => event.preventDefault());
if (filters) filter();

// ---- spans of the preserved text --------------------------------------------------------------

function codePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}

// Where a point of the page lies in the preserved text; the end of an entity is behind it.
function placeOf(node: Node, offset: number, end: boolean): number | null {
  const run = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>(".run[data-s]");
  if (!run || !source?.contains(run)) return null;
  const first = Number(run.dataset.s);
  if (run.dataset.atom !== undefined) return end && offset > 0 ? Number(run.dataset.e) : first;
  return first + codePoints(run.textContent ?? "", offset);
}

function selectedSpan(): SpanBody | null {
  const selection = getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed || !source) return null;
  const range = selection.getRangeAt(0);
  const runs = [...source.querySelectorAll<HTMLElement>(".run[data-s]")].filter((run) => range.intersectsNode(run) && run.firstChild);
  const [head, tail] = [runs[0], runs[runs.length - 1]];
  if (!head?.firstChild || !tail?.firstChild) return null;
  const headHolds = range.startContainer === head.firstChild;
  const tailHolds = range.endContainer === tail.firstChild;
  const start = placeOf(head.firstChild, headHolds ? range.startOffset : 0, false);
  const end = placeOf(tail.firstChild, tailHolds ? range.endOffset : (tail.textContent ?? "").length, true);
  if (start === null || end === null || start >= end) return null;
  return trimmed({ start, end });
}

// Blanks at either end of a selection belong to no words.
function trimmed(span: SpanBody): SpanBody {
  const points = [...textOf(span)];
  const length = span.end - span.start;
  if (points.length !== length) return span;
  const lead = points.findIndex((point) => point.trim() !== "");
  const trail = [...points].reverse().findIndex((point) => point.trim() !== "");
  return lead < 0 ? span : { start: span.start + lead, end: span.end - trail };
}

// What a reader sees of a span; empty where it lies outside the main text.
function textOf(span: SpanBody): string {
  let seen = "";
  for (const run of source?.querySelectorAll<HTMLElement>(".run[data-s]") ?? []) {
    const [first, last] = [Number(run.dataset.s), Number(run.dataset.e)];
    if (last <= span.start || first >= span.end) continue;
    const text = run.textContent ?? "";
    if (run.dataset.atom !== undefined) seen += text;
    else seen += [...text].slice(Math.max(0, span.start - first), span.end - first).join("");
  }
  return seen;
}

function rangesOf(span: SpanBody): Range[] {
  const ranges: Range[] = [];
  for (const run of source?.querySelectorAll<HTMLElement>(".run[data-s]") ?? []) {
    const [first, last] = [Number(run.dataset.s), Number(run.dataset.e)];
    const node = run.firstChild;
    if (!node || last <= span.start || first >= span.end) continue;
    const points = [...(run.textContent ?? "")];
    const whole = run.dataset.atom !== undefined;
    const units = (count: number): number => points.slice(0, Math.max(0, count)).join("").length;
    const range = document.createRange();
    range.setStart(node, whole ? 0 : units(span.start - first));
    range.setEnd(node, whole ? (node.textContent ?? "").length : units(span.end - first));
    ranges.push(range);
  }
  return ranges;
}

function spanOf(row: Element): SpanBody | null {
  const start = row.querySelector<HTMLInputElement>("[data-start]")?.value ?? "";
  const end = row.querySelector<HTMLInputElement>("[data-end]")?.value ?? "";
  if (start === "" && end === "") return null;
  return { start: start === "" ? -1 : Number(start), end: end === "" ? -1 : Number(end) };
}

function preview(row: Element, scroll: boolean): void {
  const said = row.querySelector("[data-preview]");
  const span = spanOf(row);
  if (!said) return;
  const text = span ? textOf(span) : "";
  said.textContent = span && !text ? "Outside the main text, or empty." : text;
  said.classList.toggle("off", span !== null && !text);
  if (!("highlights" in CSS) || !row.matches(".active")) return;
  const ranges = span ? rangesOf(span) : [];
  CSS.highlights.set("edited", new Highlight(...ranges));
  if (scroll) ranges[0]?.startContainer.parentElement?.scrollIntoView({ block: "center", behavior: calm() });
}

function activate(row: Element): void {
  if (row.matches(".active")) return;
  for (const other of document.querySelectorAll("[data-span].active")) other.classList.remove("active");
  row.classList.add("active");
  preview(row, true);
}

let lastSelected: SpanBody | null = null;
document.addEventListener("selectionchange", () => {
  lastSelected = selectedSpan() ?? lastSelected;
});

document.addEventListener("focusin", (event) => {
  const row = event.target instanceof Element ? event.target.closest("[data-span]") : null;
  if (row) activate(row);
});
document.addEventListener("input", (event) => {
  const field = event.target instanceof Element ? event.target : null;
  const row = field?.closest("[data-span]");
  if (row) preview(row, true);
  const slot = field?.closest<HTMLElement>("[data-slot]");
  if (slot) dress(slot);
});

// ---- forms made of rows -----------------------------------------------------------------------

function dress(slot: HTMLElement): void {
  const way = slot.querySelector<HTMLSelectElement>('[data-field="way"]')?.value;
  for (const label of slot.querySelectorAll<HTMLElement>("[data-way]")) label.hidden = label.dataset.way !== way;
  const attr = slot.querySelector<HTMLSelectElement>('[data-field="attr"]');
  const value = slot.querySelector<HTMLInputElement>('[data-field="value"]');
  const lists: Record<string, string> = { outcome: "outcome-words", verification_status: "status-words" };
  const list = attr ? lists[attr.value] : undefined;
  if (list) value?.setAttribute("list", list);
  else value?.removeAttribute("list");
  const name = slot.querySelector(".slot-name");
  if (name && attr) name.textContent = attr.selectedOptions[0]?.textContent ?? "";
}

function grow(kind: string, list: Element | null | undefined): void {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-template="${kind}"]`);
  if (!template || !list) return;
  list.append(template.content.cloneNode(true));
  const added = list.lastElementChild;
  if (added instanceof HTMLElement && added.matches("[data-slot]")) dress(added);
  added?.querySelector<HTMLElement>("input, select")?.focus();
}

for (const slot of document.querySelectorAll<HTMLElement>("[data-slot]")) dress(slot);
for (const row of document.querySelectorAll("[data-span]")) preview(row, false);

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = target?.closest("button");
  if (!button) return;
  const row = button.closest("[data-span]");
  if (row && button.matches("[data-from-selection]")) take(row, button);
  if (row && button.matches("[data-remove]")) row.remove();
  if (button.matches("[data-remove-slot]")) button.closest("[data-slot]")?.remove();
  if (button.matches("[data-add-span]")) grow("span", button.closest("fieldset")?.querySelector("[data-list]"));
  if (button.matches("[data-add-slot]")) grow("slot", button.closest("fieldset")?.querySelector("[data-list]"));
});

function take(row: Element, button: HTMLButtonElement): void {
  const said = row.querySelector("[data-preview]");
  if (!lastSelected) {
    if (said) said.textContent = "Select words in the text first.";
    return;
  }
  activate(row);
  for (const [name, value] of [["[data-start]", lastSelected.start], ["[data-end]", lastSelected.end]] as const) {
    const field = row.querySelector<HTMLInputElement>(name);
    if (field) field.value = String(value);
  }
  preview(row, false);
  button.focus();
}

// ---- what is sent -----------------------------------------------------------------------------

function text(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement ? field.value : "";
}

function lines(form: HTMLFormElement, name: string): string[] {
  return text(form, name).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

function field(slot: Element, name: string): string {
  return slot.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-field="${name}"]`)?.value.trim() ?? "";
}

const COUNTED = new Set(["strike_count", "target_count", "miss_distance"]);

function slotBody(slot: Element): Record<string, unknown> {
  const [attr, way] = [field(slot, "attr"), field(slot, "way")];
  const row = slot.querySelector("[data-span]");
  const said = field(slot, "value");
  const number = (name: string): number | null => (field(slot, name) === "" ? null : Number(field(slot, name)));
  return {
    attr,
    span: (row ? spanOf(row) : null) ?? { start: 0, end: 0 },
    value: way !== "value" || said === "" ? null : COUNTED.has(attr) && Number.isFinite(Number(said)) ? Number(said) : said,
    low: way === "range" ? number("low") : null,
    high: way === "range" ? number("high") : null,
    vague: way === "vague" ? field(slot, "vague") : null,
    unit: way === "vague" && field(slot, "unit") !== "" ? field(slot, "unit") : null,
    polarity: field(slot, "polarity"),
    exclusive: slot.querySelector<HTMLInputElement>('[data-field="exclusive"]')?.checked ?? false,
    quantifier: field(slot, "quantifier") || null,
  };
}

function claimBody(form: HTMLFormElement): Record<string, unknown> {
  const spans: Record<string, SpanBody[]> = {};
  for (const group of form.querySelectorAll<HTMLElement>("[data-group]")) {
    const rows = [...group.querySelectorAll("[data-span]")].map(spanOf);
    spans[group.dataset.group ?? ""] = rows.filter((span): span is SpanBody => span !== null).map(({ start, end }) => ({ start: Math.max(0, start), end: Math.max(0, end) }));
  }
  const body: Record<string, unknown> = {
    claimant: text(form, "claimant"),
    claimant_role: text(form, "claimant_role") || null,
    quote_type: text(form, "quote_type"),
    ...spans,
    slots: [...form.querySelectorAll("[data-slot]")].map(slotBody),
    reason: text(form, "reason"),
  };
  if (form.dataset.version) body.version = form.dataset.version;
  if (form.dataset.document) body.document = form.dataset.document;
  return body;
}

function linkBody(form: HTMLFormElement): Record<string, unknown> {
  const { claim, part, finding, version, removal, off } = form.dataset;
  const on = { claim, part, finding: finding ?? text(form, "finding"), reason: text(form, "reason") };
  if (removal !== undefined) return { ...on, version };
  const stance = off !== undefined ? null : text(form, "stance");
  return { ...on, stance, version: version || linked(form, on.finding) };
}

// A finding that somebody linked already is linked anew over what stands there.
function linked(form: HTMLFormElement, finding: string): string | null {
  const own = form.closest(".part")?.querySelector<HTMLFormElement>(`form[data-removal][data-finding="${finding}"]`);
  return own?.dataset.version || null;
}

function reviewBody(form: HTMLFormElement): Record<string, unknown> {
  const probability = text(form, "probability");
  return {
    claim: form.dataset.claim,
    part: form.dataset.part,
    rating: text(form, "rating"),
    probability: probability === "" ? null : Number(probability),
    confidence: text(form, "confidence"),
    confidence_reason: text(form, "confidence_reason"),
    because: lines(form, "because"),
    tried: lines(form, "tried"),
    impossible: lines(form, "impossible"),
    would_change: lines(form, "would_change"),
    reason: text(form, "reason"),
    proposal: form.dataset.proposal,
    review: form.dataset.review || null,
  };
}

function bodyOf(form: HTMLFormElement): Record<string, unknown> {
  if (form.dataset.ledger === "claim") return claimBody(form);
  if (form.dataset.ledger === "link") return linkBody(form);
  if (form.dataset.ledger === "review") return reviewBody(form);
  return { reason: text(form, "reason"), version: form.dataset.version };
}

type Told = { subject: string; fault: string; remedy: string };

function told(answer: unknown): Told {
  if (answer && typeof answer === "object" && "fault" in answer) return answer as Told;
  const details = answer && typeof answer === "object" && "detail" in answer ? (answer as { detail: unknown }).detail : null;
  const first = Array.isArray(details) ? (details[0] as { loc?: unknown[]; msg?: string }) : null;
  return { subject: String(first?.loc?.at(-1) ?? "form"), fault: first?.msg ?? "could not be read", remedy: "" };
}

function tell(form: HTMLFormElement, { subject, fault, remedy }: Told, status: number): void {
  const box = form.querySelector<HTMLElement>("[data-told]");
  if (!box) return;
  box.textContent = `${subject}: ${fault}. ${remedy} `;
  if (status === 409) {
    const again = document.createElement("a");
    again.href = location.pathname;
    again.textContent = "Look at what stands there now";
    box.append(again);
  }
  for (const one of form.querySelectorAll(".wrong")) one.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const place = [...form.querySelectorAll<HTMLElement>("[data-subject]")].find((one) => subject.startsWith(one.dataset.subject ?? "-"));
  const input = place?.querySelector<HTMLElement>("input, textarea, select");
  if (place && input) {
    const beside = document.createElement("p");
    beside.className = "wrong";
    beside.textContent = fault;
    place.append(beside);
    input.setAttribute("aria-invalid", "true");
    input.focus();
  } else {
    box.scrollIntoView({ block: "nearest" });
  }
}

async function send(form: HTMLFormElement): Promise<void> {
  const secret = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  let response: Response;
  try {
    response = await fetch(form.dataset.url ?? "", {
      method: form.dataset.method ?? "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": secret, Accept: "application/json" },
      body: JSON.stringify(bodyOf(form)),
    });
  } catch {
    tell(form, { subject: "connection", fault: "the server could not be reached; nothing was stored", remedy: "Send it again when it is back." }, 0);
    return;
  }
  if (!response.ok) {
    tell(form, told(await response.json().catch(() => null)), response.status);
    return;
  }
  remember();
  if (form.dataset.next && form.dataset.next !== location.pathname) location.assign(form.dataset.next);
  else location.reload();
}

// What was open stays open when the page comes back.
function remember(): void {
  const open = [...document.querySelectorAll<HTMLDetailsElement>("details[data-keep][open]")].map((one) => one.dataset.keep);
  const kept = open.filter((name) => name?.startsWith("history") || name === "others");
  try {
    sessionStorage.setItem("purport-ledger-open", JSON.stringify(kept));
  } catch {
    // a browser that stores nothing opens the page as it was first
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.ledger === undefined) return;
  event.preventDefault();
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = "";
  const button = form.querySelector("button:not([type])");
  button?.setAttribute("aria-disabled", "true");
  void send(form).finally(() => {
    delete form.dataset.busy;
    button?.removeAttribute("aria-disabled");
  });
});

try {
  const open = JSON.parse(sessionStorage.getItem("purport-ledger-open") ?? "[]") as string[];
  for (const name of open) document.querySelector<HTMLDetailsElement>(`details[data-keep="${name}"]`)?.setAttribute("open", "");
  sessionStorage.removeItem("purport-ledger-open");
} catch {
  // nothing was kept
}
