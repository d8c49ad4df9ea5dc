// The picture: a video that is told to show a frame and says which one it shows, or the server's own.
import { Stills } from "./stills.js";
import { Times } from "./frames.js";

export type By = "video" | "server";
/** Is told which frame is seen, and who says so; null while nobody does. */
export type Seen = (frame: number | null, by: By | null) => void;

const FIRST_SIGN_MS = 4000;
const CONFIRMED_WITHIN_MS = 2500;
const QUIET_MS = 400;
// Some decoders know no frame's own duration and take the average: a frame after a short one is then
// reached only late in its interval, or not at all.
const INTO_INTERVAL = [0.5, 0.85, 0.97];

export class Screen {
  /** Whether the video plays; else frames come from the server. */
  plays = false;
  wanted = 0;
  seen: number | null = null;
  private offset = 0;
  private ask = 0;
  private timer = 0;
  private quiet = 0;
  private tries = 0;
  /** The frame to which the video was sent last. */
  private target = -1;
  /** The frame that it said on its way there. */
  private heard: number | null = null;
  /** Whether it played since: what it shows may be later than what it said. */
  private moved = false;
  private begun = false;

  constructor(
    readonly video: HTMLVideoElement,
    private readonly still: HTMLCanvasElement,
    private readonly times: Times,
    private readonly stills: Stills,
    private readonly tell: Seen,
  ) {}

  /** Load a source; answer whether this browser plays it on the clock that the server lists. */
  async load(source: string, starts: number[]): Promise<boolean> {
    if (!("requestVideoFrameCallback" in this.video)) return false;
    this.plays = false;
    this.video.src = source;
    const first = await this.firstTime();
    if (first === null) return false;
    const offset = starts.find((start) => this.times.bearing(first - start) === 0);
    if (offset === undefined) return false;
    this.offset = offset;
    this.plays = true;
    if (!this.begun) this.watch();
    this.begun = true;
    return true;
  }

  private firstTime(): Promise<number | null> {
    return new Promise((resolve) => {
      const late = window.setTimeout(() => resolve(null), FIRST_SIGN_MS);
      const end = (value: number | null): void => {
        window.clearTimeout(late);
        resolve(value);
      };
      this.video.requestVideoFrameCallback((_now, frame) => end(frame.mediaTime));
      this.video.addEventListener("error", () => end(null), { once: true });
    });
  }

  /** Show a frame: the video is sent to the middle of its interval, and has to confirm it. */
  show(n: number): void {
    const before = this.wanted;
    this.wanted = this.times.clamp(n);
    this.ask += 1;
    window.clearTimeout(this.timer);
    if (!this.plays) {
      this.showStill(this.wanted, Math.sign(this.wanted - before) || 1);
      return;
    }
    if (!this.video.paused) this.video.pause();
    if (this.seen === this.wanted && this.still.hidden && !this.moved && !this.video.seeking) {
      this.tell(this.seen, "video");
      return;
    }
    this.see(null, null);
    this.tries = 0;
    if (!this.video.seeking) this.seek();
    this.expect(this.ask);
  }

  private seek(): void {
    window.clearTimeout(this.quiet);
    this.target = this.wanted;
    this.heard = null;
    const [from, to] = [this.times.at(this.wanted), this.times.at(this.wanted + 1)];
    this.video.currentTime = this.offset + from + (to - from) * (INTO_INTERVAL[this.tries] ?? 0.5);
  }

  /** The video shows another frame than the one asked for: try again, then ask the server. */
  private missed(): void {
    window.clearTimeout(this.quiet);
    if (this.seen === this.wanted) return;
    this.tries += 1;
    if (this.tries < INTO_INTERVAL.length) this.seek();
    else this.showStill(this.wanted, 1);
  }

  /** Where the video does not confirm in time, the server's frame is shown. */
  private expect(ask: number): void {
    this.timer = window.setTimeout(() => {
      if (ask !== this.ask || this.seen === this.wanted) return;
      this.showStill(this.wanted, 1);
    }, CONFIRMED_WITHIN_MS);
  }

  private watch(): void {
    this.video.addEventListener("seeked", () => {
      // frames asked for meanwhile were not sought one by one
      window.clearTimeout(this.quiet);
      if (!this.plays || !this.video.paused || this.seen === this.wanted) return;
      if (this.target !== this.wanted) this.seek();
      else if (this.heard === this.wanted && !this.moved) this.confirm(this.wanted);
      else this.quiet = window.setTimeout(() => this.missed(), QUIET_MS);
    });
    const next = (_now: number, frame: VideoFrameCallbackMetadata): void => {
      if (this.plays) this.hear(frame.mediaTime);
      this.video.requestVideoFrameCallback(next);
    };
    this.video.requestVideoFrameCallback(next);
  }

  private hear(mediaTime: number): void {
    const frame = this.times.bearing(mediaTime - this.offset);
    if (!this.video.paused) {
      if (frame !== null) this.wanted = frame;
      this.see(frame, "video");
      return;
    }
    if (this.target !== this.wanted) return;
    // what is heard before the video has arrived may be of a picture that it is about to leave
    this.heard = frame;
    if (this.video.seeking) return;
    if (frame === this.wanted) this.confirm(frame);
    else if (this.still.hidden || this.seen !== this.wanted) {
      if (this.seen !== null) this.see(null, null);
      this.missed();
    }
  }

  private confirm(frame: number): void {
    window.clearTimeout(this.timer);
    window.clearTimeout(this.quiet);
    this.moved = false;
    this.see(frame, "video");
  }

  private see(frame: number | null, by: By | null): void {
    this.seen = frame;
    if (by === "video") this.still.hidden = true;
    this.tell(frame, by);
  }

  private showStill(n: number, direction: number): void {
    const ask = this.ask;
    this.see(null, null);
    this.stills.get(n).then(
      (picture) => {
        if (ask !== this.ask) return;
        this.still.width = picture.width;
        this.still.height = picture.height;
        this.still.getContext("2d")?.drawImage(picture, 0, 0);
        this.still.hidden = false;
        this.see(n, "server");
        this.stills.prepare(n, direction);
      },
      () => {
        if (ask === this.ask) this.tell(null, null);
      },
    );
  }

  /** Play on from the frame that is seen. */
  async play(rate: number): Promise<void> {
    this.ask += 1;
    this.moved = true;
    this.target = -1;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.quiet);
    if (this.wanted >= this.times.frames - 1) this.video.currentTime = this.offset + this.times.middle(0);
    this.video.playbackRate = rate;
    await this.video.play();
  }

  /** Go to a frame without ceasing to play. */
  playFrom(n: number): void {
    this.video.currentTime = this.offset + this.times.middle(n);
    if (this.video.paused) void this.video.play();
  }
}
