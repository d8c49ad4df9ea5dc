// The layers of a case: who held what, ground seen, 95 % areas, offsets, points, and what is chosen.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import { FONT } from "./base";
import { colour } from "./colours";
import { SIGNS } from "./signs";

const TONES = ["map-tone-1", "map-tone-2", "map-tone-3", "map-tone-4", "map-tone-5"];
const KINDS = ["claimed", "found", "footprint", "target", "impact"];

const kind = (name: string): ExpressionSpecification => ["==", ["get", "kind"], name];
const part = (name: string): ExpressionSpecification => ["==", ["get", "part"], name];
const area: ExpressionSpecification = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];
const point: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

export function holdersOf(features: GeoJSON.FeatureCollection): string[] {
  return [...new Set(features.features.map((one) => String(one.properties?.holder ?? "")).filter((one) => one))].sort();
}

export function toneOf(holders: string[], holder: string): string {
  return TONES[holders.indexOf(holder) % TONES.length] ?? "map-tone-none";
}

export function heldLayers(holders: string[]): LayerSpecification[] {
  const tone: ExpressionSpecification | string = holders.length
    ? ["match", ["get", "holder"], ...holders.flatMap((one) => [one, colour(toneOf(holders, one))]), colour("map-tone-none")] as unknown as ExpressionSpecification
    : colour("map-tone-none");
  const held: FilterSpecification = ["all", kind("control"), area];
  return [
    { id: "control-fill", type: "fill", source: "case", filter: held, paint: { "fill-color": tone, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 12, 0.22, 16, 0.05] } },
    { id: "control-line", type: "line", source: "case", filter: held, paint: { "line-color": tone, "line-width": 2 } },
    { id: "control-dot", type: "circle", source: "case", filter: ["all", kind("control"), point], paint: { "circle-color": tone, "circle-radius": 6, "circle-stroke-color": colour("map-halo"), "circle-stroke-width": 2 } },
    { id: "control-name", type: "symbol", source: "case", filter: kind("control"), layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 13, "text-offset": [0, 1] }, paint: { "text-color": colour("map-name"), "text-halo-color": colour("map-halo"), "text-halo-width": 2 } },
  ];
}

export function caseLayers(): LayerSpecification[] {
  const ink = (name: string): ExpressionSpecification =>
    ["match", ["get", "kind"], ...KINDS.flatMap((one) => [one, colour(`map-${one}`)]), colour(name)] as unknown as ExpressionSpecification;
  const shapes: FilterSpecification = ["all", area, ["!", kind("control")], ["!", kind("shadows")], part("self")];
  const possible: FilterSpecification = kind("shadows");
  const layers: LayerSpecification[] = [
    { id: "shadows-fill", type: "fill", source: "case", filter: possible, paint: { "fill-color": colour("map-shadows"), "fill-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0.3, 10, 0] } },
    { id: "shadows-line", type: "line", source: "case", filter: possible, paint: { "line-color": colour("map-shadows"), "line-width": 1.5 } },
    { id: "shape-fill", type: "fill", source: "case", filter: shapes, paint: { "fill-color": ink("map-name"), "fill-opacity": 0.1 } },
    { id: "shape-under", type: "line", source: "case", filter: shapes, paint: { "line-color": colour("map-halo"), "line-width": 5 } },
    { id: "shape-line", type: "line", source: "case", filter: shapes, paint: { "line-color": ink("map-name"), "line-width": 2.5 } },
    { id: "area-under", type: "line", source: "case", filter: part("area_95"), paint: { "line-color": colour("map-halo"), "line-width": 4.5 } },
    { id: "area-line", type: "line", source: "case", filter: part("area_95"), paint: { "line-color": ink("map-name"), "line-width": 2, "line-dasharray": [3, 1.5] } },
    { id: "offset-under", type: "line", source: "case", filter: part("offset"), paint: { "line-color": colour("map-halo"), "line-width": 5 } },
    { id: "offset-line", type: "line", source: "case", filter: part("offset"), paint: { "line-color": colour("map-impact"), "line-width": 2.5 } },
  ];
  for (const each of SIGNS) {
    layers.push({
      id: `sign-${each}`, type: "symbol", source: "case", filter: ["all", point, kind(each), part("self")],
      layout: {
        "icon-image": each, "icon-allow-overlap": true, "text-field": ["get", "label"], "text-font": FONT, "text-size": 13, "text-optional": true,
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1.2, "text-justify": "auto",
      },
      paint: { "text-color": colour("map-name"), "text-halo-color": colour("map-halo"), "text-halo-width": 2 },
    });
  }
  return [...layers, ...chosenLayers("")];
}

export function chosenLayers(id: string): LayerSpecification[] {
  const chosen: FilterSpecification = ["all", ["==", ["get", "id"], id], part("self")];
  return [
    { id: "chosen-line", type: "line", source: "case", filter: ["all", chosen as ExpressionSpecification, ["!", point]], paint: { "line-color": colour("focus"), "line-width": 4 } },
    { id: "chosen-ring", type: "circle", source: "case", filter: ["all", chosen as ExpressionSpecification, point], paint: { "circle-radius": 17, "circle-color": "transparent", "circle-stroke-color": colour("focus"), "circle-stroke-width": 3 } },
  ];
}
