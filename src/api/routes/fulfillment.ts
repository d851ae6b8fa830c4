import type { z } from "zod";
import {
  exceptionForm,
  fulfillAnswer,
  fulfillForm,
  noBody,
  shipForm,
  shipmentParams,
  shortForm,
} from "../../contracts/fulfillment.ts";
import { orderReading } from "../../contracts/orders.ts";
import type { ProblemCode } from "../../contracts/problem.ts";
import type { ServiceContext } from "../../services/context.ts";
import { describeOrder } from "../../services/describe-order.ts";
import { fulfillOrder } from "../../services/fulfill-order.ts";
import { confirmPick, operateShipment, type ShipmentStep } from "../../services/operate-shipment.ts";
import { type LabelFormat, readLabel } from "../../services/read-label.ts";
import { type AnyEndpoint, endpoint } from "../endpoint.ts";
import { LABEL_MEDIA_TYPES, labelResponse } from "../label-response.ts";

const TAG = "Fulfillment";

const fulfill = endpoint({
  method: "POST",
  path: "/warehouse/fulfill",
  plain: true,
  tag: TAG,
  summary: "Take a warehouse's part of an order through start, pick, pack, label and ship",
  scope: "orders:fulfill",
  audit: "events",
  body: fulfillForm,
  answers: {
    200: { description: "The warehouse's part is on its way; also when it was already.", schema: fulfillAnswer },
  },
  problems: ["order_state", "order_not_ready", "shipment_state"],
  async handle({ ctx, body }) {
    const fulfilled = await fulfillOrder(ctx, body.orderId, body.warehouseId);
    return fulfilled.ok
      ? { status: 200, body: { status: "success", message: "Order fulfilled successfully" } }
      : fulfilled;
  },
});

interface StepRoute<Body> {
  name: string;
  summary: string;
  body: z.ZodType<Body>;
  problems?: readonly ProblemCode[];
  perform: (ctx: ServiceContext, shipmentId: string, body: Body) => ReturnType<typeof confirmPick>;
}

function stepEndpoint<Body>({ name, summary, body, problems = [], perform }: StepRoute<Body>): AnyEndpoint {
  return endpoint<z.infer<typeof shipmentParams>, undefined, Body>({
    method: "POST",
    path: `/shipments/{id}/${name}`,
    tag: TAG,
    summary,
    scope: "orders:fulfill",
    audit: "events",
    params: shipmentParams,
    body,
    idempotent: "own",
    answers: { 200: { description: "The order as it is now.", schema: orderReading } },
    problems: ["shipment_state", "idempotency_mismatch", ...problems],
    async handle({ ctx, params, body: form }) {
      const done = await perform(ctx, params.id, form);
      if (!done.ok) return done;
      const { value: order, replayed } = done;
      return { status: 200, body: describeOrder(order, ctx.principal), version: order.version, replayed };
    },
  });
}

function shipStep(form: z.infer<typeof shipForm>): ShipmentStep {
  return form?.tracking === undefined ? { type: "ShipShipment" } : { type: "ShipShipment", tracking: form.tracking };
}

function labelEndpoint(format: LabelFormat): AnyEndpoint {
  return endpoint({
    method: "GET",
    path: `/shipments/{id}/label.${format}`,
    tag: TAG,
    summary: `A shipment's label as ${format.toUpperCase()}`,
    scope: "orders:fulfill",
    params: shipmentParams,
    answers: { 200: { description: "The label.", mediaType: LABEL_MEDIA_TYPES[format] } },
    problems: ["label_missing"],
    async handle({ ctx, params }) {
      const label = await readLabel(ctx, params.id, format);
      if (!label.ok) return label;
      return labelResponse(label.value, { id: params.id, format, requestId: ctx.requestId });
    },
  });
}

const step =
  <Body>(stepOf: (body: Body) => ShipmentStep) =>
  (ctx: ServiceContext, shipmentId: string, body: Body) =>
    operateShipment(ctx, shipmentId, stepOf(body));

export const fulfillmentEndpoints: readonly AnyEndpoint[] = [
  fulfill,
  stepEndpoint({
    name: "start",
    summary: "Start picking",
    body: noBody,
    perform: step(() => ({ type: "StartPicking" })),
  }),
  stepEndpoint({ name: "pick", summary: "Everything is picked", body: noBody, perform: confirmPick }),
  stepEndpoint({
    name: "short",
    summary: "Report what can't be found",
    body: shortForm,
    perform: step(({ items, reason }) => ({ type: "ReportShort", items, reason })),
  }),
  stepEndpoint({
    name: "pack",
    summary: "The parcel is packed",
    body: noBody,
    perform: step(() => ({ type: "PackShipment" })),
  }),
  stepEndpoint({
    name: "ship",
    summary: "The parcel has left",
    body: shipForm,
    problems: ["label_missing", "payment_not_captured"],
    perform: step(shipStep),
  }),
  stepEndpoint({
    name: "deliver",
    summary: "The parcel has arrived",
    body: noBody,
    perform: step(() => ({ type: "DeliverShipment" })),
  }),
  stepEndpoint({
    name: "exception",
    summary: "Something is wrong with the parcel",
    body: exceptionForm,
    perform: step(({ reason }) => ({ type: "RaiseException", reason })),
  }),
  labelEndpoint("pdf"),
  labelEndpoint("zpl"),
];
