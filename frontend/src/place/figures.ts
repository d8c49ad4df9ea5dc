// Numbers as they are put, and the offset with its intervals drawn to scale.
import type { Fit, Offset, Pair } from "./types";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360;

export const put = (value: number, digits = 1): string => value.toFixed(digits).replace("-", "−");

export function figuresOf(fit: Fit): [string, string][] {
  if (fit.rmse_px === null || fit.rmse_m === null) {
    return fit.gsd_m === null ? [] : [["A pixel spans", `${put(fit.gsd_m, 2)} m`], ["Seen from", `${put(fit.obliquity_deg ?? 0, 0)}° off the vertical`]];
  }
  const rows: [string, string][] = [["RMSE", `${put(fit.rmse_px, 2)} px · ${put(fit.rmse_m, 2)} m`], ["Numbers to spare", String(fit.redundancy)]];
  if (fit.widened > 1) rows.push(["Uncertainties widened", `${put(fit.widened, 1)} times`]);
  if (fit.gsd_m !== null) rows.push(["A pixel spans", `${put(fit.gsd_m, 2)} m`]);
  if (fit.obliquity_deg !== null) rows.push(["Seen from", `${put(fit.obliquity_deg, 0)}° off the vertical`]);
  return rows;
}

export function scaleOf(offset: Offset): SVGSVGElement | null {
  if (offset.offset_m === null || !offset.offset_95_m || !offset.offset_68_m) return null;
  const end = nice(offset.offset_95_m[1] * 1.08);
  const at = (metres: number): number => 8 + ((WIDTH - 30) * metres) / end;
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} 46`, class: "to-scale", role: "img" }) as SVGSVGElement;
  svg.setAttribute("aria-label", `${put(offset.offset_m)} m; 95 %: ${put(offset.offset_95_m[0])} to ${put(offset.offset_95_m[1])} m, drawn to scale from 0 to ${end} m`);
  svg.append(make("line", { x1: at(0), x2: at(end), y1: 28, y2: 28, class: "axis" }));
  svg.append(band(offset.offset_95_m, at, 8, "wide"), band(offset.offset_68_m, at, 14, "narrow"));
  svg.append(make("line", { x1: at(offset.offset_m), x2: at(offset.offset_m), y1: 6, y2: 28, class: "found" }));
  for (let tick = 0; tick <= 4; tick += 1) {
    const metres = (end * tick) / 4;
    svg.append(make("line", { x1: at(metres), x2: at(metres), y1: 28, y2: 32, class: "axis" }));
    const label = make("text", { x: at(metres), y: 43, class: "tick" });
    label.textContent = tick === 4 ? `${plain(metres)} m` : plain(metres);
    svg.append(label);
  }
  return svg;
}

function band([low, high]: Pair, at: (metres: number) => number, half: number, kind: string): SVGElement {
  return make("rect", { x: at(low), width: Math.max(at(high) - at(low), 1), y: half, height: 28 - half, class: `band ${kind}` });
}
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.4)));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}
const plain = (value: number): string => String(Math.round(value * 100) / 100);

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
