// Takes Blazor's own client script out of the ASP.NET Core assembly that carries it as a resource: `node blazor.mjs <assembly> <output>`.
// Why it has to be taken out at all is said in Dashboard.targets.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const [assembly, output] = process.argv.slice(2);
const file = await readFile(assembly);

// Portable executable: headers -> data directory 14 (CLI header) -> its resources directory. ECMA-335, II.25.
const pe = file.readUInt32LE(0x3c);
const sectionCount = file.readUInt16LE(pe + 6);
const optional = pe + 24;
const directories = optional + (file.readUInt16LE(optional) === 0x20b ? 112 : 96);
const sections = optional + file.readUInt16LE(pe + 20);

function offsetOf(address) {
  for (let i = 0; i < sectionCount; i++) {
    const section = sections + i * 40;
    const start = file.readUInt32LE(section + 12);
    if (address >= start && address < start + file.readUInt32LE(section + 16)) {
      return address - start + file.readUInt32LE(section + 20);
    }
  }
  throw new Error(`${assembly}: no section holds ${address}`);
}

const cli = offsetOf(file.readUInt32LE(directories + 14 * 8));
let at = offsetOf(file.readUInt32LE(cli + 24));
const end = at + file.readUInt32LE(cli + 28);

// The resources follow each other, each behind its length. The script is the one that registers itself as Blazor.
while (at + 4 <= end) {
  const length = file.readUInt32LE(at);
  const body = file.subarray(at + 4, at + 4 + length);
  if (body.includes("globalThis.Blazor") || body.includes("window.Blazor")) {
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, body);
    process.exit(0);
  }
  at = (at + 4 + length + 7) & ~7;
}

throw new Error(`${assembly} does not carry Blazor's script`);
