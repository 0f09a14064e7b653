import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Health, type HealthReport } from './health.js';

function answer(reply: FastifyReply, report: HealthReport): HealthReport {
  reply.status(report.status === 'up' ? 200 : 503);
  return report;
}

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Every part and its state; 503 when the program is not ready or not alive' })
  async all(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return answer(reply, await this.health.all());
  }

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: '503 when only a new process would help' })
  live(@Res({ passthrough: true }) reply: FastifyReply): HealthReport {
    return answer(reply, this.health.live());
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: '503 while the program cannot do its work: starting, stopping, or a part is away',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return answer(reply, await this.health.ready());
  }
}
