// Behaviour shared by all pages. No framework, no inline handlers; everything hangs on data-kz-* attributes, and
// every page does its work without it.
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = document.documentElement;

// what only works with scripts is hidden until here
$$("[data-kz-theme], [data-kz-needs-script]").forEach((element) => { element.hidden = false; });

// theme switch; printing is always light
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-kz-theme]")) return;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  try { localStorage.setItem("kz-theme", root.dataset.bsTheme); } catch (error) { /* private mode */ }
  document.dispatchEvent(new CustomEvent("kz:theme"));
});
let before;
addEventListener("beforeprint", () => { before = root.dataset.bsTheme; root.dataset.bsTheme = "light"; });
addEventListener("afterprint", () => { root.dataset.bsTheme = before; });

// menus made of <details>: a click elsewhere and Esc close them, arrows move inside
document.addEventListener("click", (event) => {
  $$("details.kz-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
// what stands in a menu and is seldom wanted comes when the menu opens, or when somebody is about to open it
const bring = async (menu) => {
  const box = menu?.querySelector(":scope > [data-kz-part]");
  if (!box || box.dataset.kzAsked) return;
  box.dataset.kzAsked = "yes";
  try {
    const answer = await fetch(box.dataset.kzPart, { headers: { "Kz-Part": "yes" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const part = document.createRange().createContextualFragment(await answer.text());
    const focused = box.contains(document.activeElement);
    box.replaceWith(part);
    if (focused) menu.querySelector("input:not([type=hidden]), select, a[href]")?.focus();
  } catch (error) { delete box.dataset.kzAsked; /* the link in the menu leads to the page with it */ }
};
["pointerover", "focusin"].forEach((type) => document.addEventListener(type, (event) => {
  bring(event.target.closest?.("details.kz-menu > summary")?.parentElement);
}));
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches("details.kz-menu")) bring(event.target);
}, true);
// before anybody else hears the key: Bootstrap looks for a button of its own kind beside every .dropdown-menu
addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.kz-menu");
  if (!menu?.open || !["Escape", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.stopPropagation();
  if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); return; }
  const items = $$(".dropdown-item", menu), at = items.indexOf(document.activeElement);
  if (!items.length || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? items.length - 1 : at - 1;
  items[(next + items.length) % items.length].focus();
}, true);

// Tab goes round inside an open dialog or drawer: past its end the page would lose the focus, and Esc with it
document.addEventListener("keydown", (event) => {
  const open = event.key === "Tab" && document.querySelector("[aria-modal=true]");
  if (!open) return;
  const fields = $$("a[href], button, input, select, textarea, summary, [tabindex='0']", open);
  const items = fields.filter((each) => !each.disabled && each.checkVisibility());
  const [edge, other] = event.shiftKey ? [items[0], items.at(-1)] : [items.at(-1), items[0]];
  if (!other || (open.contains(document.activeElement) && document.activeElement !== edge)) return;
  event.preventDefault();
  other.focus();
});

// messages that leave by themselves, unless the pointer is on them
$$("[data-kz-fade]").forEach((toast) => {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), +toast.dataset.kzFade); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", start);
  start();
});

// later figures: [data-kz-load=address] gets the text of the answer, or the value of data-kz-key in a JSON answer
const wanted = new Map();
$$("[data-kz-load]").forEach((element) => {
  const address = element.dataset.kzLoad;
  if (!wanted.has(address)) wanted.set(address, []);
  wanted.get(address).push(element);
});
wanted.forEach(async (elements, address) => {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json, text/plain" } });
    if (!answer.ok || answer.redirected) return;
    const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const content = json ? await answer.json() : await answer.text();
    elements.forEach((element) => {
      const value = json ? content[element.dataset.kzKey] : content;
      if (value === undefined || value === null || value === "") return;
      element.textContent = value;
      if (element.dataset.kzSuffix) {
        const hidden = document.createElement("span");
        hidden.className = "visually-hidden";
        hidden.textContent = ` ${element.dataset.kzSuffix}`;
        element.append(hidden);
      }
      element.hidden = false;
    });
  } catch (error) { /* the page is complete without them */ }
});

// density of tables: compact / normal / roomy
const setDensity = (density) => {
  $$("[data-kz-density]").forEach((element) => { element.dataset.kzDensity = density; });
  $$("[data-kz-set-density]").forEach((button) => {
    button.setAttribute("aria-pressed", button.dataset.kzSetDensity === density);
  });
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-kz-set-density]");
  if (!button) return;
  setDensity(button.dataset.kzSetDensity);
  try { localStorage.setItem("kz-density", button.dataset.kzSetDensity); } catch (error) { /* private mode */ }
});
try {
  const density = localStorage.getItem("kz-density");
  if (["compact", "normal", "roomy"].includes(density)) setDensity(density);
} catch (error) { /* private mode */ }

// row selection: head box, count, bulk bar
$$("table[data-kz-select]").forEach((table) => {
  const bar = document.getElementById(table.dataset.kzSelect);
  const boxes = $$("tbody .form-check-input", table), all = table.querySelector("thead .form-check-input");
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    if (all) { all.checked = count > 0 && count === boxes.length; all.indeterminate = count > 0 && count < boxes.length; }
    if (!bar) return;
    bar.hidden = !count;
    const figure = bar.querySelector("[data-kz-count]");
    if (figure) figure.textContent = count;
  };
  table.addEventListener("change", (event) => {
    if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    show();
  });
  show();
});

