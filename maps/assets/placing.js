// The main map: how it is created, what it shows of the country, where it moves; a part of Page.

const LEAST_ROOM = 0.4; // zoom levels by which the whole may be smaller than its frame

const MOST_SHAPES = 3000; // territories that are printed as shapes; more as an image

/** The scale bar of an article's map, which has little room beside the land: in more steps than Leaflet's, so that it
 *  is never much shorter than its room, nor than its words. */
const ShortScale = L.Control.Scale.extend({
  _getRoundNum(most) {
    const unit = 10 ** Math.floor(Math.log10(most));
    const whole = unit === 1 || unit === 1000; // no fractions of a metre or kilometre
    return unit * [8, 6, 5, 4, 3, 2.5, 2, 1.5, 1.2, 1].find((step) =>
      step * unit <= most && !(whole && step % 1));
  },
});

const PLACING = {
  makeMap() {
    const { head } = this.model;
    this.look = lookOf(this.model, this.shown, this.colours);
    if (this.given) {
      this.map = this.given;
      // folium's default, if the user gave no location
      const untouched = this.map.getZoom() <= 1 && this.map.getCenter().equals([0, 0]);
      const beside = this.map.getSize().x > 760 ? 310 : 0; // the panel floats over the map
      const clear = { paddingTopLeft: [18, 18], paddingBottomRight: [18 + beside, 70] };
      if (untouched) this.map.fitBounds(head.home, { animate: false, ...clear });
    } else {
      this.map = L.map(this.mapPlace, {
        attributionControl: false, zoomControl: false, zoomSnap: 0.1, zoomDelta: 1,
        wheelPxPerZoomLevel: 90, minZoom: 1, maxZoom: head.max_zoom, worldCopyJump: false,
        maxBoundsViscosity: 1,
      });
      const { view } = this.address;
      if (view) this.map.setView([view[0], view[1]], view[2], { animate: false });
      else this.map.fitBounds(head.home, { animate: false, padding: [18, 18] });
    }
    this.main = this.newLayer();
    if (this.given) L.DomEvent.disableClickPropagation(this.root);
    if (!this.given) {
      if (!this.address.view && this.crowded()) this.settle();
      else if (!this.address.view) this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
      this.hold();
      this.addControls(); // the place of the frames was read before anything is laid out again
      this.watchSize();
    }
    this.main.addTo(this.map); // where the map stays: one picture
    this.wire(this.map, this.main);
    this.watchTouch();
    if (head.embed) this.leaveWheel();
    this.map.on("zoomend", () => this.followZoom());
    this.map.on("moveend", () => this.remember());
  },

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
    const options = { imperial: false, position: "bottomright" };
    this.scaleControl = (this.base.head.embed ? new ShortScale({ ...options, maxWidth: 62 }) : L.control.scale(options))
      .addTo(this.map);
  },

  newLayer() {
    const layer = new TerritoryLayer({ ...this.layerOptions(), look: this.look });
    this.layers.push(layer);
    return layer;
  },

  layerOptions() {
    const { geometry, groups, head } = this.model;
    return { geometry, groups, typicalWidth: head.typical_width / geometry.grid };
  },

  /** Names on the main map; without them that of the selected territory only. */
  drawNames() {
    this.main.setNames(nameWriter(this));
  },

  /** Whether the map shows the whole, as it does until the reader moves it. */
  atHome() {
    const { home, map } = this;
    return Boolean(home) && home.zoom === map.getZoom() && home.center.equals(map.getCenter());
  },

  /** Use the available space; a map of the whole shows the whole again. */
  fit(whole) {
    const [center, zoom] = [this.map.getCenter(), this.map.getZoom()];
    this.map.invalidateSize({ pan: false });
    if (!whole || this.given) {
      this.map.setView(center, zoom, { animate: false });
      return;
    }
    this.settle();
  },

  /** Show the whole, as large as the frames of distant parts allow. */
  settle() {
    this.moveTo(() => this.main.paintAfter(() => {
      for (this.aside = 0; this.aside <= 1; this.aside += 0.25) {
        this.map.fitBounds(this.model.head.home, { animate: false, ...this.margin() });
        if (!this.crowded()) break;
      }
    }));
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  },

  /** End a zoom that is still animated: Leaflet would go where it leads after any other move. */
  endZoom() {
    this.map._onZoomTransitionEnd();
  },

  /** Do what moves the map to another place, where it may then stay. */
  moveTo(act) {
    this.endZoom();
    if (this.given) return act();
    this.map.setMaxBounds(null).setMinZoom(1);
    act();
    return this.hold();
  },

  /** The map cannot leave the country, or the distant part that it shows, nor shrink it to a dot. */
  hold() {
    if (this.given) return;
    const { map } = this;
    const { home, parts } = this.base.head;
    const center = map.getCenter();
    const areas = [home, ...parts.map(({ bounds }) => bounds)].map((one) => L.latLngBounds(one));
    const at = areas.find((one) => one.pad(0.2).contains(center)) || areas.reduce((one, other) =>
      (one.getCenter().distanceTo(center) <= other.getCenter().distanceTo(center) ? one : other));
    map.setMinZoom(Math.min(map.getBoundsZoom(at) - LEAST_ROOM, map.getZoom()));
    map.setMaxBounds(at.pad(0.4));
  },

  /** The space next to the map changes: the picture stays where it is. */
  watchSize() {
    new ResizeObserver(() => {
      const { x, y } = this.map.getSize();
      if (x === this.mapPlace.clientWidth && y === this.mapPlace.clientHeight) return;
      const whole = this.atHome();
      this.map.invalidateSize({ pan: false });
      if (whole) this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
      insetBoxes(this);
    }).observe(this.mapPlace);
  },

  /** Whether the frames of distant parts would cover the country. */
  crowded() {
    const insets = this.root.querySelector(".zb-insets");
    return Boolean(insets) && !this.given && this.main.isIn(this.map, insets);
  },

  /** Space to leave around the country, so that nothing covers it. */
  margin() {
    const insets = this.root.querySelector(".zb-insets");
    if (!insets || !this.aside) return { padding: [18, 18] };
    const beside = insets.offsetHeight > insets.offsetWidth;
    return beside
      ? { paddingTopLeft: [18 + this.aside * insets.offsetWidth, 18], paddingBottomRight: [18, 18] }
      : { paddingTopLeft: [12, 12],
        paddingBottomRight: [12, 12 + this.aside * insets.offsetHeight] };
  },

  /** Move the map to territory i of a model and its surroundings. */
  goTo(i, model = this.model) {
    const bounds = this.boundsOf(model.extents(), 4 * (i + 1), model.geometry);
    if (!bounds.isValid()) return;
    const narrow = window.matchMedia("(max-width: 760px)").matches;
    const size = this.map.getSize();
    // The card will be on the right, on the second map if there is one, or below on a narrow screen.
    const right = this.beside ? 0 : Math.min(380, size.x / 2);
    const padding = narrow ? [0, 0.26 * window.innerHeight] : [right, 0];
    const typing = this.grid?.element.contains(document.activeElement);
    if (narrow && !this.given && !typing) this.mapPlace.parentElement.scrollIntoView();
    // On a folium map it is on the left, and the panel on the right.
    const clear = this.given && !narrow
      ? { paddingTopLeft: [Math.min(410, size.x / 3), 0], paddingBottomRight: [310, 0] }
      : { paddingBottomRight: padding };
    this.moveTo(() => {
      this.map.fitBounds(bounds.pad(1.5), { animate: false, ...clear });
      const far = this.level === AUTO && model === this.base && this.map.getZoom() < OWN_FROM;
      if (far) this.map.setZoom(OWN_FROM, { animate: false }); // where its own territories are shown
    });
  },

  /** Move the map to the territories that the table's filters leave, or to the whole. */
  showKept() {
    if (!this.kept) return this.goHome();
    const extent = this.model.extents();
    const box = L.latLngBounds([]);
    for (let i = 0; i < this.model.count; i++) {
      if (this.kept[i]) box.extend(this.boundsOf(extent, 4 * (i + 1), this.model.geometry));
    }
    if (box.isValid()) this.moveTo(() => this.map.fitBounds(box, { animate: false, padding: [18, 18] }));
  },

  /** The bounds of a territory in degrees, from its extent in steps of the grid. */
  boundsOf(extent, at, { grid, origin }) {
    if (!(extent[at] <= extent[at + 2])) return L.latLngBounds([]);
    const place = (x, y) => L.Projection.SphericalMercator.unproject(
      L.point(x * grid + origin[0], y * grid + origin[1]));
    return L.latLngBounds(place(extent[at], extent[at + 1]), place(extent[at + 2], extent[at + 3]));
  },

  goHome() {
    this.moveTo(() => this.map.fitBounds(this.model.head.home, { ...this.margin(), animate: false }));
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  },

  /** For printing: map, legend and sources as one sheet of shapes and letters, in light colours. */
  takePicture() {
    this.later.finish();
    const { theme } = this;
    if (this.isDark()) {
      this.theme = "light";
      this.retheme();
      this.later.finish();
    }
    const sheet = mapAsSvg(this, { vector: this.model.count <= MOST_SHAPES });
    sheet.setAttribute("class", "zb-picture");
    sheet.setAttribute("role", "img");
    sheet.setAttribute("aria-label", this.speech.text(this.layer.title));
    this.pictures.replaceChildren(sheet);
    if (this.theme !== theme) {
      this.theme = theme;
      this.retheme();
    }
  },
};
