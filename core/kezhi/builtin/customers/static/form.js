// The form of a customer file.
//
// Warns of suspected duplicates while somebody types a name, credit code or phone. Without this the warning comes on
// submit. What is typed is posted, never put into an address. The box that allows saving all the same stays as it is.
const KEYS = ["name", "credit_code", "phone"];
const PAUSE = 500;  // milliseconds without a key

document.querySelectorAll("form[data-kz-alike]").forEach((form) => {
  const place = document.getElementById("alike");
  const fields = KEYS.map((key) => form.elements[key]).filter(Boolean);
  if (!place || !fields.length) return;
  let timer, asked = "", running;

  const ask = async () => {
    const data = new FormData();
    fields.forEach((field) => data.set(field.name, field.value));
    const typed = JSON.stringify([...data.values()]);
    if (typed === asked) return;
    asked = typed;
    data.set("csrf_token", form.elements.csrf_token?.value ?? "");
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.kzAlike, { method: "POST", body: data, signal: running.signal });
      if (!answer.ok || answer.redirected) return;
      const kept = place.querySelector("[name=save_anyway]")?.closest("div.form-check")?.parentElement;
      place.innerHTML = await answer.text();  // the server's own markup, values escaped there
      if (kept) place.querySelector(".kz-note > div")?.append(kept);
    } catch { /* the warning on submit remains */ }
  };

  fields.forEach((field) => {
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
    field.addEventListener("change", () => { clearTimeout(timer); ask(); });
  });
});

// A section that an address or a link names is opened, in browsers that do not do so by themselves too.
const unfold = (name) => {
  const fold = name && document.getElementById(name)?.closest("details.kz-fold");
  if (fold) fold.open = true;
};
unfold(location.hash.slice(1));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link) unfold(link.getAttribute("href").slice(1));
});

// A control that applies only when another one has a value is hidden until then. One that holds something stays: what
// was typed is never out of sight. The server holds to the same condition.
document.querySelectorAll("[data-kz-when]").forEach((place) => {
  const other = document.getElementById(place.dataset.kzWhen);
  const values = JSON.parse(place.dataset.kzValues ?? "null");
  const control = place.querySelector("input, select, textarea");
  if (!other || !control) return;
  const value = () => (other.type === "checkbox" ? (other.checked ? "True" : "") : other.value.trim());
  const follow = () => {
    place.hidden = !(values ? values.includes(value()) : value()) && !control.value.trim();
  };
  other.addEventListener("input", follow);
  follow();
});
