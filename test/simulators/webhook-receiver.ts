/** Stands where the API Worker is: keeps what is delivered to it, and answers as it was last told to. */
interface Received {
  url: string;
  headers: Record<string, string>;
  body: string;
}

const received: Received[] = [];
let status = 200;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/received") return Response.json(received);
    if (pathname === "/answer-with") {
      status = Number(searchParams.get("status"));
      return new Response(null, { status: 204 });
    }
    received.push({ url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() });
    return new Response(null, { status });
  },
};
