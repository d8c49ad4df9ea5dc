// Films of a published case: nothing is loaded before somebody asks for it, and nothing is clear before they ask twice.

function said(film: HTMLElement, which: string): void {
  const status = film.querySelector("[role=status]");
  if (status) status.textContent = film.querySelector(`[${which}]`)?.textContent ?? "";
}

function play(film: HTMLElement, source: string, label: string, words: string): void {
  const video = film.querySelector("video") ?? document.createElement("video");
  video.controls = true;
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  video.tabIndex = 0;
  video.setAttribute("aria-label", label);
  video.setAttribute("disableremoteplayback", "");
  if (film.dataset.poster) video.poster = film.dataset.poster;
  video.onerror = () => said(film, "data-said-broken");
  video.src = source;
  if (!video.isConnected) film.prepend(video);
  film.closest("li")?.querySelector<HTMLElement>("img.still")?.setAttribute("hidden", "");
  said(film, words);
  video.focus();
  video.play().catch(() => undefined); // a browser that plays nothing by itself shows its own button
}

for (const film of document.querySelectorAll<HTMLElement>(".film")) {
  film.querySelector<HTMLAnchorElement>("[data-play]")?.addEventListener("click", (event) => {
    event.preventDefault();
    play(film, film.dataset.film ?? "", film.dataset.label ?? "", "data-said");
  });
  film.querySelector<HTMLAnchorElement>("[data-reveal]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const asked = event.currentTarget as HTMLAnchorElement;
    const warning = film.querySelector<HTMLDetailsElement>("[data-warning]");
    if (warning) warning.open = false;
    play(film, asked.href, asked.dataset.label ?? "", "data-said-clear");
  });
}

export {};
