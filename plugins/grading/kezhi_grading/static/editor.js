// The scheme editor. Rows are added, removed and moved by the server, which gives back what was typed; here this
// happens without leaving the place on the page. The sum of the weights follows while somebody types.
const editor = () => document.querySelector("form[data-ge]");

const part = (text) => {
  const typed = text.normalize("NFKC").trim().replace(/%$/, "");
  const ratio = /^(\d{1,5})\s*\/\s*(\d{1,5})$/.exec(typed);
  if (ratio) return +ratio[2] ? ratio[1] / ratio[2] : 0;
  return /^\d{1,5}(\.\d{1,2})?$/.test(typed) ? +typed / scale() : 0;
};
const scale = () => (editor().elements.scale?.value === "normalised" ? 100 : 1);

const sum = () => {
  const form = editor(), out = document.getElementById("ge-sum"), bar = document.getElementById("ge-bar");
  if (!form || !out) return;
  const parts = [...form.querySelectorAll(".ge-weight input")].map((input) => part(input.value));
  const total = parts.reduce((all, one) => all + one, 0), per = scale();
  out.textContent = `${+(total * per).toFixed(2)}${per === 100 ? "%" : ""}`;
  out.classList.toggle("kz-down", per === 100 && Math.abs(total - 1) > 1e-9);
  const whole = per === 100 ? Math.max(total, 1) : total || 1;
  const shown = parts.filter((one) => one > 0);
  let left = 0;
  [...bar.querySelectorAll("rect")].forEach((rect, at) => {
    const width = shown[at] ?? 0;
    rect.setAttribute("x", `${(left / whole) * 100}%`);
    rect.setAttribute("width", `${(width / whole) * 100}%`);
    left += width;
  });
};

let touched = false, leaving = false;
addEventListener("beforeunload", (event) => { if (touched && !leaving) event.preventDefault(); });

const show = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html"), next = page.querySelector("form[data-ge]");
  if (!next) return false;
  const open = new Set([...document.querySelectorAll("details.ge-more[open]")].map(place));
  const top = scrollY;
  editor().replaceWith(document.adoptNode(next));
  document.querySelectorAll("details.ge-more").forEach((each) => { if (open.has(place(each))) each.open = true; });
  start();
  scrollTo(0, top);
  const first = document.getElementById("form-errors") ?? document.querySelector("[data-ge] [autofocus]");
  first?.focus({ preventScroll: false });
  return true;
};
const place = (details) => details.closest("[id]")?.id;

// Asks the server; the browser's own way is what happens when that fails.
const ask = async (form, action) => {
  const data = new URLSearchParams(new FormData(form));
  data.set("do", action);
  const back = document.activeElement?.id;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (answer.ok && !answer.redirected && show(await answer.text())) {
      if (action === "refresh" && back) document.getElementById(back)?.focus({ preventScroll: true });
      touched = true;
      return;
    }
  } catch { /* the browser sends the form itself */ }
  leaving = true;
  const button = document.createElement("button");
  Object.assign(button, { name: "do", value: action, hidden: true });
  form.append(button);
  form.dataset.gePlain = "yes";
  form.requestSubmit(button);
};

const start = () => {
  const form = editor();
  if (!form) return;
  touched ||= "geTouched" in form.dataset;
  form.addEventListener("input", () => { touched = true; sum(); });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-ge-refresh]")) ask(form, "refresh");
  });
  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value ?? "check";
    if (form.dataset.gePlain || action === "save") { leaving = true; return; }
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") ask(form, action);
  });
  sum();
};
start();
