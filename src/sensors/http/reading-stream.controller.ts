import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../platform/http/event-streams.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { type EventStream, sseText } from '../../platform/http/sse.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { encodeReading, type StoredReading } from '../model/reading.js';
import { type MissedReadings, ReadingStream, type Replay } from '../service/reading-stream.js';
import { parseReadingStreamQuery } from './reading-stream-query.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Readings as they are stored, as Server-Sent Events; the channels of the stream are sensors. */
@ApiTags('sensors')
@Controller('data/stream')
export class ReadingStreamController {
  private readonly clients: EventStream;
  /** Requests that the stream is not open for yet. */
  private opening = 0;

  constructor(
    private readonly readings: ReadingStream,
    streams: EventStreams,
    lifecycle: Lifecycle,
  ) {
    const clients = streams.add();
    this.clients = clients;
    readings.showTo({
      get sensorIds() {
        return clients.watchedChannels;
      },
      show: (reading) => clients.publish(readingText(reading), reading.sensor_id),
      tellMissed: (missed) => clients.publish(missedText(missed)),
    });
    lifecycle.onDrain('the clients of the stream of readings', () => clients.end());
  }

  @Get()
  @ApiOperation({
    summary:
      'Readings of all sensors, or of one, as they are stored, as Server-Sent Events; an event `missed` tells the ids of readings that may have been left out',
  })
  @ApiProduces('text/event-stream')
  @ApiQuery({ name: 'sensor_id', required: false, schema: { type: 'string' } })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of a reading: those with a higher one come first, the last 1,000 at most',
    schema: { type: 'integer', format: 'int64', minimum: 0 },
  })
  @ApiResponse({ status: 200, description: 'The stream, which is the last answer on its connection' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'As many clients as there may be (SSE_MAX_CLIENTS) watch already',
    schema: PROBLEM,
  })
  async stream(
    @Query() parameters: Parameters,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { sensorId: channel, lastId } = parseReadingStreamQuery(parameters, lastEventId);
    if (request.method === 'HEAD') return this.clients.open(request, reply);
    this.clients.requireRoom(this.opening);
    this.opening++;
    try {
      if (lastId === undefined) {
        await this.readings.begin();
        this.clients.open(request, reply, { channel });
      } else {
        await this.readings.resume(lastId, channel, (replay) =>
          this.clients.open(request, reply, { channel, first: textsOf(replay) }),
        );
      }
    } finally {
      this.opening--;
    }
  }
}

const textsOf = ({ missed, readings }: Replay): string[] => [
  ...(missed ? [missedText(missed)] : []),
  ...readings.map(readingText),
];

const readingText = (reading: StoredReading): string =>
  sseText({ event: 'reading', id: String(reading.id), data: encodeReading(reading) });

/** Who comes again with its id is told of the others no more. */
const missedText = ({ firstId, lastId }: MissedReadings): string =>
  sseText({
    event: 'missed',
    id: String(lastId),
    data: JSON.stringify({ first_id: firstId, last_id: lastId }),
  });
