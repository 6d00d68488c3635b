import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { hideInText } from '../../telemetry/hideInText.js';

/** Sends spans on without secrets: texts of failures may quote what another program said. */
export function hidingExporter(exporter: SpanExporter, secrets: readonly string[]): SpanExporter {
  const hide = (text: string): string => hideInText(text, secrets);
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => hidden(span, hide)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
}

function hidden(span: ReadableSpan, hide: (text: string) => string): ReadableSpan {
  const { status } = span;
  const clean: Partial<ReadableSpan> = {
    name: hide(span.name),
    attributes: cleaned(span.attributes, hide),
    events: span.events.map((event) => ({ ...event, attributes: cleaned(event.attributes ?? {}, hide) })),
    status: status.message === undefined ? status : { ...status, message: hide(status.message) },
  };
  // What is not replaced (instants, ids, `spanContext`) stays the span's own.
  return new Proxy(span, {
    get: (target, name) => {
      if (name in clean) return clean[name as keyof ReadableSpan];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function cleaned(attributes: Attributes, hide: (text: string) => string): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]),
  );
}
