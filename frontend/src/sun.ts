// Marking shadows in a frame and seeing when they can have fallen. The server measures, as a job.
import { whenSchemeChanges } from "./map/colours";
import { ask, Refusal } from "./place/api";
import { Pane, type Handle, type Shapes } from "./place/pane";
import type { MarkTold, Pair } from "./place/types";
import { Shadows } from "./sun/model";
import { drawPlot } from "./sun/plot";
import type { Job, PageData, Result, Shadow } from "./sun/types";

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const maybe = <T extends HTMLElement>(id: string): T | null => document.getElementById(id) as T | null;
const data = JSON.parse(byId("sun-data").textContent ?? "") as PageData;
const { desk } = data;
const model = new Shadows(data);
const round = (value: number): number => Math.round(value * 100) / 100;
const WAIT_MS = 1200;

let frame = desk.registered[0]?.first ?? 0;
let shown = -1;
let chosen = "";
let result: Result | null = data.result;

const pane = new Pane(byId("frame-pane"), [desk.width, desk.height], {
  click: (at) => click([round(at[0]), round(at[1])]),
  drag: (id, at) => drag(id, [round(at[0]), round(at[1])]),
  tap: () => undefined,
  choose: (id) => { chosen = id; draw(); },
  remove: (id) => { model.remove(id.split("|")[0] ?? ""); byId("frame-pane").focus({ preventScroll: true }); draw(); },
  moved: () => undefined,
});

function click(at: Pair): void {
  if (!data.may_change) return;
  const begun = model.shadows.find((one) => !one.tip);
  if (begun && begun.frame === frame) {
    begun.tip = at;
    begun.changed = true;
  } else {
    if (begun) model.remove(begun.key);
    model.add(frame, at, null);
  }
  draw();
}

function drag(id: string, at: Pair): void {
  const [key, end] = id.split("|");
  const one = model.shadows.find((each) => each.key === key);
  if (!one || !data.may_change) return;
  if (end === "tip") one.tip = at;
  else one.foot = at;
  one.changed = true;
  draw();
}

// drawing

function draw(): void {
  const handles: Handle[] = [], shapes: Shapes = { ellipses: [], lines: [], rings: [] };
  model.shadows.forEach((one, index) => {
    if (one.frame !== frame) return;
    const wrong = result?.shadows.some((told) => told.mark === one.kept?.id && !told.used) ?? false;
    for (const [end, at] of [["foot", one.foot], ["tip", one.tip]] as const) {
      if (at) handles.push({ id: `${one.key}|${end}`, at, label: `Shadow ${index + 1}, ${end}`, kind: end === "foot" ? "target" : "impact", text: end === "foot" ? String(index + 1) : "", wrong, chosen: chosen === `${one.key}|${end}` });
    }
    if (one.tip) shapes.lines.push({ from: one.foot, to: one.tip, kind: "length" });
  });
  pane.draw(handles, shapes);
  drawTable();
  const save = maybe<HTMLButtonElement>("save");
  if (save) save.disabled = !model.dirty;
  byId("hint").textContent = !data.may_change ? "" : model.shadows.some((one) => !one.tip)
    ? "Now click the tip of its shadow."
    : "Click the foot of an upright thing, then the tip of its shadow. Drag to correct; arrow keys move the end that is chosen, Delete takes the shadow away.";
}

interface Column { name: string; read(one: Shadow): number | null; write(one: Shadow, value: number | null): void }
const COLUMNS: Column[] = [
  { name: "frame", read: (one) => one.frame, write: (one, value) => { one.frame = Math.min(Math.max(0, Math.round(value ?? 0)), desk.frames - 1); } },
  { name: "foot x", read: (one) => one.foot[0], write: (one, value) => { one.foot = [value ?? 0, one.foot[1]]; } },
  { name: "foot y", read: (one) => one.foot[1], write: (one, value) => { one.foot = [one.foot[0], value ?? 0]; } },
  { name: "tip x", read: (one) => one.tip?.[0] ?? null, write: (one, value) => { one.tip = [value ?? 0, one.tip?.[1] ?? one.foot[1]]; } },
  { name: "tip y", read: (one) => one.tip?.[1] ?? null, write: (one, value) => { one.tip = [one.tip?.[0] ?? one.foot[0], value ?? 0]; } },
  { name: "uncertainty in pixels", read: (one) => one.sdPx, write: (one, value) => { one.sdPx = Math.abs(value ?? 2); } },
  { name: "height in metres", read: (one) => one.heightM, write: (one, value) => { one.heightM = value; } },
  { name: "uncertainty of the height in metres", read: (one) => one.heightSdM, write: (one, value) => { one.heightSdM = Math.abs(value ?? 0); } },
];

