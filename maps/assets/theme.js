// Light or dark: as the reader's system has it, or as the reader chooses on the page.

const THEME = {
  isDark() {
    return this.theme ? this.theme === "dark" : this.dark.matches;
  },

  /** Mark the theme on the page, whose style follows. */
  markTheme() {
    this.root.classList.toggle("zb-dark", this.isDark());
    if (!this.given) document.documentElement.classList.toggle("zb-dark-page", this.isDark());
  },

  /** "light" or "dark"; "" follows the system. */
  setTheme(theme) {
    this.theme = theme;
    this.address.theme = theme;
    this.retheme();
    this.remember();
  },

  retheme() {
    this.markTheme();
    this.classed.clear();
    this.keptParts = new Map();
    this.show();
    this.beside?.show();
    this.drawNames();
    this.root.querySelector(".zb-theme-button")?.replaceWith(themeButton(this));
  },
};

function themeButton(page) {
  const { speech } = page;
  const dark = page.isDark();
  const name = speech.say(dark ? "theme_light" : "theme_dark");
  return el("button", { type: "button", class: "zb-theme-button", title: name, "aria-label": name,
    click: () => {
      page.setTheme(dark ? "light" : "dark");
      page.root.querySelector(".zb-theme-button").focus();
    } }, svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("circle", { cx: 8, cy: 8, r: 5.5, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }),
    svg("path", { d: "M8 2.5a5.5 5.5 0 0 1 0 11z", fill: "currentColor" })));
}
