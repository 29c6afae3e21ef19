"use strict";

// The page has the graph, the algorithm and the sentences of all frames as HTML. This script shows one frame
// at a time: it sets classes, fills the grad_table, and says where a node is from. Frame f shows events[f - 1].

const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const data = JSON.parse($("data").textContent);
const events = data.events;
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const graph = $("graph");
const shapes = new Map(all("#graph .node").map((shape) => [Number(shape.id.slice(1)), shape]));
const edges = all("#graph .edge").map((path) => ({ path, from: Number(path.dataset.from), to: Number(path.dataset.to), home: path.getAttribute("d") }));

// An element with properties and children; texts stay text.
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const link = (id) => element("a", { href: `#n${id}` }, nodes.get(id).label);
const shapeOf = (id) => nodes.get(id).type.replace(/^\S+ /, "");

// ---- The film, worked out once ----

// The ids with all that they are made of.
function withAncestors(ids) {
  const found = new Set();
  const open = [...ids];
  while (open.length > 0) {
    const id = open.pop();
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(nodes.get(id).inputs ?? []));
  }
  return found;
}

// Of each node the frame in which it appears; 0: it was there before. An event may find nodes that an earlier
// call of build_grad made; they appear where they are first named.
function framesOfNodes() {
  const frames = new Map();
  const before = events.length > 0 ? withAncestors(events[0].tensors ?? []) : new Set();
  const appear = (id, frame) => {
    const open = [id];
    while (open.length > 0) {
      const next = open.pop();
      if (frames.has(next) || before.has(next) || nodes.get(next).phase === "forward") continue;
      frames.set(next, frame);
      open.push(...(nodes.get(next).inputs ?? []));
    }
  };
  events.forEach((event, i) => {
    const [first, end] = event.inserted ?? [0, 0];
    for (let id = first; id < end; ++id) appear(id, i + 1);
    for (const id of [event.gradient, event.result]) if (id !== undefined) appear(id, i + 1);
  });
  for (const node of data.nodes) if (node.phase === "update") frames.set(node.id, events.length);
  return frames;
}

const frameOfNode = framesOfNodes();
const appearsIn = (id) => frameOfNode.get(id) ?? 0;
const leftOut = new Map();  // of a node outside 𝒢′ the frame and the reason
const entries = new Map();  // of a variable the frame in which its entry is written, and its gradient
events.forEach((event, i) => {
  if (event.line === "left_out") leftOut.set(event.variable, { frame: i + 1, reason: event.reason });
  if (event.line === "seed" || event.line === "entry")
    entries.set(event.variable, { frame: entries.get(event.variable)?.frame ?? i + 1, gradient: event.result });
});

// The edges along which a frame works: from V to C, or into what is made.
function isAtWork(event, frame, { from, to }) {
  if (event.line === "consumer" || event.line === "op") return from === event.variable && to === event.consumer;
  if (event.line !== "bprop" && event.line !== "sum_to" && event.line !== "chosen" && event.line !== "add") return false;
  return to === event.result || (appearsIn(to) === frame && nodes.get(to).phase !== "forward");
}

// The line of the algorithm that a frame runs. The entry of z is there before its turn, so its call returns at once.
function lineOf(frame) {
  const { line, variable } = events[frame - 1];
  const isPair = (first, second) => first?.line === "variable" && second?.line === "entry" && first.variable === second.variable;
  const isKnown = isPair(events[frame - 1], events[frame]) || isPair(events[frame - 2], events[frame - 1]);
  return isKnown && variable !== undefined ? "known" : line;
}

// Of each event how many terms the sum of its variable has.
const termsOfSum = new Map();
for (const { line, variable } of events) if (line === "add") termsOfSum.set(variable, (termsOfSum.get(variable) ?? 0) + 1);

// ---- A frame ----

let current = 0;

function showFrame(frame) {
  if (stage > 0) setStage(0);
  if (events.length === 0) return;
  current = Math.min(Math.max(frame, 1), events.length);
  const event = events[current - 1];
  const sentence = $("frames").children[current - 1].textContent;
  $("sentence").replaceChildren(element("b", {}, `${current}/${events.length} `), sentence);
  $("slider").value = current;
  $("slider").setAttribute("aria-valuetext", `frame ${current} of ${events.length}: ${event.line}`);
  $("address").textContent = $("address").href = `#f${current}`;
  history.replaceState(null, "", `#f${current}`);
  showLine(event);
  showItems();
  showEdges(event);
  showMarks(event);
  showTable(event);
  repeatInSentence();
  keepInView($("algorithm"), all("#algorithm .now").at(-1));
  if (isNarrow()) $("sentence").scrollIntoView({ block: "nearest" });
}

