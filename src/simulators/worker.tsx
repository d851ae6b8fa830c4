import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { knobsShape } from "./books/knobs.ts";
import type { SimulatorsEnv } from "./env.ts";
import { refuseForeigners } from "./refuse-foreigners.ts";
import { ApprovePage } from "./pages/approve-page.tsx";
import { PAYPAL_DISPUTE_REASONS } from "./paypal/dispute-ledger.ts";
import { DISPUTE_REASONS } from "./stripe/dispute-ledger.ts";
import { AuthenticatePage } from "./pages/authenticate-page.tsx";
import { BooksPage } from "./pages/books-page.tsx";
import { IndexPage } from "./pages/index-page.tsx";
import { MailboxPage } from "./pages/mailbox-page.tsx";
import {
  booksOf,
  fedexBooks,
  isVendor,
  paypalBooks,
  sendgridBooks,
  stripeBooks,
  twilioBooks,
  vendorOfHost,
  type Vendor,
} from "./vendors.ts";

const SHOWN_ROWS = 100;
const ALL_ROWS = 1_000_000;
const MAILBOX_ROWS = 100;

type Bindings = { Bindings: SimulatorsEnv };
const pages = new Hono<Bindings>({ strict: false }).basePath("/simulators");

pages.use(refuseForeigners);
// Under "no-referrer" a browser would send these pages' own forms with "Origin: null".
pages.use(secureHeaders({ xFrameOptions: "SAMEORIGIN", referrerPolicy: "same-origin" }));
// A tool for those who build Holdfast: what went wrong in it is theirs to read.
pages.onError((error, c) => c.text(`${error.name}: ${error.message}`, 500));
pages.get("/", (c) => c.html(<IndexPage />));

pages.get("/mailbox", async (c) => {
  const [mails, texts] = await Promise.all([
    sendgridBooks(c.env).readMailbox(MAILBOX_ROWS),
    twilioBooks(c.env).readMailbox(MAILBOX_ROWS),
  ]);
  return c.html(<MailboxPage mails={mails} texts={texts} />);
});

pages.get("/mailbox/:file{.+\\.html}", async (c) => {
  const mail = await sendgridBooks(c.env).readMail(c.req.param("file").slice(0, -".html".length));
  if (mail === null || mail.html === null) return c.notFound();
  // The frame's own policy, because the page may also be opened by itself.
  c.header("content-security-policy", "sandbox; default-src 'none'; img-src data: https:; style-src 'unsafe-inline'");
  return c.html(mail.html);
});

pages.get("/stripe/authenticate/:intent", async (c) => {
  const intentId = c.req.param("intent");
  const intent = await stripeBooks(c.env).readForAuthentication(intentId);
  return intent === null ? c.notFound() : c.html(<AuthenticatePage intentId={intentId} intent={intent} />);
});

pages.post("/stripe/authenticate/:intent", async (c) => {
  const intentId = c.req.param("intent");
  if ((await stripeBooks(c.env).readForAuthentication(intentId)) === null) return c.notFound();
  const form = await c.req.parseBody();
  const { returnTo } = await stripeBooks(c.env).settleAuthentication(intentId, form["answer"] === "complete");
  return c.redirect(returnTo ?? `/simulators/stripe/authenticate/${intentId}`, 303);
});

pages.get("/paypal/approve/:order", async (c) => {
  const orderId = c.req.param("order");
  const order = await paypalBooks(c.env).readForApproval(orderId);
  return order === null ? c.notFound() : c.html(<ApprovePage orderId={orderId} order={order} />);
});

pages.post("/paypal/approve/:order", async (c) => {
  const orderId = c.req.param("order");
  if ((await paypalBooks(c.env).readForApproval(orderId)) === null) return c.notFound();
  const form = await c.req.parseBody();
  const answer = form["answer"];
  const { returnTo } = await paypalBooks(c.env).answerApproval(
    orderId,
    answer === "approve" || answer === "approve_declined" ? answer : "cancel",
  );
  return c.redirect(returnTo ?? `/simulators/paypal/approve/${orderId}`, 303);
});

pages.post("/stripe/payment_intents/:intent/dispute", async (c) => {
  const { reason } = await c.req.parseBody();
  const known = DISPUTE_REASONS.find((one) => one === reason);
  if (known === undefined) return c.text(`A dispute has a reason: ${DISPUTE_REASONS.join(", ")}.`, 422);
  const id = await stripeBooks(c.env).openDispute(c.req.param("intent"), known);
  if (id === null) return c.text("Nothing of this payment can be disputed.", 409);
  return c.req.header("accept")?.includes("application/json") ? c.json({ id }) : c.redirect("/simulators/stripe", 303);
});

pages.post("/stripe/payment_intents/:intent/refund", async (c) => {
  const { amount } = await c.req.parseBody();
  if (typeof amount !== "string" || !/^[1-9]\d{0,11}$/.test(amount))
    return c.text("A refund has an amount in minor units.", 422);
  const id = await stripeBooks(c.env).refundByHand(c.req.param("intent"), Number(amount));
  if (id === null) return c.text("That much of this payment can't be paid back.", 409);
  return c.req.header("accept")?.includes("application/json") ? c.json({ id }) : c.redirect("/simulators/stripe", 303);
});

pages.post("/stripe/refunds/:refund/fail", async (c) => {
  if (!(await stripeBooks(c.env).failRefund(c.req.param("refund"))))
    return c.text("There is no refund of this id that has succeeded.", 409);
  return c.req.header("accept")?.includes("application/json")
    ? c.json({ status: "failed" })
    : c.redirect("/simulators/stripe", 303);
});

