// The code of a password link stands behind the "#": it goes into the field and out of the address, to no server.
const code = document.getElementById("code");
if (code && location.hash.length > 1) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  document.getElementById("new_password")?.focus();
}
