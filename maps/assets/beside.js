// A second map next to the first: another layer of the same territories. The two move together, and
// pointing or selecting on one does so on both.

const ROOM_FOR_LEGEND = 700; // pixels

class Beside {
  /** page: the page; layer: what the second map shows. */
  constructor(page, layer) {
    this.page = page;
    this.layer = layer;
    this.layers = []; // Leaflet layers: the second map's, then its insets'
    this.place = el("div", { class: "zb-map", id: "zb-map-beside", role: "application" });
    this.frames = drawInsets(this);
    this.legend = el("div", { class: "zb-beside-legend" });
    this.title = el("div", { class: "zb-pane-title" });
    this.element = el("div", { class: "zb-pane" }, this.title, el("div", { class: "zb-pane-map" },
      this.place, insetGroup(this.frames, page.speech), this.legend));
  }

  get model() { return this.page.model; }

  get speech() { return this.page.speech; }

  get colours() { return this.page.colours; }

  get root() { return this.element; }

  get hovered() { return this.page.hovered; }

  wire(map, layer) { this.page.wire(map, layer); }

  /** Create the map, once its element is in the page and has a size. */
  start() {
    this.classify();
    const { map } = this.page;
    this.map = L.map(this.place, {
      attributionControl: false, zoomControl: false, zoomSnap: 0.1, wheelPxPerZoomLevel: 90,
      zoomAnimation: false,
      minZoom: 1, maxZoom: map.getMaxZoom(),
    });
    this.animated = map._zoomAnimated;
    map._zoomAnimated = false; // two animations would not keep step
    this.map.setView(map.getCenter(), map.getZoom(), { animate: false });
    this.main = this.newLayer(this.page.main).addTo(this.map);
    this.wire(this.map, this.main);
    this.page.main.options.twin = this.main;
    this.untie = tieMaps(map, this.map);
    this.insets = startInsets(this, this.frames);
    this.fill();
  }

  newLayer(twin = null) {
    const layer = new TerritoryLayer({ ...this.page.layerOptions(), look: this.look, twin });
    this.layers.push(layer);
    return layer;
  }

  classify() {
    this.shown = this.page.classes(this.layer);
    this.look = lookOf(this.model, this.shown, this.colours, null, this.page.kept);
  }

  choose(layer) {
    this.layer = layer;
    this.show();
    this.page.remember();
  }

  show() {
    this.classify();
    this.recolour();
    this.fill();
  }

  recolour(only = null) {
    this.look = lookOf(this.model, this.shown, this.colours, only, this.page.kept);
    for (const layer of this.layers) layer.setLook(this.look);
  }

  highlight(k) { this.recolour(k); }

  fill() {
    const { speech, model } = this;
    this.page.tipId = 0; // the tooltip has its figure too
    const title = speech.text(this.layer.title);
    this.place.setAttribute("aria-label", speech.say("map_label", { title }));
    this.title.replaceChildren(el("label", {}, el("span", {}, speech.say("compare_with")),
      el("select", { id: "zb-beside", change: (event) => this.choose(model.layer(event.target.value)) },
        model.layers.map((layer) => el("option", { value: layer.id, selected: layer === this.layer },
          speech.text(layer.title))))));
    // If open, it would cover a country that fills a narrow map.
    const open = this.legend.firstChild ? this.legend.firstChild.open
      : this.place.clientWidth > ROOM_FOR_LEGEND;
    this.legend.replaceChildren(el("details", { open },
      el("summary", {}, speech.say("legend_of", { title })), this.drawKey()));
  }

  /** Its colours and their meaning: next to the map, and again on paper. */
  drawKey() {
    const { speech } = this;
    if (this.layer.kind === "bivariate") return squareLegend(this);
    return el("ul", { class: "zb-classes" }, this.shown.classes.map((one, k) => el("li", {
      class: "zb-class", pointerenter: () => this.highlight(k),
      pointerleave: () => this.highlight(null),
    }, swatch(one.colour, this.colours), el("span", {}, isolated(one.label)))),
    el("li", { class: "zb-class" }, swatch(this.colours.missing[0], this.colours,
      this.colours.missing[1]), el("span", {}, speech.say("no_data"))));
  }

  remove() {
    for (const { map } of this.insets || []) map.remove();
    if (this.map) {
      this.untie();
      this.page.main.options.twin = null;
      this.page.map._zoomAnimated = this.animated;
      this.map.remove();
      this.map = null;
    }
    this.element.remove();
  }
}

/** Make two maps of the same size move together; returns a function that separates them. */
function tieMaps(one, other) {
  const events = "move zoomend moveend";
  let following = false;
  const follow = (from, to) => () => {
    const same = from.getZoom() === to.getZoom() && from.getCenter().equals(to.getCenter(), 1e-9);
    if (following || same) return;
    following = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    following = false;
  };
  const [there, back] = [follow(one, other), follow(other, one)];
  one.on(events, there);
  other.on(events, back);
  return () => {
    one.off(events, there);
    other.off(events, back);
  };
}
