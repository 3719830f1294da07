// The map as a separate picture: title, map, distant parts, legend, source. Drawn as SVG; a PNG
// is that SVG in pixels.

const SHEET = { pad: 24, legend: 270, pixels: 2, font: "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif" };

/** page: { model, speech, colours, layer, shown, map, main, insets, pinned, beside, root }. */
function mapAsSvg(page, { vector = true } = {}) {
  const panes = [page, page.beside].filter(Boolean);
  const { pad } = SHEET;
  const width = 2 * pad + panes.reduce((sum, pane) => sum + paneWidth(pane), 0)
    + (panes.length - 1) * pad;
  const sheet = svg("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": SHEET.font,
    "font-size": 13, fill: page.colours.ink });
  const { speech, model } = page;
  sheet.append(svg("title", {}, `${speech.text(model.head.title)} – ${speech.text(page.layer.title)}`),
    svg("defs", {}, hatchPattern(page.colours), coarsePattern(page.colours)),
    svg("rect", { width: "100%", height: "100%", fill: page.colours.paper }));
  let y = pad + 22;
  y = write(sheet, page.headline.textContent, { x: pad, y, size: 22, weight: 600,
    width: width - 2 * pad });
  for (const line of subtitlesOf(page)) {
    y = write(sheet, line, { x: pad, y: y + 2, width: width - 2 * pad });
  }
  y += 4;
  let x = pad;
  let bottom = y;
  for (const pane of panes) {
    bottom = Math.max(bottom, drawPane(sheet, pane, page, { x, y, vector }));
    x += paneWidth(pane) + pad;
  }
  y = write(sheet, page.credit(), { x: pad, y: bottom + 24, size: 11.5,
    width: width - 2 * pad });
  const height = Math.ceil(y + pad - 8);
  setAttributes(sheet, { width, height, viewBox: `0 0 ${width} ${height}` });
  return sheet;
}

/** What a picture says under its headline: title, place and territories; how to read the colours; and
 *  the filter, if there is one. */
function subtitlesOf(page) {
  const { speech, model, table, layer } = page;
  const title = fullTitle(model.head, speech);
  const filter = page.kept ? [table.text, containerNamed(page, table.within),
    speech.text(model.layer(table.flag)?.title)].filter(Boolean).join(", ") : "";
  return [
    [page.headline.textContent === title ? "" : title, speech.text(model.head.place),
      speech.territories(model.count)].filter(Boolean).join(" · "),
    [speech.reading(layer), speech.date(layer.period)].filter(Boolean).join(" "),
    filter && speech.say("filtered_to", { filter }),
  ].filter(Boolean);
}

function containerNamed({ model }, code) {
  const level = placeLevel(model);
  return (code && level && model.containers[level].find(([one]) => one === code)?.[1]) || "";
}

function paneWidth(pane) {
  return pane.map.getSize().x + SHEET.pad + SHEET.legend;
}

/** One map with its heading and legend; returns where it ends. */
function drawPane(sheet, pane, page, { x, y, vector }) {
  const { layer, speech } = pane;
  const size = pane.map.getSize();
  const top = write(sheet, speech.text(layer.title), { x, y: y + 8, size: 16, weight: 600,
    width: paneWidth(pane) }) + 2;
  const place = svg("svg", { x, y: top, width: size.x, height: size.y });
  place.append(svg("rect", { width: "100%", height: "100%", fill: pane.colours.sea }));
  (vector ? drawTerritories : drawImage)(place, pane, page, pane.main);
  const scale = page.root.querySelector(".zb-pane .leaflet-right .leaflet-control-scale-line");
  if (scale) drawScale(place, scale, size, pane.colours);
  const near = page.root.classList.contains("zb-near"); // the frames have stepped aside
  for (const [k, { layer: inset }] of (near ? [] : pane.insets || []).entries()) {
    const box = insetBoxes(pane)[k];
    if (!box) continue;
    const part = svg("svg", box);
    part.append(svg("rect", { width: "100%", height: "100%", fill: pane.colours.sea }));
    (vector ? drawTerritories : drawImage)(part, pane, page, inset);
    part.append(svg("rect", { width: "100%", height: "100%", fill: "none",
      stroke: pane.colours.rule }));
    place.append(part);
    write(place, speech.text(pane.model.head.parts[k].title), { size: 11,
      x: box.x + 2, y: box.y + box.height + 14, width: box.width });
  }
  place.append(svg("rect", { width: "100%", height: "100%", fill: "none",
    stroke: pane.colours.rule }));
  sheet.append(place);
  const foot = drawPictureLegend(sheet, pane, x + size.x + SHEET.pad, top + 12);
  return Math.max(top + size.y, foot);
}

/** Where the frames of distant parts are on a map: as they were last on a screen, because on paper
 *  they have no place of their own. */
function insetBoxes(pane) {
  const around = pane.map.getContainer().getBoundingClientRect();
  const boxes = (pane.insets || []).map(({ map }) => {
    const { left, right, top, width, height } = map.getContainer().getBoundingClientRect();
    return width && right >= around.left
      ? { x: left - around.left, y: top - around.top, width, height } : null;
  });
  if (around.width) pane.boxes = boxes;
  return pane.boxes || boxes;
}

