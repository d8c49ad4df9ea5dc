// The case on the map: drawn by MapLibre, and the same facts in the list beside it.
import { Map, NavigationControl, ScaleControl, addProtocol, setWorkerUrl } from "maplibre-gl";
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import { groundLayers, loadBase, nameLayers } from "./map/base";
import { caseLayers, chosenLayers, heldLayers, holdersOf, toneOf } from "./map/case";
import { colour, whenSchemeChanges } from "./map/colours";
import { drawSigns } from "./map/signs";
import { ask } from "./place/api";

interface Picture { name: string; address: string; corners: [[number, number], [number, number], [number, number], [number, number]]; off_m: number }
interface Archive { name: string; address: string; kind: "shapes" | "pictures"; zooms: [number, number]; bounds: [number, number, number, number] }
interface Shown { features: GeoJSON.FeatureCollection; pictures: Picture[]; archives: Archive[]; bounds: [number, number, number, number] | null; notes: string[] }

const box = document.getElementById("map") as HTMLElement;
const notice = document.getElementById("map-notice") as HTMLElement;
const readout = document.getElementById("map-readout") as HTMLElement;
const hidden = new Set<string>();
const PADDING = 48, NEAREST = 20;

void begin().catch((fault: unknown) => say(`The map cannot be drawn: ${fault instanceof Error ? fault.message : String(fault)}. The list tells the same facts.`));

async function begin(): Promise<void> {
  const { api = "", base = "", worker = "" } = box.dataset;
  setWorkerUrl(new URL(worker, location.href).href);
  const protocol = new Protocol();
  addProtocol("pmtiles", protocol.tile);
  const [shown, ground] = await Promise.all([ask<Shown>("GET", api), loadBase(base)]);
  const brought = await Promise.all(shown.archives.map((one, index) => archiveOf(one, index, protocol)));
  const sources: Record<string, SourceSpecification> = { ...ground, ...picturesOf(shown), case: { type: "geojson", data: shown.features, tolerance: 0 } };
  for (const one of brought) sources[one.id] = one.source;
  const holders = holdersOf(shown.features);
  const style = (): StyleSpecification => ({
    version: 8, sources,
    layers: [
      ...groundLayers(), ...brought.flatMap((one) => one.layers()), ...shown.pictures.map((_, index): LayerSpecification => ({ id: `picture-${index}`, type: "raster", source: `picture-${index}`, paint: { "raster-fade-duration": 0 } })),
      ...nameLayers(), ...heldLayers(holders), ...caseLayers(),
    ],
  });
  const map = new Map({
    container: box, style: style(), attributionControl: false, maxPitch: 0, dragRotate: false, fadeDuration: 0, reduceMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    ...(shown.bounds ? { bounds: shown.bounds, fitBoundsOptions: { padding: PADDING, maxZoom: 17 } } : { center: [20, 25], zoom: 1 }),
  } as ConstructorParameters<typeof Map>[0]);
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 140 }), "bottom-left");
  map.on("error", (event) => say(`Something of the map cannot be drawn: ${event.error.message}`));
  map.on("style.load", () => { drawSigns(map); hide(map); });
  map.on("idle", () => tell(map));
  map.on("move", () => { box.dataset.ready = "no"; });
  map.on("mousemove", (event) => place(event.lngLat.lat, event.lngLat.lng));
  map.on("click", (event) => {
    const margin = 6, { x, y } = event.point;
    const hit = map.queryRenderedFeatures([[x - margin, y - margin], [x + margin, y + margin]]).filter((one) => one.source === "case");
    const id = (hit.find((one) => !["control", "footprint", "shadows"].includes(String(one.properties.kind))) ?? hit[0])?.properties.id as string | undefined;
    choose(map, shown, id ?? "", false);
  });
  whenSchemeChanges(() => { map.setStyle(style(), { diff: false }); choose(map, shown, chosen(), false); paintKeys(holders); });
  paintKeys(holders);
  listen(map, shown);
}

function picturesOf(shown: Shown): Record<string, SourceSpecification> {
  return Object.fromEntries(shown.pictures.map((one, index) => [`picture-${index}`, { type: "image", url: new URL(one.address, location.href).href, coordinates: one.corners }]));
}

interface Brought { id: string; source: SourceSpecification; layers: () => LayerSpecification[] }

