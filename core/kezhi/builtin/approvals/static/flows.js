// The editor of approval flows works without this. Here the panel "who would sign" follows what is typed, and leaving
// the page with something unsaved asks first.
const form = document.querySelector("form[data-fl]");
let touched = "flTouched" in (form?.dataset ?? {}), leaving = false, asked = 0, waiting;

const follow = async () => {
  const turn = ++asked, panel = document.getElementById("flow-preview");
  const data = new URLSearchParams(new FormData(form));
  data.set("do", "preview");
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("flow-preview");
    if (!next) return;
    const back = panel.contains(document.activeElement) ? document.activeElement.id : "";
    panel.replaceWith(document.adoptNode(next));
    if (back) document.getElementById(back)?.focus({ preventScroll: true });
  } catch { /* the button "check" shows it */ } finally {
    document.getElementById("flow-preview").removeAttribute("aria-busy");
  }
};

form?.addEventListener("input", () => { touched = true; });
form?.addEventListener("change", () => { clearTimeout(waiting); waiting = setTimeout(follow, 150); });
form?.addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", (event) => { if (touched && !leaving) event.preventDefault(); });
