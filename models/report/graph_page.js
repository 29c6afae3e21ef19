"use strict";

// The page has the graph, the algorithm and the sentences of all frames as HTML. This script shows one frame
// at a time: it sets classes, fills the grad_table, and says where a node is from. Frame f shows events[f - 1].

const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const data = JSON.parse($("data").textContent);
const events = data.events;
const nodes = new Map(data.nodes.map((node) => [node.id, node]));
const shapes = new Map(all("#graph .node").map((shape) => [Number(shape.id.slice(1)), shape]));
const edges = all("#graph .edge").map((path) => ({ path, from: Number(path.dataset.from), to: Number(path.dataset.to) }));

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

// ---- A frame ----

let current = 0;

function showFrame(frame) {
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
  showNodes();
  showEdges(event);
  showMarks(event);
  showTable(event);
}

function showLine(event) {
  for (const line of all("[data-on]")) {
    const runs = line.dataset.on.split(" ").includes(event.line);
    line.classList.toggle("now", runs);
    if (runs && line.tagName === "LI") line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  }
  for (const item of all("#frames .now")) item.classList.remove("now");
  $("frames").children[current - 1].classList.add("now");
}

function showNodes() {
  for (const [id, shape] of shapes) {
    const reason = leftOut.get(id);
    const isLeftOut = reason !== undefined && reason.frame <= current;
    shape.classList.toggle("future", appearsIn(id) > current);
    shape.classList.toggle("fresh", appearsIn(id) === current);
    shape.classList.toggle("left-out", isLeftOut);
    const { line, text } = kinds.get(id);
    const shown = isLeftOut ? `✂ ${shortReason(reason.reason)}` : text;
    if (line.textContent !== shown) line.textContent = shown;
  }
}

// Of each node the line below its title, and what stands there at first.
function kindOf(shape) {
  const line = shape.querySelector(".kind");
  return { line, text: line.textContent };
}

const kinds = new Map([...shapes].map(([id, shape]) => [id, kindOf(shape)]));
const shortReason = (reason) => (reason.includes("pass no gradient") ? "passes no gradient" : reason.replace("a target", "𝕋"));

function showEdges(event) {
  for (const edge of edges) {
    const future = appearsIn(edge.from) > current || appearsIn(edge.to) > current;
    edge.path.classList.toggle("future", future);
    edge.path.classList.toggle("work", !future && isAtWork(event, current, edge));
  }
}

// The letters of the algorithm at the nodes that they stand for.
const marks = ["V", "C", "D", "G"].map((letter) => {
  const mark = document.createElementNS($("scene").namespaceURI, "g");
  mark.classList.add("mark");
  mark.style.display = "none";
  mark.innerHTML = `<circle r="12"/><text y="5">${letter}</text>`;
  $("scene").append(mark);
  return { letter, mark };
});

function showMarks(event) {
  const ids = { V: event.variable, C: event.consumer, D: event.line === "op" || event.line === "bprop" ? event.gradient : undefined, G: event.result };
  for (const shape of shapes.values()) shape.classList.remove("V", "C", "D", "G");
  const taken = new Map();  // of a node how many letters it has
  for (const { letter, mark } of marks) {
    const id = ids[letter];
    mark.style.display = id === undefined ? "none" : "";
    if (id === undefined) continue;
    const place = taken.get(id) ?? 0;
    taken.set(id, place + 1);
    const box = boxOf(id);
    mark.setAttribute("transform", `translate(${box.x + 6 + 26 * place},${box.y - 2})`);
    shapes.get(id).classList.add(letter);
  }
  bringIntoView([ids.G, ids.C, ids.V].filter((id) => id !== undefined));
}

// ---- The grad_table ----

const rows = new Map();  // by variable
const hasValues = data.differences !== undefined;
const digits = (number) => String(Number(number.toPrecision(4)));

// Of a target: an element of its gradient beside the central difference, and how far they are apart.
function differenceOf(id) {
  const found = data.differences.find((difference) => difference.variable === id);
  if (found === undefined) return "";
  const { element: place, gradient, difference } = found;
  const largest = Math.max(Math.abs(gradient), Math.abs(difference));
  const error = largest > 0 ? Math.abs(gradient - difference) / largest : 0;
  return `${place} ${digits(gradient)}; central difference ${digits(difference)}, relative error ${error === 0 ? 0 : error.toExponential(0)}`;
}

function makeTable() {
  const body = $("table").querySelector("tbody");
  for (const [id, { gradient }] of entries) {
    const row = element("tr", {}, element("td", {}, element("b", { className: "role" }), link(id)), element("td", { className: "shape" }, shapeOf(id)), element("td", {}, link(gradient)));
    if (hasValues) row.append(element("td", {}, nodes.get(gradient).short ?? "", element("small", {}, differenceOf(id))));
    rows.set(id, row);
    body.append(row);
  }
  document.body.classList.toggle("without-values", !hasValues);
}

function showTable(event) {
  for (const [id, row] of rows) {
    row.hidden = entries.get(id).frame > current;
    const written = (event.line === "seed" || event.line === "entry") && id === event.variable;
    const read = event.line === "op" && id === event.consumer;
    const dropped = event.line === "end" && !event.tensors.includes(id);
    row.className = written ? "written" : read ? "read" : dropped ? "dropped" : "";
    row.querySelector(".role").textContent = written ? "V " : read ? "D " : "";
  }
  const scroller = $("table").querySelector(".scroll");
  const marked = $("table").querySelector(".written, .read");
  scroller.scrollTop = marked ? marked.offsetTop - scroller.clientHeight / 2 : scroller.scrollHeight;
}

