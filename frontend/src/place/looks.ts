// Second looks: begun, handed in or given up, and how far they agree with the first.
import { ask } from "./api";
import type { DeskModel } from "./desk";

interface Look { look: { id: string; author: string; handed_in_utc: string; note: string | null }; agreement: { first: string[]; words: string[] } }

export async function drawLooks(box: HTMLElement, model: DeskModel): Promise<void> {
  if (model.data.look) {
    box.replaceChildren();
    return;
  }
  const { looks } = await ask<{ looks: Look[] }>("GET", `${model.base}/second-looks`);
  box.replaceChildren(...looks.map(entry));
}

function entry({ look, agreement }: Look): HTMLElement {
  const part = document.createElement("div"), head = document.createElement("h3"), list = document.createElement("ul");
  part.className = "look";
  head.textContent = `${look.author}, ${look.handed_in_utc.slice(0, 16).replace("T", " ")} UTC, beside ${agreement.first.join(", ") || "nobody"}`;
  for (const words of agreement.words) {
    const item = document.createElement("li");
    item.textContent = words;
    list.append(item);
  }
  part.append(head, list);
  if (look.note) {
    const note = document.createElement("p");
    note.className = "soft";
    note.textContent = `“${look.note}”`;
    part.append(note);
  }
  return part;
}
