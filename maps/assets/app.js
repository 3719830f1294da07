// The page: its state, and the effect of a choice of layer on map, legend, card and table. Other files
// contain drawing, moving the map, pointing and the buttons.

class Page {
  /** root: the element to fill; map: a Leaflet map to use, or null to make one. */
  constructor(root, model, map = null) {
    const { head } = model;
    this.root = root;
    this.base = model; // of the page's own territories; `model` is of those that are shown
    this.model = model;
    this.models = new Map([["", model]]);
    this.level = head.opening && !map ? AUTO : ""; // that the reader chose, see scale.js
    this.address = readAddress();
    this.naming = this.address.names;
    this.table = this.address.table;
    this.kept = null; // what the table's filters leave, a byte a territory
    this.hovered = -1;
    const lang = Object.hasOwn(head.words, this.address.lang ?? "") ? this.address.lang : head.lang;
    this.speech = new Speech(head, lang);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.theme = this.address.theme; // that the reader chose, see theme.js
    this.schemes = new Map();
    this.classed = new Map();
    this.pinned = -1; // the territory whose card is open, in the model `pinnedIn`
    this.pinnedIn = model;
    this.openThemes = new Set(); // of the card, as the reader left them
    this.beside = null; // a second map, see beside.js
    this.given = map;
    this.own = null; // the reader's own table, see owntable.js
    this.weights = null; // the reader's, by dimension, see weights.js
    this.yourIndex = null;
    this.ownDialog = map || head.embed ? null : new OwnDialog(this);
    this.model = this.firstModel();
    if (this.model !== model) this.speech = new Speech(this.model.head, lang);
    this.layer = this.findLayer(this.address.layer) || this.model.layer(head.show)
      || this.model.layers[0];
    this.readMethod(this.address);
    this.later = new Later();
    this.layers = []; // Leaflet layers: the main map's, then the insets'
    this.wanted = null; // the layer that the reader chose before its figures were there, see early.js
    this.picked = null; // the territory
    this.sought = ""; // the text after which the reader pressed Enter
    this.choices = 0; // number of layers, levels and addresses chosen so far: what waits for data gives way to a later one
    this.whole = new Promise((done) => { this.becomeWhole = done; });
  }

  get colours() {
    return this.model.head.colours[this.isDark() ? "dark" : "light"];
  }

  /** Build everything and paint; the last blocks of data may still be on their way. */
  start() {
    this.markTheme();
    this.build();
    this.shown = this.classes();
    this.fill(); // before the map: what stands beside it decides its size
    this.makeMap();
    this.dark.addEventListener("change", () => this.retheme());
    const paper = window.matchMedia("print");
    let taken = false; // before the change of layout, if the browser tells
    window.addEventListener("beforeprint", () => {
      if (!paper.matches) this.takePicture();
      taken = true;
    });
    window.addEventListener("afterprint", () => { taken = false; });
    paper.addEventListener("change", () => {
      if (paper.matches && !taken) this.takePicture();
    });
    document.documentElement.dataset.painted = "1";
    performance.mark("zb-painted");
    this.insets = startInsets(this, this.frames);
    insetBoxes(this);
    closeOnEscape(this);
    window.addEventListener("hashchange", () => this.follow(readAddress()));
    this.watchUse();
  }

  /** Names and all layers are loaded: fill what was waiting for them. */
  ready() {
    for (const model of this.models.values()) model.readText();
    this.noteView();
    this.restore(this.address, { anew: this.opened.anew || !this.opened.used });
    this.carryOut();
    this.becomeWhole();
    document.documentElement.dataset.ready = "1";
    performance.mark("zb-ready");
    this.readNames(["", ...this.base.head.upper.map(({ id }) => id)]);
    this.readAhead(this.model.layers);
  }

  /** Prepare the names of each level for the search while the page is idle, one at a time. */
  readNames([level, ...more]) {
    if (level === undefined || !window.requestIdleCallback) return;
    window.requestIdleCallback(() => {
      searchNames(this.modelOf(level));
      this.readNames(more);
    });
  }

  /** Unpack and classify the other layers while the page is idle; nothing waits for them. */
  readAhead([layer, ...more]) {
    if (!layer || !window.requestIdleCallback) return;
    window.requestIdleCallback(() => {
      if (this.model.layers.includes(layer)) this.classes(layer);
      this.readAhead(more);
    });
  }

  /** The layer with that id, or the bivariate map that it names. */
  findLayer(id) {
    return id ? this.model.layer(id) || findPair(this.model, id) : null;
  }

  firstLayer() {
    const { model } = this;
    return model.layers.find(({ role }) => role === "index") || model.layer(model.head.show)
      || model.layers[0];
  }

  /** Build interface and maps again, for other territories, another language, another layout. */
  rebuild() {
    const whole = this.atHome();
    this.beside?.remove();
    this.beside = null;
    this.root.classList.remove("zb-two");
    this.kept = null;
    this.hovered = -1;
    this.classify();
    this.build();
    this.fill();
    this.repaint();
    this.fit(whole);
    this.grid?.fill();
  }

