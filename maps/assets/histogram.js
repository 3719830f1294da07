// The distribution of figures: a histogram of territories or of people, each bar in the exact colours
// of the classes of its figures.

const BINS = 36;

/** Whether the legend counts people and not territories, as the reader chose. */
function countsPeople(page) {
  return page.counting === "people" && page.layer.kind !== "bivariate"
    && Boolean(page.model.population);
}

/** For each bin the weight of every class in it, from the lowest figure to the highest. */
function binFigures(page) {
  const { shown, model } = page;
  const { low, high, layer } = shown;
  const { values, reasons } = model.column(layer.id);
  const scale = layer.spread === "log" ? (value) => Math.log1p(value) : (value) => value;
  const [from, to] = [scale(low), scale(high)];
  const people = countsPeople(page) ? model.population.values : null;
  const bins = Array.from({ length: BINS }, () => new Array(shown.classes.length).fill(0));
  for (let i = 0; i < model.count; i++) {
    if (reasons[i]) continue;
    const place = Math.floor(((scale(values[i]) - from) / (to - from)) * BINS);
    bins[Math.min(Math.max(place, 0), BINS - 1)][shown.classOf[i]]
      += people ? Math.max(people[i], 0) : 1;
  }
  return bins;
}

/** The bars, as one group. */
function drawBars(page) {
  const { classes } = page.shown;
  const bins = binFigures(page);
  const sums = bins.map((parts) => parts.reduce((sum, part) => sum + part, 0));
  const tallest = Math.max(...sums) || 1;
  const picture = svg("g");
  bins.forEach((parts, k) => {
    if (!sums[k]) return;
    const height = Math.max(1, (42 * sums[k]) / tallest);
    let top = 44;
    parts.forEach((part, at) => {
      if (!part) return;
      const own = (height * part) / sums[k];
      top -= own;
      picture.append(svg("rect", { x: k * 6 + 0.5, y: top, width: 5, height: own,
        fill: classes[at].colour }));
    });
    picture.append(svg("rect", { x: k * 6 + 0.5, y: 44 - height, width: 5, height, fill: "none",
      stroke: page.colours.rule, "stroke-width": 0.5 }));
  });
  return picture;
}

/** The histogram with its caption, which stay for the next layer; its bars follow a moment after the map. */
function histogram(page) {
  const { shown, speech } = page;
  const { low, high, layer } = shown;
  if (!(high > low)) return null;
  const name = `spread${countsPeople(page) ? "_people" : ""}${layer.spread === "log" ? "_log" : ""}`;
  const figure = keptPart(page, "spread", page.model.id, () => drawSpread());
  const [picture, caption] = figure.children;
  picture.replaceChildren();
  page.later.add("bars", () => picture.replaceChildren(drawBars(page)));
  const ends = [low, high].map((value) => speech.figure(value, { ...layer, suffix: "" }));
  const told = speech.say(name, { level: speech.text(page.model.head.level.plural) });
  [ends[0], told, ends[1]].forEach((text, k) => { tell(caption.children[k], text); });
  return figure;
}

/** The same without bars and the two ends. */
function drawSpread() {
  return el("figure", { class: "zb-spread" },
    svg("svg", { class: "zb-histogram", viewBox: `0 0 ${BINS * 6} 44`, preserveAspectRatio: "none",
      "aria-hidden": "true" }),
    el("figcaption", {}, el("span"), el("span"), el("span")));
}

/** What the legend counts: territories or people. */
function countingChoice(page) {
  const { model, speech } = page;
  if (!model.population) return null;
  const counting = page.counting || "territories";
  return keptPart(page, "counting", [counting, model.id].join(), () => {
    const choices = [["territories", speech.text(model.head.level.plural)],
      ["people", speech.say("counting_people")]];
    return el("fieldset", { class: "zb-counting" },
      el("legend", {}, speech.say("counting")),
      choices.map(([name, words]) => el("label", {},
        el("input", { type: "radio", name: "zb-counting", value: name, checked: counting === name,
          change: () => {
            page.counting = name;
            page.fill();
            page.remember();
            page.root.querySelector("input[name=zb-counting]:checked")?.focus();
          } }),
        el("span", {}, words))));
  });
}
