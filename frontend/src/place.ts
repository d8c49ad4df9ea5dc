// Placing points on a frame and an orthophoto, and measuring between what was placed. The server
// computes; this page draws, and asks again with every movement.
import { ask, Refusal } from "./place/api";
import { DeskModel } from "./place/desk";
import { figuresOf, put, scaleOf } from "./place/figures";
import { Pane, type Handle, type Shapes } from "./place/pane";
import { Tiles, warpOf } from "./place/tiles";
import { isWhole } from "./place/state";
import { drawTable } from "./place/table";
import { drawLooks } from "./place/looks";
import { ResidualPlot } from "./place/residuals";
import { drawPast } from "./place/past";
import type { Impact, PageData, Pair, Point, Tool } from "./place/types";

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const data = JSON.parse(byId("place-data").textContent ?? "") as PageData;
const { desk } = data;

let tool: Tool = "point";
let chosen: string | null = null;
let swiping = false;
let tiles: Tiles | null = null;
let picture = new Image();
let shownFrame = -1;
let pendingStart: Pair | null = null;

const model = new DeskModel(data, (part) => {
  if (part === "answer") drawAnswer();
  draw();
});

const residuals = new ResidualPlot(byId("residuals"));

const HINTS: Record<Tool, string> = {
  point: "Click the same spot in both pictures, in either order. Drag to move; arrow keys move what is chosen, with Shift by 10, with Alt by a tenth; Delete takes it away.",
  target: "Click the target in the frame or on the orthophoto.",
  outline: "Click the corners of the target on the orthophoto, one after the other; drag them to correct.",
  impact: "Click where it struck, in the frame, or on the orthophoto once the frame is placed.",
  length: "Click both ends of a length that you know, in the frame; then enter its metres.",
};

// panes

const framePane = new Pane(byId("frame-pane"), [desk.width, desk.height], {
  click: (at) => onClick("frame", at), tap: (id, at) => onTap("frame", id, at), drag: (id, at) => onDrag("frame", id, at), choose, remove, moved: () => undefined,
});
const mapPane = new Pane(byId("map-pane"), sizeOfMap(), {
  click: (at) => onClick("map", at), tap: (id, at) => onTap("map", id, at), drag: (id, at) => onDrag("map", id, at), choose, remove,
  moved: () => {
    tiles?.update();
    drawSwipe();
  },
});
const veil = document.createElement("div");
veil.className = "veil";
const warped = new Image();
warped.alt = "";
warped.className = "warped";
veil.append(warped);
const edge = document.createElement("div");
edge.className = "edge";
mapPane.above.append(veil, edge);

function sizeOfMap(): Pair {
  const first = desk.references[0];
  return first ? [first.width, first.height] : [desk.width, desk.height];
}

function onClick(where: "frame" | "map", at: Pair): void {
  if (where === "map" && !model.reference) return;
  const spot: Pair = [round(at[0]), round(at[1])];
  if (where === "frame" && desk.unlinked.includes(model.state.frame) && tool !== "length") {
    tell("This frame could not be held to its shot: choose another one.");
    return;
  }
  if (tool === "point") model.place(where, spot);
  else if (tool === "impact") model.addImpact(where, spot);
  else if (tool === "target") {
    model.setTarget(where === "frame" ? { kind: "frame", frame: model.state.frame, pixel: spot, sdPx: 2, ring: [] } : { kind: "map", mapPx: spot, position: null, ring: [] });
  } else if (tool === "outline" && where === "map") {
    const ring = model.state.target.kind === "outline" || model.state.target.ring.length ? [...model.state.target.ring, spot] : [spot];
    model.setTarget({ ring, ...(ring.length >= 3 ? { kind: "outline" as const } : {}) });
  } else if (tool === "length" && where === "frame") addLengthEnd(spot);
}

// A press on a mark chooses it; with the tool for something else, that is placed there.
function onTap(where: "frame" | "map", id: string, at: Pair): void {
  if (!id.startsWith(tool) && !(tool === "outline" && id.startsWith("corner")) && !(tool === "point" && model.state.points.every(isWhole))) onClick(where, at);
}

