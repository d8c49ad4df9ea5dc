// What goes over the wire and back: bytes as base64url, and the secret that forms carry.

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const out = new Uint8Array(new ArrayBuffer(plain.length));
  for (let at = 0; at < plain.length; at += 1) out[at] = plain.charCodeAt(at);
  return out;
}

export function written(buffer: ArrayBuffer | null): string {
  let text = "";
  for (const one of new Uint8Array(buffer ?? new ArrayBuffer(0))) text += String.fromCharCode(one);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function secret(): string {
  return /(?:^|; )(?:__Host-)?purport_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}
