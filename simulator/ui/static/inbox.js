// Keys, the theme, and where a conversation stands. Everything else is forms and links.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("theme");
    if (theme) root.dataset.theme = theme;
  } catch { /* private windows keep nothing */ }

  const dark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
  });

  // a form whose quick button was pressed sends that text, not the empty field beside it
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const typed = event.target.querySelector("input[name=text]");
    if (!typed || !button) return;
    if (button.name === "text") typed.disabled = true;
    else if (!typed.value) { event.preventDefault(); typed.focus(); }
  });

  const down = (talk) => { talk.scrollTop = talk.scrollHeight; };
  const all = () => document.querySelectorAll(".conversation").forEach(down);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:afterSwap", all);

  const places = { m: "messages", p: "phones", o: "people", c: "callbacks", f: "faults", t: "time", e: "events" };
  let waiting = false;
  let row = -1;
  const typing = (node) => node.matches("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const rows = [...document.querySelectorAll("[data-row]")];
    if (waiting) {
      waiting = false;
      const [, inbox, key] = location.pathname.split("/");
      if (event.key === "r") location.assign("/runs");
      else if (inbox === "inbox" && places[event.key]) location.assign(`/inbox/${key}/${places[event.key]}`);
      return;
    }
    switch (event.key) {
      case "/": {
        const field = document.querySelector("input[type=search], #mdn");
        if (field) { event.preventDefault(); field.focus(); }
        break;
      }
      case "?": document.getElementById("keys")?.showModal(); break;
      case "g": waiting = true; break;
      case "n": document.querySelector("[data-next]:not([disabled])")?.click(); break;
      case "j":
      case "k":
        row = Math.max(0, Math.min(rows.length - 1, row + (event.key === "j" ? 1 : -1)));
        rows[row]?.querySelector("[data-open]")?.focus();
        break;
      default:
    }
  });
})();
