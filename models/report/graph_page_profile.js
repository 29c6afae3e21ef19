"use strict";

// The panel "Time and memory": what one run of a program cost, by node, thread and step. It uses what
// graph_page.js has made of the page.

function showProfile(profile) {
  const threads = profile.waiting.length;
  const all = profile.seconds * threads;
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const micro = (seconds) => (seconds * 1e6).toFixed(2);
  const percent = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : "");
  const rows = profile.steps.map((step) => {
    const total = sum(step.seconds), longest = Math.max(...step.seconds);
    return {
      ...step, total, longest,
      flopsRate: longest > 0 ? step.flops / longest : 0,
      bytesRate: longest > 0 ? step.bytes / longest : 0,
    };
  });

  // ---- The sentence ----

  function describeRun() {
    const { peak } = profile;
    const parts = [
      `${micro(profile.seconds)} µs a run on ${threads} thread${threads === 1 ? "" : "s"}, the median of ${profile.runs}.`,
      `The threads wait ${percent(sum(profile.waiting), all)} of the time.`,
    ];
    if (peak)
      parts.push(`Peak of the machine, ${peak.measured ? "measured by a small run" : "as given"}: ${digits(peak.flops * 1e-9)} GFLOP/s, ${digits(peak.bytes * 1e-9)} GB/s from memory; arrays in a cache may move faster.`);
    $("run").textContent = parts.join(" ");
  }

  // ---- Colours of the nodes ----

  // Of each node the sum over the steps that compute it.
  function costsOf(key) {
    const costs = new Map();
    for (const row of rows) costs.set(row.node, (costs.get(row.node) ?? 0) + (key === "bytes" ? row.bytes : row.total));
    return costs;
  }

  const inBytes = (bytes) => (bytes < 1e5 ? `${digits(bytes / 1e3)} kB` : `${digits(bytes / 1e6)} MB`);

  function colour(key) {
    document.body.classList.toggle("heated", key !== "");
    if (key !== "" && events.length > 0) go(events.length);  // where all nodes are there
    const costs = key === "" ? new Map() : costsOf(key);
    const most = Math.max(...costs.values());
    for (const [id, shape] of shapes) {
      const cost = costs.get(id);
      shape.style.setProperty("--heat", cost === undefined ? "0%" : `${Math.round((85 * cost) / most)}%`);
      const line = cost === undefined ? "" : key === "bytes" ? inBytes(cost) : `${micro(cost)} µs, ${percent(cost, all)}`;
      shape.querySelector(".value").textContent = key === "" ? (nodes.get(id).short ?? "") : line;
    }
  }

  // ---- The timeline ----

  const length = Math.max(...profile.spans.map((span) => span[3]));
  const lane = 46, top = 20;

  function put(name, className, begin, end, y, text = "", title = "") {
    const box = element(name, { className, title }, text);
    box.style.left = `${(100 * begin) / length}%`;
    if (end > begin) box.style.width = `${(100 * (end - begin)) / length}%`;
    box.style.top = `${y}px`;
    $("timeline").append(box);
    return box;
  }

  function drawLevels() {
    const levels = new Map();
    for (const [step, , begin, end] of profile.spans) {
      if (step < 0) continue;
      const level = rows[step].level, found = levels.get(level) ?? { begin, end };
      levels.set(level, { begin: Math.min(found.begin, begin), end: Math.max(found.end, end) });
    }
    for (const [level, { begin, end }] of levels) {
      put("span", "level", begin, end, 0, `level ${level}`, `level ${level}: ${micro((end - begin) * 1e-9)} µs`);
      if (threads > 1 && level > 0) put("b", "", begin, begin, top).style.height = `${threads * lane}px`;
    }
  }

  function drawSpans() {
    for (const [step, thread, begin, end] of profile.spans) {
      const y = top + thread * lane + 16, time = `${micro((end - begin) * 1e-9)} µs`;
      if (step < 0) {
        put("i", "", begin, end, y, "", `thread ${thread + 1} waits ${time}`);
        continue;
      }
      const { label, node, level } = rows[step];
      const box = put("a", nodes.get(node)?.phase ?? "", begin, end, y, label, `${label}: ${time} on thread ${thread + 1}, level ${level}`);
      box.tabIndex = -1;  // the table is for the keyboard
      if (nodes.has(node)) box.href = `#n${node}`;
    }
    for (let thread = 0; thread < threads; ++thread) {
      const name = element("span", { className: "thread" }, `thread ${thread + 1}`);
      name.style.top = `${top + thread * lane}px`;
      $("timeline").append(name);
    }
    $("timeline").style.height = `${top + threads * lane + 6}px`;
  }

  // ---- The table ----

  const withPeak = (rate, peak) => {
    const cell = element("td", {}, digits(rate * 1e-9));
    if (peak > 0) cell.append(element("small", {}, percent(rate, peak)));
    return cell;
  };
  const cell = (text) => element("td", {}, text);
  const columns = [
    ["step", (row) => row.label, (row) => element("td", {}, nodes.has(row.node) ? element("a", { href: `#n${row.node}` }, row.label) : row.label)],
    ["level", (row) => row.level, (row) => cell(String(row.level))],
    ["µs, all threads", (row) => row.total, (row) => cell(micro(row.total))],
    ["share", (row) => row.total, (row) => cell(percent(row.total, all))],
    ["µs, longest", (row) => row.longest, (row) => cell(micro(row.longest))],
    ["MFLOP", (row) => row.flops, (row) => cell(digits(row.flops * 1e-6))],
    ["MB", (row) => row.bytes, (row) => cell(digits(row.bytes * 1e-6))],
    ["GFLOP/s", (row) => row.flopsRate, (row) => withPeak(row.flopsRate, profile.peak?.flops)],
    ["GB/s", (row) => row.bytesRate, (row) => withPeak(row.bytesRate, profile.peak?.bytes)],
  ];
  let sorted = { column: 2, down: true };

  function fillTable() {
    const [, value] = columns[sorted.column];
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0);
    const sortedRows = [...rows].sort((a, b) => (sorted.down ? order(b, a) : order(a, b)));
    const made = sortedRows.map((row) => {
      const line = element("tr", {}, ...columns.map(([, , show]) => show(row)));
      line.dataset.node = row.node;
      return line;
    });
    $("steps").tBodies[0].replaceChildren(...made);
    [...$("steps").tHead.rows[0].cells].forEach((head, i) => {
      const isSorted = i === sorted.column;
      head.setAttribute("aria-sort", isSorted ? (sorted.down ? "descending" : "ascending") : "none");
      head.firstChild.textContent = columns[i][0] + (isSorted ? (sorted.down ? " ▼" : " ▲") : "");
    });
  }

  function makeTable() {
    columns.forEach(([name], i) => {
      const button = element("button", { type: "button" }, name);
      button.addEventListener("click", () => {
        sorted = { column: i, down: i === sorted.column ? !sorted.down : i > 1 };
        fillTable();
      });
      $("steps").tHead.rows[0].append(element("th", {}, button));
    });
    const waits = sum(profile.waiting);
    const texts = ["waiting, all threads", "", micro(waits), percent(waits, all), micro(Math.max(...profile.waiting)), "", "", "", ""];
    $("steps").tFoot.append(element("tr", {}, ...texts.map(cell)));
    fillTable();
  }

  // The steps of a node that is picked anywhere on the page.
  function markPicked(id) {
    for (const line of $("steps").tBodies[0].rows) line.classList.toggle("picked", line.dataset.node === id);
    for (const box of $("timeline").querySelectorAll("a")) box.classList.toggle("picked", box.getAttribute("href") === `#n${id}`);
  }

  $("costs").hidden = false;
  describeRun();
  drawLevels();
  drawSpans();
  makeTable();
  $("heat").addEventListener("change", (event) => colour(event.target.value));
  $("stretch").addEventListener("input", () => ($("timeline").style.width = `${100 * $("stretch").value}%`));
  document.addEventListener("click", (event) => {
    const found = event.target.closest("a")?.getAttribute("href")?.match(/^#n(\d+)$/);
    if (found) markPicked(found[1]);
  });
}

showProfile(data.profile);
