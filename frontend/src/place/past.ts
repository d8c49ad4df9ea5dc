// Who placed what, when and why: the past of every mark of the item.
import type { DeskModel } from "./desk";
import { put } from "./figures";
import type { MarkTold, Pair } from "./types";

const CALLED: Record<string, string> = { control_point: "Control point", target: "Target", impact: "Impact", known_length: "Known length" };

export function drawPast(box: HTMLElement, model: DeskModel): void {
  const marks = model.marks.filter((one) => CALLED[one.mark.kind]);
  const wanted = marks.map((one) => `${one.mark.id} ${one.version ?? ""}`).join();
  if (box.dataset.marks === wanted) return;
  box.dataset.marks = wanted;
  if (!marks.length) {
    box.replaceChildren(line("Nothing is on record yet.", "absent"));
    return;
  }
  box.replaceChildren(...marks.map((told) => entry(told, model)));
}

function entry(told: MarkTold, model: DeskModel): HTMLElement {
  const details = document.createElement("details"), summary = document.createElement("summary"), list = document.createElement("ol");
  const place = model.state.points.findIndex((one) => one.kept?.id === told.mark.id);
  summary.textContent = `${CALLED[told.mark.kind] ?? told.mark.kind}${place >= 0 ? ` ${place + 1}` : ""}${told.version ? "" : " (taken away)"}, ${told.past.length > 1 ? `moved ${told.past.length - 1} ${told.past.length === 2 ? "time" : "times"}` : "as first placed"}`;
  for (const one of told.past) {
    const item = document.createElement("li");
    item.textContent = `${time(one.mark.placed_utc)}, ${one.mark.author}: ${where(one.mark.values)}${one.mark.note ? ` (“${one.mark.note}”)` : ""}`;
    list.append(item);
    if (one.withdrawn_by) {
      const end = document.createElement("li");
      end.textContent = `${time(one.withdrawn_utc ?? "")}, ${one.withdrawn_by}: taken away`;
      list.append(end);
    }
  }
  details.append(summary, list);
  return details;
}

function where(values: Record<string, unknown>): string {
  const pixel = values.pixel as Pair | undefined, to = values.to_pixel as Pair | undefined, position = values.position as Pair | undefined, outline = values.outline as Pair[] | undefined;
  const parts = [
    pixel ? `frame ${String(values.frame)}, x ${put(pixel[0])}, y ${put(pixel[1])}` : "",
    to ? `to x ${put(to[0])}, y ${put(to[1])}, ${String(values.length_m)} m` : "",
    position ? `longitude ${position[0].toFixed(7)}, latitude ${position[1].toFixed(7)}` : "",
    outline ? `an outline of ${outline.length} corners` : "",
  ];
  return parts.filter(Boolean).join("; ");
}
const time = (utc: string): string => (utc ? `${utc.slice(0, 16).replace("T", " ")} UTC` : "");
function line(text: string, kind: string): HTMLElement {
  const element = document.createElement("p");
  element.textContent = text;
  element.className = kind;
  return element;
}