function drawTable(): void {
  const body = document.querySelector<HTMLElement>("#shadows tbody");
  if (!body) return;
  const rows = new Map([...body.querySelectorAll<HTMLTableRowElement>("tr")].map((row) => [row.dataset.key ?? "", row]));
  for (const [key, row] of rows) if (!model.shadows.some((one) => one.key === key)) row.remove();
  model.shadows.forEach((one, index) => {
    const row = rows.get(one.key) ?? makeRow(one.key);
    if (!row.isConnected) body.append(row);
    fillRow(row, one, index);
  });
}

function makeRow(key: string): HTMLTableRowElement {
  const row = document.createElement("tr"), head = document.createElement("th");
  row.dataset.key = key;
  head.scope = "row";
  row.append(head);
  for (const column of COLUMNS) {
    const input = document.createElement("input");
    Object.assign(input, { type: "number", step: "any", disabled: !data.may_change });
    input.addEventListener("change", () => {
      const one = model.shadows.find((each) => each.key === key);
      if (!one) return;
      column.write(one, input.value === "" ? null : Number(input.value));
      one.changed = true;
      draw();
    });
    row.insertCell().append(input);
  }
  row.insertCell().className = "came";
  const last = row.insertCell();
  last.className = "row-actions";
  const go = document.createElement("button"), away = document.createElement("button");
  Object.assign(go, { type: "button", className: "quiet", textContent: "◎" });
  go.addEventListener("click", () => { const one = model.shadows.find((each) => each.key === key); if (one) goTo(one.frame); });
  Object.assign(away, { type: "button", className: "quiet", textContent: "✕" });
  away.addEventListener("click", () => { model.remove(key); draw(); maybe("add-shadow")?.focus(); });
  last.append(go, ...(data.may_change ? [away] : []));
  return row;
}

function fillRow(row: HTMLTableRowElement, one: Shadow, index: number): void {
  const called = `Shadow ${index + 1}`;
  const [head] = row.cells;
  if (head) head.textContent = String(index + 1);
  COLUMNS.forEach((column, place) => {
    const input = row.cells[place + 1]?.querySelector("input"), value = column.read(one);
    if (!input) return;
    input.setAttribute("aria-label", `${called}: ${column.name}`);
    if (document.activeElement !== input) input.value = value === null ? "" : String(round(value));
  });
  const told = result?.shadows.find((each) => each.mark === one.kept?.id);
  const unused = result?.unused.find((words) => one.kept && words.includes(one.kept.id));
  const came = row.querySelector(".came");
  if (came) came.textContent = one.changed ? "not saved yet" : told ? told.words.join("; ") : unused ?? "not measured yet: run the checks";
  const [go, away] = row.querySelectorAll("button");
  go?.setAttribute("aria-label", `${called}: show its frame`);
  away?.setAttribute("aria-label", `${called}: take it away`);
}

function drawOthers(): void {
  byId("others").replaceChildren(...model.others.map((told) => {
    const line = document.createElement("li");
    line.append(`${wordsOf(told)} (${told.mark.author}) `);
    if (data.may_change) {
      const away = document.createElement("button");
      Object.assign(away, { type: "button", className: "quiet", textContent: "Take it away" });
      away.addEventListener("click", () => void act(async () => { await model.withdraw(told); await reread(); }));
      line.append(away);
    }
    return line;
  }));
}

