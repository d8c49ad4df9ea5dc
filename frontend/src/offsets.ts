// How probable it is that each impact lies farther from its target than any distance.
import uPlot from "uplot";
import { colour, whenSchemeChanges } from "./map/colours";

interface Curve { number: number; distances_m: number[]; p_farther: number[]; offset_m: number; offset_95_m: [number, number] | null }

const HEIGHT = 260;
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const TONES = ["accent", "bad", "good", "open", "part"];
const box = document.getElementById("offset-plot") as HTMLElement;
const curves = JSON.parse(document.getElementById("offset-data")?.textContent ?? "[]") as Curve[];
let plot: uPlot | null = null;

// From no distance on, where it is certain, to beyond the last one, where it is excluded.
function table(one: Curve, far: number): uPlot.AlignedData {
  const xs = [...one.distances_m], ys = [...one.p_farther];
  if ((xs[0] ?? 0) > 0) { xs.unshift(0); ys.unshift(1); }
  if ((xs.at(-1) ?? 0) < far) { xs.push(far); ys.push(0); }
  return [xs, ys];
}

function draw(): void {
  plot?.destroy();
  const far = Math.max(...curves.map((one) => one.distances_m.at(-1) ?? 0)) * 1.05;
  const axis = (label: string): uPlot.Axis => ({ label, labelSize: 22, size: 46, stroke: colour("soft"), grid: { stroke: colour("rule"), width: 1 }, ticks: { stroke: colour("rule"), width: 1 } });
  plot = new uPlot({
    width: box.clientWidth, height: HEIGHT, legend: { show: true, live: true },
    scales: { x: { time: false, range: [0, far] }, y: { range: [0, 1] } },
    axes: [axis("distance from the target, m"), axis("probability to lie farther")],
    series: [
      { label: "distance m", value: (_, value) => (value === null ? "–" : value.toFixed(1)) },
      ...curves.map((one, index): uPlot.Series => ({
        label: `impact ${one.number}`, stroke: colour(TONES[index % TONES.length] ?? "accent"), width: 2.5, dash: DASHES[index % DASHES.length] ?? [], spanGaps: true, points: { show: false },
        value: (_, value) => (value === null ? "–" : `${(100 * value).toFixed(0)} %`),
      })),
    ],
    hooks: { drawClear: [(made) => {
      for (const [index, one] of curves.entries()) {
        if (!one.offset_95_m) continue;
        const { top, height } = made.bbox, pen = made.ctx, [from, to] = one.offset_95_m.map((value) => made.valToPos(value, "x", true)) as [number, number];
        pen.save();
        pen.globalAlpha = 0.14;
        pen.fillStyle = colour(TONES[index % TONES.length] ?? "accent");
        pen.fillRect(from, top, Math.max(to - from, 2), height);
        pen.restore();
      }
    }] },
  }, uPlot.join(curves.map((one) => table(one, far))), box);
}

if (curves.length) {
  draw();
  new ResizeObserver(() => plot?.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  whenSchemeChanges(draw);
}
