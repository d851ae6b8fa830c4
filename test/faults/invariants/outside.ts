import type { OrderBook } from "../order-books.ts";
import { isOpen } from "../order-books.ts";
import type { RawBooks, RawState } from "../raw-rows.ts";
import { Checklist, type Finding } from "./finding.ts";

/** Invariant 9: at most one message per order, subject, kind and channel in the providers' books, and each asked for. */
export function checkNotifications(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const wanted = new Map<string, { told: string; order: OrderBook }>();
  for (const book of orders.values())
    for (const { id, effect } of book.effects)
      if (effect.kind === "Notify")
        wanted.set(id, { told: `${book.id} ${effect.subject} ${effect.notification}`, order: book });
  const sent = new Map<string, number>();
  const checkSent = (channel: string, messages: RawBooks["mails"]): void => {
    for (const { id, reference } of messages) {
      const message = wanted.get(reference ?? "");
      list.must(
        message !== undefined,
        () => `the ${channel} ${id} was sent for ${reference ?? "nothing"}, and no order asked for it`,
      );
      if (message === undefined) continue;
      const name = `${message.told} by ${channel}`;
      sent.set(name, (sent.get(name) ?? 0) + 1);
      list.must(sent.get(name) === 1, () => `${name} was sent ${sent.get(name)} times`);
    }
  };
  checkSent("mail", state.books.mails);
  checkSent("text", state.books.texts);
  const references = new Set([...state.books.mails, ...state.books.texts].map(({ reference }) => reference));
  const twins = new Set(
    state.ops.notifications
      .filter(({ status }) => status === "sent" || status === "delivered" || status === "declined")
      .map(({ orderId, subject, kind }) => `${orderId} ${subject} ${kind}`),
  );
  // Done means that the customer was told: by this effect, or by another one with the same to say.
  for (const book of orders.values())
    for (const { id, status, effect } of book.effects)
      if (effect.kind === "Notify" && status === "done")
        list.must(
          references.has(id) || twins.has(`${book.id} ${effect.subject} ${effect.notification}`),
          () => `${id} is done, and nobody was told`,
        );
  return list.finding("9", "at most one message per subject and kind");
}

/**
 * Invariant 10: at most one live label per parcel in the carrier's books, and it is the one that the order shows. One
 * that waits to be given back, or could not be, is left out; one that was given back must be so there too.
 */
export function checkLabels(state: RawState, orders: ReadonlyMap<string, OrderBook>): Finding {
  const list = new Checklist();
  const sent = new Map(
    [...orders.values()].flatMap((book) =>
      [...book.order.shipments, ...book.order.returns].map(
        (shipment) => [String(shipment.id), { shipment, book }] as const,
      ),
    ),
  );
  const givenBack = new Map(
    [...orders.values()].flatMap((book) =>
      book.effects.flatMap(({ effect, status }) =>
        effect.kind === "VoidLabel" ? [[effect.trackingNumber, status] as const] : [],
      ),
    ),
  );
  const uncancelled = state.books.parcels.filter(({ cancelledAt }) => cancelledAt === null);
  for (const { trackingNumber } of uncancelled)
    list.must(
      givenBack.get(trackingNumber) !== "done",
      () => `the label ${trackingNumber} was given back, and is live at the carrier`,
    );
  const live = Map.groupBy(
    uncancelled.filter(({ trackingNumber }) => !givenBack.has(trackingNumber)),
    ({ reference }) => reference ?? "",
  );
  for (const [reference, parcels] of live) {
    const known = sent.get(reference);
    list.must(
      known !== undefined,
      () => `a label was made for ${reference || "nothing"}, and there is no such shipment or return`,
    );
    list.must(parcels.length === 1, () => `${reference} has ${parcels.length} labels`);
    if (known === undefined) continue;
    const { shipment, book } = known;
    const pending = book.effects.some(
      (effect) =>
        ((effect.effect.kind === "CreateLabel" && effect.effect.shipmentId === shipment.id) ||
          (effect.effect.kind === "CreateReturnLabel" && effect.effect.returnId === shipment.id)) &&
        (isOpen(effect) || effect.status === "failed"),
    );
    list.must(
      pending || parcels.some(({ trackingNumber }) => trackingNumber === shipment.label?.trackingNumber),
      () =>
        `${reference} shows ${shipment.label?.trackingNumber ?? "no label"}, and the carrier has ${parcels.map(({ trackingNumber }) => trackingNumber).join(", ")}`,
    );
  }
  for (const { shipment } of sent.values())
    if (shipment.label?.carrier === "fedex")
      list.must(
        live.has(shipment.id),
        () => `${shipment.id} shows the label ${shipment.label?.trackingNumber}, which the carrier does not know`,
      );
  return list.finding("10", "at most one live label per parcel");
}