const isNarrow = () => matchMedia("(max-width: 900px)").matches;

// Scrolls a box, not the page, so that the child is in it.
function keepInView(box, child) {
  if (!child) return;
  const outer = box.getBoundingClientRect(), inner = child.getBoundingClientRect();
  box.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}

// Where the panels are below the graph, the sentence has the line of the algorithm and the row of the table.
function repeatInSentence() {
  const line = all("#algorithm .now").at(-1)?.firstChild.textContent ?? "";
  const row = $("table").querySelector(".written, .read");
  const cells = row ? [...row.cells].map((cell) => cell.firstChild?.nodeName === "B" ? cell.textContent : cell.firstChild?.textContent ?? "") : [];
  $("sentence").append(element("span", { className: "line" }, `▶ ${line}`));
  if (row) $("sentence").append(element("span", { className: "line row" }, cells.join("  ")));
}

function showLine(event) {
  const shown = lineOf(current);
  const isSumOfOne = event.line === "add" && termsOfSum.get(event.variable) === 1;
  for (const line of all("[data-on]")) {
    const runs = line.dataset.on.split(" ").includes(shown) && !(isSumOfOne && line.tagName === "P");
    line.classList.toggle("now", runs);
    if (runs && line.tagName === "LI") line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  }
  for (const item of all("#frames .now")) item.classList.remove("now");
  $("frames").children[current - 1].classList.add("now");
  const isInner = $("inner").querySelector(".now") !== null;
  $("outer").classList.toggle("at-rest", isInner);
  $("inner").classList.toggle("at-rest", !isInner);
}

const shortReason = (reason) => (reason.includes("pass no gradient") ? "passes no gradient" : reason.replace("a target", "𝕋"));

// A layer that is drawn as a box is left out when all its nodes are.
function reasonToLeaveOut({ ids }) {
  const reasons = ids.map((id) => leftOut.get(id));
  return reasons.every((reason) => reason !== undefined && reason.frame <= current) ? reasons[0].reason : undefined;
}

function showItems() {
  for (const item of drawnItems) {
    const { shape, ids, kind, kindText } = item;
    const reason = reasonToLeaveOut(item);
    const fate = ids.length === 1 ? fates.get(ids[0]) : undefined;
    shape.classList.toggle("future", ids.every((id) => appearsIn(id) > current));
    shape.classList.toggle("fresh", current > 0 && ids.some((id) => appearsIn(id) === current));
    shape.classList.toggle("left-out", fate === undefined ? reason !== undefined && stage === 0 : fate.isGone);
    shape.classList.toggle("remade", fate !== undefined && !fate.isGone);
    const shown = fate !== undefined ? fate.text : reason === undefined || stage > 0 ? kindText : `✂ ${shortReason(reason)}`;
    if (kind.textContent !== shown) kind.textContent = shown;
  }
}

function showEdges(event) {
  for (const { path, members } of drawnEdges) {
    const there = members.filter(({ from, to }) => appearsIn(from) <= current && appearsIn(to) <= current);
    path.classList.toggle("future", there.length === 0);
    path.classList.toggle("work", there.some((edge) => isAtWork(event, current, edge)));
  }
}

// ---- What the passes of compile leave of the graph: stage i is after the first i passes ----

const passes = data.rewrites.passes;
let stage = 0;
let fates = new Map();  // of a node that the passes up to the stage changed: whether it is gone, and a short text

function fatesAt(stage) {
  const fates = new Map();
  for (const { pass, made, gone } of passes.slice(0, stage)) {
    for (const [id, op] of made) fates.set(id, { isGone: false, text: `→ ${op}` });
    for (const id of gone) fates.set(id, { isGone: true, text: `✂ ${pass}` });
  }
  if (stage < passes.length) return fates;
  for (const [id, parameter] of data.rewrites.in_parameters)
    fates.set(id, { isGone: false, text: `${fates.get(id)?.text ?? ""} in ${nodes.get(parameter)?.label ?? ""}`.trim() });
  return fates;
}

function setStage(wanted) {
  stage = wanted;
  document.body.classList.toggle("after-pass", stage > 0);
  if (stage > 0) for (const line of all("[data-on]")) line.classList.remove("now");
  fates = stage === 0 ? new Map() : fatesAt(stage);
  for (const cell of all("#rewrites [href^='#s']")) {
    const isShown = stage > 0 && cell.hash === `#s${stage}`;
    cell.closest("tr").classList.toggle("now", isShown);
    if (isShown) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
  }
}

