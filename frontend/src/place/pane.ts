// A picture that can be moved and zoomed, with marks over it. Pixels are (x, y) with the centre of
// the first one at (0, 0), as everywhere in Purport; on the screen its outer corner is at (0, 0).
import type { Ellipse, Pair } from "./types";

const SVG = "http://www.w3.org/2000/svg";
const LARGEST = 32;
const HALF = 0.5;
const CLICK_PX = 4;

export interface Handle { id: string; at: Pair; label: string; kind: string; text?: string; faded?: boolean; wrong?: boolean; chosen?: boolean }
export interface Shapes { ellipses: { ellipse: Ellipse; kind: string }[]; lines: { from: Pair; to: Pair; kind: string; text?: string }[]; rings: { corners: Pair[]; kind: string }[] }
export interface PaneEvents {
  click(at: Pair): void;
  drag(id: string, at: Pair, done: boolean): void;
  tap(id: string, at: Pair): void;
  choose(id: string): void;
  remove(id: string): void;
  moved(): void;
}

export class Pane {
  readonly stage = document.createElement("div");
  readonly above = document.createElement("div");
  scale = 1;
  shift: Pair = [0, 0];
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly shapes = document.createElementNS(SVG, "g");
  private readonly handles = document.createElementNS(SVG, "g");
  private readonly drawn = new Map<string, SVGGElement>();
  private readonly pointers = new Map<number, Pair>();
  private lastHandles: Handle[] = [];
  private lastShapes: Shapes = { ellipses: [], lines: [], rings: [] };
  private fitted = true;
  private hover: Pair = [-9, -9];

  constructor(readonly root: HTMLElement, public size: Pair, private readonly events: PaneEvents) {
    this.stage.className = "stage";
    this.above.className = "above";
    this.svg.setAttribute("class", "over");
    this.svg.append(this.shapes, this.handles);
    root.append(this.stage, this.above, this.svg);
    new ResizeObserver(() => (this.fitted ? this.fit() : this.place())).observe(root);
    root.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    root.addEventListener("pointermove", (event) => { this.hover = this.at(event); });
    root.addEventListener("pointerdown", (event) => this.onDown(event));
    root.addEventListener("keydown", (event) => this.onKey(event));
  }

  fit(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    this.scale = Math.min(width / this.size[0], height / this.size[1]);
    this.shift = [(width - this.size[0] * this.scale) / 2, (height - this.size[1] * this.scale) / 2];
    this.fitted = true;
    this.place();
  }

  zoom(factor: number, about?: Pair): void {
    const middle: Pair = about ?? [this.root.clientWidth / 2, this.root.clientHeight / 2];
    const least = 0.5 * Math.min(this.root.clientWidth / this.size[0], this.root.clientHeight / this.size[1]);
    const scale = Math.min(LARGEST, Math.max(Math.min(least, 1), this.scale * factor));
    const ratio = scale / this.scale;
    this.shift = [middle[0] - (middle[0] - this.shift[0]) * ratio, middle[1] - (middle[1] - this.shift[1]) * ratio];
    this.scale = scale;
    this.fitted = false;
    this.place();
  }

  pan(x: number, y: number): void {
    this.shift = [this.shift[0] + x, this.shift[1] + y];
    this.fitted = false;
    this.place();
  }

  show(corners: Pair[]): void {
    if (corners.length < 2) return;
    const xs = corners.map((one) => one[0]), ys = corners.map((one) => one[1]);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const { clientWidth: width, clientHeight: height } = this.root;
    this.scale = Math.min(LARGEST, 0.85 * Math.min(width / Math.max(right - left, 8), height / Math.max(bottom - top, 8)));
    this.shift = [width / 2 - ((left + right) / 2 + HALF) * this.scale, height / 2 - ((top + bottom) / 2 + HALF) * this.scale];
    this.fitted = false;
    this.place();
  }

  toScreen(at: Pair): Pair {
    return [(at[0] + HALF) * this.scale + this.shift[0], (at[1] + HALF) * this.scale + this.shift[1]];
  }