function addLengthEnd(spot: Pair): void {
  if (!pendingStart) {
    pendingStart = spot;
    draw();
    return;
  }
  const { state } = model;
  state.lengths.push({ key: model.newKey("length"), kept: null, frame: state.frame, start: pendingStart, end: spot, sdPx: 2, lengthM: null, lengthSdM: 0, changed: true });
  pendingStart = null;
  model.touch();
  drawLengths();
  byId<HTMLElement>("lengths").querySelector<HTMLInputElement>("input")?.focus();
}

const round = (value: number): number => Math.round(value * 100) / 100;

function onDrag(where: "frame" | "map", id: string, at: Pair): void {
  const spot: Pair = [round(at[0]), round(at[1])];
  const [kind, key = "", index = "0"] = id.split("|");
  const { state } = model;
  if (kind === "point") {
    const point = state.points.find((one) => one.key === key);
    if (point) model.movePoint(point, where, spot);
  } else if (kind === "impact") {
    const impact = state.impacts.find((one) => one.key === key);
    if (impact) model.moveImpact(impact, where, spot);
  } else if (kind === "target") {
    if (where === "frame") state.target = { ...state.target, kind: "frame", frame: state.frame, pixel: spot, changed: true };
    else state.target = { ...state.target, kind: "map", mapPx: spot, position: null, changed: true };
  } else if (kind === "corner") {
    state.target.ring[Number(index)] = spot;
    state.target.changed = true;
  } else if (kind === "length") {
    const length = state.lengths.find((one) => one.key === key);
    if (length) {
      if (index === "0") length.start = spot;
      else length.end = spot;
      length.changed = true;
    }
  }
  model.touch();
}

function remove(id: string): void {
  const [kind, key = "", index = "0"] = id.split("|");
  const point = model.state.points.find((one) => one.key === key);
  const impact = model.state.impacts.find((one) => one.key === key);
  if (kind === "point" && point) model.removePoint(point);
  else if (kind === "impact" && impact) model.removeImpact(impact);
  else if (kind === "target") model.countFromStated();
  else if (kind === "corner") {
    const ring = model.state.target.ring.filter((_, place) => place !== Number(index));
    if (ring.length >= 3) model.setTarget({ ring });
    else model.countFromStated();
  } else if (kind === "length") removeLength(key);
  (kind === "point" ? byId("frame-pane") : byId("map-pane")).focus({ preventScroll: true });
}

function removeLength(key: string): void {
  const length = model.state.lengths.find((one) => one.key === key);
  if (length?.kept) model.state.removed.push(length.kept);
  model.state.lengths = model.state.lengths.filter((one) => one.key !== key);
  model.touch();
}

function choose(id: string): void {
  const key = id.split("|")[1] ?? null;
  if (key === chosen) return;
  chosen = key;
  draw();
}

// drawing

let drawPending = false;
function draw(): void {
  if (drawPending) return;
  drawPending = true;
  requestAnimationFrame(() => {
    drawPending = false;
    drawPanes();
    drawTable(byId("points"), model, { chosen, choose: chooseRow, remove: (point) => model.removePoint(point), confirm: (point) => model.confirm(point) });
    drawLengths();
    drawTargetFields();
    drawState();
  });
}

function chooseRow(point: Point): void {
  choose(`point|${point.key}`);
}

