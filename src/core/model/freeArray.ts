/**
 * Gives an array's memory back now. The engine would do so when it next collects garbage, which large arrays
 * outside its heap hardly hasten: gigabytes of them stand about meanwhile. Nothing may use the array, or
 * another view of its buffer, afterwards.
 */
export function freeArray({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
