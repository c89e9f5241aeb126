interface RecordConstructor {
  new <T>(): Record<string, T>;
}

/** An object without a prototype that the engine still keeps in fast mode: no name that a request sends means anything to it. */
export const NullObject: RecordConstructor = /* @__PURE__ */ (() => {
  function Empty(): void {}
  Empty.prototype = Object.freeze(Object.create(null));
  return Empty as unknown as RecordConstructor;
})();

/** Names that reach a prototype. Refused wherever a request can name something. */
export function isPrototypeName(name: string): boolean {
  return (
    name === '__proto__' ||
    (name.length > 11 &&
      /(?:^|[.[\]'"])(?:__proto__|constructor[\]'"]*[.[]+['"]?prototype)(?:$|[.[\]'"])/.test(name))
  );
}