function drawPanes(): void {
  const { state, answer } = model;
  const seen = new Map(answer?.fit.points.map((one) => [one.key, one]));
  const suspects = new Set(answer?.fit.suspects ?? []);
  const inFrame: Handle[] = [], onMap: Handle[] = [];
  const frameShapes: Shapes = { ellipses: [], lines: [], rings: [] }, mapShapes: Shapes = { ellipses: [], lines: [], rings: [] };
  for (const [index, point] of state.points.entries()) {
    const told = seen.get(point.key);
    const name = `${index + 1}${point.label ? ` ${point.label}` : ""}`;
    const shared = { id: `point|${point.key}`, kind: point.start ? "point start" : "point", text: String(index + 1), wrong: told?.used === false || suspects.has(point.key), chosen: chosen === point.key };
    const here = point.frame === state.frame ? point.pixel : told?.here_px ?? null;
    if (here) inFrame.push({ ...shared, at: here, label: `Point ${name} in the frame: x ${put(here[0])}, y ${put(here[1])}`, faded: point.frame !== state.frame });
    if (point.mapPx) onMap.push({ ...shared, at: point.mapPx, label: `Point ${name} on the orthophoto: x ${put(point.mapPx[0])}, y ${put(point.mapPx[1])}`, faded: point.frame !== state.frame && !told?.used });
    if (told?.on_map && point.mapPx) {
      mapShapes.ellipses.push({ ellipse: told.on_map, kind: "fit" });
      mapShapes.lines.push({ from: point.mapPx, to: told.on_map.centre, kind: "residual" });
    }
    if (told?.in_frame) frameShapes.ellipses.push({ ellipse: told.in_frame, kind: "fit" });
  }
  drawMeasured(inFrame, onMap, frameShapes, mapShapes);
  if (pendingStart) inFrame.push({ id: "corner|pending", at: pendingStart, kind: "corner", label: "One end of a length" });
  framePane.draw(inFrame, frameShapes);
  mapPane.draw(onMap, mapShapes);
  drawSwipe();
}

function drawMeasured(inFrame: Handle[], onMap: Handle[], frameShapes: Shapes, mapShapes: Shapes): void {
  const { state, answer } = model;
  const target = state.target, drawn = state.impacts.length ? answer?.target : null;
  const stated = model.reference?.target_px ?? [];
  if (target.kind === "stated" && !target.ring.length) {
    if (stated.length > 1) mapShapes.rings.push({ corners: stated, kind: "stated" });
    else if (stated[0]) mapShapes.rings.push({ corners: cross(stated[0]), kind: "stated" });
  }
  if (target.kind === "frame" && target.pixel && target.frame === state.frame) inFrame.push({ id: "target|target", at: target.pixel, kind: "target", text: "target", label: `Target in the frame: x ${put(target.pixel[0])}, y ${put(target.pixel[1])}`, chosen: chosen === "target" });
  if (target.kind === "map" && target.mapPx) onMap.push({ id: "target|target", at: target.mapPx, kind: "target", text: "target", label: `Target on the orthophoto: x ${put(target.mapPx[0])}, y ${put(target.mapPx[1])}`, chosen: chosen === "target" });
  for (const [index, corner] of target.ring.entries()) onMap.push({ id: `corner|target|${index}`, at: corner, kind: "corner", label: `Corner ${index + 1} of the target` });
  if (target.ring.length > 1) mapShapes.rings.push({ corners: target.ring, kind: "target" });
  if (target.kind === "frame" && drawn?.on_map[0]) mapShapes.rings.push({ corners: cross(drawn.on_map[0]), kind: "target" });
  if (drawn && target.kind !== "frame" && drawn.in_frame.every((one) => one !== null)) {
    const corners = drawn.in_frame as Pair[];
    if (corners.length > 1) frameShapes.rings.push({ corners, kind: target.kind === "stated" ? "stated" : "target" });
    else if (corners[0]) frameShapes.rings.push({ corners: cross(corners[0]), kind: target.kind === "stated" ? "stated" : "target" });
  }
  const offsets = new Map(answer?.offsets.map((one) => [one.key, one]));
  for (const [index, impact] of state.impacts.entries()) drawImpact(impact, index, offsets.get(impact.key), { inFrame, onMap, frameShapes, mapShapes, corner: target.kind === "frame" && target.frame === impact.frame ? target.pixel : null });
  for (const length of state.lengths) {
    if (length.frame !== state.frame) continue;
    for (const [end, at] of [length.start, length.end].entries()) if (at) inFrame.push({ id: `length|${length.key}|${end}`, at, kind: "corner length", label: `End ${end + 1} of a known length` });
    if (length.end) frameShapes.lines.push({ from: length.start, to: length.end, kind: "length", text: length.lengthM ? `${length.lengthM} m` : "?" });
  }
}

interface Layers { inFrame: Handle[]; onMap: Handle[]; frameShapes: Shapes; mapShapes: Shapes; corner: Pair | null }