  /** The same in the interface that is there, where the reader may be typing: the data are complete now. */
  complete() {
    const { activeElement } = document;
    // Limits of classes that the reader types for a layer before: their field goes, and tells of them first.
    if (activeElement?.id === "zb-breaks" && this.shown.layer !== this.layer) activeElement.blur();
    const whole = this.atHome();
    this.point(-1);
    this.classify();
    this.fill();
    this.fillTools();
    this.fillWeights();
    this.repaint();
    this.addTable();
    this.fit(whole);
    this.grid?.fill();
    // A list or field that was drawn anew takes the focus of the one before it.
    if (activeElement?.id && !activeElement.isConnected) document.getElementById(activeElement.id)?.focus();
  }

  /** Words and classes for the model that is shown. */
  classify() {
    this.speech = new Speech(this.model.head, this.speech.lang);
    this.classed.clear();
    this.shown = this.classes();
    this.look = lookOf(this.model, this.shown, this.colours);
  }

  /** The picture of each map, and the names. */
  repaint() {
    const options = this.layerOptions();
    for (const layer of this.layers) {
      const same = layer.options.geometry === options.geometry && layer.options.groups === options.groups;
      if (same) layer.setLook(this.look);
      else layer.setGeometry({ ...options, look: this.look });
    }
    this.drawNames();
  }

  schemeOf(layer) {
    return this.schemes.get(layer.id) || layer.scheme;
  }

  /** The classes of a layer, cached until theme, language or territories change. */
  classes(layer = this.layer) {
    const scheme = this.schemeOf(layer);
    const certain = Boolean(this.certain) && hasInterval(this.model, layer);
    const key = [this.model.id, layer.id, scheme, layer.breaks?.[scheme], certain].join();
    if (!this.classed.has(key)) {
      const shown = classifyLayer(this.model, layer, this.colours, this.speech, scheme);
      this.classed.set(key, certain ? withDoubt(this.model, shown) : shown);
    }
    return this.classed.get(key);
  }

  /** Show a layer. `together`: its legend in the same frame, for a reader whose focus is in the legend. */
  choose(layer, { together = false } = {}) {
    if (!this.isWhole()) {
      this.noteLayer(layer);
      return;
    }
    this.stopPlaying();
    this.layer = layer;
    this.show({ wordsAfter: !together });
    this.remember();
    const { speech } = this;
    this.later.add("said", () => {
      this.status.textContent = speech.say("now_shown", { title: speech.text(layer.title) });
    });
  }

  setScheme(scheme) {
    this.address.method = ""; // the reader's own goes before it
    this.schemes.set(this.layer.id, scheme);
    this.show();
    if (this.beside) this.later.add("beside", () => this.beside?.show());
    this.remember();
    document.getElementById("zb-scheme")?.focus();
  }

  /** Update the colours of the map with the headline and the legend; table and card follow. With `wordsAfter`,
   *  headline and legend are of the next frame: they take the browser longer than the map. */
  show({ wordsAfter = false } = {}) {
    this.shown = this.classes();
    if (wordsAfter) {
      this.tipId = 0;
      for (const name of ["bars", "cross"]) this.later.drop(name); // of the layer before
      this.later.add("words", () => this.fillWords());
    }
    this.recolour();
    if (!wordsAfter) {
      this.later.drop("words");
      this.fillWords();
    }
    this.fillRest();
    if (this.grid) this.later.add("table", () => this.fillTable());
    if (this.pinned >= 0) this.later.add("card", () => this.drawCard());
  }

  fillTable() {
    this.grid?.fill();
    if (this.pinnedHere() >= 0) this.grid?.reveal(this.pinned);
  }

  recolour(only = null) {
    this.look = lookOf(this.model, this.shown, this.colours, only, this.kept);
    this.main.setLook(this.look);
    if (this.layers.length < 2) return;
    this.later.add("insets", () => {
      for (const layer of this.layers) if (layer !== this.main) layer.setLook(this.look);
    });
  }

  highlight(k) {
    this.recolour(k);
  }
}

Object.assign(Page.prototype, PANEL, ARTICLE, THEME, WAVES, SCALE, PLACING, TOUCH, POINTING, VERBS,
  EARLY, RESTORING, DROPPING, WEIGHING);

/** Read the blocks and start: first what the first picture needs, then the rest. */
async function startPage(root, { map = null, prefix = "zoneblanche" } = {}) {
  performance.mark("zb-start");
  const open = (name) => readBlock(`${prefix}-${name}`);
  const [headBytes, arcs, mapBytes] = await Promise.all(["head", "arcs", "map"].map(open));
  const head = readJson(headBytes);
  const { places } = head;
  const model = new Model(head);
  model.add(mapBytes, places.map);
  model.geometry = roomForArcs(head.geometry);
  addArcs(model.geometry, arcs, places.arcs);
  performance.mark("zb-decoded");
  model.outline(head.outline);
  const page = new Page(root, model, map);
  if (!page.layer.column && page.layer.kind !== "bivariate") page.layer = page.model.layers[0];
  const first = page.layer.kind === "bivariate" ? [page.layer.x, page.layer.y] : [page.layer.id];
  // What the first picture does not need: all other figures, and the arcs inside the territories that it shows.
  const addRest = async () => {
    await documentRead();
    if (places.inner) addArcs(model.geometry, await open("inner"), places.inner);
    await nextTask(); // a reader who acts now waits for one step
    model.add(await open("data"), places.data);
    await nextTask();
  };
  const enough = (page.model !== model || !places.inner) && first.every((id) => page.model.has(id));
  if (!enough) await addRest();
  page.start();
  try {
    if (enough) await nextFrame().then(addRest);
    page.ready();
  } finally {
    root.removeAttribute("aria-busy");
  }
  return page;
}
