// Sets the theme before the first paint: the visitor's choice on this computer, else the account's, else the system's.
(function () {
  var root = document.documentElement, wish = null;
  try { wish = localStorage.getItem("kz-theme"); } catch (e) { /* private mode */ }
  if (!wish && !root.hasAttribute("data-kz-theme-set") && matchMedia("(prefers-color-scheme: dark)").matches) wish = "dark";
  if (wish === "dark" || wish === "light") root.setAttribute("data-bs-theme", wish);
})();