function drawImpact(impact: Impact, index: number, told: NonNullable<typeof model.answer>["offsets"][number] | undefined, layers: Layers): void {
  const { state } = model;
  const shared = { id: `impact|${impact.key}`, kind: "impact", text: [state.impacts.length > 1 ? `impact ${index + 1}` : "impact", told?.offset_m == null ? "" : `${put(told.offset_m)} m`].filter(Boolean).join(": "), chosen: chosen === impact.key };
  const pixel = impact.pixel ?? told?.pixel ?? null;
  const mapPx = impact.mapPx ?? told?.map_px ?? null;
  if (pixel && impact.frame === state.frame) {
    layers.inFrame.push({ ...shared, at: pixel, label: `${shared.text}; in the frame: x ${put(pixel[0])}, y ${put(pixel[1])}` });
    if (layers.corner) layers.frameShapes.lines.push({ from: layers.corner, to: pixel, kind: "offset" });
  }
  if (mapPx) layers.onMap.push({ ...shared, at: mapPx, label: `${shared.text}; on the orthophoto: x ${put(mapPx[0])}, y ${put(mapPx[1])}` });
  if (told?.on_map) layers.mapShapes.ellipses.push({ ellipse: told.on_map, kind: "impact" });
  if (told?.line_on_map) layers.mapShapes.lines.push({ from: told.line_on_map[0], to: told.line_on_map[1], kind: "offset" });
}

function cross(at: Pair): Pair[] {
  const [x, y] = at, r = 4 / mapPane.scale;
  return [[x - r, y], [x, y - r], [x + r, y], [x, y + r]];
}

function drawSwipe(): void {
  const warp = swiping ? model.answer?.fit.warp ?? null : null;
  veil.hidden = warp === null || shownFrame !== model.state.frame;
  edge.hidden = veil.hidden;
  if (!warp) return;
  warped.style.transform = warpOf(warp.matrix, mapPane);
  const share = Number(byId<HTMLInputElement>("swipe").value);
  veil.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
  edge.style.left = `${share}%`;
  byId("swipe-error").textContent = warp.error_px > 0.05 ? `Drawn within ${put(warp.error_px, 2)} pixels of the orthophoto.` : "";
}

function drawAnswer(): void {
  const { answer, fault } = model;
  const words = byId("fit-words");
  const lines = fault ? [fault] : answer?.fit.words ?? [];
  const html = answer?.fit.answer === "no_map" ? [model.reference ? "No view is asked for." : "The item has no orthophoto: offsets can be measured by a known length."] : lines;
  words.replaceChildren(...html.map((line, index) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = name(line);
    paragraph.className = fault || (index === 0 && answer && !["fitted", "registered", "no_map", "too_few"].includes(answer.fit.answer)) ? "wrong" : "";
    return paragraph;
  }));
  byId("fit-figures").replaceChildren(...(answer ? figuresOf(answer.fit) : []).flatMap(([term, value]) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = term;
    dd.textContent = value;
    return [dt, dd];
  }));
  residuals.draw(answer?.fit.points ?? []);
  drawOffsets();
}

// The server calls points by their keys; the page numbers them.
function name(line: string): string {
  return model.state.points.reduce((text, point, index) => text.replaceAll(point.key, String(index + 1)), line);
}

function drawOffsets(): void {
  const { answer, state } = model;
  const parts: HTMLElement[] = [];
  if (!desk.published) parts.push(paragraph("It is not recorded where and when the footage was made public: control points can be placed, but no offset is measured.", "callout"));
  else if (!state.impacts.length) parts.push(paragraph("Mark an impact to measure how far it lies from the target.", "absent"));
  for (const [index, impact] of state.impacts.entries()) {
    const offset = answer?.offsets.find((one) => one.key === impact.key);
    const box = document.createElement("div");
    box.className = "offset";
    if (state.impacts.length > 1) box.append(paragraph(`Impact ${index + 1}`, "offset-name"));
    if (offset) {
      if (offset.offset_m !== null) box.append(paragraph(`${put(offset.offset_m)} m`, "offset-figure"));
      box.append(paragraph(offset.words, offset.offset_m === null ? "wrong" : ""));
      if (offset.remedy) box.append(paragraph(offset.remedy, "soft"));
      const scale = scaleOf(offset);
      if (scale) box.append(scale);
      if (offset.target_basis) box.append(paragraph(`From: ${offset.target_basis}. Metres from: ${offset.scale_basis ?? ""}.`, "soft"));
      if (offset.budget_m) box.append(paragraph(`Uncertain by: ${Object.entries(offset.budget_m).map(([cause, size]) => `${cause} ${put(size, 2)} m`).join(" · ")}`, "soft"));
    } else if (model.fault) box.append(paragraph(model.fault, "wrong"));
    const remover = document.createElement("button");
    remover.type = "button";
    remover.className = "quiet";
    remover.textContent = `Take impact ${index + 1} away`;
    remover.addEventListener("click", () => model.removeImpact(impact));
    box.append(remover);
    parts.push(box);
  }
  byId("offsets").replaceChildren(...parts);
}

