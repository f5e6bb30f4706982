// A first integration with the generated TypeScript client: who am I, master data, collect, acknowledge, follow.
// Speaks to the address, key and shop that it is given; prints the numbers of the documents that it acknowledged.

import createClient from "openapi-fetch";
import type { paths } from "./schema";

declare const process: { argv: string[]; exitCode: number };

const [url, key, shop] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

function expected<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const me = expected(await client.GET("/v1/me"));
if (me.scopes.length === 0) throw new Error("a key without scopes");

const no = "CLIENT 2/b#%";
const sent = expected(
  await client.PUT("/v1/customers/{no}", { params: { path: { no } }, body: { name: "Grace", email: "grace@example.com" } }),
);
if (sent.name !== "Grace") throw new Error(`another name: ${sent.name}`);

const refused = await client.PUT("/v1/customers/{no}", {
  params: { path: { no: "CLIENT-3" } },
  body: { name: "x".repeat(5000) },
});
if (refused.error?.errors[0]?.pointer !== "/name") throw new Error(JSON.stringify(refused.error));

const found = expected(
  await client.GET("/v1/sales-documents", { params: { query: { shop, state: "released", include: "lines" } } }),
);
for (const document of found.data) {
  const done = expected(
    await client.POST("/v1/sales-documents/{document_id}/acknowledge", {
      params: { path: { document_id: document.id } },
      body: { erp_document_no: `TS-${document.number}`, version: document.version },
    }),
  );
  console.log(done.erp_document_no);
}

const events = expected(await client.GET("/v1/events", { params: { query: { after: 0, limit: 5 } } }));
if (events.data.length === 0) throw new Error("no event");
