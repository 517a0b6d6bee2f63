// Typing @ in a note offers the people who see its record. Without it the name is typed in full.
const MARK = /(?:^|[^A-Za-z0-9_.+\-@])@([^\s@]{0,40})$/;

const offer = (area) => {
  const list = document.createElement("ul");
  Object.assign(list, { className: "dropdown-menu kz-mentions", id: `${area.id}-people`, role: "listbox" });
  list.setAttribute("aria-label", area.dataset.kzMentionName);
  area.after(list);
  const set = { "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": list.id };
  Object.entries(set).forEach(([name, value]) => area.setAttribute(name, value));

  const options = () => [...list.children];
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
  const choose = (option) => {
    options().forEach((other) => {
      other.setAttribute("aria-selected", String(other === option));
      other.classList.toggle("active", other === option);
    });
    if (option) { area.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else area.removeAttribute("aria-activedescendant");
  };
  const close = () => { list.classList.remove("show"); choose(null); };
  const typed = () => MARK.exec(area.value.slice(0, area.selectionStart))?.[1];
  const take = (option) => {
    const end = area.selectionStart, start = end - typed().length;
    area.setRangeText(`${option.dataset.text} `, start, end, "end");
    close();
    area.focus();
  };

  // the newest question counts
  let asking = null, timer = 0;
  const ask = async () => {
    const word = typed();
    asking?.abort();
    if (word === undefined) { close(); return; }
    asking = new AbortController();
    try {
      const address = `${area.dataset.kzMention}?q=${encodeURIComponent(word)}`;
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const people = await answer.json();
      if (word !== typed()) return;
      list.replaceChildren(...people.map((person, at) => {
        const option = document.createElement("li");
        Object.assign(option, { className: "dropdown-item", id: `${list.id}-${at}`, role: "option" });
        option.dataset.text = person.text;
        const login = document.createElement("span");
        login.className = "kz-muted kz-xs ms-2";
        login.textContent = person.login;
        option.append(person.name, login);
        return option;
      }));
      list.classList.toggle("show", people.length > 0);
      choose(list.firstElementChild);
    } catch (error) { /* the name can be typed in full */ }
  };
  area.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, 120);
  });
  area.addEventListener("compositionend", ask);
  area.addEventListener("click", ask);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (!list.classList.contains("show") || event.isComposing || event.ctrlKey || event.metaKey) return;
    const all = options(), at = all.indexOf(chosen());
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    }
    if ((event.key === "Enter" || event.key === "Tab") && chosen()) { event.preventDefault(); take(chosen()); }
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();  // the text keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
};

document.querySelectorAll("textarea[data-kz-mention]").forEach(offer);
