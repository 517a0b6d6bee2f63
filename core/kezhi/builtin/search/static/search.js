// Suggestions under the search box in the top bar: a combobox with a list box. Without it the form is sent as it is.
const form = document.querySelector("form[data-kz-suggest]");
const input = form?.elements.q;
const found = form?.parentElement.querySelector(".kz-found");
const status = form?.parentElement.querySelector("[role=status]");

const options = () => [...found.querySelectorAll("[role=option]")];
const close = () => {
  found.hidden = true;
  input.setAttribute("aria-expanded", "false");
  choose(null);
};
const choose = (option) => {
  options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  if (!option) { input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

// the newest question counts: an answer that arrives after it was asked anew is left out
let asking = null, shownFor = null, timer = 0;
const ask = async () => {
  const words = input.value.trim();
  if (words === shownFor) { open(); return; }
  asking?.abort();
  asking = new AbortController();
  try {
    const address = `${form.dataset.kzSuggest}?q=${encodeURIComponent(words)}`;
    const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    if (words !== input.value.trim()) return;
    found.innerHTML = text;  // made by the server, every value escaped there
    options().forEach((option, at) => { option.id = `kz-found-${at}`; });
    shownFor = words;
    status.textContent = found.querySelector("[data-kz-said]")?.dataset.kzSaid || "";
    if (document.activeElement === input) open();
  } catch (error) { /* the form still works */ }
};
const open = () => {
  if (!found.childElementCount) return;
  found.hidden = false;
  input.setAttribute("aria-expanded", String(options().length > 0));
};

if (form) {
  const set = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "kz-found-list" };
  Object.entries(set).forEach(([name, value]) => input.setAttribute(name, value));
  input.addEventListener("focus", ask);
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, 120);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      if (!found.hidden) { event.preventDefault(); close(); } else { input.blur(); }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.hidden) { ask(); return; }
      const all = options(), at = all.indexOf(chosen()), step = event.key === "ArrowDown" ? 1 : -1;
      // from the box to the first or last one, and past them back to the box
      choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step]);
    }
    if (event.key === "Enter" && !found.hidden && chosen()) { event.preventDefault(); chosen().click(); }
  });
  form.parentElement.addEventListener("focusout", (event) => {
    if (!form.parentElement.contains(event.relatedTarget)) close();
  });
  found.addEventListener("pointerdown", (event) => event.preventDefault());  // a click must not close it first
  found.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (form.offsetParent === null) { location.assign(form.action); return; }  // a narrow window has a page for it
    input.focus();
    input.select();
  });
}