function paragraph(text: string, kind: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  element.className = kind;
  return element;
}

function drawState(): void {
  const { state } = model;
  byId<HTMLButtonElement>("save").disabled = !model.dirty || model.saving || !(data.may_change || data.look);
  byId("saved-state").textContent = model.saving ? "Saving …" : model.dirty ? "Not saved yet" : "";
  byId("start").hidden = model.registered !== "automatically" || state.points.some((one) => one.start) || !data.may_change;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-layout]")) if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String((button.dataset.layout === "swipe") === swiping));
  byId("hint").textContent = hint();
  const view = byId<HTMLSelectElement>("view");
  fill(view, [["points", "the control points here"], ...(model.registered ? [["registration", "the registration on record"] as [string, string]] : []), ["none", "no map: known lengths alone"]], state.view);
  drawNotice();
  drawPast(byId("past"), model);
}

function hint(): string {
  const open = model.state.points.find((one) => !isWhole(one));
  if (tool === "point" && open) return open.pixel ? "Now click the same spot on the orthophoto." : "Now click the same spot in the frame.";
  if (tool === "length" && pendingStart) return "Now click the other end.";
  return HINTS[tool];
}

function fill(select: HTMLSelectElement, options: [string, string][], value: string): void {
  const wanted = options.map((one) => one.join()).join();
  if (select.dataset.filled !== wanted) {
    select.replaceChildren(...options.map(([key, label]) => new Option(label, key)));
    select.dataset.filled = wanted;
  }
  select.value = value;
}

function drawTargetFields(): void {
  const { target } = model.state;
  const stated = desk.target ? `what is stated (${desk.target}, ${desk.target_basis ?? ""})` : "what is stated: nothing is";
  const crosshair = model.shot?.crosshair_px ? [["crosshair", "the crosshair's middle, in this frame"] as [string, string]] : [];
  const kinds: [string, string][] = [["stated", stated], ...crosshair, ["frame", "a point in the frame"], ["map", "a point on the orthophoto"], ["outline", "an outline on the orthophoto"]];
  fill(byId("target-kind"), kinds, target.kind);
  const fields = byId("target-fields");
  const wanted = `${target.kind} ${model.reference?.digest ?? ""}`;
  if (fields.dataset.kind !== wanted) {
    fields.dataset.kind = wanted;
    fields.replaceChildren();
    if (target.kind === "frame") fields.append(numberField("target-x", "Target x [px]", 0), numberField("target-y", "Target y [px]", 1), numberField("target-sd", "± px", 2));
    if (target.kind === "map") fields.append(numberField("target-lon", "Target longitude", 3), numberField("target-lat", "Target latitude", 4), numberField("target-m", "± m", 5));
    if (target.kind === "outline") fields.append(numberField("target-m", "Outline ± m", 5));
  }
  const values = [target.pixel?.[0], target.pixel?.[1], target.sdPx, target.position?.[0], target.position?.[1], target.sdM];
  for (const input of fields.querySelectorAll<HTMLInputElement>("input")) {
    if (document.activeElement !== input) input.value = values[Number(input.dataset.field)]?.toString() ?? "";
  }
}

