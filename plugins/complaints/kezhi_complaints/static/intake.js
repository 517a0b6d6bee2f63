// While a complaint is written down, what is known of customer and telephone number is looked up as it is typed. Without
// this script the button does it. The form is sent, not an address: telephone numbers stand in no log.
const form = document.querySelector("[data-complaints-form]");
const beside = document.querySelector("[data-complaints-beside]");

if (form && beside) {
  const { customer, phone } = form.elements;
  // it would be what Enter presses: with it gone, Enter and Ctrl+Enter save
  form.querySelectorAll("[data-complaints-look]").forEach((part) => { part.remove(); });

  let asking = null, timer = 0, shownFor = null;
  const said = () => `${customer?.value.trim() ?? ""}\n${phone.value.trim()}`;
  const ask = async () => {
    const question = said();
    if (question === shownFor) return;
    asking?.abort();
    asking = new AbortController();
    const sent = new FormData();
    for (const name of ["csrf_token", "customer", "phone", "but"]) {
      if (form.elements[name]) sent.append(name, form.elements[name].value);
    }
    try {
      const answer = await fetch(form.dataset.complaintsForm, { method: "POST", body: sent, signal: asking.signal });
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      if (question !== said()) return;
      beside.innerHTML = text; // made by the server, every value escaped there
      shownFor = question;
    } catch { /* the form still saves */ }
  };
  for (const input of [customer, phone]) {
    input?.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(ask, 200);
    });
    input?.addEventListener("compositionend", ask);
  }
  beside.addEventListener("click", (event) => {
    const picked = event.target.closest("[data-complaints-pick]");
    if (!picked || !customer) return;
    event.preventDefault();
    customer.value = picked.value;
    customer.focus();
    ask();
  });
}
