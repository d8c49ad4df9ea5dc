// The times that fit, drawn by uPlot: over one day the sun's way against the directions that the
// shadows speak for; over several days the hours that fit, day by day.
import uPlot from "uplot";
import { colour } from "../map/colours";
import type { Result } from "./types";

const HEIGHT = 300, HOURS = 24;

export function drawPlot(box: HTMLElement, legend: HTMLElement, result: Result | null): void {
  box.replaceChildren();
  legend.replaceChildren();
  box.hidden = !result || !(result.seconds.length || result.days.length);
  if (!result || box.hidden) return;
  const plot = result.seconds.length ? day(result, box) : days(result, box);
  key(legend, "fits-95", "times that fit at 95 %");
  key(legend, "fits-68", "times that fit at 68 %");
  if (result.seconds.length) {
    key(legend, "azimuth", "azimuth of the sun (left)");
    key(legend, "elevation", "its elevation (right)");
    key(legend, "opposite", "opposite of each shadow, ± u");
    if (result.claimed_second !== null) key(legend, "claimed", `time claimed (${result.claimed ?? ""})`);
  }
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
}

function key(legend: HTMLElement, name: string, words: string): void {
  const line = document.createElement("li"), sign = document.createElement("span");
  sign.className = `sun-sign ${name}`;
  sign.setAttribute("aria-hidden", "true");
  line.append(sign, words);
  legend.append(line);
}

function axis(label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return { label, stroke: colour("soft"), grid: { stroke: colour("rule"), width: 1 }, ticks: { stroke: colour("rule"), width: 1 }, labelSize: 22, size: 46, ...more };
}

function common(box: HTMLElement): Pick<uPlot.Options, "width" | "height" | "legend" | "tzDate"> {
  return { width: box.clientWidth, height: HEIGHT, legend: { live: true, show: false }, tzDate: (second) => uPlot.tzDate(new Date(second * 1000), "Etc/UTC") };
}

function day(result: Result, box: HTMLElement): uPlot {
  const opposite = result.shadows.map((one) => one.sun_azimuth_deg);
  const all = [...result.azimuths_deg, ...opposite];
  const low = Math.min(...all) - 8, high = Math.max(...all) + 8;
  const options: uPlot.Options = {
    ...common(box),
    cursor: { points: { size: 6 } },
    scales: { x: { time: true }, y: { range: [low, high] }, up: { range: [0, Math.max(...result.elevations_deg, 5) * 1.15] } },
    axes: [
      axis("time (UTC)", { values: (_, ticks) => ticks.map(clock) }),
      axis("azimuth °"),
      axis("elevation °", { scale: "up", side: 1, grid: { show: false } }),
    ],
    series: [
      { label: "time (UTC)" },
      { label: "azimuth °", stroke: colour("sun-azimuth"), width: 2.5 },
      { label: "elevation °", scale: "up", stroke: colour("sun-elevation"), width: 1.5, dash: [6, 4] },
    ],
    hooks: {
      drawClear: [(plot) => {
        const { left, top, width, height } = plot.bbox;
        const pen = plot.ctx, at = (second: number): number => plot.valToPos(second, "x", true);
        for (const [level, name] of [["95 %", "sun-95"], ["68 %", "sun-68"]] as const) {
          pen.fillStyle = colour(name);
          for (const span of result.spans) if (span.level === level) pen.fillRect(at(span.seconds[0]), top, Math.max(at(span.seconds[1]) - at(span.seconds[0]), 2), height);
        }
        for (const shadow of result.shadows) {
          const y = (value: number): number => plot.valToPos(value, "y", true);
          pen.fillStyle = colour(shadow.used ? "sun-band" : "sun-odd");
          pen.fillRect(left, y(shadow.sun_azimuth_deg + shadow.sd_deg), width, Math.max(y(shadow.sun_azimuth_deg - shadow.sd_deg) - y(shadow.sun_azimuth_deg + shadow.sd_deg), 1));
          pen.fillStyle = colour("sun-opposite");
          pen.fillRect(left, y(shadow.sun_azimuth_deg), width, devicePixelRatio);
        }
      }],
      draw: [(plot) => {
        if (result.claimed_second === null) return;
        const { top, height } = plot.bbox, pen = plot.ctx, x = plot.valToPos(result.claimed_second, "x", true);
        pen.fillStyle = colour("sun-claimed");
        pen.fillRect(x - devicePixelRatio, top, 2.5 * devicePixelRatio, height);
      }],
    },
  };
  return new uPlot(options, [result.seconds, result.azimuths_deg, result.elevations_deg], box);
}

function days(result: Result, box: HTMLElement): uPlot {
  const seconds = result.days.map((one) => one.second);
  const pad = 86400 * 3;
  const options: uPlot.Options = {
    ...common(box),
    cursor: { show: false },
    scales: { x: { time: true, range: [Math.min(...seconds) - pad, Math.max(...seconds) + pad] }, y: { range: [0, HOURS] } },
    axes: [axis("day"), axis(`hour (${result.zone})`, { incrs: [3, 6] })],
    series: [{}, { label: "", show: true, stroke: "transparent", points: { show: false } }],
    hooks: {
      draw: [(plot) => {
        const pen = plot.ctx, wide = Math.max(plot.valToPos(86400, "x", true) - plot.valToPos(0, "x", true), 1);
        for (const [spans, name] of [["spans_95", "sun-95"], ["spans_68", "sun-68"]] as const) {
          pen.fillStyle = colour(name);
          for (const one of result.days) {
            for (const [from, to] of one[spans]) {
              const top = plot.valToPos(to, "y", true);
              pen.fillRect(plot.valToPos(one.second, "x", true), top, wide, Math.max(plot.valToPos(from, "y", true) - top, 1));
            }
          }
        }
      }],
    },
  };
  return new uPlot(options, [seconds, seconds.map(() => null)], box);
}

function clock(second: number): string {
  return new Date(second * 1000).toISOString().slice(11, 16);
}
