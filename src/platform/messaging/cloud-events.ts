/** A CloudEvent's context attributes (CloudEvents 1.0.2, section 3.1). */
export interface CloudEvent {
  /** Together with the source it names one event, so that consumers can tell what they have seen. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
}

/** The headers of a CloudEvent whose value is JSON, in Kafka's binary content mode. */
export function cloudEventHeaders({ id, source, type, subject, time }: CloudEvent): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: type,
    ce_subject: subject,
    ce_time: time,
    'content-type': 'application/json',
  };
}
