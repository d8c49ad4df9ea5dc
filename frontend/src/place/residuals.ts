// The residuals of the control points on the ground, east and north, with how large they may be.
import uPlot from "uplot";
import { colour, whenSchemeChanges } from "../map/colours";
import type { SeenPoint } from "./types";

const HEIGHT = 230, LEAST_M = 0.5, ROOM = 1.25, WIDEST = 416;

export class ResidualPlot {
  private plot: uPlot | null = null;
  private points: { number: number; east: number; north: number; used: boolean }[] = [];
  private reach = 0;

  constructor(private readonly box: HTMLElement) {
    new ResizeObserver(() => this.plot?.setSize({ width: this.width, height: HEIGHT })).observe(box);
    whenSchemeChanges(() => this.remake());
  }

  draw(seen: SeenPoint[]): void {
    this.points = seen.flatMap((one, index) => (one.residual_m ? [{ number: index + 1, east: one.residual_m[0], north: one.residual_m[1], used: one.used !== false }] : []));
    this.box.hidden = this.points.length === 0;
    if (this.box.hidden) return;
    const farthest = Math.max(LEAST_M, ...this.points.map((one) => Math.max(Math.abs(one.east), Math.abs(one.north))));
    // the scale changes by halves and doubles, so that what moves is the points
    this.reach = 2 ** Math.ceil(Math.log2(ROOM * farthest));
    if (!this.plot) this.remake();
    else this.plot.setData(this.data());
  }

  private get width(): number {
    return Math.min(this.box.clientWidth || WIDEST, WIDEST);
  }

  private data(): uPlot.AlignedData {
    return [[-1, 1], [null, null]];
  }

  private remake(): void {
    this.plot?.destroy();
    this.plot = null;
    if (this.points.length === 0) return;
    const axis = (label: string): uPlot.Axis => ({ label, labelSize: 20, size: 44, stroke: colour("soft"), grid: { stroke: colour("rule"), width: 1 }, ticks: { stroke: colour("rule"), width: 1 } });
    this.plot = new uPlot({
      width: this.width, height: HEIGHT, legend: { show: false }, cursor: { show: false },
      scales: {
        x: { time: false, range: (plot) => { const wide = this.reach * Math.max(plot.bbox.width, 1) / Math.max(plot.bbox.height, 1); return [-wide, wide]; } },
        y: { range: () => [-this.reach, this.reach] },
      },
      axes: [axis("east m"), axis("north m")],
      series: [{}, { stroke: "transparent", points: { show: false } }],
      hooks: { draw: [(plot) => this.paint(plot)] },
    }, this.data(), this.box);
  }

  private paint(plot: uPlot): void {
    const pen = plot.ctx, size = devicePixelRatio;
    const [x0, y0] = [plot.valToPos(0, "x", true), plot.valToPos(0, "y", true)];
    pen.save();
    pen.font = `600 ${12 * size}px sans-serif`;
    pen.lineWidth = 2 * size;
    for (const one of this.points) {
      const [x, y] = [plot.valToPos(one.east, "x", true), plot.valToPos(one.north, "y", true)];
      pen.strokeStyle = pen.fillStyle = colour(one.used ? "accent" : "bad");
      pen.beginPath();
      pen.moveTo(x0, y0);
      pen.lineTo(x, y);
      pen.stroke();
      pen.beginPath();
      pen.arc(x, y, 4 * size, 0, 7);
      if (one.used) pen.fill();
      else pen.stroke();
      pen.fillStyle = colour("ink");
      pen.fillText(String(one.number), x + 7 * size, y - 5 * size);
    }
    pen.restore();
  }
}
