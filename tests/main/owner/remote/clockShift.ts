// imported before anything else in a process whose clock is to be `ms` ahead of the machine's
const shiftMs = Number(new URL(import.meta.url).searchParams.get('ms'))
const RealDate = Date
const nowMs = (): number => RealDate.now() + shiftMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) => Reflect.construct(target, given.length === 0 ? [nowMs()] : given) as Date,
  get: (target, name) => (name === 'now' ? nowMs : (Reflect.get(target, name) as unknown)),
})
