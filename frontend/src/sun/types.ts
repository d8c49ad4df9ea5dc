// What the page and the server say to each other.
import type { Kept, Pair } from "../place/types";

export interface Desk { item: string; name: string; frames: number; width: number; height: number; registered: { first: number; last: number; by: string }[] }
export interface ShadowTold { mark: string; sun_azimuth_deg: number; sd_deg: number; used: boolean; words: string[] }
export interface Result {
  answer: string; reason: string; limits: string[]; zone: string; claimed: string | null; claimed_second: number | null;
  spans: { level: string; seconds: Pair; words: Pair2 }[]; days: { second: number; spans_95: Pair[]; spans_68: Pair[] }[]; seasons: Pair2[];
  seconds: number[]; azimuths_deg: number[]; elevations_deg: number[]; shadows: ShadowTold[]; unused: string[];
}
export type Pair2 = [string, string];
export interface PageData { case: string; desk: Desk; may_change: boolean; result: Result | null }
export interface Shadow { key: string; kept: Kept | null; frame: number; foot: Pair; tip: Pair | null; sdPx: number; heightM: number | null; heightSdM: number; zone: string; changed: boolean }
export interface Job { id: string; state: string; stage: string; done: number; total: number; label: string; outcome: Record<string, unknown> }