function showStage(wanted) {
  if (wanted > passes.length) return;
  pause();
  showFrame(events.length);
  setStage(wanted);
  showItems();
  if (stage === 0) return;
  const { pass, nodes: count, reason } = passes[stage - 1];
  $("sentence").replaceChildren(element("b", {}, `after ${pass} `), `${reason}. ${count} nodes are left. ✂: fused or removed. →: now computed by this op.`);
  $("stage").scrollIntoView({ block: "nearest" });
}

function svgElement(name, attributes, ...children) {
  const made = document.createElementNS(graph.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The letters of the algorithm at the nodes that they stand for.
const marks = ["V", "C", "D", "G"].map((letter) => {
  const mark = svgElement("g", { class: "mark", display: "none" }, svgElement("circle", { r: 12 }), svgElement("text", { y: 5 }, letter));
  return { letter, mark };
});

function showMarks(event) {
  const V = event.line === "left_out" ? undefined : event.variable;
  const ids = { V, C: event.consumer, D: event.line === "op" || event.line === "bprop" ? event.gradient : undefined, G: event.result };
  for (const { shape } of drawnItems) shape.classList.remove("V", "C", "D", "G");
  const taken = new Map();  // of an item how many letters it has
  for (const { letter, mark } of marks) {
    const item = itemOf.get(ids[letter]);
    mark.setAttribute("display", item === undefined ? "none" : "inline");
    if (item === undefined) continue;
    const before = taken.get(item) ?? 0;
    taken.set(item, before + 1);
    mark.setAttribute("transform", `translate(${item.place.x + 6 + 26 * before},${item.place.y - 2})`);
    item.shape.classList.add(letter);
  }
  fitMarks([ids.G, ids.D, ids.C, event.variable].filter((id) => itemOf.get(id) !== undefined));
}

// ---- What is drawn: each node, or its layer as a box; constants and casts may be hidden ----

const size = { width: 150, height: 54, column: 184, margin: 30 };

function cornerOf(shape) {
  const { e, f } = shape.transform.baseVal.getItem(0).matrix;
  return { x: e, y: f };
}

// Something that is drawn: its shape, the nodes that it stands for, the line below its title, and its corner
// in the whole drawing and as it is drawn now.
function itemOfShape(shape, ids) {
  const kind = shape.querySelector(".kind");
  const home = cornerOf(shape);
  return { shape, ids, kind, kindText: kind.textContent, wanted: home, home, place: home };
}

const nodeItems = new Map([...shapes].map(([id, shape]) => [id, itemOfShape(shape, [id])]));
const headings = all("#graph .heading");  // of each band
const whole = { width: graph.viewBox.baseVal.width, height: graph.viewBox.baseVal.height };
const natural = { ...whole };
const closed = new Set();    // layers that are drawn as boxes
const boxes = new Map();     // the boxes of layers, by layer and band
let itemOf = new Map();      // of a node the item that stands for it; none where it is hidden
let drawnItems = [];
let drawnEdges = [];         // paths, each with the edges that it stands for

const layerName = (layer) => data.layers[layer];

function membersOfLayers() {
  const members = new Map();
  for (const { id, layer, band } of data.nodes) {
    const key = `${layer}/${band}`;
    if (!members.has(key)) members.set(key, []);
    members.get(key).push(id);
  }
  return members;
}

const members = membersOfLayers();

// The box of a layer's results stands where the last of them does, those of its gradients in the same row.
function homeOfBox(layer, band, ids) {
  const homes = ids.map((id) => nodeItems.get(id).home);
  const last = homes.reduce((a, b) => (b.y >= a.y ? b : a));
  const forward = members.get(`${layer}/0`);
  if (band === 0 || forward === undefined) return last;
  return { x: Math.min(...homes.map(({ x }) => x)), y: homeOfBox(layer, 0, forward).y };
}

function boxOf({ id, layer, band, phase }) {
  const key = `${layer}/${band}`;
  const ids = members.get(key);
  if (ids.length === 1) return nodeItems.get(id);
  if (boxes.has(key)) return boxes.get(key);
  const { x, y } = homeOfBox(layer, band, ids);
  const title = layerName(layer);
  const text = `${phase === "forward" ? "" : `${phase}, `}${ids.length} nodes`;
  const shape = svgElement("a", { class: `node layer ${phase}`, href: `#l${layer}`, transform: `translate(${x},${y})`, "aria-label": `layer ${title}, ${text}: open` },
    svgElement("rect", { x: 5, y: 5, width: size.width, height: size.height, rx: 8 }), svgElement("rect", { width: size.width, height: size.height, rx: 8 }),
    svgElement("text", { class: "title", x: 75, y: 20 }, title.length > 18 ? `${title.slice(0, 17)}…` : title),
    svgElement("text", { class: "kind", x: 75, y: 34 }, text), svgElement("text", { class: "value", x: 75, y: 48 }, "layer: click opens it"));
  boxes.set(key, itemOfShape(shape, ids));
  return boxes.get(key);
}

function chooseItems() {
  const hidesMinor = $("less").checked;
  itemOf = new Map();
  for (const node of data.nodes) {
    if (closed.has(node.layer)) itemOf.set(node.id, boxOf(node));
    else if (hidesMinor && node.op === "cast") itemOf.set(node.id, itemOf.get(node.inputs[0]));
    else if (!hidesMinor || node.op !== "constant") itemOf.set(node.id, nodeItems.get(node.id));
  }
  drawnItems = [...new Set(itemOf.values())].filter((item) => item !== undefined);
  const taken = [];
  for (const item of drawnItems) if (item.ids.length === 1) taken.push(item.home);
  for (const item of drawnItems) if (item.ids.length > 1) item.home = freePlace(item.wanted, taken);
}

// Beside what stands there.
function freePlace({ x, y }, taken) {
  while (taken.some((other) => Math.abs(other.x - x) < size.column && Math.abs(other.y - y) < size.height)) x += size.column;
  taken.push({ x, y });
  return { x, y };
}

// A map of one coordinate that keeps the lengths of intervals and makes the gaps between them at most so long.
function squeezed(intervals, longest) {
  const stops = [];  // [before, after]
  for (const [begin, end] of intervals.sort((a, b) => a[0] - b[0])) {
    const last = stops.at(-1);
    if (last === undefined) stops.push([begin, size.margin], [end, size.margin + end - begin]);
    else if (begin > last[0]) stops.push([begin, last[1] + Math.min(longest, begin - last[0])]);
    if (stops.at(-1)[0] < end) stops.push([end, stops.at(-1)[1] + end - stops.at(-1)[0]]);
  }
  return (at) => {
    let low = 0, high = stops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (stops[middle][0] <= at) low = middle;
      else high = middle - 1;
    }
    const [from, to] = stops[low];
    const next = stops[low + 1];
    return next === undefined || at < from ? to + at - from : to + ((at - from) * (next[1] - to)) / (next[0] - from);
  };
}

function placeItems(x, y) {
  for (const item of drawnItems) {
    item.place = { x: x(item.home.x), y: y(item.home.y) };
    item.shape.setAttribute("transform", `translate(${item.place.x},${item.place.y})`);
  }
  headings.forEach((heading, band) => {
    const places = drawnItems.filter(({ ids }) => nodes.get(ids[0]).band === band).map(({ place }) => place.x);
    if (places.length > 0) heading.setAttribute("x", Math.min(...places));
  });
}

// Of each row of what is drawn its top and the left sides, ascending.
function rowsOfItems() {
  const rows = new Map();
  for (const { place } of drawnItems) {
    if (!rows.has(place.y)) rows.set(place.y, []);
    rows.get(place.y).push(place.x);
  }
  return [...rows].sort((a, b) => a[0] - b[0]).map(([top, lefts]) => ({ top, lefts: lefts.sort((a, b) => a - b) }));
}

// How many of the ascending numbers are at most so large.
function countUpTo(numbers, most) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Where a line at x, or near it, passes a row between its nodes.
function freeX(lefts, x, target, lane) {
  const count = countUpTo(lefts, x + 6);
  if (count === 0 || lefts[count - 1] + size.width + 6 <= x) return x;
  const left = lefts[count - 1] - (size.column - size.width) / 2 + lane, right = left + size.column;
  const cost = (at) => Math.abs(at - x) + Math.abs(at - target) / 2;
  return cost(left) < cost(right) ? left : right;
}

// A way crosses a row between two nodes, straight down or up, and turns between the rows only: the rules of
// the drawing without a script. A way through more than 40 rows runs on the left of everything.
function wayBetween(a, b, lane, rows, rowOf) {
  const w = size.width, h = size.height;
  const from = rowOf.get(a.y), to = rowOf.get(b.y);
  if (from === to) {
    const { lefts } = rows[from];
    const next = lefts[countUpTo(lefts, Math.min(a.x, b.x))];
    if (next === undefined || next >= Math.max(a.x, b.x))
      return `M${a.x < b.x ? a.x + w : a.x} ${a.y + h / 2}H${a.x < b.x ? b.x : b.x + w}`;
    const p = a.x + w / 2, q = b.x + w / 2, above = a.y - 26;
    return `M${p} ${a.y}C${p} ${above} ${q} ${above} ${q} ${a.y}`;
  }
  const step = from < to ? 1 : -1, isLong = Math.abs(to - from) > 40, target = b.x + w / 2;
  const before = (row) => rows[row].top + (step > 0 ? 0 : h), after = (row) => rows[row].top + (step > 0 ? h : 0);
  let x = a.x + w / 2, y = after(from), way = `M${x} ${y}`;
  const turn = (toX, toY) => {
    const middle = (y + toY) / 2;
    way += x === toX ? `V${toY}` : `V${y}C${x} ${middle} ${toX} ${middle} ${toX} ${toY}`;
  };
  for (let row = from + step; row !== to; row += step) {
    const free = isLong ? (size.margin + lane) / 2 : freeX(rows[row].lefts, x, target, lane);
    if (free !== x) turn(free, before(row));
    if (isLong) row = to - step;
    x = free;
    y = after(row);
  }
  turn(target, before(to));
  return way;
}

// All edges between two items are drawn as one path.
function drawEdges(isWhole) {
  const pairs = new Map();
  drawnEdges = [];
  const numbers = new Map([...nodeItems.values(), ...boxes.values()].map((item, i) => [item, i]));
  const rows = isWhole ? [] : rowsOfItems();
  const rowOf = new Map(rows.map(({ top }, row) => [top, row]));
  const lanes = (id) => 4 * ((id % 5) - 2);
  for (const edge of edges) {
    const a = itemOf.get(edge.from), b = itemOf.get(edge.to);
    const isItself = a === nodeItems.get(edge.from) && b === nodeItems.get(edge.to);
    if (isItself) {
      edge.path.setAttribute("d", isWhole ? edge.home : wayBetween(a.place, b.place, lanes(edge.from), rows, rowOf));
      drawnEdges.push({ path: edge.path, members: [edge] });
    } else if (a !== undefined && b !== undefined && a !== b) {
      const key = `${numbers.get(a)} ${numbers.get(b)}`;
      if (!pairs.has(key)) pairs.set(key, { a, b, members: [] });
      pairs.get(key).members.push(edge);
    }
  }
  for (const { a, b, members } of pairs.values()) {
    const isAcross = nodes.get(a.ids[0]).band !== nodes.get(b.ids[0]).band;
    const d = wayBetween(a.place, b.place, lanes(a.ids[0]), rows, rowOf);
    drawnEdges.push({ path: svgElement("path", { class: `edge bundle${isAcross ? " across" : ""}`, d }), members });
  }
}

// What is not drawn is not in the document: a large graph costs no more than its boxes.
function showScene() {
  const scene = new DocumentFragment();
  scene.append(...headings);
  for (const { path } of drawnEdges) scene.append(path);
  for (const { shape } of drawnItems) scene.append(shape);
  for (const { mark } of marks) scene.append(mark);
  $("scene").replaceChildren(scene);
}

function draw() {
  chooseItems();
  const isWhole = closed.size === 0 && !$("less").checked;
  const x = isWhole ? (at) => at : squeezed(drawnItems.map(({ home }) => [home.x, home.x + size.width]), 126);
  const y = isWhole ? (at) => at : squeezed(drawnItems.map(({ home }) => [home.y, home.y + size.height]), 38);
  placeItems(x, y);
  drawEdges(isWhole);
  showScene();
  const farthest = (side, length) => Math.max(...drawnItems.map(({ place }) => place[side] + length)) + size.margin;
  Object.assign(natural, isWhole ? whole : { width: farthest("x", size.width), height: farthest("y", size.height) });
  graph.setAttribute("viewBox", `0 0 ${natural.width} ${natural.height}`);
  zoom(scale);
  showSelection();
  showMatches();
  if (stage > 0) showStage(stage);
  else if (current > 0) showFrame(current);
  else showItems();
}

function setClosed(layers, isClosed) {
  for (const layer of layers) {
    if (isClosed) closed.add(layer);
    else closed.delete(layer);
  }
  $("layers").checked = closed.size === data.layers.length;
  $("layers").indeterminate = closed.size > 0 && !$("layers").checked;
  draw();
}

// ---- The grad_table ----

const rows = new Map();  // by variable
const hasValues = data.differences !== undefined;
const digits = (number) => (number === null ? "not finite" : String(Number(number.toPrecision(4))));  // JSON has null for it

// Of a target: an element of its gradient beside the central difference, and how far they are apart.
function differenceOf(id) {
  const found = data.differences.find((difference) => difference.variable === id);
  if (found === undefined) return "";
  const { element: place, gradient, difference } = found;
  const both = `${place} ${digits(gradient)}; central difference ${digits(difference)}`;
  if (gradient === null || difference === null) return both;
  const largest = Math.max(Math.abs(gradient), Math.abs(difference));
  const error = largest > 0 ? Math.abs(gradient - difference) / largest : 0;
  return `${both}, relative error ${error === 0 ? 0 : error.toExponential(0)}`;
}

function makeTable() {
  const body = $("table").querySelector("tbody");
  for (const [id, { gradient }] of entries) {
    const role = element("b", { className: "role" });
    const row = element("tr", {}, element("td", {}, role, link(id)), element("td", { className: "shape" }, shapeOf(id)), element("td", {}, link(gradient)));
    if (hasValues) row.append(element("td", {}, nodes.get(gradient).long ?? nodes.get(gradient).short ?? "", element("small", {}, differenceOf(id))));
    rows.set(id, { row, role });
    body.append(row);
  }
  document.body.classList.toggle("without-values", !hasValues);
}

function showTable(event) {
  for (const [id, { row, role }] of rows) {
    const hidden = entries.get(id).frame > current;
    if (row.hidden !== hidden) row.hidden = hidden;
    const written = (event.line === "seed" || event.line === "entry") && id === event.variable;
    const read = event.line === "op" && id === event.consumer;
    const dropped = event.line === "end" && !event.tensors.includes(id);
    const kind = written ? "written" : read ? "read" : dropped ? "dropped" : "";
    if (row.className === kind) continue;
    row.className = kind;
    role.textContent = written ? "V " : read ? "D " : "";
  }
  const shown = [...rows.values()].filter(({ row }) => !row.hidden);
  keepInView($("table").querySelector(".scroll"), $("table").querySelector(".written, .read") ?? shown.at(-1)?.row);
}

// ---- The view: zoom, and what it shows ----

const view = $("view");
let scale = 1;
let chosenScale = 1;  // by the user; a frame whose letters are far apart is shown smaller

function zoom(to) {
  const middle = { x: (view.scrollLeft + view.clientWidth / 2) / scale, y: (view.scrollTop + view.clientHeight / 2) / scale };
  scale = Math.min(Math.max(to, 0.02), 3);
  graph.setAttribute("width", natural.width * scale);
  graph.setAttribute("height", natural.height * scale);
  view.scrollTo(middle.x * scale - view.clientWidth / 2, middle.y * scale - view.clientHeight / 2);
}

function chooseScale(to) {
  zoom(to);
  chosenScale = scale;
}

const scaleOfWhole = () => Math.min(view.clientWidth / natural.width, view.clientHeight / natural.height, 1);

// Zooms out where the nodes with letters do not fit, and shows all of them.
function fitMarks(ids) {
  if (ids.length === 0) return;
  const places = ids.map((id) => itemOf.get(id).place), gap = 28;
  const begin = (side) => Math.min(...places.map((place) => place[side])) - gap;
  const end = (side, length) => Math.max(...places.map((place) => place[side])) + length + gap;
  const box = { x: begin("x"), y: begin("y"), width: end("x", size.width) - begin("x"), height: end("y", size.height) - begin("y") };
  const least = 0.3;  // smaller letters are not readable
  const fitting = Math.max(least, Math.min(chosenScale, view.clientWidth / box.width, view.clientHeight / box.height));
  if (fitting !== scale) zoom(fitting);
  const scroll = (at, length, from, seen) => (at < from ? at : at + length > from + seen ? at + length - seen : from);
  view.scrollTo(scroll(box.x * scale, box.width * scale, view.scrollLeft, view.clientWidth),
                scroll(box.y * scale, box.height * scale, view.scrollTop, view.clientHeight));
  if (fitting === least) bringIntoView(ids);
}

// Scrolls no more than it must. The first ids count most.
function bringIntoView(ids) {
  const gap = 30;
  for (const item of ids.map((id) => itemOf.get(id)).reverse()) {
    if (item === undefined) continue;
    const { x, y } = item.place;
    const fit = (at, length, begin, seen) =>
      at - gap < begin ? at - gap : at + length + gap > begin + seen ? at + length + gap - seen : begin;
    view.scrollTo(fit(x * scale, size.width * scale, view.scrollLeft, view.clientWidth),
                  fit(y * scale, size.height * scale, view.scrollTop, view.clientHeight));
  }
}

// With the mouse, the graph is dragged by its background and zoomed with Ctrl and the wheel.
function startDragging(event) {
  if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".node")) return;
  view.setPointerCapture(event.pointerId);
  const drag = (move) => view.scrollBy(-move.movementX, -move.movementY);
  view.addEventListener("pointermove", drag);
  view.addEventListener("pointerup", () => view.removeEventListener("pointermove", drag), { once: true });
}

