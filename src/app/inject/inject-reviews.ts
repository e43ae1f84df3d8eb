import { readAdmissionReview, readPodRequest, renderAdmissionReview } from '../../injector/admission.ts';
import { type ClusterLookups, reviewPod } from '../../injector/review-pod.ts';
import { reviewTemplate, type TemplateSettings } from '../../injector/review-template.ts';
import type { Log } from '../../log/log.ts';
import type { InjectorMetrics } from '../../metrics/injector-metrics.ts';

/** One denial, for `/rejections`. */
export interface RecentDenial {
  readonly time: string;
  readonly namespace: string;
  readonly pod: string;
  readonly reason: string;
  readonly sentence: string;
}

/** The reviews by path: what the API server asks, counted and logged. */
export function createReviews(options: {
  readonly settings: TemplateSettings;
  readonly cluster: ClusterLookups & { readonly rivals: () => readonly string[] };
  readonly metrics: InjectorMetrics;
  readonly log: Log;
  readonly onDenial: (denial: RecentDenial) => void;
}) {
  const { settings, cluster, metrics, log, onDenial } = options;
  const timed = (review: (body: unknown) => Promise<string | undefined>) => async (body: unknown) => {
    const end = metrics.reviewSeconds.startTimer();
    try {
      return await review(body);
    } finally {
      end();
    }
  };
  return {
    '/inject': timed(async (body) => {
      const request = readAdmissionReview(body);
      const pod = request && readPodRequest(request);
      if (request === undefined || pod === undefined) return undefined;
      const { uid, namespace, name } = request;
      const result = await reviewPod(pod, namespace, settings, cluster);
      switch (result.kind) {
        case 'not opted in':
          metrics.injections.inc({ result: 'not_opted_in' });
          return renderAdmissionReview({ uid, allowed: true });
        case 'denial': {
          const { reason, sentence } = result;
          metrics.injections.inc({ result: 'denied' });
          metrics.denials.inc({ reason });
          log.warn({ namespace, pod: name, reason, sentence }, 'denied');
          onDenial({ time: new Date().toISOString(), namespace, pod: name, reason, sentence });
          return renderAdmissionReview({ uid, allowed: false, sentence });
        }
        case 'injected': {
          const isSame = result.patch.length === 0;
          metrics.injections.inc({ result: isSame ? 'unchanged' : 'injected' });
          log.info(
            { namespace, pod: name, operations: result.patch.length },
            isSame ? 'unchanged' : 'injected',
          );
          return renderAdmissionReview({
            uid,
            allowed: true,
            patch: result.patch,
            warnings: isSame ? [] : result.warnings,
          });
        }
      }
    }),
    '/warn': timed(async (body) => {
      const request = readAdmissionReview(body);
      if (request === undefined) return undefined;
      const warnings = await reviewTemplate(request, settings, cluster);
      if (warnings.length > 0) {
        metrics.warnings.inc();
        log.warn(
          { namespace: request.namespace, kind: request.kind, name: request.name, warnings },
          'warned',
        );
      }
      return renderAdmissionReview({ uid: request.uid, allowed: true, warnings });
    }),
  };
}
