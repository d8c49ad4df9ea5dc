// Asking the server; what it refuses comes back as a Refusal with its words.
import { secret } from "../shared/wire";
import type { Told } from "./types";

export class Refusal extends Error {
  constructor(readonly status: number, readonly told: Told) {
    super(`${told.subject}: ${told.fault}`);
  }
}

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: "application/json", "X-CSRFToken": secret(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(0, { subject: "the server", fault: "cannot be reached", remedy: "Nothing is lost: try again in a moment." });
  }
  if (response.status === 204) return undefined as T;
  const told: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(response.status, readTold(told));
  return told as T;
}

function readTold(told: unknown): Told {
  const said = told as Partial<Told> & { detail?: unknown };
  if (typeof said?.fault === "string") return { subject: said.subject ?? "", fault: said.fault, remedy: said.remedy ?? "" };
  return { subject: "the question", fault: "was not understood", remedy: "Check the numbers that you entered." };
}
