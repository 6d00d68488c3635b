import { SHAPES } from './model/shapes.js';
import { simulate } from './model/simulate.js';
const [, , name = '', jobMs = '', seed = '0', until = '1200'] = process.argv;
const s = { ...SHAPES.find((x) => x.name === name)!, jobMs: jobMs === 'null' ? null : Number(jobMs), windows: 30 };
let last = '';
simulate(s, Number(seed), {
  trace: (at, e, st) => {
    if (at / 1000 > Number(until)) return;
    const line = `${st.mode} pace=${st.pacePerSecond?.toFixed(2)} most=${st.jobs.most} tl=${st.jobs.testLeft} tf=${st.jobs.testsFailed}`;
    if (e.kind === 'refused' || st.mode !== last)
      console.log(
        (at / 1000).toFixed(1),
        e.kind,
        'kind' in e && e.kind !== 'tick' ? `jobs=${(e as any).jobsInFlight} calls=${(e as any).calls ?? ''}` : '',
        line,
        'row=' + st.jobs.inARow,
        'early=' + st.gate.tooEarly,
        'until=' + ((st.gate.untilMs - 1767571200000) / 1000).toFixed(1),
        'clo=' + st.closures.map((c) => c.jobs).join(','),
      );
    last = st.mode;
  },
});