function onWheel(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  chooseScale(scale * Math.exp(-event.deltaY / 400));
}

// ---- A node: where it is from ----

function links(ids) {
  return ids.flatMap((id, i) => (i > 0 ? [", ", link(id)] : [link(id)]));
}

const frameLink = (frame) => element("a", { href: `#f${frame}` }, `frame ${frame}`);

// Of a node the facts that it has: [name, contents].
function facts(node) {
  const consumers = data.nodes.filter((other) => other.inputs?.includes(node.id)).map((other) => other.id);
  const entry = entries.get(node.id);
  return [
    ["op", [node.op]],
    ["made as", node.inputs ? [node.formula] : []],
    ["attributes", node.attributes ? [node.attributes.join(", ")] : []],
    ["type", [node.type]],
    ["made at", node.place ? [node.place] : []],
    ["gradient of", node.gradient_of === undefined ? [] : [link(node.gradient_of)]],
    ["made for", node.forward === undefined ? [] : [link(node.forward), ` (by ${node.phase === "update" ? "its update" : `bprop of ${nodes.get(node.forward).op}`})`]],
    ["its gradient", entry ? [link(entry.gradient), ", ", frameLink(entry.frame)] : []],
    ["appears in", appearsIn(node.id) > 0 && node.phase === "gradient" ? [frameLink(appearsIn(node.id))] : []],
    ["left out", leftOut.has(node.id) ? [`${leftOut.get(node.id).reason}, `, frameLink(leftOut.get(node.id).frame)] : []],
    ["layer", node.layer < 0 ? [] : [element("a", { href: `#l${node.layer}` }, `${layerName(node.layer)} (draw as a box)`)]],
    ["inputs", links(node.inputs ?? [])],
    ["consumers", links(consumers)],
  ].filter(([, contents]) => contents.length > 0);
}

