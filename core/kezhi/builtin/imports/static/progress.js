// The progress of a long import renews itself. Without this script the page says so, and is renewed by hand.
const EVERY = 2000;
const renew = async (part) => {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-imports-progress]");
    if (!now || answer.redirected) {
      location.reload();
      return;
    }
    if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
  } catch {
    // the server is away for a moment: the next look tells
  }
  setTimeout(renew, EVERY, part);
};
document.querySelectorAll("[data-imports-progress]").forEach((part) => setTimeout(renew, EVERY, part));