/** Areas, borders, names and the outline of the selection, of one Leaflet layer of ours. */
function drawTerritories(place, pane, page, layer) {
  const { model, colours, shown } = pane;
  const { geometry, groups } = layer.options;
  const view = { ...layer._view, scale: layer._view.scale / layer._ratio,
    width: layer._width / layer._ratio, height: layer._height / layer._ratio };
  const seen = idsInView(model, view);
  const blank = shown.classes.length;
  const faded = blank + 1; // what the table's filters leave out
  const classOf = new Int16Array(model.count + 1).fill(-1);
  for (let i = 0; i < model.count; i++) {
    if (!seen[i + 1]) continue;
    const k = shown.classOf[i];
    classOf[i + 1] = page.kept && !page.kept[i] ? faded : k < 0 || k >= blank ? blank : k;
  }
  const fills = [...shown.classes.map(({ colour }) => colour), "url(#zb-missing)", colours.sea];
  const drawing = svg("g", { transform: `scale(${1 / FINENESS})`, "stroke-linejoin": "round",
    fill: "none" });
  classPaths(geometry, view, classOf, fills.length).forEach((d, k) => {
    // A thin line in the same colour closes the gaps that smoothing leaves between areas.
    if (d) drawing.append(svg("path", { d, fill: fills[k], "fill-rule": "evenodd",
      stroke: k < blank ? fills[k] : null, "stroke-width": 1 }));
  });
  if (shown.layer.coarse) {
    const figures = classOf.map((k) => (k >= 0 && k < blank ? 0 : -1));
    const [d] = classPaths(geometry, view, figures, 1);
    if (d) drawing.append(svg("path", { d, fill: "url(#zb-coarse)", "fill-rule": "evenodd" }));
  }
  const lines = borderPaths(geometry, view, seen, groups, layer._fine());
  const styles = { fine: [colours.paper, 0.5, 0.5], group: [colours.deep, 0.8, 0.7],
    coast: [colours.rule, 0.8, 0.9] };
  for (const [kind, [stroke, wide, opacity]] of Object.entries(styles)) {
    if (lines[kind]) drawing.append(svg("path", { d: lines[kind], stroke,
      "stroke-width": wide * FINENESS, "stroke-opacity": opacity }));
  }
  if (page.pinned >= 0) {
    const d = outlinePath(page.pinnedIn.geometry, view, page.pinned + 1);
    for (const [stroke, wide] of [[colours.paper, 5], [colours.ink, 2.5]]) {
      drawing.append(svg("path", { d, stroke, "stroke-width": wide * FINENESS }));
    }
  }
  place.append(drawing);
  drawNamesOf(place, colours, layer);
}

/** The same from the canvas of the page, for many territories; the names stay letters. */
function drawImage(place, { colours }, page, layer) {
  place.append(svg("image", { href: layer.picture(), width: layer._width / layer._ratio,
    height: layer._height / layer._ratio, preserveAspectRatio: "none" }));
  drawNamesOf(place, colours, layer);
}

function drawNamesOf(place, colours, layer) {
  layer.options.names?.(new NameCollector(place, colours, layer._ratio), layer._ids, layer._width,
    layer._height, layer._ratio, layer._view);
}

/** Converts the text that labels.js writes onto a canvas to text elements. */
class NameCollector {
  constructor(place, colours, ratio) {
    this.place = place;
    this.colours = colours;
    this.ratio = ratio;
    this.context = document.createElement("canvas").getContext("2d");
  }

  set font(font) {
    this.context.font = font;
    [, this.weight, this.size] = /^(\d+) ([\d.]+)px/.exec(font);
  }

  set letterSpacing(spacing) {
    this.context.letterSpacing = spacing;
    this.spacing = parseFloat(spacing) / this.ratio;
  }

  measureText(text) { return this.context.measureText(text); }

  strokeText() {} // the halo is a property of the element

  fillText(text, x, y) {
    const size = this.size / this.ratio;
    this.place.append(svg("text", { x: x / this.ratio, y: y / this.ratio + 0.36 * size,
      "text-anchor": "middle", "font-size": size, "font-weight": this.weight,
      "letter-spacing": this.spacing || null,
      fill: this.colours.ink, stroke: this.colours.paper, "stroke-width": 3,
      "stroke-linejoin": "round", "paint-order": "stroke" }, text));
  }

  dot(x, y) {
    this.place.append(svg("circle", { cx: x / this.ratio, cy: y / this.ratio, r: 2.2,
      fill: this.colours.ink, stroke: this.colours.paper, "stroke-width": 1.2 }));
  }
}

function hatchPattern(colours) {
  const [ground, stripe] = colours.missing;
  return svg("pattern", { id: "zb-missing", width: 24, height: 24, patternUnits: "userSpaceOnUse" },
    svg("rect", { width: 24, height: 24, fill: ground }),
    svg("path", { d: "M-6 6L6 -6M0 24L24 0M18 30L30 18", stroke: stripe, "stroke-width": 5 }));
}