// What a run gave: numbers or a picture, and what they are like.
function valueOf({ value }) {
  if (value === undefined) return [];
  const parts = [];
  if (value.numbers) parts.push(tableOf(value.numbers));
  if (value.picture) parts.push(pictureOf(value.picture));
  if (value.min !== undefined)
    parts.push(element("p", {}, `min ${digits(value.min)}, mean ${digits(value.mean)}, max ${digits(value.max)}, zeros ${digits(100 * value.zeros)} %`));
  if (value.not_finite) parts.push(element("p", {}, `${value.not_finite} not finite`));
  if (value.histogram) parts.push(histogramOf(value));
  return [element("h3", {}, "In one run"), ...parts];
}

function tableOf(numbers) {
  const rowOf = (row) => element("tr", {}, ...row.map((number) => element("td", {}, number)));
  return element("table", { className: "numbers" }, ...numbers.map(rowOf));
}

function pictureOf({ rows, columns, limit, png }) {
  const alt = `${rows} by ${columns} cells, blue for ${digits(-limit)}, white for 0, red for ${digits(limit)}`;
  const image = element("img", { src: png, alt, title: alt });
  image.style.width = `${Math.min(320, columns * 8)}px`;
  image.style.aspectRatio = `${columns} / ${Math.max(rows, columns / 24)}`;
  const scale = `${rows} × ${columns} cells: blue ${digits(-limit)}, white 0, red ${digits(limit)}`;
  return element("figure", {}, image, element("figcaption", {}, scale));
}

