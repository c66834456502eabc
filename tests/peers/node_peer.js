// A client of SMPP on the npm package `smpp`: asks what each line of stdin says, tells what it gets.
//
//   in:  {"ask": "submit_sm", "fields": {...}}
//   out: {"answer": {...}} for each, {"told": {...}} for each deliver_sm, {"over": true} at the end
"use strict";

const readline = require("node:readline");
const smpp = require("smpp");

smpp.addTLV("vibes_carrier_code", { id: 0x1401, type: smpp.types.tlv.string });

const say = (word) => process.stdout.write(JSON.stringify(word) + "\n");

const plain = (pdu) => {
  const found = {};
  for (const [name, value] of Object.entries(pdu)) {
    found[name] = Buffer.isBuffer(value) ? value.toString("latin1") : value;
  }
  if (pdu.short_message && pdu.short_message.message !== undefined) {
    found.text = pdu.short_message.message.toString();
    found.udh = pdu.short_message.udh ? [...Buffer.concat([].concat(pdu.short_message.udh))] : null;
  }
  return found;
};

const session = smpp.connect({ url: process.argv[2] }, () => {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const { ask, fields } = JSON.parse(line);
    session[ask](fields || {}, (pdu) => say({ answer: plain(pdu) }));
  });
  lines.on("close", () => session.close());
});

session.on("deliver_sm", (pdu) => {
  say({ told: plain(pdu) });
  session.send(pdu.response());
});
session.on("enquire_link", (pdu) => session.send(pdu.response()));
session.on("error", (error) => say({ error: String(error) }));
session.on("close", () => {
  say({ over: true });
  process.exit(0);
});
