// Frames by their presentation times, as the server lists them. Nothing is worked out from a rate.

export interface FrameList {
  frames: number;
  ticks: number[];
  durations: number[];
  time_base: string;
  start: number;
  width: number;
  height: number;
  rotation: number;
}

// A browser tells a frame's time in microseconds; half a millisecond is far below any frame.
const CLOSEST_S = 0.0006;
const PART_OF_GAP = 0.45;

export class Times {
  readonly frames: number;
  readonly tickS: number;
  private readonly starts: Float64Array;

  constructor(readonly list: FrameList) {
    const [over, under] = list.time_base.split("/");
    this.tickS = Number(over) / Number(under ?? 1);
    this.frames = list.frames;
    this.starts = new Float64Array(list.frames + 1);
    list.ticks.forEach((tick, n) => (this.starts[n] = (tick - list.start) * this.tickS));
    const last = list.frames - 1;
    this.starts[list.frames] = this.at(last) + (list.durations[last] ?? 1) * this.tickS;
  }

  /** Seconds from the first frame to frame n; for n = frames, to the end. */
  at(n: number): number {
    return this.starts[n] ?? 0;
  }

  get end(): number {
    return this.at(this.frames);
  }

  /** The middle of the interval in which frame n is shown. */
  middle(n: number): number {
    return (this.at(n) + this.at(n + 1)) / 2;
  }

  /** The frame that is shown at a time; the first or last beyond. */
  shownAt(seconds: number): number {
    let low = 0;
    let high = this.frames;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.at(middle) <= seconds + 1e-9) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The frame that bears a time; null when none does. */
  bearing(seconds: number): number | null {
    const shown = this.shownAt(seconds);
    for (const n of [shown, shown + 1]) {
      if (n < 0 || n >= this.frames) continue;
      const before = n > 0 ? this.at(n) - this.at(n - 1) : Infinity;
      const closest = Math.min(CLOSEST_S, PART_OF_GAP * Math.min(before, this.at(n + 1) - this.at(n)));
      if (Math.abs(seconds - this.at(n)) <= closest) return n;
    }
    return null;
  }

  clamp(n: number): number {
    return Math.min(Math.max(n, 0), this.frames - 1);
  }
}

export function timeCode(seconds: number): string {
  const whole = Math.round(seconds * 1000);
  const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");
  const ms = whole % 1000;
  const s = Math.floor(whole / 1000);
  return `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${pad(ms, 3)}`;
}

/** Read a frame number, or a time with a colon or a point in it; null when it is neither. */
export function readPlace(text: string, times: Times): number | null {
  const given = text.trim();
  if (/^\d{1,9}$/.test(given)) {
    const n = Number(given);
    return n < times.frames ? n : null;
  }
  const found = /^(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:[.,]\d{1,9})?)\s*s?$/.exec(given);
  if (!found || !/[:.,s]/.test(given)) return null;
  const seconds = Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number((found[3] ?? "0").replace(",", "."));
  // a time code is rounded to a millisecond: the frame that begins within half of one counts
  return seconds <= times.end ? times.shownAt(seconds + 0.0005) : null;
}
