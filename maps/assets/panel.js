// What surrounds the map: header, choices, legend, method and footer; a part of Page.

const ROLES = ["index", "dimension", "indicator", "flag", "typology", "bivariate", "context"];

const PANEL = {
  build() {
    const { head } = this.model;
    const { speech } = this;
    this.legendPlace = el("div", { class: "zb-legend-place" });
    this.cardPlace = el("div", { class: "zb-card-place" });
    this.tip = el("div", { class: "zb-tip", "aria-hidden": "true", hidden: true });
    this.pictures = el("div", { class: "zb-pictures" });
    this.grid?.remove();
    this.grid = this.table.open && this.model.names && !this.given ? new TerritoryTable(this) : null;
    this.status = el("p", { class: "zb-hidden", role: "status" });
    this.mapPlace = this.mapPlace || el("div", { class: "zb-map", id: "zb-map", role: "application" });
    this.frames = this.frames || drawInsets(this);
    this.mapPlace.setAttribute("aria-label", speech.say("map_label",
      { title: speech.text(head.title) }));
    if (!this.given) {
      document.documentElement.lang = speech.lang;
      document.title = speech.text(head.title);
    }
    this.root.lang = speech.lang;
    this.root.replaceChildren(
      el("a", { class: "zb-skip", href: "#zb-search", click: (event) => {
        event.preventDefault();
        document.getElementById("zb-search").focus();
      } }, speech.say("skip")),
      el("aside", { class: "zb-panel" },
        this.drawHead(), drawSearch(this), this.legendPlace, this.drawChoices(),
        this.drawMethod()),
      el("main", { class: this.grid ? "zb-stage zb-with-table" : "zb-stage" },
        this.given ? null : drawTools(this),
        el("div", { class: "zb-maps" },
          el("div", { class: "zb-pane" },
            this.paneTitle = el("div", { class: "zb-pane-title" }),
            el("div", { class: "zb-pane-map" }, this.given ? null : this.mapPlace,
              insetGroup(this.frames, speech))),
          this.pictures, this.tip, this.cardPlace),
        this.grid?.element),
      this.drawFoot(), this.status);
  },

  drawHead() {
    const { head } = this.model;
    const { speech } = this;
    const others = Object.keys(head.words).filter((lang) => lang !== speech.lang);
    return el("header", { class: "zb-head" },
      el("div", { class: "zb-eyebrow" },
        el("span", {}, isolated([speech.text(head.place),
          speech.territories(this.model.count)].filter(Boolean).join(" · "))),
        others.map((lang) => el("button", { type: "button", class: "zb-lang", lang,
          click: () => this.speak(lang) }, head.words[lang].language))),
      el("h1", {}, isolated(speech.text(head.title))),
      this.readingPlace = el("p", { class: "zb-subtitle" }));
  },

  drawChoices() {
    const { speech, model } = this;
    const pair = drawPairChoice(this);
    const groups = ROLES.map((role) => [role, model.layers.filter((layer) => layer.role === role)])
      .filter(([role, layers]) => layers.length || (role === "bivariate" && pair));
    return el("form", { class: "zb-choices", "aria-label": speech.say("choices"),
      submit: (event) => event.preventDefault() },
    el("h2", {}, speech.say("choices")),
    groups.map(([role, layers]) => el("fieldset", {},
      el("legend", {}, speech.say(`role_${role}`)),
      layers.map((layer) => el("label", { class: "zb-choice" },
        el("input", { type: "radio", name: "zb-layer", value: layer.id,
          checked: layer.id === this.layer.id, change: () => this.choose(layer) }),
        el("span", {}, isolated(speech.text(layer.title))))),
      role === "bivariate" ? pair : null)));
  },

  drawMethod() {
    this.methodPlace = el("section", { class: "zb-method" });
    return this.methodPlace;
  },

  drawFoot() {
    this.footPlace = el("footer", { class: "zb-foot" });
    this.cited = new Map(); // a paragraph for each set of sources
    return this.footPlace;
  },

  fill() {
    this.tipId = 0;
    this.legendPlace.replaceChildren(drawLegend(this));
    this.readingPlace.textContent = this.speech.reading(this.layer);
    this.paneTitle.replaceChildren(isolated(this.speech.text(this.layer.title)));
    this.fillMethod();
    this.fillFoot();
  },

  fillMethod() {
    const { speech, layer, model } = this;
    const parts = layer.kind === "bivariate" ? [model.layer(layer.x), model.layer(layer.y)] : [layer];
    const { notices } = model.head;
    const told = (chosen) => chosen.map((notice) => el("p", {}, isolated(speech.text(notice))));
    const remarks = notices.filter(({ severity }) => severity === "remark");
    this.methodPlace.replaceChildren(
      el("h2", {}, speech.say("method")),
      ...parts.flatMap((one) => [
        parts.length > 1 ? el("h3", {}, isolated(speech.text(one.title))) : "",
        el("p", {}, isolated(speech.text(one.method) || speech.say("no_method"))),
        one.native ? el("p", { class: "zb-native" },
          speech.native(one, true)) : "",
      ]).filter(Boolean),
      ...told(notices.filter(({ severity }) => severity !== "remark")),
      remarks.length > 0 ? el("details", {},
        el("summary", {}, `${speech.say("remarks")} (${remarks.length})`), ...told(remarks)) : "");
  },

  /** The sources of the layer. Those of the others are there, invisible: the space of the footer in the
   *  window stays the same, and the map its size. */
  fillFoot() {
    const { cited } = this;
    const key = ({ sources }) => sources.join();
    for (const layer of [...this.model.layers, this.layer]) {
      if (cited.has(key(layer))) continue;
      cited.set(key(layer), this.drawSources(layer.sources));
      this.footPlace.append(cited.get(key(layer)));
    }
    for (const [name, told] of cited) told.classList.toggle("zb-other", name !== key(this.layer));
  },

  drawSources(used) {
    const { speech, model } = this;
    const cite = (k) => {
      const source = model.head.sources[k];
      const text = [source.producer, source.title].filter(Boolean).join(", ");
      const rest = [speech.date(source.published), source.licence].filter(Boolean).join(", ");
      return el("span", { class: "zb-source" }, link(isolated(text), source.url),
        rest ? el("span", {}, ` (`, isolated(rest), `)`) : null);
    };
    const line = (word, list) => (list.length ? el("span", {}, `${speech.say(word)}`
      + speech.say("colon"), list.map((k, at) => [at ? " ; " : "", cite(k)]), ". ") : null);
    const others = model.head.boundaries.filter((k) => !used.includes(k));
    return el("p", {}, line("source", used), line("boundaries", others),
      el("span", { class: "zb-made" }, speech.say("made_with")));
  },
};