async function archiveOf(one: Archive, index: number, protocol: Protocol): Promise<Brought> {
  const id = `archive-${index}`, address = new URL(one.address, location.href).href;
  const tiles = new PMTiles(address);
  protocol.add(tiles);
  const url = `pmtiles://${address}`;
  if (one.kind === "pictures") return { id, source: { type: "raster", url, tileSize: 256 }, layers: () => [{ id, type: "raster", source: id, paint: { "raster-fade-duration": 0 } }] };
  const told = await tiles.getMetadata() as { vector_layers?: { id: string }[] };
  const names = (told.vector_layers ?? []).map((layer) => layer.id);
  return {
    id, source: { type: "vector", url },
    layers: () => names.flatMap((name): LayerSpecification[] => [
      { id: `${id} ${name} fill`, type: "fill", source: id, "source-layer": name, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour("map-brought"), "fill-opacity": 0.12 } },
      { id: `${id} ${name} line`, type: "line", source: id, "source-layer": name, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour("map-brought"), "line-width": 1 } },
      { id: `${id} ${name} dot`, type: "circle", source: id, "source-layer": name, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour("map-brought"), "circle-radius": 2.5 } },
    ]),
  };
}

function listen(map: Map, shown: Shown): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-feature]")) {
    button.addEventListener("click", () => choose(map, shown, button.dataset.feature ?? "", true));
  }
  for (const tick of document.querySelectorAll<HTMLInputElement>("input[data-layers]")) {
    tick.addEventListener("change", () => {
      if (tick.checked) hidden.delete(tick.dataset.layers ?? "");
      else hidden.add(tick.dataset.layers ?? "");
      hide(map);
    });
  }
  document.getElementById("map-all")?.addEventListener("click", () => {
    if (shown.bounds) map.fitBounds(shown.bounds, { padding: PADDING, maxZoom: 17 });
  });
}

function hide(map: Map): void {
  const groups = [...hidden];
  for (const layer of map.getStyle().layers) {
    const away = groups.some((group) => group.split(" ").some((start) => layer.id.startsWith(start)));
    map.setLayoutProperty(layer.id, "visibility", away ? "none" : "visible");
  }
}

function chosen(): string {
  return document.querySelector<HTMLElement>("[data-feature][aria-current]")?.dataset.feature ?? "";
}

function choose(map: Map, shown: Shown, id: string, go: boolean): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-feature]")) {
    const here = button.dataset.feature === id;
    if (here) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (here && !go) button.scrollIntoView({ block: "nearest" });
  }
  for (const layer of chosenLayers(id)) {
    if (map.getLayer(layer.id) && "filter" in layer) map.setFilter(layer.id, layer.filter ?? null);
  }
  const parts = shown.features.features.filter((one) => one.properties?.id === id);
  if (!go || parts.length === 0) return;
  const around = boundsOf(parts);
  map.fitBounds(around, { padding: 2 * PADDING, maxZoom: NEAREST });
}

function boundsOf(parts: GeoJSON.Feature[]): [number, number, number, number] {
  const flat: number[][] = [];
  const gather = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number") flat.push(value as number[]);
    else value.forEach(gather);
  };
  for (const one of parts) if ("coordinates" in one.geometry) gather(one.geometry.coordinates);
  const xs = flat.map((pair) => pair[0] ?? 0), ys = flat.map((pair) => pair[1] ?? 0);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function paintKeys(holders: string[]): void {
  for (const key of document.querySelectorAll<HTMLElement>("[data-holder]")) key.style.backgroundColor = colour(toneOf(holders, key.dataset.holder ?? ""));
}

function tell(map: Map): void {
  const { lng, lat } = map.getCenter();
  Object.assign(box.dataset, { ready: "yes", zoom: map.getZoom().toFixed(2), centre: `${lng.toFixed(6)} ${lat.toFixed(6)}` });
  place(lat, lng);
}

function place(lat: number, lng: number): void {
  readout.textContent = `${Math.abs(lat).toFixed(5)}° ${lat >= 0 ? "N" : "S"}, ${Math.abs(lng).toFixed(5)}° ${lng >= 0 ? "E" : "W"}`;
}

function say(words: string): void {
  notice.textContent = words;
  notice.hidden = false;
}
