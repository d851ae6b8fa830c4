// Runs before the first paint, so that a dark room never sees a white flash. A file of its own: inline scripts are refused by policy.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("holdfast.theme");
  } catch {
    chosen = null;
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
