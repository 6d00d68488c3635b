/*
 * Lets `instanceof Error` hold for errors that Node's own modules throw.
 *
 * Jest gives a test file an `Error` of its own, and a package that tells errors by `instanceof` takes those of a socket for something
 * else: the AWS SDK would not retry them, as it does everywhere outside Jest. Import it for its effect.
 */
const ordinary = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(this: unknown, thrown: unknown): boolean {
    if (this !== Error) return ordinary.call(this, thrown);
    return Object.prototype.toString.call(thrown) === '[object Error]';
  },
});
