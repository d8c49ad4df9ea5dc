// The state, what the server says of it, and what changes it: no drawing.
import { ask, Refusal } from "./api";
import { blankTarget, impactValues, isChanged, isWhole, lengthValues, pointValues, restore, stateOf, store, targetValues } from "./state";
import type { Answer, Impact, Kept, MarkTold, PageData, Pair, Point, State, Target } from "./types";

const near = (one: Pair, other: Pair, within: number): boolean => Math.hypot(one[0] - other[0], one[1] - other[1]) <= within;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

export interface Conflict { what: string; key: string; theirs: MarkTold | null }

export class DeskModel {
  state: State;
  marks: MarkTold[] = [];
  answer: Answer | null = null;
  fault: string | null = null;
  conflicts: Conflict[] = [];
  restored = false;
  saving = false;
  readonly base: string;
  readonly memory: string;
  private asking = false;
  private again = false;
  private asked = 0;

  constructor(readonly data: PageData, private readonly changed: (part: "state" | "answer") => void) {
    this.base = `/api/v1/cases/${data.case}/items/${data.desk.item}`;
    this.memory = `purport-place ${data.case} ${data.desk.item} ${data.look ?? ""}`;
    this.state = stateOf(data.desk, [], data.desk.references[0]?.digest ?? null);
  }

  get reference() {
    return this.data.desk.references.find((one) => one.digest === this.state.reference) ?? null;
  }
  get dirty(): boolean {
    return isChanged(this.state);
  }
  get registered(): string | null {
    return this.shot?.registered ?? null;
  }
  get shot() {
    return this.data.desk.shots.find((one) => this.state.frame >= one.first && this.state.frame <= one.last) ?? null;
  }

  async open(): Promise<void> {
    await this.readMarks();
    const kept = restore(this.memory);
    if (kept !== null && isChanged(kept)) {
      this.state = kept;
      this.restored = true;
    } else this.state = stateOf(this.data.desk, this.marks, this.state.reference);
    this.touch();
  }

  async readMarks(): Promise<void> {
    const query = this.state.reference ? `?reference=${this.state.reference}` : "";
    this.marks = (await ask<{ marks: MarkTold[] }>("GET", `${this.base}/marks${query}`)).marks;
  }

  discard(): void {
    store(this.memory, null);
    this.restored = false;
    this.conflicts = [];
    this.state = stateOf(this.data.desk, this.marks, this.state.reference);
    this.touch();
  }

  // Something was placed or moved: remember it, draw it, and ask what comes of it.
  touch(): void {
    store(this.memory, this.dirty ? this.state : null);
    this.changed("state");
    void this.compute();
  }

  newKey(kind: string): string {
    this.state.next += 1;
    return `${kind}-${this.state.next}`;
  }

