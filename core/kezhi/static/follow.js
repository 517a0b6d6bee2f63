// What goes on by itself is shown as it goes on: [data-kz-follow=milliseconds] renews itself from its own page, and the
// whole page is loaded anew once it is gone from there. Without this script the page is renewed by hand.
const renew = async (part) => {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-kz-follow]");
    if (!now || answer.redirected) {
      location.reload();
      return;
    }
    // what somebody is about to press is not taken away under their finger
    const busy = part.contains(document.activeElement);
    if (!busy && part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
  } catch {
    // the server is away for a moment: the next look tells
  }
  setTimeout(renew, +part.dataset.kzFollow, part);
};
document.querySelectorAll("[data-kz-follow]").forEach((part) => setTimeout(renew, +part.dataset.kzFollow, part));
