import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DayQuestion, dayDecision, type ExistingDay } from '../../src/domain/dayDecision.js';
import { DAY_STATES } from '../../src/domain/seal.js';

const monday = '2024-03-18T10:00:00.000Z';
const tuesday = '2024-03-19T10:00:00.000Z';

const loaded: ExistingDay = { rows: 40, agents: 20, state: 'loaded', requestedAt: monday };

function ask(changes: Partial<DayQuestion>) {
  return dayDecision({
    staged: { rows: 40, agents: 20 },
    existing: null,
    requestedAt: tuesday,
    provisional: false,
    force: false,
    ...changes,
  });
}

describe('a day that nothing is known of', () => {
  it('becomes loaded with rows and empty without', () => {
    expect(ask({})).toEqual({ action: 'replace', kept: null, state: 'loaded', reason: null, requestedAt: tuesday });
    expect(ask({ staged: { rows: 0, agents: 0 } }).state).toBe('empty');
  });

  it('becomes provisional while Genesys may restate it, with rows or without', () => {
    expect(ask({ provisional: true }).state).toBe('provisional');
    expect(ask({ provisional: true, staged: { rows: 0, agents: 0 } }).state).toBe('provisional');
  });

  it('carries a note that is no failure', () => {
    expect(ask({ note: 'PresentUsersOnly' }).reason).toBe('PresentUsersOnly');
  });

  it('is loaded after it was pending or failed, whenever that was', () => {
    for (const state of ['pending', 'failed'] as const) {
      const existing = { rows: 0, agents: 0, state, requestedAt: tuesday, reason: 'Corrupt' };
      expect(ask({ existing, requestedAt: monday })).toMatchObject({
        action: 'replace',
        state: 'loaded',
        reason: null,
      });
    }
  });
});

describe('a day that has rows', () => {
  it('is replaced by a newer result with as many agents or more', () => {
    expect(ask({ existing: loaded })).toMatchObject({
      action: 'replace',
      kept: null,
      state: 'loaded',
      requestedAt: tuesday,
    });
    expect(ask({ existing: loaded, staged: { rows: 50, agents: 25 } }).action).toBe('replace');
    expect(ask({ existing: loaded, staged: { rows: 30, agents: 20 } }).action).toBe('replace');
  });

  it('keeps its rows and state when a result has none, and says Shrunk', () => {
    expect(ask({ existing: loaded, staged: { rows: 0, agents: 0 } })).toEqual({
      action: 'keep',
      kept: 'Shrunk',
      state: 'loaded',
      reason: 'Shrunk',
      requestedAt: monday,
    });
  });

  it('keeps its rows when a result has none, also where agents are not counted', () => {
    const existing = { ...loaded, agents: 0 };
    expect(ask({ existing, staged: { rows: 0, agents: 0 } }).kept).toBe('Shrunk');
    expect(ask({ existing, staged: { rows: 1, agents: 0 } }).kept).toBeNull();
  });

  it('keeps its rows and state when a result has fewer agents, however young the day is', () => {
    const existing = { ...loaded, state: 'provisional' as const };
    const fewer = { rows: 60, agents: 19 };
    expect(ask({ existing, staged: fewer, provisional: true })).toMatchObject({ kept: 'Shrunk', state: 'provisional' });
    expect(ask({ existing, staged: fewer, provisional: false })).toMatchObject({
      kept: 'Shrunk',
      state: 'provisional',
    });
  });

  it('takes the poorer result when forced', () => {
    expect(ask({ existing: loaded, staged: { rows: 0, agents: 0 }, force: true })).toMatchObject({
      action: 'replace',
      state: 'empty',
      reason: null,
    });
  });

  it('keeps out an older answer, even forced, and stays as it was', () => {
    const existing = { ...loaded, requestedAt: tuesday, reason: 'PresentUsersOnly' };
    for (const force of [false, true]) {
      expect(ask({ existing, requestedAt: monday, force, staged: { rows: 80, agents: 40 } })).toEqual({
        action: 'keep',
        kept: 'Older',
        state: 'loaded',
        reason: 'PresentUsersOnly',
        requestedAt: tuesday,
      });
    }
  });

  it('is written again by the same load once more', () => {
    expect(ask({ existing: loaded, requestedAt: monday }).action).toBe('replace');
  });

  it('compares instants, not their spelling', () => {
    expect(ask({ existing: { ...loaded, requestedAt: '2024-03-18 12:00:00+02:00' }, requestedAt: monday }).action).toBe(
      'replace',
    );
  });
});

describe('a day proven empty', () => {
  const empty: ExistingDay = { rows: 0, agents: 0, state: 'empty', requestedAt: tuesday };

  it('takes rows that come late', () => {
    expect(ask({ existing: empty })).toMatchObject({ action: 'replace', state: 'loaded' });
  });

  it('is not filled by an older answer', () => {
    expect(ask({ existing: empty, requestedAt: monday }).kept).toBe('Older');
  });
});

describe('loads in any order', () => {
  const content = fc.nat(5).chain((agents) =>
    fc.record({
      agents: fc.constant(agents),
      rows: agents === 0 ? fc.constant(0) : fc.integer({ min: agents, max: 20 }),
    }),
  );
  const minute = fc.nat(10).map((at) => new Date(Date.UTC(2024, 0, 1, 0, at)).toISOString());
  const existing = fc.option(
    content.chain((held) =>
      fc.record({
        rows: fc.constant(held.rows),
        agents: fc.constant(held.agents),
        state: fc.constantFrom(
          ...DAY_STATES.filter(
            (state) => held.rows === 0 || (state !== 'pending' && state !== 'failed' && state !== 'empty'),
          ),
        ),
        requestedAt: minute,
      }),
    ),
  );
  const questions = fc.record({
    staged: content,
    existing,
    requestedAt: minute,
    provisional: fc.boolean(),
    force: fc.boolean(),
  });

  it('never leave the warehouse with fewer agents or an older answer, unless forced', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const decision = dayDecision(question);
        const before = question.existing;
        if (decision.action === 'keep') {
          expect(decision.state).toBe(before?.state);
          expect(decision.kept).not.toBeNull();
        } else if (before && !question.force) {
          expect(question.staged.agents).toBeGreaterThanOrEqual(before.agents);
        }
        if (before && ['loaded', 'empty', 'provisional'].includes(before.state))
          expect(decision.requestedAt >= before.requestedAt).toBe(true);
      }),
      { numRuns: 2000, seed: 12 },
    );
  });

  it('come to the same twice as once', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const once = dayDecision(question);
        const held = once.action === 'replace' ? question.staged : question.existing;
        const again = dayDecision({
          ...question,
          existing: {
            rows: 0,
            agents: 0,
            ...held,
            state: once.state,
            requestedAt: once.requestedAt,
            reason: once.reason,
          },
        });
        expect(again).toEqual(once);
      }),
      { numRuns: 2000, seed: 13 },
    );
  });
});