  // One question at a time; while it is under way only the last state waits, so that the last answer wins.
  private async compute(): Promise<void> {
    this.again = true;
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.again) {
        this.again = false;
        const number = ++this.asked;
        try {
          const answer = await ask<Answer>("POST", `${this.base}/${this.state.impacts.length ? "offset" : "fit"}`, this.question());
          if (number === this.asked) this.take(answer);
          this.fault = null;
        } catch (error) {
          this.fault = error instanceof Refusal ? `${error.told.subject}: ${error.told.fault} ${error.told.remedy}` : String(error);
        }
        this.changed("answer");
      }
    } finally {
      this.asking = false;
    }
  }

  private question(): unknown {
    const { state } = this;
    const place = (mapPx: Pair | null, position: Pair | null): unknown => (mapPx ? { pixel: mapPx } : { position });
    const target = state.target;
    return {
      frame: state.frame, reference: state.reference, view: state.view,
      points: state.points.filter(isWhole).map((one) => ({ key: one.key, frame: one.frame, pixel: one.pixel, pixel_sd: one.sdPx, place: place(one.mapPx, one.position), place_sd_m: one.sdM })),
      ...(state.impacts.length ? {
        impacts: state.impacts.map((one) => ({ key: one.key, frame: one.frame, pixel_sd: one.sdPx, ...(one.pixel ? { pixel: one.pixel } : { place: { pixel: one.mapPx } }) })),
        target: {
          kind: target.kind, place_sd_m: target.sdM, pixel_sd: target.sdPx,
          ...(target.kind === "frame" ? { frame: target.frame, pixel: target.pixel } : {}),
          ...(target.kind === "map" ? { place: place(target.mapPx, target.position) } : {}),
          ...(target.kind === "outline" ? { outline: target.ring.map((one) => ({ pixel: one })) } : {}),
        },
        lengths: state.lengths.filter((one) => one.end && one.lengthM).map((one) => ({ key: one.key, frame: one.frame, start: one.start, end: one.end, pixel_sd: one.sdPx, length_m: one.lengthM, length_sd_m: one.lengthSdM })),
      } : {}),
    };
  }

  private take(answer: Answer): void {
    this.answer = answer;
    for (const seen of answer.fit.points) {
      const point = this.state.points.find((one) => one.key === seen.key);
      if (!point) continue;
      // what moved on meanwhile is told by the next answer
      if (point.mapPx && near(point.mapPx, seen.map_px, 1e-3)) point.position = seen.position;
      else if (!point.mapPx && point.position && near(point.position, seen.position, 1e-9)) point.mapPx = seen.map_px;
    }
  }

  // Another orthophoto: what was placed on the old one is found by its position on the new one.
  async switchReference(digest: string): Promise<void> {
    while (this.asking) await settle();
    const { points, target, impacts } = this.state;
    const placed: [Pair, (at: Pair) => void][] = [];
    for (const one of points) if (one.mapPx) placed.push([one.mapPx, (at) => { one.mapPx = at; }]);
    for (const one of impacts) if (one.mapPx) placed.push([one.mapPx, (at) => { one.mapPx = at; }]);
    if (target.mapPx) placed.push([target.mapPx, (at) => { target.mapPx = at; }]);
    for (const [index, corner] of target.ring.entries()) placed.push([corner, (at) => { target.ring[index] = at; }]);
    const positions = placed.length ? await this.positionsOf(placed.map(([at]) => at)) : [];
    this.state.reference = digest;
    if (positions.length) {
      const asked = positions.map((position, index) => ({ key: String(index), frame: this.state.frame, pixel: [0, 0], place: { position } }));
      const told = await ask<Answer>("POST", `${this.base}/fit`, { frame: this.state.frame, reference: digest, points: asked });
      for (const [index, seen] of told.fit.points.entries()) placed[index]?.[1](seen.map_px);
    }
    await this.readMarks();
    this.touch();
  }

  // control points

  place(where: "frame" | "map", at: Pair): void {
    let point = this.state.points.find((one) => !isWhole(one));
    if (!point) {
      point = { key: this.newKey("point"), kept: null, frame: this.state.frame, pixel: null, mapPx: null, position: null, sdPx: 2, sdM: 0, label: "", start: false, changed: true };
      this.state.points.push(point);
    }
    this.movePoint(point, where, at);
    if (this.state.view === "registration" && this.state.points.filter(isWhole).length >= 4) this.state.view = "points";
    this.touch();
  }

  movePoint(point: Point, where: "frame" | "map", at: Pair): void {
    if (where === "frame") {
      point.frame = this.state.frame;
      point.pixel = at;
    } else {
      point.mapPx = at;
      point.position = null;
    }
    if (point.start) {
      point.start = false;
      point.sdPx = 2;
      point.sdM = 0;
    }
    point.changed = true;
  }

  removePoint(point: Point): void {
    if (point.kept) this.state.removed.push(point.kept);
    this.state.points = this.state.points.filter((one) => one !== point);
    this.touch();
  }

  async start(): Promise<void> {
    const query = `?frame=${this.state.frame}${this.state.reference ? `&reference=${this.state.reference}` : ""}`;
    const found = await ask<{ points: { pixel: Pair; map_px: Pair; position: Pair; place_sd_m: number }[] }>("GET", `${this.base}/start${query}`);
    for (const one of found.points) {
      this.state.points.push({ key: this.newKey("start"), kept: null, frame: this.state.frame, pixel: one.pixel, mapPx: one.map_px, position: one.position, sdPx: 0.3, sdM: one.place_sd_m, label: "", start: true, changed: false });
    }
    this.state.view = "points";
    this.touch();
  }

  confirm(point: Point): void {
    point.start = false;
    point.sdPx = 2;
    point.sdM = 0;
    point.changed = true;
    this.touch();
  }

  // target, impacts, lengths

  setTarget(change: Partial<Target>): void {
    this.state.target = { ...this.state.target, ...change, changed: true };
    this.touch();
  }
  countFromStated(): void {
    if (this.state.target.kept) this.state.removed.push(this.state.target.kept);
    this.state.target = blankTarget();
    this.touch();
  }
  addImpact(where: "frame" | "map", at: Pair): void {
    const impact: Impact = { key: this.newKey("impact"), kept: null, frame: this.state.frame, pixel: null, mapPx: null, sdPx: 2, label: "", changed: true };
    this.state.impacts.push(impact);
    this.moveImpact(impact, where, at);
    this.touch();
  }
  moveImpact(impact: Impact, where: "frame" | "map", at: Pair): void {
    impact.frame = this.state.frame;
    impact.pixel = where === "frame" ? at : null;
    impact.mapPx = where === "map" ? at : null;
    impact.changed = true;
  }
  removeImpact(impact: Impact): void {
    if (impact.kept) this.state.removed.push(impact.kept);
    this.state.impacts = this.state.impacts.filter((one) => one !== impact);
    this.touch();
  }

  // saving: every mark by itself; what somebody else moved meanwhile is told, and nothing of it is overwritten

  async save(why: string): Promise<number> {
    if (this.saving) return 0;
    this.saving = true;
    this.conflicts = [];
    this.changed("state");
    let saved = 0;
    while (this.asking) await settle();
    try {
      for (const one of [...this.state.removed]) {
        if (await this.tell("a mark that you took away", one.id, () => ask("DELETE", `${this.base}/marks/${one.id}?version=${one.version}${why ? `&reason=${encodeURIComponent(why)}` : ""}`))) {
          this.state.removed = this.state.removed.filter((each) => each !== one);
          saved += 1;
        }
      }
      for (const [index, point] of this.state.points.entries()) {
        if (point.changed && isWhole(point) && point.position) saved += await this.put(`point ${index + 1}`, "control_point", point, pointValues(point), why);
      }
      const target = this.state.target;
      if (target.changed && target.kind !== "stated") {
        const ring = target.kind === "outline" ? await this.positionsOf(target.ring) : [];
        if (target.kind === "map" && !target.position && target.mapPx) target.position = (await this.positionsOf([target.mapPx]))[0] ?? null;
        saved += await this.put("the target", "target", target, targetValues(target, ring), why);
      } else target.changed = false;
      for (const [index, impact] of this.state.impacts.entries()) {
        const pixel = impact.pixel ?? this.answer?.offsets.find((one) => one.key === impact.key)?.pixel ?? null;
        if (impact.changed && pixel) saved += await this.put(`impact ${index + 1}`, "impact", impact, impactValues(impact, pixel, impact.frame), why);
      }
      for (const [index, length] of this.state.lengths.entries()) {
        if (length.changed && length.end && length.lengthM) saved += await this.put(`length ${index + 1}`, "known_length", length, lengthValues(length), why);
      }
      await this.readMarks();
      for (const one of this.conflicts) one.theirs = this.successorOf(one.key);
    } finally {
      this.saving = false;
      this.touch();
    }
    return saved;
  }

  // A second look is handed in as a whole; nothing of it is a mark.
  async handIn(note: string): Promise<void> {
    while (this.asking) await settle();
    const { points, impacts, target } = this.state;
    const placed: { kind: string; values: unknown }[] = points.filter((one) => isWhole(one) && one.position).map((one) => ({ kind: "control_point", values: pointValues(one) }));
    if (target.kind === "map" && !target.position && target.mapPx) target.position = (await this.positionsOf([target.mapPx]))[0] ?? null;
    if (target.kind !== "stated") placed.push({ kind: "target", values: targetValues(target, target.kind === "outline" ? await this.positionsOf(target.ring) : []) });
    for (const impact of impacts) {
      const pixel = impact.pixel ?? this.answer?.offsets.find((one) => one.key === impact.key)?.pixel ?? null;
      if (pixel) placed.push({ kind: "impact", values: impactValues(impact, pixel, impact.frame) });
    }
    await ask("PUT", `${this.base}/second-looks`, { placed, note: note || null });
    store(this.memory, null);
    this.state = stateOf(this.data.desk, [], this.state.reference);
  }

  private async positionsOf(ring: Pair[]): Promise<Pair[]> {
    const points = ring.map((one, index) => ({ key: String(index), frame: this.state.frame, pixel: [0, 0], place: { pixel: one } }));
    const told = await ask<Answer>("POST", `${this.base}/fit`, { frame: this.state.frame, reference: this.state.reference, points });
    return told.fit.points.map((one) => one.position);
  }

  private async put(what: string, kind: string, one: { kept: Kept | null; changed: boolean; key?: string }, values: unknown, why: string): Promise<number> {
    const note = why || null;
    const done = await this.tell(what, one.kept?.id ?? "", async () => {
      const told = one.kept
        ? await ask<MarkTold>("PUT", `${this.base}/marks/${one.kept.id}`, { kind, values, note, version: one.kept.version })
        : await ask<MarkTold>("POST", `${this.base}/marks`, { kind, values, note });
      one.kept = { id: told.mark.id, version: told.version ?? "" };
      one.changed = false;
    });
    return done ? 1 : 0;
  }

  private async tell(what: string, key: string, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error;
      this.conflicts.push({ what, key, theirs: null });
      return false;
    }
  }

  // The mark that stands now where `id` stood: it has it in its past.
  successorOf(id: string): MarkTold | null {
    return this.marks.find((one) => one.past.some((each) => each.mark.id === id)) ?? null;
  }

  takeTheirs(conflict: Conflict): void {
    const fresh = stateOf(this.data.desk, this.marks, this.state.reference);
    const id = conflict.theirs?.version ? conflict.theirs.mark.id : null;
    const swap = <T extends { kept: Kept | null }>(mine: T[], theirs: T[]): T[] =>
      mine.flatMap((one) => (one.kept?.id === conflict.key ? theirs.filter((each) => each.kept?.id === id) : [one]));
    this.state.points = swap(this.state.points, fresh.points);
    this.state.impacts = swap(this.state.impacts, fresh.impacts);
    this.state.lengths = swap(this.state.lengths, fresh.lengths);
    if (this.state.target.kept?.id === conflict.key) this.state.target = fresh.target;
    this.state.removed = this.state.removed.filter((one) => one.id !== conflict.key);
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.touch();
  }

  putMine(conflict: Conflict): void {
    const kept = conflict.theirs?.version ? { id: conflict.theirs.mark.id, version: conflict.theirs.version } : null;
    for (const one of [...this.state.points, ...this.state.impacts, ...this.state.lengths, this.state.target]) {
      if (one.kept?.id === conflict.key) one.kept = kept;
    }
    this.state.removed = this.state.removed.flatMap((one) => (one.id === conflict.key ? (kept ? [kept] : []) : [one]));
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.touch();
  }
}
