import {stringify} from 'yaml';
import type {Call, Run} from './verb.ts';

/** A verb that asks once, says what it was told, and returns it. `render`: left out, the answer is shown as YAML. */
export function plainRun<Request, Value>(
  ask: (call: Call<Request>) => Promise<Value>,
  render: (value: Value) => string = (value) => stringify(value).trimEnd(),
): Run<Request> {
  return async (call) => {
    const value = await ask(call);
    call.output.say(render(value));
    return {value};
  };
}
