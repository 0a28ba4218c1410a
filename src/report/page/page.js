"use strict";
// Draws the report from the data that the program packed. No library, no request; all text goes in as text.
(async () => {
  const root = document.documentElement;
  const page = document.getElementById("page");

  // ---- unpacking -------------------------------------------------------------------------------------------------
  const raw = JSON.parse(document.getElementById("data").textContent);
  const bytesOf = text => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const s = atob(text), out = new Uint8Array(s.length);
    for (let i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
    return out;
  };
  const inflate = async text => {
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const A = JSON.parse(new TextDecoder().decode(await inflate(raw.about)));
  const store = new Map();
  const has = name => name in raw.blocks;
  async function load(...names) {
    await Promise.all(names.filter(n => has(n) && !store.has(n)).map(async name => {
      const block = raw.blocks[name], bytes = await inflate(block.data);
      const count = block.shape.reduce((a, b) => a * b, 1), row = block.shape.at(-1) || 1;
      const out = new Float32Array(count);
      const step = block.step, log = block.scale === "log";
      let at = 0, before = 0, col = 0;
      for (let i = 0; i < bytes.length;) {
        let n = bytes[i++];
        if (n > 127) { // more than one byte; the program keeps numbers below 2^28
          n &= 127;
          for (let shift = 7, byte = 128; byte & 128; shift += 7) { byte = bytes[i++]; n |= (byte & 127) << shift; }
        }
        if (col === row) { col = 0; before = 0; }
        col++;
        if (n === 0) { out[at++] = NaN; continue; }
        n -= 1;
        before += (n >>> 1) ^ -(n & 1);
        out[at++] = log ? Math.expm1(before * step) : before * step;
      }
      store.set(name, { v: out, shape: block.shape, step: block.step });
    }));
  }
  const get = name => store.get(name);
  // No run of the chosen outcome has its rows in the table: nothing is known, which is not zero.
  const unknown = name => { const b = get(name), n = b ? b.v.length / b.shape[0] : 0; return !!b && !b.v.subarray(state.s * n, (state.s + 1) * n).some(Number.isFinite); };
  const NOT_KNOWN = "Not known: the table has no whole run of this outcome.";
  // A line of days: the last axis of a block at the given positions.
  function line(name, ...at) {
    const b = get(name);
    if (!b) return null;
    const row = b.shape.at(-1);
    let i = 0;
    at.forEach((p, k) => { i = i * b.shape[k] + p; });
    return b.v.subarray(i * row, (i + 1) * row);
  }

  // ---- words and numbers -----------------------------------------------------------------------------------------
  const S = A.scenarios, B = A.borders, DAYS = A.days || 1;
  const variants = new Set(S.map(s => s.variant)).size > 1, two = A.studies.length > 1;
  // Runs of a study over a design are told apart by point and replicate.
  const points = new Set(S.flatMap(s => s.runs.map(r => r[0]))).size;
  const runName = r => (points > 1 ? `point ${r[0]}, ` : "") + `replicate ${r[1]}`;
  const pretty = t => t.replace(/_/g, " ").replace(/^./, c => c.toUpperCase());
  const nameOf = s => (two ? "AB"[S[s].study] + " · " : "") + pretty(S[s].outcome) + (variants ? " · " + S[s].variant : "");
  const keyOf = s => (two ? S[s].study + "/" : "") + S[s].outcome + "/" + S[s].variant;
  const thin = "\u202f";
  const group = n => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, thin);
  function people(v) {
    if (!Number.isFinite(v)) return "–";
    const a = Math.abs(v);
    if (a >= 999500) return (v / 1e6).toFixed(a >= 9.995e6 ? 1 : 2) + thin + "M";
    if (a >= 9995) return Math.round(v / 1000) + thin + "k";
    return group(Math.round(v));
  }
  function num(v) {
    if (!Number.isFinite(v)) return "–";
    const a = Math.abs(v);
    if (a >= 1000) return group(Math.round(v));
    if (a >= 100) return v.toFixed(0);
    if (a >= 10) return v.toFixed(1);
    if (a === 0) return "0";
    if (a >= 1) return v.toFixed(2);
    return String(+v.toPrecision(3));
  }
  const percent = v => Number.isFinite(v) ? Math.round(v * 100) + thin + "%" : "–";
  const start = A.studies[0]?.start;
  const dateOf = d => start == null ? "" : new Date((start + d) * 864e5);
  const iso = d => start == null ? String(d) : dateOf(d).toISOString().slice(0, 10);
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const dateText = d => { if (start == null) return ""; const t = dateOf(d); return `${t.getUTCDate()} ${MONTHS[t.getUTCMonth()]} ${t.getUTCFullYear()}`; };
  const classOf = v => v < 20 ? "normal" : v < 40 ? "elevated" : v < 60 ? "high" : v < 80 ? "severe" : "critical";
  const measureOf = name => (A.measures || []).find(m => m.name === name);
  const MEASURE_NAMES = { ...raw.titles, index: "Pressure index", threat: "Threat T", vulnerability: "Vulnerability U", impact: "Impact I", guards_per_km: "Guards", reserve_72h_persons: "Reserve within 72 h", exposed_population_persons: "Residents near", kin_index: "Kin across the line" };
  const measureName = m => MEASURE_NAMES[m] || pretty(m);

  // ---- colours: Okabe and Ito, each with a mark of its own --------------------------------------------------------
  const LIGHT = { name: "light", paper: "#fff", ink: "#1b1e24", soft: "#565c66", grid: "#e7e6e1", axis: "#bdbcb6", accent: "#9f2d20", water: "#e3ebf1", land: "#f4f1ea", coast: "#8fa3b3", border: "#3d4249", hues: ["#0072B2", "#009E73", "#D55E00", "#B0508C", "#C98700", "#3d94cf", "#5a5f66", "#8a7a00"], hum: ["#56B4E9", "#0072B2"], arm: ["#D55E00", "#E69F00"], base: ["#b9bcc2", "#83878f"], ramp: [[255, 247, 224], [254, 217, 142], [253, 174, 97], [240, 113, 60], [205, 55, 65], [140, 20, 70], [62, 6, 60]] };
  const DARK = { name: "dark", paper: "#1d2128", ink: "#eceef1", soft: "#a9b0bb", grid: "#2d323b", axis: "#555c68", accent: "#ff9c87", water: "#131a22", land: "#2a2f37", coast: "#5c7183", border: "#aab2bd", hues: ["#56B4E9", "#2fc79b", "#ff8a3d", "#e59ac6", "#f0b53a", "#9fd4f5", "#c3c8d0", "#e9dd5a"], hum: ["#8fd0f5", "#3d9bd8"], arm: ["#ff8a3d", "#f5c04a"], base: ["#757c88", "#a9b0bb"], ramp: [[58, 52, 62], [96, 45, 88], [150, 50, 95], [210, 70, 80], [245, 120, 60], [253, 185, 80], [255, 246, 190]] };
  let T = LIGHT;
  // The same outcome has the same colour and mark in both studies; the marks of the second are hollow.
  const looks = (() => { const seen = []; return S.map(s => { const k = s.outcome + "\n" + s.variant; if (!seen.includes(k)) seen.push(k); return seen.indexOf(k); }); })();
  const hue = s => T.hues[looks[s] % T.hues.length];
  const DASHES = ["", "6 3", "2 3", "8 3 2 3", "10 4", "1 4"];
  const GLYPHS = ["M0-5A5 5 0 1 0 .01-5Z", "M-4.5-4.5H4.5V4.5H-4.5Z", "M0-5.6 5.4 4.2H-5.4Z", "M0-6 5.4 0 0 6-5.4 0Z", "M0 5.6 5.4-4.2H-5.4Z", "M-2-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z", "M-5.5-3H5.5V3H-5.5Z", "M-3-5.5H3V5.5H-3Z"];

  // ---- elements --------------------------------------------------------------------------------------------------
  function el(tag, attributes, ...children) {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes || {})) {
      if (v == null || v === false) continue;
      if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
      else if (k === "c") e.style.setProperty("--c", v);
      else if (k === "css") Object.assign(e.style, v);
      else e.setAttribute(k, v === true ? "" : v);
    }
    e.append(...children.flat(9).filter(c => c != null && c !== false));
    return e;
  }
  const NS = "http://www.w3.org/2000/svg";
  function sv(tag, attributes, ...children) {
    const e = document.createElementNS(NS, tag);
    for (const [k, v] of Object.entries(attributes || {})) if (v != null && v !== "") e.setAttribute(k, v);
    e.append(...children.flat(9).filter(c => c != null));
    return e;
  }
  const glyph = s => sv("svg", { viewBox: "-7 -7 14 14", width: 12, height: 12, "aria-hidden": "true", class: "glyph" }, sv("path", { d: GLYPHS[looks[s] % GLYPHS.length], fill: S[s].study ? "none" : hue(s), stroke: hue(s), "stroke-width": S[s].study ? 2 : 0 }));
  const sized = (g, n = 12) => { g.style.width = n + "px"; g.style.height = n + "px"; g.style.flex = "none"; g.style.display = "inline-block"; return g; };
  const tip = el("div", { id: "tip", role: "status" });
  document.body.append(tip);
  function showTip(text, event) {
    tip.textContent = text;
    tip.style.display = "block";
    const r = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(innerWidth - r.width - 6, event.clientX + 14)) + "px";
    tip.style.top = Math.max(4, event.clientY + 16 + r.height > innerHeight ? event.clientY - r.height - 10 : event.clientY + 16) + "px";
  }
  const hideTip = () => { tip.style.display = "none"; };
  function save(name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const a = el("a", { href: url, download: name });
    document.body.append(a); a.click(); a.remove();
    window.report.saved = { name, text: typeof content === "string" ? content : "" };
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
  const field = v => { const t = v == null || (typeof v === "number" && !Number.isFinite(v)) ? "" : String(v); return /[",\n\r]/.test(t) ? `"${t.replace(/"/g, '""')}"` : t; };
  const csv = (header, rows) => [header, ...rows].map(r => r.map(field).join(",")).join("\n") + "\n";
  const tidy = (v, step) => Number.isFinite(v) ? +v.toFixed(step ? Math.max(0, Math.round(-Math.log10(step))) : 6) : "";
  // Several charts of a panel as one picture.
  function pictureOf(panel) {
    const charts = [...panel.querySelectorAll("svg.c")], box = panel.getBoundingClientRect();
    const out = sv("svg", { xmlns: NS, width: Math.ceil(box.width), height: Math.ceil(box.height), viewBox: `0 0 ${Math.ceil(box.width)} ${Math.ceil(box.height)}`, "font-family": "Inter, 'DejaVu Sans', Arial, sans-serif" }, sv("rect", { width: "100%", height: "100%", fill: T.paper }));
    const put = (e, text, size, weight) => { const r = e.getBoundingClientRect(); out.append(sv("text", { x: r.left - box.left, y: r.top - box.top + size, "font-size": size, "font-weight": weight, fill: T.ink }, text)); };
    panel.querySelectorAll("h2").forEach(e => put(e, e.textContent, 15, 700));
    panel.querySelectorAll("h3,.ft .n").forEach(e => put(e, e.textContent, 12, 600));
    for (const c of charts) {
      const r = c.getBoundingClientRect(), copy = c.cloneNode(true);
      copy.setAttribute("x", r.left - box.left); copy.setAttribute("y", r.top - box.top);
      copy.setAttribute("width", r.width); copy.setAttribute("height", r.height);
      out.append(copy);
    }
    return out;
  }
  const svgText = s => '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(s);
  function saveSvg(name, svg) { save(name + ".svg", "image/svg+xml", svgText(svg)); }
  function savePng(name, svg) {
    const w = +svg.getAttribute("width"), h = +svg.getAttribute("height"), image = new Image();
    image.onload = () => {
      const c = el("canvas", { width: w * 2, height: h * 2 }), x = c.getContext("2d");
      x.scale(2, 2); x.drawImage(image, 0, 0, w, h);
      c.toBlob(b => save(name + ".png", "image/png", b));
      URL.revokeObjectURL(image.src);
    };
    image.src = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  }
  // A table as a picture.
  function tableSvg(title, header, rows) {
    const all = [header, ...rows].map(r => r.map(v => v == null ? "" : String(v)));
    const widths = header.map((_, c) => Math.max(...all.map(r => r[c].length)) * 7 + 18);
    const w = widths.reduce((a, b) => a + b, 20), h = all.length * 20 + 44;
    const out = sv("svg", { xmlns: NS, width: w, height: h, viewBox: `0 0 ${w} ${h}`, "font-family": "Inter, 'DejaVu Sans', Arial, sans-serif", "font-size": 12 }, sv("rect", { width: w, height: h, fill: T.paper }), sv("text", { x: 12, y: 22, "font-size": 15, "font-weight": 700, fill: T.ink }, title));
    all.forEach((r, i) => { let x = 12; r.forEach((t, c) => { out.append(sv("text", { x, y: 46 + i * 20, fill: i ? T.ink : T.soft, "font-weight": i ? 400 : 600 }, t)); x += widths[c]; }); });
    return out;
  }
  const tool = (label, what, act) => el("button", { type: "button", title: what, "aria-label": what, onclick: act }, label);
  function panel(id, width, title, csvOf, picture) {
    const h = el("h2", {}, title);
    const tools = el("div", { class: "tools" });
    const p = el("section", { class: `panel ${width}`, id, "aria-label": title }, el("div", { class: "ph" }, h, tools));
    if (csvOf) tools.append(tool("CSV", `${title}: download as CSV`, () => { const [hd, rows] = csvOf(); save(id + ".csv", "text/csv", csv(hd, rows)); }));
    const make = picture || (() => pictureOf(p));
    tools.append(tool("SVG", `${title}: download as SVG`, () => saveSvg(id, make())), tool("PNG", `${title}: download as PNG`, () => savePng(id, make())));
    p.title2 = h;
    return p;
  }

  // ---- state, kept in the address ---------------------------------------------------------------------------------
  const hot = (() => { // the scenario with the highest median peak on any border
    let best = 0, top = -1;
    for (const r of A.borders_table || []) if (r.peak && r.peak[2] > top) { top = r.peak[2]; best = r.s; }
    return best;
  })();
  const south = Math.max(0, B.indexOf(A.russia_south));
  // Where the southern border stays calm in every run, the border that is loaded most has more to show.
  const first = (() => {
    const rows = A.borders_table || [], calm = rows.filter(r => r.b === south).every(r => r.peak[4] < 20);
    return calm ? rows.filter(r => r.s === hot).sort((x, y) => y.peak[2] - x.peak[2])[0]?.b ?? south : south;
  })();
  const initial = { s: hot, b: first, day: 0, m: "index", view: "level", by: "border", layer: "units", run: "median", all: false, limit: 1, scope: "all", sort: "peak", dir: -1, theme: "" };
  const state = { ...initial };
  // The day on which the scenario's highest border peaks, rounded to a week: something is to be seen there.
  (() => { const r = (A.borders_table || []).filter(x => x.s === hot).sort((x, y) => y.peak[2] - x.peak[2])[0]; if (r?.peak_day) state.day = Math.min(DAYS - 1, Math.round(r.peak_day[2])); })();
  function readHash() {
    const q = new URLSearchParams(location.hash.slice(1));
    const s = S.findIndex((_, i) => keyOf(i) === q.get("outcome"));
    if (s >= 0) state.s = s;
    const b = B.indexOf(q.get("border"));
    if (b >= 0) state.b = b;
    const day = q.has("day") ? parseInt(q.get("day"), 10) : NaN;
    if (day >= 0 && day < DAYS) state.day = day;
    if (measureOf(q.get("measure"))) state.m = q.get("measure");
    const among = (k, list) => { if (list.includes(q.get(k))) state[k] = q.get(k); };
    among("view", ["level", "difference", "between"]); among("by", ["border", "outcome"]); among("layer", ["units", "displaced", "control"]);
    among("run", ["median", "example"]); among("theme", ["light", "dark"]); among("scope", ["all", "one"]);
    among("sort", ["border", "outcome", "peak", "class", "peak_day", "stays", "above"]);
    if (q.has("dir")) state.dir = q.get("dir") === "up" ? 1 : -1;
    if (q.has("limit") && [40, 60, 80].includes(+q.get("limit"))) state.limit = [40, 60, 80].indexOf(+q.get("limit"));
    state.all = q.get("panels") === "all";
  }
  let writing = 0;
  function writeHash() {
    clearTimeout(writing);
    writing = setTimeout(() => {
      const q = new URLSearchParams();
      q.set("outcome", keyOf(state.s)); q.set("border", B[state.b] ?? ""); q.set("day", state.day); q.set("measure", state.m);
      for (const k of ["view", "by", "layer", "run", "scope", "sort"]) if (state[k] !== initial[k]) q.set(k, state[k]);
      if (state.dir !== initial.dir) q.set("dir", "up");
      if (state.limit !== 1) q.set("limit", [40, 60, 80][state.limit]);
      if (state.all) q.set("panels", "all");
      if (state.theme) q.set("theme", state.theme);
      history.replaceState(null, "", "#" + q);
    }, 60);
  }
  readHash();
  const clamp = () => { if (!has(`${state.view}/${state.m}`)) state.view = "level"; };

  // ---- a chart of days ---------------------------------------------------------------------------------------------
  const niceTop = v => { if (!(v > 0)) return 1; const p = 10 ** Math.floor(Math.log10(v)); return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(k => k * p >= v * .999) * p; };
  function ticks(lo, hi, n) { const raw = (hi - lo) / n, p = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].find(k => k * p >= raw) * p, out = []; for (let v = Math.ceil(lo / step - 1e-9) * step; v <= hi + step * 1e-6; v += step) out.push(Math.abs(v) < step * 1e-9 ? 0 : +v.toPrecision(10)); return out; }
  const cursors = []; // lines that follow the day
  // days on x; `lo`, `hi` on y. Gives the svg with functions that place things.
  function frame({ w = 300, h = 150, lo = 0, hi = 1, label, format = num, limits, left = 36, right = 8, nticks = 4, months = true, avoid }) {
    const top = 8, bottom = 20, x = d => left + (w - left - right) * d / Math.max(1, DAYS - 1), y = v => top + (h - top - bottom) * (1 - (v - lo) / (hi - lo || 1));
    const svg = sv("svg", { class: "c", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": label, "font-size": 10.5 });
    for (const t of ticks(lo, hi, nticks)) svg.append(sv("line", { x1: left, x2: w - right, y1: y(t), y2: y(t), stroke: t === 0 && lo < 0 ? T.axis : T.grid }), sv("text", { x: left - 5, y: y(t) + 3.6, "text-anchor": "end", fill: T.soft }, format(t).replace(/(\.\d*?)0+(?=\D*$)/, "$1").replace(/\.(?=\D*$)/, "")));
    if (months && start != null && DAYS > 45) {
      const every = DAYS > 900 ? 12 : DAYS > 250 ? (w < 240 ? 4 : 3) : DAYS > 100 ? 2 : 1;
      for (let d = 0; d < DAYS; d++) { const t = dateOf(d); if (t.getUTCDate() === 1 && t.getUTCMonth() % every === 0) svg.append(sv("line", { x1: x(d), x2: x(d), y1: h - bottom, y2: h - bottom + 3, stroke: T.axis }), sv("text", { x: x(d), y: h - 5, "text-anchor": x(d) > w - 22 ? "end" : "middle", fill: T.soft }, MONTHS[t.getUTCMonth()] + (t.getUTCMonth() === 0 ? " " + String(t.getUTCFullYear()).slice(2) : ""))); }
    } else for (const t of ticks(0, DAYS - 1, 4)) svg.append(sv("text", { x: x(t), y: h - 5, "text-anchor": "middle", fill: T.soft }, "d " + t));
    for (const v of limits || []) if (v > lo && v < hi) svg.append(sv("line", { x1: left, x2: w - right, y1: y(v), y2: y(v), stroke: T.soft, "stroke-dasharray": "2 3", "stroke-width": 1 }), className(v));
    // A class is named above its limit where no data stand: at the left, else at the right, else nowhere.
    function className(v) {
      const text = classOf(v), days = Math.ceil((text.length * 5 + 6) / (w - left - right) * (DAYS - 1));
      const free = from => { for (let d = from; avoid && d <= from + days && d < DAYS; d++) if (y(avoid[1][d]) < y(v) + 2 && y(avoid[0][d]) > y(v) - 12) return false; return true; };
      const end = !free(0);
      return end && !free(Math.max(0, DAYS - 1 - days)) ? "" : sv("text", { x: end ? w - right - 2 : left + 3, y: y(v) - 2.5, "text-anchor": end ? "end" : "start", fill: T.soft, "font-size": 9.5, stroke: T.paper, "stroke-width": 2.5, "paint-order": "stroke" }, text);
    }
    const cursor = sv("line", { y1: top - 3, y2: h - bottom, stroke: T.accent, "stroke-width": 1.5, class: "cursor" });
    cursors.push(() => { const p = x(state.day).toFixed(1); cursor.setAttribute("x1", p); cursor.setAttribute("x2", p); });
    const over = sv("g", {});
    svg.append(over, cursor);
    const dayAt = event => { const r = svg.getBoundingClientRect(); return Math.max(0, Math.min(DAYS - 1, Math.round(((event.clientX - r.left) / r.width * w - left) / (w - left - right) * (DAYS - 1)))); };
    const valueAt = event => { const r = svg.getBoundingClientRect(); return lo + (1 - ((event.clientY - r.top) / r.height * h - top) / (h - top - bottom)) * (hi - lo); };
    return { svg, x, y, add: (...e) => over.append(...e), dayAt, valueAt, w, h, left, right, top, bottom };
  }
  function path(values, f, step = 1) {
    let d = "", pen = false;
    for (let i = 0; i < values.length; i += step) { const v = values[i]; if (!Number.isFinite(v)) { pen = false; continue; } d += (pen ? "L" : "M") + f.x(i).toFixed(1) + " " + f.y(v).toFixed(1); pen = true; }
    return d;
  }
  function area(low, high, f) {
    let up = "", down = "";
    for (let i = 0; i < high.length; i++) { if (!Number.isFinite(high[i]) || !Number.isFinite(low[i])) continue; up += (up ? "L" : "M") + f.x(i).toFixed(1) + " " + f.y(high[i]).toFixed(1); down = "L" + f.x(i).toFixed(1) + " " + f.y(low[i]).toFixed(1) + down; }
    return up ? up + down + "Z" : "";
  }
  function fan(f, bands, colour, dash) {
    f.add(sv("path", { d: area(bands[0], bands[4], f), fill: colour, "fill-opacity": T.name === "dark" ? .22 : .17 }), sv("path", { d: area(bands[1], bands[3], f), fill: colour, "fill-opacity": T.name === "dark" ? .36 : .32 }), sv("path", { d: path(bands[2], f), fill: "none", stroke: colour, "stroke-width": 1.9, "stroke-dasharray": dash }));
  }
  const bandsOf = (name, ...at) => { const b = get(name); if (!b) return null; const [first, ...rest] = at; return [0, 1, 2, 3, 4].map(q => line(name, first, q, ...rest)); };
  const any = l => l && l.some(Number.isFinite);

  // ---- head ---------------------------------------------------------------------------------------------------------
  const title = "What pressure reaches each border of the Caucasus under each leadership outcome in Iran?";
  document.title = (A.studies.map(s => s.name).join(" and ") || "Spillover") + " – Spillover report";
  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const outcomes = new Set(S.map(s => s.outcome)).size, replicates = Math.max(1, ...S.map(s => { const of = new Map(); for (const [p] of s.runs) of.set(p, (of.get(p) || 0) + 1); return Math.max(0, ...of.values()); })), runsMost = Math.max(0, ...S.map(s => s.runs.length));
  const h1 = el("h1", {}, title);
  const themeButton = el("button", { type: "button", class: "ghost noprint", onclick: () => { state.theme = T.name === "dark" ? "light" : "dark"; applyTheme(); renderAll(); writeHash(); } });
  const head = el("header", { class: "head" }, el("div", {}, h1,
    el("p", { class: "sub" }, A.studies.map((s, i) => (two ? `${"AB"[i]}: ${s.folder} · ` : "") + (s.title || s.name)).flatMap((t, i) => i ? [el("br", {}), t] : [t])),
    el("p", { class: "sub small" }, [plural(outcomes, "outcome"), variants ? `${new Set(S.map(s => s.variant)).size} variants` : "", points > 1 ? `${plural(points, "point")} of a design with ${plural(replicates, "replicate")} each, pooled` : runsMost ? `${plural(runsMost, "replicate")} of each under the same luck${two && !A.twin ? " within each study" : ""}` : "", !A.days ? "" : start == null ? plural(DAYS, "day") : `${DAYS} days from ${dateText(0)} to ${dateText(DAYS - 1)}`].filter(Boolean).join(" · ")),
    el("p", { class: "cond" }, "Every figure holds if the outcome of its card comes about. Nothing here says how likely an outcome is. The index, 0 to 100, orders load on a border; it is no chance of attack, and civilians who move count as load on services.")), themeButton);
  const notes = A.notes.length ? el("div", { class: "notes", role: "note", id: "notes" }, el("b", {}, "What is missing or was left out"), el("ul", {}, A.notes.map(n => el("li", {}, n)))) : null;

  // ---- cards ----------------------------------------------------------------------------------------------------------
  const rowOf = (s, b) => (A.borders_table || []).find(r => r.s === s && r.b === b);
  const cards = el("div", { class: "cards", role: "radiogroup", "aria-label": "Leadership outcome" });
  if (two) { // a row of cards for each study, the same outcomes below each other
    cards.classList.add("rows");
    cards.style.setProperty("--n", Math.min(6, Math.max(...[0, 1].map(i => S.filter(s => s.study === i).length))));
  }
  function renderCards() {
    cards.replaceChildren(...S.map((sc, s) => {
      const south_ = rowOf(s, south), most = (A.borders_table || []).filter(r => r.s === s && r.b !== south).sort((a, b) => b.peak[2] - a.peak[2])[0];
      const early = A.progress?.find(p => p.study === sc.study && p.outcome === sc.outcome && p.variant === sc.variant);
      const abroad = has("people/totals") ? line("people/totals", s, 1, 2).findLast(Number.isFinite) : (A.abroad?.[s] || early?.abroad)?.[2];
      const peak = south_?.peak || early?.peak, stays = south_?.stays?.[1], runs = south_?.n || early?.done, range = q => el("span", { class: "nw" }, ` (${num(q[0])}–${num(q[4])})`);
      return el("button", { type: "button", class: "card", role: "radio", "aria-checked": String(s === state.s), tabindex: s === state.s ? 0 : -1, c: hue(s), onclick: () => pick({ s }), "data-s": s },
        el("span", { class: "name" }, sized(glyph(s)), nameOf(s)),
        el("span", { class: "big" }, stays != null ? percent(stays) : peak ? num(peak[2]) : "–"),
        el("span", { class: "t" }, stays != null ? `above 60 for a week: ${Math.round(stays * runs)} of ${plural(runs, "run")}` : peak ? ["median peak", range(peak), ` of ${plural(runs, "run")}`] : sc.runs.length ? "not known: no whole run in the table" : "no run is done"),
        stays != null ? el("span", { class: "t" }, "median peak ", el("b", {}, num(peak[2])), range(peak)) : null,
        most ? el("span", { class: "t sep" }, "most loaded border: ", el("b", { class: "nw" }, B[most.b]), el("br", {}), "median peak ", el("b", {}, num(most.peak[2])), range(most.peak)) : null,
        Number.isFinite(abroad) ? el("span", { class: "t" }, "abroad at the end ", el("b", {}, people(abroad))) : null,
        sc.failed ? el("span", { class: "t" }, `${sc.failed} failed run${sc.failed === 1 ? "" : "s"} left out`) : null);
    }));
  }
  cards.addEventListener("keydown", e => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    pick({ s: (state.s + step + S.length) % S.length });
    cards.querySelector('[aria-checked="true"]').focus();
  });

  // ---- time ------------------------------------------------------------------------------------------------------------
  const slider = el("input", { type: "range", min: 0, max: DAYS - 1, step: 1, id: "day", "aria-label": "Day", oninput: () => setDay(+slider.value) });
  const dayOut = el("output", { for: "day" });
  const play = el("button", { type: "button", class: "play", id: "play", "aria-label": "Play", onclick: () => toggle() }, "▶");
  const borderPick = el("select", { id: "border", onchange: () => pick({ b: +borderPick.value }) });
  if (!A.borders_table) await load("level/index");
  const order = B.map((_, b) => b).sort((a, b) => (b === south) - (a === south) || peakOf(b) - peakOf(a) || (B[a] < B[b] ? -1 : 1));
  function peakOf(b) {
    if (A.borders_table) return Math.max(0, ...A.borders_table.filter(r => r.b === b).map(r => r.peak[2]));
    return get("level/index") ? Math.max(0, ...S.map((_, s) => Math.max(...line("level/index", s, 2, b).filter(Number.isFinite)))) : 0;
  }
  borderPick.append(...order.map(b => el("option", { value: b }, B[b])));
  const timeBar = el("div", { class: "time", role: "group", "aria-label": "Time" }, play, slider, dayOut, el("label", { class: "pick" }, el("span", { class: "vh" }, "Border"), borderPick));
  let timer = 0, last = 0;
  function toggle(on = !timer) {
    if (!on && timer) { cancelAnimationFrame(timer); timer = 0; }
    else if (on && !timer) { if (state.day >= DAYS - 1) setDay(0); last = performance.now(); timer = requestAnimationFrame(tick); }
    play.textContent = timer ? "❚❚" : "▶";
    play.setAttribute("aria-label", timer ? "Pause" : "Play");
  }
  function tick(now) {
    const days = Math.floor((now - last) / 60);
    if (days > 0) { last += days * 60; setDay(Math.min(DAYS - 1, state.day + days)); }
    if (state.day >= DAYS - 1) return toggle(false);
    timer = requestAnimationFrame(tick);
  }

  // ---- fan charts -------------------------------------------------------------------------------------------------------
  const viewNames = { level: "Level", difference: "Against reference", between: "B against A" };
  // What is subtracted from a scenario: its own reference.
  const referenceOf = s => { const r = A.reference?.[s]; return r == null || !S[r] ? null : pretty(S[r].outcome) + (variants ? " · " + S[r].variant : ""); };
  const againstAll = [...new Set(S.map((_, s) => referenceOf(s)).filter(Boolean))];
  if (againstAll.length === 1) viewNames.difference = "Against " + againstAll[0];
  const against = s => "against " + (referenceOf(s) || "its reference");
  const fans = panel("fans", "w6", "Pressure over time", () => {
    const name = `${state.view}/${state.m}`, step = get(name)?.step, rows = [];
    for (const [s, b] of shownPanels()) { const bands = bandsOf(name, s, b); if (bands && any(bands[2])) for (let d = 0; d < DAYS; d++) rows.push([S[s].outcome, S[s].variant, iso(d), B[b], state.m, ...bands.map(q => tidy(q[d], step)), ...(state.view === "difference" ? [S[A.reference[s]]?.outcome, S[A.reference[s]]?.variant] : [])]); }
    return [["outcome", "variant", "date", "border", state.view === "level" ? "measure" : "difference_of_measure", "q05", "q25", "q50", "q75", "q95", ...(state.view === "difference" ? ["against_outcome", "against_variant"] : [])], rows];
  });
  const seg = (label, options, current, act) => el("div", { class: "seg", role: "group", "aria-label": label }, options.map(([value, text, off]) => el("button", { type: "button", "aria-pressed": String(value === current()), disabled: off, "data-v": value, onclick: () => act(value) }, text)));
  const fanControls = el("div", { class: "row" }), fanGrid = el("div", { class: "fans" }), fanNote = el("p", { class: "soft small" });
  fans.append(fanControls, fanGrid, fanNote);
  const MOST_PANELS = 9; // beside the map, without a gap below it
  const shownBorders = () => { const list = state.all ? order : order.slice(0, MOST_PANELS); return list.includes(state.b) ? list : [...list.slice(0, -1), state.b]; };
  // B against A stands with the runs of B.
  const fanScenario = () => state.view === "between" && S[state.s].study === 0 ? A.twin.indexOf(state.s) : state.s;
  const shownPanels = () => state.by === "border" ? fanScenario() < 0 ? [] : shownBorders().map(b => [fanScenario(), b]) : S.map((_, s) => [s, state.b]);
  let readouts = [];
  async function renderFans() {
    clamp();
    const name = `${state.view}/${state.m}`;
    await load(name);
    const m = measureOf(state.m);
    const measurePick = el("select", { id: "measure", onchange: () => pick({ m: measurePick.value }) }, (A.measures || []).filter(x => has("level/" + x.name)).map(x => el("option", { value: x.name }, measureName(x.name) + (x.unit && x.unit !== "1" ? ` (${x.unit})` : ""))));
    measurePick.value = state.m;
    fanControls.replaceChildren(...[
      seg("Panels by", [["border", "Borders"], ["outcome", "Outcomes"]], () => state.by, by => pick({ by })),
      seg("What is shown", [["level", "Level"], ["difference", viewNames.difference, !has("difference/" + state.m)], ...(two ? [["between", viewNames.between, !has("between/" + state.m)]] : [])], () => state.view, view => pick({ view })),
      el("label", { class: "pick" }, "Measure", measurePick),
      state.by === "border" && B.length > MOST_PANELS ? el("button", { type: "button", class: "ghost noprint", id: "more", onclick: () => pick({ all: !state.all }) }, state.all ? "Fewer borders" : `All ${B.length} borders`) : null].filter(Boolean));
    const panels = shownPanels().filter(([s, b]) => any(bandsOf(name, s, b)?.[2]));
    let hi = 0, lo = 0;
    for (const [, b] of panels) for (let s = 0; s < S.length; s++) { const q = bandsOf(name, s, b); if (!q) continue; for (let d = 0; d < DAYS; d++) { if (q[4][d] > hi) hi = q[4][d]; if (q[0][d] < lo) lo = q[0][d]; } }
    const index = state.m === "index" && state.view === "level";
    hi = index ? Math.max(65, niceTop(hi)) : niceTop(Math.max(hi, 1e-9)); lo = lo < 0 ? -niceTop(-lo) : 0;
    if (index && hi > 80) hi = 100;
    fans.title2.textContent = `${measureName(state.m)}${state.view === "level" ? "" : state.view === "between" ? ", B against A" : ", difference " + (state.by === "border" ? against(state.s) : againstAll.length === 1 ? against(S.findIndex((_, s) => referenceOf(s))) : "against each one’s reference")} · ${state.by !== "border" ? B[state.b] : state.view === "between" ? nameOf(state.s).replace(/^[AB] · /, "") : nameOf(state.s)}`;
    readouts = [];
    if (!panels.length) fanGrid.replaceChildren(el("p", { class: "soft wide" }, state.view === "difference" ? `${state.by === "border" ? nameOf(state.s) : B[state.b]} has no difference to show: it is what the others are compared with, or its runs have no pair.` : state.view === "between" ? "The other study has no such outcome." : "No values to show for this choice."));
    const room = fanGrid.clientWidth || 560, few = panels.length <= 6 && room > 380, columns = Math.max(1, Math.floor((room + 12) / (few ? 250 : room < 380 ? 150 : 188))), W = Math.max(150, (room + 12) / columns - 12);
    fanGrid.style.gridTemplateColumns = matchMedia("print").matches ? "" : `repeat(${columns}, minmax(0, 1fr))`;
    if (panels.length) fanGrid.replaceChildren(...panels.map(([s, b]) => {
      const bands = bandsOf(name, s, b), value = el("span", { class: "v" });
      const f = frame({ w: W, h: few ? 190 : 138, lo, hi, left: hi >= 1000 ? 42 : 30, limits: index ? [20, 40, 60, 80] : null, avoid: [bands[0], bands[4]], nticks: index ? 4 : few ? 5 : 3, format: v => Math.abs(v) >= 10000 ? people(v) : num(v).replace(/\.0+$/, ""), label: `${B[b]}, ${nameOf(s)}: ${measureName(state.m)} by day; median at its highest ${num(Math.max(...bands[2].filter(Number.isFinite)))}` });
      if (any(bands[2])) fan(f, bands, hue(s), "");
      const own = sv("g", {});
      f.add(own);
      readouts.push(() => { const v = bands[2][state.day]; value.textContent = Number.isFinite(v) ? num(v) : "–"; });
      f.svg.addEventListener("click", e => setDay(f.dayAt(e)));
      let inside = false;
      const over = e => {
        if (index && has("runs/index") && !get("runs/index")) load("runs/index").then(() => { if (inside) over(e); });
        const d = f.dayAt(e), v = f.valueAt(e), runs = index && get("runs/index");
        let words = `${B[b]} · ${nameOf(s)}\n${dateText(d)} (day ${d})\nmedian ${num(bands[2][d])}, 90 % ${num(bands[0][d])} to ${num(bands[4][d])}` + (index ? `\nclass of the median: ${classOf(bands[2][d])}` : "");
        if (runs) {
          let best = -1, gap = Infinity;
          if (!own.childNodes.length) for (let r = 0; r < S[s].runs.length; r++) own.append(sv("path", { d: path(line("runs/index", s, r, b), f, 2), fill: "none", stroke: T.ink, "stroke-width": .6, "stroke-opacity": .35 }));
          for (let r = 0; r < S[s].runs.length; r++) { const x = Math.abs(line("runs/index", s, r, b)[d] - v); if (x < gap) { gap = x; best = r; } }
          own.childNodes.forEach((p, r) => { p.setAttribute("stroke-width", r === best ? 1.8 : .6); p.setAttribute("stroke-opacity", r === best ? 1 : .35); });
          if (best >= 0) words += `\nnearest run: ${runName(S[s].runs[best])}: ${num(line("runs/index", s, best, b)[d])}`;
        }
        showTip(words, e);
      };
      f.svg.addEventListener("pointermove", e => { inside = true; over(e); });
      f.svg.addEventListener("pointerleave", () => { inside = false; own.replaceChildren(); hideTip(); });
      const head_ = el("button", { type: "button", class: "ft" + (state.by === "border" ? b === state.b ? " on" : "" : s === state.s ? " on" : ""), onclick: () => pick(state.by === "border" ? { b } : { s }) }, state.by === "outcome" ? sized(glyph(s)) : null, el("span", { class: "n" }, state.by === "border" ? B[b] : nameOf(s)), value);
      return el("div", { class: "fan" }, head_, f.svg);
    }));
    fanNote.textContent = (m ? m.about + " " : "") + `Line: median. Dark band: 50 %, pale band: 90 % of ${runsMost} runs. ` + (index ? "Dotted: limits of the classes, 20 elevated, 40 high, 60 severe, 80 critical. Point at a chart for its single runs; click for the day." : "Click a chart to choose its day.") + (state.view === "difference" ? " Difference run by run under the same luck" + (againstAll.length > 1 ? ": " + panels.map(([s]) => s).filter((s, i, l) => l.indexOf(s) === i).map(s => `${nameOf(s)} ${against(s)}`).join("; ") : "") + "." : state.view === "between" ? " B less A, run by run under the same luck." : "");
    syncDay();
  }

  // ---- map ---------------------------------------------------------------------------------------------------------------
  const onMap = A.map && ["map/units", "map/displaced", "map/control", "map/policy", "events/share"].some(has);
  const mapPanel = onMap ? panel("mappanel", "w6", "Map", () => mapCsv(), () => { const c = canvas, out = sv("svg", { xmlns: NS, "xmlns:xlink": "http://www.w3.org/1999/xlink", width: c.clientWidth, height: c.clientHeight, viewBox: `0 0 ${c.clientWidth} ${c.clientHeight}` }); out.append(sv("image", { href: c.toDataURL("image/png"), width: c.clientWidth, height: c.clientHeight })); return out; }) : null;
  const canvas = el("canvas", { id: "map", role: "img", tabindex: 0, "aria-describedby": "mapwords" });
  const mapControls = el("div", { class: "row" }), mapLegend = el("div", { class: "legend" }), mapWords = el("p", { class: "vh", id: "mapwords" });
  if (mapPanel) mapPanel.append(mapControls, canvas, mapLegend, mapWords);
  let ground = null, MW = 0, MH = 0, px = null, py = null, cw = 0, ch = 0, marks = [];
  const eventsBy = new Map(), strips = [];
  const crossingsBy = [];
  // Counts by cell are many; they are unpacked when they are first asked for.
  const mapNeeds = () => [...(state.layer === "displaced" || !has("map/units") ? ["map/displaced", "map/displaced_row", "map/displaced_col"] : []), ...(state.run === "example" ? ["map/units_example", "map/queue_example", ...(state.layer === "displaced" ? ["map/displaced_example"] : [])] : [])];
  async function prepareMap() {
    if (!mapPanel) return;
    await load("ground/row", "ground/col", "ground/territory", "ground/admin1", "ground/lines", "map/units", "map/queue", "map/policy", "map/control", "events/scenario", "events/week", "events/row", "events/col", "events/share", "events/deaths");
    const e = get("events/scenario");
    if (e) e.v.forEach((s, i) => { const k = s * 4096 + get("events/week").v[i]; if (!eventsBy.has(k)) eventsBy.set(k, []); eventsBy.get(k).push([get("events/row").v[i], get("events/col").v[i], get("events/share").v[i], get("events/deaths").v[i]]); });
    const ids = new Map();
    (A.crossings || []).forEach((c, l) => { if (!c.at) return; if (!ids.has(c.id)) { ids.set(c.id, crossingsBy.length); crossingsBy.push({ ...c, lines: [] }); } crossingsBy[ids.get(c.id)].lines.push(l); });
  }
  const projection = (w, h) => {
    const [west, southEdge, east, north] = A.map.bbox;
    return { x: lon => (lon - west) / (east - west) * w, y: lat => (north - lat) / (north - southEdge) * h, cw: A.map.cell / (east - west) * w, ch: A.map.cell / (north - southEdge) * h };
  };
  function layoutMap() {
    const [west, southEdge, east, north] = A.map.bbox, aspect = Math.cos((southEdge + north) / 2 * Math.PI / 180);
    MW = Math.max(240, Math.round(canvas.clientWidth || 500)); MH = Math.round(MW * (north - southEdge) / ((east - west) * aspect));
    const k = Math.min(2, devicePixelRatio || 1);
    canvas.width = MW * k; canvas.height = MH * k; canvas.style.height = MH + "px";
    if (!strips.length) { // cells of a unit side by side, drawn as one
      const R = get("ground/row").v, C = get("ground/col").v, U = get("ground/admin1").v;
      for (let i = 0; i < R.length;) { let j = i + 1; while (j < R.length && R[j] === R[i] && U[j] === U[i] && C[j] === C[j - 1] + 1) j++; strips.push([U[i], C[i], R[i], j - i]); i = j; }
    }
    const P = projection(MW, MH); px = P.x; py = P.y; cw = P.cw; ch = P.ch;
    ground = [0, 1, 2].map(() => { const c = document.createElement("canvas"); c.width = MW * k; c.height = MH * k; c.getContext("2d").scale(k, k); return c; });
    const g = ground[0].getContext("2d");
    g.fillStyle = T.water; g.fillRect(0, 0, MW, MH);
    g.fillStyle = T.land;
    for (const [, left, top, width] of strips) block(g, left, top, width);
    const o = ground[1].getContext("2d"), L = get("ground/lines"), n = L.shape[1];
    o.lineJoin = "round"; o.lineCap = "round";
    for (const wanted of [0, 1]) {
      let at = 0;
      for (const [border, count] of A.map.lines) {
        if (border === wanted) { o.beginPath(); for (let i = at; i < at + count; i++) { const X = px(L.v[i]), Y = py(L.v[n + i]); i === at ? o.moveTo(X, Y) : o.lineTo(X, Y); } o.strokeStyle = border ? T.border : T.coast; o.lineWidth = border ? 1.1 : .9; o.stroke(); }
        at += count;
      }
    }
    const size = MW < 420 ? 10 : 11.5, names = ground[2].getContext("2d");
    names.font = `500 ${size}px Inter, "Segoe UI", "DejaVu Sans", Arial, sans-serif`; names.textBaseline = "middle";
    const taken = [];
    for (const [name, lat, lon] of A.map.towns) {
      const t = name.replace(/ \(.*\)$/, ""), w = names.measureText(t).width, X = px(lon), Y = py(lat), flip = X + w + 10 > MW, x0 = flip ? X - w - 7 : X + 6;
      const box = [x0 - 14, Y - size * 1.25, x0 + w + 14, Y + size * 1.25];
      if (taken.length >= (MW < 420 ? 9 : 18) || box[0] < -10 || Y < 10 || Y > MH - 10 || taken.some(b => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) continue;
      taken.push(box);
      names.fillStyle = T.ink; names.beginPath(); names.arc(X, Y, 1.8, 0, 7); names.fill();
      names.lineWidth = 3; names.strokeStyle = T.name === "dark" ? "#14171ccc" : "#ffffffcc"; names.strokeText(t, x0, Y); names.fillText(t, x0, Y);
    }
  }
  // Whole pixels, so that neighbours neither overlap nor leave a seam.
  const block = (g, col, row, width) => { const l = Math.round(col * cw), t = Math.round(row * ch); g.fillRect(l, t, Math.round((col + width) * cw) - l, Math.round((row + 1) * ch) - t); };
  const RAMP_TOP = Math.log10(100000), UNIT_TOP = Math.log10(2000000);
  function rampColour(p) { const r = T.ramp, at = Math.max(0, Math.min(1, p)) * (r.length - 1), i = Math.min(r.length - 2, Math.floor(at)), f = at - i; return `rgb(${r[i].map((c, k) => Math.round(c + (r[i + 1][k] - c) * f)).join(",")})`; }
  const luminance = c => { const [r, g, b] = c.match(/\d+/g).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const inkOn = c => luminance(c) > .179 ? "#000" : "#fff";
  const palette = () => Array.from({ length: 64 }, (_, i) => rampColour(i / 63));
  let colours = palette();
  // The last count not after a day; beyond the end of the shorter of two studies its last one stands.
  const weekOf = day_ => { const w = A.weeks || [], day = Math.min(day_, (A.studies[S[state.s]?.study]?.days || DAYS) - 1); let at = -1; for (let i = 0; i < w.length; i++) if (w[i] <= day) at = i; return at; };
  function drawMap() {
    if (!ground || !mapPanel) return 0;
    const began = performance.now(), k = canvas.width / MW, g = canvas.getContext("2d"), s = state.s, day = state.day, example = state.run === "example";
    g.setTransform(1, 0, 0, 1, 0, 0); g.drawImage(ground[0], 0, 0); g.setTransform(k, 0, 0, k, 0, 0);
    marks = [];
    const week = weekOf(day);
    if (state.layer === "control" && get("map/control")) {
      const R = get("ground/row").v, C = get("ground/col").v, Te = get("ground/territory").v, names = A.control_states;
      const by = A.map.territories.map(t => { const i = names.indexOf(t[2]); return i < 0 ? NaN : line("map/control", s, i)[day]; });
      const shade = by.map(v => Number.isFinite(v) ? `rgba(${T.name === "dark" ? "86,180,233" : "0,90,150"},${(.06 + .6 * Math.min(1, (1 - v) / .5)).toFixed(3)})` : "transparent");
      for (let i = 0; i < R.length; i++) { if (shade[Te[i]] !== "transparent") { g.fillStyle = shade[Te[i]]; block(g, C[i], R[i], 1); } }
    } else if (state.layer === "units" && get("map/units") && week >= 0) {
      const name = example && get("map/units_example") ? "map/units_example" : "map/units", by = A.map.admin1.map((_, u) => line(name, s, u)?.[week] || 0);
      const shade = by.map(v => v >= 1 ? colours[Math.min(63, Math.floor(Math.log10(v) / UNIT_TOP * 63))] : null);
      for (const [u, left, top, width] of strips) if (shade[u]) { g.fillStyle = shade[u]; block(g, left, top, width); }
    } else if (get("map/displaced") && week >= 0) {
      const counts = get(example && get("map/displaced_example") ? "map/displaced_example" : "map/displaced"), R = get("map/displaced_row").v, C = get("map/displaced_col").v, n = counts.shape[1], W = counts.shape[2];
      for (let i = 0; i < n; i++) { const v = counts.v[(s * n + i) * W + week]; if (v >= 1) { g.fillStyle = colours[Math.min(63, Math.floor(Math.log10(v) / RAMP_TOP * 63))]; block(g, C[i], R[i], 1); } }
    }
    g.drawImage(ground[1], 0, 0, MW, MH);
    // armed events: rings
    g.lineWidth = 1.1; g.strokeStyle = T.name === "dark" ? "#9fd4f5" : "#0b4a8f";
    if (example && A.example_events) {
      for (const [d, r, c, kind, deaths] of A.example_events[s] || []) if (d <= day && d > day - 7) { const x = (c + .5) * cw, y = (r + .5) * ch, rad = 2.5 + Math.min(9, Math.sqrt(deaths) * .9); g.globalAlpha = 1 - (day - d) / 9; g.beginPath(); if (kind === 2) g.rect(x - rad, y - rad, 2 * rad, 2 * rad); else if (kind === 1) { g.moveTo(x, y - rad); g.lineTo(x + rad, y + rad); g.lineTo(x - rad, y + rad); g.closePath(); } else g.arc(x, y, rad, 0, 7); g.stroke(); marks.push([x, y, rad, `${["state-based", "between groups", "against civilians"][kind]} event, ${num(deaths)} deaths, ${dateText(d)}`]); }
      g.globalAlpha = 1;
    } else for (const [r, c, share, deaths] of eventsBy.get(s * 4096 + Math.floor(day / (A.event_days || 7))) || []) { if (share < 10) continue; const x = (c + .5) * cw, y = (r + .5) * ch, rad = 1.5 + share / 100 * 8; g.beginPath(); g.arc(x, y, rad, 0, 7); g.stroke(); marks.push([x, y, rad, `armed events here in ${share} % of the runs this week, ${num(deaths)} deaths a run`]); }
    // crossings: queue as size, policy as shape
    const queueName = example && get("map/queue_example") ? "map/queue_example" : "map/queue";
    for (const c of crossingsBy) {
      let queue = 0, policy = -1;
      for (const l of c.lines) { queue += line(queueName, s, l)[day] || 0; const p = line("map/policy", s, l)[day]; if (p > policy) policy = p; }
      const x = px(c.at[1]), y = py(c.at[0]), r = 3.2 + Math.min(11, Math.sqrt(queue) / 9);
      g.beginPath();
      if (policy === 2) { g.lineWidth = 2; g.strokeStyle = T.ink; g.moveTo(x - 3, y - 3); g.lineTo(x + 3, y + 3); g.moveTo(x + 3, y - 3); g.lineTo(x - 3, y + 3); g.stroke(); }
      else { if (policy === 1) { g.moveTo(x, y - r - 1); g.lineTo(x + r + 1, y); g.lineTo(x, y + r + 1); g.lineTo(x - r - 1, y); g.closePath(); } else g.arc(x, y, r, 0, 7); g.fillStyle = T.name === "dark" ? "#2fc79b" : "#00795a"; g.globalAlpha = policy < 0 ? .35 : .9; g.fill(); g.globalAlpha = 1; g.lineWidth = 1; g.strokeStyle = T.paper; g.stroke(); }
      if (queue >= 1 && policy === 2) { g.beginPath(); g.arc(x, y, r + 2, 0, 7); g.lineWidth = 1.2; g.strokeStyle = T.ink; g.stroke(); }
      marks.push([x, y, Math.max(5, r), `${c.name} (${c.id}), ${c.border || "ferry"}\nfor neighbours: ${["open", "by permit", "closed"][policy] || "no traffic so far"} (stricter direction)\nwaiting: ${people(queue)} ${example ? "in this run" : "(median)"}`]);
    }
    g.drawImage(ground[2], 0, 0, MW, MH);
    g.strokeStyle = T.axis; g.lineWidth = 1; g.strokeRect(.5, .5, MW - 1, MH - 1);
    return performance.now() - began;
  }
  function mapTitle() {
    if (!mapPanel) return;
    const week = weekOf(state.day);
    mapPanel.title2.textContent = `${nameOf(state.s)}: ${state.layer === "control" ? "control by state" : "where displaced people are" + (unknown("map/units") ? " (not known: no whole run)" : "")}, ${dateText(state.day) || "day " + state.day}`;
    const totals = get("people/totals") ? [0, 1].map(k => line("people/totals", state.s, k, 2)[state.day]) : null;
    const closed = crossingsBy.filter(c => c.lines.some(l => line("map/policy", state.s, l)[state.day] === 2)).length;
    mapWords.textContent = `Map of the region on ${dateText(state.day)}, ${nameOf(state.s)}. ` + (totals ? `Displaced inside their state: ${people(totals[0])}, abroad: ${people(totals[1])} (medians). ` : "") + `${closed} crossings are closed in a direction. The counted week began on ${week >= 0 ? dateText(A.weeks[week]) : "no day"}.`;
    canvas.setAttribute("aria-label", mapPanel.title2.textContent);
  }
  function renderMap() {
    if (!mapPanel) return;
    colours = palette();
    const ex = S[state.s].example;
    mapControls.replaceChildren(
      seg("Layer", [["units", "Displaced by unit", !has("map/units")], ["displaced", "by 10 km cell", !has("map/displaced")], ["control", "Control", !has("map/control")]], () => state.layer, layer => pick({ layer })),
      seg("Runs", [["median", "Median of runs"], ["example", ex == null ? "One run" : `One run (${runName(S[state.s].runs[ex])})`, ex == null]], () => state.run, run => pick({ run })));
    const ramp = el("canvas", { class: "ramp", width: 130, height: 11, "aria-hidden": "true" }), g = ramp.getContext("2d");
    for (let i = 0; i < 130; i++) { g.fillStyle = state.layer === "control" ? `rgba(${T.name === "dark" ? "86,180,233" : "0,90,150"},${.06 + .6 * i / 129})` : rampColour(i / 129); g.fillRect(i, 0, 1, 11); }
    const key = (draw, text) => { const c = sv("svg", { viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true" }, draw); return el("span", {}, sized(c, 14), text); };
    const green = T.name === "dark" ? "#2fc79b" : "#00795a", blue = T.name === "dark" ? "#9fd4f5" : "#0b4a8f";
    mapLegend.replaceChildren(el("span", {}, ramp, state.layer === "control" ? "control 1 → 0.5, mean over residents" : state.layer === "units" ? "1 → 2 million persons in a first-level unit, log" : "1 → 100 000 persons in a 10 km cell, log"),
      key(sv("circle", { r: 4, fill: green }), "crossing open"), key(sv("path", { d: "M0-6 6 0 0 6-6 0Z", fill: green }), "by permit"), key(sv("path", { d: "M-4-4 4 4M4-4-4 4", stroke: T.ink, "stroke-width": 2 }), "closed"), el("span", {}, "size: queue"),
      key(sv("circle", { r: 5, fill: "none", stroke: blue, "stroke-width": 1.6 }), state.run === "example" ? "armed event of the last 7 days (○ state-based, △ between groups, □ against civilians)" : "armed events this week in at least 10 % of runs"),
      el("span", { class: "small" }, "People are counted every seventh day."));
    layoutMap(); drawMap(); mapTitle();
  }
  canvas.addEventListener("pointermove", e => {
    const r = canvas.getBoundingClientRect(), x = (e.clientX - r.left) * MW / r.width, y = (e.clientY - r.top) * MH / r.height;
    let best = null, gap = 64;
    for (const m of marks) { const d = (m[0] - x) ** 2 + (m[1] - y) ** 2; if (d < Math.max(gap && 36, m[2] ** 2 + 9) && (!best || d < best[4])) best = [...m, d]; }
    if (best) return showTip(best[3], e);
    const row = Math.floor(y / ch), col = Math.floor(x / cw);
    const R = get("ground/row").v, C = get("ground/col").v;
    let cell = -1;
    for (let i = 0; i < R.length; i++) if (R[i] === row && C[i] === col) { cell = i; break; }
    if (cell < 0) return hideTip();
    const t = A.map.territories[get("ground/territory").v[cell]], a = A.map.admin1[get("ground/admin1").v[cell]];
    let words = `${a ? a[1] + ", " : ""}${t[1]}`;
    const block = state.layer === "displaced" && get(state.run === "example" && get("map/displaced_example") ? "map/displaced_example" : "map/displaced"), week = weekOf(state.day);
    if (block && week >= 0) { const r2 = get("map/displaced_row").v, c2 = get("map/displaced_col").v, n = block.shape[1]; for (let i = 0; i < n; i++) if (r2[i] === row && c2[i] === col) { words += `\nabout ${people(block.v[(state.s * n + i) * block.shape[2] + week])} displaced persons in this cell`; break; } }
    const un = state.run === "example" && get("map/units_example") ? "map/units_example" : "map/units";
    if (get(un) && week >= 0 && !unknown(un)) words += `\nabout ${people(line(un, state.s, get("ground/admin1").v[cell])[week])} in the unit`;
    const i = (A.control_states || []).indexOf(t[2]);
    if (i >= 0 && get("map/control")) words += `\ncontrol by the state: ${num(line("map/control", state.s, i)[state.day])}`;
    showTip(words, e);
  });
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("keydown", e => { const step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 30, PageDown: -30 }[e.key]; if (step) { e.preventDefault(); setDay(Math.max(0, Math.min(DAYS - 1, state.day + step))); } });
  function mapCsv() {
    if (state.layer === "units" && get("map/units")) {
      const week = weekOf(state.day), name = state.run === "example" && get("map/units_example") ? "map/units_example" : "map/units";
      return [["outcome", "variant", "date", "admin1", "name", state.run === "example" ? "displaced_persons_one_run" : "displaced_persons_median"], A.map.admin1.map(([code, text], u) => [S[state.s].outcome, S[state.s].variant, iso(A.weeks[week]), code, text, Math.round(line(name, state.s, u)[week] || 0)]).filter(r => r[5] > 0)];
    }
    const week = weekOf(state.day), block = get(state.run === "example" && get("map/displaced_example") ? "map/displaced_example" : "map/displaced"), rows = [];
    if (block) { const R = get("map/displaced_row").v, C = get("map/displaced_col").v, n = block.shape[1], [west, , , north] = A.map.bbox; for (let i = 0; i < n; i++) { const v = block.v[(state.s * n + i) * block.shape[2] + week]; if (v >= .5) rows.push([S[state.s].outcome, S[state.s].variant, iso(A.weeks[week]), tidy(north - (R[i] + .5) * A.map.cell, .001), tidy(west + (C[i] + .5) * A.map.cell, .001), Math.round(v)]); } }
    return [["outcome", "variant", "date", "lat", "lon", state.run === "example" ? "displaced_persons_one_run" : "displaced_persons_median"], rows];
  }

  // ---- why -----------------------------------------------------------------------------------------------------------------
  const KINDS = { civilians: ["Civilians on the move (load on services)", "hum"], armed: ["Armed threat", "arm"], standing: ["Standing conditions", "base"] };
  const ofKind = kind => raw.terms.flatMap((t, i) => t.kind === kind ? [i] : []);
  const kindOf = t => raw.terms[t].kind, nth = t => ofKind(kindOf(t)).indexOf(t), isArmed = t => kindOf(t) === "armed";
  const ALL_TERMS = raw.terms.map((_, i) => i), STACKED = ofKind("standing").concat(ALL_TERMS.filter(t => kindOf(t) !== "standing"));
  const TERMS = Object.entries(KINDS).map(([kind, [name]]) => [name, ofKind(kind).map(t => [raw.terms[t].title, t])]);
  const termColour = t => { const hues = T[KINDS[kindOf(t)][1]]; return hues[nth(t) % hues.length]; };
  const termName = t => raw.terms[t].title;
  const why = has("terms") ? panel("why", "w12", "Why", () => [["outcome", "variant", "date", "border", "term", "points_mean_over_runs"], order.flatMap(b => ALL_TERMS.map(t => [S[state.s].outcome, S[state.s].variant, iso(state.day), B[b], termName(t), tidy(line("terms", state.s, t, b)[state.day], .01)]))]) : null;
  const whyBody = el("div", { class: "split" });
  if (why) why.append(whyBody, el("p", { class: "soft small" }, "Points of the index by what they come from, mean over runs. Civilians who move are load on services and stand apart from armed threat in every border; hatching marks armed terms."));
  const hatch = () => sv("defs", {}, ofKind("armed").map(t => sv("pattern", { id: "hatch" + t, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${nth(t) % 2 ? -45 : 45})` }, sv("rect", { width: 6, height: 6, fill: termColour(t) }), sv("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: T.paper, "stroke-width": 1.6, "stroke-opacity": .75 }))));
  const termFill = t => isArmed(t) ? `url(#hatch${t})` : termColour(t);
  let whyDay = () => {};
  function renderWhy() {
    if (!why) return;
    const s = state.s, b = state.b;
    // over time, on the chosen border
    const sums = new Float32Array(DAYS), stacks = [];
    for (const t of STACKED) { const l = line("terms", s, t, b), low = sums.slice(); for (let d = 0; d < DAYS; d++) sums[d] += Math.max(0, l[d] || 0); stacks.push([t, low, sums.slice()]); }
    const f = frame({ w: 400, h: 232, lo: 0, hi: Math.max(20, niceTop(Math.max(...sums))), label: `What the index of ${B[b]} is made of by day, ${nameOf(s)}`, limits: [20, 40, 60, 80], avoid: [new Float32Array(DAYS), sums] });
    f.svg.prepend(hatch());
    for (const [t, low, high] of stacks) f.add(sv("path", { d: area(low, high, f), fill: termFill(t), stroke: T.paper, "stroke-width": .4 }));
    f.svg.addEventListener("click", e => setDay(f.dayAt(e)));
    f.svg.addEventListener("pointermove", e => { const d = f.dayAt(e); showTip(`${B[b]}, ${dateText(d)}\n` + ALL_TERMS.map(t => `${termName(t)}: ${num(line("terms", s, t, b)[d])}`).join("\n"), e); });
    f.svg.addEventListener("pointerleave", hideTip);
    const now = el("div", {}), bars = el("div", { class: "chart" });
    whyBody.replaceChildren(el("div", { class: "chart" }, el("h3", {}, `${B[b]} over time`), f.svg), el("div", { class: "chart" }, now), bars);
    whyDay = () => {
      why.title2.textContent = `Why: what the pressure is made of · ${nameOf(s)}, ${dateText(state.day) || "day " + state.day}`;
      if (unknown("terms")) { now.replaceChildren(el("p", {}, NOT_KNOWN)); bars.replaceChildren(); return; }
      const v = t => line("terms", s, t, b)[state.day] || 0, sum = ALL_TERMS.reduce((a, t) => a + v(t), 0);
      now.replaceChildren(el("h3", {}, `${B[b]} on this day: ${num(sum)} points, ${classOf(sum)}`), ...TERMS.map(([name, terms]) => el("div", { css: { marginTop: "9px" } }, el("div", { class: "small" }, el("b", {}, name), ` ${num(terms.reduce((a, [, t]) => a + v(t), 0))}`), ...terms.map(([label, t]) => {
        const w = 330, scale = Math.max(30, sum);
        return sv("svg", { class: "c", viewBox: `0 0 ${w} 19`, role: "img", "aria-label": `${label}: ${num(v(t))} points`, "font-size": 11.5 }, hatch(), sv("rect", { x: 0, y: 4, width: w - 196, height: 11, fill: T.grid, rx: 2 }), sv("rect", { x: 0, y: 4, width: Math.max(0, (w - 196) * v(t) / scale), height: 11, fill: termFill(t), rx: 2 }), sv("text", { x: w - 190, y: 14, fill: T.ink }, `${num(v(t))}  ${label}`));
      }))));
      const list = order.filter(x => x === south || x === b).concat(order.filter(x => x !== south && x !== b).map(x => [x, ALL_TERMS.reduce((a, t) => a + (line("terms", s, t, x)[state.day] || 0), 0)]).sort((x, y) => y[1] - x[1]).slice(0, 9).map(x => x[0]));
      const w = 400, h = list.length * 20 + 22, top = Math.max(40, ...list.map(x => ALL_TERMS.reduce((a, t) => a + (line("terms", s, t, x)[state.day] || 0), 0))), X = p => 92 + (w - 130) * p / top;
      const svg = sv("svg", { class: "c", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": `Composition by border on ${dateText(state.day)}`, "font-size": 11.5 }, hatch());
      for (const t of ticks(0, top, 4)) svg.append(sv("line", { x1: X(t), x2: X(t), y1: 2, y2: h - 17, stroke: T.grid }), sv("text", { x: X(t), y: h - 4, "text-anchor": "middle", fill: T.soft, "font-size": 10.5 }, num(t).replace(/\.0+$/, "")));
      list.forEach((x, i) => {
        let at = 0;
        svg.append(sv("text", { x: 86, y: i * 20 + 15, "text-anchor": "end", fill: T.ink, "font-weight": x === b ? 700 : 400 }, B[x]));
        for (const t of STACKED) { const p = Math.max(0, line("terms", s, t, x)[state.day] || 0); if (p > 0) svg.append(sv("rect", { x: X(at), y: i * 20 + 4, width: Math.max(0, X(at + p) - X(at)), height: 14, fill: termFill(t) }, sv("title", {}, `${B[x]}: ${termName(t)} ${num(p)}`))); at += p; }
        svg.append(sv("text", { x: X(at) + 4, y: i * 20 + 15, fill: T.soft }, num(at)));
        const hit = sv("rect", { x: 0, y: i * 20 + 1, width: w, height: 19, fill: "transparent", cursor: "pointer" }, sv("title", {}, B[x]));
        hit.addEventListener("click", () => pick({ b: x }));
        svg.append(hit);
      });
      bars.replaceChildren(el("h3", {}, "Borders with most pressure on this day"), svg);
    };
    whyDay();
  }

  // ---- people ------------------------------------------------------------------------------------------------------------------
  const peoplePanel = has("people/totals") ? panel("people", "w6", "Displaced people over time", () => [["outcome", "variant", "date", "where", "q05", "q25", "q50", "q75", "q95"], S.flatMap((x, s) => [0, 1].flatMap(k => { const q = bandsOf2("people/totals", s, k); return Array.from({ length: DAYS }, (_, d) => [x.outcome, x.variant, iso(d), k ? "abroad" : "inside", ...q.map(l => tidy(l[d], get("people/totals").step))]); }))]) : null;
  const bandsOf2 = (name, s, k) => [0, 1, 2, 3, 4].map(q => line(name, s, k, q));
  const peopleBody = el("div", { class: "split" });
  if (peoplePanel) peoplePanel.append(peopleBody, el("p", { class: "soft small" }, "Median with 50 % and 90 % bands; thin lines: medians of the other outcomes. Hosts: mean over runs, so that they add up."));
  function endLabels(f, items) { // labels at the right end, kept apart
    items.sort((a, b) => a.y - b.y);
    let prev = -99, next = f.h - f.bottom + 14;
    for (const it of items) { it.y = Math.max(it.y, prev + 12); prev = it.y; }
    for (const it of items.slice().reverse()) { it.y = Math.min(it.y, next - 12); next = it.y; }
    for (const it of items) f.add(sv("text", { x: f.w - f.right + 4, y: it.y + 3.5, fill: T.ink, "font-size": 10.5 }, it.text), sv("circle", { cx: f.w - f.right, cy: it.at, r: 2.6, fill: it.colour }));
  }
  function renderPeople() {
    if (!peoplePanel) return;
    const s = state.s, out = [];
    for (const k of [0, 1]) {
      let hi = 0;
      for (let z = 0; z < S.length; z++) for (const v of line("people/totals", z, k, 4)) if (v > hi) hi = v;
      const f = frame({ w: 300, h: 190, hi: niceTop(hi), left: 44, format: people, label: `Displaced ${k ? "abroad" : "inside their state"} by day, ${nameOf(s)}` });
      for (let z = 0; z < S.length; z++) if (z !== s) f.add(sv("path", { d: path(line("people/totals", z, k, 2), f), fill: "none", stroke: hue(z), "stroke-width": 1.1, "stroke-dasharray": DASHES[(looks[z] + 3 * S[z].study) % DASHES.length] }));
      fan(f, bandsOf2("people/totals", s, k), hue(s), "");
      wire(f, d => S.map((_, z) => `${nameOf(z)}: ${people(line("people/totals", z, k, 2)[d])} (${people(line("people/totals", z, k, 0)[d])}–${people(line("people/totals", z, k, 4)[d])})`).join("\n"));
      out.push(el("div", { class: "chart" }, el("h3", {}, k ? "Abroad" : "Inside their own state"), f.svg));
    }
    if (get("people/hosted")) {
      const own = A.studies[S[s].study].days || DAYS; // of two studies one may be shorter
      const hosts = A.states.map((c, i) => [c, i, line("people/hosted", s, i).subarray(0, own)]).filter(h => h[2].some(v => v > 0)).sort((a, b) => b[2][own - 1] - a[2][own - 1]).slice(0, 6);
      const f = frame({ w: Math.max(280, Math.min(640, peopleBody.clientWidth || 560)), h: 190, hi: niceTop(Math.max(1, ...hosts.map(h => Math.max(...h[2])))), left: 44, right: 34, format: people, label: `Displaced people abroad by host state, ${nameOf(s)}` });
      hosts.forEach((h, i) => f.add(sv("path", { d: path(h[2], f), fill: "none", stroke: T.hues[i % 8], "stroke-width": 1.7, "stroke-dasharray": DASHES[i] })));
      endLabels(f, hosts.map((h, i) => ({ y: f.y(h[2][own - 1]), at: f.y(h[2][own - 1]), text: h[0], colour: T.hues[i % 8] })));
      wire(f, d => hosts.map(h => `${h[0]}: ${people(h[2][d])}`).join("\n"));
      out.push(el("div", { class: "chart wide" }, el("h3", {}, "Abroad by host"), f.svg));
    }
    peoplePanel.title2.textContent = `Displaced people over time · ${nameOf(s)}`;
    peopleBody.replaceChildren(...out);
  }
  function wire(f, words) {
    f.svg.addEventListener("click", e => setDay(f.dayAt(e)));
    f.svg.addEventListener("pointermove", e => { const d = f.dayAt(e); showTip(`${dateText(d)} (day ${d})\n${words(d)}`, e); });
    f.svg.addEventListener("pointerleave", hideTip);
  }

  // ---- flows --------------------------------------------------------------------------------------------------------------------
  const flowPanel = has("people/flows") ? panel("flows", "w6", "From where to where", () => { const [hosts, rows] = flowRows(999); return [["outcome", "variant", "date", "home_admin1", "state", "displaced_persons_mean_over_runs"], rows.flatMap(r => hosts.map((h, i) => [S[state.s].outcome, S[state.s].variant, iso(A.weeks[weekOf(state.day)]), r.code, A.states[h], tidy(r.v[i], get("people/flows").step)]).filter(x => x[5] > 0))]; }, () => { const [hosts, rows] = flowRows(14); return tableSvg(flowPanel.title2.textContent, ["Home", ...hosts.map(h => A.states[h])], rows.map(r => [r.name, ...r.v.map(people)])); }) : null;
  const flowBody = el("div", { class: "scroll" });
  if (flowPanel) flowPanel.append(flowBody, el("p", { class: "soft small" }, "Rows: first-level unit of home. Columns: where they are. Mean over runs, persons, at the last weekly count; own state first. Darker is more, on a log scale."));
  function flowRows(most) {
    const week = weekOf(state.day), byHome = new Map(), hostSum = new Map();
    A.flows.pairs.forEach(([home, host], p) => {
      const v = line("people/flows", state.s, p)[week] || 0;
      if (!byHome.has(home)) byHome.set(home, new Map());
      byHome.get(home).set(host, v); hostSum.set(host, (hostSum.get(host) || 0) + v);
    });
    const hosts = [...hostSum].filter(h => h[1] >= .5).sort((a, b) => b[1] - a[1]).map(h => h[0]).slice(0, most > 99 ? 99 : 7);
    const names = new Map((A.map?.admin1 || []).map(a => a));
    let rows = [...byHome].map(([home, m]) => ({ code: A.homes?.[home] ?? A.flows.homes[home], v: hosts.map(h => m.get(h) || 0), sum: [...m.values()].reduce((a, b) => a + b, 0) })).filter(r => r.sum >= .5).sort((a, b) => b.sum - a.sum);
    if (rows.length > most) { const rest = rows.slice(most); rows = rows.slice(0, most); rows.push({ code: `${rest.length} other units`, v: hosts.map((_, i) => rest.reduce((a, r) => a + r.v[i], 0)) }); }
    for (const r of rows) r.name = names.has(r.code) ? `${names.get(r.code)} (${r.code.slice(0, 3)})` : r.code;
    return [hosts, rows];
  }
  function renderFlows() {
    if (!flowPanel) return;
    const [hosts, rows] = flowRows(14);
    const top = Math.log10(Math.max(10, ...rows.flatMap(r => r.v)));
    flowPanel.title2.textContent = `From where to where · ${nameOf(state.s)}, ${weekOf(state.day) >= 0 ? dateText(A.weeks[weekOf(state.day)]) : ""}`;
    if (unknown("people/flows")) { flowBody.replaceChildren(el("p", {}, NOT_KNOWN)); return; }
    flowBody.replaceChildren(el("table", { class: "matrix" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Home"), hosts.map(h => el("th", { scope: "col" }, A.states[h])))), el("tbody", {}, rows.map(r => el("tr", {}, el("th", { scope: "row", class: "l", css: { fontWeight: 500 } }, r.name), r.v.map(v => { const p = v >= 1 ? Math.log10(v) / top : 0; const back = rampColour(p * .92); return el("td", { css: v >= .5 ? { background: back, color: inkOn(back) } : { color: T.soft } }, v >= .5 ? people(v) : "·"); }))))));
  }

  // ---- Moscow --------------------------------------------------------------------------------------------------------------------
  const RU = n => "russia/" + n, bandsR = n => get(RU(n)) ? [0, 1, 2, 3, 4].map(q => line(RU(n), state.s, q)) : null;
  const moscow = (A.russia || []).length || (A.actions || []).length ? panel("moscow", "w12", "Moscow", () => [["outcome", "variant", "date", "measure", "q05", "q25", "q50", "q75", "q95"], (A.russia || []).filter(m => get(RU(m.name))).flatMap(m => { const q = bandsR(m.name); return Array.from({ length: DAYS }, (_, d) => [S[state.s].outcome, S[state.s].variant, iso(d), m.name, ...q.map(l => tidy(l[d], get(RU(m.name)).step))]); })]) : null;
  const moscowBody = el("div", { class: "split" }), actionBody = el("div", { class: "chart" });
  if (moscow) moscow.append(moscowBody, actionBody);
  const FRONTS = [["reserve_south_caucasus_persons", "South Caucasus"], ["reserve_north_caucasus_persons", "North Caucasus"], ["reserve_caspian_persons", "Caspian"], ["reserve_ukraine_persons", "Ukraine"], ["reserve_central_asia_persons", "Central Asia"], ["reserve_home_persons", "Home"]];
  function bandChart(name, title, format, options = {}) {
    const q = bandsR(name);
    if (!q || !any(q[2])) return null;
    let hi = 0, lo = 0;
    for (let s = 0; s < S.length; s++) { for (const v of line(RU(name), s, 4)) if (v > hi) hi = v; }
    const f = frame({ w: 300, h: 172, lo, hi: niceTop(hi), left: 46, format, label: `${title} by day, ${nameOf(state.s)}` });
    for (let z = 0; z < S.length; z++) if (z !== state.s) f.add(sv("path", { d: path(line(RU(name), z, 2), f), fill: "none", stroke: hue(z), "stroke-width": 1, "stroke-dasharray": DASHES[(looks[z] + 3 * S[z].study) % DASHES.length] }));
    fan(f, q, hue(state.s), "");
    wire(f, d => S.map((_, z) => `${nameOf(z)}: ${format(line(RU(name), z, 2)[d])}`).join("\n"));
    return el("div", { class: "chart" }, el("h3", {}, title), f.svg);
  }
  function linesChart(title, series, format, label, zero) {
    series = series.filter(x => x.v && any(x.v));
    if (!series.length) return null;
    let hi = 0, lo = 0;
    for (const x of series) for (const v of x.v) { if (v > hi) hi = v; if (v < lo) lo = v; }
    const f = frame({ w: 300, h: 172, lo: lo < 0 ? -niceTop(-lo) : 0, hi: niceTop(hi), left: 46, right: 78, format, label });
    series.forEach((x, i) => f.add(sv("path", { d: path(x.v, f), fill: "none", stroke: T.hues[i % 8], "stroke-width": 1.8, "stroke-dasharray": DASHES[i % DASHES.length] })));
    endLabels(f, series.map((x, i) => ({ y: f.y(x.v[DAYS - 1]), at: f.y(x.v[DAYS - 1]), text: x.name, colour: T.hues[i % 8] })));
    wire(f, d => series.map(x => `${x.name}: ${format(x.v[d])}`).join("\n"));
    return el("div", { class: "chart" }, el("h3", {}, title), f.svg);
  }
  function renderMoscow() {
    if (!moscow) return;
    const s = state.s, med = n => get(RU(n)) ? line(RU(n), s, 2) : null;
    const change = n => { const v = med(n); return v ? v.map(x => x - v[0]) : null; };
    moscow.title2.textContent = `Moscow: attention, arms, influence, actions · ${nameOf(s)}`;
    moscowBody.replaceChildren(...[
      bandChart("attention_diverted", "Attention diverted southward, share of the reserve", percent1),
      linesChart("Reserve by front, change from day 0, persons", FRONTS.map(([n, name]) => ({ name, v: change(n) })), v => (v > 0 ? "+" : "") + people(v), `Change of the reserve by front, ${nameOf(s)}`),
      bandChart("reserve_shadow_price_per_1000_persons", "Shadow price: loss averted by the next 1,000", v => v === 0 ? "0" : (v * 1000).toFixed(2) + "‰"),
      bandChart("arms_supply_days", "Arms of Iranian supply, days that stocks last", num),
      linesChart("Influence (median)", [{ name: "direct", v: med("influence_direct") }, { name: "amplified", v: med("influence_amplified") }], num, `Influence direct and amplified, ${nameOf(s)}`),
      linesChart("Standing (median, 0 to 1)", [{ name: "prestige", v: med("prestige") }, { name: "capability", v: med("capability") }, { name: "successors", v: med("access_to_successors") }, { name: "trade", v: med("trade") }], num, `Prestige, capability, access to successors, trade, ${nameOf(s)}`)].filter(Boolean));
    const acts = (A.actions || []).filter(a => a[0] === s), rows = new Map();
    for (const a of acts) { const k = `${a[3]} ${a[4].replace(/_/g, " ")}`; if (!rows.has(k)) rows.set(k, []); rows.get(k).push(a); }
    const list = [...rows].sort((x, y) => (y[0].startsWith("RUS") - x[0].startsWith("RUS")) || (x[0] < y[0] ? -1 : 1));
    const w = 900, left = 132, h = Math.max(1, list.length) * 19 + 26, X = d => left + 8 + (w - left - 22) * d / Math.max(1, DAYS - 1), n = S[s].runs.length || 1;
    const svg = sv("svg", { class: "c", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": `Actions of states by day, ${nameOf(s)}: ${list.map(([k, v]) => `${k} ${v.length}`).join(", ")}`, "font-size": 11.5 });
    if (start != null) for (let d = 0; d < DAYS; d++) { const t = dateOf(d); if (t.getUTCDate() === 1 && (DAYS < 500 || t.getUTCMonth() % 3 === 0)) svg.append(sv("line", { x1: X(d), x2: X(d), y1: 0, y2: h - 18, stroke: T.grid }), sv("text", { x: X(d), y: h - 4, "text-anchor": "middle", fill: T.soft, "font-size": 10.5 }, MONTHS[t.getUTCMonth()])); }
    list.forEach(([k, v], i) => {
      const y = i * 19 + 11, runs = new Set(v.map(a => a[1])).size;
      svg.append(sv("line", { x1: left, x2: w - 14, y1: y, y2: y, stroke: T.grid }), sv("text", { x: left - 8, y: y + 4, "text-anchor": "end", fill: T.ink, "font-weight": k.startsWith("RUS") ? 700 : 400 }, k), sv("title", {}, ""));
      const days = new Map();
      for (const a of v) { if (!days.has(a[2])) days.set(a[2], []); days.get(a[2]).push(a); }
      for (const [d, same] of days) {
        const mark = sv("circle", { cx: X(d), cy: y, r: 2.6 + 5 * Math.sqrt(same.length / n), fill: k.startsWith("RUS") ? T.accent : T.soft, "fill-opacity": .45, stroke: k.startsWith("RUS") ? T.accent : T.soft, "stroke-width": same.some(a => a[1] === S[s].example) ? 1.8 : .4 });
        mark.addEventListener("pointermove", e => showTip(`${k} · ${dateText(d)}\nin ${same.length} of ${n} runs that day (${runs} runs in all)\n${same[0][5]}: ${same[0][6]}`, e));
        mark.addEventListener("pointerleave", hideTip);
        svg.append(mark);
      }
    });
    const cursor = sv("line", { y1: 0, y2: h - 18, stroke: T.accent, "stroke-width": 1.5 });
    cursors.push(() => { cursor.setAttribute("x1", X(state.day)); cursor.setAttribute("x2", X(state.day)); });
    svg.append(cursor);
    svg.addEventListener("click", e => { const r = svg.getBoundingClientRect(); setDay(Math.max(0, Math.min(DAYS - 1, Math.round(((e.clientX - r.left) / r.width * w - left - 8) / (w - left - 22) * (DAYS - 1))))); });
    actionBody.replaceChildren(el("h3", {}, "Actions of states: size is the share of runs that act that day; a strong edge marks the example run"), list.length ? el("div", { class: "scroll" }, svg) : el("p", { class: "soft" }, "No action in any run."));
    if (list.length) svg.style.minWidth = "780px";
  }
  const percent1 = v => Number.isFinite(v) ? +(v * 100).toFixed(v < .1 ? 1 : 0) + thin + "%" : "–";

  // ---- tables --------------------------------------------------------------------------------------------------------------------
  const LIMITS = [40, 60, 80];
  function sortable(id, title, columns, rowsOf, options = {}) {
    const local = { sort: options.sort, dir: options.dir ?? -1 };
    const st = options.state || local;
    const data = () => { const c = columns().find(x => x.id === st.sort) || columns()[0]; return rowsOf().slice().sort((a, b) => { const x = c.key(a), y = c.key(b); return st.dir * (typeof x === "string" ? (x < y ? -1 : x > y ? 1 : 0) : (Number.isFinite(x) ? x : -1e99) - (Number.isFinite(y) ? y : -1e99)); }); };
    const p = panel(id, "w12 long", title, () => [columns().flatMap(c => c.csv ? c.csv[0] : [c.id]), data().map(r => columns().flatMap(c => c.csv ? c.csv[1](r) : [c.key(r)]))], () => tableSvg(p.title2.textContent, columns().map(c => c.text), data().map(r => columns().map(c => c.words(r)))));
    const controls = el("div", { class: "row" }), body = el("div", { class: "scroll" });
    p.append(controls, body);
    const render = () => {
      if (options.controls) controls.replaceChildren(...options.controls());
      const rows = data(), shown = local.all ? rows : rows.slice(0, options.most || 400);
      body.replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, columns().map(c => el("th", { scope: "col", class: c.left ? "l" : null, "aria-sort": c.id === st.sort ? st.dir < 0 ? "descending" : "ascending" : null }, el("button", { type: "button", "data-sort": c.id, onclick: () => { st.dir = st.sort === c.id ? -st.dir : c.left ? 1 : -1; st.sort = c.id; render(); if (options.state) writeHash(); } }, c.text + (c.id === st.sort ? st.dir < 0 ? " ↓" : " ↑" : "")))))), el("tbody", {}, shown.map(r => { const tr = el("tr", { class: options.selected?.(r) ? "sel" : null, c: r.s == null ? null : hue(r.s) }, columns().map(c => el("td", { class: c.left ? "l" : null }, c.cell ? c.cell(r) : c.words(r)))); return tr; }))), rows.length > shown.length ? el("p", { class: "soft small" }, el("button", { type: "button", class: "ghost noprint", onclick: () => { local.all = true; render(); } }, `Show all ${rows.length} rows`), ` ${shown.length} are shown; the CSV has all.`) : "");
    };
    p.render = render;
    return p;
  }
  const banded = q => q ? [num(q[2]), el("span", { class: "r" }, ` ${num(q[0])}–${num(q[4])}`)] : "–";
  const bandWords = q => q ? `${num(q[2])} (${num(q[0])}–${num(q[4])})` : "–";
  const bandedP = q => q ? [people(q[2]), el("span", { class: "r" }, ` ${people(q[0])}–${people(q[4])}`)] : "–";
  const bar = (share, width = 70) => el("span", { class: "bar", css: { width: Math.max(share > 0 ? 2 : 0, Math.round(share * width)) + "px" }, "aria-hidden": "true" });
  const outcomeColumn = { id: "outcome", text: "Outcome", left: true, key: r => nameOf(r.s), words: r => nameOf(r.s), cell: r => el("span", {}, sized(glyph(r.s), 10), " ", nameOf(r.s)), csv: [["outcome", "variant"], r => [S[r.s].outcome, S[r.s].variant]] };
  const q5 = (name, f) => [["q05", "q25", "q50", "q75", "q95"].map(q => `${name}_${q}`), r => f(r) || ["", "", "", "", ""]];
  const scopePick = render => seg("Rows", [["all", "All outcomes"], ["one", "Selected outcome"]], () => state.scope, scope => { state.scope = scope; borderTable?.render(); crossingTable?.render(); writeHash(); });
  const borderTable = A.borders_table ? sortable("borders", "Borders", () => [
    { id: "border", text: "Border", left: true, key: r => B[r.b], words: r => B[r.b], cell: r => el("button", { type: "button", class: "ghost", css: { border: 0, padding: 0, fontSize: "13.5px" }, onclick: () => pick({ b: r.b, s: r.s }) }, B[r.b]) },
    outcomeColumn,
    { id: "peak", text: "Peak index", key: r => r.peak[2], words: r => bandWords(r.peak), cell: r => [bar(r.peak[2] / 100), ...banded(r.peak)], csv: q5("peak_index", r => r.peak) },
    { id: "class", text: "Class", key: r => r.peak[2], words: r => classOf(r.peak[2]), csv: [["class"], r => [classOf(r.peak[2])]] },
    ...(A.borders_table.some(r => r.peak_day) ? [{ id: "peak_day", text: "Day of peak", key: r => r.peak_day?.[2], words: r => r.peak_day ? String(Math.round(r.peak_day[2])) : "–", cell: r => r.peak_day ? [String(Math.round(r.peak_day[2])), el("span", { class: "r" }, ` ${Math.round(r.peak_day[0])}–${Math.round(r.peak_day[4])}`)] : "–", csv: q5("peak_day", r => r.peak_day) }] : []),
    ...(A.borders_table.some(r => r.stays) ? [{ id: "stays", text: `Stays > ${LIMITS[state.limit]} for 7 days`, key: r => r.stays?.[state.limit], words: r => percent(r.stays?.[state.limit]), cell: r => [bar(r.stays?.[state.limit]), percent(r.stays?.[state.limit])], csv: [LIMITS.map(l => `share_of_runs_above_${l}_for_7_days`), r => r.stays || ["", "", ""]] },
    { id: "above", text: `Days > ${LIMITS[state.limit]}`, key: r => r.above?.[state.limit][2], words: r => bandWords(r.above?.[state.limit]), cell: r => banded(r.above?.[state.limit]), csv: q5("days_above", r => r.above?.[state.limit]) }] : [])],
  () => A.borders_table.filter(r => state.scope === "all" || r.s === state.s), { state, selected: r => r.b === state.b && r.s === state.s, most: 20, controls: () => { const pickLimit = el("select", { id: "limit", onchange: () => { state.limit = +pickLimit.value; borderTable.render(); writeHash(); } }, LIMITS.map((l, i) => el("option", { value: i }, `above ${l} (${["high", "severe", "critical"][i]} or more)`))); pickLimit.value = state.limit; return [scopePick(), A.borders_table.some(r => r.stays) ? el("label", { class: "pick" }, "Limit", pickLimit) : "", el("span", { class: "soft small" }, `median, then 5 % to 95 % of ${runsMost} runs; click a heading to sort`)]; } }) : null;
  const crossingTable = A.crossings_table ? sortable("crossings", "Crossings", () => [
    { id: "crossing", text: "Crossing", left: true, key: r => A.crossings[r.l].name, words: r => A.crossings[r.l].name, csv: [["crossing", "crossing_name"], r => [A.crossings[r.l].id, A.crossings[r.l].name]] },
    { id: "direction", text: "Direction", left: true, key: r => A.crossings[r.l].direction, words: r => A.crossings[r.l].direction.replace(">", " → "), csv: [["border", "direction"], r => [A.crossings[r.l].border, A.crossings[r.l].direction]] },
    outcomeColumn,
    { id: "served", text: "Persons passed", key: r => r.served[2], words: r => bandWords(r.served), cell: r => [bar(r.served[2] / servedTop()), ...bandedP(r.served)], csv: q5("served_persons", r => r.served) },
    { id: "queue", text: "Longest queue", key: r => r.queue[2], words: r => bandWords(r.queue), cell: r => bandedP(r.queue), csv: q5("longest_queue_persons", r => r.queue) },
    { id: "wait", text: "Longest wait, days", key: r => r.wait[2], words: r => bandWords(r.wait), cell: r => banded(r.wait), csv: q5("longest_wait_days", r => r.wait) },
    { id: "closed", text: "Days closed", key: r => r.closed[2], words: r => bandWords(r.closed), cell: r => banded(r.closed), csv: q5("days_closed_to_neighbours", r => r.closed) }],
  () => A.crossings_table.filter(r => (state.scope === "all" || r.s === state.s) && (r.served[4] > 0 || r.queue[4] > 0 || r.closed[4] > 0)), { sort: "served", most: 15, controls: () => [scopePick(), el("span", { class: "soft small" }, "whole period; median, then 5 % to 95 % of runs; closed to nationals of the state left")] }) : null;
  const servedTop = (() => { let top; return () => top ??= Math.max(1, ...A.crossings_table.map(r => r.served[2])); })();

  // ---- hindcast skill and sensitivity ------------------------------------------------------------------------------------------
  function skillPanel() {
    if (!A.scores?.length) return null;
    const rows = new Map();
    for (const [c, setting, role, scope, series, score, subject, value, unit, n] of A.scores) {
      if (scope !== "series" && scope !== "case") continue;
      const k = [c, setting, scope === "case" ? "all series" : series].join("\n");
      if (!rows.has(k)) rows.set(k, { c, setting, role, series: scope === "case" ? "all series" : series, n, best: null });
      const r = rows.get(k);
      if (subject === "model") r[score] = value;
      else if (score === "crps_skill" && (r.best == null || value < r.best)) { r.best = value; r.against = subject; }
    }
    const list = [...rows.values()].filter(r => r.crps_relative != null || r.best != null);
    const p = sortable("skill", "How the model did on what happened: hindcasts", () => [
      { id: "case", text: "Case", left: true, key: r => r.c, words: r => pretty(r.c) + (r.setting === "as_given" ? "" : " · " + r.setting.replace(/_/g, " ")), csv: [["case", "setting"], r => [r.c, r.setting]] },
      { id: "role", text: "Role", left: true, key: r => r.role, words: r => r.role },
      { id: "series", text: "Series", left: true, key: r => r.series, words: r => r.series.replace(/_/g, " ") },
      { id: "best", text: "Skill against the best baseline", key: r => r.best, words: r => r.best == null ? "–" : num(r.best), cell: r => r.best == null ? "–" : [skillBar(r.best), num(r.best), el("span", { class: "r" }, " " + r.against.replace(/_/g, " "))], csv: [["crps_skill", "against"], r => [r.best, r.against]] },
      { id: "crps_relative", text: "Relative error (CRPS)", key: r => r.crps_relative, words: r => num(r.crps_relative) },
      { id: "coverage_50", text: "In the 50 % band", key: r => r.coverage_50, words: r => percent(r.coverage_50) },
      { id: "coverage_90", text: "In the 90 % band", key: r => r.coverage_90, words: r => percent(r.coverage_90) },
      { id: "n", text: "Points", key: r => +r.n, words: r => r.n }], () => list, { sort: "case", dir: 1, most: 14, controls: () => [el("span", { class: "soft small" }, "Skill 1 is perfect, 0 as good as the best naive baseline, below 0 worse. Cases marked calibration were used to set parameters.")] });
    return p;
  }
  const skillBar = v => sv("svg", { viewBox: "-41 0 82 10", width: 82, height: 10, "aria-hidden": "true", class: "inline" }, sv("line", { x1: 0, x2: 0, y1: 0, y2: 10, stroke: T.soft }), sv("rect", { x: v < 0 ? Math.max(-40, v * 40) : 0, y: 2, width: Math.min(40, Math.abs(v) * 40), height: 6, fill: v < 0 ? T.arm[0] : T.hum[1] }));
  function progressPanel() {
    if (!A.progress?.length) return null;
    const count = (id, text) => ({ id, text, key: r => r[id], words: r => String(r[id]) });
    const band = (id, text, format) => ({ id, text, key: r => r[id] ? r[id][2] : null, words: r => r[id] ? `${format(r[id][2])} (${format(r[id][0])}–${format(r[id][4])})` : "–", cell: r => r[id] ? [format(r[id][2]), el("span", { class: "r" }, ` ${format(r[id][0])}–${format(r[id][4])}`)] : "–", csv: q5(id, r => r[id]) });
    return sortable("progress", "How far this study is", () => [
      { id: "outcome", text: "Outcome", left: true, key: r => r.outcome, words: r => (two ? "AB"[r.study] + " · " : "") + pretty(r.outcome) + (variants ? " · " + r.variant : ""), csv: [["outcome", "variant"], r => [r.outcome, r.variant]] },
      count("planned", "Runs planned"), count("done", "Done"), count("failed", "Failed"), count("missing", "Missing"),
      band("peak", "Peak index of RUS-SOUTH", num), band("abroad", "Abroad at the end", people), band("inside", "Displaced inside at the end", people), band("attention", "Attention diverted", percent1)], () => A.progress, { sort: "outcome", dir: 1, controls: () => [el("span", { class: "soft small" }, "The study is unfinished: numbers are of the runs that are done, and those still missing may move them.")] });
  }
  function tornadoPanel() {
    if (!A.sensitivity?.length) return null;
    // Rows as in sensitivity.csv, the study before them.
    const STUDY = 0, OUTCOME = 1, VARIANT = 2, MEASURE = 3, BORDER = 4, METHOD = 5, PARAMETER = 6, WITH = 7, INDEX = 8, VALUE = 9, LOW = 10, HIGH = 11;
    const header = ["study", "outcome", "variant", "measure", "border", "method", "parameter", "with_parameter", "index", "value", "low", "high", "samples"], groups = new Map();
    const several = new Set(A.sensitivity.map(r => r[VARIANT])).size > 1;
    for (const r of A.sensitivity) { const k = [two ? "AB"[r[STUDY]] : "", r[MEASURE] + (r[BORDER] ? " " + r[BORDER] : ""), pretty(r[OUTCOME]), several ? r[VARIANT] : ""].filter(Boolean).join(" · "); if (!groups.has(k)) groups.set(k, []); groups.get(k).push(r); }
    const p = panel("tornado", "w12", "Which parameters matter: sensitivity", () => [header, A.sensitivity.map(r => ["AB"[r[STUDY]], ...r.slice(1)])]);
    const body = el("div", { class: "chart" }), choose = el("select", { id: "tornado-of", onchange: draw }, [...groups.keys()].map(k => el("option", { value: k }, k)));
    p.append(el("div", { class: "row" }, el("label", { class: "pick" }, "Of", choose)), body);
    function draw() {
      const rows = groups.get(choose.value), morris = rows[0][METHOD] === "morris", main = morris ? "mu_star" : "ST", inner = new Map(rows.filter(r => r[INDEX] === "S1").map(r => [r[PARAMETER], r]));
      const list = rows.filter(r => r[INDEX] === main && r[VALUE] != null).sort((a, b) => b[VALUE] - a[VALUE]).slice(0, 16), end = r => Math.max(r[VALUE], r[HIGH] ?? r[VALUE]);
      const w = Math.max(380, Math.min(860, body.clientWidth || 860)), left = w < 600 ? 236 : 330, h = list.length * 20 + 22, top = niceTop(Math.max(1e-12, ...list.map(end))), X = v => left + (w - left - 70) * Math.min(1, Math.max(0, v) / top);
      const svg = sv("svg", { class: "c", viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": `Sensitivity of ${choose.value}`, "font-size": 11.5 });
      for (const t of ticks(0, top, w < 600 ? 2 : 5)) svg.append(sv("line", { x1: X(t), x2: X(t), y1: 0, y2: h - 18, stroke: T.grid }), sv("text", { x: X(t), y: h - 4, "text-anchor": "middle", fill: T.soft }, num(t).replace(/\.0+$/, "")));
      list.forEach((r, i) => {
        const y = i * 20 + 3, all = rows.filter(o => o[PARAMETER] === r[PARAMETER] && !o[WITH]), s1 = morris ? null : inner.get(r[PARAMETER]);
        svg.append(sv("text", { x: left - 6, y: y + 11, "text-anchor": "end", fill: T.ink }, r[PARAMETER]), sv("rect", { class: "bar", x: left, y, width: X(r[VALUE]) - left, height: 14, fill: T.hues[0], "fill-opacity": .85 }, sv("title", {}, all.map(o => `${o[INDEX]} ${num(o[VALUE])}` + (o[LOW] == null ? "" : ` (${num(o[LOW])} to ${num(o[HIGH])})`)).join(", "))));
        if (s1 && s1[VALUE] != null) svg.append(sv("rect", { x: left, y: y + 4, width: X(s1[VALUE]) - left, height: 6, fill: T.paper, "fill-opacity": .7 }));
        if (r[LOW] != null && r[HIGH] != null) svg.append(sv("line", { class: "interval", x1: X(r[LOW]), x2: X(r[HIGH]), y1: y + 7, y2: y + 7, stroke: T.ink, "stroke-width": 1.3 }));
        svg.append(sv("text", { x: X(end(r)) + 5, y: y + 11, fill: T.soft }, num(r[VALUE])));
      });
      body.replaceChildren(svg, el("p", { class: "soft small" }, morris ? "Bar: mean size of the change of the measure over the factor’s whole range (Morris mu*); line: its bootstrap interval." : "Bar: total effect ST, a share of the variance; pale inner bar: first-order effect S1; line: bootstrap interval of ST."));
    }
    p.render = draw;
    return p;
  }

  // ---- foot ------------------------------------------------------------------------------------------------------------------------
  const foot = el("footer", {}, A.studies.map((st, i) => {
    const pr = st.provenance || {}, pg = st.program || {}, ac = st.account || {}, hash = h => h ? String(h).slice(0, 16) : null;
    const items = [["Study", st.name], ["Program", pg.version ? `${pg.name} ${pg.version}, commit ${hash(pg.git_commit) || "unknown"}${pg.git_dirty ? " with changes" : ""}, results version ${st.results_version ?? "?"}` : null], ["Config", (pr.config_files || []).map(f => `${f.path} ${hash(f.blake3)}`).join(", ") || null], ["Map", pr.map ? `${pr.map} ${hash(pr.map_hash)}` : null], ["Plan", hash(st.plan_hash)], ["Seed", st.seed], ["Runs", ac.runs_done != null ? `${ac.runs_done} done, ${ac.runs_failed} failed, finished ${ac.ended || "?"}` : null]].filter(x => x[1]);
    return el("section", { "aria-label": "Provenance" }, el("h2", {}, two ? `Provenance of ${"AB"[i]}` : "Provenance"), el("p", {}, "The command that repeats this study:"), el("code", {}, st.command || "not known: the folder has no manifest.json"), el("dl", {}, items.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])));
  }), el("p", {}, "Numbers in the charts are kept to a thousandth of the largest value of their measure or finer (index 0.01, single runs 0.1, people by cell and queues 1 %); the CSV tables of the study have them in full."));

  // ---- putting it together -----------------------------------------------------------------------------------------------------------
  const daily = Object.keys(raw.blocks).some(name => !name.startsWith("ground/"));
  const skill = skillPanel(), tornado = tornadoPanel(), progress = progressPanel();
  page.append(head, ...(notes ? [notes] : []), el("p", { class: "lead" }, el("b", {}, B[south] === A.russia_south || !B.length ? "Russia’s southern border" : B[south]), (A.borders_table || []).some(r => r.stays) ? ": chance that its pressure stays above 60 for seven days or more, if the outcome comes about" : ": median peak of its pressure, if the outcome comes about; the chance to stay above 60 takes the daily tables"), cards, ...(daily ? [timeBar] : []), el("div", { class: "grid" }, [progress, mapPanel, daily && (A.measures || []).length ? fans : null, why, peoplePanel, flowPanel, moscow, ...(daily ? [borderTable, crossingTable, skill, tornado] : [tornado, borderTable, skill])].filter(Boolean)), foot);
  if (!mapPanel) fans.className = "panel w12";
  if (!peoplePanel && flowPanel) flowPanel.className = "panel w12";
  function applyTheme(force) {
    const dark = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    T = (force ? force === "dark" : dark) ? DARK : LIGHT;
    root.dataset.theme = T.name;
    themeButton.textContent = T.name === "dark" ? "Light page" : "Dark page";
  }
  let flowWeek = -2;
  function syncDay() {
    slider.value = state.day;
    slider.setAttribute("aria-valuetext", `day ${state.day}, ${dateText(state.day)}`);
    dayOut.textContent = `day ${state.day} · ${dateText(state.day)}`;
    cursors.forEach(c => c());
    readouts.forEach(r => r());
  }
  function setDay(day) {
    if (day === state.day) return;
    state.day = day;
    syncDay(); drawMap(); mapTitle(); whyDay();
    if (weekOf(day) !== flowWeek) { flowWeek = weekOf(day); renderFlows(); }
    writeHash();
  }
  async function pick(change) {
    Object.assign(state, change);
    await load(...mapNeeds());
    borderPick.value = state.b;
    await renderAll(Object.keys(change));
    writeHash();
  }
  async function renderAll(changed) {
    const all = !changed, c = k => all || changed.includes(k);
    if (all || c("s") || c("b") || c("m") || c("view") || c("by") || c("all")) {
      cursors.length = 0;
      const focus = document.activeElement, within = focus && fanControls.contains(focus) ? focus.dataset.v || focus.id : null;
      if (all || c("s")) {
        const inCards = cards.contains(focus);
        renderCards();
        if (inCards) cards.querySelector('[aria-checked="true"]')?.focus();
      }
      await renderFans();
      renderWhy(); renderPeople(); renderMoscow();
      if (within) (fanControls.querySelector(`[data-v="${CSS.escape(within)}"]`) || fanControls.querySelector("#" + CSS.escape(within)))?.focus();
      borderTable?.render(); 
    }
    if (all || c("s")) { renderFlows(); crossingTable?.render(); }
    if (all) { progress?.render(); skill?.render(); tornado?.render(); }
    if (all || c("s") || c("layer") || c("run")) renderMap(); else { drawMap(); mapTitle(); }
    syncDay();
  }
  borderPick.value = state.b;
  window.report = { state, drawMap, setDay, pick, data: A, line, load, saved: null };
  applyTheme();
  await load("level/index", "terms", "people/totals", "people/hosted", "people/flows", ...(A.russia || []).map(m => RU(m.name)));
  await prepareMap();
  await load(...mapNeeds());
  await renderAll();
  root.dataset.ready = Math.round(performance.now());
  addEventListener("hashchange", async () => { readHash(); applyTheme(); await load(...mapNeeds()); renderAll(); borderPick.value = state.b; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { applyTheme(); renderAll(); });
  let width = innerWidth, wait = 0;
  addEventListener("resize", () => { if (innerWidth === width) return; width = innerWidth; clearTimeout(wait); wait = setTimeout(() => renderAll(), 120); });
  addEventListener("beforeprint", () => { toggle(false); if (T.name === "dark") { applyTheme("light"); renderAll(); } });
  addEventListener("afterprint", () => { const before = T.name; applyTheme(); if (T.name !== before) renderAll(); });
})().catch(error => {
  const p = document.createElement("p");
  p.className = "notes";
  p.textContent = "The page could not be drawn: " + error.message + ". The tables beside it hold every number.";
  document.getElementById("page").append(p);
  console.error(error);
});
