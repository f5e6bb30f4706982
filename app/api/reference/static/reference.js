// Shows /openapi.json: chapters in the order of work, each call with its fields, examples and what comes next, and a
// form that sends it. What is written here is put into the page as text, never as markup; the key is kept nowhere.
"use strict";

const METHODS = ["get", "put", "post", "patch", "delete"];
let description;

function element(name, attributes = {}, ...inner) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...inner.filter((each) => each !== undefined && each !== null));
  return made;
}

function resolved(node) {
  while (node && node.$ref) node = node.$ref.slice(2).split("/").reduce((at, part) => at[part], description);
  return node ?? {};
}

function words(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    return part.startsWith("**") ? element("strong", {}, part.slice(2, -2)) : part;
  });
}

function told(text) {
  return (text ?? "").split(/\n\s*\n/).filter((each) => each.trim()).map((paragraph) => {
    const rows = paragraph.trim().split("\n");
    if (!rows[0].startsWith("|")) return element("p", {}, ...words(paragraph));
    const cells = rows.filter((row) => !/^\|[-|]+\|$/.test(row)).map((row) => row.split("|").slice(1, -1));
    return element("table", {}, ...cells.map((row, at) =>
      element("tr", {}, ...row.map((cell) => element(at ? "td" : "th", {}, ...words(cell.trim()))))));
  });
}

function kind(schema) {
  const shape = resolved(schema);
  const several = shape.anyOf ?? shape.oneOf;
  if (several) return several.map(kind).join(" or ");
  const name = [shape.type ?? "anything"].flat().join(" or ");
  return shape.items ? `${name} of ${kind(shape.items)}` : name;
}

function fieldsOf(schema) {
  const shape = resolved(schema);
  if (shape.properties) return shape;
  const inner = shape.items ?? (shape.anyOf ?? shape.oneOf ?? []).find((each) => resolved(each).type !== "null");
  return inner ? fieldsOf(inner) : undefined;
}

function opening(title, make) {
  const made = element("details", {}, element("summary", {}, ...words(title)));
  made.addEventListener("toggle", () => made.open && made.children.length === 1 && made.append(...make()));
  return made;
}

function fields(schema) {
  const shape = fieldsOf(schema);
  if (!shape) return [element("p", {}, kind(schema))];
  const rows = Object.entries(shape.properties).map(([name, each]) => {
    const deeper = fieldsOf(each) && opening("its fields", () => fields(each));
    const about = each.description ?? resolved(each).description ?? "";
    const must = (shape.required ?? []).includes(name) && shape.additionalProperties === false ? " required" : "";
    const standard = each.default === undefined ? "" : ` Default: \`${JSON.stringify(each.default)}\`.`;
    return element("tr", {}, element("td", {}, element("code", {}, name)), element("td", {}, kind(each), element("small", {}, must)),
      element("td", {}, ...words(about + standard), deeper));
  });
  return [element("table", {}, ...rows)];
}