// ---- The view: zoom, and what it shows ----

const view = $("view");
const graph = $("graph");
const natural = { width: graph.viewBox.baseVal.width, height: graph.viewBox.baseVal.height };
let scale = 1;

function zoom(to) {
  const middle = { x: (view.scrollLeft + view.clientWidth / 2) / scale, y: (view.scrollTop + view.clientHeight / 2) / scale };
  scale = Math.min(Math.max(to, 0.02), 3);
  graph.setAttribute("width", natural.width * scale);
  graph.setAttribute("height", natural.height * scale);
  view.scrollTo(middle.x * scale - view.clientWidth / 2, middle.y * scale - view.clientHeight / 2);
}

const scaleOfWhole = () => Math.min(view.clientWidth / natural.width, view.clientHeight / natural.height, 1);

function boxOf(id) {
  const place = shapes.get(id).transform.baseVal.getItem(0).matrix;
  return { x: place.e, y: place.f, width: 150, height: 54 };
}

// Scrolls no more than it must. The first ids count most.
function bringIntoView(ids) {
  const gap = 30;
  for (const id of [...ids].reverse()) {
    const box = boxOf(id);
    const fit = (at, size, begin, length) =>
      at - gap < begin ? at - gap : at + size + gap > begin + length ? at + size + gap - length : begin;
    view.scrollTo(fit(box.x * scale, box.width * scale, view.scrollLeft, view.clientWidth),
                  fit(box.y * scale, box.height * scale, view.scrollTop, view.clientHeight));
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
  zoom(scale * Math.exp(-event.deltaY / 400));
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
  $("details").scrollIntoView({ block: "nearest" });
  const partner = node.gradient_of ?? node.forward ?? entries.get(id)?.gradient;
  for (const [other, shape] of shapes) {
    shape.classList.toggle("picked", other === id);
    shape.classList.toggle("partner", other === partner);
  }
  for (const edge of edges) edge.path.classList.toggle("picked", edge.from === id || edge.to === id);
  bringIntoView([id]);
}

// ---- Search ----

let matches = [];

function search(text) {
  const wanted = text.trim().toLowerCase();
  const isMatch = (node) => wanted !== "" && `${node.label} ${node.op}`.toLowerCase().includes(wanted);
  matches = data.nodes.filter(isMatch).map((node) => node.id);
  const found = new Set(matches);
  for (const [id, shape] of shapes) shape.classList.toggle("match", found.has(id));
  $("found").textContent = wanted === "" ? "" : `${matches.length} found${matches.length > 0 ? ", Enter: next" : ""}`;
  if (matches.length > 0) bringIntoView([matches[0]]);
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

const keys = { ArrowRight: () => go(current + 1), ArrowLeft: () => go(current - 1), Home: () => go(1), End: () => go(events.length), " ": toggle };

function onKey(event) {
  const isUsed = event.target.matches("input") || (event.key === " " && event.target.matches("button, summary"));
  if (isUsed || event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys) || events.length === 0) return;
  event.preventDefault();
  keys[event.key]();
}

// Links to nodes and frames.
function onClick(event) {
  const address = event.target.closest("a")?.getAttribute("href") ?? "";
  const found = address.match(/^#([nf])(\d+)$/);
  if (!found) return;
  event.preventDefault();
  if (found[1] === "n") selectNode(Number(found[2]));
  else go(Number(found[2]));
}

const frameInAddress = () => Number(location.hash.match(/^#f(\d+)$/)?.[1] ?? 1);

function start() {
  document.body.classList.add("alive");
  for (const id of ["controls", "tools", "table"]) $(id).hidden = id !== "tools" && events.length === 0;
  const buttons = {
    first: () => go(1), back: () => go(current - 1), play: toggle, step: () => go(current + 1), last: () => go(events.length),
    in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), whole: () => zoom(scaleOfWhole()),
  };
  for (const [id, act] of Object.entries(buttons)) $(id).addEventListener("click", act);
  $("slider").max = events.length;
  $("slider").addEventListener("input", () => go(Number($("slider").value)));
  $("search").addEventListener("input", () => search($("search").value));
  $("search").addEventListener("keydown", (event) => event.key === "Enter" && nextMatch());
  $("less").addEventListener("change", () => graph.classList.toggle("less", $("less").checked));
  for (const { path, from } of edges) path.classList.toggle("minor", nodes.get(from).op === "constant");
  view.addEventListener("pointerdown", startDragging);
  view.addEventListener("wheel", onWheel, { passive: false });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  addEventListener("hashchange", () => showFrame(frameInAddress()));
  for (const [id, shape] of shapes) shape.querySelector(".value").textContent = nodes.get(id).short ?? "";
  zoom(Math.max(scaleOfWhole(), 0.7));
  makeTable();
  if (events.length === 0) return;
  for (const item of $("frames").children) item.removeAttribute("id");  // the address shows a frame, and does not scroll
  $("list").querySelector("details").open = false;
  showFrame(frameInAddress());
}

start();
