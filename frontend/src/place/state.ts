// What is placed, from the marks on record; kept over a reload until it is saved.
import type { Desk, Impact, Kept, Length, MarkTold, Pair, Point, State, Target } from "./types";

const pair = (value: unknown): Pair | null => (Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : null);
const number = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function blankTarget(): Target {
  return { kind: "stated", kept: null, frame: 0, pixel: null, mapPx: null, position: null, ring: [], sdPx: 2, sdM: 0, changed: false };
}

export function blankState(desk: Desk): State {
  return { frame: desk.shots[0]?.first ?? 0, reference: desk.references[0]?.digest ?? null, view: "points", points: [], target: blankTarget(), impacts: [], lengths: [], removed: [], next: 1 };
}

export function stateOf(desk: Desk, marks: MarkTold[], reference: string | null): State {
  const state = { ...blankState(desk), reference };
  for (const told of marks) if (told.version) put(state, told, { id: told.mark.id, version: told.version });
  const frames = [...state.points, ...state.impacts].map((one) => one.frame);
  if (frames.length) state.frame = frames[0] ?? 0;
  const registered = desk.shots.some((shot) => shot.registered && state.frame >= shot.first && state.frame <= shot.last);
  state.view = registered && state.points.length < 4 ? "registration" : "points";
  return state;
}

function put(state: State, told: MarkTold, kept: Kept): void {
  const { kind, values } = told.mark;
  const frame = number(values.frame, 0), pixel = pair(values.pixel), sdPx = number(values.pixel_sd, 2), sdM = number(values.position_sd_m, 0);
  const mapPx = told.on_map.position?.[0] ?? null;
  if (kind === "control_point") {
    state.points.push({ key: kept.id, kept, frame, pixel, mapPx, position: pair(values.position), sdPx, sdM, label: text(values.label), start: false, changed: false });
  } else if (kind === "impact" && pixel) {
    state.impacts.push({ key: kept.id, kept, frame, pixel, mapPx: null, sdPx, label: text(values.label), changed: false });
  } else if (kind === "target") {
    state.target = { kind: told.on_map.outline ? "outline" : pixel ? "frame" : "map", kept, frame, pixel, mapPx, position: pair(values.position), ring: told.on_map.outline ?? [], sdPx, sdM, changed: false };
  } else if (kind === "known_length" && pixel) {
    state.lengths.push({ key: kept.id, kept, frame, start: pixel, end: pair(values.to_pixel), sdPx, lengthM: number(values.length_m, 0) || null, lengthSdM: number(values.length_sd_m, 0), changed: false });
  }
}

export const isWhole = (one: Point): boolean => one.pixel !== null && (one.mapPx !== null || one.position !== null);

export function isChanged(state: State): boolean {
  return state.removed.length > 0 || state.points.some((one) => one.changed) || state.target.changed || state.impacts.some((one) => one.changed) || state.lengths.some((one) => one.changed);
}

// The values of a mark as `purport mark` has them.
export function pointValues(one: Point): Record<string, unknown> {
  return { frame: one.frame, pixel: one.pixel, pixel_sd: one.sdPx, position: one.position, position_sd_m: one.sdM, ...named(one.label) };
}
export function impactValues(one: Impact, pixel: Pair, frame: number): Record<string, unknown> {
  return { frame, pixel, pixel_sd: one.sdPx, ...named(one.label) };
}
export function lengthValues(one: Length): Record<string, unknown> {
  return { frame: one.frame, pixel: one.start, to_pixel: one.end, pixel_sd: one.sdPx, length_m: one.lengthM, length_sd_m: one.lengthSdM };
}
export function targetValues(one: Target, ring: Pair[]): Record<string, unknown> {
  if (one.kind === "frame") return { frame: one.frame, pixel: one.pixel, pixel_sd: one.sdPx };
  if (one.kind === "map") return { position: one.position, position_sd_m: one.sdM };
  return { outline: ring, position_sd_m: one.sdM };
}
const named = (label: string): Record<string, string> => (label.trim() ? { label: label.trim() } : {});

export function store(key: string, state: State | null): void {
  try {
    if (state === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(state));
  } catch {
    // a browser that stores nothing warns on leaving, all the same
  }
}
export function restore(key: string): State | null {
  try {
    const kept = sessionStorage.getItem(key);
    return kept === null ? null : (JSON.parse(kept) as State);
  } catch {
    return null;
  }
}
