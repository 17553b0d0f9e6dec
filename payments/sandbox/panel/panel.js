"use strict";
// Everything that comes from outside is put in as text and never as markup.
const said = (text) => { document.getElementById("said").textContent = text; };

async function order(path, body) {
  const r = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  said(r.ok ? "✓" : "✗ " + await r.text());
  await draw();
}

function node(kind, text, ...inside) {
  const n = document.createElement(kind);
  if (text !== "") n.textContent = text;
  n.append(...inside);
  return n;
}

function button(text, act) {
  const b = node("button", text);
  b.onclick = act;
  return b;
}

function money(minor, currency) {
  const sign = minor < 0 ? "-" : "", digits = String(Math.abs(minor)).padStart(3, "0");
  return sign + digits.slice(0, -2) + "." + digits.slice(-2) + " " + currency;
}

function table(head, rows) {
  const t = node("table", "");
  t.append(node("tr", "", ...head.map((h) => node("th", h))));
  for (const row of rows) t.append(node("tr", "", ...row.map((cell) => cell instanceof Node ? node("td", "", cell) : node("td", String(cell)))));
  return t;
}

// Inputs keep what is being typed while the rest is drawn anew.
const typed = {};
function field(key, hint, act, label) {
  const i = document.createElement("input");
  i.placeholder = hint;
  i.setAttribute("aria-label", hint);
  i.value = typed[key] || "";
  i.oninput = () => { typed[key] = i.value; };
  i.onkeydown = (e) => { if (e.key === "Enter") act(i.value); };
  i.dataset.key = key;
  return node("div", "", i, button(label, () => act(i.value)));
}

function section(p, faults) {
  const s = node("section", "", node("h2", p.name));
  s.append(node("h3", "账户 accounts"), table(["", ""], p.balances.map((a) => [a.name, money(a.minor, a.currency)])));
  if (p.payers) {
    s.append(node("h3", "等待付款 waiting for a payer"));
    s.append(table(["", "", "", ""], p.orders.map((o) => {
      const acts = node("span", "");
      const how = (word) => order("payer", { provider: p.name, no: o.no, how: word });
      acts.append(button("输密码付款 password, pay", () => how("pay")), button("取消 refuse", () => how("refuse")), button("撤销时才付 pay late", () => how("late")));
      return [o.no, money(o.minor, o.currency), o.state, acts];
    })));
  }
  if (p.scans) s.append(field("qr " + p.name, "收款码内容 text of a shown code", (v) => order("payer", { provider: p.name, code_url: v, how: "pay" }), "扫码付款 scan and pay"));
  for (const act of p.acts || []) s.append(button(act, () => order("payer", { provider: p.name, how: act })));
  s.append(node("h3", "故障 faults"));
  s.append(field("faults " + p.name, "commit_then_drop*1 query:bad_sig*2", (v) => order("script", { provider: p.name, faults: [v], seed: 1 }), "设定 set"),
    button("清除 none", () => order("script", { provider: p.name, faults: [], seed: 1 })));
  if (p.name === "wechatpay") {
    s.append(node("details", "", node("summary", "故障表 table of faults"), table(["", "", ""], faults.map((f) => [f.name, f.op, f.does]))));
    s.append(node("details", "", node("summary", "魔法付款码 magic payer codes"), table(["", ""], p.codes.map((c) => [node("code", c.code), c.does_zh + " " + c.does]))));
  }
  if (p.journal) {
    const shown = node("details", "", node("summary", "流水 journal (" + p.journal.length + ")"));
    shown.append(table(["", "", "", "", "", ""], p.journal.slice(0, 50).map((e) => [e.at, e.op, e.no || "", e.status || "–", e.code || "", (e.faults || []).join(" ")])));
    s.append(shown);
  }
  return s;
}

async function draw() {
  const active = document.activeElement, key = active && active.dataset ? active.dataset.key : undefined;
  const open = new Set([...document.querySelectorAll("details")].map((d, i) => d.open ? i : -1));
  const state = await (await fetch("state.json")).json();
  document.getElementById("all").replaceChildren(...state.providers.map((p) => section(p, state.faults)));
  document.querySelectorAll("details").forEach((d, i) => { d.open = open.has(i); });
  if (key) for (const i of document.querySelectorAll("input")) if (i.dataset.key === key) i.focus();
}

draw();
setInterval(() => draw().catch(() => said("✗ 已停止 the stand-ins have ended")), 2000);
