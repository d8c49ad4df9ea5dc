// An orthophoto as tiles of its own pixel grid, finer as one zooms in; and the frame warped over it.
import type { Pane } from "./pane";
import type { DeskReference } from "./types";

const SIDE = 512;

export class Tiles {
  private readonly held = new Map<string, HTMLImageElement>();
  private readonly base: number;

  constructor(private readonly pane: Pane, private readonly reference: DeskReference, private readonly address: string) {
    const most = Math.max(reference.width, reference.height);
    // one picture of the whole lies beneath, so that no seam between tiles shows the ground of the page
    this.base = 2 ** Math.max(0, Math.ceil(Math.log2(most / 1500)));
    this.pane.stage.replaceChildren();
    this.need(this.base, 0, 0, reference.width, reference.height);
  }

  update(): void {
    const { scale, root } = this.pane;
    const wanted = 2 ** Math.max(0, Math.floor(Math.log2(1 / (scale * Math.min(window.devicePixelRatio || 1, 2)))));
    if (wanted >= this.base) return;
    const [left, top] = this.pane.toPicture([0, 0]);
    const [right, bottom] = this.pane.toPicture([root.clientWidth, root.clientHeight]);
    const keep = this.need(wanted, left, top, right, bottom);
    for (const [name, image] of this.held) {
      if (Number(image.dataset.step) < this.base && !keep.has(name) && this.held.size > 60) {
        image.remove();
        this.held.delete(name);
      }
    }
  }

  private need(step: number, left: number, top: number, right: number, bottom: number): Set<string> {
    const { width, height } = this.reference, side = step === this.base ? Math.max(width, height) : SIDE * step;
    const names = new Set<string>();
    for (let y = Math.max(0, Math.floor(top / side)) * side; y < Math.min(bottom, height); y += side) {
      for (let x = Math.max(0, Math.floor(left / side)) * side; x < Math.min(right, width); x += side) {
        const name = `${step} ${x} ${y}`;
        names.add(name);
        if (this.held.has(name)) continue;
        const image = new Image();
        const [across, down] = [Math.min(side, width - x), Math.min(side, height - y)];
        image.alt = "";
        image.draggable = false;
        image.dataset.step = String(step);
        image.style.cssText = "";
        Object.assign(image.style, { left: `${x}px`, top: `${y}px`, width: `${across}px`, height: `${down}px`, zIndex: String(1000 - Math.round(Math.log2(step))) });
        image.src = `${this.address}?x=${x}&y=${y}&width=${across}&height=${down}&step=${step}`;
        this.held.set(name, image);
        this.pane.stage.append(image);
      }
    }
    return names;
  }
}

// The 3×3 matrix from frame to orthophoto, followed by the pane's own, as CSS has it: column by
// column, and with corners of pixels where ours has their centres.
export function warpOf(matrix: number[][], pane: Pane): string {
  const [k, [tx, ty]] = [pane.scale, pane.shift];
  const row = (index: number): number[] => matrix[index] ?? [0, 0, 0];
  const inner = [row(0), row(1), row(2)].map((each) => [each[0] ?? 0, each[1] ?? 0, (each[2] ?? 0) - 0.5 * ((each[0] ?? 0) + (each[1] ?? 0))]);
  const [a, b, w] = inner as [number[], number[], number[]];
  const whole = [0, 1, 2].map((column) => [
    k * ((a[column] ?? 0) + 0.5 * (w[column] ?? 0)) + tx * (w[column] ?? 0),
    k * ((b[column] ?? 0) + 0.5 * (w[column] ?? 0)) + ty * (w[column] ?? 0),
    w[column] ?? 0,
  ]);
  const [x, y, t] = whole as [number[], number[], number[]];
  return `matrix3d(${[x[0], x[1], 0, x[2], y[0], y[1], 0, y[2], 0, 0, 1, 0, t[0], t[1], 0, t[2]].map((value) => (value ?? 0).toPrecision(12)).join(",")})`;
}