function json(value) {
  // What scrolls is reached by the keyboard, too.
  return element("pre", { tabindex: "0" }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

function exampleOf(content) {
  return content.example ?? Object.values(content.examples ?? {})[0]?.value ?? resolved(content.schema).examples?.[0];
}

function answers(operation) {
  return Object.entries(operation.responses).map(([status, reference]) => {
    const answer = resolved(reference);
    return opening(`${status} ${answer.description}`, () => {
      const parts = [];
      for (const [type, content] of Object.entries(answer.content ?? {})) {
        const several = Object.values(content.examples ?? {}).map((each) => each.value);
        const shown = several.length ? several : [exampleOf(content)];
        parts.push(element("small", {}, type), ...shown.filter((each) => each !== undefined).map(json));
        if (content.schema && status < "400") parts.push(opening("What the fields mean", () => fields(content.schema)));
      }
      const headers = Object.keys(answer.headers ?? {});
      if (headers.length) parts.push(element("p", {}, element("small", {}, `Headers: ${headers.join(", ")}`)));
      const next = Object.keys(answer.links ?? {});
      if (next.length) parts.push(element("p", {}, "What may come next: ", ...next.flatMap((name) => [element("a", { href: `#${name}` }, name), " "])));
      return parts;
    });
  });
}

function form(path, method, operation) {
  const inputs = (operation.parameters ?? []).map(resolved).map((parameter) => {
    const example = parameter.schema?.examples?.[0];
    const value = parameter.in === "path" ? example : undefined;
    const field = element("input", { name: parameter.name, "aria-label": parameter.name, value, placeholder: example ?? parameter.schema?.default });
    return { parameter, field };
  });
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  const [type, content] = bodies.find(([each]) => each === "application/json") ?? bodies[0] ?? [];
  const body = content && element("textarea", { "aria-label": "Body", spellcheck: "false" });
  if (body) {
    body.value = JSON.stringify(exampleOf(content) ?? {}, null, 2);
    body.rows = Math.min(20, body.value.split("\n").length + 1);
  }
  const result = element("div", { "aria-live": "polite" });
  const send = element("button", { type: "button" }, "Send");
  send.addEventListener("click", async () => {
    result.replaceChildren("…");
    result.replaceChildren(...(await sent(path, method, inputs, body && { type, text: body.value }).catch((error) => [String(error)])));
  });
  const rows = inputs.map(({ parameter, field }) => element("tr", {},
    element("td", {}, element("code", {}, parameter.name), element("br"), element("small", {}, parameter.in + (parameter.required ? ", required" : ""))),
    element("td", {}, field), element("td", {}, ...words(parameter.description ?? ""))));
  return [
    rows.length ? element("h3", {}, "Parameters") : undefined,
    rows.length ? element("table", {}, ...rows) : undefined,
    ...(body ? [element("h3", {}, "Body"), ...told(operation.requestBody.description), body, opening("What the fields mean", () => fields(content.schema))] : []),
    element("p", {}, send), result,
  ];
}

function address(path, inputs) {
  const given = inputs.filter(({ field }) => field.value !== "");
  const query = new URLSearchParams();
  let filled = path;
  for (const { parameter, field } of given) {
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(field.value));
    if (parameter.in === "query") query.append(parameter.name, field.value);
  }
  return query.size ? `${filled}?${query}` : filled;
}

// For a shell: in single quotes nothing has a meaning but the single quote itself.
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function sent(path, method, inputs, body) {
  const url = address(path, inputs);
  const headers = body ? { "Content-Type": body.type } : {};
  for (const { parameter, field } of inputs) if (parameter.in === "header" && field.value) headers[parameter.name] = field.value;
  const key = document.getElementById("key").value.trim();
  const shown = [`curl -X ${method.toUpperCase()} ${quoted(location.origin + url)}`, ...(key ? ["-H 'Authorization: Bearer '\"$KEY\""] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), ...(body ? [`--data-raw ${quoted(body.text)}`] : [])];
  if (key) headers.Authorization = `Bearer ${key}`;
  const answer = await fetch(url, { method: method.toUpperCase(), headers, body: body?.text });
  const text = await answer.text();
  const said = [...answer.headers].filter(([name]) => ["etag", "location", "request-id", "retry-after", "ratelimit"].includes(name));
  let value = text;
  try { value = JSON.parse(text); } catch { /* not JSON: shown as it is */ }
  return [element("p", { class: "status" }, `${answer.status} ${answer.statusText}`),
    element("small", {}, said.map((each) => each.join(": ")).join(" · ")), ...(text ? [json(value)] : []), json(shown.join(" \\\n  "))];
}

function call(path, method, operation, about) {
  const made = element("details", { class: "call", id: operation.operationId },
    element("summary", {}, element("span", { class: `method ${method}` }, about ? "event" : method), element("code", {}, path), element("span", {}, about ? "" : operation.summary)));
  made.addEventListener("toggle", () => {
    if (!made.open || made.children.length > 1) return;
    const content = operation.requestBody?.content?.["application/json"];
    const tryable = about ? [element("h3", {}, "Body"), json(exampleOf(content))] : form(path, method, operation);
    made.append(element("div", {}, ...told(operation.description), ...tryable.filter(Boolean), element("h3", {}, "Answers"), ...answers(operation)));
  });
  return made;
}

function chapter(title, text, calls) {
  const id = `chapter-${title.replaceAll(" ", "-")}`;
  document.querySelector("#chapters ol").append(element("li", {}, element("a", { href: `#${id}` }, title)));
  return element("section", {}, element("h2", { id }, title), ...told(text), ...calls);
}

function show() {
  const main = document.getElementById("calls");
  document.getElementById("version").textContent = description.info.version;
  document.getElementById("chapters").append(element("ol"));
  main.replaceChildren(element("h1", {}, "Every call"), ...told(description.info.description));
  const every = Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({ path, method, operation: methods[method] })));
  for (const tag of description.tags) {
    const calls = every.filter(({ operation }) => operation.tags.includes(tag.name));
    main.append(chapter(tag.name, tag.description, calls.map(({ path, method, operation }) => call(path, method, operation, false))));
  }
  const events = Object.entries(description.webhooks ?? {});
  main.append(chapter("what endpoints are called with", "The events, as they are pushed to webhook endpoints.",
    events.map(([name, methods]) => call(name, "post", methods.post, true))));
}

function find(text) {
  const wanted = text.trim().toLowerCase();
  for (const section of document.querySelectorAll("main section")) {
    const calls = [...section.querySelectorAll("details.call")];
    for (const each of calls) each.hidden = !`${each.id} ${each.querySelector("summary").textContent}`.toLowerCase().includes(wanted);
    section.hidden = wanted !== "" && calls.every((each) => each.hidden);
  }
}

function open() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
}

async function begin() {
  description = await (await fetch("/openapi.json")).json();
  show();
  open();
  addEventListener("hashchange", open);
  document.getElementById("find").addEventListener("input", (event) => find(event.target.value));
}

begin().catch((error) => { document.getElementById("calls").textContent = `The description could not be read: ${error}`; });