pages.post("/paypal/refunds/:refund/fail", async (c) => {
  if (!(await paypalBooks(c.env).failRefund(c.req.param("refund"))))
    return c.text("There is no refund of this id that was made.", 409);
  return c.req.header("accept")?.includes("application/json")
    ? c.json({ status: "FAILED" })
    : c.redirect("/simulators/paypal", 303);
});

pages.post("/stripe/disputes/:dispute", async (c) => {
  const { status } = await c.req.parseBody();
  if (status !== "under_review" && status !== "won" && status !== "lost")
    return c.text("A dispute becomes under_review, won or lost.", 422);
  const moved = await stripeBooks(c.env).moveDispute(c.req.param("dispute"), status);
  if (!moved) return c.text("There is no open dispute of this id.", 409);
  return c.req.header("accept")?.includes("application/json")
    ? c.json({ status })
    : c.redirect("/simulators/stripe", 303);
});

pages.post("/paypal/captures/:capture/dispute", async (c) => {
  const { reason } = await c.req.parseBody();
  const known = PAYPAL_DISPUTE_REASONS.find((one) => one === reason);
  if (known === undefined) return c.text(`A dispute has a reason: ${PAYPAL_DISPUTE_REASONS.join(", ")}.`, 422);
  const id = await paypalBooks(c.env).openDispute(c.req.param("capture"), known);
  if (id === null) return c.text("Nothing of this capture can be disputed.", 409);
  return c.req.header("accept")?.includes("application/json") ? c.json({ id }) : c.redirect("/simulators/paypal", 303);
});

pages.post("/paypal/captures/:capture/refund", async (c) => {
  const { amount } = await c.req.parseBody();
  if (typeof amount !== "string" || !/^[1-9]\d{0,11}$/.test(amount))
    return c.text("A refund has an amount in minor units.", 422);
  const id = await paypalBooks(c.env).refundByHand(c.req.param("capture"), Number(amount));
  if (id === null) return c.text("That much of this capture can't be paid back.", 409);
  return c.req.header("accept")?.includes("application/json") ? c.json({ id }) : c.redirect("/simulators/paypal", 303);
});

pages.post("/paypal/disputes/:dispute", async (c) => {
  const { status } = await c.req.parseBody();
  if (status !== "under_review" && status !== "won" && status !== "lost")
    return c.text("A dispute becomes under_review, won or lost.", 422);
  const moved = await paypalBooks(c.env).moveDispute(c.req.param("dispute"), status);
  if (!moved) return c.text("There is no open dispute of this id.", 409);
  return c.req.header("accept")?.includes("application/json")
    ? c.json({ status })
    : c.redirect("/simulators/paypal", 303);
});

pages.post("/fedex/parcels/:number/advance", async (c) => {
  const code = await fedexBooks(c.env).advance(c.req.param("number"));
  if (c.req.header("accept")?.includes("application/json"))
    return code === null ? c.json({ error: "no next scan" }, 409) : c.json({ code });
  return c.redirect("/simulators/fedex", 303);
});

pages.get("/:vendor/books.json", async (c) => {
  const vendor = vendorParam(c.req.param("vendor"));
  return vendor === null ? c.notFound() : c.json(await booksOf(c.env, vendor).readBooks(ALL_ROWS));
});

pages.get("/:vendor/knobs", async (c) => {
  const vendor = vendorParam(c.req.param("vendor"));
  return vendor === null ? c.notFound() : c.json(await booksOf(c.env, vendor).readKnobs());
});

pages.put("/:vendor/knobs", async (c) => {
  const vendor = vendorParam(c.req.param("vendor"));
  if (vendor === null) return c.notFound();
  const change: unknown = await c.req.json().catch(() => null);
  const turned = await booksOf(c.env, vendor).changeKnobs(change);
  return turned === null ? c.json({ error: "no such knob, or not a value that it takes" }, 422) : c.json(turned);
});

pages.post("/:vendor/knobs", async (c) => {
  const vendor = vendorParam(c.req.param("vendor"));
  if (vendor === null) return c.notFound();
  const form = await c.req.parseBody();
  const known = Object.fromEntries(Object.entries(form).filter(([name]) => Object.hasOwn(knobsShape.shape, name)));
  // A form leaves a box that is not ticked out, and sends a seed that nobody touched.
  const { seed, ...change } = known;
  const before = await booksOf(c.env, vendor).readKnobs();
  const reseeded = seed !== undefined && Number(seed) !== before.seed ? { seed } : {};
  const turned = await booksOf(c.env, vendor).changeKnobs({
    ...change,
    ...reseeded,
    webhooksEnabled: Object.hasOwn(form, "webhooksEnabled"),
  });
  return turned === null
    ? c.text("That is not a value that the knob takes.", 422)
    : c.redirect(`/simulators/${vendor}`, 303);
});

pages.get("/:vendor", async (c) => {
  const vendor = vendorParam(c.req.param("vendor"));
  return vendor === null
    ? c.notFound()
    : c.html(<BooksPage vendor={vendor} view={await booksOf(c.env, vendor).readBooks(SHOWN_ROWS)} />);
});

/** The simulators: a vendor's host reaches that vendor's API, everything else our own pages. */
export const simulators: ExportedHandler<SimulatorsEnv> = {
  fetch(request, env, ctx) {
    const url = new URL(request.url);
    const vendor = vendorOfHost(url.hostname);
    return vendor === null ? pages.fetch(request, env, ctx) : booksOf(env, vendor).fetch(request);
  },
};

function vendorParam(text: string): Vendor | null {
  return isVendor(text) ? text : null;
}