function histogramOf({ histogram, min, max }) {
  const most = Math.max(...histogram);
  const bars = histogram.map((count) => {
    const bar = element("i", { title: String(count) });
    bar.style.height = `${Math.ceil((40 * count) / most)}px`;
    return bar;
  });
  const box = element("div", { className: "histogram" }, ...bars);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `histogram from ${digits(min)} to ${digits(max)}: ${histogram.join(", ")}`);
  return box;
}

function selectNode(id) {
  const node = nodes.get(id);
  if (node === undefined) return;
  const list = element("dl");
  for (const [name, contents] of facts(node)) list.append(element("dt", {}, name), element("dd", {}, ...contents));
  $("details").replaceChildren(element("h2", {}, node.label), list, ...valueOf(node));
  $("details").scrollTop = 0;
  if (isNarrow()) $("details").scrollIntoView({ block: "nearest" });
  selected = { id, partner: node.gradient_of ?? node.forward ?? entries.get(id)?.gradient };
  if (closed.has(node.layer)) setClosed([node.layer], false);
  else showSelection();
  bringIntoView([id]);
}

let selected = {};

function showSelection() {
  for (const { shape, ids } of drawnItems) {
    shape.classList.toggle("picked", ids.includes(selected.id));
    shape.classList.toggle("partner", ids.includes(selected.partner));
  }
  for (const { path, members } of drawnEdges) path.classList.toggle("picked", members.some(({ from, to }) => from === selected.id || to === selected.id));
}

