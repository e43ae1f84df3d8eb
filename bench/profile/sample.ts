/** V8's sampling profilers, over a Node that lets itself be inspected. */
import type { AllocatingCall, ProcessorProfile } from './call-tree.ts';
import type { Inspector } from './inspector.ts';

/** Where the main thread is, every 200 µs of the wall clock, while `work` goes on. */
export async function sampleProcessor(
  inspector: Inspector,
  work: () => Promise<unknown>,
): Promise<ProcessorProfile> {
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.call('Profiler.start');
  await work();
  const { profile } = await inspector.call<{ profile: ProcessorProfile }>('Profiler.stop');
  return profile;
}

/** What the main thread allocates meanwhile, also what the collector has taken since. */
export async function sampleAllocations(
  inspector: Inspector,
  work: () => Promise<unknown>,
): Promise<AllocatingCall> {
  await inspector.call('HeapProfiler.startSampling', {
    samplingInterval: 16_384,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = await inspector.call<{ profile: { head: AllocatingCall } }>(
    'HeapProfiler.stopSampling',
  );
  return profile.head;
}
