// What surrounds the map: header, legend, method and footer; a part of Page.

const PANEL = {
  build() {
    const { head } = this.model;
    const { speech } = this;
    this.keptParts = new Map(); // of the legend, by name
    this.legend = el("section", { class: "zb-legend", "aria-label": speech.say("legend") });
    this.legendPlace = el("div", { class: "zb-legend-place" }, head.embed ? null : this.legend);
    this.cardPlace = el("div", { class: "zb-card-place" });
    this.tip = el("div", { class: "zb-tip", "aria-hidden": "true", hidden: true });
    this.pictures = el("div", { class: "zb-pictures" });
    this.grid?.remove();
    this.grid = this.table.open && this.model.names && !this.given ? new TerritoryTable(this) : null;
    this.status ??= el("p", { class: "zb-hidden", role: "status" }); // what is said is lost in a new one
    this.mapPlace = this.mapPlace || el("div", { class: "zb-map", id: "zb-map", role: "application" });
    this.frames = this.frames || drawInsets(this);
    this.mapPlace.setAttribute("aria-label", speech.say("map_label",
      { title: speech.text(head.title) }));
    if (!this.given) {
      document.documentElement.lang = speech.lang;
      document.title = fullTitle(head, speech);
    }
    this.root.lang = speech.lang;
    if (head.embed) {
      this.buildArticle();
      return;
    }
    this.root.replaceChildren(
      el("a", { class: "zb-skip", href: "#zb-search", click: (event) => {
        event.preventDefault();
        document.getElementById("zb-search").focus();
      } }, speech.say("skip")),
      el("aside", { class: "zb-panel", "aria-label": speech.say("panel") },
        this.drawHead(), drawSearch(this), this.legendPlace,
        drawOwnChoice(this), this.weightsPlace = el("div", { class: "zb-weights-place" }, drawWeights(this)), this.drawMethod()),
      this.stage = el("main", { class: this.grid ? "zb-stage zb-with-table" : "zb-stage" },
        this.given ? null : drawTools(this),
        el("div", { class: "zb-maps" },
          el("div", { class: "zb-pane" },
            this.paneTitle = el("div", { class: "zb-pane-title" }),
            el("div", { class: "zb-pane-map" }, this.given ? null : this.mapPlace,
              insetGroup(this.frames, speech))),
          this.pictures, tipSpace(this.tip), this.cardPlace),
        this.grid?.element),
      this.drawFoot(), this.status);
  },

  drawHead() {
    const { speech } = this;
    const { words } = this.base.head;
    const others = Object.keys(words).filter((lang) => lang !== speech.lang);
    this.chooser = drawChooser(this);
    this.cross = null;
    return el("header", { class: "zb-head" },
      el("div", { class: "zb-eyebrow" },
        this.placeLine = el("span", {}),
        el("span", { class: "zb-settings" },
          others.map((lang) => el("button", { type: "button", class: "zb-lang", lang,
            click: () => this.speak(lang) }, words[lang].language)),
          this.given ? null : themeButton(this))),
      this.chooser.element,
      this.crossPlace = el("div", { class: "zb-cross-place" }),
      this.kicker = el("p", { class: "zb-kicker" }),
      this.headline = el("h1", {}),
      this.readingPlace = el("p", { class: "zb-subtitle" }));
  },

  /** Where, how many, what is shown, and what the map says of it. */
  fillHead() {
    const { speech, layer } = this;
    const { head } = this.model;
    const finding = speech.text(layer.finding);
    const place = speech.text(head.place);
    const title = fullTitle(head, speech);
    tell(this.placeLine, [place, speech.territories(this.model.count)].filter(Boolean).join(" · "));
    tell(this.kicker, finding ? speech.text(head.title) : "");
    tell(this.headline, finding && head.partial && place
      ? `${place}${speech.say("colon")}${finding}` : finding || title);
    this.readingPlace.replaceChildren(...[compositionOf(this), speech.reading(layer)]
      .filter(Boolean).flatMap((text, k) => (k ? [" ", isolated(text)] : [isolated(text)])));
    this.chooser.show();
    showCross(this);
  },

  drawMethod() {
    this.methodPlace = el("section", { class: "zb-method" });
    return this.methodPlace;
  },

  drawFoot() {
    this.footPlace = el("footer", { class: "zb-foot", "aria-label": this.speech.say("source") });
    this.cited = new Map(); // a paragraph for each set of sources
    return this.footPlace;
  },

  /** The choices of the bar that depend on the territories shown. */
  fillTools() {
    if (!this.levelPlace) return;
    const focused = document.activeElement?.id;
    const level = levelChoice(this, (value) => {
      this.setLevel(value);
      this.refocus("#zb-level");
    });
    this.levelPlace.replaceChildren(...[level].filter(Boolean));
    this.outlinePlace.replaceChildren(...[outlineChoice(this)].filter(Boolean));
    if (["zb-level", "zb-outline"].includes(focused)) document.getElementById(focused)?.focus();
  },

  /** The sliders of the weights, once there are figures. */
  fillWeights() {
    this.weightsPlace?.replaceChildren(...[drawWeights(this)].filter(Boolean));
  },

  /** Open the table in the interface that is there, if it is asked for. */
  addTable() {
    if (!this.table.open || this.given || this.model.head.embed) return;
    this.grid = new TerritoryTable(this);
    this.stage.append(this.grid.element);
    this.stage.classList.add("zb-with-table");
  },

  fill() {
    this.fillWords();
    this.fillRest();
  },

  /** What says which layer the colours are of, and what they mean. */
  fillWords() {
    this.tipId = 0;
    this.fillHead();
    if (this.model.head.embed) this.legendPlace.replaceChildren(shortLegend(this));
    else fillLegend(this);
    tell(this.paneTitle, this.speech.text(this.layer.title));
  },

  /** The method and the sources. */
  fillRest() {
    this.later.add("method", () => this.fillMethod()); // far below
    if (this.cited.size) this.later.add("cite", () => this.fillFoot()); // far below, and of the same height
    else this.fillFoot();
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
   *  window stays the same, and the map its size. The longest decide it; the rest follow later. */
  fillFoot() {
    const { layers, head } = this.model;
    this.citeAll([longestCited(layers, head), this.layer]);
    if (layers.some((layer) => !this.cited.has(citeKey(layer)))) this.later.add("foot", () => this.citeAll(layers));
    for (const [key, paragraph] of this.cited) {
      paragraph.classList.toggle("zb-other", key !== citeKey(this.layer));
    }
  },

  /** Paragraphs for the sources of some layers, those that are not there yet. */
  citeAll(layers) {
    for (const layer of layers) {
      if (this.cited.has(citeKey(layer))) continue;
      const paragraph = this.drawSources(layer);
      paragraph.classList.add("zb-other");
      this.cited.set(citeKey(layer), paragraph);
      this.footPlace.append(paragraph);
    }
  },

  /** The sources of the layer, and of that of the second map, as text. */
  credit() {
    const shown = [this.layer, this.beside?.layer].filter(Boolean);
    return this.drawSources({ sources: [...new Set(shown.flatMap(({ sources }) => sources))],
      file: shown.find(({ file }) => file)?.file }).textContent;
  },

  /** The producers, each once, for a map in an article. */
  drawShortSources(used) {
    const { speech, model } = this;
    const cite = (list) => {
      const found = new Map(list.map((k) => model.head.sources[k]).map(({ producer, title, url }) =>
        [producer || title, url]));
      return [...found].flatMap(([name, url], k) => (k ? [", ", link(isolated(name), url)]
        : [link(isolated(name), url)]));
    };
    const others = model.head.boundaries.filter((k) => !used.includes(k));
    return el("p", {}, `${speech.say("source")}${speech.say("colon")}`, cite([...used, ...others]), ". ",
      speech.say("made_with"), isWebAddress(model.head.full_map)
        ? [" ", el("span", { class: "zb-full-map" }, link(speech.say("full_map"), model.head.full_map))] : null);
  },

  drawSources({ sources: used, file }) {
    const { speech, model } = this;
    if (model.head.embed) return this.drawShortSources(used);
    const cite = (k) => {
      const source = model.head.sources[k];
      const text = [source.producer, source.title].filter(Boolean).join(", ");
      const rest = [speech.date(source.published), source.licence].filter(Boolean).join(", ");
      return el("span", { class: "zb-source" }, link(isolated(text), source.url),
        rest ? el("span", {}, ` (`, isolated(rest), `)`) : null);
    };
    const line = (word, cited) => (cited.length ? el("span", {}, `${speech.say(word)}`
      + speech.say("colon"), cited.map((one, at) => [at ? speech.say("semicolon") : "", one]), ". ") : null);
    const others = model.head.boundaries.filter((k) => !used.includes(k)).map(cite);
    const own = file ? [el("span", { class: "zb-source" }, isolated(speech.say("own_source", { file })))] : [];
    return el("p", {}, line("source", [...own, ...used.map(cite)]), line("boundaries", others),
      el("span", { class: "zb-made" }, speech.say("made_with")));
  },
};

/** What a layer has to cite: its sources, and the reader's table. */
function citeKey({ sources, file }) {
  return `${file ?? ""}/${sources.join()}`;
}

/** The layer whose sources take the most letters. */
function longestCited(layers, { sources }) {
  const letters = sources.map((source) => Object.values(source).join(" ").length);
  const length = (layer) => layer.sources.reduce((sum, k) => sum + letters[k], 0);
  return layers.reduce((one, other) => (length(other) > length(one) ? other : one));
}

/** The title of the page, with the place if it is a part of the country. */
function fullTitle(head, speech) {
  const title = speech.text(head.title);
  const place = head.partial ? speech.text(head.place) : "";
  return place && !title.includes(place) ? `${place} – ${title}` : title;
}

/** What an index is made of, with the dates; what another layer means. In an article, where the legend has the
 *  dates, only the meaning. */
function compositionOf({ model, speech, layer }) {
  const dated = (one) => {
    const date = speech.date(one.period);
    return speech.text(one.title) + (date ? ` (${date})` : "");
  };
  if (layer.kind === "bivariate") {
    const named = model.head.embed ? (one) => speech.text(one.title) : dated;
    return [model.layer(layer.x), model.layer(layer.y)].map(named).join(speech.say("semicolon"));
  }
  if (model.head.embed) {
    const meaning = meaningOf(layer, speech, LONGEST_IN_ARTICLE);
    return meaning && `${meaning}.`;
  }
  const parts = (layer.parts || []).map((id) => model.layer(id)).filter(Boolean);
  if (layer.role === "index" && parts.length) {
    return speech.say("made_of", { parts: parts.map(dated).join(speech.say("semicolon")) });
  }
  const meaning = meaningOf(layer, speech);
  const date = speech.date(layer.period);
  return meaning ? `${meaning}${date ? ` (${date})` : ""}.` : date && `${date}.`;
}
