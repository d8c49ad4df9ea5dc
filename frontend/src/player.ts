// The player: true frame stepping by presentation times, shuttle, loop, timeline, overlays.
import { FrameList, Times, readPlace, timeCode } from "./player/frames.js";
import { Overlays, Shown } from "./player/overlays.js";
import { By, Screen } from "./player/screen.js";
import { Stills } from "./player/stills.js";

interface Playable {
  way: string;
  reason: string;
  state: string;
  done: number;
  fault: string;
}

const FASTEST = 8;
const ASK_AGAIN_MS = 700;
const SETTLED_MS = 350;
const LATE = 0.93;
const KEYS = "purport-single-keys";

const root = need<HTMLElement>("player");
const say = (name: string): string => root.dataset[name] ?? "";
const api = say("api");

function need<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing`);
  return found as T;
}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${api}${path}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

class Player {
  private readonly screen: Screen;
  private readonly stage = need("stage");
  private readonly readout = need("readout");
  private readonly number = need("frame-number");
  private readonly time = need("frame-time");
  private readonly state = need("frame-state");
  private readonly scrub = need<HTMLInputElement>("scrub");
  private readonly playhead = need("playhead");
  private readonly video = need<HTMLVideoElement>("video");
  private overlays: Overlays | null = null;
  private speed = 0;
  private shuttling = 0;
  private from: number | null = null;
  private to: number | null = null;
  private looping = false;
  private settled = 0;
  private unveiled = false;

  constructor(private readonly times: Times) {
    const list = times.list;
    root.style.setProperty("--aspect", String(list.width / list.height));
    need("frame-count").textContent = String(times.frames);
    this.scrub.max = String(list.ticks[list.frames - 1]! - list.start);
    this.screen = new Screen(this.video, need("still"), times, new Stills(api, times.frames), (n, by) => this.seen(n, by));
    this.lay();
    this.listen();
  }

  async begin(): Promise<void> {
    void ask<{ shown: Shown[] }>("/shown").then(({ shown }) => this.overlay(shown), () => undefined);
    const asked = /^#frame=(\d+)$/.exec(location.hash);
    const first = this.times.clamp(asked ? Number(asked[1]) : 0);
    const start = this.times.list.start * this.times.tickS;
    if (say("way") === "itself" && (await this.screen.load(say("media"), [0, start]))) this.screen.show(first);
    else {
      this.video.removeAttribute("src");
      this.screen.show(first);
      if (say("way") !== "stills") await this.derive();
    }
  }

  /** Show the server's frames until there is a derivative, then play that. */
  private async derive(): Promise<void> {
    const waiting = need("waiting");
    for (;;) {
      const told = await ask<Playable>("/playable?needed=true").catch(() => null);
      if (told?.state === "ready" && (await this.screen.load(say("playable"), [0]))) {
        waiting.hidden = true;
        need("note").textContent = `${told.reason} ${say("sayDerivative")}`.trim();
        root.dataset.derivative = "";
        this.screen.show(this.screen.wanted);
        return;
      }
      if (told === null || told.state === "ready" || told.state === "failed") {
        waiting.hidden = false;
        waiting.textContent = `${say("sayFailed")}${told?.fault ? ` (${told.fault})` : ""}. ${say("sayStills")}`;
        return;
      }
      waiting.hidden = false;
      waiting.textContent = `${say("sayMaking")} (${Math.round(told.done * 100)} %). ${say("sayStills")}`;
      await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  private overlay(shown: Shown[]): void {
    this.overlays = new Overlays(need<HTMLCanvasElement>("drawn"), this.times.list.width, shown);
    for (const box of root.querySelectorAll<HTMLInputElement>("[data-layer]")) {
      const layer = box.dataset.layer ?? "";
      const label = box.closest("label");
      if (label) label.hidden = !this.overlays.layers.has(layer);
      box.addEventListener("change", () => this.overlays?.toggle(layer, box.checked));
      this.overlays.toggle(layer, box.checked);
    }
    this.overlays.draw(this.screen.seen);
  }

  /** Say which frame is seen; its number stands there only when that is certain. */
  private seen(n: number | null, by: By | null): void {
    this.readout.dataset.frame = n === null ? "" : String(n);
    this.readout.dataset.by = by ?? "";
    this.state.className = n === null ? "chip" : "chip supported";
    this.state.textContent = n === null ? say("sayWait") : by === "server" ? say("sayServer") : this.video.paused ? say("sayVideo") : say("sayPlaying");
    this.number.textContent = n === null ? "–" : String(n);
    this.time.textContent = n === null ? "–" : timeCode(this.times.at(n));
    const place = n ?? this.screen.wanted;
    this.scrub.value = String(this.times.list.ticks[place]! - this.times.list.start);
    this.scrub.setAttribute("aria-valuetext", `${say("sayFrame")} ${place}, ${timeCode(this.times.at(place))}`);
    this.playhead.style.left = this.part(this.times.at(place));
    this.veil(place);
    if (n !== null) {
      this.overlays?.draw(n);
      this.settle(n);
      if (this.looping && this.speed > 0 && !this.video.paused && this.to !== null && n >= this.to) this.screen.playFrom(this.from ?? 0);
    }
  }

  /** When the picture rests: tell those who listen, keep the address, mark where one stands. */
  private settle(n: number): void {
    window.clearTimeout(this.settled);
    if (this.speed !== 0) return;
    this.settled = window.setTimeout(() => {
      need("told").textContent = `${say("sayFrame")} ${n}, ${timeCode(this.times.at(n))}`;
      history.replaceState(null, "", `#frame=${n}`);
      const place = document.getElementById("place") as HTMLAnchorElement | null;
      if (place) place.href = `${place.href.split("?")[0]}?frame=${n}`;
      for (const jump of document.querySelectorAll<HTMLElement>(".jumps button")) {
        if (n >= Number(jump.dataset.first) && n <= Number(jump.dataset.last)) jump.setAttribute("aria-current", "true");
        else jump.removeAttribute("aria-current");
      }
    }, SETTLED_MS);
  }

  private veil(n: number): void {
    const from = say("graphicFrom");
    const veiled = !this.unveiled && from !== "" && n >= Number(from);
    this.stage.classList.toggle("veiled", veiled);
    need("veil").hidden = !veiled;
  }

  private lay(): void {
    for (const part of root.querySelectorAll<HTMLElement>("[data-start]")) {
      part.style.left = `${100 * Number(part.dataset.start)}%`;
      part.classList.toggle("late", Number(part.dataset.start) > LATE);
      if (part.dataset.width) part.style.width = `${100 * Number(part.dataset.width)}%`;
    }
  }

  go(n: number): void {
    this.halt();
    this.screen.show(n);
  }

  private step(by: number): void {
    this.go(this.screen.wanted + by);
  }

  private halt(): void {
    this.shuttling += 1;
    this.pace(0);
    if (!this.video.paused) this.video.pause();
  }

  private pace(speed: number): void {
    this.speed = speed;
    need("speed").textContent = speed === 0 || speed === 1 ? "" : `${speed < 0 ? "−" : ""}${Math.abs(speed)}×`;
    const button = need("play");
    button.textContent = speed === 0 ? "▶" : "❚❚";
    button.setAttribute("aria-pressed", String(speed !== 0));
  }

  private pause(): void {
    if (this.speed === 0) return;
    this.halt();
    this.screen.show(this.screen.seen ?? this.screen.wanted);
  }

  private async play(speed: number): Promise<void> {
    const turn = (this.shuttling += 1);
    this.pace(speed);
    if (speed > 0 && this.screen.plays) {
      if (this.looping && this.to !== null && this.screen.wanted >= this.to) this.screen.show(this.from ?? 0);
      await this.screen.play(speed).catch(() => {
        if (turn === this.shuttling) this.halt();
      });
      return;
    }
    if (!this.video.paused) this.video.pause();
    await this.shuttle(speed, turn);
  }

  /** Step by the clock: backwards, or where frames come from the server. */
  private async shuttle(speed: number, turn: number): Promise<void> {
    let begun = performance.now();
    let origin = this.times.at(this.screen.wanted);
    while (turn === this.shuttling) {
      const due = this.times.shownAt(origin + (speed * (performance.now() - begun)) / 1000);
      const [low, high] = this.bounds();
      if (due !== this.screen.wanted && (this.screen.seen !== null || this.screen.plays)) {
        const over = speed > 0 ? due >= high : due <= low;
        this.screen.show(Math.min(Math.max(due, low), high));
        if (over && this.looping) {
          origin = this.times.at(speed > 0 ? low : high);
          begun = performance.now();
        } else if (over) {
          this.pace(0);
          return;
        }
      } else if (speed < 0 ? this.screen.wanted <= 0 : this.screen.wanted >= this.times.frames - 1) {
        this.pace(0);
        return;
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  private bounds(): [number, number] {
    const all: [number, number] = [0, this.times.frames - 1];
    return this.looping ? [this.from ?? 0, this.to ?? all[1]] : all;
  }

  private faster(direction: 1 | -1): void {
    const same = Math.sign(this.speed) === direction;
    void this.play(same ? Math.sign(direction) * Math.min(Math.abs(this.speed) * 2, FASTEST) : direction);
  }

  private loop(on: boolean): void {
    this.looping = on;
    need("loop").setAttribute("aria-pressed", String(on));
    this.drawRange();
  }

  private limit(which: "from" | "to"): void {
    const here = this.screen.seen ?? this.screen.wanted;
    this[which] = here;
    if (this.from !== null && this.to !== null && this.from > this.to) [this.from, this.to] = which === "from" ? [here, null] : [null, here];
    this.loop(this.from !== null && this.to !== null);
  }

  private drawRange(): void {
    const set = this.from !== null || this.to !== null;
    const [from, to] = [this.from ?? 0, this.to ?? this.times.frames - 1];
    need("clear").hidden = !set;
    need("range").textContent = set ? `${from}–${to}` : "";
    const range = need("loop-range");
    range.hidden = !set;
    range.style.left = this.part(this.times.at(from));
    range.style.width = this.part(this.times.at(to + 1) - this.times.at(from));
  }

  /** A time as a part of the whole, on the timeline. */
  private part(seconds: number): string {
    return `${(100 * seconds) / this.times.end}%`;
  }

  private act(what: string): void {
    const acts: Record<string, () => void> = {
      first: () => this.go(0),
      last: () => this.go(this.times.frames - 1),
      back: () => this.step(-1),
      on: () => this.step(1),
      "back-ten": () => this.step(-10),
      "on-ten": () => this.step(10),
      reverse: () => this.faster(-1),
      forward: () => this.faster(1),
      play: () => (this.speed === 0 ? void this.play(1) : this.pause()),
      pause: () => this.pause(),
      in: () => this.limit("from"),
      out: () => this.limit("to"),
      loop: () => this.loop(!this.looping),
      clear: () => {
        this.from = this.to = null;
        this.loop(false);
      },
      sound: () => this.hush(!this.video.muted),
      wide: () => (document.fullscreenElement ? void document.exitFullscreen() : void this.stage.requestFullscreen?.()),
      type: () => need<HTMLInputElement>("jump-to").select(),
    };
    acts[what]?.();
  }

  private hush(muted: boolean): void {
    this.video.muted = muted;
    need("sound").setAttribute("aria-pressed", String(!muted));
  }

  private listen(): void {
    this.hush(this.video.muted);
    document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const button = target?.closest<HTMLElement>("[data-do]");
      if (button?.dataset.do) this.act(button.dataset.do);
      const jump = target?.closest<HTMLElement>("button[data-first], .band[data-first]");
      if (jump) this.go(Number(jump.dataset.first));
      else if (target?.closest(".bands .track")) this.goToPlace(event);
    });
    this.scrub.addEventListener("input", () => this.go(this.times.shownAt(Number(this.scrub.value) * this.times.tickS)));
    need("unveil").addEventListener("click", () => {
      this.unveiled = true;
      this.veil(this.screen.wanted);
      this.stage.focus();
    });
    this.video.addEventListener("ended", () => {
      if (this.looping && this.speed > 0) this.screen.playFrom(this.from ?? 0);
      else if (this.speed > 0) this.go(this.times.frames - 1);
    });
    this.listenToKeys();
    const form = need<HTMLFormElement>("jump");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = need<HTMLInputElement>("jump-to");
      const place = readPlace(field.value, this.times);
      need("jump-wrong").textContent = place === null ? say("sayFirst") : "";
      if (place === null) field.setAttribute("aria-invalid", "true");
      else {
        field.removeAttribute("aria-invalid");
        this.go(place);
      }
    });
  }

  private goToPlace(event: MouseEvent): void {
    const track = need("playhead").parentElement?.getBoundingClientRect();
    if (track?.width) this.go(this.times.shownAt(((event.clientX - track.left) / track.width) * this.times.end));
  }

  private listenToKeys(): void {
    const box = need<HTMLInputElement>("keys-on");
    try {
      box.checked = localStorage.getItem(KEYS) !== "off";
    } catch {
      // a browser that stores nothing keeps the choice for this page
    }
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(KEYS, box.checked ? "on" : "off");
      } catch {
        // as above
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      const inStage = this.stage.contains(target) && target.tagName !== "BUTTON";
      if (!box.checked && !inStage && target !== this.scrub) return;
      if (target !== this.scrub && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
      const what = meaning(event);
      if (what === null || (what === "play" && target.closest("button, summary, input, a"))) return;
      event.preventDefault();
      this.act(what);
    });
  }
}

/** What a key means; null for nothing. */
function meaning(event: KeyboardEvent): string | null {
  const far = event.shiftKey ? "-ten" : "";
  const named: Record<string, string> = { ArrowLeft: `back${far}`, ArrowRight: `on${far}`, Home: "first", End: "last", " ": "play" };
  const lettered: Record<string, string> = { j: "reverse", k: "pause", l: "forward", i: "in", o: "out", p: "loop", f: "wide", g: "type", ",": "back", ".": "on" };
  return named[event.key] ?? lettered[event.key.toLowerCase()] ?? null;
}

async function start(): Promise<void> {
  const list = await ask<FrameList>("/frames");
  await new Player(new Times(list)).begin();
}

start().catch((error: unknown) => {
  need("frame-state").textContent = say("sayUnsure");
  need("waiting").hidden = false;
  need("waiting").textContent = String(error);
});
