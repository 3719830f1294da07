// Where the points of an index come from, as maps/contributions.py writes it.

/** The parts of a territory's score: [{ id, parent, points, estimated }], the largest first; null if the
 *  index has no plain parts or the territory no score. */
function contributionsOf(model, layer, i) {
  if (!layer.tree || model.column(layer.id).reasons[i]) return null;
  const parts = [];
  const descend = (branch, share, parent) => {
    if (!branch.children) {
      parts.push({ id: branch.id, parent: parent.id, points: share * scoreOfPart(model, branch, i, parent),
        estimated: Boolean(model.column(branch.id).reasons[i]) });
      return;
    }
    const there = branch.children.filter((child) => !Number.isNaN(scoreOfPart(model, child, i, branch)));
    const total = there.reduce((sum, child) => sum + child.share, 0);
    for (const child of there) descend(child, (share * child.share) / total, branch);
  };
  descend(layer.tree, 1, null);
  return parts.sort((one, other) => other.points - one.points);
}

/** The own score of a part of an index, 0 to 100; NaN where it is missing. */
function scoreOfPart(model, part, i, parent) {
  const { values, reasons } = model.column(part.id);
  if (!reasons[i]) return part.children ? values[i] : scaledScore(part, values[i]);
  return part.estimated?.includes(reasons[i]) ? estimatedScore(model, parent, part, i) : NaN;
}

function scaledScore({ from, to }, value) {
  return to === from ? 0 : 100 * Math.min(Math.max((value - from) / (to - from), 0), 1);
}

/** The score of an estimated figure, which the page does not have: what the score of its dimension has
 *  beyond the other parts. */
function estimatedScore(model, parent, part, i) {
  const { values, reasons } = model.column(parent.id);
  if (reasons[i]) return NaN;
  let [sum, total] = [0, part.share];
  for (const other of parent.children) {
    const score = other === part ? NaN : scoreOfPart(model, other, i, parent);
    if (Number.isNaN(score)) continue;
    sum += other.share * score;
    total += other.share;
  }
  return Math.min(Math.max((values[i] * total - sum) / part.share, 0), 100);
}

/** The score of a territory if one of its indicators had another figure. The difference is added to the
 *  published score, which has fewer decimals than its parts. */
function scoreIf(model, layer, i, id, figure) {
  const scoreOf = (branch, parent, changed) => {
    if (!branch.children) {
      return changed && branch.id === id ? scaledScore(branch, figure) : scoreOfPart(model, branch, i, parent);
    }
    const own = parent && model.column(branch.id).reasons[i];
    if (own && !branch.children.some((child) => child.id === id)) return NaN; // too little is known of it
    const scores = branch.children.map((child) => scoreOf(child, branch, changed));
    const [mean] = weightedMean(scores.map((one) => [one]), branch.children.map(({ share }) => share), [0]);
    return mean;
  };
  return model.column(layer.id).values[i] + scoreOf(layer.tree, null, true) - scoreOf(layer.tree, null, false);
}

const WEBSITE = "website";

/** What the score would be if the website of a local authority, which is not declared or of which nothing
 *  is known, were found: the stated errors do not cover it. Null where that does not matter, and for a
 *  layer of that name that is no yes or no. */
function websiteLine({ model, speech }, layer, i) {
  const inTree = ({ id, children }) => (children ? children.some(inTree) : id === WEBSITE);
  if (!layer.tree || !inTree(layer.tree) || model.column(layer.id).reasons[i]) return null;
  if (model.layer(WEBSITE).unit !== "boolean") return null;
  const { values, reasons } = model.column(WEBSITE);
  if (!reasons[i] && values[i] === 1) return null;
  const score = speech.number(scoreIf(model, layer, i, WEBSITE, 1), layer.digits);
  return el("p", { class: "zb-if" }, speech.say("if_website", { score }));
}

/** A colour for each indicator of an index, the same for every territory. */
function partColours(tree, colours) {
  const leaves = ({ id, children }) => (children ? children.flatMap(leaves) : [id]);
  return new Map(leaves(tree).map((id, k) => [id, colours.kinds[k % (colours.kinds.length - 1)]]));
}

/** The colour of an indicator in the bar of its index; null for what is not part of one. */
function colourOfPart({ model, colours }, layer) {
  const index = model.layers.find(({ tree }) => tree);
  return (index && partColours(index.tree, colours).get(layer.id)) || null;
}

/** One bar of a hundred points with a segment per part, and the parts in words. */
function contributionBar(page, layer, i) {
  const { model, speech, colours } = page;
  const parts = contributionsOf(model, layer, i);
  if (!parts) return null;
  const colour = partColours(layer.tree, colours);
  const bar = svg("svg", { class: "zb-parts-bar", "aria-hidden": "true" },
    svg("rect", { width: "100%", height: "100%", class: "zb-gauge-track" }));
  let from = 0;
  for (const { id, points } of parts) {
    bar.append(svg("rect", { x: `${from}%`, width: `${points}%`, height: "100%",
      fill: colour.get(id), class: "zb-part" }));
    from += points;
  }
  return el("div", { class: "zb-parts" },
    el("p", { class: "zb-parts-title" }, speech.say("contributions")), bar,
    el("ul", {}, parts.map(({ id, points, estimated }) => el("li", {},
      swatch(colour.get(id), colours), el("span", {}, isolated(speech.text(model.layer(id).title)),
        estimated ? ` (${speech.say("estimated")})` : ""),
      el("span", { class: "zb-value" }, speech.number(points, 1))))));
}

/** A territory among those of its size: { count, mean, title }, or null. */
function amongPeers(model, layer, i) {
  const { bands } = model.head;
  const people = model.population;
  const { values, reasons } = model.column(layer.id);
  if (!bands || !people || reasons[i] || people.reasons[i]) return null;
  const bandOf = (k) => bands.edges.filter((edge) => people.values[k] >= edge).length;
  const own = bandOf(i);
  let count = 0;
  let sum = 0;
  const [least, most] = [bands.edges[own - 1], bands.edges[own] ?? Infinity];
  for (let k = 0; k < model.count; k++) {
    if (reasons[k] || people.reasons[k]) continue;
    if (people.values[k] < least || people.values[k] >= most) continue;
    count++;
    sum += values[k];
  }
  return { count, mean: sum / count, title: bands.titles[own - 1] };
}
