// What is asked of the program that serves the page, and the session that lets the page in.

let session = "";

export async function ask(path, told) {
  let answer;
  try {
    answer = await fetch(path, {
      method: told === undefined ? "GET" : "POST",
      headers: { "X-Smp-Session": session, ...(told === undefined ? {} : { "Content-Type": "application/json" }) },
      body: told === undefined ? undefined : JSON.stringify(told),
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    throw new Error("The program that serves this page has ended. Your points are still here: copy them before you close the page.", { cause: "ended" });
  }
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? "The program refused.");
  return answer;
}

// The key in the link opens once; the session it gives lives in this tab's memory and, for a reload, in its session storage.
export async function enter() {
  const key = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (key) {
    session = (await (await ask("enter", { key })).json()).session;
    sessionStorage.setItem("smp-session", session);
  } else {
    session = sessionStorage.getItem("smp-session") ?? "";
  }
}

export function leave() {
  sessionStorage.removeItem("smp-session");
}
