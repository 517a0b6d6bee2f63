// A file dropped on an upload form is chosen in it. Without this script the form works as any other.
document.querySelectorAll("[data-files-drop]").forEach((form) => {
  const input = form.querySelector("input[type=file]");
  const hint = form.querySelector("[data-files-hint]");
  if (!input || form.dataset.filesReady) return;
  form.dataset.filesReady = "1";
  if (hint) hint.hidden = false;
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("bg-primary-subtle", event.type === "dragover");
  };
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", over);
  form.addEventListener("drop", (event) => {
    over(event);
    if (!event.dataTransfer.files.length) return;
    const first = new DataTransfer();
    first.items.add(event.dataTransfer.files[0]);
    input.files = first.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