function numberField(id: string, label: string, field: number): HTMLElement {
  const box = document.createElement("div"), input = document.createElement("input"), name = document.createElement("label");
  box.className = "field inline";
  Object.assign(input, { id, type: "number", step: "any" });
  input.dataset.field = String(field);
  Object.assign(name, { htmlFor: id, textContent: label });
  input.addEventListener("change", () => {
    const value = input.valueAsNumber, { target } = model.state;
    if (!Number.isFinite(value)) return;
    const pixel: Pair = [...(target.pixel ?? [0, 0])], position: Pair = [...(target.position ?? [0, 0])];
    if (field < 2) pixel[field] = value;
    if (field === 3 || field === 4) position[field - 3] = value;
    if (field < 2) model.setTarget({ pixel });
    else if (field === 2) model.setTarget({ sdPx: Math.max(0, value) });
    else if (field === 5) model.setTarget({ sdM: Math.max(0, value) });
    else model.setTarget({ position, mapPx: null });
  });
  box.append(name, input);
  return box;
}

function drawLengths(): void {
  const box = byId("lengths");
  const wanted = model.state.lengths.map((one) => one.key).join();
  if (box.dataset.keys === wanted) return;
  box.dataset.keys = wanted;
  box.replaceChildren(...model.state.lengths.map((length, index) => {
    const row = document.createElement("div");
    row.className = "field inline";
    const field = (id: string, label: string, value: number | null, take: (value: number) => void): HTMLElement[] => {
      const name = document.createElement("label"), input = document.createElement("input");
      Object.assign(name, { htmlFor: id, textContent: label });
      Object.assign(input, { id, type: "number", step: "any", min: "0", value: value?.toString() ?? "" });
      input.addEventListener("input", () => {
        if (Number.isFinite(input.valueAsNumber) && input.valueAsNumber >= 0) take(input.valueAsNumber);
        length.changed = true;
        model.touch();
      });
      return [name, input];
    };
    const remover = document.createElement("button");
    Object.assign(remover, { type: "button", className: "quiet", textContent: "Take away" });
    remover.addEventListener("click", () => removeLength(length.key));
    row.append(
      ...field(`length-${index}`, `Length ${index + 1} in metres`, length.lengthM, (value) => { length.lengthM = value || null; }),
      ...field(`length-sd-${index}`, "± m", length.lengthSdM, (value) => { length.lengthSdM = value; }),
      remover,
    );
    return row;
  }));
}

// notices: what was restored, refused, or moved by somebody else

let said = "";
function tell(text: string): void {
  said = text;
  drawNotice();
}

function drawNotice(): void {
  const notice = byId("notice");
  const parts: HTMLElement[] = [];
  for (const conflict of model.conflicts) {
    const past = conflict.theirs?.past.at(-1);
    const who = past ? (conflict.theirs?.version ? `${past.mark.author} moved it at ${time(past.mark.placed_utc)}` : `${past.withdrawn_by ?? "somebody"} took it away${past.withdrawn_utc ? ` at ${time(past.withdrawn_utc)}` : ""}`) : "somebody changed it";
    const where = past && conflict.theirs?.version ? `; it is now at ${describe(past.mark.values)}` : "";
    const line = paragraph(`${conflict.what}: ${who}${where}. Yours was not saved.`, "wrong");
    line.dataset.conflict = conflict.key;
    parts.push(line, buttons([["Take theirs", () => model.takeTheirs(conflict)], ["Put mine in its place", () => { model.putMine(conflict); }]]));
  }
  if (model.restored) parts.push(paragraph("What you had not saved is here again.", ""), buttons([["Throw it away", () => model.discard()], ["Good", () => { model.restored = false; draw(); }]]));
  if (said) parts.push(paragraph(said, ""), buttons([["Good", () => tell("")]]));
  const text = parts.map((one) => one.textContent).join("|");
  if (notice.dataset.text !== text) {
    notice.dataset.text = text;
    notice.replaceChildren(...parts);
  }
  notice.hidden = !parts.length;
}

const time = (utc: string): string => `${utc.slice(0, 16).replace("T", " ")} UTC`;
function describe(values: Record<string, unknown>): string {
  const pixel = values.pixel as Pair | undefined, position = values.position as Pair | undefined;
  return [pixel ? `x ${put(pixel[0])}, y ${put(pixel[1])} in frame ${String(values.frame)}` : "", position ? `longitude ${position[0].toFixed(7)}, latitude ${position[1].toFixed(7)}` : ""].filter(Boolean).join(" and ");
}
function buttons(list: [string, () => void][]): HTMLElement {
  const box = document.createElement("p");
  box.className = "actions";
  for (const [text, act] of list) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text });
    button.addEventListener("click", act);
    box.append(button);
  }
  return box;
}

