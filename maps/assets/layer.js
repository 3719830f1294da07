// A Leaflet layer that paints territories on one canvas, and outlines one of them above it as a shape: another
// canvas as large as the map takes longer to hand over to the screen than a shape to draw.

const EARTH = 2 * Math.PI * 6378137; // metres round Web Mercator's equator
const FINE_BORDERS_FROM = 14; // pixels that territories must be wide for their borders to help
const REST = 140; // milliseconds without movement before the smooth picture is painted
const BANDS = 6; // into which that work is cut
const SMALL = 100_000; // pixels of a picture whose copies take no time
const EVERY = 6; // pixels of which one is looked at, to see whether territories are in a place

/** options: `geometry`; `look` (see paint.js); `groups` a number by id, whose borders get the
 *  stronger line, or null; `typicalWidth` of a territory in grid steps; `names` a function that
 *  writes names onto a canvas when the view rests (see labels.js), or null; `twin` a layer whose
 *  id image may be shared, where it shows the same view at the same size, or null. */
const TerritoryLayer = L.Layer.extend({
  initialize(options) {
    L.setOptions(this, options);
    this.hovered = 0;
    this.chosen = 0;
  },

  onAdd(map) {
    this._container = L.DomUtil.create("div", "zb-layer leaflet-zoom-animated");
    this._canvas = L.DomUtil.create("canvas", "zb-territories", this._container);
    this._still = L.DomUtil.create("canvas", "zb-still", this._container);
    this._still.hidden = true; // until it has a picture
    this._shown = this._canvas;
    this._lines = svg("svg", { class: "zb-outline" }, [0, 1, 2, 3].map(() => svg("path")));
    this._lines.style.display = "none"; // until it has an outline, as the names below
    this._container.append(this._lines);
    this._words = L.DomUtil.create("canvas", "zb-names", this._container);
    this._words.hidden = true; // until it has names: each canvas is a layer of the browser's, empty or not
    for (const part of [this._canvas, this._still, this._lines, this._words]) part.setAttribute("aria-hidden", "true");
    map.getPane("overlayPane").appendChild(this._container);
    this._paintNow();
  },

  onRemove() {
    clearTimeout(this._resting);
    cancelAnimationFrame(this._frame);
    this._container.remove();
  },

  getEvents() {
    const events = { move: this._later, moveend: this._later, resize: this._later };
    events.zoom = this._follow;
    events.zoomend = this._paintNow;
    if (this._map._zoomAnimated) events.zoomanim = this._animate;
    return events;
  },

  /** Show another layer, class or theme: the id image stays. */
  setLook(look) {
    this.options.look = look;
    if (!this._painted()) return;
    this._colour();
    this._soon();
  },

  /** Show other territories, or other borders between groups: the id image is computed again. */
  setGeometry({ geometry, look, groups, typicalWidth }) {
    Object.assign(this.options, { geometry, look, groups, typicalWidth });
    this.hovered = 0;
    this._width = 0; // ids may need more or fewer bits
    this._restedAt = "";
    if (this._map) this._paintNow();
  },

  /** Write names again, or remove them. */
  setNames(names) {
    this.options.names = names;
    if (this._painted()) this._name();
  },

  /** Outline the territories pointed at and selected (ids, 0 for none). `chosenIn` is the geometry of
   *  the selected one, which may be of another level than the map. */
  setOutlined(hovered, chosen, chosenIn = this.chosenIn) {
    if (hovered === this.hovered && chosen === this.chosen && chosenIn === this.chosenIn) return;
    Object.assign(this, { hovered, chosen, chosenIn });
    if (this._painted()) this._outline();
  },

  /** Whether there is a picture: a frame without a height has none yet. */
  _painted() {
    return this._map && Boolean(this._image);
  },

  /** The id at a point of the map's container, 0 for none. */
  idAt(point) {
    if (!this._ids) return 0;
    const x = Math.floor(point.x * this._ratio);
    const y = Math.floor(point.y * this._ratio);
    if (x < 0 || y < 0 || x >= this._width || y >= this._height) return 0;
    const id = this._ids[y * this._width + x];
    return id <= this.options.geometry.territories ? id : 0;
  },

  /** Whether territories are in a place of a map's container, for which no picture is needed. */
  isIn(map, { offsetLeft, offsetTop, offsetWidth, offsetHeight }) {
    const size = map.getSize();
    if (!size.x || !size.y) return false;
    const [width, height] = [offsetWidth, offsetHeight].map((long) => Math.floor(long / EVERY) + 1);
    const { scale, west, north } = this._viewOf(map, width, height, 1);
    // A large pixel has the middle of the small one that is looked at.
    const aside = (EVERY - 1) / 2;
    const ids = new Uint32Array(width * height);
    rasterise(this.options.geometry, { width, height, scale: scale / EVERY,
      west: west + (offsetLeft - aside) / scale, north: north - (offsetTop - aside) / scale }, ids);
    return ids.some((id) => id > 0);
  },

  /** The picture with its outlines and without names, as an image in an address. */
  picture() {
    const canvas = document.createElement("canvas");
    canvas.width = this._width;
    canvas.height = this._height;
    const context = canvas.getContext("2d");
    context.drawImage(this._canvas, 0, 0);
    context.lineJoin = "round";
    for (const { path, strokes } of this._outlines) {
      for (const [stroke, wide] of strokes) {
        Object.assign(context, { strokeStyle: stroke, lineWidth: wide });
        context.stroke(new Path2D(path));
      }
    }
    return canvas.toDataURL();
  },

  /** Whether territories are wide enough on the screen for lines between them. */
  _fine() {
    return this.options.typicalWidth * this._view.scale / this._ratio > FINE_BORDERS_FROM;
  },

  _later() {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => {
      if (this._map && !this._upToDate()) this._paintNow();
    });
  },

  /** Paint the current view, unless that is done. */
  catchUp() {
    if (this._map && !this._upToDate()) this._paintNow();
  },

  /** Do what moves the map several times, and paint where it ends only. */
  paintAfter(act) {
    this._waiting = true;
    act();
    this._waiting = false;
    if (!this._map) return;
    if (this._upToDate()) this._place();
    else this._paintNow();
  },

  /** Whether the picture is of the current view: a zoom ends with more than one event. */
  _upToDate() {
    const map = this._map;
    const size = map.getSize();
    return this._zoom === map.getZoom() && this._center.equals(map.getCenter(), 0)
      && this._width === Math.round(size.x * this._ratio)
      && this._height === Math.round(size.y * this._ratio);
  },

  _soon() {
    this.atRest = false;
    clearTimeout(this._resting);
    this._resting = setTimeout(() => this._rest([
      ...(this._ratio < 2 ? this._smoothing() : []), // else the screen is fine enough by itself
      () => this._name(),
    ]), REST);
  },

  /** The steps for a view at rest, so that the reader never waits for the whole. */
  _rest([step, ...more]) {
    if (!this._map) return;
    step();
    this.atRest = !more.length;
    if (more.length) this._resting = setTimeout(() => this._rest(more));
  },

  /** Whether the twin's id image is of the current view. */
  _shares() {
    const { twin, geometry } = this.options;
    return Boolean(twin && twin._ids && twin.options.geometry === geometry
      && twin._upToDate() && twin._width === this._width && twin._height === this._height
      && twin._zoom === this._zoom && twin._center.equals(this._center, 1e-9));
  },

  _paintNow() {
    if (this._waiting) return;
    const map = this._map;
    const size = map.getSize();
    this._center = map.getCenter();
    this._zoom = map.getZoom();
    this._ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.round(size.x * this._ratio);
    const height = Math.round(size.y * this._ratio);
    if (!width || !height) return;
    this._resize(width, height, size);
    this._place();
    this._view = this._viewOf(map, width, height, this._ratio);
    const { ids, runs } = this._shares() ? { ids: this.options.twin._ids,
      runs: this.options.twin._runs } : this._own;
    this._ids = ids;
    this._runs = runs;
    if (!this._shares()) {
      rasterise(this.options.geometry, this._view, this._ids, this._runs);
      findEdges(this._ids, width, height, this.options.groups, this._fine(), this._runs);
    }
    this._letter(null);
    this._colour();
    this._outline();
    this._soon();
    this.fire("painted");
  },

  /** The picture covers the map. */
  _place() {
    L.DomUtil.setTransform(this._container, this._map.containerPointToLayerPoint([0, 0]), 1);
  },

  _resize(width, height, size) {
    if (this._width === width && this._height === height) return;
    this._width = width;
    this._height = height;
    const kind = this.options.geometry.territories < 65535 ? Uint16Array : Uint32Array;
    this._own = { ids: new kind(width * height), large: null, runs: newRuns(width * height) };
    this._ids = this._own.ids;
    this._runs = this._own.runs;
    for (const canvas of [this._canvas, this._still, this._words]) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    setAttributes(this._lines, { width: size.x, height: size.y, viewBox: `0 0 ${width} ${height}` });
    this._image = this._canvas.getContext("2d").createImageData(width, height);
    this._pixels = new Int32Array(this._image.data.buffer);
  },

  _viewOf(map, width, height, ratio) {
    const { grid, origin } = this.options.geometry;
    const world = 256 * 2 ** map.getZoom(); // pixels round the equator
    const corner = map.getPixelBounds().min;
    return {
      width,
      height,
      scale: (ratio * world * grid) / EARTH,
      west: ((corner.x / world - 0.5) * EARTH - origin[0]) / grid,
      north: ((0.5 - corner.y / world) * EARTH - origin[1]) / grid,
    };
  },

  _colour() {
    this._show(this._canvas);
    paint(this._ids, this._runs, this._width, this._height, this.options.look, this._pixels);
    this._canvas.getContext("2d").putImageData(this._image, 0, 0);
  },

  /** The steps to the smooth picture: bands of the id image of twice the size, where it is not
   *  there yet; bands of colours; and the picture, whole. */
  _smoothing() {
    const [width, height] = [this._width, this._height];
    const bands = Array.from({ length: BANDS }, (_, k) =>
      [k, k + 1].map((edge) => Math.round((edge * height) / BANDS)));
    const steps = this._largeBands(bands);
    for (const [from, to] of bands) {
      steps.push(() => paintSmooth(this._large, width, height, this.options.groups, this._fine(),
        this.options.look, this._pixels, from, to));
    }
    steps.push(() => {
      this._canvas.getContext("2d").putImageData(this._image, 0, 0);
      if (width * height > SMALL && window.OffscreenCanvas) this._giveAway();
      this.fire("rested");
    });
    return steps;
  },

  /** Show the picture at rest as one that no script draws on: without a graphics processor, a browser copies a canvas
   *  that a script may still draw on for each frame of the page. */
  _giveAway() {
    const sheet = new OffscreenCanvas(this._width, this._height);
    sheet.getContext("2d").putImageData(this._image, 0, 0);
    this._still.getContext("bitmaprenderer").transferFromImageBitmap(sheet.transferToImageBitmap());
    this._show(this._still);
  },

  /** Show one of the two pictures of the territories. */
  _show(canvas) {
    if (canvas === this._shown) return;
    this._shown = canvas;
    this._still.hidden = false;
    for (const one of [this._canvas, this._still]) one.style.opacity = one === canvas ? "1" : "0";
  },

  /** The steps to the id image of twice the size: none after a change of colours only. */
  _largeBands(bands) {
    const stamp = this._stamp();
    const { twin, geometry } = this.options;
    const has = (layer) => layer._large && layer._restedAt === stamp;
    if (this._shares() && has(twin)) {
      this._large = twin._large;
      this._restedAt = stamp;
    }
    if (has(this)) return [];
    const [width, scale] = [2 * this._width, 2 * this._view.scale];
    this._own.large ??= new this._own.ids.constructor(width * 2 * this._height);
    this._large = this._own.large;
    this._restedAt = "";
    const steps = bands.map(([from, to]) => () => rasterise(geometry,
      { ...this._view, scale, width, height: 2 * (to - from), north: this._view.north - (2 * from) / scale },
      this._large.subarray(2 * from * width, 2 * to * width)));
    steps.push(() => { this._restedAt = stamp; });
    return steps;
  },

  /** Names of the view at rest. */
  _name() {
    const { names } = this.options;
    if (!names) {
      this._letter(null);
      return;
    }
    const sheet = new OffscreenCanvas(this._width, this._height);
    names(sheet.getContext("2d"), this._ids, this._width, this._height, this._ratio, this._view);
    this._letter(sheet.transferToImageBitmap());
  },

  /** Show a picture of names, null for none. It is given away as the picture at rest is. */
  _letter(picture) {
    if (!picture && !this._lettered) return;
    this._lettered = Boolean(picture);
    if (picture) this._words.hidden = false;
    this._words.getContext("bitmaprenderer").transferFromImageBitmap(picture);
  },

  /** What identifies a view of a geometry. */
  _stamp() {
    const { scale, west, north } = this._view;
    return [scale, west, north, this._width, this._height].join();
  },

  _outline() {
    const { geometry } = this.options;
    const { ink, paper } = this.options.look.marks;
    const wanted = [[this.hovered, 1.5, geometry], [this.chosen, 2.5, this.chosenIn || geometry]];
    this._outlines = wanted.map(([id, width, of], k) => {
      const path = id ? this._around(id, of) : "";
      if (path) this._lines.style.display = "";
      // Ink with paper on either side is visible on every colour.
      const strokes = [[paper, (width + 2.5) * this._ratio], [ink, width * this._ratio]];
      if (path || this._outlines?.[k].path) {
        strokes.forEach(([stroke, wide], at) => replaceAttributes(this._lines.children[2 * k + at],
          { d: path || "M0 0", stroke: path ? stroke : "none", "stroke-width": String(wide) }));
      }
      return { path, strokes };
    });
  },

  /** The border of a territory in pixels of the view; what is nearer than one to the last point is left out. */
  _around(id, geometry) {
    const { scale, west, north } = this._view;
    const { first, list } = arcsAround(geometry);
    const { x, y, boxes, starts } = geometry;
    const [east, south] = [west + this._width / scale, north - this._height / scale];
    let path = "";
    for (let i = first[id]; i < first[id + 1]; i++) {
      const k = list[i];
      const b = 4 * k;
      if (boxes[b] > east || boxes[b + 2] < west || boxes[b + 1] > north || boxes[b + 3] < south) continue;
      let [lastX, lastY] = [NaN, NaN];
      for (let v = starts[k]; v < starts[k + 1]; v++) {
        const px = Math.round(10 * (x[v] - west) * scale) / 10;
        const py = Math.round(10 * (north - y[v]) * scale) / 10;
        if (Math.abs(px - lastX) + Math.abs(py - lastY) < 1 && v + 1 < starts[k + 1]) continue;
        path += `${v === starts[k] ? "M" : "L"}${px} ${py}`;
        [lastX, lastY] = [px, py];
      }
    }
    return path;
  },

  // While Leaflet animates a zoom, the picture is transformed, like its own renderers do.
  _animate(event) {
    this._transform(event.center, event.zoom);
  },

  _follow() {
    this._transform(this._map.getCenter(), this._map.getZoom());
  },

  _transform(center, zoom) {
    const map = this._map;
    const scale = map.getZoomScale(zoom, this._zoom);
    const half = map.getSize().multiplyBy(0.5);
    const offset = half.multiplyBy(-scale).add(map.project(this._center, zoom))
      .subtract(map._getNewPixelOrigin(center, zoom));
    L.DomUtil.setTransform(this._container, offset, scale);
  },
});
