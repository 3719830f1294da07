// The page: builds the interface round a Leaflet map and keeps map, legend and card together.

const ROLES = ["index", "dimension", "indicator", "flag", "typology", "bivariate", "context"];

class Page {
  /** root: the element to fill; map: a Leaflet map to use, or null to make one. */
  constructor(root, model, map = null) {
    const { head } = model;
    this.root = root;
    this.base = model; // of the page's own territories; `model` is of those that are shown
    this.model = model;
    this.models = new Map([["", model]]);
    this.level = "";
    this.address = readAddress();
    this.naming = this.address.names;
    this.table = newTableState();
    this.kept = null; // what the table's filters leave, a byte a territory
    this.hovered = -1;
    const lang = Object.hasOwn(head.words, this.address.lang ?? "") ? this.address.lang : head.lang;
    this.speech = new Speech(head, lang);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.schemes = new Map();
    this.pinned = -1;
    this.beside = null; // a second map, see beside.js
    this.layer = model.layer(this.address.layer) || model.layer(head.show) || model.layers[0];
    this.given = map;
    this.layers = []; // Leaflet layers: the main map's, then the insets'
  }

  get colours() {
    return this.model.head.colours[this.dark.matches ? "dark" : "light"];
  }

  /** Build everything and paint; the second block of data may still be on its way. */
  start() {
    this.build();
    this.shown = this.classes();
    this.fill(); // before the map: what stands beside it decides its size
    this.makeMap();
    this.dark.addEventListener("change", () => {
      this.show();
      this.drawNames();
    });
    window.addEventListener("beforeprint", () => this.takePicture());
    window.matchMedia("print").addEventListener("change", (event) => {
      if (event.matches) this.takePicture();
    });
    document.documentElement.dataset.painted = "1";
    performance.mark("zb-painted");
    this.insets = startInsets(this, this.frames);
    closeOnEscape(this);
    window.addEventListener("hashchange", () => this.restore(readAddress()));
  }

  /** Names and all layers are here: fill what was waiting for them. */
  ready() {
    this.base.readText();
    if (this.wanted) this.address.layer = this.wanted.id;
    this.restore(this.address);
    document.documentElement.dataset.ready = "1";
    performance.mark("zb-ready");
  }

  /** Show what an address says, as far as it can be had. */
  restore(address) {
    const { base } = this;
    if (Object.hasOwn(base.head.words, address.lang || base.head.lang)) {
      this.speech.lang = address.lang || base.head.lang;
    }
    this.table = address.table;
    this.naming = address.names;
    this.level = base.head.upper.some(({ id }) => id === address.level) ? address.level : "";
    this.model = this.modelOf(this.level);
    const { model } = this;
    const outlines = ["none", ...model.head.levels.map(({ id }) => id)];
    if (outlines.includes(address.outline)) {
      model.outline(address.outline === "none" ? null : address.outline);
    }
    this.layer = this.findLayer(address.layer) || this.findLayer(this.layer.id)
      || this.firstLayer();
    const scheme = readScheme(address.method, this.layer);
    if (scheme) this.schemes.set(this.layer.id, scheme);
    this.counting = address.counting;
    this.pinned = -1;
    this.rebuild();
    if (address.view) {
      this.map.setView([address.view[0], address.view[1]], address.view[2], { animate: false });
    }
    if (this.findLayer(address.beside)) this.setBeside(address.beside);
    const at = address.at ? model.codes.indexOf(address.at) : -1;
    if (at > -1) {
      this.pin(at);
      if (!address.view) this.goTo(at);
    }
  }

  /** The model of a level, made when it is first asked for. */
  modelOf(level) {
    if (!this.models.has(level)) {
      const told = this.base.head.upper.find(({ id }) => id === level);
      this.models.set(level, new UpperModel(this.base, told));
    }
    return this.models.get(level);
  }

  /** The layer of that id, or the map of two that it names. */
  findLayer(id) {
    return id ? this.model.layer(id) || findPair(this.model, id) : null;
  }

