// Stands in front of the built API Worker and counts what the platform would bill. It runs inside the Worker, so it
// is plain JavaScript; every object and the Worker itself share one isolate locally, and so these counters.
import worker, * as built from "./index.js";

const COUNTERS_PATH = "/bench/counters";

const counters = {
  workerRequests: 0,
  objectRequests: 0,
  ledgerRequests: 0,
  levelRequests: 0,
  objectRowsRead: 0,
  objectRowsWritten: 0,
  d1Queries: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  queueMessages: 0,
  queueBytes: 0,
  queueBatchesDelivered: 0,
};

/** A cursor's counts are final only once it has been read to its end, so they are added up when asked for. */
let cursors = [];
const patched = new WeakSet();

function once(object, patch) {
  const prototype = Object.getPrototypeOf(object);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  patch(prototype);
}

function meterStorage(storage) {
  once(storage.sql, (prototype) => {
    const { exec } = prototype;
    prototype.exec = function (...args) {
      const cursor = exec.apply(this, args);
      cursors.push(cursor);
      return cursor;
    };
  });
  once(storage, (prototype) => {
    // Setting an alarm is billed as a written row.
    for (const name of ["setAlarm", "deleteAlarm"]) {
      const original = prototype[name];
      prototype[name] = function (...args) {
        counters.objectRowsWritten += 1;
        return original.apply(this, args);
      };
    }
  });
}

function meterD1(database) {
  const session = database.withSession?.() ?? database;
  for (const target of [database, session, database.alwaysPrimarySession].filter((each) => each !== undefined))
    once(target, (prototype) => {
      if (!Object.hasOwn(prototype, "_send")) return;
      // All that a statement, a batch or `exec` asks goes through here, with what the answer was billed for.
      const { _send } = prototype;
      prototype._send = async function (...args) {
        const answer = await _send.apply(this, args);
        for (const { meta } of Array.isArray(answer) ? answer : [answer]) {
          counters.d1Queries += 1;
          counters.d1RowsRead += meta?.rows_read ?? 0;
          counters.d1RowsWritten += meta?.rows_written ?? 0;
        }
        return answer;
      };
    });
}

const BYTES_PER_OPERATION = 64 * 1024;

function countMessage(body) {
  const bytes = JSON.stringify(body).length;
  counters.queueBytes += bytes;
  counters.queueMessages += Math.ceil(bytes / BYTES_PER_OPERATION);
}

function meterQueue(queue) {
  once(queue, (prototype) => {
    const { send, sendBatch } = prototype;
    prototype.send = function (body, ...rest) {
      countMessage(body);
      return send.call(this, body, ...rest);
    };
    prototype.sendBatch = function (messages, ...rest) {
      const list = [...messages];
      for (const { body } of list) countMessage(body);
      return sendBatch.call(this, list, ...rest);
    };
  });
}

function meterBindings(env) {
  for (const name of ["OPS", "ORDERS_0", "ORDERS_1"]) meterD1(env[name]);
  for (const name of ["EFFECTS", "STOCK", "WEBHOOKS"]) meterQueue(env[name]);
}

function metered(Base, counter) {
  class Metered extends Base {
    constructor(ctx, env) {
      meterStorage(ctx.storage);
      meterBindings(env);
      super(ctx, env);
    }
  }
  // Methods that others call, and the alarm: each call is a request to the object.
  for (const name of Object.getOwnPropertyNames(Base.prototype)) {
    if (name === "constructor" || typeof Base.prototype[name] !== "function") continue;
    Metered.prototype[name] = function (...args) {
      counters.objectRequests += 1;
      if (counter !== undefined) counters[counter] += 1;
      return Base.prototype[name].apply(this, args);
    };
  }
  return Metered;
}

export const InventoryLevel = metered(built.InventoryLevel, "levelRequests");
export const OrderLedger = metered(built.OrderLedger, "ledgerRequests");
export const LiveFeed = metered(built.LiveFeed);
export const ProviderGate = metered(built.ProviderGate);

function readCounters() {
  for (const cursor of cursors) {
    counters.objectRowsRead += cursor.rowsRead;
    counters.objectRowsWritten += cursor.rowsWritten;
  }
  cursors = [];
  return Response.json(counters);
}

const entry = {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === COUNTERS_PATH) return readCounters();
    meterBindings(env);
    counters.workerRequests += 1;
    return worker.fetch(request, env, ctx);
  },
  queue(batch, env, ctx) {
    counters.queueBatchesDelivered += 1;
    return worker.queue(batch, env, ctx);
  },
};

export default entry;
export const direct = entry;
