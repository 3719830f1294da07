// A static atlas: the search over names, the card of a territory, and tables that sort. A page is
// complete without it; nothing is requested but the index of names next to the first page.
"use strict";

(function () {
  const MOST_FOUND = 12;
  const root = document.body.dataset.root;

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  }

  /** Lower case without accents, hyphens and apostrophes, so that spelling does not matter. */
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/œ/g, "oe").replace(/[-'’]/g, " ").trim();
  }

  // -- the index of names -----------------------------------------------------------------------

  let waiting = null;

  /** All names with their links, read once, when they are first needed. */
  function readNames() {
    waiting = waiting || new Promise((done, failed) => {
      const script = element("script", "", { src: `${root}names.js` });
      script.onload = () => done(entriesOf(window.zoneblancheNames));
      script.onerror = failed;
      document.head.append(script);
    });
    return waiting;
  }

  function entriesOf(names) {
    const entries = [];
    const add = (name, code, level, folder, anchor) => entries.push({
      name, code, level, key: plain(name), link: `${root}${folder}/index.html${anchor}`,
    });
    for (const { folder, title, places } of names.levels) {
      for (const [name, code, own] of places) {
        add(name, code, title, `${folder}/${encodeURIComponent(own || code)}`, "");
      }
    }
    const { folder, title } = names.level;
    for (const [home, territories] of Object.entries(names.territories)) {
      const page = home ? `${names.home}/${encodeURIComponent(home)}` : folder;
      for (const [name, code] of territories) {
        add(name, code, title, page, `#${quoted(folder)}/${quoted(code)}`);
      }
    }
    return entries;
  }

  /** A code as it is in the id of a row, and once more for an address. */
  function quoted(code) {
    return encodeURIComponent(encodeURIComponent(code));
  }

  /** Equal names and codes first, then names that begin with the text, then those that contain it. */
  function match(entries, text) {
    const wanted = plain(text);
    const ranked = [];
    entries.forEach((entry, at) => {
      const { key, code } = entry;
      const place = code.toLowerCase() === wanted || key === wanted ? 0
        : key.startsWith(wanted) ? 1 : ` ${key}`.includes(` ${wanted}`) ? 2 : key.includes(wanted) ? 3 : 4;
      if (place < 4) ranked.push([place, key.length, at, entry]);
    });
    ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
    return ranked.slice(0, MOST_FOUND).map((one) => one[3]);
  }

  function startSearch(form) {
    const input = form.querySelector("input");
    const list = form.querySelector("ul");
    const status = form.querySelector("[role=status]");
    const show = async () => {
      const text = input.value;
      if (!text.trim()) {
        list.hidden = true;
        status.textContent = "";
        return;
      }
      const found = match(await readNames(), text);
      if (text !== input.value) return;
      list.replaceChildren(...found.map(({ name, code, level, link }) => {
        const item = element("li");
        const anchor = element("a", "", { href: link });
        anchor.append(element("bdi", name), " ", element("small", `${level} ${code}`));
        item.append(anchor);
        return item;
      }));
      list.hidden = !found.length;
      status.textContent = found.length ? "" : status.dataset.text;
    };
    input.addEventListener("input", show);
    input.addEventListener("keydown", (event) => {
      const first = list.querySelector("a");
      if (event.key === "ArrowDown" && first && !list.hidden) {
        event.preventDefault();
        first.focus();
      }
    });
    list.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      const next = { ArrowDown: links[at + 1], ArrowUp: at ? links[at - 1] : input }[event.key];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      list.hidden = true;
      input.focus();
    });
    list.addEventListener("click", () => { list.hidden = true; });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first && !list.hidden) first.click();
    });
    form.hidden = false;
  }

  // -- tables that sort -------------------------------------------------------------------------

  /** The number in a cell, NaN for text and for a dash. */
  function numberIn(text, decimal) {
    const bare = text.replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-");
    const english = decimal === "," ? bare.replace(",", ".") : bare.replaceAll(",", "");
    return /^-?[\d.]+/.test(english) ? parseFloat(english) : NaN;
  }

  function sortBy(table, column, down) {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, at) => {
      const text = row.cells[column].textContent;
      return { row, at, text, number: column ? numberIn(text, table.dataset.decimal) : NaN };
    });
    const numbers = rows.some(({ number }) => !Number.isNaN(number));
    const turn = down ? -1 : 1;
    rows.sort((one, other) => {
      if (!numbers) return turn * one.text.localeCompare(other.text, document.documentElement.lang) || one.at - other.at;
      const lacking = Number.isNaN(one.number) - Number.isNaN(other.number); // missing always last
      return lacking || turn * (one.number - other.number) || one.at - other.at;
    });
    body.append(...rows.map(({ row }) => row));
  }

  function startSorting(table) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const name = heading.textContent;
      const button = element("button", "", { type: "button", title: table.dataset.sort.replace("{column}", name) });
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        sortBy(table, column, down);
      });
    });
  }

  // -- the card of a territory ------------------------------------------------------------------

  function targetId() {
    try {
      return decodeURIComponent(window.location.hash.slice(1));
    } catch {
      return "";
    }
  }

  /** Show the row that the address names as a card above its table. */
  function showCard(table, move) {
    document.querySelector(".card")?.remove();
    const wanted = targetId();
    const row = wanted && [...table.tBodies[0].rows].find(({ id }) => id === wanted);
    if (!row) return;
    const code = decodeURIComponent(wanted.slice(wanted.indexOf("/") + 1));
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const card = element("section", "", { class: "card", "aria-labelledby": "card" });
    const heading = element("h3", `${row.cells[0].textContent} (${code})`, { id: "card", tabindex: "-1" });
    const list = element("dl");
    [...row.cells].slice(1).forEach((cell, at) => {
      const pair = element("div");
      pair.append(element("dt", headings[at + 1]), element("dd", cell.textContent));
      list.append(pair);
    });
    const link = element("a", table.dataset.map, {
      href: `${root}map/index.html#at=${encodeURIComponent(code)}&level=${encodeURIComponent(table.dataset.cards)}`,
    });
    card.append(heading, list, link);
    table.closest(".scroll").before(card);
    if (move) {
      card.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    }
  }

  /** The list of a level leads the address of a territory to the page that has its card. */
  async function leadOn() {
    const wanted = targetId();
    if (!wanted || document.getElementById(wanted)) return;
    const found = (await readNames()).find(({ code, link }) => code === wanted && link.includes("#"));
    if (found) window.location.replace(found.link);
  }

  document.querySelectorAll("form.search").forEach(startSearch);
  document.querySelectorAll("table.rows").forEach(startSorting);
  const cards = document.querySelector("table[data-cards]");
  if (cards) {
    showCard(cards, false);
    // The browser moves to the row once the page is loaded; the card is what the reader wants.
    window.addEventListener("load", () => window.requestAnimationFrame(() => showCard(cards, true)));
    window.addEventListener("hashchange", () => showCard(cards, true));
  }
  if (document.body.dataset.leads) leadOn();
})();