// ---- Search ----

let matches = [];

function search(text) {
  const wanted = text.trim().toLowerCase();
  const isMatch = (node) => wanted !== "" && `${node.label} ${node.op}`.toLowerCase().includes(wanted);
  matches = data.nodes.filter(isMatch).map((node) => node.id);
  showMatches();
  $("found").textContent = wanted === "" ? "" : `${matches.length} found${matches.length > 0 ? ", Enter: next" : ""}`;
  if (matches.length > 0) bringIntoView([matches[0]]);
}

function showMatches() {
  const found = new Set(matches);
  for (const { shape, ids } of drawnItems) shape.classList.toggle("match", ids.some((id) => found.has(id)));
}

function nextMatch() {
  if (matches.length === 0) return;
  selectNode(matches[0]);
  matches.push(matches.shift());
}

// ---- The controls ----

let timer;

function pause() {
  clearInterval(timer);
  timer = undefined;
  $("play").textContent = "▶ Play";
}

function play() {
  if (current === events.length) showFrame(1);
  timer = setInterval(() => (current < events.length ? showFrame(current + 1) : pause()), 1500);
  $("play").textContent = "⏸ Pause";
}

const toggle = () => (timer === undefined ? play() : pause());

function go(frame) {
  pause();
  showFrame(frame);
}

