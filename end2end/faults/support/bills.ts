import { request } from "node:http";
import type { House } from "./house.ts";

const HEADER =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行," +
  "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称," +
  "商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n";
const SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n";

/** A bill of WeChat Pay's of one yuan each, in parts: no side has to hold it whole. */
export function* bill(day: string, merchant: string, rows: number): Generator<Buffer> {
  yield Buffer.from(`\uFEFF${HEADER}`);
  for (let first = 1; first <= rows; first += 5_000) {
    const lines: string[] = [];
    for (let n = first; n < Math.min(first + 5_000, rows + 1); n += 1) {
      const no = `${day.replaceAll("-", "")}${String(n).padStart(20, "0")}`;
      lines.push(
        `\`${day} 12:00:00,\`wx1,\`${merchant},\`0,\`,\`${no},\`B${no},\`o1,\`JSAPI,\`SUCCESS,\`OTHERS,` +
        "`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`bench,`,`0.01000,`1.00%,`1.00,`0.00,`\r\n",
      );
    }
    yield Buffer.from(lines.join(""));
  }
  const fees = `${Math.floor(rows / 100)}.${String(rows % 100).padStart(2, "0")}000`;
  const sum = `${rows}.00`;
  yield Buffer.from(`${SUMMARY}\`${rows}.0,\`${sum},\`0.00,\`0.0,\`${fees},\`${sum},\`0.00\r\n`);
}

/** What an upload came to: the answer, or that the connection broke. */
export interface Uploaded {
  status: number;
  location: string;
  broke: boolean;
}

/** Uploads parts as one file, as a browser's form does; the length is told where it is known. */
export function upload(
  house: House,
  cookie: string,
  file: { name: string; channel: string; day: string; parts: Iterable<Buffer>; length?: number },
): Promise<Uploaded> {
  const mark = "----faults";
  const field = (name: string, value: string) =>
    `--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = Buffer.from(
    field("kind", "bill") + field("channel", file.channel) + field("day", file.day) +
    `--${mark}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\n` +
    "Content-Type: text/csv\r\n\r\n",
  );
  const tail = Buffer.from(`\r\n--${mark}--\r\n`);
  const headers: Record<string, string> = {
    origin: house.url, accept: "text/html", cookie,
    "content-type": `multipart/form-data; boundary=${mark}`,
  };
  if (file.length !== undefined) {
    headers["content-length"] = String(head.length + file.length + tail.length);
  }
  return new Promise((answer) => {
    const broken = { status: 0, location: "", broke: true };
    const sent = request(`${house.url}/upload/files`, { method: "POST", headers }, (response) => {
      response.resume();
      answer({
        status: response.statusCode ?? 0, location: response.headers.location ?? "", broke: false,
      });
    });
    sent.on("error", () => answer(broken));
    const parts = (function* all() {
      yield head;
      yield* file.parts;
      yield tail;
    })();
    const send = (): void => {
      for (;;) {
        const part = parts.next();
        if (part.done) return void sent.end();
        if (sent.destroyed) return;
        if (!sent.write(part.value)) return void sent.once("drain", send);
      }
    };
    send();
  });
}
