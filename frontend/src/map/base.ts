// The bundled base map: Natural Earth's land, borders, lakes and rivers, and towns by GeoNames.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { colour } from "./colours";

const THOUSANDTH = 0.001;
export const FONT = ["sans-serif"];

type World = Topology<{ land: GeometryCollection; lakes: GeometryCollection; rivers: GeometryCollection }>;
interface Names { zooms: [number, number][]; names: string[]; at: number[] }
interface Places { countries: Names; towns: Names }

export async function loadBase(folder: string): Promise<Record<string, SourceSpecification>> {
  const [world, places] = await Promise.all([read<World>(`${folder}world.json`), read<Places>(`${folder}towns.json`)]);
  const shapes = (data: GeoJSON.GeoJSON): SourceSpecification => ({ type: "geojson", data, maxzoom: 8 });
  return {
    land: shapes(unrolled(feature(world, world.objects.land))),
    lakes: shapes(feature(world, world.objects.lakes)),
    rivers: shapes(feature(world, world.objects.rivers)),
    borders: shapes(mesh(world, world.objects.land, (one, other) => one !== other)),
    countries: shapes(named(places.countries)),
    towns: shapes(named(places.towns)),
  };
}

// Outlines that cross the 180th meridian go on beyond it, else they would be drawn right across the
// map; one that goes around the Earth is closed over the pole.
function unrolled(land: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  for (const one of land.features) {
    if (one.geometry.type === "Polygon") one.geometry.coordinates = one.geometry.coordinates.map(unrolledRing);
    else if (one.geometry.type === "MultiPolygon") one.geometry.coordinates = one.geometry.coordinates.map((rings) => rings.map(unrolledRing));
  }
  return land;
}

export function unrolledRing(ring: GeoJSON.Position[]): GeoJSON.Position[] {
  let turned = 0;
  const found = ring.map((point, index) => {
    const step = index ? (point[0] ?? 0) - (ring[index - 1]?.[0] ?? 0) : 0;
    if (Math.abs(step) > 180) turned -= Math.sign(step) * 360;
    return [(point[0] ?? 0) + turned, point[1] ?? 0];
  });
  const first = found[0], last = found.at(-1);
  if (!turned || !first || !last) return found;
  const pole = (last[1] ?? 0) < 0 ? -90 : 90;
  return [...found, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

async function read<T>(address: string): Promise<T> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return await response.json() as T;
}

function named(columns: Names): GeoJSON.FeatureCollection {
  const zooms = columns.zooms.flatMap(([zoom, count]) => Array<number>(count).fill(zoom));
  return {
    type: "FeatureCollection",
    features: columns.names.map((name, index) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [(columns.at[2 * index] ?? 0) * THOUSANDTH, (columns.at[2 * index + 1] ?? 0) * THOUSANDTH] },
      properties: { name, zoom: zooms[index], order: index },
    })),
  };
}

export function groundLayers(): LayerSpecification[] {
  return [
    { id: "sea", type: "background", paint: { "background-color": colour("map-sea") } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": colour("map-land") } },
    { id: "lakes", type: "fill", source: "lakes", paint: { "fill-color": colour("map-sea") } },
    { id: "rivers", type: "line", source: "rivers", minzoom: 3, paint: { "line-color": colour("map-water"), "line-width": ["interpolate", ["linear"], ["zoom"], 3, 0.4, 8, 1.6] } },
    { id: "borders", type: "line", source: "borders", paint: { "line-color": colour("map-border"), "line-width": ["interpolate", ["linear"], ["zoom"], 1, 0.5, 6, 1.5], "line-dasharray": [4, 2] } },
  ];
}

export function nameLayers(): LayerSpecification[] {
  const paint = { "text-color": colour("map-name"), "text-halo-color": colour("map-land"), "text-halo-width": 1.5 };
  return [
    {
      id: "countries", type: "symbol", source: "countries", maxzoom: 7, filter: ["<=", ["get", "zoom"], ["zoom"]], paint,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-letter-spacing": 0.06, "text-max-width": 7, "symbol-sort-key": ["get", "order"] },
    },
    {
      id: "town-dots", type: "circle", source: "towns", filter: ["<=", ["get", "zoom"], ["zoom"]],
      paint: { "circle-radius": 2.2, "circle-color": colour("map-name"), "circle-stroke-color": colour("map-land"), "circle-stroke-width": 1 },
    },
    {
      id: "towns", type: "symbol", source: "towns", filter: ["<=", ["get", "zoom"], ["zoom"]], paint,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-anchor": "left", "text-offset": [0.5, 0], "symbol-sort-key": ["get", "order"] },
    },
  ];
}
