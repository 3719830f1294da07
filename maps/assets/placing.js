// The main map: how it is created, what it shows of the country, where it moves; a part of Page.

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
    this.scaleControl = L.control.scale({ imperial: false, position: "bottomright" })
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

  /** Names on the main map, or none. */
  drawNames() {
    this.main.setNames(this.naming ? nameWriter(this.model, this.colours) : null);
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
    for (this.aside = 0; this.aside <= 1; this.aside += 0.25) {
      this.map.fitBounds(this.model.head.home, { animate: false, ...this.margin() });
      this.main.catchUp();
      if (!this.crowded()) break;
    }
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  },

  /** The space next to the map changes: the picture stays where it is. */
  watchSize() {
    new ResizeObserver(() => {
      const { x, y } = this.map.getSize();
      if (x === this.mapPlace.clientWidth && y === this.mapPlace.clientHeight) return;
      const whole = this.atHome();
      this.map.invalidateSize({ pan: false });
      if (whole) this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
    }).observe(this.mapPlace);
  },

  /** Whether the frames of distant parts would cover the country. */
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

  /** Move the map to territory i and its surroundings. */
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
    // The card will be on the right, on the second map if there is one, or below on a narrow screen.
    const right = this.beside ? 0 : Math.min(380, size.x / 2);
    const padding = narrow ? [0, 0.26 * window.innerHeight] : [right, 0];
    const typing = this.grid?.element.contains(document.activeElement);
    if (narrow && !this.given && !typing) this.mapPlace.parentElement.scrollIntoView();
    // On a folium map it is on the left, and the panel on the right.
    const clear = this.given && !narrow
      ? { paddingTopLeft: [Math.min(410, size.x / 3), 0], paddingBottomRight: [310, 0] }
      : { paddingBottomRight: padding };
    this.map.fitBounds(bounds.pad(1.5), { animate: false, ...clear });
  },

  goHome() {
    this.map.fitBounds(this.model.head.home, { ...this.margin(), animate: false });
    this.home = { center: this.map.getCenter(), zoom: this.map.getZoom() };
  },

  /** For printing: the current map, as an image that fits the sheet. */
  takePicture() {
    this.later.finish();
    const drawn = ({ main, layer }, ...key) => {
      const title = this.speech.text(layer.title);
      return el("figure", { class: "zb-printed" },
        this.beside ? el("figcaption", {}, isolated(title)) : null,
        el("img", { class: "zb-picture", src: main.picture(), alt: title }), key);
    };
    this.pictures.replaceChildren(drawn(this),
      ...(this.beside ? [drawn(this.beside, this.beside.drawKey())] : []));
  },
};
