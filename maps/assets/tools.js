// The bar above the map: territories, outlines and names, the table, a second map,
// and downloads.

/** page: { base, model, speech, level, outline, naming, table, beside, … } and its verbs. */
function drawTools(page) {
  const { speech, base } = page;
  const upper = base.head.upper;
  // Before all is read, a button has the state that the page will have.
  const toggle = (name, on, act) => el("button", { type: "button", class: "zb-button",
    "data-tool": name, "aria-pressed": String(Boolean(on)),
    click: ({ currentTarget }) => act(currentTarget.getAttribute("aria-pressed") !== "true") }, speech.say(name));
  const opened = (open) => {
    page.toolsOpen = open;
    tools.classList.toggle("zb-open", open);
    opener.setAttribute("aria-expanded", String(open));
  };
  // Visible on a narrow screen only, where the map needs the space of all the others.
  const opener = el("button", { type: "button", class: "zb-button zb-tools-opener",
    "aria-controls": "zb-tools", click: () => opened(!page.toolsOpen) }, speech.say("tools"));
  const tools = el("div", { class: "zb-tools", id: "zb-tools", role: "group",
    "aria-label": speech.say("tools"),
    // On a narrow screen they cover the map, which is what a choice changes.
    change: () => page.closeTools(),
    click: ({ target }) => { if (target.closest("[data-tool]")) page.closeTools(); },
    keydown: (event) => {
      if (event.key !== "Escape" || !page.toolsOpen || !opener.offsetWidth) return;
      event.stopPropagation();
      opened(false);
      opener.focus();
    } },
  opener,
    page.levelPlace = el("span", { class: "zb-tool" }),
    page.outlinePlace = el("span", { class: "zb-tool" }),
    el("label", { class: "zb-tool" },
      el("input", { type: "checkbox", id: "zb-naming", checked: page.naming,
        change: (event) => page.setNaming(event.target.checked) }),
      el("span", {}, speech.say("names"))),
    el("span", { class: "zb-tools-gap" }),
    toggle("table", page.table.open, (on) => page.setTable(on)),
    toggle("compare", page.isWhole() ? page.beside : page.address.beside, (on) => page.setBeside(on ? "" : null)),
    saveMenu(page));
  opened(Boolean(page.toolsOpen));
  page.closeTools = () => { if (opener.offsetWidth) opened(false); };
  page.fillTools();
  return tools;
}

/** The choice of territories; the level that follows the zoom names those that it shows. */
function levelChoice({ base, model, level, speech }, act) {
  const { upper, opening } = base.head;
  if (!upper.length) return null;
  const shown = speech.text(model.head.level.plural);
  return toolChoice("level", speech.say("level"), [
    ...(opening ? [[AUTO, speech.say("level_auto", { level: level === AUTO ? shown : "…" })]] : []),
    ["", speech.text(base.head.level.plural)],
    ...upper.map(({ id, level: { plural } }) => [id, speech.text(plural)]),
  ], level, act);
}

function toolChoice(name, title, options, chosen, act) {
  return el("label", { class: "zb-tool" }, el("span", {}, title),
    el("select", { id: `zb-${name}`, change: (event) => act(event.target.value) },
      options.map(([value, text]) => el("option", { value, selected: value === chosen },
        text))));
}

function outlineChoice(page) {
  const { model, speech } = page;
  const levels = model.head.levels.filter(({ count }) => count > 1);
  if (!levels.length) return null;
  return toolChoice("outline", speech.say("outlines"), [
    ...levels.map(({ id, title, plural }) => [id, speech.text(plural || title)]),
    ["none", speech.say("none")],
  ], model.outlined || "none", (value) => page.setOutline(value));
}

/** A list of downloads, opened by a button. */
function saveMenu(page) {
  const { speech } = page;
  const told = el("p", { class: "zb-save-told", role: "status" });
  const item = (name, act) => el("li", {}, el("button", { type: "button", "data-save": name,
    click: async () => {
      told.textContent = "";
      told.textContent = (await act()) || "";
    } }, speech.say(name)));
  const menu = el("details", { class: "zb-save", keydown: (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.firstChild.focus();
  } },
  el("summary", { class: "zb-button" }, speech.say("save")),
  el("div", { class: "zb-save-list" }, el("ul", {},
    item("save_csv", () => page.saveCsv()),
    item("save_png", () => page.savePicture("png")),
    item("save_svg", () => page.savePicture("svg")),
    item("copy_link", () => page.copyLink())), told));
  return menu;
}
