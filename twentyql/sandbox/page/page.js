"use strict";
const at = (id) => document.getElementById(id);
const made = (tag, text, name) => {
  const node = document.createElement(tag);
  node.textContent = text;
  if (name) node.className = name;
  return node;
};
const plain = (value) => value === null || typeof value !== "object";
function shown(value) {
  if (plain(value)) return value === null || value === undefined ? "" : String(value);
  const parts = Array.isArray(value) ? value : Object.values(value);
  return parts.every(plain) ? parts.filter((part) => part !== null && part !== "").join(" ") : JSON.stringify(value);
}

function tableOf(edges) {
  const nodes = edges.map((edge) => edge.node).filter((node) => node && typeof node === "object");
  if (!nodes.length) return null;
  const names = [...new Set(nodes.flatMap((node) => Object.keys(node)))];
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  names.forEach((name) => head.append(made("th", name)));
  const body = table.createTBody();
  nodes.forEach((node) => {
    const row = body.insertRow();
    names.forEach((name) => {
      const cell = made("td", shown(node[name]));
      cell.title = plain(node[name]) ? shown(node[name]) : JSON.stringify(node[name], null, 2);
      row.append(cell);
    });
  });
  return table;
}

function showAnswer(text) {
  at("shown").replaceChildren();
  let answer;
  try { answer = JSON.parse(text); } catch { at("answer").textContent = text; return false; }
  at("answer").textContent = JSON.stringify(answer, null, 2);
  for (const value of Object.values(answer.data || {})) {
    const table = value && Array.isArray(value.edges) && tableOf(value.edges);
    if (table) { at("shown").append(table); break; }
  }
  return !answer.errors;
}

async function run() {
  const status = at("status");
  let variables = {};
  try { variables = JSON.parse(at("variables").value || "{}"); } catch (error) {
    status.className = "bad";
    status.textContent = `The variables are no JSON: ${error.message}`;
    return;
  }
  const begun = performance.now();
  status.className = "mild";
  status.textContent = "asking…";
  try {
    const response = await fetch(at("path").value, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${at("key").value}` },
      body: JSON.stringify({ query: at("query").value, variables }),
    });
    const text = await response.text();
    const good = showAnswer(text);
    status.className = good && response.ok ? "good" : "bad";
    status.textContent = `HTTP ${response.status}, ${Math.round(performance.now() - begun)} ms, ${text.length.toLocaleString("en")} characters`;
  } catch (error) {
    status.className = "bad";
    status.textContent = `No answer: ${error.message}`;
  }
  refresh();
}

async function refresh() {
  try {
    const state = await (await fetch("/sandbox/state")).json();
    for (const [name, counts] of Object.entries(state.counts)) {
      const row = document.querySelector(`tr[data-object="${CSS.escape(name)}"]`);
      if (row) counts.forEach((count, place) => { row.cells[place + 2].textContent = count.toLocaleString("en"); });
    }
    const body = at("ledger");
    body.replaceChildren(...state.ledger.map((cells) => {
      const row = document.createElement("tr");
      cells.forEach((cell, place) => row.append(made("td", cell, state.styles[place] + (place === 3 && cell !== "200" ? " bad" : ""))));
      return row;
    }));
    at("asked").textContent = state.asked;
    at("stopped").textContent = "";
  } catch { at("stopped").textContent = "The sandbox does not answer."; }
}

document.querySelectorAll("button.name").forEach((button) => button.addEventListener("click", () => {
  at("path").value = "/graphql";
  at("query").value = button.dataset.query;
  run();
}));
at("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
setInterval(() => { if (!document.hidden) refresh(); }, 2000);
