import { describe, expect, it } from 'vitest';
import {
  initialState,
  limits,
  step,
  type SupervisorAction,
  type SupervisorEvent,
  type SupervisorState,
} from '../../../extension/server/supervisor';

const uri = 'siliconlens:/big.onnx';
const second = 1000;

/** A supervisor with a clock that moves when told. */
class Watched {
  state: SupervisorState = initialState;
  time = 0;

  feed(event: SupervisorEvent): readonly SupervisorAction[] {
    const { state, actions } = step(this.state, event);
    this.state = state;
    return actions;
  }

  /** The actions of so many ticks. */
  ticks(count: number, heard = false): SupervisorAction[] {
    const actions: SupervisorAction[] = [];
    for (let tick = 0; tick < count; tick++) {
      this.time += second;
      actions.push(...this.feed({ type: 'tick' }));
      if (heard) this.feed({ type: 'heard' });
    }
    return actions;
  }

  run(): this {
    this.feed({ type: 'start' });
    this.feed({ type: 'started' });
    return this;
  }

  ends(after = 0): readonly SupervisorAction[] {
    this.time += after;
    return this.feed({ type: 'ended', at: this.time });
  }
}

const running = () => new Watched().run();

describe('starting', () => {
  it('happens once, whoever asks', () => {
    const watched = new Watched();
    expect(watched.feed({ type: 'start' })).toEqual(['launch']);
    expect(watched.feed({ type: 'start' })).toEqual([]);
    watched.feed({ type: 'started' });
    expect(watched.feed({ type: 'start' })).toEqual([]);
    expect(watched.state.phase).toBe('running');
  });

  it('may take a minute, then it is ended', () => {
    const watched = new Watched();
    watched.feed({ type: 'start' });
    expect(watched.ticks(60)).toEqual([]);
    expect(watched.ticks(1)).toEqual(['kill']);
  });

  it('is not done for whoever asks after a stop, but for a user who wants it', () => {
    const watched = running();
    expect(watched.feed({ type: 'stop' })).toEqual(['end']);
    expect(watched.feed({ type: 'start' })).toEqual([]);
    expect(watched.feed({ type: 'restart' })).toEqual(['launch']);
  });
});

describe('the watchdog', () => {
  it('leaves a server in peace that nobody waits for', () => {
    expect(running().ticks(1000)).toEqual([]);
  });

  it('asks for signs of life while a request has no answer, and no longer', () => {
    const watched = running();
    watched.feed({ type: 'asked' });
    expect(watched.ticks(3, true)).toEqual(['ping', 'ping', 'ping']);
    watched.feed({ type: 'answered' });
    expect(watched.ticks(3)).toEqual([]);
  });

  it('asks too while the server says that it is at work', () => {
    const watched = running();
    watched.feed({ type: 'working', models: [{ uri, stage: 'analysing' }] });
    expect(watched.ticks(1)).toEqual(['ping']);
    watched.feed({ type: 'working', models: [] });
    expect(watched.ticks(1)).toEqual([]);
  });

  it('ends a server that leaves twelve pings without an answer', () => {
    const watched = running();
    watched.feed({ type: 'asked' });
    expect(watched.ticks(12)).toEqual(Array.from({ length: 12 }, () => 'ping'));
    expect(watched.ticks(1)).toEqual(['kill']);
  });

  it('lets slow work go on for ever as long as pings are answered', () => {
    const watched = running();
    watched.feed({ type: 'asked' });
    for (let minute = 0; minute < 60; minute++) {
      expect(watched.ticks(11)).not.toContain('kill');
      watched.feed({ type: 'heard' });
    }
  });

  it('takes the sleep of a machine for one tick, however long it was', () => {
    const watched = running();
    watched.feed({ type: 'asked' });
    watched.ticks(2, true);
    watched.time += 8 * 3600 * second;
    expect(watched.ticks(1)).toEqual(['ping']);
    watched.feed({ type: 'heard' });
    expect(watched.ticks(12)).not.toContain('kill');
  });

  it('counts requests of a server that ended no longer', () => {
    const watched = running();
    watched.feed({ type: 'asked' });
    watched.ends();
    watched.feed({ type: 'started' });
    expect(watched.ticks(20)).toEqual([]);
  });
});

describe('a server that ends', () => {
  it('is started again four times in three minutes, not a fifth time', () => {
    const watched = running();
    for (let end = 0; end < 4; end++) {
      expect(watched.ends(10 * second)).toEqual(['launch']);
      watched.feed({ type: 'started' });
    }
    expect(watched.ends(10 * second)).toEqual([]);
    expect(watched.state.phase).toBe('givenUp');
    expect(watched.state.ends).toHaveLength(5);
    // Whoever asks is told; only the user brings it back, and with a clean slate.
    expect(watched.feed({ type: 'start' })).toEqual([]);
    expect(watched.feed({ type: 'restart' })).toEqual(['launch']);
    watched.feed({ type: 'started' });
    expect(watched.ends()).toEqual(['launch']);
  });

  it('is started again for ever when it ends once a minute', () => {
    const watched = running();
    for (let end = 0; end < 50; end++) {
      expect(watched.ends(60 * second)).toEqual(['launch']);
      watched.feed({ type: 'started' });
    }
  });

  it('counts starts that fail like ends, and knows that it never ran', () => {
    const watched = new Watched();
    watched.feed({ type: 'start' });
    for (let end = 1; end < limits.ends; end++) expect(watched.ends()).toEqual(['launch']);
    expect(watched.ends()).toEqual([]);
    expect(watched.state).toMatchObject({ phase: 'givenUp', ran: false });
  });

  it('is not missed when it was told to', () => {
    const watched = running();
    watched.feed({ type: 'stop' });
    expect(watched.ends()).toEqual([]);
    expect(watched.state).toMatchObject({ phase: 'stopped', ends: [] });
  });

  it('is followed by the next at once when the user restarts it, and no model is blamed', () => {
    const watched = running();
    watched.feed({ type: 'working', models: [{ uri, stage: 'analysing' }] });
    expect(watched.feed({ type: 'restart' })).toEqual(['end', 'launch']);
    expect(watched.state.withheld.size).toBe(0);
  });
});

describe('the models that a server ended over', () => {
  it('are left alone, over further ends and starts, until they are released', () => {
    const watched = running();
    watched.feed({
      type: 'working',
      models: [
        { uri, stage: 'analysing' },
        { uri: 'siliconlens:/other.onnx', stage: 'reading' },
      ],
    });
    watched.ends();
    watched.feed({ type: 'started' });
    watched.ends();
    watched.feed({ type: 'restart' });
    expect([...watched.state.withheld]).toEqual([
      [uri, 'analysing'],
      ['siliconlens:/other.onnx', 'reading'],
    ]);
    watched.feed({ type: 'released', uri });
    expect([...watched.state.withheld.keys()]).toEqual(['siliconlens:/other.onnx']);
  });

  it('are those at work at the end, not those before', () => {
    const watched = running();
    watched.feed({ type: 'working', models: [{ uri, stage: 'analysing' }] });
    watched.feed({ type: 'working', models: [] });
    watched.ends();
    expect(watched.state.withheld.size).toBe(0);
  });
});
