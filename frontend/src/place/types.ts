// What the page and the API say to each other.
export type Pair = [number, number];

export interface DeskReference { digest: string; name: string; width: number; height: number; gsd_m: number; accuracy_m: number; target_px: Pair[] }
export interface DeskShot { first: number; last: number; crosshair_px: Pair | null; crosshair_sd_px: number | null; registered: string | null }
export interface Desk {
  item: string; name: string; frames: number; width: number; height: number; unlinked: number[];
  shots: DeskShot[]; references: DeskReference[]; published: boolean; target: "point" | "outline" | null; target_basis: string | null;
}
export interface PageData { case: string; desk: Desk; me: string; may_change: boolean; look: string | null }

export interface Ellipse { centre: Pair; semi_px: Pair; turn_deg: number }
export interface SeenPoint {
  key: string; map_px: Pair; position: Pair; here_px: Pair | null; used: boolean | null; residual_px: Pair | null; residual_m: Pair | null;
  leverage: number | null; away_m: number | null; expected_m: number | null; on_map: Ellipse | null; in_frame: Ellipse | null;
}
export interface Fit {
  answer: string; words: string[]; suspects: string[]; points: SeenPoint[]; rmse_px: number | null; rmse_m: number | null; redundancy: number;
  widened: number; gsd_m: number | null; obliquity_deg: number | null; warp: { matrix: number[][]; error_px: number } | null;
}
export interface Offset {
  key: string; words: string; remedy: string | null; offset_m: number | null; offset_68_m: Pair | null; offset_95_m: Pair | null;
  bearing_deg: number | null; p_inside: number | null; budget_m: Record<string, number> | null; target_basis: string | null; scale_basis: string | null;
  pixel: Pair | null; position: Pair | null; map_px: Pair | null; on_map: Ellipse | null; line_on_map: [Pair, Pair] | null;
}
export interface Answer { fit: Fit; offsets: Offset[]; target: { on_map: Pair[]; in_frame: (Pair | null)[] } | null }

export interface MarkRecord { id: string; kind: string; values: Record<string, unknown>; author: string; placed_utc: string; note: string | null; supersedes: string | null }
export interface MarkTold {
  mark: MarkRecord; version: string | null; past: { mark: MarkRecord; withdrawn_by: string | null; withdrawn_utc: string | null }[];
  on_map: { position?: Pair[]; outline?: Pair[] };
}
export interface Told { subject: string; fault: string; remedy: string }

// A mark as it stands in the store: what a change is a change of.
export interface Kept { id: string; version: string }

export interface Point {
  key: string; kept: Kept | null; frame: number; pixel: Pair | null; mapPx: Pair | null; position: Pair | null; sdPx: number; sdM: number;
  label: string; start: boolean; changed: boolean;
}
export interface Target {
  kind: "stated" | "frame" | "map" | "outline"; kept: Kept | null; frame: number; pixel: Pair | null; mapPx: Pair | null; position: Pair | null;
  ring: Pair[]; sdPx: number; sdM: number; changed: boolean;
}
export interface Impact { key: string; kept: Kept | null; frame: number; pixel: Pair | null; mapPx: Pair | null; sdPx: number; label: string; changed: boolean }
export interface Length { key: string; kept: Kept | null; frame: number; start: Pair; end: Pair | null; sdPx: number; lengthM: number | null; lengthSdM: number; changed: boolean }

export interface State {
  frame: number; reference: string | null; view: "points" | "registration" | "none"; points: Point[]; target: Target; impacts: Impact[]; lengths: Length[];
  removed: Kept[]; next: number;
}
export type Tool = "point" | "target" | "outline" | "impact" | "length";
