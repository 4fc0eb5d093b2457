/** Runs at most once in so many milliseconds, and once more at the end, so that the last state is not missed. */
export const every = <A extends unknown[]>(ms: number, run: (...args: A) => void): ((...args: A) => void) => {
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    const wait = last + ms - Date.now();
    clearTimeout(timer);
    if (wait <= 0) {
      last = Date.now();
      run(...args);
    } else {
      timer = setTimeout(() => {
        last = Date.now();
        run(...args);
      }, wait);
    }
  };
};