/** Over the colours of figures of larger areas. */
function coarsePattern({ sea }) {
  return svg("pattern", { id: "zb-coarse", width: 32, height: 32, patternUnits: "userSpaceOnUse" },
    svg("path", { d: "M-8 -8L40 40M-8 24L8 40M24 -8L40 8", stroke: sea, "stroke-width": 6,
      "stroke-opacity": 0.6 }));
}

function drawScale(place, line, size, colours) {
  const width = line.offsetWidth;
  const [x, y] = [size.x - width - 12, size.y - 10];
  place.append(svg("path", { d: `M${x} ${y - 8}V${y}H${x + width}V${y - 8}`, fill: "none",
    stroke: colours.ink }));
  write(place, line.textContent, { x: x + 5, y: y - 4, size: 11, width });
}

/** Classes with their colours and counts, and missing figures; returns where it ends. */
function drawPictureLegend(sheet, pane, x, y) {
  const { shown, speech, colours, layer } = pane;
  const width = SHEET.legend;
  const note = [layer.period && speech.date(layer.period), speech.text(layer.suffix),
    layer.coarse ? speech.say("hatched", { how: speech.native(layer) }) : speech.native(layer)]
    .filter(Boolean).join(" · ");
  let at = note ? write(sheet, note, { x, y, size: 12, width }) + 6 : y;
  // The patterns are written for the fine steps of a map; here they are scaled back.
  const patterned = (name) => svg("g", { transform: `translate(${x} ${at - 11}) scale(${1 / FINENESS})` },
    svg("rect", { width: 20 * FINENESS, height: 14 * FINENESS, fill: `url(#${name})`,
      stroke: colours.rule, "stroke-width": FINENESS }));
  const mark = (fill, label) => {
    sheet.append(svg("rect", { x, y: at - 11, width: 20, height: 14, fill, stroke: colours.rule }));
    if (layer.coarse) sheet.append(patterned("zb-coarse"));
    at = write(sheet, label, { x: x + 28, y: at, width: width - 28 }) + 4;
  };
  if (shown.square) {
    at = drawSquare(sheet, pane, x, at);
  } else {
    for (const one of shown.classes) mark(one.colour, `${one.label} (${speech.number(one.count)})`);
    const ends = shown.classes.length > 1 && !layer.categories ? endWords(layer) : null;
    if (ends) {
      at = write(sheet, `${speech.say(ends[0])} → ${speech.say(ends[1])}`,
        { x, y: at + 2, size: 12, weight: 600, width }) + 6;
    }
  }
  sheet.append(patterned("zb-missing"));
  at = write(sheet, `${speech.say("no_data")} (${speech.number(shown.missingCount)})`,
    { x: x + 28, y: at, width: width - 28 });
  return at;
}

/** The square of a bivariate map, with its axes in words. */
function drawSquare(sheet, pane, x, y) {
  const { shown, speech, colours } = pane;
  const { across, up } = shown.square;
  const side = 46;
  let at = write(sheet, `↑ ${axisWords(up, speech)}`, { x, y, size: 12, weight: 600,
    width: SHEET.legend });
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      sheet.append(svg("rect", { x: x + 90 + column * side, y: at - 10 + (2 - row) * side,
        width: side, height: side, fill: shown.classes[3 * row + column].colour,
        stroke: colours.rule }));
    }
    write(sheet, up.labels[row] || "", { x, y: at + 16 + (2 - row) * side, size: 11, width: 86 });
    write(sheet, across.labels[row] || "", { x: x + 92 + row * side, y: at + 3 * side + 4, size: 10,
      width: side - 2 });
  }
  at += 3 * side + 34;
  return write(sheet, `${axisWords(across, speech)} →`, { x, y: at, size: 12, weight: 600,
    width: SHEET.legend }) + 8;
}

/** Text in as many lines as it needs; returns the position of the next line. */
function write(sheet, text, { x, y, width, size = 13, weight = 400 }) {
  const context = (write.context ??= document.createElement("canvas").getContext("2d"));
  context.font = `${weight} ${size}px ${SHEET.font}`;
  let line = "";
  const put = () => {
    if (line) sheet.append(svg("text", { x, y, "font-size": size, "font-weight": weight }, line));
    y += Math.round(1.35 * size);
  };
  for (const word of String(text).split(/\s*\n\s*| /)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && context.measureText(longer).width > width) {
      put();
      line = word;
    } else {
      line = longer;
    }
  }
  put();
  return y;
}

/** The picture as a file of that kind. */
async function pictureFile(page, kind) {
  const drawn = mapAsSvg(page);
  const text = new XMLSerializer().serializeToString(drawn);
  const vector = new Blob([text], { type: "image/svg+xml" });
  if (kind === "svg") return vector;
  const address = URL.createObjectURL(vector);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHEET.pixels * Number(drawn.getAttribute("width"));
    canvas.height = SHEET.pixels * Number(drawn.getAttribute("height"));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  } finally {
    URL.revokeObjectURL(address);
  }
}