function wordsOf({ mark }: MarkTold): string {
  const { values, kind } = mark;
  if (kind === "shadow_azimuth") return `A shadow points to ${String(values.azimuth_deg)}° ± ${String(values.azimuth_sd_deg)}°${values.height_ratio ? `, height over length ${String(values.height_ratio)}` : ""}`;
  if (kind === "no_shadow") return `No shadow to mark: ${String(values.reason).replaceAll("_", " ")}`;
  return kind === "shadow" ? "A shadow marked on the map" : "A tip without its foot";
}

function drawResult(): void {
  const words: HTMLElement[] = [];
  const paragraph = (text: string, name = ""): void => { const made = document.createElement("p"); made.textContent = text; made.className = name; words.push(made); };
  if (result) {
    paragraph(result.answer.replaceAll("_", " "), "sun-answer");
    paragraph(result.reason);
    for (const [first, last] of result.seasons.slice(0, 12)) paragraph(first === last ? first : `${first} to ${last}`, "soft");
    for (const one of result.unused) paragraph(one, "soft");
  } else paragraph("The sun check has not been asked yet: mark shadows, save them, and run the checks.", "absent");
  byId("answer").replaceChildren(...words);
  byId("spans").replaceChildren(...(result?.spans ?? []).map((span) => {
    const row = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = span.level;
    row.append(head);
    for (const text of span.words) row.insertCell().textContent = text;
    return row;
  }));
  byId("spans-box").hidden = !result?.spans.length;
  const limits = document.createElement("details"), lead = document.createElement("summary"), list = document.createElement("ul");
  lead.textContent = "What this does not say";
  list.append(...(result?.limits ?? []).map((text) => { const line = document.createElement("li"); line.textContent = text; return line; }));
  limits.append(lead, list);
  byId("limits").replaceChildren(...(result?.limits.length ? [limits] : []));
  drawPlot(byId("plot"), byId("plot-legend"), result);
}

function drawRegistered(): void {
  const spans = desk.registered.map((one) => (one.first === one.last ? String(one.first) : `${one.first} to ${one.last}`)).join(", ");
  byId("registered").textContent = spans
    ? `Shadows in frames ${spans} can be measured: they lie on the orthophoto.`
    : "No frame lies on an orthophoto yet: a shadow marked here can be measured once that is so (Place and measure). A direction can be recorded without.";
}

// the frame

function goTo(wanted: number): void {
  if (!Number.isFinite(wanted)) return;
  frame = Math.min(Math.max(0, Math.round(wanted)), desk.frames - 1);
  const slider = byId<HTMLInputElement>("frame-slider");
  byId<HTMLInputElement>("frame-number").value = slider.value = String(frame);
  slider.setAttribute("aria-valuetext", `frame ${frame} of ${desk.frames - 1}`);
  if (shown !== frame) {
    byId("frame-pane").setAttribute("aria-busy", "true");
    const next = new Image(), asked = frame;
    next.alt = "";
    next.draggable = false;
    next.addEventListener("load", () => {
      if (asked !== frame) return;
      shown = asked;
      pane.stage.replaceChildren(next);
      byId("frame-pane").removeAttribute("aria-busy");
    });
    next.addEventListener("error", () => tell(`Frame ${asked} cannot be shown.`));
    Object.assign(next.style, { width: `${desk.width}px`, height: `${desk.height}px` });
    next.src = `${model.base}/frames/${asked}.jpg`;
  }
  draw();
}

// saving and checking

function tell(words: string): void {
  byId("notice").textContent = words;
  byId("notice").hidden = !words;
}

async function act(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    tell("");
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) tell(`Somebody else was faster: ${error.told.fault}. ${error.told.remedy} Reload the page to see it; nothing of yours was written over it.`);
    else tell(error instanceof Refusal ? `${error.told.subject}: ${error.told.fault}. ${error.told.remedy}` : String(error));
    return false;
  }
}

async function reread(): Promise<void> {
  await model.read();
  const zones = model.shadows.map((one) => one.zone).filter((zone) => zone);
  const field = maybe<HTMLInputElement>("zone");
  if (field && !field.value && zones[0]) field.value = zones[0];
  drawOthers();
  draw();
}