// The frame in which the turn of the next variable begins, or of the one before.
function frameOfTurn(step) {
  let frame = current + step;
  while (frame > 1 && frame < events.length && events[frame - 1].line !== "variable") frame += step;
  return frame;
}

const keys = { ArrowDown: () => go(frameOfTurn(1)), ArrowUp: () => go(frameOfTurn(-1)), ArrowRight: () => go(current + 1), ArrowLeft: () => go(current - 1), Home: () => go(1), End: () => go(events.length), " ": toggle };

function onKey(event) {
  const isUsed = event.target.matches("input") || (event.key === " " && event.target.matches("button, summary"));
  if (isUsed || event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys) || events.length === 0) return;
  event.preventDefault();
  keys[event.key]();
}

// Links to nodes, layers, stages and frames.
function onClick(event) {
  const address = event.target.closest("a")?.getAttribute("href") ?? "";
  const found = address.match(/^#([nfls])(\d+)$/);
  if (!found) return;
  event.preventDefault();
  const number = Number(found[2]);
  if (found[1] === "n") selectNode(number);
  else if (found[1] === "s") showStage(number);
  else if (found[1] === "l") setClosed([number], !closed.has(number));
  else go(number);
}

const frameInAddress = () => Number(location.hash.match(/^#f(\d+)$/)?.[1] ?? 1);

const kMostOpenNodes = 500;  // of a larger graph the layers are boxes at first

function start() {
  $("list").querySelector("details").open = false;
  document.body.classList.add("alive");
  for (const id of ["controls", "tools", "table"]) $(id).hidden = id !== "tools" && events.length === 0;
  const buttons = {
    first: () => go(1), back: () => go(current - 1), play: toggle, step: () => go(current + 1), last: () => go(events.length),
    in: () => chooseScale(scale * 1.25), out: () => chooseScale(scale / 1.25), whole: () => chooseScale(scaleOfWhole()),
  };
  for (const [id, act] of Object.entries(buttons)) $(id).addEventListener("click", act);
  $("slider").max = events.length;
  $("slider").addEventListener("input", () => go(Number($("slider").value)));
  $("search").addEventListener("input", () => search($("search").value));
  $("search").addEventListener("keydown", (event) => event.key === "Enter" && nextMatch());
  $("less").addEventListener("change", draw);
  $("layers").addEventListener("change", () => setClosed(data.layers.keys(), $("layers").checked));
  view.addEventListener("pointerdown", startDragging);
  view.addEventListener("wheel", onWheel, { passive: false });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  addEventListener("hashchange", () => location.hash.startsWith("#f") && showFrame(frameInAddress()));
  for (const [id, shape] of shapes) shape.querySelector(".value").textContent = nodes.get(id).short ?? "";
  makeTable();
  setClosed(data.layers.keys(), data.nodes.length > kMostOpenNodes);
  chooseScale(Math.max(scaleOfWhole(), 0.7));
  if (events.length === 0) return;
  for (const item of $("frames").children) item.removeAttribute("id");  // the address shows a frame, and does not scroll
  showFrame(frameInAddress());
}

start();
