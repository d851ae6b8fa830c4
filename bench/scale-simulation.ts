export async function renderScale(): Promise<string> { return ""; }
