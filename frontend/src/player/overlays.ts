// What was found, drawn over the picture. Positions come from the server; here they are only scaled.

export type Point = [number, number];

export interface Shown {
  layer: string;
  kind: string;
  label: string;
  first: number;
  last: number;
  points: Point[];
  radius_px: number;
  track: (Point[] | null)[];
}

const COLOURS: Record<string, string> = { overlay: "#f2cf4a", impact: "#ff7a4a", target: "#22c7f0", mark: "#7be36b" };
const HALO = "rgb(0 0 0 / 75%)";
const CROSS = 9;
const GAP = 3;

export class Overlays {
  readonly layers = new Set<string>();
  private readonly hidden = new Set<string>();
  private frame: number | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly width: number,
    private readonly shown: Shown[],
  ) {
    for (const one of shown) this.layers.add(one.layer);
    new ResizeObserver(() => this.draw(this.frame)).observe(canvas);
  }

  toggle(layer: string, visible: boolean): void {
    if (visible) this.hidden.delete(layer);
    else this.hidden.add(layer);
    this.draw(this.frame);
  }

  /** Draw what holds for a frame; nothing for null: the frame is not known. */
  draw(frame: number | null): void {
    this.frame = frame;
    const box = this.canvas.getBoundingClientRect();
    const dots = window.devicePixelRatio || 1;
    const size: Point = [Math.round(box.width * dots), Math.round(box.height * dots)];
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) [this.canvas.width, this.canvas.height] = size;
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, size[0], size[1]);
    if (frame === null) return;
    pen.scale(dots, dots);
    const scale = box.width / this.width;
    for (const one of this.shown) {
      if (frame < one.first || frame > one.last || this.hidden.has(one.layer)) continue;
      const points = one.track.length ? one.track[frame - one.first] : one.points;
      // pixel (0, 0) is the centre of the first one
      if (points) this.stroke(pen, one, points.map(([x, y]) => [(x + 0.5) * scale, (y + 0.5) * scale]), one.radius_px * scale);
    }
  }

  private stroke(pen: CanvasRenderingContext2D, one: Shown, points: Point[], radius: number): void {
    const path = new Path2D();
    const [x, y] = points[0] ?? [0, 0];
    if (one.kind === "circle") path.arc(x, y, Math.max(radius, 2), 0, 2 * Math.PI);
    else if (one.kind === "cross") {
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as Point[]) {
        path.moveTo(x + dx * GAP, y + dy * GAP);
        path.lineTo(x + dx * CROSS, y + dy * CROSS);
      }
    } else {
      points.forEach(([px, py], n) => (n ? path.lineTo(px, py) : path.moveTo(px, py)));
      if (one.kind === "outline") path.closePath();
    }
    pen.setLineDash(one.layer === "overlay" ? [5, 4] : []);
    pen.strokeStyle = HALO;
    pen.lineWidth = 4;
    pen.stroke(path);
    pen.strokeStyle = COLOURS[one.layer] ?? "#ffffff";
    pen.lineWidth = one.layer === "overlay" ? 1.4 : 2;
    pen.stroke(path);
    if (one.label) this.write(pen, one, x, y);
  }

  private write(pen: CanvasRenderingContext2D, one: Shown, x: number, y: number): void {
    pen.setLineDash([]);
    pen.font = "600 13px system-ui, sans-serif";
    pen.lineWidth = 4;
    pen.strokeStyle = HALO;
    pen.strokeText(one.label, x + CROSS + 4, y - 5);
    pen.fillStyle = COLOURS[one.layer] ?? "#ffffff";
    pen.fillText(one.label, x + CROSS + 4, y - 5);
  }
}
