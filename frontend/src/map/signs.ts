// Signs for points, each of a form of its own, so that colour is never alone.
import type { Map } from "maplibre-gl";
import { colour } from "./colours";

const SIDE = 30, SCALE = 2;
const FORMS: Record<string, { name: string; draw: (pen: CanvasRenderingContext2D) => void }> = {
  claimed: { name: "map-claimed", draw: (pen) => { pen.moveTo(15, 5); pen.lineTo(25, 15); pen.lineTo(15, 25); pen.lineTo(5, 15); pen.closePath(); } },
  found: { name: "map-found", draw: (pen) => { pen.arc(15, 15, 7, 0, 7); pen.moveTo(17, 15); pen.arc(15, 15, 2, 0, 7); } },
  target: { name: "map-target", draw: (pen) => { pen.arc(15, 15, 7, 0, 7); for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) { pen.moveTo(15 + 4 * x, 15 + 4 * y); pen.lineTo(15 + 12 * x, 15 + 12 * y); } } },
  impact: { name: "map-impact", draw: (pen) => { pen.moveTo(8, 8); pen.lineTo(22, 22); pen.moveTo(22, 8); pen.lineTo(8, 22); } },
};

export const SIGNS = Object.keys(FORMS);

export function drawSigns(map: Map): void {
  for (const [kind, form] of Object.entries(FORMS)) {
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = SIDE * SCALE;
    const pen = sheet.getContext("2d");
    if (!pen) continue;
    pen.scale(SCALE, SCALE);
    pen.lineCap = "round";
    for (const [ink, width] of [[colour("map-halo"), 6], [colour(form.name), 3]] as const) {
      pen.beginPath();
      form.draw(pen);
      pen.strokeStyle = ink;
      pen.lineWidth = width;
      pen.stroke();
    }
    const picture = pen.getImageData(0, 0, sheet.width, sheet.height);
    if (map.hasImage(kind)) map.updateImage(kind, picture);
    else map.addImage(kind, picture, { pixelRatio: SCALE });
  }
}
