import { type DynamicModule, Module } from '@nestjs/common';
import { FeaturesController } from './features.controller.js';
import { FEATURES, type Features } from './features.js';

/** What a process offers, told by those that serve the API. */
@Module({})
export class FeaturesModule {
  static register(features: Features): DynamicModule {
    return {
      module: FeaturesModule,
      controllers: [FeaturesController],
      providers: [{ provide: FEATURES, useValue: features }],
    };
  }
}