  firstLayer() {
    const { model } = this;
    return model.layers.find(({ role }) => role === "index") || model.layer(model.head.show)
      || model.layers[0];
  }

  /** Interface and maps anew, for other territories, another language, another arrangement. */
  rebuild() {
    const whole = this.atHome();
    this.beside?.remove();
    this.beside = null;
    this.root.classList.remove("zb-two");
    this.kept = null;
    this.hovered = -1;
    this.speech = new Speech(this.model.head, this.speech.lang);
    this.shown = this.classes();
    this.look = lookOf(this.model, this.shown, this.colours);
    this.build();
    this.fill();
    const options = this.layerOptions();
    for (const layer of this.layers) {
      const same = layer.options.geometry === options.geometry && layer.options.groups === options.groups;
      if (same) layer.setLook(this.look);
      else layer.setGeometry({ ...options, look: this.look });
    }
    this.drawNames();
    this.fit(whole);
    this.grid?.fill();
  }

  /** Whether the map shows the whole, as it does until the reader moves it. */
  atHome() {
    const { home, map } = this;
    return Boolean(home) && home.zoom === map.getZoom() && home.center.equals(map.getCenter());
  }

  /** Take up the room that there is now; a map of the whole shows the whole again. */
  fit(whole) {
    const [center, zoom] = [this.map.getCenter(), this.map.getZoom()];
    this.map.invalidateSize({ pan: false });
    if (!whole || this.given) {
      this.map.setView(center, zoom, { animate: false });
      return;
    }
    this.settle();
  }

  /** Show the whole, as large as the frames of distant parts leave it room. */
  settle() {
    for (this.aside = 0; this.aside <= 1; this.aside += 0.25) {
      this.map.fitBounds(this.model.head.home, { animate: false, ...this.margin() });
      this.main.catchUp();
      if (!this.crowded()) break;
    }
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  }

  /** What stands beside the map gives or takes room: the picture stays where it is. */
  watchSize() {
    new ResizeObserver(() => {
      const { x, y } = this.map.getSize();
      if (x === this.mapPlace.clientWidth && y === this.mapPlace.clientHeight) return;
      const whole = this.atHome();
      this.map.invalidateSize({ pan: false });
      if (whole) this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
    }).observe(this.mapPlace);
  }

  // -- the interface --------------------------------------------------------------------------

