// Shadows as they are being marked: from the marks on record, and back to them.
import { ask } from "../place/api";
import type { MarkTold, Pair } from "../place/types";
import type { PageData, Shadow } from "./types";

const pair = (value: unknown): Pair | null => (Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

export class Shadows {
  shadows: Shadow[] = [];
  others: MarkTold[] = [];
  removed: { id: string; version: string }[] = [];
  readonly base: string;
  private next = 0;

  constructor(readonly data: PageData) {
    this.base = `/api/v1/cases/${data.case}/items/${data.desk.item}`;
  }

  get dirty(): boolean {
    return this.removed.length > 0 || this.shadows.some((one) => one.changed && one.tip);
  }

  async read(): Promise<void> {
    const { marks } = await ask<{ marks: MarkTold[] }>("GET", `${this.base}/marks`);
    const live = marks.filter((one) => one.version);
    this.removed = [];
    this.shadows = live.flatMap((told) => this.shadowOf(told) ?? []);
    this.others = live.filter((one) => ["shadow_azimuth", "no_shadow", "shadow_tip"].includes(one.mark.kind) || (one.mark.kind === "shadow" && !one.mark.values.pixel));
  }

  private shadowOf(told: MarkTold): Shadow | null {
    const { kind, values, id } = told.mark, foot = pair(values.pixel), tip = pair(values.to_pixel);
    if (kind !== "shadow" || !foot || !tip) return null;
    return {
      key: this.newKey(), kept: { id, version: told.version ?? "" }, frame: number(values.frame) ?? 0, foot, tip, sdPx: number(values.pixel_sd) ?? 2,
      heightM: number(values.height_m), heightSdM: number(values.height_sd_m) ?? 0, zone: typeof values.zone === "string" ? values.zone : "", changed: false,
    };
  }

  newKey(): string {
    this.next += 1;
    return `s${this.next}`;
  }

  add(frame: number, foot: Pair, tip: Pair | null): Shadow {
    const made: Shadow = { key: this.newKey(), kept: null, frame, foot, tip, sdPx: 2, heightM: null, heightSdM: 0, zone: "", changed: true };
    this.shadows.push(made);
    return made;
  }

  remove(key: string): void {
    const one = this.shadows.find((each) => each.key === key);
    if (one?.kept) this.removed.push(one.kept);
    this.shadows = this.shadows.filter((each) => each.key !== key);
  }

  // One mark after the other; what is saved is saved, also when a later one is refused.
  async save(zone: string, note: string): Promise<void> {
    while (this.removed.length) {
      const gone = this.removed[0];
      if (!gone) break;
      await ask("DELETE", `${this.base}/marks/${gone.id}?version=${gone.version}${note ? `&reason=${encodeURIComponent(note)}` : ""}`);
      this.removed.shift();
    }
    for (const one of this.shadows) {
      if (!one.changed || !one.tip) continue;
      const values = {
        frame: one.frame, pixel: one.foot, to_pixel: one.tip, pixel_sd: one.sdPx,
        ...(one.heightM === null ? {} : { height_m: one.heightM, height_sd_m: one.heightSdM }), ...(zone || one.zone ? { zone: zone || one.zone } : {}),
      };
      const body = { kind: "shadow", values, note: note || null };
      const told = one.kept
        ? await ask<MarkTold>("PUT", `${this.base}/marks/${one.kept.id}`, { ...body, version: one.kept.version })
        : await ask<MarkTold>("POST", `${this.base}/marks`, body);
      one.kept = { id: told.mark.id, version: told.version ?? "" };
      one.changed = false;
    }
  }

  async record(kind: string, values: Record<string, unknown>, note: string): Promise<void> {
    await ask("POST", `${this.base}/marks`, { kind, values, note: note || null });
  }

  async withdraw(told: MarkTold): Promise<void> {
    await ask("DELETE", `${this.base}/marks/${told.mark.id}?version=${told.version ?? ""}`);
  }
}
