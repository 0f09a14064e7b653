/** A place in the timeline of a parcel: the event that the last page ended on. */
export interface TimelinePosition {
  readonly moment: string;
  readonly rank: number;
  readonly eventId: string;
}