  toPicture(at: Pair): Pair {
    return [(at[0] - this.shift[0]) / this.scale - HALF, (at[1] - this.shift[1]) / this.scale - HALF];
  }

  draw(handles: Handle[], shapes: Shapes): void {
    this.lastHandles = handles;
    this.lastShapes = shapes;
    this.drawShapes();
    this.drawHandles();
  }

  focusOn(id: string): void {
    this.drawn.get(id)?.focus();
  }

  private place(): void {
    this.stage.style.transform = `translate(${this.shift[0]}px, ${this.shift[1]}px) scale(${this.scale})`;
    this.stage.classList.toggle("coarse", this.scale >= 4);
    this.drawShapes();
    this.drawHandles();
    this.events.moved();
  }

  private drawShapes(): void {
    const parts: SVGElement[] = [];
    for (const { corners, kind } of this.lastShapes.rings) {
      parts.push(make("polygon", { points: corners.map((one) => this.toScreen(one).join(",")).join(" "), class: `ring ${kind}` }));
    }
    for (const { ellipse, kind } of this.lastShapes.ellipses) {
      const [x, y] = this.toScreen(ellipse.centre);
      parts.push(make("ellipse", {
        cx: x, cy: y, rx: Math.min(ellipse.semi_px[0] * this.scale, 1e5), ry: Math.min(ellipse.semi_px[1] * this.scale, 1e5),
        transform: `rotate(${ellipse.turn_deg} ${x} ${y})`, class: `ellipse ${kind}`,
      }));
    }
    for (const { from, to, kind, text } of this.lastShapes.lines) {
      const [a, b] = [this.toScreen(from), this.toScreen(to)];
      parts.push(make("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: `line ${kind} under` }));
      parts.push(make("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: `line ${kind}` }));
      if (text) {
        const label = make("text", { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 - 6, class: "label" });
        label.textContent = text;
        parts.push(label);
      }
    }
    this.shapes.replaceChildren(...parts);
  }

  private drawHandles(): void {
    const wanted = new Set(this.lastHandles.map((one) => one.id));
    for (const [id, element] of this.drawn) {
      if (!wanted.has(id)) {
        element.remove();
        this.drawn.delete(id);
      }
    }
    for (const one of this.lastHandles) {
      let element = this.drawn.get(one.id);
      if (!element) {
        element = this.makeHandle(one);
        this.drawn.set(one.id, element);
        this.handles.append(element);
      }
      const [x, y] = this.toScreen(one.at);
      element.setAttribute("transform", `translate(${x} ${y})`);
      element.setAttribute("class", `handle ${one.kind}${one.faded ? " faded" : ""}${one.wrong ? " wrong" : ""}${one.chosen ? " chosen" : ""}`);
      element.setAttribute("aria-label", one.label);
      const text = element.querySelector("text");
      if (text) text.textContent = one.text ?? "";
    }
  }

  private makeHandle(one: Handle): SVGGElement {
    const element = document.createElementNS(SVG, "g");
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.dataset.handle = one.id;
    const sign = one.kind.startsWith("impact") ? "M-8 -8L8 8M-8 8L8 -8" : one.kind.startsWith("target") ? "M-11 0H-3M3 0H11M0 -11V-3M0 3V11" : "M-9 0H-2.5M2.5 0H9M0 -9V-2.5M0 2.5V9";
    const round = one.kind.startsWith("corner") ? 5 : one.kind.startsWith("impact") ? 0 : one.kind.startsWith("target") ? 7 : 9;
    const parts = [make("circle", { r: 13, class: "grip" })];
    for (const layer of ["under", "upper"]) {
      if (round) parts.push(make("circle", { r: round, class: `sign ${layer}` }));
      if (!one.kind.startsWith("corner")) parts.push(make("path", { d: sign, class: `sign ${layer}` }));
    }
    parts.push(make("text", { x: 12, y: -9, class: "name" }));
    element.append(...parts);
    element.addEventListener("focus", () => this.events.choose(one.id));
    return element;
  }

  private at(event: PointerEvent | WheelEvent): Pair {
    const box = this.root.getBoundingClientRect();
    return [event.clientX - box.left - this.root.clientLeft, event.clientY - box.top - this.root.clientTop];
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    this.zoom(Math.exp(-event.deltaY * step * 0.0016), this.at(event));
  }

  private onDown(event: PointerEvent): void {
    if (event.button > 1 || (event.target instanceof Element && event.target.closest("input, button, select"))) return;
    const handle = event.target instanceof Element ? event.target.closest<SVGGElement>("[data-handle]") : null;
    const id = event.button === 0 ? handle?.dataset.handle : undefined;
    // browsers tell presses in whole pixels and movements in parts of them: take the finer one
    const pressed = this.at(event);
    const began: Pair = Math.hypot(pressed[0] - this.hover[0], pressed[1] - this.hover[1]) < 1.5 ? this.hover : pressed;
    const grip = id === undefined ? null : this.lastHandles.find((one) => one.id === id)?.at ?? null;
    const from = grip === null ? null : this.toScreen(grip);
    this.pointers.set(event.pointerId, began);
    this.root.setPointerCapture(event.pointerId);
    if (handle) handle.focus({ preventScroll: true });
    else this.root.focus({ preventScroll: true });
    event.preventDefault();
    let moved = false, pinched = false;
    const move = (next: PointerEvent): void => {
      if (next.pointerId !== event.pointerId) return;
      const here = this.at(next);
      const before = this.pointers.get(event.pointerId) ?? here;
      moved ||= Math.hypot(here[0] - began[0], here[1] - began[1]) > CLICK_PX;
      if (this.pointers.size > 1) {
        pinched = true;
        this.pinch(event.pointerId, before, here);
      } else if (id !== undefined && from !== null) {
        if (moved) this.events.drag(id, this.toPicture([from[0] + here[0] - began[0], from[1] + here[1] - began[1]]), false);
      } else if (moved) this.pan(here[0] - before[0], here[1] - before[1]);
      this.pointers.set(event.pointerId, here);
    };
    const end = (last: PointerEvent): void => {
      if (last.pointerId !== event.pointerId) return;
      this.pointers.delete(event.pointerId);
      this.root.removeEventListener("pointermove", move);
      this.root.removeEventListener("pointerup", end);
      this.root.removeEventListener("pointercancel", end);
      const here = moved ? this.hover : this.at(last);
      if (id !== undefined && from !== null) {
        if (moved) this.events.drag(id, this.toPicture([from[0] + here[0] - began[0], from[1] + here[1] - began[1]]), true);
        else this.events.tap(id, this.toPicture(began));
      } else if (!moved && !pinched && last.type === "pointerup" && event.button === 0) this.events.click(this.toPicture(began));
    };
    this.root.addEventListener("pointermove", move);
    this.root.addEventListener("pointerup", end);
    this.root.addEventListener("pointercancel", end);
  }

  private pinch(moving: number, before: Pair, here: Pair): void {
    for (const [other, at] of this.pointers) {
      if (other === moving) continue;
      const was = Math.hypot(before[0] - at[0], before[1] - at[1]), is = Math.hypot(here[0] - at[0], here[1] - at[1]);
      if (was > 0) this.zoom(is / was, at);
      return;
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const handle = event.target instanceof Element ? event.target.closest<SVGGElement>("[data-handle]") : null;
    const arrows: Record<string, Pair> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (arrow && handle?.dataset.handle) {
      const one = this.lastHandles.find((each) => each.id === handle.dataset.handle);
      const step = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
      if (one) {
        one.at = [one.at[0] + arrow[0] * step, one.at[1] + arrow[1] * step]; // the next press may come before this one is drawn
        this.events.drag(one.id, one.at, true);
      }
    } else if (arrow) this.pan(-40 * arrow[0], -40 * arrow[1]);
    else if ((event.key === "Delete" || event.key === "Backspace") && handle?.dataset.handle) this.events.remove(handle.dataset.handle);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }
}

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