  build() {
    const { head } = this.model;
    const { speech } = this;
    this.legendPlace = el("div", { class: "zb-legend-place" });
    this.cardPlace = el("div", { class: "zb-card-place" });
    this.tip = el("div", { class: "zb-tip", "aria-hidden": "true", hidden: true });
    this.picture = el("img", { class: "zb-picture", alt: "" });
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
          this.picture, this.tip, this.cardPlace),
        this.grid?.element),
      this.drawFoot(), this.status);
  }

  drawHead() {
    const { head } = this.model;
    const { speech } = this;
    const other = speech.lang === "fr" ? "en" : "fr";
    return el("header", { class: "zb-head" },
      el("div", { class: "zb-eyebrow" },
        el("span", {}, isolated([speech.text(head.place),
          speech.territories(this.model.count)].filter(Boolean).join(" · "))),
        el("button", { type: "button", class: "zb-lang", lang: other,
          click: () => this.speak(other) }, other === "fr" ? "Français" : "English")),
      el("h1", {}, isolated(speech.text(head.title))),
      this.readingPlace = el("p", { class: "zb-subtitle" }));
  }

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
  }

  drawMethod() {
    this.methodPlace = el("section", { class: "zb-method" });
    return this.methodPlace;
  }

  drawFoot() {
    this.footPlace = el("footer", { class: "zb-foot" });
    return this.footPlace;
  }

  fillMethod() {
    const { speech, layer, model } = this;
    const parts = layer.kind === "bivariate" ? [model.layer(layer.x), model.layer(layer.y)] : [layer];
    this.methodPlace.replaceChildren(
      el("h2", {}, speech.say("method")),
      ...parts.flatMap((one) => [
        parts.length > 1 ? el("h3", {}, isolated(speech.text(one.title))) : "",
        el("p", {}, isolated(speech.text(one.method) || speech.say("no_method"))),
        one.native ? el("p", { class: "zb-native" },
          speech.native(one, true)) : "",
      ]).filter(Boolean),
      ...model.head.notices.map((notice) => el("p", {}, isolated(speech.text(notice)))));
  }

  fillFoot() {
    const { speech, layer, model } = this;
    const parts = layer.kind === "bivariate" ? [model.layer(layer.x), model.layer(layer.y)] : [layer];
    const used = [...new Set(parts.flatMap(({ sources }) => sources))];
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
    this.footPlace.replaceChildren(el("p", {},
      line("source", used), line("boundaries", others),
      el("span", { class: "zb-made" }, speech.say("made_with"))));
  }

  // -- the map --------------------------------------------------------------------------------

  makeMap() {
    const { head } = this.model;
    this.look = lookOf(this.model, this.shown, this.colours);
    if (this.given) {
      this.map = this.given;
      // folium's own default, of a user who did not say where to look
      const untouched = this.map.getZoom() <= 1 && this.map.getCenter().equals([0, 0]);
      if (untouched) this.map.fitBounds(head.home, { animate: false });
    } else {
      this.map = L.map(this.mapPlace, {
        attributionControl: false, zoomControl: false, zoomSnap: 0.1, zoomDelta: 1,
        wheelPxPerZoomLevel: 90, minZoom: 1, maxZoom: head.max_zoom, worldCopyJump: false,
      });
      const { view } = this.address;
      if (view) this.map.setView([view[0], view[1]], view[2], { animate: false });
      else this.map.fitBounds(head.home, { animate: false, padding: [18, 18] });
      this.addControls();
    }
    const main = this.newLayer().addTo(this.map);
    this.main = main;
    if (this.given) L.DomEvent.disableClickPropagation(this.root);
    if (!this.given) {
      if (!this.address.view && this.crowded()) this.settle();
      else if (!this.address.view) this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
      this.watchSize();
    }
    this.wire(this.map, main);
    this.map.on("moveend", () => this.remember());
  }

  /** Whether the frames of distant parts would stand on the country. */
  crowded() {
    const insets = this.root.querySelector(".zb-insets");
    if (!insets || this.given) return false;
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = insets;
    for (let x = 0; x <= offsetWidth; x += 6) {
      for (let y = 0; y <= offsetHeight; y += 6) {
        if (this.main.idAt({ x: offsetLeft + x, y: offsetTop + y })) return true;
      }
    }
    return false;
  }

  /** Space to leave round the country, so that nothing stands on it. */
  margin() {
    const insets = this.root.querySelector(".zb-insets");
    if (!insets || !this.aside) return { padding: [18, 18] };
    const beside = insets.offsetHeight > insets.offsetWidth;
    return beside
      ? { paddingTopLeft: [18 + this.aside * insets.offsetWidth, 18], paddingBottomRight: [18, 18] }
      : { paddingTopLeft: [12, 12],
        paddingBottomRight: [12, 12 + this.aside * insets.offsetHeight] };
  }

  addControls() {
    const { speech } = this;
    this.zoomControl = L.control.zoom({ position: "topleft", zoomInText: "+", zoomOutText: "−",
      zoomInTitle: speech.say("zoom_in"), zoomOutTitle: speech.say("zoom_out") }).addTo(this.map);
    const Home = L.Control.extend({
      onAdd: () => {
        const button = el("button", { type: "button", class: "zb-home",
          title: speech.say("home"), "aria-label": speech.say("home"),
          click: () => this.goHome() }, svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
          svg("path", { d: "M2 8l6-5.5L14 8M4 7v6.5h8V7", fill: "none", stroke: "currentColor",
            "stroke-width": 1.6, "stroke-linejoin": "round" })));
        L.DomEvent.disableClickPropagation(button);
        return el("div", { class: "leaflet-bar" }, button);
      },
    });
    this.homeControl = new Home({ position: "topleft" }).addTo(this.map);
    this.scaleControl = L.control.scale({ imperial: false, position: "bottomright" })
      .addTo(this.map);
  }

  newLayer() {
    const layer = new TerritoryLayer({ ...this.layerOptions(), look: this.look });
    this.layers.push(layer);
    return layer;
  }

  layerOptions() {
    const { geometry, groups, head } = this.model;
    return { geometry, groups, typicalWidth: head.typical_width / geometry.grid };
  }

  /** Names on the main map, or none. */
  drawNames() {
    this.main.setNames(this.naming ? nameWriter(this.model, this.colours) : null);
  }

  /** Pointer and keyboard on one of the maps. */
  wire(map, layer) {
    map.on("mousemove", (event) => this.hover(layer.idAt(event.containerPoint), event));
    map.on("mouseout", () => this.hover(0));
    map.on("click", (event) => this.pin(layer.idAt(event.containerPoint) - 1));
    map.getContainer().addEventListener("pointerdown", () => this.keys(false));
    map.getContainer().addEventListener("keyup", () => this.keys(true));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) {
        this.pin(layer.idAt(map.getSize().divideBy(2)) - 1, { focus: true });
      }
    });
  }

  /** Whether the map is being moved by keys, and so shows where its middle is. */
  keys(used) {
    this.root.classList.toggle("zb-keys", used);
  }

  /** What paper gets: the map as it is, as an image that fits the sheet. */
  takePicture() {
    this.picture.src = this.main.picture();
    this.picture.alt = this.speech.text(this.layer.title);
  }

  hover(id, event) {
    this.point(id - 1);
    if (!id || !this.model.names || !event) {
      this.tip.hidden = true;
      return;
    }
    if (id !== this.tipId) {
      this.tip.replaceChildren(...drawTooltip(this, id - 1).flat());
      this.tipId = id;
    }
    this.tip.hidden = false;
    const stage = this.tip.parentElement.getBoundingClientRect();
    const { clientX, clientY } = event.originalEvent;
    const x = Math.min(clientX - stage.left + 14, stage.width - this.tip.offsetWidth - 6);
    const below = clientY - stage.top + 18;
    const y = below + this.tip.offsetHeight > stage.height
      ? clientY - stage.top - this.tip.offsetHeight - 12 : below;
    this.tip.style.transform = `translate(${Math.max(x, 4)}px, ${Math.max(y, 4)}px)`;
  }

  /** Outline territory i on every map, -1 for none. */
  point(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    for (const layer of this.allLayers()) layer.setOutlined(i + 1, layer.chosen);
    this.grid?.mark();
  }

  allLayers() {
    return [...this.layers, ...(this.beside?.layers || [])];
  }

  /** Ids of the layers whose figures the tooltip tells. */
  toldLayers() {
    const told = [this.layer, this.beside?.layer].filter(Boolean)
      .flatMap((layer) => (layer.kind === "bivariate" ? [layer.x, layer.y] : [layer.id]));
    return [...new Set(told)];
  }

  /** Open the card of territory i; -1 closes it. */
  pin(i, { focus = false, from = "map" } = {}) {
    if (!this.model.names) return;
    const back = this.pinned;
    this.pinned = i;
    for (const layer of this.allLayers()) layer.setOutlined(layer.hovered, i + 1);
    if (from !== "table") this.grid?.reveal(i);
    this.cardPlace.replaceChildren(...(i < 0 ? [] : [drawCard(this, i)]));
    if (i >= 0 && focus) this.cardPlace.firstChild.focus({ preventScroll: true });
    if (i < 0 && back >= 0 && document.activeElement === document.body) {
      this.map.getContainer().focus({ preventScroll: true });
    }
    this.remember();
  }

  /** Move the map to territory i, near enough to see what is round it. */
  goTo(i) {
    const { grid, origin } = this.model.geometry;
    const extent = this.model.extents();
    const at = 4 * (i + 1);
    if (!(extent[at] <= extent[at + 2])) return;
    const place = (x, y) => L.Projection.SphericalMercator.unproject(
      L.point(x * grid + origin[0], y * grid + origin[1]));
    const bounds = L.latLngBounds(place(extent[at], extent[at + 1]),
      place(extent[at + 2], extent[at + 3]));
    const narrow = window.matchMedia("(max-width: 760px)").matches;
    const size = this.map.getSize();
    // The card will stand on the right, on the second map if there is one, or below on a narrow screen.
    const right = this.beside ? 0 : Math.min(380, size.x / 2);
    const padding = narrow ? [0, 0.26 * window.innerHeight] : [right, 0];
    const typing = this.grid?.element.contains(document.activeElement);
    if (narrow && !this.given && !typing) this.mapPlace.parentElement.scrollIntoView();
    this.map.fitBounds(bounds.pad(1.5), { animate: false, paddingBottomRight: padding });
  }

  goHome() {
    this.map.fitBounds(this.model.head.home, { ...this.margin(), animate: false });
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  }

  // -- what is shown --------------------------------------------------------------------------

  schemeOf(layer) {
    return this.schemes.get(layer.id) || layer.scheme;
  }

  classes() {
    return classifyLayer(this.model, this.layer, this.colours, this.speech,
      this.schemeOf(this.layer));
  }

  choose(layer) {
    this.layer = layer;
    this.wanted = layer;
    if (!this.model.names) return; // its figures are on their way: see ready()
    this.show();
    markChoice(this.root, layer);
    this.remember();
    const { speech } = this;
    this.status.textContent = speech.say("now_shown", { title: speech.text(layer.title) });
  }

  setScheme(scheme) {
    this.schemes.set(this.layer.id, scheme);
    this.show();
    this.remember();
    document.getElementById("zb-scheme")?.focus();
  }

  /** Colour the maps anew and fill legend, card and foot. */
  show() {
    this.shown = this.classes();
    this.recolour();
    this.fill();
    this.beside?.show();
    this.grid?.fill();
    if (this.pinned >= 0) this.pin(this.pinned);
  }

  recolour(only = null) {
    this.look = lookOf(this.model, this.shown, this.colours, only, this.kept);
    for (const layer of this.layers) layer.setLook(this.look);
  }

  highlight(k) {
    this.recolour(k);
  }

  fill() {
    this.tipId = 0;
    this.legendPlace.replaceChildren(drawLegend(this));
    this.readingPlace.textContent = this.speech.reading(this.layer);
    this.paneTitle.replaceChildren(isolated(this.speech.text(this.layer.title)));
    this.fillMethod();
    this.fillFoot();
  }

  speak(lang) {
    this.speech.lang = lang;
    for (const control of [this.zoomControl, this.homeControl, this.scaleControl]) {
      control?.remove();
    }
    const { beside, pinned } = this;
    this.rebuild();
    if (!this.given) this.addControls();
    if (beside) this.setBeside(beside.layer.id);
    this.pin(pinned);
    this.remember();
    this.root.querySelector(".zb-lang").focus();
  }

  /** Keep the address in step, a moment later: browsers take their time over it. */
  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => this.writeAddress(), 200);
  }

  writeAddress() {
    const { model, base, layer } = this;
    const { lat, lng } = this.map.getCenter();
    const method = this.schemes.get(layer.id);
    const outlined = model.outlined || "none";
    writeAddress({
      layer: layer.id,
      method: method && method !== layer.scheme ? writeScheme(method, layer) : "",
      counting: this.counting,
      level: this.level,
      outline: outlined === (model.head.outline || "none") ? "" : outlined,
      names: this.naming,
      at: this.pinned >= 0 ? model.codes[this.pinned] : "",
      beside: this.beside?.layer.id,
      lang: this.speech.lang === base.head.lang ? "" : this.speech.lang,
      view: [lat.toFixed(4), lng.toFixed(4), this.map.getZoom()].join(","),
      table: this.table,
    });
  }

  // -- the bar above the map ------------------------------------------------------------------

  /** Show other territories: the page's own, or those of a level that contains them. */
  setLevel(level) {
    const { pinned, model: before, beside, layer } = this;
    this.level = level;
    this.model = this.modelOf(level);
    const { model } = this;
    this.layer = this.findLayer(layer.id) || this.firstLayer();
    Object.assign(this.table, { text: "", within: "", flag: "", columns: null, sort: "" });
    this.rebuild();
    if (beside) this.setBeside(beside.layer.id);
    this.pin(before === this.base && pinned >= 0 ? model.unitOf(pinned) : -1);
    this.status.textContent = this.speech.say("level_shown",
      { level: this.speech.territories(model.count) });
    this.refocus("#zb-level");
  }

  setOutline(level) {
    this.model.outline(level === "none" ? null : level);
    for (const layer of this.allLayers()) layer.setGeometry({ ...this.layerOptions(), look: layer.options.look });
    this.pin(this.pinned);
    this.remember();
  }

  setNaming(on) {
    this.naming = on;
    this.drawNames();
    this.remember();
  }

  setTable(open) {
    const { beside, pinned } = this;
    this.table.open = open;
    this.rebuild();
    if (beside) this.setBeside(beside.layer.id);
    this.pin(pinned);
    this.refocus("[data-tool=table]");
  }

  /** A second map with that layer ("" for one that goes with the first), or none (null). */
  setBeside(id) {
    if (this.given) return;
    const whole = this.atHome();
    this.beside?.remove();
    this.beside = null;
    if (id !== null) {
      const { model } = this;
      const other = ["indicator", "dimension", "context"].map((role) => model.layers.find((layer) =>
        layer.role === role && layer !== this.layer)).find(Boolean);
      this.beside = new Beside(this, this.findLayer(id) || other || this.layer);
      this.root.querySelector(".zb-pane").after(this.beside.element);
    }
    this.root.classList.toggle("zb-two", Boolean(this.beside));
    this.fit(whole);
    this.beside?.start();
    this.root.querySelector("[data-tool=compare]")?.setAttribute("aria-pressed",
      String(Boolean(this.beside)));
    this.pin(this.pinned);
  }

  /** What the table's filters leave: all else fades on the maps. */
  filtered(kept) {
    if (kept === null && this.kept === null) return;
    this.kept = kept;
    this.recolour();
    this.beside?.recolour();
  }

  /** Focus what the reader used last, which may have been made anew, and keep the address. */
  refocus(selector) {
    this.root.querySelector(selector)?.focus();
    this.remember();
  }

  saveCsv() {
    const columns = tableColumns(this);
    const { rows } = tableRows(this, columns);
    saveFile(fileName(this, "csv"), tableAsCsv(this, columns, rows));
    return this.speech.say("saved_rows", { count: this.speech.number(rows.length) });
  }

  async savePicture(kind) {
    saveFile(fileName(this, kind), await pictureFile(this, kind));
    return this.speech.say("saved_picture");
  }

  async copyLink() {
    this.writeAddress();
    try {
      await navigator.clipboard.writeText(window.location.href);
      return this.speech.say("link_copied");
    } catch {
      return this.speech.say("link_by_hand", { link: window.location.href });
    }
  }
}

/** Read the blocks and start: what the first picture needs first, then the rest. */
async function startPage(root, { map = null, prefix = "zoneblanche" } = {}) {
  performance.mark("zb-start");
  const blocks = ["head", "arcs", "map"].map((name) => readBlock(`${prefix}-${name}`));
  const [headBytes, arcs, mapBytes] = await Promise.all(blocks);
  const head = readJson(headBytes);
  const model = new Model(head);
  model.add(mapBytes, head.places.map);
  model.geometry = readGeometry(arcs, head.places.arcs, head.geometry);
  performance.mark("zb-decoded");
  model.outline(head.outline);
  const page = new Page(root, model, map);
  if (!page.layer.column && page.layer.kind !== "bivariate") page.layer = model.layers[0];
  const first = page.layer.kind === "bivariate" ? [page.layer.x, page.layer.y] : [page.layer.id];
  const rest = readBlock(`${prefix}-data`);
  if (!first.every((id) => model.has(id))) model.add(await rest, head.places.data);
  page.start();
  if (!model.has("text")) model.add(await rest, head.places.data);
  page.ready();
  return page;
}
