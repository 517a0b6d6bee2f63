// Service clocks go on while a page is open: [data-kz-clock] has the seconds left, those of its whole time, and for how
// many seconds service goes on today. What is shown at first was written by the server and is right without this.
const clocks = [...document.querySelectorAll("[data-kz-clock]")].filter((clock) => +clock.dataset.runs > 0);
const start = performance.now(), two = (number) => String(number).padStart(2, "0");

const show = (clock) => {
  const { left, total, runs, over } = clock.dataset;
  const seconds = +left - Math.min(Math.floor((performance.now() - start) / 1000), +runs);
  const minutes = Math.floor(Math.abs(seconds) / 60), hours = `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  const text = seconds < 0 ? over.replace("{}", hours) : seconds < 3600 ? `${two(minutes)}:${two(seconds % 60)}` : hours;
  const box = clock.querySelector("[data-kz-clock-text]");
  if (box.textContent !== text) box.textContent = text;
  const share = Math.max(0, seconds) / +total, tone = share <= 0.25 ? "red" : share <= 0.5 ? "amber" : "green";
  const meter = clock.closest(".kz-sla > div").querySelector(".kz-meter");
  for (const part of [clock, meter]) {
    part.classList.remove("t-red", "t-amber", "t-green");
    part.classList.add(`t-${tone}`);
  }
  meter.querySelector("rect").setAttribute("width", `${Math.round((1 - Math.min(1, share)) * 100)}%`);
};

if (clocks.length) setInterval(() => clocks.forEach(show), 1000);
