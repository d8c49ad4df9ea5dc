// The control points in numbers: every number can be entered, and what comes of it stands beside.
import type { DeskModel } from "./desk";
import { put } from "./figures";
import type { Pair, Point, SeenPoint } from "./types";

interface TableEvents { chosen: string | null; choose(point: Point): void; remove(point: Point): void; confirm(point: Point): void }
interface Column { name: string; read(point: Point): string; write(point: Point, value: string, model: DeskModel): void; type: "number" | "text" }

const numeric = (read: (point: Point) => number | null | undefined, digits: number): ((point: Point) => string) => (point) => {
  const value = read(point);
  return value === null || value === undefined ? "" : String(Number(value.toFixed(digits)));
};
function moved(point: Point, model: DeskModel, where: "frame" | "map"): void {
  const frame = point.frame;
  model.movePoint(point, where, (where === "frame" ? point.pixel : point.mapPx) ?? [0, 0]);
  point.frame = frame;
}
function withPart(pair: Pair | null, part: 0 | 1, value: number): Pair {
  const next: Pair = [...(pair ?? [0, 0])];
  next[part] = value;
  return next;
}
function setPosition(point: Point, part: 0 | 1, value: number, model: DeskModel): void {
  const position = withPart(point.position, part, value);
  moved(point, model, "map");
  point.position = position;
  point.mapPx = null;
}

const COLUMNS: Column[] = [
  { name: "frame", type: "number", read: numeric((one) => one.frame, 0), write: (one, value) => { one.frame = Math.max(0, Math.round(Number(value))); one.changed = true; } },
  { name: "x", type: "number", read: numeric((one) => one.pixel?.[0], 2), write: (one, value, model) => { one.pixel = withPart(one.pixel, 0, Number(value)); moved(one, model, "frame"); } },
  { name: "y", type: "number", read: numeric((one) => one.pixel?.[1], 2), write: (one, value, model) => { one.pixel = withPart(one.pixel, 1, Number(value)); moved(one, model, "frame"); } },
  { name: "uncertainty in pixels", type: "number", read: numeric((one) => one.sdPx, 2), write: (one, value) => { one.sdPx = Math.abs(Number(value)); one.changed ||= !one.start; } },
  { name: "longitude", type: "number", read: numeric((one) => one.position?.[0], 7), write: (one, value, model) => setPosition(one, 0, Number(value), model) },
  { name: "latitude", type: "number", read: numeric((one) => one.position?.[1], 7), write: (one, value, model) => setPosition(one, 1, Number(value), model) },
  { name: "uncertainty in metres", type: "number", read: numeric((one) => one.sdM, 3), write: (one, value) => { one.sdM = Math.abs(Number(value)); one.changed ||= !one.start; } },
];

export function drawTable(table: HTMLElement, model: DeskModel, events: TableEvents): void {
  const body = table.querySelector("tbody");
  if (!body) return;
  const seen = new Map(model.answer?.fit.points.map((one) => [one.key, one]));
  const suspects = new Set(model.answer?.fit.suspects ?? []);
  const rows = new Map([...body.querySelectorAll<HTMLTableRowElement>("tr[data-key]")].map((row) => [row.dataset.key ?? "", row]));
  for (const [key, row] of rows) if (!model.state.points.some((one) => one.key === key)) row.remove();
  for (const [index, point] of model.state.points.entries()) {
    let row = rows.get(point.key);
    if (!row) {
      row = makeRow(point, model, events);
      body.append(row);
    }
    fillRow(row, point, index, seen.get(point.key), { suspect: suspects.has(point.key), chosen: events.chosen === point.key });
  }
}

function makeRow(point: Point, model: DeskModel, events: TableEvents): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.dataset.key = point.key;
  const current = (): Point | undefined => model.state.points.find((one) => one.key === point.key);
  const head = document.createElement("th");
  head.scope = "row";
  const number = document.createElement("span"), label = document.createElement("input");
  number.className = "point-number";
  Object.assign(label, { type: "text", className: "point-label", placeholder: "what it is" });
  label.addEventListener("input", () => {
    const one = current();
    if (!one) return;
    one.label = label.value;
    one.changed = true;
    model.touch();
  });
  const called = document.createElement("div");
  called.className = "called";
  called.append(number, label);
  head.append(called);
  const residual = document.createElement("td"), actions = document.createElement("td");
  residual.className = "residual";
  row.append(head, residual);
  for (const column of COLUMNS) {
    const cell = document.createElement("td"), input = document.createElement("input");
    Object.assign(input, { type: column.type, step: "any" });
    input.dataset.column = column.name;
    input.addEventListener("change", () => {
      const one = current();
      if (!one || input.value.trim() === "" || !Number.isFinite(input.valueAsNumber)) return;
      column.write(one, input.value, model);
      model.touch();
    });
    cell.append(input);
    row.append(cell);
  }
  const confirm = button("Confirm", () => { const one = current(); if (one) events.confirm(one); });
  confirm.className = "quiet confirm";
  const remove = button("×", () => { const one = current(); if (one) events.remove(one); });
  remove.className = "quiet remove";
  actions.className = "row-actions";
  actions.append(confirm, remove);
  row.append(actions);
  row.addEventListener("focusin", () => { const one = current(); if (one) events.choose(one); });
  return row;
}

function fillRow(row: HTMLTableRowElement, point: Point, index: number, seen: SeenPoint | undefined, flags: { suspect: boolean; chosen: boolean }): void {
  const name = `Point ${index + 1}`;
  row.classList.toggle("chosen", flags.chosen);
  row.classList.toggle("wrong-row", flags.suspect || seen?.used === false);
  const number = row.querySelector(".point-number"), label = row.querySelector<HTMLInputElement>(".point-label");
  if (number) number.textContent = String(index + 1);
  if (label) {
    label.setAttribute("aria-label", `${name}: what it is`);
    if (document.activeElement !== label) label.value = point.label;
  }
  for (const [place, column] of COLUMNS.entries()) {
    const input = row.querySelectorAll<HTMLInputElement>("td input")[place];
    if (!input) continue;
    input.setAttribute("aria-label", `${name}: ${column.name}`);
    if (document.activeElement !== input || input.dataset.typing === undefined) {
      const value = column.read(point);
      if (document.activeElement !== input && input.value !== value) input.value = value;
    }
  }
  const cell = row.querySelector(".residual");
  if (cell) cell.textContent = residualWords(point, seen, flags.suspect);
  const confirm = row.querySelector<HTMLElement>(".confirm"), remove = row.querySelector(".remove");
  if (confirm) {
    confirm.hidden = !point.start;
    confirm.setAttribute("aria-label", `Confirm point ${index + 1}`);
  }
  remove?.setAttribute("aria-label", `Take point ${index + 1} away`);
}

function residualWords(point: Point, seen: SeenPoint | undefined, suspect: boolean): string {
  if (!point.pixel) return "not in a frame yet";
  if (!point.mapPx && !point.position) return "not on the orthophoto yet";
  if (seen?.used === false) return `left out: ${put(seen.away_m ?? 0)} m off (± ${put(seen.expected_m ?? 0)} m)`;
  if (!seen?.residual_px || !seen.residual_m) return suspect ? "may be wrong" : "";
  const words = `${put(Math.hypot(...seen.residual_px), 2)} px · ${put(Math.hypot(...seen.residual_m), 2)} m`;
  return (seen.leverage ?? 0) > 0.98 ? `${words}, unchecked` : words;
}

function button(text: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", textContent: text });
  element.addEventListener("click", act);
  return element;
}