// the frame

function goTo(frame: number): void {
  const next = Math.min(Math.max(0, Math.round(frame)), desk.frames - 1);
  if (!Number.isFinite(next)) return;
  model.state.frame = next;
  showFrame();
  model.touch();
}

function frameAddress(frame: number): string {
  return `${model.base}/frames/${frame}.jpg`;
}

function showFrame(): void {
  const { frame } = model.state;
  byId<HTMLInputElement>("frame-number").value = String(frame);
  byId<HTMLInputElement>("frame-slider").value = String(frame);
  byId<HTMLInputElement>("frame-slider").setAttribute("aria-valuetext", `frame ${frame} of ${desk.frames - 1}`);
  if (shownFrame === frame) return;
  byId("frame-pane").setAttribute("aria-busy", "true");
  const next = new Image();
  next.alt = "";
  next.draggable = false;
  next.onload = () => {
    if (model.state.frame !== frame) return;
    shownFrame = frame;
    Object.assign(next.style, { left: "0", top: "0", width: `${desk.width}px`, height: `${desk.height}px` });
    picture.remove();
    picture = next;
    framePane.stage.append(next);
    warped.src = next.src;
    byId("frame-pane").dataset.frame = String(frame);
    byId("frame-pane").removeAttribute("aria-busy");
    drawSwipe();
  };
  next.onerror = () => tell(`Frame ${frame} cannot be shown.`);
  next.src = frameAddress(frame);
}

// the map

function openMap(): void {
  const { reference } = model;
  if (!reference) {
    byId("map-pane").classList.add("nothing");
    byId("map-pane").dataset.words = "No orthophoto: offsets can be measured by a known length.";
    return;
  }
  mapPane.size = [reference.width, reference.height];
  tiles = new Tiles(mapPane, reference, `/api/v1/cases/${data.case}/references/${reference.digest}/window`);
  mapPane.fit();
}

function setLayout(swipe: boolean): void {
  swiping = swipe;
  byId("panes").dataset.layout = swipe ? "swipe" : "pair";
  byId("swipe-bar").hidden = !swipe;
  requestAnimationFrame(() => {
    const warp = model.answer?.fit.warp;
    if (swipe && warp) mapPane.show(corners(warp.matrix));
    draw();
    if (swipe) {
      if (!warp) tell("The frame lies over the orthophoto once a view is found: place four control points.");
      byId("swipe").focus();
    }
  });
}

function corners(matrix: number[][]): Pair[] {
  const [w, h] = [desk.width - 1, desk.height - 1];
  return ([[0, 0], [w, 0], [w, h], [0, h]] as Pair[]).flatMap(([x, y]): Pair[] => {
    const [a = 0, b = 0, c = 0] = matrix.map((row) => (row[0] ?? 0) * x + (row[1] ?? 0) * y + (row[2] ?? 0));
    return c > 0 ? [[a / c, b / c]] : [];
  });
}

// what is pressed and turned