const field = (id: string): string => maybe<HTMLInputElement>(id)?.value.trim() ?? "";
const zoned = (): Record<string, string> => (field("zone") ? { zone: field("zone") } : {});

async function save(): Promise<boolean> {
  const done = await act(async () => { await model.save(field("zone"), field("why")); await reread(); });
  byId("saved-state").textContent = done ? "Saved." : "Not all is saved.";
  draw();
  return done;
}

async function run(): Promise<void> {
  if (model.dirty && !(await save())) return;
  const progress = byId("progress"), button = byId<HTMLButtonElement>("run");
  button.disabled = true;
  await act(async () => {
    let job = await ask<Job>("POST", `/api/v1/cases/${data.case}/work`, { kind: "check" });
    while (["waiting", "running"].includes(job.state)) {
      progress.textContent = job.state === "waiting" ? "Waiting for its turn …" : `Checking: ${[job.stage, job.label].filter((one) => one).join(", ")} …`;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      const jobs = await ask<Job[]>("GET", `/api/v1/cases/${data.case}/work`);
      job = jobs.find((one) => one.id === job.id) ?? job;
    }
    result = (await ask<{ result: Result | null }>("GET", `${model.base}/sun`)).result;
    drawResult();
    draw();
    progress.textContent = job.state === "done" ? "Checked." : `The checks ended: ${job.state}.`;
  });
  button.disabled = false;
}

byId("frame-back").addEventListener("click", () => goTo(frame - 1));
byId("frame-on").addEventListener("click", () => goTo(frame + 1));
for (const id of ["frame-number", "frame-slider"]) {
  byId<HTMLInputElement>(id).max = String(desk.frames - 1);
  byId<HTMLInputElement>(id).addEventListener(id === "frame-number" ? "change" : "input", (event) => goTo(Number((event.target as HTMLInputElement).value)));
}
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
  button.addEventListener("click", () => (button.dataset.zoom === "fit" ? pane.fit() : pane.zoom(button.dataset.zoom === "in" ? 1.4 : 1 / 1.4)));
}
maybe("add-shadow")?.addEventListener("click", () => {
  const made = model.add(frame, [round(desk.width / 2), round(desk.height / 2)], [round(desk.width / 2 + 40), round(desk.height / 2)]);
  draw();
  document.querySelector<HTMLInputElement>(`#shadows tr[data-key="${made.key}"] td:nth-child(3) input`)?.focus();
});
maybe("save")?.addEventListener("click", () => void save());
maybe("run")?.addEventListener("click", () => void run());
maybe("direction")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const spot = field("direction-at") ? field("direction-at").split(/[\s,;]+/).map(Number) : [];
  const values = { azimuth_deg: Number(field("azimuth") || NaN), azimuth_sd_deg: Number(field("azimuth-sd") || NaN), ...(field("ratio") ? { height_ratio: Number(field("ratio")), height_ratio_sd: Number(field("ratio-sd") || 0) } : {}), ...zoned(), ...(spot.length ? { position: spot } : {}) };
  if (spot.length && (spot.length !== 2 || !spot.every(Number.isFinite))) tell("Where: write longitude, a comma, and latitude.");
  else if (!Number.isFinite(values.azimuth_deg) || !Number.isFinite(values.azimuth_sd_deg)) tell("A direction needs its degrees and how sure they are.");
  else void act(async () => { await model.record("shadow_azimuth", values, field("why")); await reread(); });
});
maybe("nothing")?.addEventListener("submit", (event) => {
  event.preventDefault();
  void act(async () => { await model.record("no_shadow", { reason: field("reason"), ...zoned() }, field("why")); await reread(); });
});
window.addEventListener("beforeunload", (event) => { if (model.dirty) event.preventDefault(); });
whenSchemeChanges(() => drawResult());

drawRegistered();
drawResult();
goTo(frame);
void act(async () => {
  await reread();
  const first = model.shadows[0];
  if (first) goTo(first.frame);
});
