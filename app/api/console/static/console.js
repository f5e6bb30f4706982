// What pages do better with a script; each works without it. No address but our own is ever asked.
"use strict";

// A run that goes on is shown as it goes on.
const live = document.querySelector("[data-live]");
if (live) {
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(live.id);
      if (!fresh) return location.reload();
      if (!("live" in fresh.dataset)) return location.reload();
      live.replaceChildren(...fresh.childNodes);
    } catch {
      // The service starts again, or the network is away: the next try may do.
    }
    setTimeout(again, 1000 * Number(live.dataset.live));
  };
  setTimeout(again, 1000 * Number(live.dataset.live));
}

// Customers and items are offered while one types.
for (const field of document.querySelectorAll("[data-search]")) {
  const offers = document.createElement("datalist");
  offers.id = `offers-${Math.random().toString(36).slice(2)}`;
  field.after(offers);
  field.setAttribute("list", offers.id);
  let waiting = 0;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const wanted = field.value.trim();
      if (wanted.length < 2 || wanted === asked) return;
      asked = wanted;
      const answer = await fetch(`/console/search/${field.dataset.search}?text=${encodeURIComponent(wanted)}`);
      if (!answer.ok || wanted !== field.value.trim()) return;
      offers.replaceChildren(...(await answer.json()).map(({ no, label }) => new Option(label, no)));
    }, 200);
  });
}

// On a phone a table's rows are cards: each value says which column it stands in.
const asCards = () => {
  for (const table of document.querySelectorAll("table:has(thead):not(.scopes)")) {
    table.classList.add("cards");
    const names = [...table.querySelectorAll("thead th")].map((each) => each.textContent);
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, place) => {
        if (cell.colSpan > 1) return;
        cell.dataset.label = names[place];
        cell.classList.toggle("blank", !cell.textContent.trim() && !cell.querySelector("input, select, button"));
      });
    }
  }
};
asCards();

// What is shown once is taken by one press.
for (const field of document.querySelectorAll("[data-copy]")) {
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  });
  field.closest("label").after(button);
}

// An open menu closes by Escape, and when something else is pressed.
const menus = document.querySelectorAll("details.menu");
const close = (kept) => menus.forEach((menu) => menu !== kept && menu.removeAttribute("open"));
document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.menu[open]");
  if (event.key !== "Escape" || !open) return;
  close();
  open.querySelector("summary").focus();
});

// A button that was pressed is not pressed twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
  });
}
