/** FNV-1a over words and numbers, as 16 hex digits (two 32-bit streams). Equal for equal state; not for security. */
export function digest(memories: readonly Int32Array[], numbers: readonly number[]): string {
  let a = 0x811c_9dc5;
  let b = 0x1234_5678;
  const feed = (word: number): void => {
    a = Math.imul(a ^ word, 0x0100_0193);
    b = Math.imul(b ^ (word >>> 16) ^ (word << 16), 0x85eb_ca6b);
  };
  for (const words of memories) for (let i = 0; i < words.length; i++) feed(words[i]!);
  const parts = new Int32Array(new Float64Array(numbers).buffer);
  for (let i = 0; i < parts.length; i++) feed(parts[i]!);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