// a card that is dropped on another lane is moved as its menu would move it
let dragged = null;
$$("[data-kz-board]").forEach((board) => {
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-kz-card]");
    dragged?.classList.add("is-drag");
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-drag");
    dragged = null;
    $$(".is-over", board).forEach((lane) => lane.classList.remove("is-over"));
  });
  $$("[data-kz-lane]", board).forEach((lane) => {
    lane.addEventListener("dragover", (event) => { event.preventDefault(); lane.classList.add("is-over"); });
    lane.addEventListener("dragleave", () => lane.classList.remove("is-over"));
    lane.addEventListener("drop", (event) => {
      event.preventDefault();
      const button = $$("button[name=lane]", dragged ?? lane).find((each) => each.value === lane.dataset.kzLane);
      if (dragged && button && !lane.contains(dragged)) button.form.requestSubmit(button);
    });
  });
});

// weights: the sum is shown at once
$$("[data-kz-sum]").forEach((box) => {
  const out = document.getElementById(box.dataset.kzSum);
  if (!out) return;
  const show = () => {
    const sum = $$("[data-kz-weight]", box).reduce((total, input) => total + (parseFloat(input.value) || 0), 0);
    out.textContent = `${+sum.toFixed(2)}%`;
    out.classList.toggle("kz-down", Math.abs(sum - 100) > 1e-9);
  };
  box.addEventListener("input", show);
  show();
});

// a choice that is carried out at once (page size, language, sort order on a phone)
$$("[data-kz-submit]").forEach((control) => control.addEventListener("change", () => control.form?.requestSubmit()));

// the name typed into a confirm form frees its button
$$("[data-kz-confirm]").forEach((input) => {
  const button = input.form?.querySelector("button[type=submit], button:not([type])");
  if (!button) return;
  const show = () => { button.disabled = input.value.trim() !== input.dataset.kzConfirm; };
  input.addEventListener("input", show);
  show();
});

// one submit per form: a second click does nothing (the server would answer it like the first)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.kzSent) { event.preventDefault(); return; }
  form.dataset.kzSent = "yes";
  setTimeout(() => { delete form.dataset.kzSent; }, 4000);  // a form that answers with a download stays on its page
});
addEventListener("pageshow", () => $$("form[data-kz-sent]").forEach((form) => { delete form.dataset.kzSent; }));

// what went wrong is read first
document.getElementById("form-errors")?.focus();

// a dialog or drawer named in the address (#enable) opens at once
const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
if (named?.classList.contains("modal")) bootstrap.Modal.getOrCreateInstance(named).show();
if (named?.classList.contains("kz-drawer")) bootstrap.Offcanvas.getOrCreateInstance(named).show();

// quick looks: where the page says data-kz-drawers, grades and names in tables open what their address answers to
// drawer=1; anything that is no drawer (logged out, gone, another kind of page) is opened as the page it is
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.kz-grade, tbody a.kz-name");
  if (!link || !document.body.hasAttribute("data-kz-drawers") || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const address = new URL(link.href), page = link.href;
  address.searchParams.set("drawer", "1");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const text = answer.ok && !answer.redirected ? await answer.text() : "";
    const drawer = new DOMParser().parseFromString(text, "text/html").querySelector(".kz-drawer");
    if (!drawer) { location.assign(page); return; }
    $$(".kz-drawer.is-loaded").forEach((other) => bootstrap.Offcanvas.getInstance(other)?.hide());
    drawer.classList.add("is-loaded");
    document.body.append(drawer);
    drawer.addEventListener("hidden.bs.offcanvas", () => { drawer.remove(); link.focus(); });
    bootstrap.Offcanvas.getOrCreateInstance(drawer).show();
  } catch (error) { location.assign(page); }
});

// keys: "/" filter · n new · g then a letter = go to · ? help · j/k rows · x select · Ctrl+Enter submit
let chord = 0;
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("form");
    const button = form?.querySelector("button:not([type=button], [disabled])");
    if (button) { event.preventDefault(); form.requestSubmit(button); }
    return;
  }
  const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".modal.show")) return;
  if (chord && Date.now() - chord < 900) {
    chord = 0;
    const address = /^[a-z]$/.test(event.key) && document.body.getAttribute(`data-kz-go-${event.key}`);
    if (address) { location.assign(address); return; }
  }
  if (event.key === "g") { chord = Date.now(); return; }
  if (event.key === "/") {
    const field = document.querySelector("[data-kz-find]");
    if (field) { event.preventDefault(); field.focus(); }
  }
  if (event.key === "?") {
    const help = document.getElementById("keys"), opener = document.activeElement;
    if (help) {
      help.addEventListener("hidden.bs.modal", () => opener.focus(), { once: true });
      bootstrap.Modal.getOrCreateInstance(help).show();
    }
  }
  if (event.key === "n") document.querySelector("[data-kz-new]")?.click();
  if (event.key === "j" || event.key === "k") {
    const rows = $$("tbody tr a.kz-name"), at = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
  }
  if (event.key === "x") document.activeElement.closest?.("tr")?.querySelector(".form-check-input")?.click();
});
