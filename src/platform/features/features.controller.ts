import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { FEATURES, type Features } from './features.js';

@ApiTags('operations')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/features')
export class FeaturesController {
  constructor(@Inject(FEATURES) private readonly features: Features) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'What this process offers: its version, its contexts, and what may be switched off',
  })
  all(): Features {
    return this.features;
  }
}
