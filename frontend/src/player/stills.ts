// Frames as the server decodes them: what is shown where a browser cannot play, or is not sure.

const KEPT = 32;
const AHEAD = 3;

export class Stills {
  private readonly kept = new Map<number, Promise<ImageBitmap>>();

  constructor(
    private readonly api: string,
    private readonly frames: number,
  ) {}

  /** Return frame n; the server names the frame that it sends, and only that one is taken. */
  get(n: number): Promise<ImageBitmap> {
    let picture = this.kept.get(n);
    if (picture === undefined) {
      picture = this.load(n);
      picture.catch(() => this.kept.delete(n));
      this.kept.set(n, picture);
      for (const old of this.kept.keys()) {
        if (this.kept.size <= KEPT) break;
        this.kept.delete(old);
      }
    }
    return picture;
  }

  /** Fetch the next frames in the direction of stepping. */
  prepare(n: number, direction: number): void {
    for (let k = 1; k <= AHEAD; k++) {
      const next = n + k * direction;
      if (next >= 0 && next < this.frames) void this.get(next).catch(() => undefined);
    }
  }

  private async load(n: number): Promise<ImageBitmap> {
    const answer = await fetch(`${this.api}/frames/${n}.jpg`, { credentials: "same-origin" });
    if (!answer.ok || answer.headers.get("Purport-Frame") !== String(n)) throw new Error(`frame ${n}: ${answer.status}`);
    return createImageBitmap(await answer.blob());
  }
}
