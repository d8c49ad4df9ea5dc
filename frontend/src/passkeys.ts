// Passkeys: asks the browser for one where a page makes, uses or checks one, and says what went wrong.
// The pages are allauth's; each names its form in a data block (which the policy lets stand, as
// nothing in it runs): which button begins, where the answer goes, and what the server asks for.

import { bytes, written } from "./shared/wire";

interface Named {
  ids: Record<string, string | undefined>;
}
interface Described {
  type: "public-key";
  id: string;
  transports?: AuthenticatorTransport[];
}
type Creation = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Described[];
};
type Request = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & {
  challenge: string;
  allowCredentials?: Described[];
};

const said = document.querySelector<HTMLElement>("[data-passkeys-said]");

function described(known: Described[] | undefined): PublicKeyCredentialDescriptor[] {
  return (known ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

function answer(made: Credential | null): string {
  if (!(made instanceof PublicKeyCredential)) throw new DOMException("none", "NotAllowedError");
  const { response } = made;
  const parts: Record<string, string | undefined> = { clientDataJSON: written(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts.attestationObject = written(response.attestationObject);
  }
  if (response instanceof AuthenticatorAssertionResponse) {
    parts.authenticatorData = written(response.authenticatorData);
    parts.signature = written(response.signature);
    parts.userHandle = response.userHandle === null ? undefined : written(response.userHandle);
  }
  return JSON.stringify({
    id: made.id,
    rawId: written(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response: parts,
  });
}

// A passkey proper is kept by the device and asks for a finger, a face or a PIN; a mere second
// factor does neither. Without a wish the server's own stands.
async function create(asked: Creation, passwordless: boolean | null): Promise<string> {
  const selection = { ...asked.authenticatorSelection };
  if (passwordless !== null) {
    selection.residentKey = passwordless ? "required" : "discouraged";
    selection.requireResidentKey = passwordless;
    if (passwordless) selection.userVerification = "required";
  }
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: described(asked.excludeCredentials),
    authenticatorSelection: selection,
  };
  return answer(await navigator.credentials.create({ publicKey }));
}

async function get(asked: Request): Promise<string> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: described(asked.allowCredentials),
  };
  return answer(await navigator.credentials.get({ publicKey }));
}

function byId<Kind extends HTMLElement>(id: string | undefined, kind: new () => Kind): Kind | null {
  const found = id ? document.getElementById(id) : null;
  return found instanceof kind ? found : null;
}

function given<Kind>(id: string | undefined, name: string): Kind {
  const told = JSON.parse(byId(id, HTMLElement)?.textContent ?? "{}") as Record<string, { publicKey: Kind }>;
  const options = told[name];
  if (!options) throw new Error("the page asks for nothing");
  return options.publicKey;
}

async function asked(form: HTMLFormElement): Promise<Request> {
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("the server gave no challenge");
  return ((await response.json()) as { request_options: { publicKey: Request } }).request_options.publicKey;
}

function tell(what: string, beside: HTMLElement): void {
  if (!said) return;
  (beside.closest(".actions") ?? beside).before(said);
  for (const one of said.querySelectorAll<HTMLElement>("[data-said]")) one.hidden = one.dataset.said !== what;
  said.hidden = what === "";
}

function reason(error: unknown): string {
  if (!window.isSecureContext || !("credentials" in navigator)) return "unable";
  const name = error instanceof DOMException ? error.name : "";
  return { NotAllowedError: "stopped", InvalidStateError: "known", SecurityError: "nameless" }[name] ?? "failed";
}

type Way = "addForm" | "signupForm" | "loginForm" | "authenticateForm";

async function ceremony(way: Way, ids: Named["ids"], form: HTMLFormElement): Promise<string> {
  if (!("PublicKeyCredential" in window)) throw new Error("no passkeys");
  if (way === "loginForm") return get(await asked(form));
  if (way === "authenticateForm") return get(given<Request>(ids.data, "request_options"));
  const box = byId(ids.passwordless, HTMLInputElement);
  return create(given<Creation>(ids.data, "creation_options"), way === "addForm" ? (box?.checked ?? false) : null);
}

for (const block of document.querySelectorAll<HTMLScriptElement>("script[data-allauth-onload]")) {
  const way = /^allauth\.webauthn\.forms\.(addForm|signupForm|loginForm|authenticateForm)$/.exec(
    block.dataset.allauthOnload ?? "",
  )?.[1] as Way | undefined;
  if (!way) continue;
  const { ids } = JSON.parse(block.textContent ?? "{}") as Named;
  const button = byId(ids.add ?? ids.signup ?? ids.login ?? ids.authenticate, HTMLButtonElement);
  const field = byId(ids.credential, HTMLInputElement);
  const form = field?.form;
  if (!button || !field || !form) continue;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    tell("", button);
    button.disabled = true;
    ceremony(way, ids, form)
      .then((credential) => {
        field.value = credential;
        form.submit();
      })
      .catch((error: unknown) => tell(reason(error), button))
      .finally(() => {
        button.disabled = false;
      });
  });
}

export {};