byId("tools").addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button") : null;
  if (button?.dataset.tool) setTool(button.dataset.tool as Tool);
  if (button?.dataset.layout) setLayout(button.dataset.layout === "swipe");
});
function setTool(next: Tool): void {
  tool = next;
  pendingStart = null;
  draw();
}
byId("start").addEventListener("click", () => void guarded(() => model.start()));
byId("save").addEventListener("click", () => void guarded(save));
async function save(): Promise<void> {
  if (data.look) {
    await model.handIn(byId<HTMLInputElement>("why").value.trim());
    leaving = true;
    location.reload();
    return;
  }
  const open = model.state.points.filter((one) => !isWhole(one)).length;
  const saved = await model.save(byId<HTMLInputElement>("why").value.trim());
  if (saved) byId<HTMLInputElement>("why").value = "";
  if (!model.conflicts.length) tell(`${saved} saved.${open ? ` ${open} half-placed point is not: complete it first.` : ""}${saved ? " The checks take them into account when they are run again." : ""}`);
}
async function guarded(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    tell(error instanceof Refusal ? `${error.told.subject}: ${error.told.fault} ${error.told.remedy}` : String(error));
  }
}
byId("add-point").addEventListener("click", () => {
  const { state } = model;
  const middle: Pair = [Math.round(desk.width / 2), Math.round(desk.height / 2)];
  const reference = model.reference;
  state.points.push({ key: model.newKey("point"), kept: null, frame: state.frame, pixel: middle, mapPx: reference ? [Math.round(reference.width / 2), Math.round(reference.height / 2)] : null, position: null, sdPx: 2, sdM: 0, label: "", start: false, changed: true });
  model.touch();
  requestAnimationFrame(() => requestAnimationFrame(() => byId("points").querySelector<HTMLInputElement>("tbody tr:last-child input")?.focus()));
});
byId<HTMLInputElement>("frame-number").addEventListener("change", (event) => goTo((event.target as HTMLInputElement).valueAsNumber));
byId<HTMLInputElement>("frame-slider").addEventListener("input", (event) => goTo((event.target as HTMLInputElement).valueAsNumber));
byId("frame-back").addEventListener("click", () => goTo(model.state.frame - 1));
byId("frame-on").addEventListener("click", () => goTo(model.state.frame + 1));
byId("swipe").addEventListener("input", drawSwipe);
byId<HTMLSelectElement>("view").addEventListener("change", (event) => {
  model.state.view = (event.target as HTMLSelectElement).value as typeof model.state.view;
  model.touch();
});
byId<HTMLSelectElement>("reference").addEventListener("change", (event) => void guarded(async () => {
  await model.switchReference((event.target as HTMLSelectElement).value);
  openMap();
}));
byId<HTMLSelectElement>("target-kind").addEventListener("change", (event) => {
  const kind = (event.target as HTMLSelectElement).value;
  if (kind === "stated") model.countFromStated();
  else if (kind === "crosshair") {
    const shot = model.shot;
    if (shot?.crosshair_px) model.setTarget({ kind: "frame", frame: model.state.frame, pixel: shot.crosshair_px, sdPx: shot.crosshair_sd_px ?? 2, ring: [] });
  } else setTool(kind === "outline" ? "outline" : "target");
  draw();
});
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
  button.addEventListener("click", () => {
    const [which, way] = (button.dataset.zoom ?? "").split(" ");
    const pane = which === "frame" ? framePane : mapPane;
    if (way === "fit") pane.fit();
    else pane.zoom(way === "in" ? 1.4 : 1 / 1.4);
  });
}
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== "range" || event.target instanceof HTMLSelectElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const tools: Tool[] = ["point", "target", "outline", "impact", "length"];
  const picked = tools[Number(event.key) - 1];
  if (picked) setTool(picked);
  else if (event.key === ",") goTo(model.state.frame - 1);
  else if (event.key === ".") goTo(model.state.frame + 1);
  else return;
  event.preventDefault();
});
let leaving = false;
for (const [id, method] of [["look-begin", "POST"], ["look-give-up", "DELETE"]] as const) {
  document.getElementById(id)?.addEventListener("click", () => void guarded(async () => {
    await ask(method, `${model.base}/second-looks`);
    if (method === "DELETE") model.discard();
    leaving = true;
    location.reload();
  }));
}
window.addEventListener("beforeunload", (event) => {
  if (model.dirty && !leaving) event.preventDefault();
});

byId<HTMLInputElement>("frame-number").max = byId<HTMLInputElement>("frame-slider").max = String(desk.frames - 1);
byId<HTMLSelectElement>("reference").replaceChildren(...desk.references.map((one) => new Option(`${one.name} (${put(one.gsd_m, 2)} m a pixel)`, one.digest)));
byId("reference").hidden = desk.references.length < 2;
warped.style.width = `${desk.width}px`;
warped.style.height = `${desk.height}px`;
openMap();
framePane.fit();
void guarded(async () => {
  await model.open();
  byId<HTMLSelectElement>("reference").value = model.state.reference ?? "";
  const wanted = new URLSearchParams(location.search).get("frame");
  if (wanted !== null) goTo(Number(wanted));
  showFrame();
  document.documentElement.dataset.placed = "ready";
  await drawLooks(byId("looks-told"), model);
});
showFrame();
draw();
